"""cert-manager: cases 78 to 84 of the conformance list. Its controllers never run here: the definitions alone make a
cluster in which the probe succeeds."""
import pytest

from servers.clusterctl.client import Clusterctl
from support import cert_manager
from support.cert_manager import DEPLOYMENT, NAMESPACE, config, remove_definitions
from support.cert_manager import NEW as VERSION, OLD as OLD_VERSION
from support.pair import CERT_MANAGER, CRDS, Pair
from support.providers import CORE, INFRASTRUCTURE, OLD_INFRASTRUCTURE, deployment

LABEL = "clusterctl.cluster.x-k8s.io/core=cert-manager"
SMALL = {"core": "cluster-api:" + CORE, "bootstrap": "-", "control_plane": "-"}


@pytest.fixture
def manifests(tmp_path):
    """A repository with two versions of cert-manager."""
    return cert_manager.write(tmp_path, OLD_VERSION, VERSION)


@pytest.fixture
def without(pair):
    """The pair on clusters without cert-manager."""
    for side in (pair.ours, pair.theirs):
        remove_definitions(side)
    return pair


def labelled(side, kind):
    return side.get("%s?labelSelector=%s" % (kind, LABEL.replace("=", "%3D")))["items"]


def created(requests):
    return [e["objectRef"]["resource"] for e in requests if e["verb"] == "create"
            and e["responseStatus"]["code"] == 201 and "cert-manager-test" not in e["requestURI"]]


def test_078__cert_manager_is_there__is_not_touched_and_nothing_of_the_probe_stays(pair):
    both = pair.run(**SMALL)
    assert both.ok, both.theirs
    line = "Skipping installing cert-manager as it is already installed"
    assert line in both.theirs.log and line in both.ours["log"]
    for side in (pair.ours, pair.theirs):
        for kind in ("issuers", "certificates"):
            assert side.names("/apis/cert-manager.io/v1/namespaces/cert-manager-test/" + kind) == []
    assert both.ours["cert_manager"]["action"] == "skipped"


def test_079__cert_manager_is_absent__is_installed_in_order_with_labels(without, manifests):
    both = without.run(config=config(manifests), **SMALL)
    assert both.ok, both.theirs
    without.assert_same_world()
    assert both.ours["cert_manager"] == {**both.ours["cert_manager"], "action": "installed", "version": VERSION}
    for line in ('Installing cert-manager version="%s"' % VERSION, "Waiting for cert-manager to be available..."):
        assert line in both.theirs.log and line in both.ours["log"]
    made = {}
    for side, requests in ((without.ours, both.ours.requests), (without.theirs, both.theirs.requests)):
        metadata = side.get(DEPLOYMENT)["metadata"]
        assert metadata["labels"]["clusterctl.cluster.x-k8s.io"] == ""
        assert metadata["labels"]["clusterctl.cluster.x-k8s.io/core"] == "cert-manager"
        assert metadata["annotations"]["cert-manager.clusterctl.cluster.x-k8s.io/version"] == VERSION
        data = side.get("/api/v1/namespaces/cert-manager/configmaps/cert-manager")["data"]
        assert data == {"text": "no ${VARIABLE} here, $$ stays"}
        order = created(requests)
        behind = min(order.index("configmaps"), order.index("serviceaccounts"))  # ours go at the same time
        made[side] = order[behind - 3:][:8]
    assert made[without.theirs] == [
        "namespaces", "customresourcedefinitions", "customresourcedefinitions", "configmaps", "serviceaccounts",
        "deployments", "services", "clusterroles"]
    assert sorted(made[without.ours][:3]) == ["customresourcedefinitions"] * 2 + ["namespaces"]
    assert sorted(made[without.ours]) == sorted(made[without.theirs])


def test_080__version_of_the_configuration__names_the_folder_not_that_of_the_url(without, manifests):
    both = without.run(config=config(manifests, VERSION, in_url=OLD_VERSION), **SMALL)
    assert both.ok, both.theirs
    for side in (without.ours, without.theirs):
        image = side.get(DEPLOYMENT)["spec"]["template"]["spec"]["containers"][0]["image"]
        assert image.endswith(VERSION)


def test_080__missing_version__is_an_error(without, manifests):
    both = without.run(config=config(manifests, "v1.0.0"), **SMALL)
    cause = "failed to read file" + both.theirs.error.rpartition("failed to read file")[2]
    assert "v1.0.0" in cause and both.ours.msg.endswith(cause) and "cert-manager" in both.ours.msg


def test_081__deployment_of_cert_manager__is_replaced_as_a_whole(without, manifests):
    old = deployment("cert-manager", "cert-manager", "other.io/x:1")
    old["metadata"]["labels"]["mine"] = "gone"
    old["spec"]["template"]["spec"]["nodeSelector"] = {"a": "b"}
    for side in (without.ours, without.theirs):
        side.post("/api/v1/namespaces", NAMESPACE)
        side.post(DEPLOYMENT.rpartition("/")[0], old)
    both = without.run(config=config(manifests), **SMALL)
    assert both.ok, both.theirs
    without.assert_same_world()
    made = without.ours.get(DEPLOYMENT)
    assert "mine" not in made["metadata"]["labels"] and "nodeSelector" not in made["spec"]["template"]["spec"]
    for requests in (both.ours.requests, both.theirs.requests):
        assert "update" in [e["verb"] for e in requests if e["requestURI"].startswith(DEPLOYMENT)]


def test_082__timeout_that_is_none__is_logged(without, manifests):
    both = without.run(config=config(manifests, timeout="abc"), **SMALL)
    assert both.ok, both.theirs
    theirs = {line for line in both.theirs.log if line.startswith("Invalid value set")}
    assert len(theirs) == 1 and theirs <= set(both.ours["log"])


def test_079__images_of_cert_manager__can_be_replaced(without, manifests):
    both = without.run(config=dict(config(manifests), images={"cert-manager": {"repository": "reg"}}), **SMALL)
    assert both.ok, both.theirs
    without.assert_same_world()
    assert without.ours.get(DEPLOYMENT)["spec"]["template"]["spec"]["containers"][0]["image"].startswith("reg/")


def test_083__cert_manager_required_but_absent__installs_nothing(without):
    ours = without.run_ours(more={"cert_manager": {"mode": "require"}}, **SMALL)
    assert ours.failed and "cert-manager" in ours.msg
    assert without.ours.versions() == {} and "capi-system" not in without.ours.names("/api/v1/namespaces")


def test_083__cert_manager_required_and_there__is_not_touched(pair):
    ours = pair.run_ours(more={"cert_manager": {"mode": "require"}}, **SMALL)
    assert not ours.failed, ours.data


def test_083__cert_manager_skipped__is_not_even_probed(pair):
    ours = pair.run_ours(more={"cert_manager": {"mode": "skip"}}, **SMALL)
    assert not ours.failed, ours.data
    assert not any("cert-manager-test" in e["requestURI"] for e in ours.requests)


def test_083__options_for_cert_manager__are_as_the_keys(without, manifests):
    ours = without.run_ours(more={"cert_manager": {"url": "%s/%s/cert-manager.yaml" % (manifests, VERSION),
                                                   "version": VERSION}}, **SMALL)
    assert not ours.failed, ours.data
    assert ours["cert_manager"]["action"] == "installed"


# ---- upgrades

UPGRADE = {"infrastructure": "openstack:" + INFRASTRUCTURE}


@pytest.fixture
def installed(remembered, sides, programs, tmp_path, standard, manifests):
    """With the old cert-manager and the old infrastructure provider."""
    pair = Pair(*sides, tmp_path, programs / "clusterctl_init", standard.entries(CORE, INFRASTRUCTURE))

    def install():
        for side in sides:
            remove_definitions(side)
        both = pair.run(config=config(manifests, OLD_VERSION), **SMALL, infrastructure="openstack:" + OLD_INFRASTRUCTURE)
        assert both.ok, both.theirs

    remembered("cert-manager", install)
    return pair


def versions_of_objects(side):
    return {o["metadata"].get("annotations", {}).get("cert-manager.clusterctl.cluster.x-k8s.io/version")
            for o in labelled(side, "/apis/apps/v1/deployments")}


def uids(side):
    paths = (DEPLOYMENT, "/api/v1/namespaces/cert-manager", CRDS + "/issuers.cert-manager.io",
             "/apis/rbac.authorization.k8s.io/v1/clusterroles/cert-manager-view")
    return [side.get(path)["metadata"]["uid"] for path in paths]


def changes(pair, config_, **request):
    """Upgrades both; says for deployment, namespace, definition and role whether each was made anew."""
    before = {side: uids(side) for side in (pair.ours, pair.theirs)}
    both = pair.run("upgraded", config=config_, **request)
    assert both.ok, both.theirs
    pair.assert_same_world()
    new = [[a != b for a, b in zip(uids(side), before[side])] for side in (pair.ours, pair.theirs)]
    assert new[0] == new[1]
    return both, new[0]


def test_084__older_cert_manager__is_deleted_but_for_namespace_and_definitions_and_installed(installed, manifests):
    both, new = changes(installed, config(manifests, VERSION), **UPGRADE)
    assert new == [True, False, False, True]
    assert versions_of_objects(installed.ours) == {VERSION}
    line = 'Deleting cert-manager version="%s"' % OLD_VERSION
    assert line in both.theirs.log and line in both.ours["log"]
    assert both.ours["cert_manager"]["action"] == "upgraded"
    assert both.ours["cert_manager"]["previous_version"] == OLD_VERSION


def test_084__same_cert_manager__is_left_alone(installed, manifests):
    both, new = changes(installed, config(manifests, OLD_VERSION), **UPGRADE)
    assert new == [False] * 4
    assert "Cert-manager is already up to date" in both.theirs.log and "Cert-manager is already up to date" in both.ours["log"]


def test_084__same_cert_manager_with_an_object_missing__is_installed_again(installed, manifests):
    for side in (installed.ours, installed.theirs):
        side.delete("/api/v1/namespaces/cert-manager/configmaps/cert-manager")
    _, new = changes(installed, config(manifests, OLD_VERSION), **UPGRADE)
    assert new[0] is True
    assert installed.ours.names("/api/v1/namespaces/cert-manager/configmaps") == ["cert-manager"]


def test_084__same_cert_manager_with_other_images__is_installed_again_as_by_clusterctl_1_14(installed, manifests, tmp_path):
    installed.use(Clusterctl(tmp_path / "newest", installed.theirs.server, version="1.14.2"))
    moved = dict(config(manifests, OLD_VERSION), images={"cert-manager": {"repository": "reg"}})
    both, new = changes(installed, moved, **UPGRADE)
    assert new[0] is True
    assert cert_manager.image_of(installed.ours).startswith("reg/")
    assert both.ours["cert_manager"]["action"] == "upgraded"
    again = installed.run_ours("upgraded", config=moved, **UPGRADE)
    assert again["cert_manager"]["action"] == "skipped"


def test_084__newer_cert_manager__is_left_alone(installed, manifests):
    for side in (installed.ours, installed.theirs):
        for path in (DEPLOYMENT, "/api/v1/namespaces/cert-manager", "/api/v1/namespaces/cert-manager/services/cert-manager",
                     "/api/v1/namespaces/cert-manager/serviceaccounts/cert-manager",
                     "/api/v1/namespaces/cert-manager/configmaps/cert-manager",
                     "/apis/rbac.authorization.k8s.io/v1/clusterroles/cert-manager-view",
                     *("%s/%s" % (CRDS, d["metadata"]["name"]) for d in CERT_MANAGER)):
            side.patch(path, {"metadata": {"annotations": {"cert-manager.clusterctl.cluster.x-k8s.io/version": "v9.0.0"}}})
    _, new = changes(installed, config(manifests, VERSION), **UPGRADE)
    assert new == [False] * 4


def test_084__cert_manager_of_somebody_else__is_left_alone(pair, manifests):
    pair.run(**SMALL, infrastructure="openstack:" + OLD_INFRASTRUCTURE)
    both = pair.run("upgraded", config=config(manifests), **UPGRADE)
    assert both.ok, both.theirs
    assert pair.ours.names("/apis/apps/v1/namespaces/cert-manager/deployments") == []
    pair.assert_same_world()


def test_102__invalid_request__upgrades_cert_manager_first(installed, manifests):
    both = installed.run("upgraded", config=config(manifests, VERSION), core="cluster-api:" + CORE, ipam="nobody:v1.0.0")
    assert both.theirs.failed and both.ours.failed, (both.theirs, both.ours.data)
    assert versions_of_objects(installed.theirs) == versions_of_objects(installed.ours) == {VERSION}
    assert both.ours.changed
