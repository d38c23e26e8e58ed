"""What an account needs for a backup and for a restore, and what is said when a rule is missing."""
import pytest

from conftest import Backup
from support.magnum_clusters import owner

from test_restore import saved

GROUPS = ["cluster.x-k8s.io", "addons.cluster.x-k8s.io", "bootstrap.cluster.x-k8s.io", "controlplane.cluster.x-k8s.io",
          "infrastructure.cluster.x-k8s.io", "ipam.cluster.x-k8s.io", "runtime.cluster.x-k8s.io",
          "clusterctl.cluster.x-k8s.io"]
EVERYWHERE = {
    "definitions": (["apiextensions.k8s.io"], ["customresourcedefinitions"]),
    "providers": (["clusterctl.cluster.x-k8s.io"], ["providers"]),
    "namespaces": ([""], ["namespaces"]),
    "identities": (["infrastructure.cluster.x-k8s.io"], ["openstackclusteridentities"]),
    "extensions": (["runtime.cluster.x-k8s.io"], ["extensionconfigs"]),
}
WITHIN = {"objects": (GROUPS, ["*"]), "secrets": ([""], ["secrets"]), "maps": ([""], ["configmaps"])}


def rules(named, without) -> list:
    return [{"apiGroups": groups, "resources": resources, "verbs": ["get", "list"]}
            for name, (groups, resources) in named.items() if name != without]


@pytest.fixture
def with_rules(magnum, plane, programs, tmp_path):
    """with_rules(without=None) → a Backup for an account that has all rules but one."""
    user = "keeper-of-" + magnum.namespace

    def make(without=None):
        base = "/apis/rbac.authorization.k8s.io/v1"
        inside = base + "/namespaces/" + magnum.namespace
        subject = [{"kind": "User", "name": user, "apiGroup": "rbac.authorization.k8s.io"}]
        for path, kind, named in ((base + "/clusterroles", "ClusterRole", EVERYWHERE), (inside + "/roles", "Role", WITHIN)):
            magnum.post(path, {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": {"name": user},
                               "rules": rules(named, without)})
            magnum.post(path.replace("roles", "rolebindings"), {
                "apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind + "Binding", "metadata": {"name": user},
                "subjects": subject,
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": user}})
        backup = Backup(programs / "capi_backup", tmp_path, plane, magnum.namespace)
        pair = plane.pki.authority().client(user, [])
        backup.environment["KUBECONFIG"] = str(plane.kubeconfig_for(user, pair))
        return backup

    magnum.add_class()
    cluster = magnum.add_cluster("kube-aaaaa")
    magnum.make({"apiVersion": "v1", "kind": "ConfigMap", "metadata": magnum.meta("m", [owner(cluster)])})
    return make


def test_088__these_rules_suffice(with_rules):
    outcome = with_rules().backup()
    assert outcome.changed and outcome["consistent"], outcome.data
    assert [text for text in outcome.warnings if "provider's namespace capo-system" in text]
    assert len(outcome.warnings) == 1, outcome.warnings


@pytest.mark.parametrize("missing, named", [
    ("definitions", "customresourcedefinitions"), ("providers", "providers"), ("identities", "openstackclusteridentities"),
    ("secrets", "secrets"), ("maps", "configmaps")])
def test_088__a_missing_rule__is_named(with_rules, missing, named):
    outcome = with_rules(missing).backup()
    assert outcome.failed
    assert 'cannot list resource "%s"' % named in outcome.msg


def test_088__namespaces_that_may_not_be_seen__are_a_warning(with_rules):
    outcome = with_rules("namespaces").backup()
    assert outcome.changed
    assert [text for text in outcome.warnings if "labels and annotations of namespace" in text]


# ---- of a restore

READ, MAKE = ["get", "list"], ["get", "list", "create", "patch"]
TO_RESTORE = {
    "definitions": (["apiextensions.k8s.io"], ["customresourcedefinitions"], READ),
    "namespaces": ([""], ["namespaces"], ["get", "create"]),
    "objects": (GROUPS, ["*"], MAKE),
    "core objects": ([""], ["secrets", "configmaps"], MAKE),
    "webhooks": (["admissionregistration.k8s.io"], ["validatingwebhookconfigurations", "mutatingwebhookconfigurations"], READ),
    "endpoints": (["discovery.k8s.io"], ["endpointslices"], READ),
}


@pytest.fixture
def restorer(magnum, backup, target, restore):
    """restorer(changes={}) → the restore of one cluster for an account with these rules; changes: verbs of some of them."""
    user = "restorer-of-" + magnum.namespace
    base = "/apis/rbac.authorization.k8s.io/v1/"

    def make(changes=None):
        verbs = dict({name: row[2] for name, row in TO_RESTORE.items()}, **(changes or {}))
        target.post(base + "clusterroles", {
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": user},
            "rules": [{"apiGroups": row[0], "resources": row[1], "verbs": verbs[name]}
                      for name, row in TO_RESTORE.items() if verbs[name]]})
        target.post(base + "clusterrolebindings", {
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": user},
            "subjects": [{"kind": "User", "name": user, "apiGroup": "rbac.authorization.k8s.io"}],
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": user}})
        pair = target.server.pki.authority().client(user, [])
        restore.environment["KUBECONFIG"] = str(target.server.kubeconfig_for(user, pair))
        return restore

    saved(magnum, backup)
    return make


def test_088__these_rules_suffice_to_restore(restorer):
    outcome = restorer().restored()
    assert outcome.changed and not outcome.failed and outcome["left_paused"] == [], outcome.data


@pytest.mark.parametrize("changes, named", [
    ({"namespaces": ["get"]}, "the account may not create namespaces"),
    ({"objects": READ}, "the account may not create clusters.cluster.x-k8s.io in namespace "),
    ({"core objects": ["get", "list", "patch"]}, "the account may not create secrets in namespace "),
    ({"objects": ["get", "list", "create"]}, "the account may not patch clusters.cluster.x-k8s.io in namespace "),
    ({"core objects": ["create", "patch"]}, 'cannot get resource "secrets"'),
    ({"webhooks": []}, "validatingwebhookconfigurations"),
])
def test_088__a_missing_rule_of_a_restore__is_named_before_anything_is_written(restorer, target, changes, named):
    outcome = restorer(changes).restored(webhook_timeout=0)
    assert outcome.failed and named in outcome.msg + str(outcome.get("problems")), outcome.data
    assert target.wire.request("GET", "/api/v1/namespaces/" + target.namespace)[0] == 404


def test_088__definitions_that_may_not_be_seen__are_a_warning_of_a_restore(restorer):
    outcome = restorer({"definitions": []}).restored()
    assert outcome.changed and any("conversion webhooks were not looked at" in text for text in outcome.warnings), outcome.data
