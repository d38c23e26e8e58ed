"""Beside the real proxy of magnum-cluster-api, which runs as on another host."""
import base64
import json
import os
import signal
import time

import pytest
import yaml

from servers.upstream_proxy import UpstreamProxy
from support.tenants import Tenants
from support.wait import until

OURS, THEIRS = "infra1", "upstream1"
ADDRESS = "10.0.0.5"
PATIENCE = 300  # it takes seconds of processor time to begin


@pytest.fixture(scope="module")
def tenants(tmp_path_factory):
    if os.geteuid() != 0:
        pytest.skip("this machine: network namespaces need root")
    with Tenants(tmp_path_factory.mktemp("upstream") / "netns") as running:
        yield running


@pytest.fixture(scope="module")
def network(tenants):
    """One for all tests here: upstream's proxy takes long to begin, and sees only namespaces that were there before it."""
    return tenants.add("qdhcp-", ADDRESS)


@pytest.fixture(scope="module")
def upstream(session_world, tenants, network, tmp_path_factory):
    server = session_world.server
    admin = server.kubeconfig_for("upstream", server.pki.authority().client("upstream", ["system:masters"]))
    with UpstreamProxy(tmp_path_factory.mktemp("upstream") / "home", admin, THEIRS, tenants.folder, POD_IP="10.4.4.4",
                       PROXY_BIND="127.0.0.1") as proxy:
        yield proxy


@pytest.fixture
def ours(start, tenants):
    return lambda **changes: start(PROXY_NETNS_DIR=str(tenants.folder), **changes)


def essence(made):
    """What of a slice has to be the same, whoever wrote it, on whatever host."""
    text = json.dumps({"labels": {k: v for k, v in made["metadata"]["labels"].items() if "managed-by" not in k},
                       "annotations": sorted(made["metadata"]["annotations"]), "name": made["metadata"]["name"],
                       "type": made["addressType"], "endpoints": made["endpoints"],
                       "ports": [dict(p, port=0) for p in made["ports"]]}, sort_keys=True)
    for host, address in ((OURS, "10.1.2.3"), (THEIRS, "10.4.4.4")):
        text = text.replace(host, "HOST").replace(address, "ADDRESS")
    return json.loads(text)


def deletions(world, mark, words):
    return [(e["userAgent"], e["objectRef"]["name"]) for e in world.writes(mark, "") if e["verb"] == "delete"
            and e["objectRef"]["resource"] == "endpointslices" and words in e["objectRef"]["name"]]


def test_078__upstream_starts_where_ours_runs__deletes_nothing_and_both_write_the_same(world, network, ours, request):
    world.add("kube-x", network, ADDRESS)
    world.add("kube-floating", network, ADDRESS, spec={})
    world.add("kube-elsewhere", "c0ffee00-0000-0000-0000-000000000000", "10.0.0.6")
    world.add_kubeconfig("kube-x", {"clusters": [{"name": "kube-x", "cluster": {"server": "https://10.0.0.5:6443"}}],
                                    "users": [{"name": "u", "user": {"token": "t"}}]})
    proxy = ours()
    until(lambda: list(world.slices()) == ["kube-x-" + OURS], 30)
    service, secret = world.services()["kube-x"], world.secret("kube-x")
    mark = world.server.audit.mark()
    theirs = request.getfixturevalue("upstream")
    until(lambda: list(world.slices(THEIRS)) == ["kube-x-" + THEIRS], PATIENCE)
    time.sleep(12)  # a whole cycle of theirs
    assert sorted(world.slices()) == ["kube-x-" + OURS, "kube-x-" + THEIRS], theirs.log[-3000:]
    assert essence(world.slices()["kube-x-" + OURS]) == essence(world.slices()["kube-x-" + THEIRS])
    # Both are content with what the other one made, whoever came first.
    assert world.services()["kube-x"]["metadata"]["resourceVersion"] == service["metadata"]["resourceVersion"]
    assert world.secret("kube-x")["metadata"]["resourceVersion"] == secret["metadata"]["resourceVersion"]
    assert proxy.stop(60) == 0
    assert not deletions(world, mark, THEIRS)
    mark = world.server.audit.mark()
    ours()
    until(lambda: sorted(world.slices()) == ["kube-x-" + OURS, "kube-x-" + THEIRS], 30)
    assert not [e for e in world.writes(mark, "magnum-cluster-api-proxy") if e["objectRef"]["resource"] != "endpointslices"]
    assert not deletions(world, mark, "")


def test_083__upstream_came_first__its_kubeconfig_is_left_as_it_is(world, network, ours, upstream):
    world.add("kube-y", network, ADDRESS)
    world.add_kubeconfig("kube-y", {"clusters": [{"name": "kube-y", "cluster": {"server": "https://10.0.0.5:6443"}}]})

    def server():
        document = yaml.safe_load(base64.b64decode(world.secret("kube-y")["data"]["value"]))
        return document["clusters"][0]["cluster"]["server"]

    until(lambda: server() == "https://kube-y.magnum-system:6443", PATIENCE)
    version = world.secret("kube-y")["metadata"]["resourceVersion"]
    ours()
    until(lambda: world.slices(OURS), 30)
    assert world.secret("kube-y")["metadata"]["resourceVersion"] == version


def test_081__ours_dies_unseen__upstreams_proxy_alone_is_enough_to_remove_what_it_published(world, network, ours, upstream):
    world.add("kube-z", network, ADDRESS)
    proxy = ours()
    until(lambda: sorted(world.slices()) == ["kube-z-" + OURS, "kube-z-" + THEIRS], PATIENCE)
    proxy.process.send_signal(signal.SIGKILL)
    # 30 s of upstream's patience after a time that was 10 s ahead, its cycle, the garbage collector.
    until(lambda: list(world.slices()) == ["kube-z-" + THEIRS], 120)
    assert not world.signs()


def test_writes__many_clusters_beside_a_live_upstream__are_a_tenth_of_its(world, network, ours, upstream):
    """$MCAPI_CLUSTERS of them, default 60. Counted in the audit log, both kinds at the same time."""
    count, seconds = int(os.environ.get("MCAPI_CLUSTERS", "60")), 60
    for number in range(count):
        world.add("kube-%d" % number, network, ADDRESS)
    ours(PROXY_PROBE_INTERVAL="20")
    until(lambda: len(world.slices(OURS)) == count, PATIENCE)
    # Where a cycle takes longer than 30 s it deletes its own slices, so that all are never there at once.
    until(lambda: len(world.slices(THEIRS)) > count / 2, 4 * PATIENCE)
    mark = world.server.audit.mark()
    time.sleep(seconds)
    our_writes, their_writes = (len(world.writes(mark, agent)) for agent in ("magnum-cluster-api-proxy", "pykube"))
    print("writes in a minute at %d clusters: %d, upstream's %d" % (count, our_writes, their_writes))
    assert our_writes * 10 <= their_writes
    assert our_writes <= 8  # signs of life
    assert not deletions(world, mark, OURS)
    assert len(world.slices(OURS)) == count
