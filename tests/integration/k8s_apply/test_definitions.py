"""Definitions whose names are taken, and servers that do not serve a kind yet: items 65 and 66."""
import datetime
import json
import time

import pytest

from servers.kubernetes.server import KubeServer
from support.gadgets import DEFINITIONS, REINITIALIZING, custom, definition_of, lagging
from support.objects import config_map
from support.relay import Relay
from support.wait import until
from support.world import exists, get


@pytest.fixture
def taken(server, group):
    """A definition of the kind Gadget, also called "gs", is established; the value is one that wants "gs" as its plural."""
    status, answer = server.request("POST", DEFINITIONS.rstrip("/"), definition_of(group, shortNames=["gs"]))
    assert status == 201, answer
    until(lambda: server.request("GET", "/apis/%s/v1/gadgets" % group)[0] == 200)
    return definition_of(group, "Grommet", plural="gs", singular="grommet")


def looks(outcome):
    return outcome.verbs.count(("get", "customresourcedefinitions"))


def test_065__plural_that_another_definition_owns__fails_without_further_options(k8s, ns, server, taken):
    outcome = k8s(definition=[taken, config_map(ns)])
    assert outcome.failed and outcome.changed
    assert "NamesAccepted is False (PluralConflict)" in outcome.msg and '"gs" is already in use' in outcome.msg
    assert outcome.results[0]["changed"] and outcome.results[0]["failed"]
    assert exists(server, config_map(ns))  # the server tells about names late: nothing waits that needs no new kind
    again = k8s(definition=taken)
    assert again.failed and not again.changed and "PluralConflict" in again.msg
    assert looks(again) == 1  # the answer to the unchanged apply says it


def test_065__kind_that_another_definition_owns__fails(k8s, group, taken):
    outcome = k8s(definition=definition_of(group, "Gadget", plural="others", singular="other", listKind="OtherList"))
    assert outcome.failed and "KindConflict" in outcome.msg and '"Gadget" is already in use' in outcome.msg


def test_065__conflicting_definition_with_its_object__fails_with_the_same_text(k8s, ns, group, taken):
    outcome = k8s(definition=[taken, custom(group, ns, kind="Grommet")], continue_on_error=True)
    assert outcome.failed and "PluralConflict" in outcome.msg
    assert "PluralConflict" in outcome.results[1]["msg"] and ("patch", "gs") not in outcome.verbs


def test_065__nobody_asked_to_look__is_no_failure_unless_waited_for(k8s, taken):
    assert not k8s(definition=taken, wait_crds=False).failed
    outcome = k8s(definition=taken, wait_crds=False, wait=True, wait_timeout=30)
    assert outcome.failed and "PluralConflict" in outcome.msg


def test_065__conflict_that_the_manifest_ends__is_none(k8s, group, taken):
    clash = definition_of(group, "Grommet", shortNames=["gs"])
    assert "ShortNamesConflict" in k8s(definition=clash).msg
    outcome = k8s(definition=definition_of(group, "Grommet", shortNames=["gr"]))
    assert not outcome.failed and outcome.changed, outcome.msg


def test_065__conflict_that_the_manifest_brings_in__fails(k8s, group, taken):
    assert not k8s(definition=definition_of(group, "Grommet", shortNames=["gr"])).failed
    outcome = k8s(definition=definition_of(group, "Grommet", shortNames=["gs"]))
    assert outcome.failed and outcome.changed and "ShortNamesConflict" in outcome.msg


def test_065__conflict_in_check_mode__is_not_known(k8s, server, taken):
    outcome = k8s(definition=taken, check=True)
    assert not outcome.failed and outcome.changed
    assert server.request("GET", DEFINITIONS + taken["metadata"]["name"])[0] == 404


def test_065__two_that_want_one_name__are_not_both_taken(k8s, group):
    outcome = k8s(definition=[definition_of(group, "Gadget"), definition_of(group, "Grommet", shortNames=["gadgets"])])
    assert outcome.failed and outcome.changed and "is already in use" in outcome.msg


def test_065__who_may_not_list_definitions__learns_it_all_the_same(k8s, server, group, taken):
    name, rbac = "writer-" + group.split(".")[0], "/apis/rbac.authorization.k8s.io/v1/"
    rules = [{"apiGroups": ["apiextensions.k8s.io"], "resources": ["customresourcedefinitions"],
              "verbs": ["get", "create", "patch"]}]
    for kind, body in (("clusterroles", {"rules": rules}), ("clusterrolebindings", {
            "subjects": [{"kind": "User", "name": name}], "roleRef": {
                "kind": "ClusterRole", "name": name, "apiGroup": "rbac.authorization.k8s.io"}})):
        assert server.request("POST", rbac + kind, dict(body, metadata={"name": name}))[0] == 201
    config = server.kubeconfig_for(name, server.pki.authority().client(name, []))
    until(lambda: not k8s(definition=definition_of(group, "Gizmo"), kubeconfig=str(config)).failed)
    outcome = k8s(definition=taken, kubeconfig=str(config))
    assert outcome.failed and "PluralConflict" in outcome.msg


def test_065__free_names__cost_one_list(k8s, server, group):
    outcome = k8s(definition=[definition_of(group, kind) for kind in ("Gadget", "Grommet", "Gizmo")])
    assert not outcome.failed and outcome.warnings == []
    assert looks(outcome) == 3  # before they are written
    assert outcome.verbs.count(("list", "customresourcedefinitions")) <= 1  # none when the answer says it already
    for plural in ("gadgets", "grommets", "gizmos"):
        assert server.request("GET", DEFINITIONS + plural + "." + group)[0] == 200
    assert not k8s(definition=[definition_of(group, kind) for kind in ("Gadget", "Grommet", "Gizmo")]).failed


def seconds(timestamp):
    return datetime.datetime.strptime(timestamp, "%Y-%m-%dT%H:%M:%SZ").timestamp()


def test_066__objects_right_after_their_definition_on_three_servers__are_created(k8s_on, tmp_path):
    flags = ["--apiserver-count=3"]
    with KubeServer(tmp_path / "three", controller_manager=False, extra_apiserver_args=flags) as first:
        others = [first.start_apiserver(flags), first.start_apiserver(flags)]
        k8s_three = k8s_on(first)
        with Relay(first, others=others) as relay:
            groups = ["group-%d.example.com" % number for number in range(3)]
            # All at once: each run has to wait for five seconds.
            runs = [k8s_three.start(kubeconfig=relay.kubeconfig, definition=[definition_of(own)] + [
                custom(own, "default", "g-%d" % i, size=i) for i in range(6)]) for own in groups]
            for own, run in zip(groups, runs):
                outcome = k8s_three.finish(*run)
                assert not outcome.failed and outcome.changed, outcome.msg
                assert [r["method"] for r in outcome.results] == ["create"] * 7
                accepted, established = [condition["lastTransitionTime"] for condition in sorted(
                    first.request("GET", DEFINITIONS + "gadgets." + own)[1]["status"]["conditions"],
                    key=lambda condition: condition["lastTransitionTime"])]
                assert seconds(established) - seconds(accepted) >= 4  # other servers are given time to follow
                for server in [first] + others:
                    until(lambda: server.request("GET", "/apis/%s/v1/gadgets" % own)[0] == 200)
                    assert len(server.request("GET", "/apis/%s/v1/gadgets" % own)[1]["items"]) == 6


def test_066__objects_of_a_definition_that_failed__do_not_wait_for_it(k8s, ns, group):
    wrong = definition_of(group, plural="Not a plural")
    started = time.monotonic()
    outcome = k8s(definition=[wrong, custom(group, ns)], continue_on_error=True, wait_timeout=60)
    assert outcome.failed and time.monotonic() - started < 30
    assert "Failed to apply object: CustomResourceDefinition" in outcome.results[0]["msg"]
    assert "Gadget %s/g: its kind is not served: Failed to" % ns in outcome.results[1]["msg"]


def test_066__objects_in_two_versions_of_their_definition__are_created(k8s, ns, server, group):
    definition = definition_of(group)
    definition["spec"]["versions"].append(dict(definition["spec"]["versions"][0], name="v2", storage=False))
    second = dict(custom(group, ns, "second"), apiVersion=group + "/v2")
    outcome = k8s(definition=[definition, custom(group, ns, "first"), second], wait_timeout=20)
    assert not outcome.failed and [r["method"] for r in outcome.results] == ["create"] * 3, outcome.msg
    assert exists(server, second)


def test_066__servers_that_lag_behind__are_asked_again(k8s, ns, server, group):
    before, left = lagging("/apis/%s/v1/namespaces/" % group, 4)
    with Relay(server, before) as relay:
        outcome = k8s(definition=[definition_of(group), custom(group, ns, size=1)], kubeconfig=relay.kubeconfig)
    assert not outcome.failed and left == [0], outcome.msg
    assert get(server, custom(group, ns))["spec"] == {"size": 1}


def test_066__storage_that_comes_up__is_not_given_the_second_it_asks_for(k8s, ns, server, group):
    before, left = lagging("/apis/%s/v1/namespaces/" % group, 12, REINITIALIZING)
    started = time.monotonic()
    with Relay(server, before) as relay:
        outcome = k8s(definition=[definition_of(group), custom(group, ns, size=1)], kubeconfig=relay.kubeconfig)
    assert not outcome.failed and left == [0], outcome.msg
    assert time.monotonic() - started < 12


def test_066__plain_404_for_a_kind_of_somebody_else__fails_at_once(k8s, ns, server, widgets):
    before, _ = lagging("/apis/example.com/v1/namespaces/", 1000)
    widget = {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w", "namespace": ns}}
    with Relay(server, before) as relay:
        outcome = k8s(definition=widget, kubeconfig=relay.kubeconfig)
    assert outcome.failed and "404 page not found" in outcome.msg
    assert len([r for r in relay.requests if "/widgets/w" in r.path]) == 2


# status, of kinds with the subresource of that name and without

def with_status(group, ns, phase, name="ours"):
    return dict(custom(group, ns, name, size=1), status={"phase": phase})


@pytest.mark.parametrize("served", [True, False], ids=["subresource", "field"])
@pytest.mark.parametrize("together", [True, False], ids=["with-its-definition", "later"])
def test_definitions__status__is_applied_as_kubectl_applies_it(k8s, ns, server, group, served, together):
    definition = definition_of(group)
    if not served:
        del definition["spec"]["versions"][0]["subresources"]
    if not together:
        assert k8s(definition=definition).changed
    own = with_status(group, ns, "A")
    assert k8s(definition=[definition, own] if together else own, wait=False).changed
    server.kubectl("apply", "--server-side", "-f", "-", stdin=json.dumps(with_status(group, ns, "A", "theirs")))
    ours, theirs = (get(server, with_status(group, ns, "A", name)) for name in ("ours", "theirs"))
    assert ours.get("status") == theirs.get("status") == (None if served else {"phase": "A"})
    [[our], [their]] = [[entry["fieldsV1"] for entry in each["metadata"]["managedFields"]] for each in (ours, theirs)]
    assert our == their and ("f:status" in our) is not served

    assert not k8s(definition=own).changed
    other = with_status(group, ns, "B")
    for run in ({"check": True}, {}, {"state": "patched"}):
        outcome = k8s(definition=other, diff=True, **run)
        assert outcome.changed is (not served and run != {"state": "patched"})
        assert not outcome.changed or "phase: B" in outcome["diff"][0]["after"]
    assert get(server, own).get("status") == (None if served else {"phase": "B"})
    assert k8s(definition=own, state="patched").changed is not served
    assert get(server, own).get("status") == (None if served else {"phase": "A"})
