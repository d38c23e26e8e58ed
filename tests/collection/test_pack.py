"""What is staged for the package."""
import platform
import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import pack_collection  # noqa: E402


@pytest.fixture
def programs(tmp_path):
    """programs(name): a folder with a program per module, whose content is the name."""
    def make(name):
        (tmp_path / name).mkdir()
        for module in pack_collection.module_names() + [pack_collection.DAEMON]:
            (tmp_path / name / module).write_text(name, encoding="ascii")
        return tmp_path / name
    return make


def test_stage__second_cpu__is_beside_the_default_and_executable(tmp_path, programs):
    pack_collection.stage(programs("intel"), tmp_path / "tree", [("aarch64", programs("arm"))])
    for path, content in (("modules", "intel"), ("module_bin/aarch64", "arm")):
        program = tmp_path / "tree/plugins" / path / "k8s_apply"
        assert program.read_text(encoding="ascii") == content
        assert program.stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "tree/plugins/modules/k8s_apply.yml").stat().st_mode & 0o777 == 0o644


def test_stage__one_cpu__has_no_further_folder(tmp_path, programs):
    pack_collection.stage(programs("intel"), tmp_path / "tree")
    assert not (tmp_path / "tree/plugins/module_bin").exists()


def test_stage__scripts_for_hosts_of_containers__are_executable(tmp_path, programs):
    pack_collection.stage(programs("intel"), tmp_path / "tree")
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "tree/lxc").iterdir()}
    assert modes == {"build-rootfs": 0o755, "mcapi-rootfs": 0o755}


def test_stage__daemon__is_a_file_of_its_role_for_each_cpu(tmp_path, programs):
    pack_collection.stage(programs("intel"), tmp_path / "tree", [("other", programs("arm"))])
    for cpu, content in ((platform.machine(), "intel"), ("other", "arm")):
        program = tmp_path / "tree/roles/capi_proxy/files" / cpu / "magnum-cluster-api-proxy"
        assert (program.read_text(encoding="ascii"), program.stat().st_mode & 0o777) == (content, 0o755)


def links(page: Path):
    """(target, anchor) of what leads to a file."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for link in re.findall(r"\]\((?![a-z]+:)([^)\s]+)\)", text):
        path, _, anchor = link.partition("#")
        yield (page.parent / path if path else page).resolve(), anchor


def anchors(page: Path) -> set:
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def test_stage__links_of_all_pages__lead_to_files_and_headings_of_the_package(tmp_path, programs):
    tree = tmp_path / "tree"
    pack_collection.stage(programs("intel"), tree)
    seen = 0
    for page in tree.rglob("*.md"):
        for target, anchor in links(page):
            assert target.is_relative_to(tree.resolve()) and target.exists(), (page, target)
            assert not anchor or anchor in anchors(target), (page, target, anchor)
            seen += 1
    assert seen > 40


def test_stage__pages__name_files_by_their_place_in_the_package(tmp_path, programs):
    pack_collection.stage(programs("intel"), tmp_path / "tree")
    readme = (tmp_path / "tree/README.md").read_text(encoding="utf-8")
    assert "[docs/proxy.md](docs/proxy.md)" in readme and "](docs/deploy.md#about)" in readme
    assert "![Time](docs/bench/time.svg)" in readme and "\nCONTRIBUTING.md, in the sources, shows" in readme
    role = (tmp_path / "tree/roles/capi_proxy/README.md").read_text(encoding="utf-8")
    assert "[docs/proxy.md](../../docs/proxy.md)" in role


def test_stage__program_missing__names_it(tmp_path, programs):
    with pytest.raises(SystemExit, match="arm/k8s_apply is missing"):
        (programs("arm") / "k8s_apply").unlink()
        pack_collection.stage(programs("intel"), tmp_path / "tree", [("aarch64", tmp_path / "arm")])


@pytest.mark.parametrize("text", ["", "aarch64", "=dir", "../x=dir", "aarch64="])
def test_cpu_and_folder__malformed__is_refused(text):
    with pytest.raises(pack_collection.argparse.ArgumentTypeError):
        pack_collection.cpu_and_folder(text)
