"""What speaks against a restore: found, and told, before its first write."""
import time

from support.magnum_clusters import CORE

from conftest import writes
from test_restore import edited, of_kind, saved


def test_072__a_kind_that_is_not_served__fails_before_any_write(magnum, backup, target, restore):
    archive = saved(magnum, backup)
    folder = edited(backup, archive, of_kind("OpenStackCluster", lambda value: dict(
        value, apiVersion="infrastructure.cluster.x-k8s.io/v1beta7")))
    outcome = restore.restored(folder)
    assert outcome.failed and "does not serve infrastructure.cluster.x-k8s.io/v1beta7 OpenStackCluster" in outcome.msg
    assert [event for event in writes(outcome) if "accessreview" not in event["requestURI"]] == []
    assert target.wire.request("GET", "/api/v1/namespaces/" + target.namespace)[0] == 404


def test_072__an_older_provider__fails_unless_it_is_asked_to_warn(magnum, backup, target, restore):
    saved(magnum, backup)
    path = target.path("clusterctl.cluster.x-k8s.io/v1alpha3", "Provider", "capo-system", "infrastructure-openstack")
    assert target.wire.request("PATCH", path, {"version": "v0.12.0"}, "application/merge-patch+json")[0] == 200
    try:
        outcome = restore.restored()
        assert outcome.failed and "InfrastructureProvider openstack is older" in outcome.msg
        assert not [event for event in writes(outcome) if "accessreview" not in event["requestURI"]]
        warned = restore.restored(provider_check="warn")
        assert warned.changed and any("is older" in text for text in warned.warnings)
    finally:
        target.wire.request("PATCH", path, {"version": "v0.14.4"}, "application/merge-patch+json")


def test_072__a_webhook_that_nobody_answers_for__fails_in_time(magnum, backup, target, restore):
    saved(magnum, backup)
    name = "hook-of-" + target.namespace
    base = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"
    target.post(base, {
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": name, "labels": {"cluster.x-k8s.io/provider": "cluster-api"}},
        "webhooks": [{"name": "x.example.com", "sideEffects": "None", "admissionReviewVersions": ["v1"],
                      "clientConfig": {"caBundle": "Q0E=", "service": {"name": "hook", "namespace": "capi-system"}},
                      "rules": [{"apiGroups": ["nothing.example.com"], "apiVersions": ["v1"], "operations": ["CREATE"],
                                 "resources": ["nothings"]}]}]})
    try:
        outcome = restore.restored(webhook_timeout=0)
        assert outcome.failed and "nobody answers for the webhooks of Service capi-system/hook" in outcome.msg
        assert not [event for event in writes(outcome) if "accessreview" not in event["requestURI"]]
    finally:
        target.wire.request("DELETE", base + "/" + name)


def test_072__a_kind_that_nobody_can_convert__fails_before_any_write(magnum, backup, target, restore):
    saved(magnum, backup)
    path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/openstackservers.infrastructure.cluster.x-k8s.io"
    unused, used = path, path.replace("openstackservers", "openstackclusters")

    def convert(where, conversion):
        status, answer = target.wire.request("PATCH", where, {"spec": {"conversion": conversion}},
                                             "application/merge-patch+json")
        assert status == 200, answer

    by_webhook = {"strategy": "Webhook", "webhook": {"conversionReviewVersions": ["v1"], "clientConfig": {
        "caBundle": None, "service": {"name": "capo-webhook", "namespace": "capo-system", "path": "/convert"}}}}
    none = {"strategy": "None", "webhook": None}
    convert(unused, by_webhook)
    try:
        assert not restore.restored(check=True, webhook_timeout=0).failed  # nothing of this kind is in the archive
        convert(used, by_webhook)
        outcome = restore.restored(webhook_timeout=0)
        assert outcome.failed and "the webhooks of Service capo-system/capo-webhook have no certificate yet" in outcome.msg
        assert not [event for event in writes(outcome) if "accessreview" not in event["requestURI"]]
    finally:
        convert(used, none)
        convert(unused, none)


def test_073__a_namespace_that_is_going__is_an_error(magnum, backup, target, restore):
    saved(magnum, backup)
    target.post("/api/v1/namespaces", {"metadata": {"name": target.namespace}})
    target.secret("keeper")
    target.wire.request("DELETE", "/api/v1/namespaces/" + target.namespace)
    outcome = restore.restored()
    assert outcome.failed and "is being deleted" in outcome.msg, outcome.data


def test_078__children_without_their_cluster__are_refused(magnum, backup, target, restore):
    folder = edited(backup, saved(magnum, backup), of_kind("Cluster", lambda value: None))
    outcome = restore.restored(folder)
    assert outcome.failed and "belongs to Cluster kube-aaaaa, which is neither in the archive nor in the cluster" in str(
        outcome["problems"])
    assert not [event for event in writes(outcome) if "accessreview" not in event["requestURI"]]


def newer_machine(target, cluster):
    """One of the control plane that no archive knows."""
    target.make({"apiVersion": CORE, "kind": "Machine",
                 "metadata": target.meta("newer", labels={"cluster.x-k8s.io/cluster-name": cluster,
                                                          "cluster.x-k8s.io/control-plane": ""}),
                 "spec": {"clusterName": cluster, "bootstrap": {"dataSecretName": "x"},
                          "infrastructureRef": {"apiGroup": "infrastructure.cluster.x-k8s.io",
                                                "kind": "OpenStackMachine", "name": "x"}}})


def test_083__an_archive_that_is_too_old__needs_force(magnum, backup, target, restore):
    saved(magnum, backup)
    time.sleep(1)  # ages are whole seconds
    outcome = restore.restored(max_age=0)
    assert outcome.failed and "older than max_age" in outcome.msg
    assert restore.restored(max_age=0, force=True).changed
    newer_machine(target, "kube-aaaaa")
    outcome = restore.restored()
    assert outcome.failed and "has a Machine newer that the archive does not know" in outcome.msg
    assert not restore.restored(force=True).failed


def test_083__a_newer_machine_of_another_cluster__does_not_stop_a_restore_of_one(two, backup, target, restore):
    assert backup.backup().changed
    assert not restore.restored().failed
    newer_machine(target, "kube-bbbbb")
    assert not restore.restored(clusters=["kube-aaaaa"]).failed
    assert "has a Machine newer" in restore.restored().msg
