"""Cluster API itself, in three releases, and where they are at hand the published files of more: cases 56, 60, 86 and 103
to 110 with everything that a release holds."""
import json

import pytest

from servers.clusterctl import repository
from servers.clusterctl.client import Clusterctl
from support import cert_manager
from support.pair import CRDS

LABELS = ("cluster-api", "bootstrap-kubeadm", "control-plane-kubeadm")
TOPOLOGY = {"CLUSTER_TOPOLOGY": "true", "EXP_CLUSTER_RESOURCE_SET": "true"}


class Releases:
    """Requests for versions of Cluster API and one infrastructure provider in a repository."""

    def __init__(self, base, infrastructure):
        self.base = base
        self.infrastructure = infrastructure

    def entries(self, capi, version):
        pairs = [(label, "v" + capi) for label in LABELS] + [("infrastructure-" + self.infrastructure, "v" + version)]
        return [repository.entry(self.base, label, v) for label, v in pairs]

    def request(self, capi, version):
        return {"core": "cluster-api:v" + capi, "bootstrap": "kubeadm:v" + capi, "control_plane": "kubeadm:v" + capi,
                "infrastructure": "%s:v%s" % (self.infrastructure, version)}


@pytest.fixture(scope="module")
def rendered():
    return Releases(repository.rendered(), "sample")


@pytest.fixture(scope="module")
def published():
    base = repository.published()
    if base is None:
        pytest.skip("needs the published provider files: MCAPI_TEST_DATA")
    return Releases(base, "openstack")


def alike(pair, both):
    assert both.ok, both.theirs
    pair.assert_same_world()
    return both


def kinds(made) -> dict:
    counts = {}
    for key in made:
        counts[key.split()[1]] = counts.get(key.split()[1], 0) + 1
    return counts


def test_056__cluster_api_1_13__is_installed_as_by_clusterctl_and_the_same_again_writes_nothing(make_pair, rendered):
    pair = make_pair(rendered.entries("1.13.6", "0.2.0"), empty=True)
    pair.env = TOPOLOGY
    request = rendered.request("1.13.6", "0.2.0")
    both = alike(pair, pair.run(**request))
    assert kinds(pair.ours.made())["Deployment"] == 4
    assert len(both.ours["objects"]) >= 26 + 14 + 15 + 13
    manager = pair.ours.get("/apis/apps/v1/namespaces/capi-system/deployments/capi-controller-manager")
    assert any("ClusterTopology=true" in word for word in manager["spec"]["template"]["spec"]["containers"][0]["args"])
    again = pair.run(**request)
    assert again.ok and not again.ours.changed
    pair.assert_same_world()
    for side in (pair.ours, pair.theirs):
        side.post("/api/v1/namespaces", {"metadata": {"name": "cert-manager"}})  # else it would ask for its manifest
    images = pair.run("images", **request)
    assert images.ours["images"] == images.theirs.stdout.splitlines()


MIRROR = "registry.example.org/mirror"


def test_086__cluster_api_1_8_to_1_13_to_1_14_and_away__is_at_every_step_as_by_clusterctl(make_pair, rendered, tmp_path):
    """With a cert-manager that clusterctl installs and upgrades, from a registry of one's own."""
    pair = make_pair(rendered.entries("1.8.4", "0.1.0"))
    pair.env = TOPOLOGY
    versions = ("v1.16.1", "v1.19.1", "v1.20.2")
    base = cert_manager.write(tmp_path, *versions)

    def step(state, request, version):
        images = {"cert-manager": {"repository": MIRROR}}
        alike(pair, pair.run(state, config=dict(cert_manager.config(base, version, version), images=images), **request))
        assert cert_manager.image_of(pair.ours) == "%s/cert-manager-controller:%s" % (MIRROR, version)

    for side in (pair.ours, pair.theirs):
        cert_manager.remove_definitions(side)
    step("present", rendered.request("1.8.4", "0.1.0"), versions[0])
    step("upgraded", rendered.request("1.13.6", "0.2.0"), versions[1])
    storage = [v["name"] for v in pair.ours.get(CRDS + "/clusters.cluster.x-k8s.io")["spec"]["versions"] if v["storage"]]
    assert storage == ["v1beta2"]
    pair.use(Clusterctl(tmp_path / "newest", pair.theirs.server, version="1.14.2"))
    step("upgraded", rendered.request("1.14.2", "0.2.0"), versions[2])
    alike(pair, pair.run("absent", infrastructure="sample"))
    both = pair.run("absent", all=True, include_crd=True)
    assert not both.ours.failed and pair.ours.versions() == {}, both.ours.data
    if not both.theirs.failed:  # it may trip over definitions that it deleted itself
        pair.assert_same_world()


def test_056__published_files__are_installed_as_by_clusterctl(make_pair, published):
    pair = make_pair(published.entries("1.12.3", "0.14.4"), empty=True)
    pair.env = TOPOLOGY
    both = alike(pair, pair.run(**published.request("1.12.3", "0.14.4")))
    counts = kinds(pair.ours.made())
    assert counts["Provider"] == 4 and counts["Deployment"] == 4
    assert sum(counts.values()) == 73 + 4 + 1
    assert len(both.ours["objects"]) >= 73


def test_086__published_files_of_two_contracts__are_upgraded_as_by_clusterctl(make_pair, published):
    pair = make_pair(published.entries("1.10.10", "0.12.2"))
    pair.env = TOPOLOGY
    alike(pair, pair.run(**published.request("1.10.10", "0.12.2")))
    alike(pair, pair.run("upgraded", **published.request("1.12.3", "0.14.4")))
    alike(pair, pair.run("upgraded", **published.request("1.13.2", "0.14.4")))


def test_049__published_files__move_to_another_namespace_as_by_clusterctl(make_pair, published):
    pair = make_pair(published.entries("1.13.2", "0.14.4"))
    both = pair.run(config={"images": {"all": {"repository": "reg.example.org/capi"}}}, target_namespace="elsewhere",
                    **published.request("1.13.2", "0.14.4"))
    alike(pair, both)
    assert "capo-system" not in json.dumps(pair.ours.get(CRDS + "/openstackclusters.infrastructure.cluster.x-k8s.io")
                                           ["metadata"].get("annotations", {}))
