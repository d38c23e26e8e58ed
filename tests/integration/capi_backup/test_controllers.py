"""With the real controllers at work: the garbage collector of Kubernetes, and the core manager of Cluster API."""
import time

import pytest

from conftest import Backup
from servers.capi_manager import CoreManager
from servers.kubernetes.server import KubeServer
from support.magnum_clusters import CORE, PER_CLUSTER, Magnum
from support.wait import until

from test_interchange import clusterctl_on, import_directory
from test_restore import CLASS_OBJECTS, assert_linked, assert_same, live, saved

PATIENCE = 180  # seconds, on a machine that has other things to do


@pytest.fixture(scope="module")
def governed(tmp_path_factory):
    """A server to restore into, with kube-controller-manager."""
    with KubeServer(tmp_path_factory.mktemp("capi-governed") / "plane") as server:
        Magnum(server).install()
        yield server


@pytest.fixture
def there(governed, magnum):
    """The namespace of the test on that server: a Magnum to look with."""
    return Magnum(governed, magnum.namespace)


@pytest.fixture
def restore_there(governed, backup, programs, tmp_path):
    folder = tmp_path / "restore-there"
    folder.mkdir()
    module = Backup(programs / "capi_backup", folder, governed, backup.namespace)
    module.archives = backup.archives
    return module


def collect(there):
    """Waits until the collector has gone over everything that there was before: children of nobody are gone."""
    for kind, api in (("Secret", "v1"), ("Machine", CORE)):
        value = {"apiVersion": api, "kind": kind, "metadata": there.meta("orphan", [{
            "apiVersion": CORE, "kind": "Cluster", "name": "never", "uid": "00000000-0000-4000-8000-000000000000"}])}
        if kind == "Machine":
            value["spec"] = {"clusterName": "never", "bootstrap": {"dataSecretName": "x"}, "infrastructureRef": {
                "apiGroup": "infrastructure.cluster.x-k8s.io", "kind": "OpenStackMachine", "name": "x"}}
        there.make(value)
        until(lambda kind=kind, api=api: there.get(api, kind, "orphan")[0] == 404, PATIENCE)


def assert_survives(before, there, archive):
    first = live(there, archive)
    collect(there)
    collect(there)
    after = live(there, archive)
    assert {identity: value["metadata"]["uid"] for identity, value in after.items()} == {
        identity: value["metadata"]["uid"] for identity, value in first.items()}
    assert set(after) == set(before)
    assert_linked(after)


def test_031__what_we_restored__is_not_collected(magnum, backup, there, restore_there):
    archive = saved(magnum, backup)
    outcome = restore_there.restored()
    assert outcome.changed and outcome["counts"]["created"] == PER_CLUSTER + CLASS_OBJECTS, outcome.data
    assert_survives(live(magnum, archive), there, archive)


def test_032__what_we_restored_of_clusterctl__is_not_collected(magnum, backup, there, restore_there, tmp_path):
    archive = saved(magnum, backup)
    folder = tmp_path / "by-clusterctl"
    folder.mkdir()
    tool = clusterctl_on(tmp_path, magnum.server)
    assert tool("move", "--to-directory", folder, "--namespace", magnum.namespace, "--kubeconfig", tool.kubeconfig).rc == 0
    there.post("/api/v1/namespaces", {"metadata": {"name": there.namespace}})
    there.secret("kube-aaaaa-cloud-config", clouds__yaml="x")
    outcome = restore_there.restored(folder)
    assert outcome.changed and not outcome.failed, outcome.data
    assert_survives(live(magnum, archive), there, archive)


def test_060__clusterctl_and_we__bring_back_the_same(magnum, backup, target, there, restore_there, tmp_path):
    """Each reads its own files, on a server of its own."""
    archive = saved(magnum, backup)
    folder = tmp_path / "by-clusterctl"
    folder.mkdir()
    tool = clusterctl_on(tmp_path, magnum.server)
    assert tool("move", "--to-directory", folder, "--namespace", magnum.namespace, "--kubeconfig", tool.kubeconfig).rc == 0
    import_directory(clusterctl_on(tmp_path, target.server, "other-home"), folder)
    outcome = restore_there.restored()
    assert outcome.changed and not outcome.failed, outcome.data
    theirs, ours = live(target, archive), live(there, archive)
    credentials = ("Secret", magnum.namespace, "kube-aaaaa-cloud-config")
    assert credentials not in theirs and ours.pop(credentials)
    assert_same(theirs, ours)
    assert_linked(theirs)


def test_031__under_the_core_manager__a_restored_cluster_is_taken_over(magnum, backup, governed, there, restore_there, tmp_path):
    archive = saved(magnum, backup)
    with CoreManager(governed, tmp_path / "manager") as manager:
        outcome = restore_there.restored()
        assert outcome.changed and outcome["counts"]["created"] == PER_CLUSTER + CLASS_OBJECTS, outcome.data
        first = live(there, archive)

        def conditions():
            status = there.get(CORE, "Cluster", "kube-aaaaa")[1].get("status", {})
            return {each["type"]: each["status"] for each in status.get("conditions", [])}

        # Nobody says so but a manager that was told that the Cluster is not paused any more.
        until(lambda: conditions().get("Paused") == "False", PATIENCE)
        collect(there)
        time.sleep(5)
        after = live(there, archive)
        assert {identity: value["metadata"]["uid"] for identity, value in after.items()} == {
            identity: value["metadata"]["uid"] for identity, value in first.items()}, manager.text[-4000:]


def test_025__under_the_core_manager__a_pause_is_waited_for_and_taken_back(governed, there, restore_there, tmp_path):
    there.post("/api/v1/namespaces", {"metadata": {"name": there.namespace}})
    there.add_class()
    there.add_cluster("kube-aaaaa")
    restore_there.archives = tmp_path / "archives"
    with CoreManager(governed, tmp_path / "manager"):
        outcome = restore_there.backup(quiesce="pause", pause_timeout=PATIENCE)
        assert outcome.changed and outcome["consistent"], outcome.data
        assert not any("does not say" in text and "Cluster" in text for text in outcome.warnings), outcome.warnings
        cluster = there.get(CORE, "Cluster", "kube-aaaaa")[1]
        assert "paused" not in cluster["spec"] and not cluster["metadata"].get("annotations")
        until(lambda: [each for each in there.get(CORE, "Cluster", "kube-aaaaa")[1]["status"]["conditions"]
                       if (each["type"], each["status"]) == ("Paused", "False")], PATIENCE)
