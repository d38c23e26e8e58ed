"""Answers that do not arrive: item 101 of the conformance list. What was written is written, and told so."""
import pytest

from support.objects import config_map
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
