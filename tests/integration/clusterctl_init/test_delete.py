"""Deleting providers: cases 103 to 109 of the conformance list, beside the real clusterctl."""
import pytest

from support.pair import CRDS
from support.providers import CORE, INFRASTRUCTURE, OLD_INFRASTRUCTURE
from support.relay import Relay

LABEL = "infrastructure-openstack"
GROUP = "infrastructure.cluster.x-k8s.io"
SMALL = {"core": "cluster-api:" + CORE, "bootstrap": "-", "control_plane": "-",
         "infrastructure": "openstack:" + INFRASTRUCTURE}
CAPO = "/apis/apps/v1/namespaces/capo-system/deployments"


@pytest.fixture
def installed(make_installed, standard):
    return make_installed(standard.entries(CORE, INFRASTRUCTURE), **SMALL)


def gone(pair, **request):
    """Deletes on both sides; returns what both had before and have not any more, as {kind: names}."""
    before = set(pair.ours.made())
    both = pair.run("absent", **request)
    assert both.ok, both.theirs
    for side in (pair.ours, pair.theirs):
        side.settle()
    pair.assert_same_world()
    found = {}
    for key in before - set(pair.ours.made()):
        found.setdefault(key.split()[1], set()).add(key.split()[2])
    return both, found


def test_103__infrastructure__goes_but_for_definitions_namespace_and_cluster_roles(installed):
    both, found = gone(installed, infrastructure="openstack")
    assert set(found) == {"Deployment", "Service", "ServiceAccount", "Role", "RoleBinding", "Issuer", "Certificate",
                          "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration", "Provider"}
    assert set(installed.ours.versions()) == {"cluster-api"}
    assert both.ours.changed
    assert [(p["label"], p["action"]) for p in both.ours["providers"]] == [(LABEL, "deleted")]
    deleted = [e["objectRef"]["resource"] for e in both.ours.requests if e["verb"] == "delete"]
    assert sorted(deleted) == sorted(e["objectRef"]["resource"] for e in both.theirs.requests if e["verb"] == "delete")


def test_103__version_of_the_request__may_name_the_installed_one(installed):
    gone(installed, infrastructure="openstack:" + INFRASTRUCTURE)
    assert set(installed.ours.versions()) == {"cluster-api"}


REFUSED = b'{"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": "not now", "reason": "Forbidden", "code": 403}'


@pytest.mark.parametrize("namespace_too", [False, True])
def test_103__object_that_cannot_be_deleted__keeps_the_record_for_the_next_run(installed, namespace_too):
    """clusterctl deletes the record with the rest, and has nothing to delete then."""
    request = {"infrastructure": "openstack", "include_namespace": namespace_too}
    kind = "/validatingwebhookconfigurations/"

    def refuse(sent):
        return (403, [("Content-Type", "application/json")], REFUSED) if sent.method == "DELETE" and kind in sent.path else None

    with Relay(installed.ours.server, refuse) as relay:
        ours = installed.run_ours("absent", more={"kubeconfig": relay.kubeconfig}, **request)
    assert ours.failed and "not now" in ours.msg
    assert LABEL in installed.ours.versions()
    assert "capo-system" in installed.ours.names("/api/v1/namespaces")
    again = installed.run_ours("absent", **request)
    assert not again.failed and again.changed, again.data
    deleted = [e["objectRef"]["resource"] for e in again.requests if e["verb"] == "delete"]
    assert ("namespaces" if namespace_too else "providers") in deleted


def test_105__definitions_gone_and_the_rest_not__the_next_run_completes_it(installed):
    """clusterctl refuses to work where Cluster API's definitions are not."""
    kind = "/validatingwebhookconfigurations/"

    def refuse(sent):
        return (403, [("Content-Type", "application/json")], REFUSED) if sent.method == "DELETE" and kind in sent.path else None

    with Relay(installed.ours.server, refuse) as relay:
        ours = installed.run_ours("absent", more={"kubeconfig": relay.kubeconfig}, core="cluster-api", include_crd=True)
    assert ours.failed and "not now" in ours.msg
    installed.ours.settle()
    assert "clusters.cluster.x-k8s.io" not in installed.ours.names(CRDS)
    assert "cluster-api" in installed.ours.versions()
    again = installed.run_ours("absent", core="cluster-api", include_crd=True)
    assert not again.failed and again.changed, again.data
    assert set(installed.ours.versions()) == {LABEL}


def test_104__with_its_namespace__objects_in_it_are_not_deleted_one_by_one(installed):
    before = {side: set(side.made()) for side in (installed.ours, installed.theirs)}
    both = installed.run("absent", infrastructure="openstack", include_namespace=True)
    assert both.ok, both.theirs
    for outcome in (both.ours, both.theirs):
        deleted = [e["objectRef"]["resource"] for e in outcome.requests if e["verb"] == "delete"]
        assert "namespaces" in deleted and "deployments" not in deleted
    assert before[installed.ours] == before[installed.theirs]
    deletions = [sorted((e["objectRef"]["resource"], e["objectRef"]["name"]) for e in outcome.requests
                        if e["verb"] == "delete") for outcome in (both.ours, both.theirs)]
    assert deletions[0] == deletions[1]


def make_cluster(side):
    path = "/apis/%s/v1beta1/namespaces/default/openstackclusters" % GROUP
    side.wait_for(path)
    side.post(path, {"apiVersion": GROUP + "/v1beta1", "kind": "OpenStackCluster", "metadata": {"name": "x"}})


def test_105__with_definitions_while_objects_exist__is_refused(installed):
    for side in (installed.ours, installed.theirs):
        side.request("DELETE", "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/capo-mutating-webhook-configuration")
        side.request("DELETE", "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/capo-validating-webhook-configuration")
        make_cluster(side)
    both = installed.run("absent", infrastructure="openstack", include_crd=True)
    assert 'found existing objects for provider CRDs "%s": [' % LABEL in both.theirs.error
    assert both.theirs.error.endswith("Please delete these objects first before running clusterctl delete with --include-crd")
    assert both.ours.failed and 'found existing objects for provider CRDs "%s": [' % LABEL in both.ours.msg
    assert installed.ours.names(CAPO) == ["capo-controller-manager"] and LABEL in installed.ours.versions()


def test_105__with_definitions__they_go_too(installed):
    _, found = gone(installed, infrastructure="openstack", include_crd=True)
    assert found["CustomResourceDefinition"] == {"/openstackclusters." + GROUP}


def test_106__other_version__is_an_error(installed):
    both = installed.run("absent", infrastructure="openstack:" + OLD_INFRASTRUCTURE)
    assert both.theirs.error == 'failed to identify the provider "openstack" with version "%s"' % OLD_INFRASTRUCTURE
    both.assert_same_error()
    assert LABEL in installed.ours.versions()


def test_107__and_109__what_is_not_installed__is_an_error_for_clusterctl_and_no_change_for_us(installed):
    both = installed.run("absent", ipam="in-cluster")
    assert both.theirs.error.startswith('failed to identify the namespace for the "in-cluster" provider')
    assert not both.ours.failed and not both.ours.changed, both.ours.data


def test_109__same_again__changes_nothing(installed):
    assert installed.run_ours("absent", infrastructure="openstack").changed
    ours = installed.run_ours("absent", infrastructure="openstack")
    assert not ours.failed and not ours.changed, ours.data


def test_108__everything__leaves_cert_manager_and_the_definition_of_the_inventory(installed):
    both, found = gone(installed, all=True)
    assert installed.ours.versions() == {} and both.ours.changed
    definitions = installed.ours.names(CRDS)
    assert "providers.clusterctl.cluster.x-k8s.io" in definitions and "issuers.cert-manager.io" in definitions
    assert "clusters.cluster.x-k8s.io" in definitions
    again = installed.run(**SMALL)
    assert again.ok, again.theirs
    assert again.ours["first_run"] is True
    installed.assert_same_world()


def test_108__everything_with_namespaces_and_definitions__leaves_no_provider(installed):
    """clusterctl may still find a kind in its list that it has deleted the definition of, and fail."""
    both = installed.run("absent", all=True, include_namespace=True, include_crd=True)
    assert not both.theirs.failed or "could not find the requested resource" in both.theirs.error
    assert not both.ours.failed and both.ours.changed, both.ours.data
    installed.ours.settle()
    assert [n for n in installed.ours.names(CRDS) if n.endswith("cluster.x-k8s.io")] == [
        "providers.clusterctl.cluster.x-k8s.io"]
    assert not {"capi-system", "capo-system"} & set(installed.ours.names("/api/v1/namespaces"))


def test_109__nothing_or_too_much_named__is_an_error(installed):
    for request in ({}, {"all": True, "infrastructure": "openstack"}):
        both = installed.run("absent", **request)
        assert both.theirs.failed and both.ours.failed
        assert "all" in both.ours.msg and "core_provider" in both.ours.msg
    assert LABEL in installed.ours.versions()


def test_107__check_mode__deletes_nothing(installed):
    ours = installed.run_ours("absent", check=True, infrastructure="openstack")
    assert not ours.failed and ours.changed
    assert LABEL in installed.ours.versions() and installed.ours.names(CAPO)
