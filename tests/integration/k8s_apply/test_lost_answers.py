"""Answers that do not arrive: item 101 of the conformance list. What was written is written, and told so."""
import pytest

from support.objects import config_map, path_of
from support.relay import Relay
from support.world import create, exists, get


def lose_first(method):
    """A hook for a relay: the answer to the first request of the method does not arrive."""
    left = [method]
    return lambda request: bool(left and request.method == method and left.pop())


@pytest.mark.parametrize("mode, method, repeats", [("server", "PATCH", 2), ("create", "POST", 2)])
def test_101__answer_is_lost__the_write_is_repeated_and_there_is_one_object(k8s, ns, server, mode, method, repeats):
    with Relay(server, lose=lose_first(method)) as relay:
        outcome = k8s(definition=config_map(ns), kubeconfig=relay.kubeconfig, apply_mode=mode)
    assert not outcome.failed
    assert relay_count(relay, method) == repeats
    names = [item["metadata"]["name"] for item in
             server.request("GET", "/api/v1/namespaces/%s/configmaps" % ns)[1]["items"]]
    assert names.count("a") == 1 and get(server, config_map(ns))["data"] == {"k": "v"}
    # The first attempt made it, whatever the second one was told.
    assert outcome.changed


def relay_count(relay, method) -> int:
    return len([request for request in relay.requests if request.method == method])


def test_101__answer_to_a_change_is_lost__is_still_a_change(k8s, ns, server):
    k8s(definition=config_map(ns))
    with Relay(server, lose=lose_first("PATCH")) as relay:
        outcome = k8s(definition=config_map(ns, data={"k": "v2"}), kubeconfig=relay.kubeconfig)
    assert not outcome.failed and outcome.changed and relay_count(relay, "PATCH") == 2
    assert get(server, config_map(ns))["data"] == {"k": "v2"}


def test_101__answer_to_a_deletion_is_lost__is_still_a_deletion(k8s, ns, server):
    create(server, config_map(ns))
    with Relay(server, lose=lose_first("DELETE")) as relay:
        outcome = k8s(definition=config_map(ns), state="absent", kubeconfig=relay.kubeconfig)
    assert not outcome.failed and outcome.changed and relay_count(relay, "DELETE") == 2
    assert not exists(server, config_map(ns))


def test_101__answer_to_a_generated_name_is_lost__is_not_repeated(k8s, ns, server):
    definition = config_map(ns)
    del definition["metadata"]["name"]
    definition["metadata"]["generateName"] = "gen-"
    with Relay(server, lose=lose_first("POST")) as relay:
        outcome = k8s(definition=definition, apply_mode="create", kubeconfig=relay.kubeconfig)
    assert outcome.failed and relay_count(relay, "POST") == 1
    assert "without an answer" in outcome.msg and "gen-" in outcome.msg
    items = server.request("GET", "/api/v1/namespaces/%s/configmaps" % ns)[1]["items"]
    assert len([item for item in items if item["metadata"]["name"].startswith("gen-")]) == 1


@pytest.mark.parametrize("mode", ["update", "replace"])
def test_101__answer_to_an_update_is_lost__is_still_a_change(k8s, ns, server, mode):
    create(server, config_map(ns))
    with Relay(server, lose=lose_first("PUT" if mode == "replace" else "PATCH")) as relay:
        outcome = k8s(definition=config_map(ns, data={"k": "v2"}), apply_mode=mode, kubeconfig=relay.kubeconfig)
    assert not outcome.failed and outcome.changed
    assert get(server, config_map(ns))["data"] == {"k": "v2"}


def test_101__answer_to_a_creation_is_lost__the_diff_shows_it(k8s, ns, server):
    with Relay(server, lose=lose_first("POST")) as relay:
        outcome = k8s(definition=config_map(ns), apply_mode="create", kubeconfig=relay.kubeconfig, diff=True)
    assert not outcome.failed and outcome.changed
    assert not outcome["diff"][0]["before"] and "k: v" in outcome["diff"][0]["after"]


def lose_and(act):
    """A hook for a relay: does something while the answer to the first deletion gets lost."""
    lost = lose_first("DELETE")

    def lose(request):
        if not lost(request):
            return False
        act()
        return True
    return lose


def test_101__made_anew_while_the_answer_to_a_deletion_is_lost__stays(k8s, ns, server):
    old = create(server, config_map(ns))["metadata"]["uid"]
    with Relay(server, lose=lose_and(lambda: create(server, config_map(ns)))) as relay:
        outcome = k8s(definition=config_map(ns), state="absent", wait=True, kubeconfig=relay.kubeconfig)
    assert not outcome.failed and outcome.changed and relay_count(relay, "DELETE") == 2
    assert get(server, config_map(ns))["metadata"]["uid"] != old


def test_101__replaced_between_look_and_deletion__goes_all_the_same(k8s, ns, server):
    create(server, config_map(ns))
    left = [True]

    def replace(request):
        if left and request.method == "DELETE":
            left.pop()
            server.request("DELETE", path_of(config_map(ns)))
            create(server, config_map(ns))

    with Relay(server, replace) as relay:
        outcome = k8s(definition=config_map(ns), state="absent", kubeconfig=relay.kubeconfig)
    assert not outcome.failed and outcome.changed and relay_count(relay, "DELETE") == 2
    assert not exists(server, config_map(ns))


def test_101__answer_to_a_guarded_json_patch_is_lost__is_still_a_change(k8s, ns, server):
    create(server, config_map(ns))
    operations = [{"op": "test", "path": "/data/k", "value": "v"}, {"op": "replace", "path": "/data/k", "value": "w"}]
    options = {"kind": "ConfigMap", "name": "a", "namespace": ns, "patch": operations}
    with Relay(server, lose=lose_first("PATCH")) as relay:
        outcome = k8s(**options, kubeconfig=relay.kubeconfig, diff=True)
    assert not outcome.failed and outcome.changed and relay_count(relay, "PATCH") == 2
    assert outcome["result"]["data"] == {"k": "w"} and "k: v" in outcome["diff"][0]["before"]
    assert k8s(**options).failed


@pytest.mark.parametrize("merge_type", ["merge", "strategic-merge"])
def test_101__answer_to_a_patch_of_one_version_is_lost__is_still_a_change(k8s, ns, server, merge_type):
    version = create(server, config_map(ns))["metadata"]["resourceVersion"]
    definition = config_map(ns, data={"k": "w"})
    definition["metadata"]["resourceVersion"] = version
    with Relay(server, lose=lose_first("PATCH")) as relay:
        outcome = k8s(definition=definition, merge_type=[merge_type], kubeconfig=relay.kubeconfig)
    assert not outcome.failed and outcome.changed and relay_count(relay, "PATCH") == 2
    assert k8s(definition=definition, merge_type=[merge_type]).failed
