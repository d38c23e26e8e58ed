"""Components in another namespace: cases 49 to 55 of the conformance list. One installation shows most of it."""
import pytest

from support.pair import Pair, reset
from support.providers import CORE, INFRASTRUCTURE, STANDARD, Repository, crd, find, pinned, small

GROUP = "infrastructure.cluster.x-k8s.io"
CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
RBAC = "/apis/rbac.authorization.k8s.io/v1"
HOOKS = "/apis/admissionregistration.k8s.io/v1"
LABEL = "infrastructure-openstack"


def conversion(namespace):
    return {"strategy": "Webhook", "webhook": {"conversionReviewVersions": ["v1"], "clientConfig": {
        "service": {"name": "capo-webhook-service", "namespace": namespace, "path": "/convert"}}}}


def change(objects):
    """Everything that a rewriting has to do with, and what it must leave alone."""
    converted = crd(GROUP, "Converted", annotations={"cert-manager.io/inject-ca-from": "capo-system/capo-serving-cert"})
    converted["spec"]["conversion"] = conversion("elsewhere")
    for kind in ("ClusterRoleBinding", "RoleBinding"):
        find(objects, kind)["subjects"] += [
            {"kind": "ServiceAccount", "name": "b", "namespace": "elsewhere"},
            {"kind": "User", "name": "u", "apiGroup": "rbac.authorization.k8s.io"}]
    certificate = find(objects, "Certificate")
    certificate["spec"]["dnsNames"] += ["x.other.svc", "capo-system.capo-system.svc", "y.capo-system.capo-system.svc"]
    hooks = find(objects, "ValidatingWebhookConfiguration")["webhooks"]
    hooks.append(dict(hooks[0], name="by.url.example.org", clientConfig={"url": "https://127.0.0.1:1/x"}))
    return objects + [converted,
                      {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "plain"}},
                      {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "other", "namespace": "elsewhere"},
                       "data": {"service": "capo-webhook-service.capo-system.svc"}}]


@pytest.fixture(scope="module")
def moved(sides, programs, tmp_path_factory):
    """All four providers in namespace foo, on both sides. Tests look and change nothing."""
    repo = Repository(tmp_path_factory.mktemp("moved") / "repository").add_standard()
    repo.add(LABEL, INFRASTRUCTURE, change=change)
    reset(sides)
    pair = Pair(*sides, tmp_path_factory.mktemp("moved"), programs / "clusterctl_init",
                repo.entries(CORE, INFRASTRUCTURE))
    both = pair.run(target_namespace="foo", **pinned())
    assert both.ok, both.theirs
    return pair


def test_049__namespaced_objects__are_in_the_target_and_nothing_else_is_renamed(moved):
    moved.assert_same_world()
    made = moved.ours.made()
    outside = ("CustomResourceDefinition", "ClusterRole", "ClusterRoleBinding", "MutatingWebhookConfiguration",
               "ValidatingWebhookConfiguration", "Namespace")
    assert all(key.split()[2].startswith("foo/") for key in made if key.split()[1] not in outside)
    assert "v1 ConfigMap foo/other" in made and "v1 ConfigMap foo/plain" in made
    assert [key for key in made if key.startswith("v1 Namespace ")] == ["v1 Namespace /foo"]
    assert "capo-manager-role" in moved.ours.names(RBAC + "/clusterroles")


@pytest.mark.parametrize("path", ["/clusterrolebindings/capo-manager-rolebinding",
                                  "/namespaces/foo/rolebindings/capo-leader-election-rolebinding"])
def test_050__subjects_with_a_namespace__are_moved_whatever_it_was(moved, path):
    for side in (moved.ours, moved.theirs):
        subjects = side.get(RBAC + path)["subjects"]
        assert [(s["name"], s.get("namespace")) for s in subjects] == [("capo-manager", "foo"), ("b", "foo"), ("u", None)]


@pytest.mark.parametrize("kind", ["mutating", "validating"])
def test_051__webhooks__call_the_service_in_the_target_and_those_with_a_url_do_not(moved, kind):
    for side in (moved.ours, moved.theirs):
        made = side.get("%s/%swebhookconfigurations/capo-%s-webhook-configuration" % (HOOKS, kind, kind))
        assert made["metadata"]["annotations"]["cert-manager.io/inject-ca-from"] == "foo/capo-serving-cert"
        services = [hook["clientConfig"].get("service", {}).get("namespace") for hook in made["webhooks"]]
        assert services == (["foo"] if kind == "mutating" else ["foo", None])


def test_051__definitions__get_their_authority_from_the_target(moved):
    for side in (moved.ours, moved.theirs):
        made = side.get("%s/openstackclusters.%s" % (CRDS, GROUP))
        assert made["metadata"]["annotations"]["cert-manager.io/inject-ca-from"] == "foo/capo-serving-cert"
        assert made["spec"].get("conversion", {"strategy": "None"}) == {"strategy": "None"}


def test_052__conversion__calls_the_service_in_the_target(moved):
    for side in (moved.ours, moved.theirs):
        service = side.get("%s/converteds.%s" % (CRDS, GROUP))["spec"]["conversion"]["webhook"]["clientConfig"]["service"]
        assert service["namespace"] == "foo"


def test_053__names_of_certificates__have_the_first_occurrence_replaced(moved):
    for side in (moved.ours, moved.theirs):
        spec = side.get("/apis/cert-manager.io/v1/namespaces/foo/certificates/capo-serving-cert")["spec"]
        assert spec["dnsNames"] == ["capo-webhook-service.foo.svc", "capo-webhook-service.foo.svc.cluster.local",
                                    "x.other.svc", "capo-system.foo.svc", "y.foo.capo-system.svc"]


def test_055__all_providers__are_recorded_in_the_target(moved):
    for side in (moved.ours, moved.theirs):
        assert {name: o["metadata"]["namespace"] for name, o in side.providers().items()} == dict.fromkeys(STANDARD, "foo")


@pytest.mark.parametrize("value", ["x", "a/b/c", ""])
def test_054__annotation_that_is_no_name_with_namespace__is_an_error(make_pair, repo, value):
    def spoil(objects):
        find(objects, "ValidatingWebhookConfiguration")["metadata"]["annotations"] = {
            "cert-manager.io/inject-ca-from": value}

    repo.add(LABEL, INFRASTRUCTURE, change=spoil)
    pair = make_pair(repo.entries(CORE, INFRASTRUCTURE))
    both = pair.run(target_namespace="foo", **small())
    assert ("failed to set the TargetNamespace on the components: object ValidatingWebhookConfiguration "
            "capo-validating-webhook-configuration does not have a correct value for cert-manager.io/inject-ca-from"
            ) in both.theirs.error
    both.assert_same_error()


@pytest.mark.parametrize("version, kind", [("admissionregistration.k8s.io/v1alpha1", "MutatingWebhookConfiguration"),
                                           ("apiextensions.k8s.io/v2", "CustomResourceDefinition")])
def test_054__version_of_a_kind_that_is_not_known__is_an_error(make_pair, repo, version, kind):
    repo.add(LABEL, INFRASTRUCTURE, change=lambda objects: objects + [
        {"apiVersion": version, "kind": kind, "metadata": {"name": "x"}}])
    pair = make_pair(repo.entries(CORE, INFRASTRUCTURE))
    both = pair.run(target_namespace="foo", **small())
    assert "failed to patch %s %s" % (version.split("/")[1], kind) in both.theirs.error
    both.assert_same_error()
