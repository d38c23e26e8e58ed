"""Patching: items 113 to 121 of the conformance list."""
import json
import subprocess

import pytest

from support.gadgets import custom, definition_of
from support.module import Outcome
from support.objects import config_map, deployment, path_of
from support.relay import Relay
from support.wait import until
from support.world import create, exists, get, merge, version_of, writes

MERGE = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
JSON_PATCH = "application/json-patch+json"


def pinned(ns):
    """A Deployment with a nodeSelector and a label."""
    definition = deployment(ns)
    definition["metadata"]["labels"] = {"keep": "me"}
    definition["spec"]["template"]["spec"]["nodeSelector"] = {"disk": "ssd"}
    return definition


def pod_spec(ns, name="d", **spec):
    """As much of a Deployment as says something about its pods."""
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": ns},
            "spec": {"template": {"spec": spec}}}


def patch_types(relay) -> list:
    return [request.content_type for request in relay.requests if request.method == "PATCH"]


@pytest.mark.parametrize("options", [{}, {"merge_type": ["merge"]}, {"merge_type": ["strategic-merge"]}],
                         ids=["default", "merge", "strategic"])
def test_113__patch_with_an_empty_map__changes_nothing(k8s, ns, server, options):
    before = create(server, pinned(ns))
    outcome = k8s(state="patched", definition=pod_spec(ns, nodeSelector={}), **options)
    assert not outcome.failed and not outcome.changed and outcome["method"] == "update"
    stored = get(server, pinned(ns))
    assert stored["spec"] == before["spec"] and stored["metadata"]["labels"] == {"keep": "me"}
    outcome = k8s(state="patched", definition=pod_spec(ns, nodeSelector={"rack": "7"}), diff=True, **options)
    assert outcome.changed and outcome["result"]["spec"]["template"]["spec"]["nodeSelector"] == {"disk": "ssd", "rack": "7"}
    assert "+" not in outcome["diff"][0]["before"] and "rack" in outcome["diff"][0]["after"]
    assert not k8s(state="patched", definition=pod_spec(ns, nodeSelector={"rack": "7"}), **options).changed


def test_113__list_in_a_strategic_patch__is_merged_by_its_key(k8s, ns, server):
    create(server, pinned(ns))
    outcome = k8s(state="patched", definition=pod_spec(ns, containers=[{"name": "extra", "image": "example.invalid/x:1"}]))
    assert outcome.changed
    containers = get(server, pinned(ns))["spec"]["template"]["spec"]["containers"]
    assert {each["name"] for each in containers} == {"c", "extra"}


@pytest.mark.parametrize("check", [False, True], ids=["real", "check"])
def test_114__patch_of_a_missing_object__is_a_warning(k8s, ns, server, check):
    outcome = k8s(state="patched", definition=config_map(ns), check=check)
    assert not outcome.failed and not outcome.changed and outcome["result"] == {}
    assert outcome.warnings == ["resource 'kind=ConfigMap,name=a' was not found but will not be created as 'state' "
                                "parameter has been set to 'patched'"]
    assert writes(outcome) == [] and not exists(server, config_map(ns))


def test_114__missing_among_others__is_left_out(k8s, ns, server):
    create(server, config_map(ns, "b"))
    outcome = k8s(state="patched", definition=[config_map(ns, "a"), config_map(ns, "b", {"k": "new"})])
    assert not outcome.failed and outcome.changed and [each["changed"] for each in outcome.results] == [False, True]
    assert get(server, config_map(ns, "b"))["data"] == {"k": "new"} and not exists(server, config_map(ns, "a"))


def is_missing(result) -> bool:
    return not result["changed"] and "was not found but will not be created" in result["warnings"][0]


@pytest.mark.parametrize("check", [False, True], ids=["real", "check"])
def test_114__patches_of_a_missing_definition_and_its_object__are_warnings(k8s, ns, group, check):
    outcome = k8s(state="patched", definition=[definition_of(group), custom(group, ns)], wait_timeout=20, check=check)
    assert not outcome.failed and not outcome.changed and all(is_missing(each) for each in outcome.results)
    assert writes(outcome) == []


@pytest.mark.parametrize("check", [False, True], ids=["real", "check"])
def test_114__missing_object_of_a_kind_that_a_patch_brings__is_not_created(k8s, ns, server, group, check):
    assert not k8s(definition=definition_of(group)).failed
    both = definition_of(group)
    both["spec"]["versions"].append(dict(both["spec"]["versions"][0], name="v2", storage=False))
    new = dict(custom(group, ns), apiVersion=group + "/v2")
    outcome = k8s(state="patched", definition=[both, new], check=check)
    assert not outcome.failed and [each["changed"] for each in outcome.results] == [True, False], outcome.msg
    assert is_missing(outcome.results[1]) and not exists(server, custom(group, ns))


def test_114__object_that_goes_before_it_is_patched__is_a_warning(k8s, ns, server):
    create(server, config_map(ns))

    def before(request):
        if request.method == "PATCH":
            server.request("DELETE", path_of(config_map(ns)))

    with Relay(server, before) as relay:
        outcome = k8s(state="patched", definition=config_map(ns, data={"k": "new"}), kubeconfig=relay.kubeconfig)
    assert not outcome.failed and not outcome.changed and outcome["result"] == {}
    assert "was not found but will not be created" in outcome.warnings[0] and not exists(server, config_map(ns))


def widget(ns, name="w", **spec):
    return {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": name, "namespace": ns}, "spec": spec}


@pytest.mark.parametrize("options", [{"state": "patched"}, {"apply_mode": "update"},
                                     {"merge_type": ["strategic-merge", "merge"]}], ids=["patched", "update", "types"])
def test_115__strategic_patch_of_a_custom_resource__goes_on_as_a_merge(k8s, ns, server, widgets, options):
    create(server, widget(ns, size=1, parts=[{"name": "a"}]))
    with Relay(server) as relay:
        outcome = k8s(definition=widget(ns, size=2), kubeconfig=relay.kubeconfig, **options)
    assert not outcome.failed and outcome.changed and outcome["method"] == "update"
    assert get(server, widget(ns))["spec"] == {"size": 2, "parts": [{"name": "a"}]}
    assert patch_types(relay) == [STRATEGIC, MERGE]
    assert not k8s(definition=widget(ns, size=2), **options).changed


def test_115__strategic_patch_alone__fails_with_415(k8s, ns, server, widgets):
    create(server, widget(ns, size=1))
    outcome = k8s(definition=widget(ns, size=2), state="patched", merge_type=["strategic-merge"])
    assert outcome.failed and not outcome.changed and outcome["status"] == 415
    assert "application/merge-patch+json" in outcome.msg and get(server, widget(ns))["spec"] == {"size": 1}


def test_116__strategic_patch_that_is_invalid__is_not_tried_as_a_merge(k8s, ns, server):
    before = create(server, pinned(ns))
    definition = pod_spec(ns, containers=[{"name": "c", "imagePullPolicy": "Sometimes"}])
    with Relay(server) as relay:
        outcome = k8s(state="patched", definition=definition, kubeconfig=relay.kubeconfig)
    assert outcome.failed and not outcome.changed and outcome["status"] == 422
    assert "imagePullPolicy" in outcome.msg and "Failed to patch object: Deployment %s/d" % ns in outcome.msg
    assert patch_types(relay) == [STRATEGIC]
    assert get(server, pinned(ns))["spec"] == before["spec"]


# JSON patches

def env_of(server, ns) -> list:
    return get(server, deployment(ns))["spec"]["template"]["spec"]["containers"][0].get("env")


def patches(k8s, ns, operations, kind="Deployment", name="d", api_version="apps/v1", **options):
    return k8s(kind=kind, name=name, namespace=ns, api_version=api_version, patch=operations, **options)


CONTAINER = "/spec/template/spec/containers/0"
ENV = [{"op": "add", "path": CONTAINER + "/env", "value": []},
       {"op": "add", "path": CONTAINER + "/env/-", "value": {"name": "A", "value": "1"}}]


@pytest.mark.parametrize("options", [{}, {"state": "patched"}, {"merge_type": ["json"]}],
                         ids=["present", "patched", "merge-type"])
def test_117__json_patch__changes_once(k8s, ns, server, options):
    create(server, deployment(ns))
    replace = [{"op": "replace", "path": "/spec/replicas", "value": 3}]
    assert [patches(k8s, ns, replace, **options).changed for _ in range(2)] == [True, False]
    assert get(server, deployment(ns))["spec"]["replicas"] == 3
    outcomes = [patches(k8s, ns, ENV, **options) for _ in range(2)]
    assert [outcome.changed for outcome in outcomes] == [True, False]
    assert outcomes[0]["method"] == "patch" and not outcomes[0].failed
    assert env_of(server, ns) == [{"name": "A", "value": "1"}]


def test_117__keys_with_slashes__are_reached(k8s, ns, server):
    create(server, config_map(ns, annotations={"example.com/ab": "old", "keep": "1"}))
    operations = [{"op": "test", "path": "/metadata/annotations/example.com~1ab", "value": "old"},
                  {"op": "move", "from": "/metadata/annotations/example.com~1ab", "path": "/metadata/annotations/new"},
                  {"op": "copy", "from": "/data/k", "path": "/data/copy"}, {"op": "remove", "path": "/data/k"}]
    outcome = patches(k8s, ns, operations, "ConfigMap", "a", "v1", diff=True)
    assert not outcome.failed and outcome.changed and "copy: v" in outcome["diff"][0]["after"]
    stored = get(server, config_map(ns))
    assert stored["data"] == {"copy": "v"} and stored["metadata"]["annotations"] == {"new": "old", "keep": "1"}


@pytest.mark.parametrize("check", [False, True], ids=["real", "check"])
@pytest.mark.parametrize("operations, said", [
    ([{"op": "replace", "path": "/data/k", "value": "w"}, {"op": "remove", "path": "/data/missing"}],
     ["1", "/data/missing"]),
    ([{"op": "test", "path": "/data/k", "value": "other"}], ["0", "/data/k", "test"]),
    ([{"op": "add", "path": "/none/of/this", "value": 1}], ["0", "/none"]),
    ([{"op": "remove", "path": "/metadata/annotations/a~1b"}], ["0", "/metadata/annotations/a~1b"]),
    ([{"op": "replace", "path": "/metadata/finalizers/3", "value": "w"}], ["0", "/metadata/finalizers/3"]),
], ids=["remove", "test", "add", "escapes", "replace"])
def test_118__operation_that_does_not_fit__is_named(k8s, ns, server, operations, said, check):
    before = create(server, config_map(ns))
    outcome = patches(k8s, ns, operations, "ConfigMap", "a", "v1", check=check)
    assert outcome.failed and not outcome.changed and outcome["status"] == 422
    assert outcome["reason"] == "Unprocessable Entity" and "Failed to patch object: ConfigMap %s/a" % ns in outcome.msg
    for part in said:
        assert part in outcome.msg, outcome.msg
    assert get(server, config_map(ns)) == before


@pytest.mark.parametrize("operations", [[{"op": "frobnicate", "path": "/data"}], [{"path": "/data"}],
                                        [{"op": "replace", "value": 1}], [{"op": "move", "path": "/data"}],
                                        [{"op": "add", "path": "data", "value": 1}]])
def test_118__operation_that_is_none__fails(k8s, ns, server, operations):
    before = create(server, config_map(ns))
    outcome = patches(k8s, ns, operations, "ConfigMap", "a", "v1")
    assert outcome.failed and not outcome.changed and get(server, config_map(ns)) == before


@pytest.mark.parametrize("check", [False, True], ids=["real", "check"])
def test_118__json_patch_of_a_missing_object__fails(k8s, ns, check):
    outcome = patches(k8s, ns, ENV, check=check, state="patched")
    assert outcome.failed and not outcome.changed and writes(outcome) == []
    assert outcome["status"] == 404 and outcome["reason"] == "Not Found"
    assert "Deployment d: Failed to retrieve requested object: Deployment %s/d does not exist" % ns in outcome.msg


@pytest.mark.parametrize("options", [{"kind": "Deployment"}, {"name": "d"}, {"definition": {"kind": "Deployment"}}])
def test_118__json_patch_without_kind_and_name__is_an_argument_error(k8s, options):
    outcome = k8s(patch=ENV, **options)
    assert outcome.failed and "patch" in outcome.msg and outcome.requests == []


def test_119__json_patch_in_check_mode__is_predicted_and_not_stored(k8s, ns, server):
    before = create(server, deployment(ns))
    replace = [{"op": "replace", "path": "/spec/replicas", "value": 3}]
    outcome = patches(k8s, ns, replace, check=True, diff=True)
    assert not outcome.failed and outcome.changed and outcome["result"]["spec"]["replicas"] == 3
    assert "replicas: 3" in outcome["diff"][0]["after"] and "replicas: 1" in outcome["diff"][0]["before"]
    assert all("dryRun=All" in event["requestURI"] for event in writes(outcome)) and len(writes(outcome)) == 1
    assert version_of(get(server, deployment(ns))) >= version_of(before)
    assert get(server, deployment(ns))["spec"]["replicas"] == 1
    same = [{"op": "replace", "path": "/spec/replicas", "value": 1}]
    assert not patches(k8s, ns, same, check=True).changed
    invalid = patches(k8s, ns, [{"op": "replace", "path": "/spec/replicas", "value": -3}], check=True)
    assert invalid.failed and "spec.replicas" in invalid.msg


# Nodes

def node(ns, **spec):
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node-" + ns}, "spec": spec}


def taint(key):
    return {"key": "example.com/" + key, "value": "x", "effect": "NoSchedule"}


@pytest.fixture
def a_node(server, ns):
    """A Node that the controllers leave alone: it is ready and has no taints."""
    create(server, node(ns))
    ready = {"status": {"conditions": [{"type": "Ready", "status": "True"}]}}
    merge(server, node(ns), ready, subresource="/status")
    until(lambda: not get(server, node(ns))["spec"].get("taints"))
    yield node(ns)
    server.request("DELETE", "/api/v1/nodes/node-" + ns)


def taints(server, definition) -> set:
    """The keys of the taints that the tests gave."""
    found = get(server, definition)["spec"].get("taints", [])
    return {each["key"].partition("/")[2] for each in found if each["key"].startswith("example.com/")}


@pytest.mark.parametrize("value", [[], None], ids=["empty", "null"])
@pytest.mark.parametrize("merge_type", ["merge", "strategic-merge"])
def test_120__no_taints_where_there_are_none__changes_nothing(k8s, ns, a_node, value, merge_type):
    outcome = k8s(state="patched", definition=node(ns, taints=value), merge_type=[merge_type])
    assert not outcome.failed and not outcome.changed, outcome.msg


def test_120__taints__are_set_and_removed_once(k8s, ns, server, a_node):
    for keys in ({"a", "b"}, {"b"}, set()):
        wanted = node(ns, taints=[taint(key) for key in sorted(keys)])
        assert [k8s(state="patched", definition=wanted, merge_type=["merge"]).changed for _ in range(2)] == [True, False]
        assert taints(server, a_node) == keys
    outcome = k8s(kind="Node", name="node-" + ns, patch=[{"op": "remove", "path": "/spec/taints/0"}])
    assert outcome.failed and "/spec/taints" in outcome.msg and not outcome.changed


def with_taints(ns, found, keys):
    """What a user sends who has read FOUND and wants these taints: the version says which ones were read."""
    definition = node(ns, taints=[taint(key) for key in keys])
    definition["metadata"]["resourceVersion"] = version_of(found)
    return definition


def test_121__version_read_before_another_wrote__is_refused_and_then_both_are_kept(k8s, ns, server, a_node):
    def read():
        return k8s(state="info", kind="Node", name="node-" + ns)["resources"][0]

    found = read()
    merge(server, a_node, {"spec": {"taints": [taint("other")]}})
    outcome = k8s(state="patched", definition=with_taints(ns, found, ["mine"]), merge_type=["merge"])
    assert outcome.failed and not outcome.changed
    assert outcome["status"] == 409 and outcome["reason"] == "Conflict"
    assert outcome.verbs.count(("patch", "nodes")) == 1 and taints(server, a_node) == {"other"}
    # The user's `until: not failed` reads again.
    outcome = k8s(state="patched", definition=with_taints(ns, read(), ["other", "mine"]), merge_type=["merge"])
    assert outcome.changed and taints(server, a_node) == {"other", "mine"}


def test_121__conflict_that_the_user_did_not_ask_for__is_repeated(k8s, ns, server, a_node):
    conflict = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Conflict", "code": 409,
                "message": "Operation cannot be fulfilled on nodes: the object has been modified; please apply your "
                           "changes to the latest version and try again"}
    left = [1, 2]

    def interfere(request):
        if request.method != "PATCH" or not left:
            return None
        left.pop()
        merge(server, a_node, {"metadata": {"labels": {"other": "wrote-%d" % len(left)}}})
        return 409, [("Content-Type", "application/json")], json.dumps(conflict).encode()

    with Relay(server, interfere) as relay:
        outcome = k8s(state="patched", definition=node(ns, taints=[taint("mine")]), kubeconfig=relay.kubeconfig)
    assert not outcome.failed and outcome.changed and len(patch_types(relay)) == 3
    assert taints(server, a_node) == {"mine"} and get(server, a_node)["metadata"]["labels"]["other"] == "wrote-0"


def test_121__json_patch_that_tests_the_version__fails_when_another_wrote(k8s, ns, server, a_node):
    found = get(server, a_node)
    merge(server, a_node, {"spec": {"taints": [taint("other")]}})
    guarded = [{"op": "test", "path": "/metadata/resourceVersion", "value": version_of(found)},
               {"op": "add", "path": "/spec/taints/-", "value": taint("mine")}]
    outcome = k8s(kind="Node", name="node-" + ns, patch=guarded)
    assert outcome.failed and outcome["status"] == 422 and "/metadata/resourceVersion" in outcome.msg
    assert taints(server, a_node) == {"other"}
    guarded[0]["value"] = version_of(get(server, a_node))
    assert k8s(kind="Node", name="node-" + ns, patch=guarded).changed
    assert taints(server, a_node) == {"other", "mine"}


def test_121__several_writers_at_once__all_taints_are_kept(k8s, ns, server, a_node):
    merge(server, a_node, {"spec": {"taints": [taint("first")]}})
    keys = ["w%d" % number for number in range(6)]
    running = [k8s.start(kind="Node", name="node-" + ns,
                         patch=[{"op": "add", "path": "/spec/taints/-", "value": taint(key)}])[0] for key in keys]
    for process in running:
        stdout, stderr = process.communicate(timeout=60)
        outcome = Outcome(subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr), None)
        assert not outcome.failed and outcome.changed, outcome.msg
    assert taints(server, a_node) == {"first", *keys}
