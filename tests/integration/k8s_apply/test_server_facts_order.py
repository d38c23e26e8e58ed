"""What the program relies on in a real API server when it orders, discovers and waits: docs/server-facts.md tells it in
words. No program runs here. The facts are checked on the session's server and on older ones."""
import time
import uuid

import pytest

from support.objects import WIDGETS, config_map
from support.wait import until
from support.webhook import CONFIGURATIONS, Webhook, configuration, of_namespace

APPLY = "application/apply-patch+yaml"
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
NOT_FOUND = "404 page not found\n"


@pytest.fixture
def ns(facts_server):
    name = "o-" + uuid.uuid4().hex[:8]
    assert facts_server.request("POST", "/api/v1/namespaces", {"metadata": {"name": name}})[0] == 201
    yield name
    facts_server.request("DELETE", "/api/v1/namespaces/" + name)


@pytest.fixture
def define(facts_server, ns):
    """define(kind, …) creates a definition in a group of the test's own and returns (its path, the answer)."""
    paths = []

    def make(kind, plural=None, **names):
        plural = plural or kind.lower() + "s"
        name = "%s.%s.example.com" % (plural, ns)
        paths.append(DEFINITIONS + "/" + name)
        spec = dict(WIDGETS["spec"], group=ns + ".example.com",
                    names=dict({"plural": plural, "singular": kind.lower(), "kind": kind}, **names))
        return paths[-1], facts_server.request("POST", DEFINITIONS, dict(WIDGETS, metadata={"name": name}, spec=spec))

    yield make
    for path in paths:
        facts_server.request("DELETE", path)


def conditions(answer):
    return {c["type"]: c for c in answer[1].get("status", {}).get("conditions") or []}


def is_established(server, path):
    return conditions(server.request("GET", path)).get("Established", {}).get("status") == "True"


def test_facts__kind_that_is_not_served__404_in_plain_text(facts_server, ns, define):
    path = "/apis/%s.example.com/v1/namespaces/%s/gadgets/g" % (ns, ns)
    assert facts_server.request("GET", path) == (404, NOT_FOUND)
    assert facts_server.request("PATCH", path + "?fieldManager=m", {}, content_type=APPLY) == (404, NOT_FOUND)
    assert facts_server.request("GET", "/apis/%s.example.com/v1" % ns) == (404, NOT_FOUND)
    definition, _ = define("Gadget")
    until(lambda: is_established(facts_server, definition))
    until(lambda: facts_server.request("GET", path)[1] != NOT_FOUND)
    status, answer = facts_server.request("GET", path)
    assert status == 404 and answer["kind"] == "Status" and answer["reason"] == "NotFound"


def test_facts__moment_after_established__429_or_404_in_plain_text(facts_server, ns, define):
    for kind in ("Gadget", "Gizmo", "Grommet"):
        definition, _ = define(kind)
        path = "/apis/%s.example.com/v1/namespaces/%s/%ss" % (ns, ns, kind.lower())
        until(lambda: is_established(facts_server, definition), pause=0.005)
        early = []
        until(lambda: early.append(facts_server.request("GET", path)) or early[-1][0] == 200, pause=0.005)
        for status, answer in early[:-1]:
            if status == 429:
                assert answer["message"] == "storage is (re)initializing" and answer["details"]["retryAfterSeconds"] == 1
            else:
                assert (status, answer) == (404, NOT_FOUND)


def test_facts__post_of_a_kind_just_established__is_held_for_two_seconds_and_an_apply_is_not(facts_server, ns, define):
    """Three kinds, because the server counts from the last full second: one of them may be old enough by chance."""
    held, applied = [], []
    for kind in ("Gadget", "Gizmo", "Grommet"):
        definition, _ = define(kind)
        path = "/apis/%s.example.com/v1/namespaces/%s/%ss" % (ns, ns, kind.lower())
        until(lambda: facts_server.request("GET", path)[0] == 200, pause=0.01)
        widget = {"apiVersion": ns + ".example.com/v1", "kind": kind, "metadata": {"name": "a"}}
        begin = time.monotonic()
        assert facts_server.request("PATCH", path + "/a?fieldManager=m", widget, content_type=APPLY)[0] == 201
        applied.append(time.monotonic() - begin)
        begin = time.monotonic()
        assert facts_server.request("POST", path, dict(widget, metadata={"name": "b"}))[0] == 201
        held.append(time.monotonic() - begin)
    assert max(held) >= 2 and min(applied) < 2


def test_facts__new_definition__knows_nothing_of_its_names_yet(facts_server, define):
    path, answer = define("Gadget")
    assert answer[0] == 201 and conditions(answer) == {}
    until(lambda: is_established(facts_server, path))
    status, stored = facts_server.request("GET", path)
    assert stored["status"]["acceptedNames"] == stored["spec"]["names"]


def test_facts__definition_whose_names_are_taken__is_stored_and_never_established(facts_server, define):
    until(lambda: is_established(facts_server, define("Gadget", shortNames=["gs"])[0]))
    for kind, plural, names, reason, text in (
            ("Grommet", "gs", {}, "PluralConflict", '"gs" is already in use'),
            ("Gadget", "others", {"singular": "other", "listKind": "OtherList"}, "KindConflict", '"Gadget" is already'),
            ("Gizmo", "gizmos", {"shortNames": ["gs"]}, "ShortNamesConflict", '"gs" is already in use')):
        path, answer = define(kind, plural, **names)
        assert answer[0] == 201
        until(lambda: "NamesAccepted" in conditions(facts_server.request("GET", path)))
        found = conditions(facts_server.request("GET", path))
        assert (found["NamesAccepted"]["status"], found["NamesAccepted"]["reason"]) == ("False", reason)
        assert text in found["NamesAccepted"]["message"]
        assert found["Established"]["status"] == "False"


def test_facts__answer_to_a_write_of_names__shows_the_verdict_on_the_old_ones(facts_server, define):
    until(lambda: is_established(facts_server, define("Gadget", shortNames=["gs"])[0]))
    path, _ = define("Gizmo", shortNames=["gs"])
    until(lambda: "NamesAccepted" in conditions(facts_server.request("GET", path)))
    answer = facts_server.request("PATCH", path, {"spec": {"names": {"shortNames": ["gz"]}}},
                                  content_type="application/merge-patch+json")
    assert answer[0] == 200 and conditions(answer)["NamesAccepted"]["status"] == "False"
    until(lambda: is_established(facts_server, path))


def test_facts__namespace_that_is_being_deleted__403_inside_409_for_itself(facts_server, ns):
    held = config_map(ns, "hold", finalizers=["example.com/hold"])
    path = "/api/v1/namespaces/%s/configmaps" % ns
    assert facts_server.request("POST", path, held)[0] == 201
    assert facts_server.request("DELETE", "/api/v1/namespaces/" + ns)[0] == 200
    status, answer = facts_server.request("POST", path, config_map(ns))
    assert (status, answer["reason"]) == (403, "Forbidden")
    assert "unable to create new content in namespace %s because it is being terminated" % ns in answer["message"]
    assert [cause["reason"] for cause in answer["details"]["causes"]] == ["NamespaceTerminating"]
    status, answer = facts_server.request("POST", "/api/v1/namespaces", {"metadata": {"name": ns}})
    assert (status, answer["reason"]) == (409, "AlreadyExists")
    assert answer["message"] == 'object is being deleted: namespaces "%s" already exists' % ns
    facts_server.request("PATCH", path + "/hold", {"metadata": {"finalizers": None}},
                         content_type="application/merge-patch+json")


def test_facts__webhooks__500_while_they_are_not_ready_403_when_they_deny(facts_server, ns):
    path = "/api/v1/namespaces/%s/configmaps?dryRun=All" % ns
    with Webhook(facts_server, lambda request: "not today") as webhook:
        definition = configuration(ns, webhook.client_config(), {"apiGroups": [""], "resources": ["configmaps"]},
                                   namespaceSelector=of_namespace(ns))
        assert facts_server.request("POST", CONFIGURATIONS, definition)[0] == 201
        until(lambda: facts_server.request("POST", path, config_map(ns))[0] == 500)
        status, answer = facts_server.request("POST", path, config_map(ns))
        assert (status, answer["reason"]) == (500, "InternalError")
        assert 'failed calling webhook "%s.example.com": failed to call webhook: Post "https://' % ns in answer["message"]
        assert answer["message"].endswith("connect: connection refused")
        webhook.start("stranger")
        status, answer = facts_server.request("POST", path, config_map(ns))
        assert (status, answer["reason"]) == (500, "InternalError")
        assert "x509: certificate signed by unknown authority" in answer["message"]
        webhook.stop()
        webhook.start()
        status, answer = facts_server.request("POST", path, config_map(ns))
        assert status == 403
        assert answer["message"] == 'admission webhook "%s.example.com" denied the request: not today' % ns
        facts_server.request("DELETE", CONFIGURATIONS + "/" + ns)


def test_facts__aggregated_api_without_server__503_in_plain_text_and_stale(facts_server, ns):
    group = ns + ".example.com"
    services = "/apis/apiregistration.k8s.io/v1/apiservices"
    assert facts_server.request("POST", services, {
        "metadata": {"name": "v1." + group},
        "spec": {"group": group, "version": "v1", "groupPriorityMinimum": 100, "versionPriority": 100,
                 "insecureSkipTLSVerify": True, "service": {"namespace": ns, "name": "nobody"}}})[0] == 201
    until(lambda: facts_server.request("GET", "/apis/%s/v1" % group)[0] == 503)
    assert facts_server.request("GET", "/apis/%s/v1" % group) == (503, "service unavailable\n")
    names = [g["name"] for g in facts_server.request("GET", "/apis")[1]["groups"]]
    assert group in names  # the list of groups goes on to promise it
    facts_server.request("DELETE", services + "/v1." + group)
