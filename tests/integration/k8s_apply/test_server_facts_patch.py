"""What the program relies on in a real API server, continued: patches, credentials, lists. See docs/server-facts.md."""
import http.client
import json
import ssl

import pytest

from servers import pki
from support.objects import config_map, deployment, path_of
from support.wait import until
from support.world import create, fields_of, get, merge, version_of

MERGE = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
JSON_PATCH = "application/json-patch+json"
SILENT = "the server rejected our request due to an error in our request"


def widget(ns, name="w", **spec):
    return {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": name, "namespace": ns}, "spec": spec}


def refused(answer, code, reason, *texts):
    status, body = answer
    assert (status, body["kind"], body.get("reason")) == (code, "Status", reason), answer
    for text in texts:
        assert text in body["message"], body["message"]


def json_patch(server, definition, *operations):
    return server.request("PATCH", path_of(definition), list(operations), content_type=JSON_PATCH)


# Patches

def test_facts__strategic_patch_of_a_custom_resource__415(server, ns, widgets):
    create(server, widget(ns, size=1))
    refused(server.request("PATCH", path_of(widget(ns)), {"spec": {"size": 2}}, content_type=STRATEGIC), 415,
            "UnsupportedMediaType", "the body of the request was in an unknown format - accepted media types include: "
            "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml")
    refused(server.request("PATCH", path_of(widget(ns)), {"spec": {"size": 2}}), 415, "UnsupportedMediaType")


@pytest.mark.parametrize("operation", [
    {"op": "remove", "path": "/data/missing"}, {"op": "test", "path": "/data/k", "value": "other"},
    {"op": "add", "path": "/none/k", "value": "v"}, {"op": "replace", "path": "/none/k", "value": "v"},
    {"op": "move", "from": "/data/missing", "path": "/data/x"}, {"op": "frobnicate", "path": "/data"}, {"path": "/data"},
    {"op": "add", "value": "v"}, {"op": "test", "path": "/metadata/resourceVersion", "value": "1"},
], ids=json.dumps)
def test_facts__json_patch_that_fails__422_without_a_word_about_which(server, ns, operation):
    create(server, config_map(ns))
    answer = json_patch(server, config_map(ns), operation)
    refused(answer, 422, "Invalid", SILENT)
    assert answer[1]["details"] == {}


def test_facts__json_patch_that_is_no_list__400(server, ns):
    create(server, config_map(ns))
    refused(server.request("PATCH", path_of(config_map(ns)), {"op": "add"}, content_type=JSON_PATCH), 400, "BadRequest",
            "error decoding patch: json: cannot unmarshal object")


def test_facts__json_patch_of_too_many_operations__413(server, ns):
    create(server, config_map(ns))
    same = {"op": "test", "path": "/data/k", "value": "v"}
    assert json_patch(server, config_map(ns), *[same] * 10000)[0] == 200
    refused(json_patch(server, config_map(ns), *[same] * 10001), 413, "RequestEntityTooLarge",
            "The allowed maximum operations in a JSON patch is 10000, got 10001")


def test_facts__json_patch_replaces_what_is_missing__adds_it(server, ns):
    create(server, config_map(ns))
    status, answer = json_patch(server, config_map(ns), {"op": "replace", "path": "/data/new", "value": "x"},
                                {"op": "add", "path": "/data/none"})
    assert status == 200 and answer["data"] == {"k": "v", "new": "x", "none": ""}


def test_facts__json_patch_with_a_negative_index__counts_from_the_end(server, ns):
    create(server, dict(config_map(ns), metadata={"name": "a", "namespace": ns, "finalizers": ["a.example/1", "a.example/2"]}))
    status, answer = json_patch(server, config_map(ns), {"op": "replace", "path": "/metadata/finalizers/-1",
                                                         "value": "a.example/new"})
    assert status == 200 and answer["metadata"]["finalizers"] == ["a.example/1", "a.example/new"]
    refused(json_patch(server, config_map(ns), {"op": "replace", "path": "/metadata/finalizers/2", "value": "x"}), 422,
            "Invalid", SILENT)
    merge(server, config_map(ns), {"metadata": {"finalizers": None}})


@pytest.mark.parametrize("content_type", [MERGE, STRATEGIC])
def test_facts__merge_with_a_version__is_a_lock(server, ns, content_type):
    create(server, config_map(ns))
    path = path_of(config_map(ns))

    def patch(metadata):
        return server.request("PATCH", path, {"metadata": metadata, "data": {"k": "w"}}, content_type=content_type)

    refused(patch({"resourceVersion": "1"}), 409, "Conflict",
            'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to '
            'the latest version and try again')
    refused(patch({"uid": "6a1f9a80-8f5c-4a5e-9c4f-0e3b4f1d2c3b"}), 422, "Invalid", "metadata.uid", "field is immutable")
    assert patch({"resourceVersion": version_of(get(server, config_map(ns)))})[0] == 200


@pytest.mark.parametrize("content_type", [MERGE, STRATEGIC, JSON_PATCH])
def test_facts__dry_run_of_a_patch__answers_with_the_old_version(server, ns, content_type):
    before = version_of(create(server, config_map(ns)))
    patch = [{"op": "add", "path": "/data/new", "value": "x"}] if content_type == JSON_PATCH else {"data": {"new": "x"}}
    status, answer = server.request("PATCH", path_of(config_map(ns)) + "?dryRun=All", patch, content_type=content_type)
    assert status == 200 and answer["data"] == {"k": "v", "new": "x"} and version_of(answer) == before


@pytest.mark.parametrize("content_type, patch", [(MERGE, {}), (STRATEGIC, {}), (JSON_PATCH, [])])
def test_facts__patch_of_nothing__keeps_the_version_and_the_managers(server, ns, content_type, patch):
    before = create(server, config_map(ns))
    status, answer = server.request("PATCH", path_of(config_map(ns)), patch, content_type=content_type)
    assert status == 200 and answer == before


def test_facts__empty_list_of_containers_env__is_dropped(server, ns):
    create(server, deployment(ns))
    env = "/spec/template/spec/containers/0/env"
    before = json_patch(server, deployment(ns), {"op": "add", "path": env, "value": []})[1]
    assert "env" not in before["spec"]["template"]["spec"]["containers"][0]


def test_facts__patch_of_a_missing_object__404(server, ns):
    for content_type, patch in ((MERGE, {}), (STRATEGIC, {}), (JSON_PATCH, [])):
        refused(server.request("PATCH", path_of(config_map(ns)), patch, content_type=content_type), 404, "NotFound",
                'configmaps "a" not found')


def test_facts__taints__are_replaced_as_a_whole_and_a_new_node_has_one(server, ns):
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "facts-" + ns}}
    try:
        created = create(server, node)
        assert created["spec"]["taints"] == [{"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}]
        for key in ("a", "b"):
            patch = {"spec": {"taints": [{"key": key, "effect": "NoSchedule"}]}}
            answer = server.request("PATCH", path_of(node), patch, content_type=STRATEGIC)[1]
            assert [taint["key"] for taint in answer["spec"]["taints"]] == [key]
    finally:
        server.request("DELETE", path_of(node))


def test_facts__manager_without_a_name__is_the_beginning_of_the_user_agent(server, ns):
    server.request("POST", "/api/v1/namespaces/%s/configmaps" % ns, config_map(ns))
    assert fields_of(get(server, config_map(ns)), "test-servers")


# Numbers and lists

def test_facts__integer_beyond_64_bits__is_stored_as_a_float_and_written_as_an_integer(server, ns, widgets):
    text = json.dumps(widget(ns)).replace('"spec": {}', '"spec": {"any": {"n": 9223372036854775808}}')
    assert server.request("POST", path_of(widget(ns)).rpartition("/")[0], text.encode())[0] == 201
    assert '"n":9223372036854776000}' in server.kubectl("get", "--raw", path_of(widget(ns)))


@pytest.fixture
def holders(server, ns):
    """A kind whose objects may hold anything; the value is its apiVersion."""
    group = ns + ".example.com"
    crd = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
           "metadata": {"name": "holders." + group},
           "spec": {"group": group, "scope": "Namespaced", "names": {"plural": "holders", "kind": "Holder"},
                    "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {
                        "type": "object", "x-kubernetes-preserve-unknown-fields": True}}}]}}
    path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    assert server.request("POST", path, crd)[0] == 201
    until(lambda: server.request("GET", "/apis/%s/v1/namespaces/default/holders" % group)[0] == 200)
    yield group + "/v1"
    server.request("DELETE", path + "/" + crd["metadata"]["name"])


def test_facts__custom_resource_with_items__is_taken_for_a_list(server, ns, holders):
    definition = {"apiVersion": holders, "kind": "Holder", "metadata": {"name": "h", "namespace": ns}, "items": [{"a": 1}]}
    refused(server.request("POST", path_of(definition).rpartition("/")[0], definition), 500, None,
            "*unstructured.Unstructured is not a list: no Items field in this object")
    refused(server.request("PATCH", path_of(definition) + "?fieldManager=m", definition,
                           content_type="application/apply-patch+yaml"), 500, None, "is not a list")


def test_facts__items_of_a_list__lack_kind_and_version_when_the_kind_is_built_in(server, ns, widgets):
    create(server, config_map(ns))
    create(server, widget(ns))
    found = server.request("GET", "/api/v1/namespaces/%s/configmaps" % ns)[1]
    assert found["kind"] == "ConfigMapList" and "kind" not in found["items"][0]
    found = server.request("GET", "/apis/example.com/v1/namespaces/%s/widgets" % ns)[1]
    assert found["items"][0]["kind"] == "Widget"


def test_facts__selectors_that_are_none__400(server, ns):
    path = "/api/v1/namespaces/%s/configmaps" % ns
    refused(server.request("GET", path + "?labelSelector=a+in+b"), 400, "BadRequest", "unable to parse requirement")
    refused(server.request("GET", path + "?fieldSelector=spec.x%3Dy"), 400, "BadRequest",
            '"spec.x" is not a known field selector')


# Credentials

def test_facts__bad_credentials__401_for_a_token_and_for_certificates_in_spite_of_their_dates(server):
    authority = server.pki.authority()
    for credentials in ({"token": "x"}, {"client": authority.client("jane", validity=pki.EXPIRED)},
                        {"client": server.pki.authority("stranger").client("jane")}):
        refused(server.request("GET", "/api/v1", **credentials), 401, "Unauthorized", "Unauthorized")


def test_facts__impersonation_without_the_right__403_also_for_discovery(server, ns):
    path = "/api/v1/namespaces/%s/serviceaccounts" % ns
    assert server.request("POST", path, {"metadata": {"name": "robot"}})[0] == 201
    headers = {"Authorization": "Bearer " + server.service_account_token(ns, "robot"), "Impersonate-User": "jane"}
    connection = http.client.HTTPSConnection("127.0.0.1", server.port,
                                             context=ssl.create_default_context(cafile=str(server.ca_file)))
    connection.request("GET", "/api/v1", headers=headers)
    response = connection.getresponse()
    refused((response.status, json.loads(response.read())), 403, "Forbidden", "cannot impersonate", ":robot")
    connection.close()
