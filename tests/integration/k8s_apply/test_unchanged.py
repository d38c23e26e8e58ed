"""What need not be written is not written: the second apply of the same costs one reading per object. Above all: it is
the same verdict, in every case, that the server gives when it is asked."""
import os
import time

import pytest

from support.mutations import mutations
from support.objects import config_map, deployment, path_of
from support.relay import Relay
from support.samples import SAMPLES, named, sample
from support.world import WRITE_UNCHANGED, exists, get, merge, writes

JSON_PATCH = "application/json-patch+json"


def patches(outcome) -> list:
    """The names of the objects that were patched."""
    return [event["objectRef"].get("name") for event in outcome.requests if event["verb"] == "patch"]


def place_of(definition) -> str:
    plural = {"NetworkPolicy": "networkpolicies", "Ingress": "ingresses", "StorageClass": "storageclasses",
              "PriorityClass": "priorityclasses"}.get(definition["kind"])
    path = path_of(definition)
    return path.replace("/%ss/" % definition["kind"].lower(), "/%s/" % plural) if plural else path


@pytest.fixture
def copies(k8s, ns, server):
    """copies(kind, count): that many applied objects of a kind, as (template, [name, …])."""
    made = []

    def make(kind, count):
        names = ["%s%d" % (ns.replace("-", ""), number) for number in range(count)]
        definitions = [named(SAMPLES[kind], ns, name) for name in names]
        made.extend(definitions)
        outcome = k8s(definition=definitions, return_objects="none")
        assert not outcome.failed and outcome.changed, outcome.msg
        return names

    yield make
    for definition in made:
        if "namespace" not in definition["metadata"]:
            server.request("DELETE", place_of(definition))


def verdicts(outcome) -> list:
    """Of each object: changed, and how it failed."""
    return [(result["changed"], result.get("error", {}).get("status"), bool(result.get("failed")))
            for result in outcome.results]


def compare(k8s, definitions, what):
    """The quick verdict on each is the server's. Returns the quick outcome."""
    options = dict(definition=definitions, check=True, continue_on_error="ignore", return_objects="none")
    quick = k8s(**options)
    always = k8s(env=WRITE_UNCHANGED, **options)
    assert len(patches(always)) >= len(definitions)
    pairs = list(zip(what, verdicts(quick), verdicts(always)))
    assert len(pairs) == len(definitions)
    assert [pair for pair in pairs if pair[1] != pair[2]] == []
    return quick


MUTATED = ["ConfigMap", "Secret", "ServiceAccount", "Service", "Deployment", "ClusterRole", "RoleBinding",
           "NetworkPolicy", "Ingress", "ValidatingWebhookConfiguration", "CustomResourceDefinition"]
# MCAPI_THOROUGH=1 takes all of them: some minutes. Else so many of a kind, evenly.
ENOUGH = 40
ENOUGH_OF = {"CustomResourceDefinition": 12}  # each of them is a new kind, which costs the server a second


def chosen(kind) -> list:
    every = list(mutations(SAMPLES[kind]))
    step = 1 if os.environ.get("MCAPI_THOROUGH") else max(1, len(every) // ENOUGH_OF.get(kind, ENOUGH))
    return every[::step]


# The server leaves the false value out: nothing in the object tells that it was applied.
WRITTEN = ["PriorityClass"]


@pytest.mark.parametrize("kind", sorted(set(SAMPLES) - set(WRITTEN)))
def test_unchanged__object_of_every_kind__is_read_and_not_written(k8s, ns, server, copies, kind):
    [name] = copies(kind, 1)
    definition = sample(kind, ns, name)
    # The answer to a creation is not what the controllers make of it.
    stored = server.request("GET", place_of(definition))[1]
    for check in (True, False):
        outcome = k8s(definition=definition, check=check, diff=True)
        assert not outcome.failed and not outcome.changed and outcome["method"] == "apply"
        assert writes(outcome) == [] and "diff" not in outcome.data
        assert outcome["result"]["metadata"]["uid"] == stored["metadata"]["uid"]
    always = k8s(definition=definition, env=WRITE_UNCHANGED)
    assert not always.changed and patches(always) == [definition["metadata"]["name"]]


@pytest.mark.parametrize("kind", MUTATED)
def test_unchanged__manifest_mutated__verdict_is_the_servers(k8s, ns, copies, kind):
    changes = chosen(kind)
    names = copies(kind, len(changes))
    definitions = [named(change.of(SAMPLES[kind]), ns, name) for change, name in zip(changes, names)]
    compare(k8s, definitions, list(map(str, changes)))


@pytest.mark.parametrize("kind", MUTATED)
def test_unchanged__object_mutated_by_another_manager__verdict_is_the_servers(k8s, ns, server, copies, kind):
    changes = chosen(kind)
    names = copies(kind, len(changes))
    definitions = [sample(kind, ns, name) for name in names]
    written = []
    for change, definition in zip(changes, definitions):
        # In the manifest the names are filled in: a value of the template would carry the placeholders over.
        patch = named(change.patch(), ns, definition["metadata"]["name"])
        status, _ = server.request("PATCH", place_of(definition) + "?fieldManager=other", patch, content_type=JSON_PATCH)
        written += [(change, definition)] if status == 200 else []
    assert len(written) > len(changes) // 5
    what, definitions = [str(change) for change, _ in written], [definition for _, definition in written]
    compare(k8s, definitions, what)
    # What is written for real leaves nothing to write.
    k8s(definition=definitions, continue_on_error="ignore", return_objects="none", force_conflicts=True)
    after = k8s(definition=definitions, continue_on_error="ignore", return_objects="none", force_conflicts=True,
                env=WRITE_UNCHANGED, check=True)
    assert [pair for pair in zip(what, verdicts(after)) if pair[1][0]] == []


@pytest.mark.parametrize("kind", WRITTEN)
def test_unchanged__field_that_is_not_stored__is_written_every_time(k8s, ns, copies, kind):
    [name] = copies(kind, 1)
    outcome = k8s(definition=sample(kind, ns, name))
    assert not outcome.changed and patches(outcome) == [sample(kind, ns, name)["metadata"]["name"]]


# What the verdict depends on, beside the object

def test_unchanged__same_object_twice_in_a_run__both_are_written(k8s, ns, server):
    pair = [config_map(ns, data={"k": "1"}), config_map(ns, data={"k": "2"})]
    k8s(definition=pair)
    outcome = k8s(definition=pair)
    # The second finds what it had seen before the first: it is the world that counts.
    assert outcome.changed and patches(outcome) == ["a", "a"]
    assert get(server, pair[0])["data"] == {"k": "2"}
    # Two equal documents are no danger, but nobody needs to know.
    k8s(definition=[pair[0], pair[0]])
    assert not k8s(definition=[pair[0], pair[0]]).changed


@pytest.mark.parametrize("mode", ["server", "update", "replace"])
def test_unchanged__same_object_again_in_a_run__the_last_one_wins(k8s, ns, server, mode):
    """Although the first one takes longer."""
    others = [config_map(ns, "o%d" % i) for i in range(6)]
    versions = [config_map(ns, data={"k": str(i)}) for i in range(3)]

    def linger(request):
        if request.is_write() and b'"k":"0"' in request.body.replace(b" ", b""):
            time.sleep(0.5)

    with Relay(server, linger) as relay:
        outcome = k8s(definition=others + versions, apply_mode=mode, kubeconfig=relay.kubeconfig)
    assert not outcome.failed, outcome.msg
    assert [result["changed"] for result in outcome.results] == [True] * 9
    assert get(server, versions[0])["data"] == {"k": "2"}
    assert k8s(definition=versions, state="absent").changed and not exists(server, versions[0])


def test_unchanged__same_object_again_after_it_failed__is_not_written(k8s, ns, server):
    wrong = dict(config_map(ns, data={"k": "1"}), foo=1)
    outcome = k8s(definition=[wrong, config_map(ns, data={"k": "2"})])
    assert outcome.failed and not outcome.changed and not exists(server, wrong)
    assert k8s(definition=[wrong, config_map(ns, data={"k": "2"})], continue_on_error=True).failed
    assert get(server, wrong)["data"] == {"k": "2"}


def test_unchanged__something_before_it_changed__is_written(k8s, ns, server):
    """What the run changes may change what it has seen, as the deletion of a namespace does."""
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": ns, "labels": {"a": "1"}}}
    run = [namespace, config_map(ns)]
    k8s(definition=run)
    namespace["metadata"]["labels"]["a"] = "2"

    def lose_the_config_map(request):
        if request.is_write() and request.path.startswith("/api/v1/namespaces/%s?" % ns):
            assert server.request("DELETE", path_of(config_map(ns)))[0] == 200

    with Relay(server, lose_the_config_map) as relay:
        outcome = k8s(definition=run, kubeconfig=relay.kubeconfig)
    assert [result["changed"] for result in outcome.results] == [True, True]
    assert get(server, config_map(ns))["data"] == {"k": "v"}


def test_unchanged__warning_of_the_server__is_shown_all_the_same(k8s, ns, server):
    k8s(definition=config_map(ns))
    with Relay(server, extra_headers=lambda request: [("Warning", '299 - "v1 ConfigMap is old"')]) as relay:
        outcome = k8s(definition=config_map(ns), kubeconfig=relay.kubeconfig)
    assert relay.writes() == [] and not outcome.changed
    assert outcome.warnings == ["ConfigMap %s/a: v1 ConfigMap is old" % ns]


def test_unchanged__warning_about_a_value__comes_when_it_is_written_alone(k8s, ns):
    definition = deployment(ns, replicas=0)
    definition["spec"]["template"]["spec"]["nodeSelector"] = {"beta.kubernetes.io/os": "linux"}
    [warning] = k8s(definition=definition).warnings
    assert "deprecated since v1.14" in warning
    outcome = k8s(definition=definition)
    assert not outcome.changed and writes(outcome) == [] and outcome.warnings == []
    # The server itself is silent when it is asked to write the same again.
    assert k8s(definition=definition, env=WRITE_UNCHANGED).warnings == []


def test_unchanged__who_may_read_alone__is_told_so(k8s, ns, server):
    k8s(definition=config_map(ns))
    rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/%s/rolebindings" % ns
    assert server.request("POST", "/api/v1/namespaces/%s/serviceaccounts" % ns, {"metadata": {"name": "r"}})[0] == 201
    assert server.request("POST", rbac, {
        "metadata": {"name": "r"}, "subjects": [{"kind": "ServiceAccount", "name": "r", "namespace": ns}],
        "roleRef": {"kind": "ClusterRole", "name": "view", "apiGroup": "rbac.authorization.k8s.io"}})[0] == 201
    options = {"host": server.url, "ca_cert": str(server.ca_file), "api_key": server.service_account_token(ns, "r"),
               "env": {"KUBECONFIG": None}}
    outcome = k8s(definition=config_map(ns), **options)
    assert not outcome.failed and not outcome.changed
    outcome = k8s(definition=config_map(ns, data={"k": "w"}), **options)
    assert outcome.failed and outcome["status"] == 403


def test_unchanged__forced__is_not_written_either(k8s, ns):
    k8s(definition=config_map(ns))
    assert writes(k8s(definition=config_map(ns), force_conflicts=True)) == []


def test_unchanged__other_field_manager__is_a_change(k8s, ns):
    k8s(definition=config_map(ns))
    outcome = k8s(definition=config_map(ns), field_manager="another")
    assert outcome.changed and patches(outcome) == ["a"]


def test_unchanged__fields_to_migrate__are_migrated(k8s, ns, server):
    k8s(definition=config_map(ns))
    merge(server, config_map(ns), {"data": {"more": "m"}}, manager="kubectl-edit")
    outcome = k8s(definition=config_map(ns), migrate_managers=["kubectl-edit"])
    assert outcome.changed and get(server, config_map(ns))["data"] == {"k": "v"}
    assert writes(k8s(definition=config_map(ns), migrate_managers=["kubectl-edit"])) == []


def test_unchanged__namespace_without_a_field__is_not_written(k8s, ns, server):
    definition = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": ns}}
    before = server.request("GET", "/api/v1/namespaces/" + ns)[1]
    outcome = k8s(definition=definition)
    assert not outcome.changed and writes(outcome) == [] and outcome["result"] == before


def test_unchanged__other_modes__are_written_as_ever(k8s, ns):
    k8s(definition=config_map(ns))
    for mode, verb in (("update", "patch"), ("replace", "update")):
        outcome = k8s(definition=config_map(ns), apply_mode=mode)
        assert not outcome.changed and [event["verb"] for event in writes(outcome)] == [verb]


def test_unchanged__custom_resource__is_written(k8s, ns, widgets):
    definition = {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w", "namespace": ns},
                  "spec": {"size": 1}}
    k8s(definition=definition)
    outcome = k8s(definition=definition)
    assert not outcome.changed and patches(outcome) == ["w"]
