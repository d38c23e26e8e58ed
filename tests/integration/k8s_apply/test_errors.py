"""Validation and errors: items 26 to 38 of the conformance list."""
import gzip
import json
import os
from pathlib import Path

import pytest
import yaml

from support.objects import WIDGETS, config_map, deployment
from support.relay import Relay
from support.world import create, exists, get, merge, writes


def with_unknown_field(ns):
    definition = deployment(ns)
    definition["spec"]["foo"] = 1
    return definition


def test_026__unknown_field__fails_at_once(k8s, ns, server):
    outcome = k8s(definition=with_unknown_field(ns))
    assert outcome.failed and not outcome.changed
    assert ".spec.foo" in outcome.msg and "field not declared in schema" in outcome.msg
    assert "Failed to apply object: Deployment %s/d" % ns in outcome.msg
    assert outcome["status"] == 500
    assert len(writes(outcome)) == 1
    assert not exists(server, deployment(ns))


@pytest.mark.parametrize("existing", [False, True], ids=["create", "patch"])
def test_027__unknown_field_in_update_mode__fails_when_validated_strictly(k8s, ns, server, existing):
    if existing:
        create(server, deployment(ns))
    definition = with_unknown_field(ns)
    definition["spec"]["replicas"] = 3
    outcome = k8s(definition=definition, apply_mode="update", validate={"fail_on_error": True})
    assert outcome.failed and not outcome.changed
    assert outcome["status"] == (422 if existing else 400)  # a patch is refused as an invalid object
    assert 'unknown field "spec.foo"' in outcome.msg
    assert exists(server, definition) == existing
    if existing:
        assert get(server, definition)["spec"]["replicas"] == 1


@pytest.mark.parametrize("existing", [False, True], ids=["create", "patch"])
@pytest.mark.parametrize("validate", [{"fail_on_error": False}, {}, {"strict": True}], ids=["false", "unset", "strict"])
def test_027__unknown_field_in_update_mode__is_a_warning_when_told_so(k8s, ns, server, existing, validate):
    if existing:
        create(server, deployment(ns))
    definition = with_unknown_field(ns)
    definition["spec"]["replicas"] = 3
    outcome = k8s(definition=definition, apply_mode="update", validate=validate)
    assert not outcome.failed and outcome.changed
    assert outcome.warnings == ['Deployment %s/d: unknown field "spec.foo"' % ns]
    stored = get(server, definition)
    assert stored["spec"]["replicas"] == 3 and "foo" not in stored["spec"]


@pytest.mark.parametrize("fail", [True, False])
def test_027__unknown_field_in_update_mode__is_ignored_when_not_strict(k8s, ns, server, fail):
    outcome = k8s(definition=with_unknown_field(ns), apply_mode="update", validate={"strict": False, "fail_on_error": fail})
    assert not outcome.failed and outcome.changed and outcome.warnings == []
    assert "foo" not in get(server, with_unknown_field(ns))["spec"]


@pytest.mark.parametrize("validate", [{}, {"strict": False}], ids=["warn", "ignore"])
def test_027__unknown_field_in_server_mode__fails_whatever_validate_says(k8s, ns, validate):
    outcome = k8s(definition=with_unknown_field(ns), validate=validate)
    assert outcome.failed and ".spec.foo" in outcome.msg


@pytest.mark.parametrize("merge_type", ["merge", "strategic-merge"])
def test_027__refused_patch_of_a_secret__is_quoted_without_its_values(k8s, ns, server, merge_type):
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": ns},
              "stringData": {"old": "c2FmZWx5IGhpZGRlbg", "more": "an older secret"}}
    create(server, secret)
    outcome = k8s(definition=dict(secret, stringData={"new": "a fresh secret"}, foo=1), apply_mode="update",
                  merge_type=[merge_type])
    assert outcome.failed and 'unknown field "foo"' in outcome.msg
    assert len(outcome.msg) < 1500
    for text in ("c2FmZWx5IGhpZGRlbg", "YzJGbVpXeDVJR2hwWkdSbGJn", "an older secret", "YW4gb2xkZXIgc2VjcmV0",
                 "a fresh secret", "YSBmcmVzaCBzZWNyZXQ"):
        assert text not in outcome.text


def test_027__refused_json_patch_of_a_secret__is_quoted_without_its_values(k8s, ns, server):
    """A Secret this small is quoted as a whole."""
    create(server, {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": ns}}, manager="o")
    merge(server, {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": ns}},
          {"data": {"p": "c3RvcmVk"}, "metadata": {"managedFields": [{}]}}, manager="o")
    outcome = k8s(kind="Secret", name="s", namespace=ns,
                  patch=[{"op": "add", "path": "/data/q", "value": "wrong base64!"}])
    assert outcome.failed and "illegal base64 data" in outcome.msg
    for text in ("c3RvcmVk", "stored", "wrong base64!"):
        assert text not in outcome.text, outcome.msg


def test_028__environment_name_twice__fails_and_says_which(k8s, ns, server):
    env = [{"name": "FOO", "value": "1"}, {"name": "FOO", "value": "2"}]
    outcome = k8s(definition=deployment(ns, env=env))
    assert outcome.failed and not outcome.changed
    assert 'duplicate entries for key [name="FOO"]' in outcome.msg
    assert len(writes(outcome)) == 1
    assert not exists(server, deployment(ns))


def test_029__invalid_values__are_listed_with_their_paths(k8s, ns, server):
    definition = deployment(ns, replicas=-1)
    definition["spec"]["minReadySeconds"] = -2
    outcome = k8s(definition=definition)
    assert outcome.failed and not outcome.changed
    assert outcome["status"] == 422 and outcome["reason"] == "Unprocessable Entity"
    lines = outcome.msg.splitlines()
    assert [line for line in lines if line.startswith("spec.replicas: Invalid value: -1")]
    assert [line for line in lines if line.startswith("spec.minReadySeconds: Invalid value: -2")]
    assert not exists(server, definition)


def test_029__changed_selector__is_refused(k8s, ns, server):
    assert k8s(definition=deployment(ns)).changed
    definition = deployment(ns)
    definition["spec"]["selector"]["matchLabels"] = {"app": "other"}
    definition["spec"]["template"]["metadata"]["labels"] = {"app": "other"}
    outcome = k8s(definition=definition)
    assert outcome.failed and not outcome.changed and outcome["status"] == 422
    assert [line for line in outcome.msg.splitlines() if line.startswith("spec.selector: ")
            and line.endswith("field is immutable")]
    stored = get(server, definition)
    assert stored["spec"]["selector"]["matchLabels"] == {"app": "d"}
    assert stored["metadata"]["generation"] == 1


def test_030__missing_namespace__is_named(k8s, ns):
    outcome = k8s(definition=config_map(ns + "-missing"))
    assert outcome.failed and not outcome.changed
    assert outcome["status"] == 404 and outcome["reason"] == "Not Found"
    assert 'namespaces "%s-missing" not found' % ns in outcome.msg


@pytest.mark.parametrize("kind, api_version", [("Gadget", "example.com/v1"), ("Deployment", "apps/v1beta9"),
                                               ("Gadget", "v1")])
@pytest.mark.parametrize("check", [False, True], ids=["real", "check"])
def test_031__unknown_kind__fails_before_the_first_write(k8s, ns, server, kind, api_version, check):
    unknown = {"apiVersion": api_version, "kind": kind, "metadata": {"name": "x", "namespace": ns}}
    outcome = k8s(definition=[config_map(ns), unknown], check=check)
    assert outcome.failed and not outcome.changed
    assert 'no matches for kind "%s" in version "%s"' % (kind, api_version) in outcome.msg
    assert writes(outcome) == []
    assert not exists(server, config_map(ns))


@pytest.fixture
def patcher(server, ns, k8s):
    """k8s as a user who may get and patch ConfigMaps of the namespace, but not create them."""
    user = "patcher-" + ns
    rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/%s/" % ns
    for plural, body in (("roles", {"rules": [{"apiGroups": [""], "resources": ["configmaps"],
                                               "verbs": ["get", "patch"]}]}),
                         ("rolebindings", {"subjects": [{"kind": "User", "name": user}],
                                           "roleRef": {"kind": "Role", "name": "r",
                                                       "apiGroup": "rbac.authorization.k8s.io"}})):
        assert server.request("POST", rbac + plural, dict(body, metadata={"name": "r"}))[0] == 201
    kubeconfig = server.kubeconfig_for(user, server.pki.authority().client(user))
    return lambda **options: k8s(kubeconfig=str(kubeconfig), **options)


def test_032__may_patch_but_not_create__is_forbidden(patcher, ns, server):
    outcome = patcher(definition=config_map(ns))
    assert outcome.failed and not outcome.changed
    assert outcome["status"] == 403 and outcome["reason"] == "Forbidden"
    assert "cannot create resource" in outcome.msg or "forbidden" in outcome.msg
    assert not exists(server, config_map(ns))
    create(server, config_map(ns, data={"other": "1"}))
    assert patcher(definition=config_map(ns)).changed  # it was the right to create that lacked


@pytest.mark.parametrize("where", ["labels", "annotations"])
def test_033__unquoted_yes__is_refused_with_a_hint(k8s, ns, where):
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: %s\n  %s:\n    x: yes\n" % (ns, where)
    outcome = k8s(definition=text)
    assert outcome.failed and not outcome.changed
    assert "metadata.%s.x" % where in outcome.msg and "quote" in outcome.msg
    assert outcome.requests == []


def test_034__body_beyond_3_mib__fails_readably(k8s, ns, server):
    outcome = k8s(definition=config_map(ns, data={"k": "x" * (3 * 1024 * 1024 + 1)}))
    assert outcome.failed and not outcome.changed
    assert outcome["status"] == 413
    assert "Request entity too large" in outcome.msg and "3 MiB" in outcome.msg
    assert len(outcome.msg) < 1000
    assert not exists(server, config_map(ns))


def large_definition(ns, size):
    """A CustomResourceDefinition whose compact JSON has SIZE bytes."""
    group = ns + ".example.com"
    crd = json.loads(json.dumps(WIDGETS))
    crd["metadata"]["name"] = "widgets." + group
    crd["spec"]["group"] = group
    schema = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    schema["description"] = ""
    schema["description"] = "d" * (size - len(json.dumps(crd, separators=(",", ":"))))
    return crd


def published_definition():
    """KubeadmControlPlane's CustomResourceDefinition as Cluster API 1.12.3 publishes it; None without the file."""
    file = Path(os.environ.get("MCAPI_TEST_DATA", "/nonexistent"),
                "providers/control-plane-kubeadm/v1.12.3/control-plane-components.yaml.gz")
    if not file.exists():
        return None
    documents = yaml.load_all(gzip.decompress(file.read_bytes()), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    [crd] = [document for document in documents if document["kind"] == "CustomResourceDefinition"
             and document["spec"]["names"]["kind"] == "KubeadmControlPlane"]
    return crd


@pytest.mark.parametrize("published", [False, True], ids=["made-up", "published"])
def test_035__definition_larger_than_annotations_may_be__is_applied(k8s, ns, server, published):
    crd = published_definition() if published else large_definition(ns, 266193)
    if not crd:
        pytest.skip("needs the published provider files: MCAPI_TEST_DATA")
    assert len(json.dumps(crd, separators=(",", ":"), ensure_ascii=False).encode()) == 266193
    path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/" + crd["metadata"]["name"]
    try:
        outcome = k8s(definition=crd)
        assert not outcome.failed and outcome.changed
        stored = server.request("GET", path)[1]
        assert "kubectl.kubernetes.io/last-applied-configuration" not in stored["metadata"].get("annotations", {})
        assert [v["name"] for v in stored["spec"]["versions"]] == [v["name"] for v in crd["spec"]["versions"]]
        again = k8s(definition=crd)
        assert not again.failed and not again.changed
    finally:
        server.request("DELETE", path)


HTML = b"<!DOCTYPE html>\n<html><body><h1>502 Bad Gateway</h1></body></html>\n"


@pytest.mark.parametrize("status, content_type, body, said", [
    (404, "text/plain", b"404 page not found\n", "404 page not found"),
    (502, "text/html", HTML, "HTML page"),
    (400, "application/json", b'{"kind": "Sta', '{"kind": "Sta'),
    (403, "text/plain", b"", "no body"),
    (500, "text/plain", b"\xff\xfe\x00binary", "HTTP 500"),
], ids=["plain", "html", "cut", "empty", "binary"])
def test_036__answer_of_something_in_front__is_readable(k8s, ns, server, status, content_type, body, said):
    def refuse_writes(request):
        return (status, [("Content-Type", content_type)], body) if request.is_write() else None

    with Relay(server, refuse_writes) as relay:
        outcome = k8s(definition=config_map(ns), kubeconfig=relay.kubeconfig, retry_timeout=1)
    assert outcome.failed and not outcome.changed
    assert outcome["status"] == status
    assert said in outcome.msg and "HTTP %d" % status in outcome.msg
    assert "<" not in outcome.msg


@pytest.mark.parametrize("body", [b"404 page not found\n", HTML], ids=["plain", "html"])
def test_036__every_request_is_answered_so__is_readable(k8s, ns, server, body):
    with Relay(server, lambda request: (404, [], body)) as relay:
        outcome = k8s(definition=config_map(ns), kubeconfig=relay.kubeconfig, retry_timeout=1)
    assert outcome.failed and "404" in outcome.msg and "<" not in outcome.msg


def test_036__html_with_status_200__is_readable(k8s, ns, server):
    def login_page(request):
        return (200, [("Content-Type", "text/html")], HTML) if request.is_write() else None

    with Relay(server, login_page) as relay:
        outcome = k8s(definition=config_map(ns), kubeconfig=relay.kubeconfig, retry_timeout=1)
    assert outcome.failed and "JSON" in outcome.msg and "Failed to apply object" in outcome.msg


def test_037__deprecated_api__warns_once(k8s, ns):
    endpoints = {"apiVersion": "v1", "kind": "Endpoints", "metadata": {"name": "e", "namespace": ns}}
    first, second = k8s(definition=endpoints), k8s(definition=endpoints)
    for outcome in (first, second):
        [warning] = outcome.warnings
        assert warning.startswith("Endpoints %s/e: " % ns) and "v1 Endpoints is deprecated" in warning
    assert first.changed and not second.changed
    assert [text for text in k8s(state="info", kind="Endpoints", name="e", namespace=ns).warnings
            if "v1 Endpoints is deprecated" in text]


def test_038__two_warnings__arrive_intact_and_others_are_ignored(k8s, ns, server):
    def warn(request):
        if not request.is_write():
            return []
        return [("Warning", '299 - "first, with \\"quotes\\" and a comma, too" "Wed, 21 Oct 2015 07:28:00 GMT", '
                            '199 - "not for people"'),
                ("Warning", '299 - "second"'), ("Warning", '299 - "second"'), ("Warning", '299 - ""'),
                ("Warning", "nonsense")]

    with Relay(server, extra_headers=warn) as relay:
        outcome = k8s(definition=config_map(ns), kubeconfig=relay.kubeconfig)
    label = "ConfigMap %s/a: " % ns
    assert outcome.warnings == [label + 'first, with "quotes" and a comma, too', label + "second"]
    assert not outcome.failed and outcome.changed and get(server, config_map(ns))
