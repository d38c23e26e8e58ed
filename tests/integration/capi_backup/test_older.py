"""Management clusters of Cluster API 1.10, and what its clusterctl has saved."""
import pytest

from conftest import Backup
from servers.clusterctl.client import PANIC
from servers.kubernetes.server import KubeServer
from support.magnum_clusters import PER_CLUSTER, Magnum, identity_of, read_files
from support.magnum_older import VERSION, OlderMagnum

from test_interchange import clusterctl_on
from test_restore import CLASS_OBJECTS


@pytest.fixture(scope="module")
def older_plane(tmp_path_factory):
    with KubeServer(tmp_path_factory.mktemp("capi-older") / "plane", controller_manager=False) as server:
        OlderMagnum(server).install()
        yield server


@pytest.fixture
def theirs(older_plane, tmp_path):
    """Two clusters, a class that nobody uses and strays, as clusterctl 1.10 saves them: the folder."""
    magnum = OlderMagnum(older_plane, "magnum-older")
    if magnum.wire.request("GET", "/api/v1/namespaces/magnum-older")[0] == 404:
        magnum.post("/api/v1/namespaces", {"metadata": {"name": "magnum-older"}})
        magnum.add_class()
        magnum.add_class("unused")
        for name in ("kube-aaaaa", "kube-bbbbb"):
            magnum.add_cluster(name)
        magnum.secret("stray", data="x")
    tool = clusterctl_on(tmp_path, older_plane, version=VERSION)
    folder = tmp_path / "by-clusterctl"
    folder.mkdir()
    answer = tool("move", "--to-directory", folder, "--namespace", "magnum-older", "--kubeconfig", tool.kubeconfig)
    assert answer.rc == 0, answer
    return folder


def test_002__of_cluster_api_1_10__the_same_objects_as_clusterctl_and_their_credentials(older_plane, theirs, programs, tmp_path):
    backup = Backup(programs / "capi_backup", tmp_path, older_plane, "magnum-older")
    outcome = backup.backup()
    assert outcome.changed and outcome["consistent"], outcome.data
    archive = backup.unpack()
    saved = {identity_of(value) for value in read_files(theirs).values()}
    assert archive.identities - saved == {("Secret", "magnum-older", name + "-cloud-config")
                                          for name in ("kube-aaaaa", "kube-bbbbb")}
    assert not saved - archive.identities and len(saved) == 2 * (PER_CLUSTER - 1) + 2 * CLASS_OBJECTS
    assert all(each["ready"] for each in archive.manifest["clusters"]), archive.manifest["clusters"]
    assert archive.object("Cluster", "kube-aaaaa")["apiVersion"] == "cluster.x-k8s.io/v1beta1"
    assert archive.object("Cluster", "kube-aaaaa")["spec"]["paused"] is True


def test_063__what_clusterctl_1_10_saved__is_restored_where_a_newer_one_crashes(theirs, empty_plane, programs, tmp_path):
    """The server has the kinds of 1.13, which serve the older version too."""
    there = Magnum(empty_plane, "magnum-older")
    tool = clusterctl_on(tmp_path, empty_plane, "newer")
    crashed = tool("move", "--from-directory", theirs, "--to-kubeconfig", tool.kubeconfig)
    assert crashed.rc == PANIC and "nil pointer dereference" in crashed.stderr
    assert there.wire.request("GET", "/api/v1/namespaces/magnum-older")[0] == 404
    (tmp_path / "restore").mkdir()
    restore = Backup(programs / "capi_backup", tmp_path / "restore", empty_plane, "magnum-older")
    there.post("/api/v1/namespaces", {"metadata": {"name": "magnum-older"}})
    for name in ("kube-aaaaa", "kube-bbbbb"):
        there.secret(name + "-cloud-config", clouds__yaml="x")
    outcome = restore.restored(theirs)
    assert outcome.changed and not outcome.failed, outcome.data
    assert outcome["counts"]["created"] == 2 * (PER_CLUSTER - 1) + 2 * CLASS_OBJECTS
    assert outcome["left_paused"] == []
