"""Basic apply: items 1 to 25 of the conformance list. The number of a test's name is the item's."""
import json

import pytest
import yaml

from support.objects import config_map, deployment, path_of
from support.relay import DROP, Relay
from support.world import WRITE_UNCHANGED, create, fields_of, get, managers, merge, version_of, writes


def config_map_of_other(server, ns, data):
    """A ConfigMap "a" that the manager "other" made by an update."""
    definition = config_map(ns, data=data)
    create(server, definition)
    return definition


def test_001__absent_config_map__is_created_with_one_manager(k8s, ns, server):
    outcome = k8s(definition=config_map(ns))
    assert outcome.changed and outcome["method"] == "create"
    assert managers(outcome["result"]) == [("ansible", "Apply")]
    stored = get(server, config_map(ns))
    assert stored == outcome["result"] and stored["data"] == {"k": "v"}


def test_002__same_config_map_again__changes_nothing(k8s, ns, server):
    before = version_of(k8s(definition=config_map(ns))["result"])
    outcome = k8s(definition=config_map(ns), diff=True)
    assert not outcome.changed and "diff" not in outcome.data
    assert version_of(get(server, config_map(ns))) == before


def test_003__other_value__is_written_and_the_diff_shows_it_alone(k8s, ns, server):
    k8s(definition=config_map(ns))
    outcome = k8s(definition=config_map(ns, data={"k": "v2"}), diff=True)
    assert outcome.changed and outcome["method"] == "apply"
    assert get(server, config_map(ns))["data"] == {"k": "v2"}
    [entry] = outcome["diff"]
    assert entry["before_header"] == entry["after_header"] == "ConfigMap %s/a" % ns
    before, after = entry["before"].splitlines(), entry["after"].splitlines()
    assert [pair for pair in zip(before, after) if pair[0] != pair[1]] == [("  k: v", "  k: v2")]
    assert len(before) == len(after)


def test_004__key_left_out__goes(k8s, ns, server):
    k8s(definition=config_map(ns))
    outcome = k8s(definition=config_map(ns, data={"k2": "x"}))
    assert outcome.changed
    stored = get(server, config_map(ns))
    assert stored["data"] == {"k2": "x"}
    assert fields_of(stored, "ansible") == {"f:data": {"f:k2": {}}}


def test_005__value_that_another_manager_owns__becomes_owned_by_both(k8s, ns, server):
    definition = config_map_of_other(server, ns, {"k": "v"})
    outcome = k8s(definition=definition)
    assert outcome.changed
    stored = get(server, definition)
    assert stored["data"] == {"k": "v"}
    assert sorted(managers(stored)) == [("ansible", "Apply"), ("other", "Update")]
    assert not k8s(definition=definition).changed


def test_006__other_value_of_a_field_of_another_manager__is_a_conflict(k8s, ns, server):
    before = get(server, config_map_of_other(server, ns, {"k": "v"}))
    outcome = k8s(definition=config_map(ns, data={"k": "w"}))
    assert outcome.failed and not outcome.changed
    assert outcome["status"] == 409 and outcome["reason"] == "Conflict"
    assert '"other"' in outcome.msg and ".data.k" in outcome.msg and "force_conflicts" in outcome.msg
    assert "Failed to apply object:" in outcome.msg
    assert outcome["error"]["details"]["causes"][0]["reason"] == "FieldManagerConflict"
    assert get(server, before) == before
    assert outcome.verbs.count(("patch", "configmaps")) == 1  # such a conflict is not repeated


def test_007__conflict_with_force__takes_the_field_over(k8s, ns, server):
    definition = config_map_of_other(server, ns, {"k": "v", "more": "1"})
    outcome = k8s(definition=config_map(ns, data={"k": "w"}), force_conflicts=True)
    assert outcome.changed
    stored = get(server, definition)
    assert stored["data"] == {"k": "w", "more": "1"}
    assert fields_of(stored, "ansible") == {"f:data": {"f:k": {}}}
    assert "f:k" not in fields_of(stored, "other")["f:data"] and "f:more" in fields_of(stored, "other")["f:data"]


def write_before_patch(write):
    """A hook for a relay: calls write() once, before the first PATCH is passed on."""
    pending = [write]

    def before(request):
        if request.method == "PATCH" and pending:
            pending.pop()()

    return before, pending


@pytest.mark.parametrize("patch, subresource", [
    ({"status": {"collisionCount": 3}}, "/status"),
    ({"metadata": {"annotations": {"other": "wrote"}}}, ""),
    ({"metadata": {"labels": {"other": "wrote"}}, "spec": {"revisionHistoryLimit": 3}}, ""),
], ids=["status", "annotation", "spec"])
def test_008__another_manager_writes_in_between__is_not_our_change(k8s, ns, server, patch, subresource):
    definition = dict(deployment(ns), spec=dict(deployment(ns)["spec"], paused=True))
    definition["metadata"]["annotations"] = {"ours": "x"}
    assert k8s(definition=definition).changed
    before, pending = write_before_patch(lambda: merge(server, definition, patch, subresource=subresource))
    version = version_of(get(server, definition))
    with Relay(server, before) as relay:
        outcome = k8s(definition=definition, kubeconfig=relay.kubeconfig, env=WRITE_UNCHANGED)
    assert not pending and version_of(outcome["result"]) != version
    assert not outcome.failed and not outcome.changed


def test_008__another_manager_writes_in_between_and_so_do_we__is_our_change(k8s, ns, server):
    k8s(definition=config_map(ns))
    before, pending = write_before_patch(
        lambda: merge(server, config_map(ns), {"metadata": {"annotations": {"other": "wrote"}}}))
    with Relay(server, before) as relay:
        outcome = k8s(definition=config_map(ns, data={"k": "v2"}), kubeconfig=relay.kubeconfig)
    assert not pending and outcome.changed


def test_009__another_client_makes_the_object_anew_in_between__is_a_change(k8s, ns, server):
    first = k8s(definition=config_map(ns))["result"]

    def make_anew():
        assert server.request("DELETE", path_of(config_map(ns)))[0] == 200
        config_map_of_other(server, ns, {"k": "v"})

    before, pending = write_before_patch(make_anew)
    with Relay(server, before) as relay:
        outcome = k8s(definition=config_map(ns), kubeconfig=relay.kubeconfig, env=WRITE_UNCHANGED)
    assert not pending and not outcome.failed and outcome.changed
    assert outcome["result"]["metadata"]["uid"] != first["metadata"]["uid"]


def test_010__quantity_in_three_spellings__is_one_value(k8s, ns, server):
    def with_cpu(cpu):
        return deployment(ns, resources={"limits": {"cpu": cpu}})

    assert k8s(definition=with_cpu(1)).changed
    assert not k8s(definition=with_cpu("1")).changed
    assert not k8s(definition=with_cpu("1000m")).changed
    container = get(server, with_cpu(1))["spec"]["template"]["spec"]["containers"][0]
    assert container["resources"]["limits"] == {"cpu": "1"}


def test_011__secret_with_string_data__is_written_once_and_masked(k8s, ns, server):
    definition = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": ns},
                  "stringData": {"p": "x"}}
    outcome = k8s(definition=definition)
    assert outcome.changed and outcome["result"]["data"] == {"p": "***"}
    assert get(server, definition)["data"] == {"p": "eA=="}
    outcome = k8s(definition=definition)
    assert not outcome.changed and outcome["result"]["data"] == {"p": "***"}


def test_012__namespace_with_a_namespace__is_created(k8s, ns, server):
    definition = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": ns + "-12", "namespace": ns}}
    outcome = k8s(definition=definition)
    assert not outcome.failed and outcome.changed
    assert server.request("GET", "/api/v1/namespaces/" + ns + "-12")[0] == 200
    assert not k8s(definition=definition).changed
    server.request("DELETE", "/api/v1/namespaces/" + ns + "-12")


def test_013__no_namespace__is_the_one_of_the_context_or_default(k8s, ns, server, module_user):
    definition = config_map(ns, name="of-" + ns)
    del definition["metadata"]["namespace"]
    outcome = k8s(definition=definition)
    assert outcome.changed and outcome["result"]["metadata"]["namespace"] == "default"
    assert server.request("DELETE", "/api/v1/namespaces/default/configmaps/of-" + ns)[0] == 200
    config = yaml.safe_load(module_user.read_text())
    config["contexts"][0]["context"]["namespace"] = ns
    outcome = k8s(definition=definition, kubeconfig=config)
    assert outcome.changed and outcome["result"]["metadata"]["namespace"] == ns
    assert server.request("GET", "/api/v1/namespaces/%s/configmaps/of-%s" % (ns, ns))[0] == 200


def test_014__name_with_percent__is_refused_without_a_request(k8s, ns):
    outcome = k8s(definition={"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
                              "metadata": {"name": "system:foo bar%"}})
    assert outcome.failed and "metadata.name" in outcome.msg and "%" in outcome.msg
    assert outcome.requests == []


def test_014__name_with_colon_and_blank__works(k8s, ns, server):
    for name, escaped in (("system:" + ns, "system:" + ns), ("system: " + ns, "system:%20" + ns)):
        definition = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": name},
                      "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]}
        path = "/apis/rbac.authorization.k8s.io/v1/clusterroles/" + escaped
        assert k8s(definition=definition).changed
        assert server.request("GET", path)[1]["metadata"]["name"] == name
        assert not k8s(definition=definition).changed
        assert k8s(definition=definition, state="absent").changed
        assert server.request("GET", path)[0] == 404


def exported(server, definition):
    """What `kubectl get -o yaml` shows, as somebody may have kept it in a file."""
    obj = get(server, definition)
    obj["metadata"]["creationTimestamp"] = None
    assert obj["metadata"]["managedFields"] and obj["metadata"]["uid"]
    return obj


def test_015__exported_object__changes_nothing(k8s, ns, server):
    k8s(definition=config_map(ns))
    definition = exported(server, config_map(ns))
    with Relay(server) as relay:
        outcome = k8s(definition=definition, kubeconfig=relay.kubeconfig)
    assert not outcome.failed and not outcome.changed
    [request] = relay.writes()
    metadata = json.loads(request.body)["metadata"]
    assert sorted(metadata) == ["name", "namespace", "resourceVersion", "uid"]


def test_016__exported_object_with_a_stale_version__is_refused_at_once(k8s, ns, server):
    k8s(definition=config_map(ns))
    definition = exported(server, config_map(ns))
    k8s(definition=config_map(ns, data={"k": "v2"}))
    outcome = k8s(definition=definition)
    assert outcome.failed and outcome["status"] == 409 and outcome["reason"] == "Conflict"
    assert "the object has been modified" in outcome.msg
    assert outcome.verbs.count(("patch", "configmaps")) == 1
    assert get(server, definition)["data"] == {"k": "v2"}


def test_017__uid_of_an_absent_object__is_refused(k8s, ns, server):
    outcome = k8s(definition=config_map(ns, uid="3f6ea8c5-1d1f-4d27-9d9c-7a3e4c6d0a11"))
    assert outcome.failed and not outcome.changed
    assert outcome["status"] == 409 and outcome["reason"] == "Conflict" and "uid mismatch" in outcome.msg
    assert outcome.verbs.count(("patch", "configmaps")) == 1
    assert server.request("GET", path_of(config_map(ns)))[0] == 404


@pytest.mark.parametrize("options", [
    {"server_side_apply": {"force_conflicts": True}},
    {"server_side_apply": {"field_manager": "m" * 129}},
    {"field_manager": "m" * 129},
    {"field_manager": ""},
    {"field_manager": "a\u0007b"},
], ids=["missing", "129-in-dict", "129", "empty", "unprintable"])
def test_018__unusable_field_manager__is_an_argument_error(k8s, ns, options):
    outcome = k8s(definition=config_map(ns), **options)
    assert outcome.failed and "field_manager" in outcome.msg
    assert outcome.requests == []


def test_018__field_manager_of_128_characters__is_used(k8s, ns, server):
    outcome = k8s(definition=config_map(ns), apply=True, server_side_apply={"field_manager": "m" * 128})
    assert outcome.changed
    assert managers(get(server, config_map(ns))) == [("m" * 128, "Apply")]


def generated(ns):
    definition = config_map(ns)
    del definition["metadata"]["name"]
    definition["metadata"]["generateName"] = "gen-"
    return definition


def test_019__generate_name_with_apply__is_an_argument_error(k8s, ns):
    outcome = k8s(definition=generated(ns))
    assert outcome.failed and "cannot use generate name with apply" in outcome.msg
    assert not writes(outcome)


def test_019__generate_name_with_create__makes_a_new_object_every_time(k8s, ns, server):
    names = []
    for _ in range(2):
        outcome = k8s(definition=generated(ns), apply_mode="create")
        assert outcome.changed and outcome["method"] == "create"
        assert outcome.verbs.count(("create", "configmaps")) == 1
        names.append(outcome["result"]["metadata"]["name"])
    assert names[0] != names[1] and all(name.startswith("gen-") for name in names)
    listed = server.request("GET", "/api/v1/namespaces/%s/configmaps" % ns)[1]["items"]
    assert sorted(i["metadata"]["name"] for i in listed if i["metadata"]["name"].startswith("gen-")) == sorted(names)


@pytest.mark.parametrize("check", [False, True], ids=["real", "check"])
def test_019__create_of_what_exists__leaves_it_alone(k8s, ns, server, check):
    before = create(server, config_map(ns))
    outcome = k8s(definition=config_map(ns, data={"k": "new"}), apply_mode="create", check=check, diff=True)
    assert not outcome.failed and not outcome.changed
    assert outcome["result"] == before == get(server, config_map(ns))
    assert outcome.verbs.count(("create", "configmaps")) == 1


@pytest.mark.parametrize("mode", ["create", "update", "replace"])
def test_019__answer_of_a_creation_is_lost__is_created_once(k8s, ns, server, mode):
    def lose_first_answer(request):
        if request.method != "POST" or len(relay.writes()) > 1:
            return None
        create(server, config_map(ns), manager="ansible")
        return DROP

    with Relay(server, lose_first_answer) as relay:
        outcome = k8s(definition=config_map(ns), apply_mode=mode, kubeconfig=relay.kubeconfig)
    assert not outcome.failed and outcome.changed
    assert outcome["result"]["data"] == {"k": "v"} == get(server, config_map(ns))["data"]


@pytest.mark.parametrize("mode", ["server", "update", "create", "replace"])
def test_020__no_name__fails_before_any_request(k8s, ns, mode):
    definition = config_map(ns)
    del definition["metadata"]["name"]
    outcome = k8s(definition=definition, apply_mode=mode)
    assert outcome.failed and "metadata.name" in outcome.msg
    assert outcome.requests == []


def widget(ns, name="w", **spec):
    return {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": name, "namespace": ns}, "spec": spec}


def test_021__element_of_a_list_map_left_out__goes(k8s, ns, server, widgets):
    assert k8s(definition=widget(ns, parts=[{"name": "a", "count": 1}, {"name": "b"}])).changed
    # What another manager put into the same list stays.
    merge(server, widget(ns), {"spec": {"parts": [{"name": "a", "count": 1}, {"name": "b"}, {"name": "c"}]}})
    assert k8s(definition=widget(ns, parts=[{"name": "b"}])).changed
    assert get(server, widget(ns))["spec"]["parts"] == [{"name": "b"}, {"name": "c"}]


def test_022__empty_maps_and_lists__are_no_change_the_second_time(k8s, ns, server):
    policy = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
              "metadata": {"name": "p", "namespace": ns, "annotations": {}, "labels": {}},
              "spec": {"podSelector": {}, "policyTypes": ["Egress"], "egress": [{}], "ingress": []}}
    path = "/apis/networking.k8s.io/v1/namespaces/%s/networkpolicies/p" % ns
    assert k8s(definition=policy).changed
    stored = server.request("GET", path)[1]
    assert stored["spec"]["egress"] == [{}]
    # The server writes this object anew every time, so that equal versions would not tell.
    assert not k8s(definition=policy).changed
    assert server.request("GET", path)[1]["spec"] == stored["spec"]


def test_023__kind_that_can_only_be_created__is_posted(k8s):
    review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
              "spec": {"resourceAttributes": {"verb": "get", "resource": "pods"}}}
    outcome = k8s(definition=review)
    assert outcome.changed and outcome["method"] == "create"
    assert outcome["result"]["status"]["allowed"] is True
    writes = [verb for verb in outcome.verbs if verb[1] == "selfsubjectaccessreviews"]
    assert writes == [("create", "selfsubjectaccessreviews")]


HOSTILE = {
    "emoji": "a\U0001F600b",
    "line-separators": "a \u2028 b \u2029 c",
    "next-line": "a\u0085b",
    "delete": "a\u007fb",
    "c0": "".join(map(chr, range(1, 32))),
    "c1": "".join(map(chr, range(0x80, 0xA0))),
    "slash": "a\\/b / \\ \\u0041",
    "noncharacters": "\ufffe\uffff\ufeff\u00a0",
    "quotes": "'\"`: {}[]#&*!|>%@",
    "bool": "yes", "number": "012", "blank": " x ", "lines": "a\n\n b\n",
}


def test_024__hostile_strings__are_stored_as_they_are(k8s, ns, server):
    definition = config_map(ns, data=HOSTILE, annotations=HOSTILE)
    assert k8s(definition=definition).changed
    stored = get(server, definition)
    assert stored["data"] == HOSTILE and stored["metadata"]["annotations"] == HOSTILE
    assert not k8s(definition=definition).changed
    # As JSON the same bytes arrive: apply_mode update sends no YAML.
    assert not k8s(definition=definition, apply_mode="update").changed


def test_024__nul_in_yaml__is_stored(k8s, ns, server):
    text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: %s}\ndata: {k: "a\\0b"}\n' % ns
    assert k8s(definition=text).changed
    assert get(server, config_map(ns))["data"] == {"k": "a\0b"}
    outcome = k8s(definition=text)
    assert not outcome.changed and outcome["result"]["data"] == {"k": "a\0b"}


NUMBERS = {"one": 1.0, "tenth": 0.1, "large": 1e21, "small": 1e-7, "negative": -0.0, "exact": 9007199254740993,
           "maximum": 9223372036854775807, "hundred": 1e2}


def test_025__floats_in_a_custom_resource__are_stored_in_shortest_form(k8s, ns, server, widgets):
    definition = widget(ns, any=NUMBERS)
    assert k8s(definition=definition).changed
    text = server.kubectl("get", "--raw", path_of(definition))
    stored = json.loads(text, parse_float=lambda digits: "float " + digits)["spec"]["any"]
    assert stored == {"one": 1, "tenth": "float 0.1", "large": "float 1e+21", "small": "float 1e-7", "negative": 0,
                      "exact": 9007199254740993, "maximum": 9223372036854775807, "hundred": 100}
    assert not k8s(definition=definition).changed
