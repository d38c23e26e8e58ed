"""Many objects of one kind are looked at by a list. It is only a quicker way of asking: whatever becomes of it, the
outcome is the same."""
import json

import pytest

from support.objects import config_map, path_of
from support.relay import Relay
from support.world import get, merge, writes

COUNT = 20


def maps(ns, count=COUNT, **options):
    return [config_map(ns, name="m-%02d" % number, **options) for number in range(count)]


def readings(outcome, resource="configmaps"):
    """(How many lists, how many single objects) the run has read of a resource."""
    return outcome.verbs.count(("list", resource)), outcome.verbs.count(("get", resource))


def test_many__first_and_second_run__are_one_list_each(k8s, ns, server):
    outcome = k8s(definition=maps(ns))
    assert not outcome.failed and [result["method"] for result in outcome.results] == ["create"] * COUNT
    assert readings(outcome) == (1, 0)
    outcome = k8s(definition=maps(ns))
    assert not outcome.failed and not outcome.changed
    assert readings(outcome) == (1, 0) and writes(outcome) == []
    # As if each had been asked for.
    assert [result["result"] for result in outcome.results] == [get(server, each) for each in maps(ns)]


@pytest.mark.parametrize("options", [{}, {"apply_mode": "update"}, {"apply_mode": "replace"}, {"state": "patched"}],
                         ids=["apply", "update", "replace", "patched"])
def test_many__one_is_missing_and_one_differs__these_are_written(k8s, ns, server, options):
    every = maps(ns)
    k8s(definition=every)
    assert server.request("DELETE", path_of(every[3]))[0] == 200
    merge(server, every[7], {"data": {"k": "other"}})
    outcome = k8s(definition=every, force_conflicts=True, **options)
    assert not outcome.failed and readings(outcome) == (1, 0)
    changed = [number for number, result in enumerate(outcome.results) if result["changed"]]
    assert changed == ([7] if options.get("state") else [3, 7])
    assert get(server, every[7])["data"] == {"k": "v"}


def test_many__few_of_a_kind__are_asked_for_one_by_one(k8s, ns):
    assert readings(k8s(definition=maps(ns, 15))) == (0, 15)


def test_many__secrets__are_asked_for_one_by_one(k8s, ns):
    secrets = [{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s-%02d" % number, "namespace": ns},
                "data": {"a": "eA=="}} for number in range(COUNT)]
    k8s(definition=secrets)
    outcome = k8s(definition=secrets)
    assert not outcome.changed and readings(outcome, "secrets") == (0, COUNT) and writes(outcome) == []


def test_many__other_peoples_objects__are_not_read_to_the_end(k8s, ns, server):
    """Theirs come first in the list, and are many: after one page the own ones are asked for."""
    strangers = [config_map(ns, name="a-%03d" % number) for number in range(120)]
    assert k8s(definition=strangers, return_objects="none").changed
    k8s(definition=maps(ns))
    outcome = k8s(definition=maps(ns))
    assert not outcome.changed and readings(outcome) == (1, COUNT) and writes(outcome) == []


def test_many__large_objects__are_asked_for_one_by_one(k8s, ns):
    large = maps(ns, data={"k": "x" * 100000})
    assert k8s(definition=large, return_objects="none").changed
    outcome = k8s(definition=large, return_objects="none")
    assert not outcome.failed and not outcome.changed
    assert readings(outcome) == (1, COUNT) and writes(outcome) == []


def test_many__who_may_not_list__asks_for_each(k8s, ns, server):
    k8s(definition=maps(ns))
    rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/%s/" % ns
    assert server.request("POST", "/api/v1/namespaces/%s/serviceaccounts" % ns, {"metadata": {"name": "r"}})[0] == 201
    assert server.request("POST", rbac + "roles", {"metadata": {"name": "r"}, "rules": [
        {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "patch"]}]})[0] == 201
    assert server.request("POST", rbac + "rolebindings", {
        "metadata": {"name": "r"}, "subjects": [{"kind": "ServiceAccount", "name": "r", "namespace": ns}],
        "roleRef": {"kind": "Role", "name": "r", "apiGroup": "rbac.authorization.k8s.io"}})[0] == 201
    outcome = k8s(definition=maps(ns), host=server.url, ca_cert=str(server.ca_file),
                  api_key=server.service_account_token(ns, "r"), env={"KUBECONFIG": None})
    assert not outcome.failed and not outcome.changed


GONE = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 410, "reason": "Expired", "message": "too old"}
NO_LIST = {"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "m-00"}}


FAILURES = {"expired": (410, json.dumps(GONE)), "no list": (200, json.dumps(NO_LIST)), "cut": (200, '{"items": [{"met'),
            "page of a proxy": (200, "<html>"), "refused": (403, "no")}


def test_many__list_that_fails_at_any_page__its_objects_are_asked_for(k8s, ns, server):
    every = maps(ns, 200)
    strangers = [config_map(ns, name="a-%03d" % number) for number in range(250)]
    assert k8s(definition=every + strangers, return_objects="none").changed
    for page in (1, 2):
        for name, (status, answer) in FAILURES.items():
            def fail(request):
                if "limit=" in request.path and ("continue=" in request.path) == (page == 2):
                    return status, [("Content-Type", "application/json")], answer.encode()

            with Relay(server, fail) as relay:
                outcome = k8s(definition=every, kubeconfig=relay.kubeconfig, return_objects="none")
            assert not outcome.failed and not outcome.changed and relay.writes() == [], (page, name)
            single = [request for request in relay.requests if "/configmaps/m-" in request.path]
            # 150 of them were in the first page, or one less: kube-root-ca.crt comes before them.
            assert len(single) in ([200] if page == 1 else [50, 51]), (page, name)


def test_many__all_of_a_kind_deleted__are_listed_once(k8s, ns, server):
    k8s(definition=maps(ns), return_objects="none")
    outcome = k8s(state="absent", kind="ConfigMap", namespace=ns, delete_all=True)
    assert outcome.changed and readings(outcome) == (1, 0)
    assert server.request("GET", path_of(maps(ns)[0]))[0] == 404
