"""Ordering, definitions, webhooks, discovery: items 61 to 72 of the conformance list, and what a run costs in requests."""
import datetime
import gzip
import itertools
import json
import os
import signal
import threading
import time
from pathlib import Path

import pytest
import yaml

from servers.capi_bundle import CERT_MANAGER_CRDS, bundle
from servers.kubernetes.server import KubeServer
from support.objects import WIDGETS, config_map, deployment, path_of
from support.relay import Relay
from support.wait import until
from support.webhook import CONFIGURATIONS, Webhook, configuration, of_namespace
from support.world import create, exists, get, merge, version_of, writes

DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/"
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def plane(tmp_path_factory):
    """A server for what would disturb others: whole bundles, broken API services, several API servers."""
    with KubeServer(tmp_path_factory.mktemp("order") / "plane", controller_manager=False,
                    extra_apiserver_args=["--enable-aggregator-routing=true"]) as running:
        yield running


@pytest.fixture
def k8s_plane(k8s_on, plane):
    return k8s_on(plane)


@pytest.fixture
def group(server, ns):
    """An API group of the test's own; its definitions go with the test."""
    name = ns + ".example.com"
    yield name
    for definition in server.request("GET", DEFINITIONS)[1]["items"]:
        if definition["spec"]["group"] == name:
            server.request("DELETE", DEFINITIONS + definition["metadata"]["name"])


@pytest.fixture
def register(server):
    """Registers webhook configurations and removes them."""
    names = []

    def post(definition):
        names.append(definition["metadata"]["name"])
        status, answer = server.request("POST", CONFIGURATIONS, definition)
        assert status == 201, answer

    yield post
    for name in names:
        server.request("DELETE", CONFIGURATIONS + "/" + name)


def definition_of(group, kind="Gadget", **names):
    """A definition of KIND in a group; its plural is "gadgets" for "Gadget"."""
    plural = names.pop("plural", kind.lower() + "s")
    version = dict(WIDGETS["spec"]["versions"][0])
    return {"apiVersion": WIDGETS["apiVersion"], "kind": WIDGETS["kind"],
            "metadata": {"name": "%s.%s" % (plural, group)},
            "spec": {"group": group, "scope": "Namespaced", "versions": [version],
                     "names": dict({"plural": plural, "singular": plural[:-1], "kind": kind}, **names)}}


def custom(group, ns, name="g", kind="Gadget", **spec):
    return {"apiVersion": group + "/v1", "kind": kind, "metadata": {"name": name, "namespace": ns}, "spec": spec}


def namespace(name):
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def new_namespace(server):
    """Like the fixture ns, on a server without controllers."""
    name = "p-%d" % next(_numbers)
    assert server.request("POST", "/api/v1/namespaces", {"metadata": {"name": name}})[0] == 201
    return name


def created(outcome):
    """The resources that a run wrote to, in the order in which the server saw them."""
    return [event["objectRef"]["resource"] for event in writes(outcome) if event["responseStatus"]["code"] == 201]


def patches(outcome, resource="configmaps"):
    return outcome.verbs.count(("patch", resource))


# 61: order


def test_061__resource_definition_and_namespace_the_wrong_way_round__are_all_created(k8s, ns, server, group):
    own = ns + "-61"
    wanted = [custom(group, own, size=1), definition_of(group), namespace(own)]
    outcome = k8s(definition=yaml.safe_dump_all(wanted))
    assert not outcome.failed, outcome.msg
    assert created(outcome) == ["namespaces", "customresourcedefinitions", "gadgets"]
    assert [r["method"] for r in outcome.results] == ["create"] * 3
    assert [r["result"]["kind"] for r in outcome.results] == ["Gadget", "CustomResourceDefinition", "Namespace"]
    assert get(server, wanted[0])["spec"] == {"size": 1}
    assert not k8s(definition=wanted).changed
    assert k8s(definition=wanted, state="absent").changed


def test_061__wrong_way_round_in_check_mode__is_predicted(k8s, ns, server, group):
    wanted = [custom(group, ns + "-61", size=1), definition_of(group), namespace(ns + "-61")]
    outcome = k8s(definition=wanted, check=True)
    assert not outcome.failed and [r["changed"] for r in outcome.results] == [True] * 3
    assert server.request("GET", DEFINITIONS + "gadgets." + group)[0] == 404


@pytest.mark.parametrize("check", [False, True], ids=["real", "check"])
def test_061__wrong_way_round_without_sort__fails_before_the_first_write(k8s, ns, server, group, check):
    wanted = [config_map(ns), custom(group, ns), definition_of(group)]
    outcome = k8s(definition=wanted, sort=False, check=check)
    assert outcome.failed and not outcome.changed and "Gadget %s/g" % ns in outcome.msg and "sort" in outcome.msg
    assert not writes(outcome) and not exists(server, config_map(ns))


def test_061__right_way_round_without_sort__keeps_the_order(k8s, ns, group):
    wanted = [config_map(ns), definition_of(group), custom(group, ns), config_map(ns, "b")]
    outcome = k8s(definition=wanted, sort=False)
    assert not outcome.failed, outcome.msg
    assert created(outcome) == ["configmaps", "customresourcedefinitions", "gadgets", "configmaps"]


# 62: bundles, and the bars on requests


def stored(server, objects):
    """The versions of what the server has of a bundle's objects."""
    plurals = {}
    versions = []
    for definition in objects:
        api_version, metadata = definition["apiVersion"], definition["metadata"]
        root = ("/apis/" if "/" in api_version else "/api/") + api_version
        if api_version not in plurals:
            plurals[api_version] = {resource["kind"]: resource for resource in server.request("GET", root)[1]["resources"]
                                    if "/" not in resource["name"]}
        resource = plurals[api_version][definition["kind"]]
        where = "/namespaces/" + metadata.get("namespace", "default") if resource["namespaced"] else ""
        status, answer = server.request("GET", "%s%s/%s/%s" % (root, where, resource["name"], metadata["name"]))
        assert status == 200, answer
        versions.append(version_of(answer))
    return versions


def apply_twice(k8s_plane, plane, path):
    """Applies a file twice, checks what item 62 asks of both, and returns (objects, second outcome)."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # a megabyte takes the other one ten seconds
    objects = [document for document in yaml.load_all(path.read_text(), loader) if document]
    first = k8s_plane(src=str(path))
    assert not first.failed and first.changed, first.msg
    assert [result["changed"] for result in first.results] == [True] * len(objects)
    before = stored(plane, objects)
    second = k8s_plane(src=str(path), diff=True)
    assert not second.failed and not second.changed and "diff" not in second.data, second.msg
    assert [result["changed"] for result in second.results] == [False] * len(objects)
    assert stored(plane, objects) == before
    return objects, second


def assert_cheap(outcome, objects, written=()):
    """The bar: one look each, at most six requests to learn the kinds, and nothing WRITTEN but custom resources, whose
    schemas may have changed since."""
    assert {event["objectRef"]["resource"] for event in writes(outcome)} == set(written)
    assert len(outcome.requests) <= len(objects) + len(written) + 6, outcome.verbs


def test_062__orc_bundle_twice__changes_everything_then_nothing(k8s_plane, plane, tmp_path):
    data = os.environ.get("MCAPI_TEST_DATA")
    if not data:
        pytest.skip("MCAPI_TEST_DATA is not set: no manifests of the OpenStack Resource Controller here")
    path = tmp_path / "install.yaml"
    path.write_bytes(gzip.decompress(
        (Path(data) / "providers/openstack-resource-controller/v2.5.0/install.yaml.gz").read_bytes()))
    objects, second = apply_twice(k8s_plane, plane, path)
    assert len(objects) == 37
    assert_cheap(second, objects)


@pytest.fixture(scope="module")
def core(plane):
    """The path of Cluster API's core bundle; the kinds of cert-manager, which it uses, are served."""
    plane.kubectl("apply", "--server-side", "-f", CERT_MANAGER_CRDS)
    until(lambda: plane.request("GET", "/apis/cert-manager.io/v1/issuers")[0] == 200)
    return bundle("core")


def test_062__capi_core_bundle_twice__changes_everything_then_nothing(k8s_plane, plane, core):
    objects, second = apply_twice(k8s_plane, plane, core)
    assert len(objects) > 20
    assert_cheap(second, objects, ["certificates", "issuers"])


def test_requests__unchanged_config_map__costs_at_most_four(k8s, ns):
    k8s(definition=config_map(ns))
    outcome = k8s(definition=config_map(ns), diff=True)
    assert not outcome.changed and len(outcome.requests) <= 4, outcome.verbs


# 63, 64: webhooks


def holds(server, path, body, code):
    """True once a webhook is in effect: the API servers learn of configurations a little later."""
    return lambda: server.request("POST", path + "?dryRun=All", body)[0] == code


def test_063__capi_core_bundle_while_cert_manager_starts__succeeds(k8s_plane, plane, core):
    issuers = "/apis/cert-manager.io/v1/namespaces/default/issuers"
    probe = {"apiVersion": "cert-manager.io/v1", "kind": "Issuer", "metadata": {"name": "probe"},
             "spec": {"selfSigned": {}}}
    for kind in ("issuers", "certificates"):
        plane.request("DELETE", "/apis/cert-manager.io/v1/namespaces/capi-system/" + kind)
    with Webhook(plane) as webhook:
        rule = {"apiGroups": ["cert-manager.io"], "resources": ["*"]}
        assert plane.request("POST", CONFIGURATIONS, configuration("late", webhook.client_config(), rule))[0] == 201
        until(holds(plane, issuers, probe, 500))
        process, mark = k8s_plane.start(src=str(core), retry_timeout=60)

        def failures():
            return [event for event in plane.requests(mark, user="module")
                    if event.get("responseStatus", {}).get("code") == 500]

        until(failures)  # nobody listens
        webhook.start("stranger")  # somebody does, but his certificate is not the one that was injected
        before = len(failures())
        until(lambda: len(failures()) > before + 1)
        webhook.stop()
        assert process.poll() is None and not webhook.requests
        webhook.start()
        stdout, stderr = process.communicate(timeout=90)
        assert process.returncode == 0, stdout + stderr
        assert plane.request("DELETE", CONFIGURATIONS + "/late")[0] == 200
    assert sorted(request["kind"]["kind"] for request in webhook.requests if not request["dryRun"]) \
        == ["Certificate", "Issuer"]
    assert plane.request("GET", "/apis/cert-manager.io/v1/namespaces/capi-system/issuers")[1]["items"]


def test_064__webhook_service_without_endpoints__is_retried_until_the_end(k8s_plane, plane):
    own = new_namespace(plane)
    assert plane.request("POST", "/api/v1/namespaces/%s/services" % own, {
        "metadata": {"name": "hook"}, "spec": {"ports": [{"port": 443}]}})[0] == 201
    rule = {"apiGroups": [""], "resources": ["configmaps"]}
    definition = configuration(own, {"service": {"namespace": own, "name": "hook"}}, rule,
                               namespaceSelector=of_namespace(own))
    assert plane.request("POST", CONFIGURATIONS, definition)[0] == 201
    until(holds(plane, "/api/v1/namespaces/%s/configmaps" % own, config_map(own), 500))
    started = time.monotonic()
    outcome = k8s_plane(definition=config_map(own), retry_timeout=3)
    assert outcome.failed and not outcome.changed and outcome["status"] == 500
    assert 'no endpoints available for service \\"hook\\"' in outcome.msg or \
        'no endpoints available for service "hook"' in outcome.msg
    assert patches(outcome) >= 3 and 1 < time.monotonic() - started < 10
    assert plane.request("DELETE", CONFIGURATIONS + "/" + own)[0] == 200


def test_064__webhook_that_denies__fails_at_once_with_its_text(k8s, ns, server, register):
    with Webhook(server, lambda request: "no %s today" % request["name"]) as webhook:
        webhook.start()
        register(configuration(ns, webhook.client_config(), {"apiGroups": [""], "resources": ["configmaps"]},
                               namespaceSelector=of_namespace(ns)))
        until(holds(server, "/api/v1/namespaces/%s/configmaps" % ns, config_map(ns), 403))
        outcome = k8s(definition=config_map(ns))
    assert outcome.failed and not outcome.changed and outcome["status"] == 403
    assert "denied the request: no a today" in outcome.msg
    assert patches(outcome) == 1 and not exists(server, config_map(ns))


# 65: definitions with conflicting names


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


# 66: several API servers


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


NOT_SERVED = (404, [("Content-Type", "text/plain; charset=utf-8")], b"404 page not found\n")


REINITIALIZING = (429, [("Content-Type", "application/json"), ("Retry-After", "1")], json.dumps({
    "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 429, "reason": "TooManyRequests",
    "message": "storage is (re)initializing", "details": {"retryAfterSeconds": 1}}).encode())


def lagging(path, times, answer=NOT_SERVED):
    """A hook for a relay: requests for PATH are answered as by a server that does not serve the kind yet."""
    left = [times]

    def before(request):
        if request.path.startswith(path) and left[0]:
            left[0] -= 1
            return answer
        return None

    return before, left


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


# 67, 68: what is being deleted


def held(server, definition, finalizer="example.com/hold"):
    """The object is being deleted but stays until release() takes its finalizer away; returns its uid."""
    definition = dict(definition, metadata=dict(definition["metadata"], finalizers=[finalizer]))
    uid = create(server, definition)["metadata"]["uid"]
    assert server.request("DELETE", path_of(definition))[0] == 200
    assert get(server, definition)["metadata"]["deletionTimestamp"]
    return uid


def release(server, definition):
    merge(server, definition, {"metadata": {"finalizers": None}})


def test_067__object_that_is_being_deleted__is_waited_for_and_made_anew(k8s, ns, server):
    uid = held(server, config_map(ns))
    process, mark = k8s.start(definition=config_map(ns), wait_timeout=60)
    until(lambda: len([e for e in server.requests(mark, user="module") if e["verb"] == "get"
                       and e.get("objectRef", {}).get("resource") == "configmaps"]) >= 3)
    assert process.poll() is None
    release(server, config_map(ns))
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 0 and not stderr, stdout + stderr
    outcome = json.loads(stdout)
    assert outcome["changed"] and outcome["method"] == "create"
    new = get(server, config_map(ns))
    assert new["metadata"]["uid"] == outcome["result"]["metadata"]["uid"] != uid
    assert "deletionTimestamp" not in new["metadata"]


def test_067__object_that_stays__times_out_naming_its_finalizer(k8s, ns, server):
    held(server, config_map(ns))
    outcome = k8s(definition=config_map(ns), wait_timeout=1)
    assert outcome.failed and not outcome.changed and "example.com/hold" in outcome.msg
    release(server, config_map(ns))


def test_067__on_terminating_fail__fails_before_the_first_write(k8s, ns, server):
    held(server, config_map(ns))
    outcome = k8s(definition=[config_map(ns, "b"), config_map(ns)], on_terminating="fail")
    assert outcome.failed and "is being deleted" in outcome.msg and not writes(outcome)
    release(server, config_map(ns))


def test_067__on_terminating_apply__writes_to_what_will_vanish(k8s, ns, server):
    uid = held(server, config_map(ns))
    outcome = k8s(definition=config_map(ns, data={"k": "w"}), on_terminating="apply", force_conflicts=True)
    assert not outcome.failed and outcome["result"]["metadata"]["uid"] == uid
    release(server, config_map(ns))
    assert not exists(server, config_map(ns))


def test_067__check_mode__predicts_a_new_object_at_once(k8s, ns, server):
    held(server, config_map(ns))
    outcome = k8s(definition=config_map(ns), check=True)
    assert not outcome.failed and outcome.changed and outcome["method"] == "create"
    assert any("being deleted" in warning for warning in outcome.warnings) and not writes(outcome)
    release(server, config_map(ns))


@pytest.fixture
def dying(server, ns):
    """A namespace that is being deleted until the test releases the ConfigMap "hold" in it."""
    name = ns + "-dying"
    create(server, namespace(name))
    create(server, config_map(name, "hold", finalizers=["example.com/hold"]))
    assert server.request("DELETE", path_of(namespace(name)))[0] == 200
    yield name
    if exists(server, config_map(name, "hold")):
        release(server, config_map(name, "hold"))


def test_068__create_in_a_namespace_that_is_being_deleted__fails_at_once(k8s, dying):
    outcome = k8s(definition=config_map(dying))
    assert outcome.failed and not outcome.changed
    assert outcome["status"] == 403 and outcome["reason"] == "Forbidden" and patches(outcome) == 1
    assert [c["reason"] for c in outcome["error"]["details"]["causes"]] == ["NamespaceTerminating"]
    assert "because it is being terminated" in outcome.msg


def test_068__namespace_is_part_of_the_run__both_are_made_anew(k8s, server, dying):
    old = get(server, namespace(dying))["metadata"]["uid"]
    process, mark = k8s.start(definition=[config_map(dying), namespace(dying)], wait_timeout=60)
    until(lambda: len([e for e in server.requests(mark, user="module") if e["verb"] == "get"
                       and e.get("objectRef", {}).get("resource") == "namespaces"]) >= 3)
    release(server, config_map(dying, "hold"))
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 0 and not stderr, stdout + stderr
    assert [r["method"] for r in json.loads(stdout)["result"]["results"]] == ["create", "create"]
    assert get(server, namespace(dying))["metadata"]["uid"] != old
    assert get(server, config_map(dying))["data"] == {"k": "v"}


# 69 to 72: discovery


APISERVICES = "/apis/apiregistration.k8s.io/v1/apiservices"


@pytest.fixture
def stale(plane):
    """Two aggregated APIs whose server does not exist: the usual metrics, and one of version v1."""
    names = []
    for group, version in (("metrics.k8s.io", "v1beta1"), ("stale.example.com", "v1")):
        names.append("%s.%s" % (version, group))
        assert plane.request("POST", APISERVICES, {
            "metadata": {"name": names[-1]},
            "spec": {"group": group, "version": version, "groupPriorityMinimum": 100, "versionPriority": 100,
                     "insecureSkipTLSVerify": True, "service": {"namespace": "nowhere", "name": "nobody"}}})[0] == 201
        until(lambda: plane.request("GET", "/apis/%s/%s" % (group, version))[0] == 503)
    yield
    for name in names:
        plane.request("DELETE", APISERVICES + "/" + name)


def many_kinds(ns):
    """Objects of seven group-versions: more than are asked for one by one."""
    metadata = {"name": "m", "namespace": ns}
    rule = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}
    return [
        config_map(ns, "m"),
        {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": metadata, "rules": [rule]},
        {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": metadata,
         "spec": {"minAvailable": 1, "selector": {"matchLabels": {"a": "b"}}}},
        {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata,
         "spec": {"podSelector": {}}},
        {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": {}},
        {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": metadata,
         "spec": {"maxReplicas": 2, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "m"}}},
        {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": metadata,
         "spec": {"replicas": 0, "selector": {"matchLabels": {"a": "b"}},
                  "template": {"metadata": {"labels": {"a": "b"}},
                               "spec": {"containers": [{"name": "c", "image": "example.invalid/c"}]}}}},
    ]


def test_069__apis_whose_server_is_down__do_not_touch_the_others(k8s_plane, plane, stale):
    own = new_namespace(plane)
    outcome = k8s_plane(definition=many_kinds(own))
    assert not outcome.failed and outcome.changed, outcome.msg
    assert [r["changed"] for r in outcome.results] == [True] * 7
    assert not k8s_plane(definition=many_kinds(own)).changed
    started = time.monotonic()
    outcome = k8s_plane(api_version="v1", kind="Role", name="m", namespace=own, state="absent")
    assert outcome.changed and not outcome.failed
    assert time.monotonic() - started < 20  # a dead API that nobody named is not waited for


def test_069__object_of_an_api_whose_server_is_down__fails_alone(k8s_plane, plane, stale):
    own = new_namespace(plane)
    metrics = {"apiVersion": "metrics.k8s.io/v1beta1", "kind": "PodMetrics", "metadata": {"name": "m", "namespace": own}}
    outcome = k8s_plane(definition=[metrics, config_map(own)], retry_timeout=1, continue_on_error=True)
    assert outcome.failed and "metrics.k8s.io/v1beta1" in outcome.msg and "503" in outcome.msg
    assert "failed" not in outcome.results[1] and exists(plane, config_map(own))


def without_aggregation(server):
    """A hook for a relay: a server older than aggregated discovery."""
    def before(request):
        if request.path.partition("?")[0] not in ("/api", "/apis"):
            return None
        status, answer = server.request("GET", request.path)
        return status, [("Content-Type", "application/json")], json.dumps(answer).encode()

    return before


def test_070__server_without_aggregated_discovery__is_asked_the_old_way(k8s, ns, server):
    with Relay(server, without_aggregation(server)) as relay:
        outcome = k8s(definition=many_kinds(ns), kubeconfig=relay.kubeconfig)
        assert not outcome.failed and [r["changed"] for r in outcome.results] == [True] * 7, outcome.msg
        paths = [request.path for request in relay.requests]
        assert "/apis" in paths and "/apis/policy/v1" in paths and "/api/v1" in paths
        assert not k8s(definition=many_kinds(ns), kubeconfig=relay.kubeconfig).changed
        outcome = k8s(api_version="v1", kind="Role", name="m", namespace=ns, state="absent", kubeconfig=relay.kubeconfig)
        assert outcome.changed and not outcome.failed


@pytest.mark.parametrize("kind", ["Deployment", "deploy", "deployment", "deployments"])
def test_071__loose_version_of_a_deployment__is_apps_v1(k8s, ns, server, kind):
    definition = deployment(ns, replicas=0)
    outcome = k8s(definition=dict(definition, apiVersion="v1", kind=kind))
    assert outcome.changed and not outcome.failed, outcome.msg
    assert outcome["result"]["apiVersion"] == "apps/v1" and outcome["result"]["kind"] == "Deployment"
    assert exists(server, definition)
    outcome = k8s(api_version="v1", kind=kind, name="d", namespace=ns, state="absent")
    assert outcome.changed and not exists(server, definition)


def test_071__loose_version_of_a_definition__is_apiextensions_v1(k8s, server, group):
    outcome = k8s(definition=dict(definition_of(group), apiVersion="v1"))
    assert outcome.changed and outcome["result"]["apiVersion"] == "apiextensions.k8s.io/v1"
    info = k8s(api_version="v1", kind="CustomResourceDefinition", name="gadgets." + group, state="info")
    assert [r["metadata"]["name"] for r in info["resources"]] == ["gadgets." + group]


def test_072__loose_kind_of_two_groups__fails_and_names_both(k8s, ns, server, group):
    kind = "Gadget" + "".join(character for character in ns if character.isdigit())
    for each in ("a." + group, "b." + group):
        assert server.request("POST", DEFINITIONS.rstrip("/"), definition_of(each, kind))[0] == 201
        until(lambda: server.request("GET", "/apis/%s/v1/%ss" % (each, kind.lower()))[0] == 200)
    wanted = dict(custom("a." + group, ns, kind=kind), apiVersion="v1")
    outcome = k8s(definition=[config_map(ns), wanted])
    assert outcome.failed and not outcome.changed and not writes(outcome)
    assert "a.%s/v1 %s" % (group, kind) in outcome.msg and "b.%s/v1 %s" % (group, kind) in outcome.msg
    outcome = k8s(definition=custom("b." + group, ns, kind=kind))
    assert outcome.changed and not outcome.failed  # the full version is not ambiguous
    for each in ("a." + group, "b." + group):
        server.request("DELETE", DEFINITIONS + kind.lower() + "s." + each)


# A signal in the middle


def stop(process):
    """Tells a run to stop; returns its one result and how long that took."""
    started = time.monotonic()
    process.send_signal(signal.SIGTERM)
    stdout, stderr = process.communicate(timeout=30)
    assert process.returncode == 1 and not stderr, (process.returncode, stdout, stderr)
    [line] = [line for line in stdout.decode().splitlines() if line]
    assert time.monotonic() - started < 5
    return json.loads(line)


def test_signal__in_the_middle_of_the_writes__names_what_was_done(k8s, ns, server, register):
    enough = threading.Event()

    def decide(request):
        if request["name"] == "probe":
            return "it is in effect"
        enough.wait(30)
        return None

    with Webhook(server, decide) as webhook:
        webhook.start()
        register(configuration(ns, webhook.client_config(), {"apiGroups": [""], "resources": ["configmaps"]},
                               namespaceSelector=of_namespace(ns), timeoutSeconds=30,
                               objectSelector={"matchLabels": {"slow": "yes"}}))
        until(holds(server, "/api/v1/namespaces/%s/configmaps" % ns, config_map(ns, "probe", labels={"slow": "yes"}),
                    403))
        wanted = [config_map(ns, "first"), config_map(ns, "second", labels={"slow": "yes"}), config_map(ns, "third")]
        process, _ = k8s.start(definition=wanted, parallel=1)
        until(lambda: [r for r in webhook.requests if r["name"] == "second"])
        outcome = stop(process)
        enough.set()
    assert outcome["failed"] and outcome["changed"] and "SIGTERM" in outcome["msg"]
    first, second = outcome["result"]["results"]
    assert first["changed"] and first["method"] == "create" and first["result"]["metadata"]["name"] == "first"
    assert second["failed"] and "second" in second["msg"] and "not known" in second["msg"]
    assert exists(server, config_map(ns, "first")) and not exists(server, config_map(ns, "third"))


def test_signal__while_a_webhook_is_waited_for__ends_the_run(k8s, ns, server, register):
    with Webhook(server) as webhook:
        register(configuration(ns, webhook.client_config(), {"apiGroups": [""], "resources": ["configmaps"]},
                               namespaceSelector=of_namespace(ns)))
        until(holds(server, "/api/v1/namespaces/%s/configmaps" % ns, config_map(ns), 500))
        process, mark = k8s.start(definition=config_map(ns), retry_timeout=600)
        until(lambda: [e for e in server.requests(mark, user="module") if e["verb"] == "patch"])
        outcome = stop(process)
    assert outcome["failed"] and not outcome["changed"] and "SIGTERM" in outcome["msg"]


def test_signal__while_something_is_being_deleted__ends_the_run(k8s, ns, server):
    held(server, config_map(ns))
    process, mark = k8s.start(definition=config_map(ns), wait_timeout=600)
    until(lambda: len([e for e in server.requests(mark, user="module") if e["verb"] == "get"]) >= 4)
    outcome = stop(process)
    assert outcome["failed"] and not outcome["changed"] and "SIGTERM" in outcome["msg"]
    release(server, config_map(ns))


def test_signal__while_a_kind_is_not_served_yet__ends_the_run(k8s, ns, server, group):
    before, left = lagging("/apis/%s/v1" % group, 10000)
    with Relay(server, before) as relay:
        process, _ = k8s.start(definition=[definition_of(group), custom(group, ns)], kubeconfig=relay.kubeconfig)
        until(lambda: left[0] < 9995)
        outcome = stop(process)
    assert outcome["failed"] and outcome["changed"] and "SIGTERM" in outcome["msg"]
    assert [r["result"]["kind"] for r in outcome["result"]["results"]] == ["CustomResourceDefinition"]
