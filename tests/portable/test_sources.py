"""Where the sources of the static libraries come from, and that nothing but what is pinned is taken."""
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "build_support"))
import sources  # noqa: E402
import static_libs  # noqa: E402

SERVER = "http://mirror.example/debian"


def entries(etc: Path, **files) -> list:
    (etc / "sources.list.d").mkdir()
    for name, text in files.items():
        path = etc / "sources.list" if name == "main" else etc / "sources.list.d" / name.replace("_", ".")
        path.write_text(text)
    return list(sources.machine_entries(etc))


def test_machine_entries__of_both_formats__are_read(tmp_path):
    found = entries(tmp_path, main="# none\ndeb [signed-by=/a.gpg] %s bookworm main\ndeb-src %s sid main\n" % (SERVER, SERVER),
                    new_sources="Types: deb deb-src\n# remark\nURIs: %s-security\nSuites: a-security b-security\n"
                                "Components: main\nSigned-By: /b.gpg\n\nTypes: deb-src\nURIs: x\nSuites: y\n" % SERVER)
    assert found == [("[signed-by=/a.gpg] ", SERVER, "bookworm"),
                     ("[signed-by=/b.gpg] ", SERVER + "-security", "a-security"),
                     ("[signed-by=/b.gpg] ", SERVER + "-security", "b-security")]


def test_machine_entries__that_are_disabled__are_left_out(tmp_path):
    assert not entries(tmp_path, off_sources="Types: deb\nURIs: %s\nSuites: a\nEnabled: no\n" % SERVER)


def test_source_list__of_another_release__asks_the_same_servers_for_the_pinned_one():
    text = sources.source_list("bookworm", [("", SERVER, "trixie"), ("[x=y] ", SERVER, "trixie-updates"),
                                            ("", SERVER + "-security", "trixie-security"),
                                            ("", "http://mirror.example/nodesource", "nodistro")])
    assert text.splitlines() == ["deb-src %s bookworm main" % SERVER, "deb-src [x=y] %s bookworm-updates main" % SERVER,
                                 "deb-src %s-security bookworm-security main" % SERVER]


def test_source_list__of_binary_packages__names_them():
    assert sources.source_list("trixie", [("", SERVER, "bookworm")], "deb") == "deb %s trixie main\n" % SERVER


def test_source_list__without_a_debian_server__is_refused():
    with pytest.raises(RuntimeError, match="no Debian server"):
        sources.source_list("bookworm", [("", "http://mirror.example/ubuntu", "noble")])


def test_keep__of_another_file_than_the_pinned_one__is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    sources.store().mkdir(parents=True)
    fetched = tmp_path / "curl.dsc"
    fetched.write_text("not what was pinned")
    with pytest.raises(RuntimeError, match="curl.dsc is not the file that is pinned"):
        sources.keep(fetched, "0" * 64)
    assert not list(sources.store().iterdir())
    sources.keep(fetched, sources.digest(fetched))
    assert (sources.store() / "curl.dsc").read_text() == "not what was pinned"


def test_fetch__of_damaged_files__fetches_them_again(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    sources.store().mkdir(parents=True)
    good = tmp_path / "good"
    good.write_text("good")
    (sources.store() / "x.dsc").write_text("damaged")
    asked = []

    class Apt:
        def __init__(self, work, release):
            self.release, self.files = release, work
            work.mkdir()

        def download(self, package, version):
            asked.append((self.release, package, version))
            (self.files / (package + ".dsc")).write_text("good")

    monkeypatch.setattr(sources, "Apt", Apt)
    pins = {"release": "old", "packages": {"x": {"version": "1", "files": {"x.dsc": sources.digest(good)}},
                                           "y": {"version": "2", "release": "new", "files": {"y.dsc": sources.digest(good)}}}}
    for _ in range(2):
        assert (sources.fetch(pins) / "x.dsc").read_text() == "good"
    assert asked == [("old", "x", "1"), ("new", "y", "2")]


def test_pins__name_every_library_and_all_files_of_its_package():
    packages = sources.read_pins()["packages"]
    assert set(packages) == set().union(*static_libs.LIBRARIES.values())
    for name, pin in packages.items():
        assert {".dsc", ".xz"} <= {Path(file).suffix for file in pin["files"]}, name
        assert all(len(sha256) == 64 for sha256 in pin["files"].values())


def test_static_libs__that_are_there__are_found_at_once():
    begin = time.monotonic()
    for cpu in static_libs.CPUS:
        assert (static_libs.build(cpu, "musl") / "lib/libcurl.a").exists()
        assert (static_libs.build(cpu, "glibc") / "lib/libjansson.a").exists()
    assert time.monotonic() - begin < 5
