"""Tests of what the servers are made with: the cache, the build, certificates, Ansible environments, components."""
import json
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from servers import ansible_venv, cache, capi_bundle, pki  # noqa: E402
from servers.kubernetes import build, go_tool, kubeconfig  # noqa: E402
from support.wait import until  # noqa: E402

HERE = Path(__file__).resolve().parent


# A run that is ended


@pytest.mark.parametrize("times", [1, 2])
def test_run__terminated__what_fixtures_made_goes(tmp_path, times):
    shutil.copy(HERE.parent / "conftest.py", tmp_path)
    (tmp_path / "test_it.py").write_text("""
import time
from pathlib import Path
import pytest

@pytest.fixture(scope="session")
def thing():
    Path("made").touch()
    yield
    Path("going").touch()
    time.sleep(0.5)
    Path("made").rename("gone")

def test_it(thing):
    time.sleep(60)
""", encoding="utf-8")
    with subprocess.Popen([sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "test_it.py"], cwd=tmp_path,
                          stdout=subprocess.DEVNULL) as run:
        for name in ("made", "going")[:times]:
            until((tmp_path / name).exists)
            run.send_signal(signal.SIGTERM)
        assert run.wait(30) == 2
    assert (tmp_path / "gone").exists()


# The cache


def test_cache__build_fails__leaves_nothing(tmp_path):
    def fail(work):
        (work / "half").touch()
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        cache.build_once(tmp_path / "thing", fail)
    assert [p.name for p in tmp_path.iterdir()] == ["thing.lock"]


def test_cache__builder_was_killed__its_rest_goes(tmp_path):
    (tmp_path / ".thing.abc").mkdir()
    cache.build_once(tmp_path / "thing", lambda work: None)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["thing", "thing.lock"]


def test_cache__two_builders_at_once__build_once(tmp_path):
    built = []

    def slow(work):
        built.append(work)
        time.sleep(0.3)

    threads = [threading.Thread(target=cache.build_once, args=(tmp_path / "thing", slow)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(built) == 1


def test_cache__in_place_build_interrupted__is_built_anew(tmp_path):
    target = tmp_path / "venv"

    def fail(directory):
        directory.mkdir()
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError):
        cache.build_in_place(target, fail)
    cache.build_in_place(target, lambda directory: directory.mkdir())
    cache.build_in_place(target, fail)  # complete: not called


def test_build__second_call__is_quick_and_prints_one_line():
    build.build()
    begin = time.monotonic()
    done = subprocess.run([sys.executable, HERE / "kubernetes" / "build.py"], stdout=subprocess.PIPE, text=True,
                          check=True)
    assert time.monotonic() - begin < 2
    directory = Path(done.stdout[:-1])
    assert {p.name for p in directory.iterdir()} == {"kubernetes", *build.COMMANDS}


def test_build__name_unknown_to_the_program__says_which_are(tmp_path):
    (tmp_path / "kubeadmx").symlink_to(build.build() / "kubernetes")
    done = subprocess.run([tmp_path / "kubeadmx"], stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert all(name in done.stderr for name in build.COMMANDS)


def test_build__rows_of_the_program__are_the_commands_that_are_linked():
    rows = re.findall(r'^\t"([a-z-]+)": +(?:cobraCommand|run)', (build.PROGRAM / "main.go").read_text(), re.M)
    assert sorted(rows) == sorted(build.COMMANDS)


@pytest.mark.parametrize("says, taken", [("go1.19.8", False), ("go1.26.0", True), ("devel", False)])
def test_go__in_path__is_taken_when_new_enough(tmp_path, monkeypatch, says, taken):
    go = tmp_path / "go"
    go.write_text("#!/bin/sh\necho go version %s linux/amd64\n" % says)
    go.chmod(0o755)
    monkeypatch.setenv("PATH", "%s:/usr/bin:/bin" % tmp_path)
    monkeypatch.setattr(go_tool, "install", lambda: Path("/installed"))
    assert go_tool.find_go() == (str(go) if taken else "/installed/go/bin/go")


def test_go__not_in_path__is_installed(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(go_tool, "install", lambda: Path("/installed"))
    assert go_tool.find_go() == "/installed/go/bin/go"


# Certificates


def test_pki__server_certificate__names_the_hosts(tmp_path):
    pair = pki.Pki(tmp_path).authority().server(["localhost", "127.0.0.1", "::1"])
    text = pki.openssl("x509", "-in", pair.cert_file, "-noout", "-ext", "subjectAltName").decode()
    assert re.findall(r"(?:DNS|IP Address):[0-9a-z.:]+", text) == [
        "DNS:localhost", "IP Address:127.0.0.1", "IP Address:0:0:0:0:0:0:0:1"]


def test_pki__same_question_twice__same_files(tmp_path):
    authority = pki.Pki(tmp_path).authority()
    first = authority.client("jane", ["a"])
    content = first.cert_file.read_bytes()
    assert authority.client("jane", ["a"]) == first
    assert first.cert_file.read_bytes() == content
    assert authority.client("jane", ["b"]) != first
    assert authority.client("jane", ["a"], pki.EXPIRED) != first


def test_kubeconfig__no_credentials__is_still_a_kubeconfig(tmp_path):
    ca = pki.Pki(tmp_path).authority()
    path = kubeconfig.write(tmp_path / "config", "https://127.0.0.1:1", ca.cert_file)
    done = subprocess.run([build.build() / "kubectl", "--kubeconfig", path, "config", "view", "-o", "json"],
                          stdout=subprocess.PIPE, check=True)
    assert json.loads(done.stdout)["users"] == [{"name": "admin", "user": {}}]


# Cluster API and Ansible


def test_capi__variables__become_their_defaults():
    assert capi_bundle.with_defaults("a=${A:=1},b=${B:=:8443} ${C:=}") == "a=1,b=:8443 "
    with pytest.raises(RuntimeError, match="NAME has no default"):
        capi_bundle.with_defaults("${NAME}")


@pytest.mark.parametrize("version", ["2.16.1", "3.0.0"])
def test_ansible__core_unknown__says_which_are_known(version):
    with pytest.raises(RuntimeError, match="2.17.*2.21"):
        ansible_venv.core_of(version)


def test_ansible__constraints__pin_every_package():
    for path in ansible_venv.CONSTRAINTS.glob("*.txt"):
        for line in path.read_text().splitlines():
            assert line.startswith("#") or re.fullmatch(r"[\w.-]+==[A-Za-z0-9.+]+", line), line
