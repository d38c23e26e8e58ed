"""The bytes that are saved: clusterctl's, but for what keeps a restore safe."""
import pytest

from servers.clusterctl.client import Clusterctl
from support.magnum_clusters import CORE, identity_of, owner

HARD = "<b>&'\"\\ \u2028 \u00e4 \U0001f600"


@pytest.fixture
def hard(magnum):
    """A cluster with texts that JSON can be written in several ways with."""
    magnum.add_class()
    cluster = magnum.add_cluster("kube-aaaaa")
    magnum.make({"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": HARD, "number": "1e3"},
                 "metadata": magnum.meta("hard", [owner(cluster)], annotations={"note": HARD})})
    return cluster


def test_036__files__have_the_bytes_of_clusterctl(hard, magnum, backup, tmp_path, clusterctl_move):
    backup.backup()
    ours = backup.unpack()
    theirs = clusterctl_move()
    folder = max(tmp_path.glob("theirs-*"))
    compared = 0
    for name, value in theirs.items():
        if value["kind"] in ("Cluster", "ClusterClass"):
            continue  # clusterctl has paused them
        assert (ours.folder / name).read_bytes() == (folder / name).read_bytes(), name
        compared += 1
    assert compared > 20 and "ConfigMap_%s_hard.yaml" % magnum.namespace in theirs


def test_037__odd_characters__are_read_by_clusterctl(hard, magnum, backup, plane, tmp_path):
    magnum.make({"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "\x7f \x85 \u009f \ufffe x"},
                 "metadata": magnum.meta("odd", [owner(hard)], annotations={"k" * 60: "v" * 2000})})
    backup.backup(osa_compat=False)
    archive = backup.unpack()
    assert archive.object("ConfigMap", "odd")["data"]["a"] == "\x7f \x85 \u009f \ufffe x"
    tool = Clusterctl(tmp_path, plane)
    answer = tool("move", "--from-directory", archive.folder, "--to-kubeconfig", tool.kubeconfig)
    assert answer.rc == 0, answer


def test_038__nothing_of_an_object_is_lost(hard, magnum, backup):
    backup.backup()
    archive = backup.unpack()
    _, live = magnum.get(CORE, "Machine", "kube-aaaaa-w-1-a")
    assert archive.object("Machine", "kube-aaaaa-w-1-a") == live
    assert live["status"] and live["metadata"]["managedFields"] and live["metadata"]["uid"]


def test_039__heads__are_saved_as_paused(hard, magnum, backup):
    backup.backup()
    archive = backup.unpack()
    assert archive.object("Cluster", "kube-aaaaa")["spec"]["paused"] is True
    assert archive.object("ClusterClass", "magnum-v0.38.1")["metadata"]["annotations"] == {
        "cluster.x-k8s.io/paused": ""}
    assert archive.entry("Cluster", "kube-aaaaa")["modified"] == ["paused"]
    assert not archive.manifest["clusters"][0]["paused_before"]
    _, live = magnum.get(CORE, "Cluster", "kube-aaaaa")
    assert "paused" not in live["spec"]


def test_040__stale_references__name_the_version_that_is_saved(magnum, backup):
    magnum.add_class()
    magnum.add_cluster("kube-aaaaa", stale=True)
    backup.backup()
    archive = backup.unpack()
    for kind in ("KubeadmConfig", "OpenStackMachine"):
        assert archive.entry(kind, "kube-aaaaa-w-1-a")["modified"] == ["ownerReferences:Machine/kube-aaaaa-w-1-a"]
        reference, = archive.object(kind, "kube-aaaaa-w-1-a")["metadata"]["ownerReferences"]
        assert reference["apiVersion"] == CORE and reference["controller"] is True
    versions = {identity_of(value): value["apiVersion"] for value in archive.files.values()}
    assert versions[("Machine", magnum.namespace, "kube-aaaaa-w-1-a")] == CORE
