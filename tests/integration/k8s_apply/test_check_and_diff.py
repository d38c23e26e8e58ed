"""Check mode and diff: items 39 to 48 of the conformance list."""
import base64
import json

import pytest

from support.objects import WIDGETS, config_map, deployment
from support.relay import Relay
from support.world import create, exists, get, managers, merge, version_of, writes

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def only_dry_runs(outcome) -> bool:
    """All writes of the run asked for a dry run, and there were some."""
    sent = writes(outcome)
    return bool(sent) and all("dryRun=All" in event["requestURI"] for event in sent)


def lines_of(outcome) -> list:
    """[(before, after), …] of a task's diff, each a list of lines."""
    return [(entry["before"].splitlines(), entry["after"].splitlines()) for entry in outcome["diff"]]


@pytest.mark.parametrize("make", [config_map, deployment])
def test_039__check_mode_with_wait__predicts_at_once_and_stores_nothing(k8s, ns, server, make):
    """A Deployment would never become ready here: waiting for it would end in a failure."""
    outcome = k8s(definition=make(ns), check=True, wait=True, wait_timeout=1)
    assert not outcome.failed and outcome.changed and outcome["method"] == "create"
    assert only_dry_runs(outcome) and not exists(server, make(ns))
    assert k8s(definition=make(ns)).changed
    stored = get(server, make(ns))
    outcome = k8s(definition=make(ns), check=True, wait=True, wait_timeout=1)
    assert not outcome.failed and not outcome.changed and outcome["method"] == "apply"
    assert writes(outcome) == []  # nothing needs to be predicted of what is there
    assert get(server, make(ns))["metadata"].get("generation") == stored["metadata"].get("generation")


@pytest.mark.parametrize("options, method, asked", [
    ({"apply_mode": "create"}, "create", "create"),
    ({"apply_mode": "update"}, "update", "patch"),
    ({"apply_mode": "update", "merge_type": ["merge"]}, "update", "patch"),
    ({"apply_mode": "replace"}, "replace", "update"),
    ({"state": "patched"}, "update", "patch"),
    ({"kind": "ConfigMap", "name": "a", "patch": [{"op": "replace", "path": "/data/k", "value": "new"}]},
     "patch", "patch"),
], ids=["create", "update", "merge", "replace", "patched", "json-patch"])
def test_039__check_mode_of_every_way_to_write__stores_nothing(k8s, ns, server, options, method, asked):
    if method != "create":
        create(server, config_map(ns))
        before = get(server, config_map(ns))
    if "patch" not in options:
        options = dict(options, definition=config_map(ns, data={"k": "new"}))
    outcome = k8s(check=True, namespace=ns, **options)
    assert not outcome.failed and outcome.changed and outcome["method"] == method
    assert outcome["result"]["data"] == {"k": "new"}
    assert only_dry_runs(outcome) and [event["verb"] for event in writes(outcome)] == [asked]
    if method == "create":
        assert not exists(server, config_map(ns))
    else:
        assert get(server, config_map(ns)) == before


@pytest.mark.parametrize("options", [{}, {"apply_mode": "update"}, {"apply_mode": "replace"}],
                         ids=["apply", "update", "replace"])
def test_040__check_with_diff__shows_what_the_real_run_shows(k8s, ns, server, options):
    k8s(definition=config_map(ns, data={"a": "1", "k": "v"}))
    wanted = config_map(ns, data={"k": "v2", "new": "x"}, labels={"l": "x"})
    predicted = k8s(definition=wanted, check=True, diff=True, **options)
    assert predicted.changed and only_dry_runs(predicted)
    assert get(server, wanted)["data"] == {"a": "1", "k": "v"}
    real = k8s(definition=wanted, diff=True, **options)
    assert real.changed and real["diff"] == predicted["diff"] and real["method"] == predicted["method"]
    [(before, after)] = lines_of(real)
    assert "  k: v" in before and "  k: v2" in after and "    l: x" in after


def test_040__new_object__has_nothing_before(k8s, ns):
    predicted = k8s(definition=config_map(ns), check=True, diff=True)
    real = k8s(definition=config_map(ns), diff=True)
    assert predicted["diff"] == real["diff"]
    [entry] = real["diff"]
    assert entry["before"] == "" and "  k: v" in entry["after"].splitlines()


def test_041__equal_values_of_a_new_manager__would_be_a_change(k8s, ns, server):
    create(server, config_map(ns))
    outcome = k8s(definition=config_map(ns), check=True)
    assert outcome.changed and only_dry_runs(outcome)
    assert managers(get(server, config_map(ns))) == [("other", "Update")]
    assert k8s(definition=config_map(ns)).changed
    outcome = k8s(definition=config_map(ns), check=True)
    assert not outcome.changed
    assert k8s(definition=config_map(ns), check=True, field_manager="third").changed


def test_042__namespace_and_an_object_in_it__are_predicted(k8s, ns, server):
    fresh = ns + "-42"
    definitions = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": fresh}}, config_map(fresh)]
    outcome = k8s(definition=definitions, check=True, diff=True)
    assert not outcome.failed and outcome.changed
    assert [result["changed"] for result in outcome.results] == [True, True]
    assert [result["method"] for result in outcome.results] == ["create", "create"]
    [warning] = outcome.warnings
    assert warning.startswith("ConfigMap %s/a: not validated" % fresh)
    assert len(outcome["diff"]) == 2 and "  k: v" in outcome["diff"][1]["after"].splitlines()
    assert server.request("GET", "/api/v1/namespaces/" + fresh)[0] == 404
    assert only_dry_runs(outcome)


def definition_of(group):
    """A CustomResourceDefinition of its own group."""
    crd = json.loads(json.dumps(WIDGETS))
    crd["metadata"]["name"] = "widgets." + group
    crd["spec"]["group"] = group
    return crd


def test_043__definition_and_an_object_of_its_kind__are_predicted(k8s, ns, server):
    crd = definition_of(ns + ".example.com")
    custom = {"apiVersion": crd["spec"]["group"] + "/v1", "kind": "Widget", "metadata": {"name": "w", "namespace": ns},
              "spec": {"size": 1}}
    outcome = k8s(definition=[crd, custom], check=True)
    assert not outcome.failed and outcome.changed
    assert [result["changed"] for result in outcome.results] == [True, True]
    [warning] = outcome.warnings
    assert warning.startswith("Widget %s/w: not validated" % ns)
    assert only_dry_runs(outcome)
    assert server.request(
        "GET", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/" + crd["metadata"]["name"])[0] == 404


def refuse_dry_run(request):
    """As a webhook with side effects makes the server answer; it cannot be registered any more (see server-facts)."""
    if "dryRun=All" not in request.path:
        return None
    status = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "BadRequest", "code": 400,
              "message": 'admission webhook "w.example.com" does not support dry run'}
    return 400, [("Content-Type", "application/json")], json.dumps(status).encode()


def test_044__webhook_without_dry_run__is_predicted_here(k8s, ns, server):
    with Relay(server, refuse_dry_run) as relay:
        def check(definition):
            return k8s(definition=definition, check=True, diff=True, kubeconfig=relay.kubeconfig)

        new = check(config_map(ns))
        assert not new.failed and new.changed and new["method"] == "create"
        assert new["result"]["data"] == {"k": "v"} and not exists(server, config_map(ns))
        k8s(definition=config_map(ns, data={"k": "v", "other": "1"}))
        same = check(config_map(ns))
        assert not same.failed and not same.changed
        changed = check(config_map(ns, data={"k": "v2"}))
        assert not changed.failed and changed.changed and changed["method"] == "apply"
        assert changed["result"]["data"] == {"k": "v2", "other": "1"}
        [(before, after)] = lines_of(changed)
        assert [pair for pair in zip(before, after) if pair[0] != pair[1]] == [("  k: v", "  k: v2")]
    for outcome in (new, same, changed):
        [warning] = outcome.warnings
        assert "not validated" in warning and "does not support dry run" in warning


OLD, NEW, LEAST = "correct horse battery", "staple \"quoted\" glue", "unchanged secret"


def spellings(*values) -> list:
    """How a value of a Secret may show: as it is, quoted, in base64, in base64 without padding."""
    encoded = [base64.b64encode(value.encode()).decode() for value in values]
    return list(values) + [json.dumps(value)[1:-1] for value in values] + encoded + [e.rstrip("=") for e in encoded]


def secret(ns, **values):
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": ns},
            "data": {key: base64.b64encode(value.encode()).decode() for key, value in values.items()}}


@pytest.mark.parametrize("as_text", [False, True], ids=["object", "yaml"])
@pytest.mark.parametrize("check", [False, True], ids=["real", "check"])
def test_045__secret__is_masked_wherever_it_shows(k8s, ns, server, check, as_text):
    k8s(definition=secret(ns, p=OLD, same=LEAST, gone=OLD))
    applied = json.dumps(dict(secret(ns, p=OLD), stringData={"q": OLD}))
    merge(server, secret(ns), {"metadata": {"annotations": {LAST_APPLIED: applied}}})
    definition = dict(secret(ns, p=NEW, same=LEAST), stringData={"added": NEW})
    outcome = k8s(definition=json.dumps(definition) if as_text else definition, diff=True, check=check)
    assert outcome.changed
    [(before, after)] = lines_of(outcome)
    assert '  p: "*** (before)"' in before and '  p: "*** (after)"' in after
    assert '  same: "***"' in before and '  same: "***"' in after
    assert '  gone: "***"' in before and not [line for line in after if "gone" in line]
    assert '  added: "***"' in after and not [line for line in before if "added" in line]
    assert '    %s: "***"' % LAST_APPLIED in before
    assert outcome["result"]["data"] == {"p": "***", "same": "***", "added": "***"}
    for text in spellings(OLD, NEW, LEAST):
        assert text not in outcome.text
    if not check:
        assert base64.b64decode(get(server, secret(ns))["data"]["p"]).decode() == NEW


@pytest.mark.parametrize("broken", [
    {"stringData": NEW}, {"data": {"p": NEW}}, {"stringData": {"p": [NEW]}},
    {"data": {"p": base64.b64encode(NEW.encode()).decode()}, "type": "kubernetes.io/tls"},
], ids=["no-map", "no-base64", "list", "invalid"])
def test_045__refused_secret__is_not_quoted(k8s, ns, server, broken):
    outcome = k8s(definition=dict(secret(ns), **broken))
    assert outcome.failed
    for text in spellings(NEW):
        assert text not in outcome.text


@pytest.mark.parametrize("path, part", [
    ("stringData.pin", {"stringData": {"pin": 987654321}}), ("stringData.pin", {"stringData": {"pin": ["987654321"]}}),
    ("data.pin", {"data": {"pin": 987654321}}), ("data", {"data": ["987654321"]}), ("stringData", {"stringData": 987654321}),
])
@pytest.mark.parametrize("kind", ["Secret", "secrets"])
def test_045__value_of_a_secret_that_is_no_string__is_refused_by_its_place(k8s, ns, kind, path, part):
    for options in ({}, {"apply_mode": "update"}):
        outcome = k8s(definition=dict(secret(ns), kind=kind, **part), **options)
        assert outcome.failed and " %s/s: %s must be " % (ns, path) in outcome.msg and writes(outcome) == []
        assert "987654321" not in outcome.text


def test_045__null_as_the_value_of_a_secret__is_left_to_the_server(k8s, ns, server):
    assert not k8s(definition=dict(secret(ns, p=OLD), stringData={"pin": None}), apply_mode="update").failed
    assert not k8s(definition=dict(secret(ns, p=OLD), data=None), apply_mode="update").failed
    assert exists(server, secret(ns))


def test_045__json_patch_of_a_secret_with_a_number__is_not_quoted(k8s, ns, server):
    create(server, secret(ns, p=OLD))
    outcome = k8s(kind="Secret", name="s", namespace=ns, patch=[{"op": "add", "path": "/data/pin", "value": 987654321}])
    assert outcome.failed and "987654321" not in outcome.msg


def test_045__show_secrets__shows_them(k8s, ns):
    outcome = k8s(definition=secret(ns, p=OLD), show_secrets=True, diff=True)
    assert base64.b64decode(outcome["result"]["data"]["p"]).decode() == OLD
    assert base64.b64encode(OLD.encode()).decode() in outcome["diff"][0]["after"]


def test_046__absent_in_check_mode__deletes_nothing(k8s, ns, server):
    create(server, config_map(ns))
    options = {"state": "absent", "kind": "ConfigMap", "name": "a", "namespace": ns,
               "delete_options": {"propagationPolicy": "Background", "gracePeriodSeconds": 0}}
    outcome = k8s(check=True, diff=True, wait=True, wait_timeout=1, **options)
    assert not outcome.failed and outcome.changed and outcome["method"] == "delete"
    assert exists(server, config_map(ns))
    assert not writes(outcome) or only_dry_runs(outcome)
    [entry] = outcome["diff"]
    assert entry["after"] == "" and "  k: v" in entry["before"].splitlines()
    assert k8s(**options).changed and not exists(server, config_map(ns))
    assert not k8s(check=True, **options).changed


def test_047__bundle_of_24_definitions__shows_every_diff_at_the_top(k8s, ns, server):
    group = ns + ".example.com"
    bundle = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": ns + "-47"}}]
    for number in range(24):
        crd = definition_of(group)
        crd["spec"]["names"] = {"plural": "w%ds" % number, "singular": "w%d" % number, "kind": "W%d" % number}
        crd["metadata"]["name"] = "w%ds.%s" % (number, group)
        bundle.append(crd)
    try:
        outcome = k8s(definition=bundle, diff=True)
        assert not outcome.failed and outcome.changed and len(outcome.results) == 25
        assert len(outcome["diff"]) == 25
        headers = {entry["after_header"] for entry in outcome["diff"]}
        assert headers == {"%s %s" % (d["kind"], d["metadata"]["name"]) for d in bundle}
        assert all(entry["before"] == "" and entry["after"] for entry in outcome["diff"])
        again = k8s(definition=bundle, diff=True)
        assert not again.failed and not again.changed and not again.get("diff")
    finally:
        for definition in bundle:
            plural = "customresourcedefinitions"
            path = "/apis/apiextensions.k8s.io/v1/%s/" % plural if definition["kind"] != "Namespace" \
                else "/api/v1/namespaces/"
            server.request("DELETE", path + definition["metadata"]["name"])


def test_048__hidden_fields__hide_but_do_not_decide(k8s, ns, server):
    before = version_of(k8s(definition=config_map(ns, data={"k": "seen"}))["result"])
    outcome = k8s(definition=config_map(ns, data={"k": "other"}), hidden_fields=["data", "metadata.managedFields"],
                  diff=True)
    assert outcome.changed
    assert "data" not in outcome["result"] and "managedFields" not in outcome["result"]["metadata"]
    [entry] = outcome["diff"]
    assert "\ndata" not in entry["before"] + entry["after"] and "name: a" in entry["after"]
    stored = get(server, config_map(ns))
    assert stored["data"] == {"k": "other"} and version_of(stored) != before
    assert not k8s(definition=config_map(ns, data={"k": "other"}), hidden_fields=["data"]).changed
