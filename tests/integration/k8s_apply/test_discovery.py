"""Which kinds a server has, when parts of it are down or old, and names that fit loosely: items 69 to 72."""
import json
import time

import pytest

from support.gadgets import DEFINITIONS, custom, definition_of, new_namespace
from support.objects import config_map, deployment
from support.relay import Relay
from support.wait import until
from support.world import exists, writes

APISERVICES = "/apis/apiregistration.k8s.io/v1/apiservices"


@pytest.fixture
def stale(plane):
    """Two aggregated APIs whose server does not exist: the usual metrics, and one of version v1."""
    names = []
    for group, version in (("metrics.k8s.io", "v1beta1"), ("stale.example.com", "v1")):
        names.append("%s.%s" % (version, group))
        assert plane.request("POST", APISERVICES, {
            "metadata": {"name": names[-1]},
            "spec": {"group": group, "version": version, "groupPriorityMinimum": 100, "versionPriority": 100,
                     "insecureSkipTLSVerify": True, "service": {"namespace": "nowhere", "name": "nobody"}}})[0] == 201
        until(lambda: plane.request("GET", "/apis/%s/%s" % (group, version))[0] == 503)
    yield
    for name in names:
        plane.request("DELETE", APISERVICES + "/" + name)


def many_kinds(ns):
    """Objects of seven group-versions: more than are asked for one by one."""
    metadata = {"name": "m", "namespace": ns}
    rule = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}
    return [
        config_map(ns, "m"),
        {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": metadata, "rules": [rule]},
        {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": metadata,
         "spec": {"minAvailable": 1, "selector": {"matchLabels": {"a": "b"}}}},
        {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata,
         "spec": {"podSelector": {}}},
        {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": {}},
        {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": metadata,
         "spec": {"maxReplicas": 2, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "m"}}},
        {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": metadata,
         "spec": {"replicas": 0, "selector": {"matchLabels": {"a": "b"}},
                  "template": {"metadata": {"labels": {"a": "b"}},
                               "spec": {"containers": [{"name": "c", "image": "example.invalid/c"}]}}}},
    ]


def test_069__apis_whose_server_is_down__do_not_touch_the_others(k8s_plane, plane, stale):
    own = new_namespace(plane)
    outcome = k8s_plane(definition=many_kinds(own))
    assert not outcome.failed and outcome.changed, outcome.msg
    assert [r["changed"] for r in outcome.results] == [True] * 7
    assert not k8s_plane(definition=many_kinds(own)).changed
    started = time.monotonic()
    outcome = k8s_plane(api_version="v1", kind="Role", name="m", namespace=own, state="absent")
    assert outcome.changed and not outcome.failed
    assert time.monotonic() - started < 20  # a dead API that nobody named is not waited for


def test_069__object_of_an_api_whose_server_is_down__fails_alone(k8s_plane, plane, stale):
    own = new_namespace(plane)
    metrics = {"apiVersion": "metrics.k8s.io/v1beta1", "kind": "PodMetrics", "metadata": {"name": "m", "namespace": own}}
    outcome = k8s_plane(definition=[metrics, config_map(own)], retry_timeout=1, continue_on_error=True)
    assert outcome.failed and "metrics.k8s.io/v1beta1" in outcome.msg and "503" in outcome.msg
    assert "failed" not in outcome.results[1] and exists(plane, config_map(own))


def without_aggregation(server):
    """A hook for a relay: a server older than aggregated discovery."""
    def before(request):
        if request.path.partition("?")[0] not in ("/api", "/apis"):
            return None
        status, answer = server.request("GET", request.path)
        return status, [("Content-Type", "application/json")], json.dumps(answer).encode()

    return before


def test_070__server_without_aggregated_discovery__is_asked_the_old_way(k8s, ns, server):
    with Relay(server, without_aggregation(server)) as relay:
        outcome = k8s(definition=many_kinds(ns), kubeconfig=relay.kubeconfig)
        assert not outcome.failed and [r["changed"] for r in outcome.results] == [True] * 7, outcome.msg
        paths = [request.path for request in relay.requests]
        assert "/apis" in paths and "/apis/policy/v1" in paths and "/api/v1" in paths
        assert not k8s(definition=many_kinds(ns), kubeconfig=relay.kubeconfig).changed
        outcome = k8s(api_version="v1", kind="Role", name="m", namespace=ns, state="absent", kubeconfig=relay.kubeconfig)
        assert outcome.changed and not outcome.failed


@pytest.mark.parametrize("kind", ["Deployment", "deploy", "deployment", "deployments"])
def test_071__loose_version_of_a_deployment__is_apps_v1(k8s, ns, server, kind):
    definition = deployment(ns, replicas=0)
    outcome = k8s(definition=dict(definition, apiVersion="v1", kind=kind))
    assert outcome.changed and not outcome.failed, outcome.msg
    assert outcome["result"]["apiVersion"] == "apps/v1" and outcome["result"]["kind"] == "Deployment"
    assert exists(server, definition)
    outcome = k8s(api_version="v1", kind=kind, name="d", namespace=ns, state="absent")
    assert outcome.changed and not exists(server, definition)


def test_071__loose_version_of_a_definition__is_apiextensions_v1(k8s, server, group):
    outcome = k8s(definition=dict(definition_of(group), apiVersion="v1"))
    assert outcome.changed and outcome["result"]["apiVersion"] == "apiextensions.k8s.io/v1"
    info = k8s(api_version="v1", kind="CustomResourceDefinition", name="gadgets." + group, state="info")
    assert [r["metadata"]["name"] for r in info["resources"]] == ["gadgets." + group]


def test_072__loose_kind_of_two_groups__fails_and_names_both(k8s, ns, server, group):
    kind = "Gadget" + "".join(character for character in ns if character.isdigit())
    for each in ("a." + group, "b." + group):
        assert server.request("POST", DEFINITIONS.rstrip("/"), definition_of(each, kind))[0] == 201
        until(lambda: server.request("GET", "/apis/%s/v1/%ss" % (each, kind.lower()))[0] == 200)
    wanted = dict(custom("a." + group, ns, kind=kind), apiVersion="v1")
    outcome = k8s(definition=[config_map(ns), wanted])
    assert outcome.failed and not outcome.changed and not writes(outcome)
    assert "a.%s/v1 %s" % (group, kind) in outcome.msg and "b.%s/v1 %s" % (group, kind) in outcome.msg
    outcome = k8s(definition=custom("b." + group, ns, kind=kind))
    assert outcome.changed and not outcome.failed  # the full version is not ambiguous
    for each in ("a." + group, "b." + group):
        server.request("DELETE", DEFINITIONS + kind.lower() + "s." + each)
