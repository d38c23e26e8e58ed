"""What is being deleted when it is written: items 67 and 68."""
import json

import pytest

from support.gadgets import held, namespace, patches, release
from support.objects import config_map, path_of
from support.relay import Relay
from support.wait import until
from support.world import create, exists, get, writes


def test_067__object_that_is_being_deleted__is_waited_for_and_made_anew(k8s, ns, server):
    uid = held(server, config_map(ns))
    process, mark = k8s.start(definition=config_map(ns), wait_timeout=60)
    until(lambda: len([e for e in server.requests(mark, user="module") if e["verb"] == "get"
                       and e.get("objectRef", {}).get("resource") == "configmaps"]) >= 3)
    assert process.poll() is None
    release(server, config_map(ns))
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 0 and not stderr, stdout + stderr
    outcome = json.loads(stdout)
    assert outcome["changed"] and outcome["method"] == "create"
    new = get(server, config_map(ns))
    assert new["metadata"]["uid"] == outcome["result"]["metadata"]["uid"] != uid
    assert "deletionTimestamp" not in new["metadata"]


def test_067__object_that_stays__times_out_naming_its_finalizer(k8s, ns, server):
    held(server, config_map(ns))
    outcome = k8s(definition=config_map(ns), wait_timeout=1)
    assert outcome.failed and not outcome.changed and "example.com/hold" in outcome.msg
    release(server, config_map(ns))


def test_067__on_terminating_fail__fails_before_the_first_write(k8s, ns, server):
    held(server, config_map(ns))
    outcome = k8s(definition=[config_map(ns, "b"), config_map(ns)], on_terminating="fail")
    assert outcome.failed and "is being deleted" in outcome.msg and not writes(outcome)
    release(server, config_map(ns))


def test_067__on_terminating_apply__writes_to_what_will_vanish(k8s, ns, server):
    uid = held(server, config_map(ns))
    outcome = k8s(definition=config_map(ns, data={"k": "w"}), on_terminating="apply", force_conflicts=True)
    assert not outcome.failed and outcome["result"]["metadata"]["uid"] == uid
    release(server, config_map(ns))
    assert not exists(server, config_map(ns))


def test_067__check_mode__predicts_a_new_object_at_once(k8s, ns, server):
    held(server, config_map(ns))
    outcome = k8s(definition=config_map(ns), check=True)
    assert not outcome.failed and outcome.changed and outcome["method"] == "create"
    assert any("being deleted" in warning for warning in outcome.warnings) and not writes(outcome)
    release(server, config_map(ns))


@pytest.fixture
def dying(server, ns):
    """A namespace that is being deleted until the test releases the ConfigMap "hold" in it."""
    name = ns + "-dying"
    create(server, namespace(name))
    create(server, config_map(name, "hold", finalizers=["example.com/hold"]))
    assert server.request("DELETE", path_of(namespace(name)))[0] == 200
    yield name
    if exists(server, config_map(name, "hold")):
        release(server, config_map(name, "hold"))


def test_068__create_in_a_namespace_that_is_being_deleted__fails_at_once(k8s, dying):
    outcome = k8s(definition=config_map(dying))
    assert outcome.failed and not outcome.changed
    assert outcome["status"] == 403 and outcome["reason"] == "Forbidden" and patches(outcome) == 1
    assert [c["reason"] for c in outcome["error"]["details"]["causes"]] == ["NamespaceTerminating"]
    assert "because it is being terminated" in outcome.msg


def test_068__namespace_is_part_of_the_run__both_are_made_anew(k8s, server, dying):
    old = get(server, namespace(dying))["metadata"]["uid"]
    process, mark = k8s.start(definition=[config_map(dying), namespace(dying)], wait_timeout=60)
    until(lambda: len([e for e in server.requests(mark, user="module") if e["verb"] == "get"
                       and e.get("objectRef", {}).get("resource") == "namespaces"]) >= 3)
    release(server, config_map(dying, "hold"))
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 0 and not stderr, stdout + stderr
    assert [r["method"] for r in json.loads(stdout)["result"]["results"]] == ["create", "create"]
    assert get(server, namespace(dying))["metadata"]["uid"] != old
    assert get(server, config_map(dying))["data"] == {"k": "v"}


def before_first(method, act):
    """A hook for a relay: does something before the first request of the method is passed on."""
    left = [act]

    def before(request):
        if left and request.method == method:
            left.pop()()
    return before


@pytest.mark.parametrize("mode, method", [("update", "PATCH"), ("replace", "PUT")])
def test_067__vanishes_between_look_and_write__is_created_anew(k8s, ns, server, mode, method):
    uid = create(server, config_map(ns))["metadata"]["uid"]
    hook = before_first(method, lambda: server.request("DELETE", path_of(config_map(ns))))
    with Relay(server, hook) as relay:
        outcome = k8s(definition=config_map(ns, data={"k": "w"}), apply_mode=mode, kubeconfig=relay.kubeconfig)
    assert not outcome.failed and outcome.changed and outcome["method"] == "create"
    assert outcome["result"]["metadata"]["uid"] != uid and get(server, config_map(ns))["data"] == {"k": "w"}


@pytest.mark.parametrize("mode", ["server", "update", "replace"])
def test_068__namespace_is_made_anew_between_look_and_write__object_is_too(k8s, ns, server, mode):
    space = namespace(ns + "-anew")
    definition = config_map(space["metadata"]["name"], data={"k": "w"})

    def make_anew():
        server.request("DELETE", path_of(space))
        until(lambda: not exists(server, space))
        create(server, space)

    create(server, space)
    create(server, config_map(space["metadata"]["name"]))
    with Relay(server, before_first("PUT" if mode == "replace" else "PATCH", make_anew)) as relay:
        outcome = k8s(definition=definition, apply_mode=mode, force_conflicts=True, kubeconfig=relay.kubeconfig)
    assert not outcome.failed and outcome.changed and outcome["method"] == "create"
    assert get(server, definition)["data"] == {"k": "w"}
