"""What an account needs for a backup, and what is said when a rule is missing."""
import pytest

from conftest import Backup
from support.magnum_clusters import owner

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
