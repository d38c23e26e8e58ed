"""The playbooks of openstack.osa lead to this collection, and back again."""
import shutil
import sys
from pathlib import Path

import pytest
from conftest import CORES, NAMESPACE, ansible
from osa import recap

THEIRS = {"playbooks/k8s.yml": "- hosts: upstream\n", "playbooks/magnum.yml": "- hosts: magnum\n",
          "playbooks/setup_hosts.yml": "- hosts: all\n", "galaxy.yml": "namespace: openstack\nname: osa\n"}


def tree(folder: Path) -> dict:
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def overlay(collections, tmp_path):
    """Runs the playbook on a folder of collections; the value: how many tasks changed something."""
    def run(state: str) -> int:
        done = ansible(CORES[0], collections, "-i", "localhost,", "-e", "overlay_state=" + state, "-e",
                       "overlay_collections_path=%s" % tmp_path, "-e", "ansible_python_interpreter=" + sys.executable, NAMESPACE + ".overlay")
        assert done.returncode == 0, done.stdout
        return recap(done.stdout)["localhost"]["changed"]
    return run


@pytest.fixture
def osa(tmp_path) -> Path:
    return tmp_path / "ansible_collections/openstack/osa"


def test_overlay__installed_collection__gets_three_files_and_its_own_back(overlay, osa):
    for name, text in THEIRS.items():
        (osa / name).parent.mkdir(parents=True, exist_ok=True)
        (osa / name).write_text(text, encoding="ascii")
    assert overlay("present") and not overlay("present")
    there = tree(osa)
    assert NAMESPACE in there["playbooks/k8s.yml"] and NAMESPACE in there["playbooks/magnum_capi_proxy.yml"]
    assert NAMESPACE in there["playbooks/magnum.yml"]
    assert there["playbooks/setup_hosts.yml"] == THEIRS["playbooks/setup_hosts.yml"]
    assert overlay("absent") and tree(osa) == THEIRS
    assert not overlay("absent") and tree(osa) == THEIRS


def test_overlay__no_collection__gets_the_thin_one(overlay, osa):
    assert not overlay("absent") and not osa.exists()
    assert overlay("present") and not overlay("present")
    assert NAMESPACE in tree(osa)["playbooks/k8s.yml"]
    assert overlay("absent") and not osa.exists()


def test_overlay__unknown_collection_of_that_name__is_never_removed(overlay, osa):
    osa.mkdir(parents=True)
    (osa / "notes").write_text("of the operator\n", encoding="ascii")
    overlay("absent")
    assert tree(osa) == {"notes": "of the operator\n"}
    shutil.rmtree(osa)
