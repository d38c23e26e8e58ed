"""Whole bundles, twice, and what a run costs in requests: items 62 and 63."""
import gzip
import os
from pathlib import Path

import pytest
import yaml

from servers.capi_bundle import CERT_MANAGER_CRDS, bundle
from support.gadgets import holds
from support.objects import config_map
from support.wait import until
from support.webhook import CONFIGURATIONS, Webhook, configuration
from support.world import version_of, writes


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
