"""What the program relies on in a real API server, and what surprised: docs/server-facts.md tells it in words. No
program runs here. The facts are checked on the session's server, and on older ones where they are compiled already."""
import json
import re
import uuid
from pathlib import Path

import pytest

from support.objects import config_map, deployment, path_of
from support.openapi import Schemas
from support.wait import until

APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
JSON_PATCH = "application/json-patch+json"


@pytest.fixture
def api(facts_server):
    """(server, namespace, apply), the last being apply(definition, query=…, path=…, body=…)."""
    ns = "f-" + uuid.uuid4().hex[:8]
    assert facts_server.request("POST", "/api/v1/namespaces", {"metadata": {"name": ns}})[0] == 201

    def apply(definition, query="fieldManager=m&fieldValidation=Strict&force=false", path=None, body=None):
        return facts_server.request("PATCH", "%s?%s" % (path or path_of(definition), query), body or definition,
                                    content_type=APPLY)

    yield facts_server, ns, apply
    facts_server.request("DELETE", "/api/v1/namespaces/" + ns)


def refused(answer, code, reason, *texts):
    """The answer is a Status of that code and reason whose message holds the texts."""
    status, body = answer
    assert (status, body["kind"], body.get("reason")) == (code, "Status", reason), answer
    for text in texts:
        assert text in body["message"], body["message"]


def version_of(answer):
    return answer[1]["metadata"]["resourceVersion"]


# Apply: what is refused

@pytest.mark.parametrize("manager, text", [
    ("", "fieldManager: Required value: is required for apply patch"),
    ("m" * 129, "fieldManager: Too long: may not be more than 128 bytes"),
    ("a%07b", "fieldManager: Invalid value"),
], ids=["missing", "long", "unprintable"])
def test_facts__unusable_field_manager__422(api, manager, text):
    _, ns, apply = api
    refused(apply(config_map(ns), "fieldManager=" + manager), 422, "Invalid", text)


def test_facts__force_without_apply__422(api):
    server, ns, apply = api
    apply(config_map(ns))
    refused(server.request("PATCH", path_of(config_map(ns)) + "?force=true", {"data": {}}, content_type=MERGE), 422,
            "Invalid", "force: Forbidden: may not be specified for non-apply patch")


def test_facts__apply_body_of_another_object_than_the_url__400(api):
    server, ns, apply = api
    path = path_of(config_map(ns))
    refused(apply(config_map(ns, name="b"), path=path), 400, "BadRequest",
            "the name of the object (b) does not match the name on the URL (a)")
    refused(apply(config_map("default"), path=path), 400, "BadRequest",
            "the namespace of the provided object does not match the namespace sent on the request")
    refused(apply(dict(config_map(ns), kind="Secret"), path=path), 400, "BadRequest",
            "invalid object type: /v1, Kind=Secret")
    refused(apply(dict(deployment(ns), apiVersion="apps/v1beta1"), path=path_of(deployment(ns))), 400, "BadRequest",
            "invalid object type: apps/v1beta1, Kind=Deployment")


def test_facts__apply_with_managed_fields__400(api):
    _, ns, apply = api
    refused(apply(config_map(ns, managedFields=[])), 400, "BadRequest", "metadata.managedFields must be nil")


def test_facts__apply_with_a_version__is_a_lock_unless_the_object_is_absent(api):
    _, ns, apply = api
    current = version_of(apply(config_map(ns)))
    assert apply(config_map(ns, resourceVersion=current))[0] == 200
    refused(apply(config_map(ns, resourceVersion="1")), 409, "Conflict",
            "the object has been modified; please apply your changes to the latest version and try again")
    assert apply(config_map(ns, name="absent", resourceVersion="1"))[0] == 201


def test_facts__apply_with_a_uid__409_when_absent_else_immutable(api):
    _, ns, apply = api
    other = str(uuid.uuid4())
    refused(apply(config_map(ns, uid=other)), 409, "Conflict",
            "uid mismatch: the provided object specified uid %s, and no existing object was found" % other)
    apply(config_map(ns))
    answer = apply(config_map(ns, uid=other))
    assert answer[0] in (409, 422) and answer[1]["reason"] in ("Conflict", "Invalid")


def test_facts__unknown_or_double_fields_of_an_apply__500_without_reason(api):
    _, ns, apply = api
    refused(apply(dict(config_map(ns), foo=1)), 500, None,
            "failed to create typed patch object (%s/a; /v1, Kind=ConfigMap): .foo: field not declared in schema" % ns)
    env = [{"name": "FOO", "value": "1"}, {"name": "FOO", "value": "2"}]
    refused(apply(deployment(ns, env=env)), 500, None,
            '.spec.template.spec.containers[name="c"].env: duplicate entries for key [name="FOO"]')


def test_facts__double_key_in_an_apply__400_or_a_warning(api):
    _, ns, apply = api
    text = json.dumps(config_map(ns)).replace('{"k": "v"}', '{"k": "v", "k": "w"}').encode()
    refused(apply(config_map(ns), body=text), 400, "BadRequest", 'key "k" already set in map')
    status, stored = apply(config_map(ns), "fieldManager=m&fieldValidation=Warn", body=text)
    assert status == 201 and stored["data"] == {"k": "w"}


def test_facts__large_objects__413_by_request_422_by_kind(api):
    _, ns, apply = api
    refused(apply(config_map(ns, data={"k": "x" * (3 * 1024 * 1024 + 1)})), 413, "RequestEntityTooLarge",
            "Request entity too large: limit is 3145728")
    refused(apply(config_map(ns, data={"k": "x" * (1024 * 1024 + 1)})), 422, "Invalid",
            "Too long: may not be more than 1048576 bytes")


def test_facts__missing_namespace__404_on_write_about_the_namespace(api):
    server, ns, apply = api
    definition = config_map(ns + "-missing")
    answer = apply(definition)
    refused(answer, 404, "NotFound", 'namespaces "%s-missing" not found' % ns)
    assert answer[1]["details"]["kind"] == "namespaces"
    answer = server.request("GET", path_of(definition))
    refused(answer, 404, "NotFound", 'configmaps "a" not found')
    assert answer[1]["details"]["kind"] == "configmaps"


# Validation of other writes

def test_facts__unknown_field_of_other_writes__400_for_objects_422_for_patches(api):
    server, ns, _ = api
    definition = deployment(ns)
    definition["spec"]["foo"] = 1
    path = path_of(definition)
    collection = path.rpartition("/")[0]
    unknown = 'strict decoding error: unknown field "spec.foo"'
    refused(server.request("POST", collection + "?fieldValidation=Strict", definition), 400, "BadRequest", unknown)
    assert server.request("POST", collection + "?fieldValidation=Warn", definition)[0] == 201
    refused(server.request("PUT", path + "?fieldValidation=Strict", definition), 400, "BadRequest", unknown)
    for content_type, patch in ((MERGE, {"spec": {"foo": 1}}), (STRATEGIC, {"spec": {"foo": 1}}),
                                (JSON_PATCH, [{"op": "add", "path": "/spec/foo", "value": 1}])):
        answer = server.request("PATCH", path + "?fieldValidation=Strict", patch, content_type=content_type)
        refused(answer, 422, "Invalid", unknown, "patch: Invalid value")
        quotes_object = '\\"kind\\":\\"Deployment\\"' in answer[1]["message"]
        assert quotes_object == (content_type != STRATEGIC)


# Conflicts

def test_facts__conflicts__name_the_manager_and_for_updates_the_version(api):
    server, ns, apply = api
    apply(config_map(ns, data={"a": "1", "b": "2"}), "fieldManager=one")
    answer = apply(config_map(ns, data={"a": "x", "b": "2"}), "fieldManager=two")
    refused(answer, 409, "Conflict", 'Apply failed with 1 conflict: conflict with "one": .data.a')
    assert answer[1]["details"]["causes"] == [
        {"reason": "FieldManagerConflict", "message": 'conflict with "one"', "field": ".data.a"}]
    refused(apply(config_map(ns, data={"a": "x", "b": "y"}), "fieldManager=two"), 409, "Conflict",
            'Apply failed with 2 conflicts: conflicts with "one":\n- .data.a\n- .data.b')
    server.request("PATCH", path_of(config_map(ns)) + "?fieldManager=upd", {"data": {"c": "1"}}, content_type=MERGE)
    refused(apply(config_map(ns, data={"c": "x"}), "fieldManager=two"), 409, "Conflict",
            'Apply failed with 1 conflict: conflict with "upd" using v1: .data.c')


# What an apply leaves behind

def test_facts__no_op_apply__keeps_the_version_and_dry_runs_do_too(api):
    _, ns, apply = api
    first = apply(config_map(ns))
    assert first[0] == 201 and version_of(apply(config_map(ns))) == version_of(first)
    dry = apply(config_map(ns, data={"k": "new"}), "fieldManager=m&dryRun=All")
    assert dry[0] == 200 and dry[1]["data"] == {"k": "new"} and version_of(dry) == version_of(first)
    dry = apply(config_map(ns, name="absent"), "fieldManager=m&dryRun=All")
    assert dry[0] == 201 and "resourceVersion" not in dry[1]["metadata"] and dry[1]["metadata"]["uid"]


def test_facts__empty_list_that_the_server_does_not_store__is_written_every_time(api):
    server, ns, apply = api
    policy = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "p", "namespace": ns},
              "spec": {"podSelector": {}, "policyTypes": ["Egress"], "ingress": []}}
    path = "/apis/networking.k8s.io/v1/namespaces/%s/networkpolicies/p" % ns
    first, second = apply(policy, path=path), apply(policy, path=path)
    assert version_of(first) != version_of(second)
    assert [answer[1]["metadata"]["generation"] for answer in (first, second)] == [1, 2]
    assert first[1]["spec"] == second[1]["spec"] and "ingress" not in second[1]["spec"]


def test_facts__null_in_an_apply__is_a_value_and_owned(api):
    _, ns, apply = api
    status, stored = apply(config_map(ns, data={"k": None, "x": "y"}))
    assert status == 201 and stored["data"] == {"k": "", "x": "y"}
    assert stored["metadata"]["managedFields"][0]["fieldsV1"] == {"f:data": {"f:k": {}, "f:x": {}}}
    # Deleting is left to leaving out: null does not remove what the manager owns.
    status, stored = apply(config_map(ns, data={"x": None}))
    assert status == 200 and stored["data"] == {"x": ""}
    status, stored = apply(dict(config_map(ns, labels=None, creationTimestamp=None), data=None))
    assert status == 200 and "data" not in stored and "labels" not in stored["metadata"]


def test_facts__string_data_of_a_secret__is_owned_as_such_and_its_keys_stay(api):
    _, ns, apply = api
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": ns}}
    status, stored = apply(dict(secret, stringData={"a": "1", "b": "2"}))
    assert status == 201
    assert stored["metadata"]["managedFields"][0]["fieldsV1"] == {"f:stringData": {"f:a": {}, "f:b": {}}}
    status, stored = apply(dict(secret, stringData={"a": "1"}))
    assert status == 200 and sorted(stored["data"]) == ["a", "b"]


# The decoder of apply bodies

def in_body(ns, text):
    return json.dumps(config_map(ns)).encode().replace(b'"k": "v"', b'"k": "' + text + b'"')


@pytest.mark.parametrize("text, said", [
    (b"a\\/b", "found unknown escape character"),
    (b"\\ud83d\\ude00", "found invalid Unicode character escape code"),
    (b"a\x7fb", "control characters are not allowed"),
    (b"a\xc2\x80b", "control characters are not allowed"),
    ("a\ufffeb".encode(), "control characters are not allowed"),
], ids=["solidus", "surrogates", "delete", "c1", "noncharacter"])
def test_facts__json_that_is_no_yaml__is_refused_by_apply_alone(api, text, said):
    server, ns, apply = api
    refused(apply(config_map(ns), body=in_body(ns, text)), 400, "BadRequest", "error converting YAML to JSON", said)
    status, stored = server.request("POST", "/api/v1/namespaces/%s/configmaps" % ns, in_body(ns, text))
    assert status == 201 and stored["data"]["k"] == json.loads(b'"' + text + b'"')


@pytest.mark.parametrize("text, stored_as", [
    ("a\u0085b", "a b"),
    ("a \u2028 b", "a\u2028b"),
], ids=["next-line", "line-separator"])
def test_facts__line_breaks_of_yaml__are_changed_silently(api, text, stored_as):
    _, ns, apply = api
    assert apply(config_map(ns), body=in_body(ns, text.encode()))[1]["data"]["k"] == stored_as


@pytest.mark.parametrize("text", [
    b"a\\u007f\\u0080\\u0085b", b"a \\u2028 \\u2029 b", b"a\\ufffe\\uffffb", "\U0001F600".encode(),
    b"a\\u0000b", b"\\b\\f\\n\\r\\t\\\"\\\\", "a\u00a0\ufeffb".encode(), b"\\u003c",
], ids=["controls", "separators", "noncharacters", "emoji", "nul", "short-escapes", "raw", "ascii"])
def test_facts__escapes_that_yaml_shares_with_json__arrive(api, text):
    _, ns, apply = api
    status, stored = apply(config_map(ns), body=in_body(ns, text))
    assert status == 201 and stored["data"]["k"] == json.loads(b'"' + text + b'"')


def test_facts__numbers_of_an_apply__lose_fractions_of_zero(api):
    _, ns, apply = api
    body = json.dumps(deployment(ns)).replace('"replicas": 1', '"replicas": 2.0').encode()
    status, stored = apply(deployment(ns), body=body)
    assert status == 201 and stored["spec"]["replicas"] == 2


# Kinds that are special

def test_facts__review__is_created_and_404_when_read(api):
    server, _, _ = api
    path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
              "spec": {"resourceAttributes": {"verb": "get", "resource": "pods"}}}
    status, answer = server.request("POST", path, review)
    assert status == 201 and answer["status"]["allowed"] is True
    refused(server.request("GET", path + "/x"), 404, "NotFound", "the server could not find the requested resource")


def test_facts__webhook_with_side_effects__cannot_be_registered(api):
    server, ns, _ = api
    webhook = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
               "metadata": {"name": ns},
               "webhooks": [{"name": "w.example.com", "sideEffects": "Some", "admissionReviewVersions": ["v1"],
                             "clientConfig": {"url": "https://127.0.0.1:1/"}}]}
    path = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"
    refused(server.request("POST", path, webhook), 422, "Invalid", 'Unsupported value: "Some"')


# Deletion

def test_facts__unmet_precondition_of_a_delete__409(api):
    server, ns, apply = api
    uid = apply(config_map(ns))[1]["metadata"]["uid"]
    for preconditions, text in (
            ({"uid": "x"}, "the UID in the precondition (x) does not match the UID in record (%s)" % uid),
            ({"resourceVersion": "1"}, "the ResourceVersion in the precondition (1) does not match")):
        body = {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": preconditions}
        refused(server.request("DELETE", path_of(config_map(ns)), body), 409, "Conflict", text)


def test_facts__delete_answers__status_or_object(api):
    server, ns, apply = api
    apply(config_map(ns))
    status, answer = server.request("DELETE", path_of(config_map(ns)))
    assert (status, answer["kind"], answer["status"]) == (200, "Status", "Success") and answer["details"]["uid"]
    apply(config_map(ns, finalizers=["example.com/held"]))
    status, answer = server.request("DELETE", path_of(config_map(ns)))
    assert (status, answer["kind"]) == (200, "ConfigMap") and answer["metadata"]["deletionTimestamp"]
    status, answer = apply(config_map(ns, finalizers=["example.com/held"], labels={"late": "x"}))
    assert status == 200 and answer["metadata"]["deletionTimestamp"]  # written to, and doomed all the same
    server.request("PATCH", path_of(config_map(ns)), {"metadata": {"finalizers": None}}, content_type=MERGE)


def test_facts__job_without_policy__orphans_its_pods(api):
    server, ns, _ = api
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "j", "namespace": ns},
           "spec": {"template": {"spec": {"restartPolicy": "Never",
                                          "containers": [{"name": "c", "image": "example.invalid/c:1"}]}}}}
    assert server.request("POST", path_of(job).rpartition("/")[0], job)[0] == 201

    def pods():
        return server.request("GET", "/api/v1/namespaces/%s/pods" % ns)[1]["items"]

    until(pods)
    status, answer = server.request("DELETE", path_of(job))
    assert status == 200 and answer["metadata"]["finalizers"] == ["orphan"]
    until(lambda: server.request("GET", path_of(job))[0] == 404)
    [pod] = pods()
    assert "ownerReferences" not in pod["metadata"] and "deletionTimestamp" not in pod["metadata"]


# Schemas of built-in kinds

SCHEMA_C = Path(__file__).resolve().parents[3] / "module_utils" / "kube" / "schema.c"


def test_facts__schemas_of_built_in_kinds__agree_with_what_the_program_knows(facts_server):
    text = SCHEMA_C.read_text()
    kinds, names = re.search(r" known\[\] = \{(.*?)^\};.* atomic\[\] = \{(.*?)^\};", text, re.S | re.M).groups()
    names = re.findall(r'"(\w+)"', names)
    assert len(names) > 50 and names == sorted(names)
    differing, seen = set(), set()

    def visit(name, kind_of_field, atomic):
        if name in names:
            seen.add(name)
            if not atomic:
                differing.add((name, kind_of_field))

    for version, of_version in re.findall(r'\{"([^"]+)",\s*\{([^}]*)\}\}', kinds):
        schemas = Schemas(facts_server, version)
        for kind in re.findall(r'"(\w+)"', of_version):
            schemas.walk(kind, visit)
    assert differing == set() and seen == set(names)


def test_facts__apply_of_a_name_alone__leaves_no_entry(api):
    server, ns, apply = api
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "a", "namespace": ns}}
    status, answer = apply(account)
    assert status == 201 and "managedFields" not in answer["metadata"]


def test_facts__entry_of_an_apply__names_its_fields_keys_and_values(api):
    server, ns, apply = api
    service = {"apiVersion": "v1", "kind": "Service",
               "metadata": {"name": "s", "namespace": ns, "labels": {"a": "b"}, "annotations": {},
                            "finalizers": ["example.com/f"]},
               "spec": {"selector": {"c": "d"}, "externalIPs": [], "ports": [{"port": 80}]}}
    status, answer = apply(service)
    assert status == 201, answer
    [entry] = answer["metadata"]["managedFields"]
    assert entry["fieldsV1"] == {
        "f:metadata": {"f:labels": {"f:a": {}}, "f:annotations": {}, "f:finalizers": {'v:"example.com/f"': {}}},
        # The list map's key has its default, which the manager does not own. Empty lists are there when atomic.
        "f:spec": {"f:selector": {}, "f:externalIPs": {},
                   "f:ports": {'k:{"port":80,"protocol":"TCP"}': {".": {}, "f:port": {}}}}}
    assert "annotations" not in answer["metadata"] and "externalIPs" not in answer["spec"]
    server.request("PATCH", path_of(service), {"metadata": {"finalizers": None}}, content_type=MERGE)


def test_facts__order_of_a_list_map__is_the_manifests(api):
    server, ns, apply = api
    definition = deployment(ns, replicas=0, env=[{"name": "A", "value": "1"}, {"name": "B", "value": "2"}])
    first = apply(definition)
    env = definition["spec"]["template"]["spec"]["containers"][0]["env"]
    env.reverse()
    second = apply(definition)
    assert [item["name"] for item in second[1]["spec"]["template"]["spec"]["containers"][0]["env"]] == ["B", "A"]
    assert version_of(first) != version_of(second)
