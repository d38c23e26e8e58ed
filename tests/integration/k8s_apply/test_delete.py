"""Delete: items 49 to 60 of the conformance list."""
from pathlib import Path

import pytest
import yaml

from support.objects import config_map, deployment
from support.relay import Relay
from support.wait import until
from support.world import create, exists, get, merge, writes

HELD = "example.com/held"


def deletions(outcome) -> list:
    """[(resource, name), …] in the order in which the server was asked."""
    return [(event["objectRef"]["resource"], event["objectRef"]["name"]) for event in outcome.requests
            if event["verb"] == "delete"]


def held(ns, name="a"):
    """A ConfigMap that stays while its finalizer is there."""
    return config_map(ns, name, finalizers=[HELD])


def release(server, definition):
    return merge(server, definition, {"metadata": {"finalizers": None}})


def pods(server, ns) -> list:
    return server.request("GET", "/api/v1/namespaces/%s/pods" % ns)[1]["items"]


@pytest.mark.parametrize("wait", [False, True], ids=["no-wait", "wait"])
def test_049__absent_by_kind_and_name__deletes_once(k8s, ns, server, wait):
    create(server, config_map(ns))
    create(server, config_map(ns, name="b"))
    options = {"state": "absent", "kind": "ConfigMap", "name": "a", "namespace": ns, "wait": wait}
    outcome = k8s(**options)
    assert not outcome.failed and outcome.changed and outcome["method"] == "delete"
    assert not exists(server, config_map(ns)) and exists(server, config_map(ns, name="b"))
    outcome = k8s(**options)
    assert not outcome.failed and not outcome.changed
    assert not writes(outcome)


def three(ns):
    """One object of each of three waves, in the order of their creation."""
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "s", "namespace": ns}}
    return [account, config_map(ns), deployment(ns)]


@pytest.mark.parametrize("sort", [True, False])
def test_050__absent_by_manifest__deletes_what_is_there_in_reverse_order(k8s, ns, server, sort):
    definitions = three(ns)
    for definition in (definitions[0], definitions[2]):
        create(server, definition)
    outcome = k8s(state="absent", definition=definitions, sort=sort)
    assert not outcome.failed and outcome.changed
    assert [result["changed"] for result in outcome.results] == [True, False, True]
    assert deletions(outcome) == [("deployments", "d"), ("serviceaccounts", "s")]
    assert not [d for d in definitions if exists(server, d)]
    assert not k8s(state="absent", definition=definitions, sort=sort).changed


def test_050__objects_of_one_kind__go_in_reverse_order_too(k8s, ns, server):
    definitions = [config_map(ns, name=name) for name in "abc"]
    for definition in definitions:
        create(server, definition)
    outcome = k8s(state="absent", definition=definitions, parallel=1)
    assert deletions(outcome) == [("configmaps", name) for name in "cba"]


def test_051__kind_alone__deletes_nothing(k8s, ns, server):
    create(server, config_map(ns))
    for options in ({"namespace": ns}, {}):
        outcome = k8s(state="absent", kind="ConfigMap", **options)
        assert not outcome.failed and not outcome.changed
        assert not writes(outcome)
    assert exists(server, config_map(ns))


def test_052__delete_all_without_kind__is_refused(k8s, ns):
    outcome = k8s(state="absent", delete_all=True, namespace=ns)
    assert outcome.failed and "'kind' option is required to specify the resource type." in outcome.msg
    assert outcome.requests == []


def five(server, ns):
    """Five ConfigMaps, three of them with the label pick=me."""
    for number, name in enumerate("abcde"):
        create(server, config_map(ns, name=name, labels={"pick": "me" if number % 2 == 0 else "not"}))


def names(server, ns) -> list:
    listed = server.request("GET", "/api/v1/namespaces/%s/configmaps" % ns)[1]["items"]
    return sorted(item["metadata"]["name"] for item in listed if len(item["metadata"]["name"]) == 1)


@pytest.mark.parametrize("delete_all", [True, False], ids=["delete_all", "selectors-alone"])
def test_053__label_selectors__choose_what_is_deleted(k8s, ns, server, delete_all):
    five(server, ns)
    options = {"state": "absent", "kind": "ConfigMap", "namespace": ns, "delete_all": delete_all,
               "label_selectors": ["pick=me"]}
    outcome = k8s(check=True, **options)
    assert outcome.changed and names(server, ns) == list("abcde")
    outcome = k8s(**options)
    assert not outcome.failed and outcome.changed and len(outcome.results) == 3
    assert names(server, ns) == ["b", "d"]
    outcome = k8s(**options)
    assert not outcome.failed and not outcome.changed and outcome.results == []


def test_053__delete_all_without_selectors__deletes_all_of_the_namespace(k8s, ns, server):
    five(server, ns)
    create(server, config_map("default", name="of-" + ns))
    outcome = k8s(state="absent", kind="ConfigMap", namespace=ns, delete_all=True)
    assert not outcome.failed and outcome.changed
    assert names(server, ns) == []
    assert exists(server, config_map("default", name="of-" + ns))
    server.request("DELETE", "/api/v1/namespaces/default/configmaps/of-" + ns)


@pytest.mark.parametrize("options", [{"delete_all": True}, {"label_selectors": ["pick=me"]}],
                         ids=["delete_all", "selectors"])
def test_053__without_a_namespace__deletes_in_the_one_of_the_context_alone(k8s, ns, server, tmp_path, options):
    five(server, ns)
    other = ns + "-53"
    create(server, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": other}})
    five(server, other)
    config = yaml.safe_load(Path(server.kubeconfig).read_text())
    config["contexts"][0]["context"]["namespace"] = other
    outcome = k8s(state="absent", kind="ConfigMap", kubeconfig=config, **options)
    assert not outcome.failed and outcome.changed, outcome.msg
    assert names(server, other) == ([] if "delete_all" in options else ["b", "d"])
    assert names(server, ns) == list("abcde")


def test_053__delete_all_of_a_kind_without_namespaces__deletes_them(k8s, ns, server):
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
            "metadata": {"name": ns, "labels": {"of": ns}}, "rules": []}
    create(server, role)
    outcome = k8s(state="absent", kind="ClusterRole", api_version=role["apiVersion"], delete_all=True,
                  label_selectors=["of=" + ns])
    assert not outcome.failed and outcome.changed and not exists(server, role)


def test_053__selectors_with_a_name__delete_the_object_of_that_name(k8s, ns, server):
    five(server, ns)
    selectors = ["pick=me"]
    assert k8s(state="absent", kind="ConfigMap", name="a", namespace=ns, label_selectors=selectors).changed
    assert k8s(state="absent", definition=[config_map(ns, name="b"), config_map(ns, name="c")],
               label_selectors=selectors).changed
    assert names(server, ns) == ["d", "e"]


def test_053__selectors_with_documents_without_name__delete_what_matches_of_each(k8s, ns, server):
    five(server, ns)
    hidden = dict(config_map(ns, name="s", data={}, labels={"pick": "me"}), kind="Secret")
    create(server, hidden)
    nameless = [{"apiVersion": "v1", "kind": kind, "metadata": {"namespace": ns}} for kind in ("configmap", "Secret")]
    options = {"state": "absent", "definition": nameless + [config_map(ns, name="b")], "label_selectors": ["pick=me"]}
    assert k8s(check=True, **options).changed and names(server, ns) == list("abcde")
    outcome = k8s(**options)
    assert not outcome.failed and len(outcome.results) == 5
    assert names(server, ns) == ["d"] and not exists(server, hidden)


def test_053__delete_all_with_a_document__deletes_no_more_than_it(k8s, ns, server):
    five(server, ns)
    nameless = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"namespace": ns}}
    outcome = k8s(state="absent", kind="ConfigMap", definition=nameless, delete_all=True)
    assert not outcome.failed and not outcome.changed and names(server, ns) == list("abcde")


def test_054__foreground_with_wait__returns_after_the_pods_are_gone(k8s, ns, server):
    create(server, deployment(ns, replicas=2))
    until(lambda: len(pods(server, ns)) == 2)
    outcome = k8s(state="absent", definition=deployment(ns), wait=True, wait_timeout=60,
                  delete_options={"propagationPolicy": "Foreground"})
    assert not outcome.failed and outcome.changed
    assert pods(server, ns) == []
    assert not exists(server, deployment(ns))


def job(ns):
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "j", "namespace": ns},
            "spec": {"template": {"spec": {"restartPolicy": "Never",
                                           "containers": [{"name": "c", "image": "example.invalid/c:1"}]}}}}


def test_055__job_without_policy__takes_its_pod_along(k8s, ns, server):
    create(server, job(ns))
    until(lambda: pods(server, ns))
    outcome = k8s(state="absent", kind="Job", api_version="batch/v1", name="j", namespace=ns)
    assert not outcome.failed and outcome.changed and outcome.warnings == []
    until(lambda: not pods(server, ns))
    assert not exists(server, job(ns))


def test_055__job_with_orphan__leaves_its_pod(k8s, ns, server):
    create(server, job(ns))
    until(lambda: pods(server, ns))
    outcome = k8s(state="absent", kind="Job", api_version="batch/v1", name="j", namespace=ns, wait=True,
                  delete_options={"propagationPolicy": "Orphan"})
    assert not outcome.failed and outcome.changed
    assert not exists(server, job(ns))
    [pod] = pods(server, ns)
    assert "deletionTimestamp" not in pod["metadata"] and "ownerReferences" not in pod["metadata"]


def test_056__wrong_uid_as_precondition__is_a_conflict(k8s, ns, server):
    uid = create(server, config_map(ns))["metadata"]["uid"]
    wrong = "3f6ea8c5-1d1f-4d27-9d9c-7a3e4c6d0a11"
    options = {"state": "absent", "kind": "ConfigMap", "name": "a", "namespace": ns}
    outcome = k8s(delete_options={"preconditions": {"uid": wrong}}, **options)
    assert outcome.failed and not outcome.changed
    assert outcome["status"] == 409 and outcome["reason"] == "Conflict"
    assert "precondition" in outcome.msg.lower() and wrong in outcome.msg and uid in outcome.msg
    assert len(deletions(outcome)) == 1 and exists(server, config_map(ns))
    outcome = k8s(delete_options={"preconditions": {"resourceVersion": "1"}}, **options)
    assert outcome.failed and outcome["status"] == 409 and exists(server, config_map(ns))
    assert k8s(delete_options={"preconditions": {"uid": uid}}, **options).changed
    assert not exists(server, config_map(ns))


def test_057__finalizer_that_stays__is_named_after_the_timeout(k8s, ns, server):
    create(server, held(ns))
    options = {"state": "absent", "definition": config_map(ns), "wait": True, "wait_timeout": 1}
    outcome = k8s(**options)
    assert outcome.failed and outcome.changed and outcome["method"] == "delete"
    assert '"ConfigMap" "a": Timed out waiting on resource' in outcome.msg and HELD in outcome.msg
    assert get(server, held(ns))["metadata"]["finalizers"] == [HELD]
    again = k8s(**options)  # it is on its way already
    assert again.failed and not again.changed and HELD in again.msg
    release(server, held(ns))
    until(lambda: not exists(server, held(ns)))


def test_058__made_anew_during_the_wait__counts_as_gone(k8s, ns, server):
    old = create(server, held(ns))["metadata"]["uid"]
    state = {"deleted": False, "new": None}

    def make_anew(request):
        if state["deleted"] and request.method == "GET" and not state["new"]:
            release(server, held(ns))
            state["new"] = create(server, held(ns))["metadata"]["uid"]
        state["deleted"] = state["deleted"] or request.method == "DELETE"

    with Relay(server, make_anew) as relay:
        outcome = k8s(state="absent", definition=config_map(ns), wait=True, wait_timeout=30,
                      kubeconfig=relay.kubeconfig)
    assert not outcome.failed and outcome.changed
    assert state["new"] and get(server, held(ns))["metadata"]["uid"] == state["new"] != old
    release(server, held(ns))


def test_059__namespace_with_content__is_gone_after_the_wait(k8s, ns, server):
    fresh = ns + "-59"
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": fresh}}
    create(server, namespace)
    create(server, config_map(fresh))
    create(server, deployment(fresh))
    outcome = k8s(state="absent", definition=namespace, wait=True, wait_timeout=60)
    assert not outcome.failed and outcome.changed
    assert server.request("GET", "/api/v1/namespaces/" + fresh)[0] == 404


def test_059__namespace_whose_content_stays__says_what_remains(k8s, ns, server):
    fresh = ns + "-59"
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": fresh}}
    create(server, namespace)
    create(server, held(fresh))
    assert k8s(state="absent", definition=namespace).changed
    until(lambda: "NamespaceFinalizersRemaining" in [
        c["type"] for c in get(server, namespace)["status"].get("conditions", []) if c["status"] == "True"])
    outcome = k8s(state="absent", definition=namespace, wait=True, wait_timeout=1)
    assert outcome.failed and not outcome.changed
    assert "NamespaceFinalizersRemaining: " in outcome.msg and HELD in outcome.msg
    release(server, held(fresh))
    assert not k8s(state="absent", definition=namespace, wait=True, wait_timeout=60).failed


@pytest.mark.parametrize("options", [
    {"kind": "Gadget", "api_version": "nowhere.example.com/v1", "name": "g"},
    {"kind": "Gadget", "api_version": "nowhere.example.com/v1", "delete_all": True},
    {"kind": "Gadget", "name": "g"},
], ids=["name", "delete_all", "v1"])
def test_060__kind_that_is_not_served__has_no_objects(k8s, ns, options):
    outcome = k8s(state="absent", namespace=ns, **options)
    assert not outcome.failed and not outcome.changed
    assert not writes(outcome)


def test_060__kind_that_is_not_served_in_a_manifest__is_passed_over(k8s, ns, server):
    create(server, config_map(ns))
    gadget = {"apiVersion": "nowhere.example.com/v1", "kind": "Gadget", "metadata": {"name": "g", "namespace": ns}}
    outcome = k8s(state="absent", definition=[gadget, config_map(ns)])
    assert not outcome.failed and outcome.changed
    assert [result["changed"] for result in outcome.results] == [False, True]
    assert not exists(server, config_map(ns))
