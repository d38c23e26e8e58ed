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


def fill(osa, files):
    for name, text in files.items():
        (osa / name).parent.mkdir(parents=True, exist_ok=True)
        (osa / name).write_text(text, encoding="ascii")


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
    fill(osa, THEIRS)
    assert overlay("present") and not overlay("present")
    there = tree(osa)
    assert NAMESPACE in there["playbooks/k8s.yml"] and NAMESPACE in there["playbooks/magnum_capi_proxy.yml"]
    assert NAMESPACE in there["playbooks/magnum.yml"]
    assert there["playbooks/setup_hosts.yml"] == THEIRS["playbooks/setup_hosts.yml"]
    assert overlay("absent") and tree(osa) == THEIRS
    assert not overlay("absent") and tree(osa) == THEIRS


@pytest.mark.parametrize("again", [False, True], ids=["removed at once", "overlaid again before"])
def test_overlay__collection_was_updated_in_place__its_newest_playbook_comes_back(overlay, osa, again):
    fill(osa, THEIRS)
    overlay("present")
    fill(osa, {"playbooks/k8s.yml": "- hosts: newer\n"})
    if again:
        assert overlay("present") and NAMESPACE in tree(osa)["playbooks/k8s.yml"] and not overlay("present")
    assert overlay("absent") and tree(osa) == dict(THEIRS, **{"playbooks/k8s.yml": "- hosts: newer\n"})


def test_overlay__earlier_version_of_ours__is_no_original(overlay, osa):
    fill(osa, THEIRS)
    overlay("present")
    earlier = tree(osa)["playbooks/k8s.yml"].replace("takes this away", "took this away")
    fill(osa, {"playbooks/k8s.yml": earlier})
    assert overlay("present")
    assert overlay("absent") and tree(osa) == THEIRS


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
