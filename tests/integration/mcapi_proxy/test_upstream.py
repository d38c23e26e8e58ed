"""Beside the real proxy of magnum-cluster-api, which runs as on another host."""
import base64
import json
import os
import time

import pytest
import yaml

from servers.upstream_proxy import UpstreamProxy
from support.magnum_system import PREFIX
from support.wait import until

OURS, THEIRS = "infra1", "upstream1"
PATIENCE = 300  # it takes seconds of processor time to begin


@pytest.fixture
def upstream(world, tenants, tmp_path):
    """Starts upstream's proxy."""
    running = []

    def begin(**environment):
        admin = world.server.kubeconfig_for("upstream", world.server.pki.authority().client("upstream", ["system:masters"]))
        running.append(UpstreamProxy(tmp_path / "upstream", admin, THEIRS, tenants.folder,
                                     **dict({"POD_IP": "10.4.4.4", "PROXY_BIND": "127.0.0.1"}, **environment)))
        return running[-1]

    yield begin
    for proxy in running:
        proxy.__exit__()


def essence(made):
    """What of a slice has to be the same, whoever wrote it, on whatever host."""
    text = json.dumps({"labels": {k: v for k, v in made["metadata"]["labels"].items() if "managed-by" not in k},
                       "annotations": sorted(made["metadata"]["annotations"]), "name": made["metadata"]["name"],
                       "type": made["addressType"], "endpoints": made["endpoints"],
                       "ports": [dict(p, port=0) for p in made["ports"]]}, sort_keys=True)
    for host, address in ((OURS, "10.1.2.3"), (THEIRS, "10.4.4.4")):
        text = text.replace(host, "HOST").replace(address, "ADDRESS")
    return json.loads(text)


def test_078__same_clusters__same_objects_and_neither_deletes_the_others(world, tenants, start, upstream):
    network = tenants.add("qdhcp-", "10.0.0.5")
    world.add("kube-x", network, "10.0.0.5")
    world.add("kube-floating", network, "10.0.0.5", spec={})
    world.add("kube-elsewhere", "c0ffee00-0000-0000-0000-000000000000", "10.0.0.6")
    kubeconfig = {"clusters": [{"name": "kube-x", "cluster": {"server": "https://10.0.0.5:6443"}}],
                  "users": [{"name": "u", "user": {"token": "t"}}]}
    world.add_kubeconfig("kube-x", kubeconfig)
    theirs = upstream()
    until(lambda: list(world.slices(THEIRS)) == ["kube-x-" + THEIRS], PATIENCE)
    service = world.services()["kube-x"]
    written = yaml.safe_load(base64.b64decode(world.secret("kube-x")["data"]["value"]))
    mark = world.server.audit.mark()
    start()
    until(lambda: list(world.slices(OURS)) == ["kube-x-" + OURS], 30)
    assert sorted(world.slices()) == ["kube-x-" + OURS, "kube-x-" + THEIRS]
    assert essence(world.slices()["kube-x-" + OURS]) == essence(world.slices()["kube-x-" + THEIRS])
    time.sleep(45)  # more than any proxy's patience
    assert sorted(world.slices()) == ["kube-x-" + OURS, "kube-x-" + THEIRS], theirs.log[-3000:]
    # Both are content with what the other one made.
    assert world.services()["kube-x"]["metadata"]["resourceVersion"] == service["metadata"]["resourceVersion"]
    assert yaml.safe_load(base64.b64decode(world.secret("kube-x")["data"]["value"])) == written
    deleted = [e for e in world.writes(mark, "") if e["verb"] == "delete"
               and e["objectRef"]["resource"] == "endpointslices"]
    assert not deleted, [(e["userAgent"], e["objectRef"]["name"]) for e in deleted]


def test_078__upstream_starts_where_ours_runs_for_long__deletes_nothing(world, tenants, start, upstream):
    network = tenants.add("qdhcp-", "10.0.0.5")
    world.add("kube-x", network, "10.0.0.5")
    start()
    until(lambda: world.slices(OURS), 30)
    stamp = world.slices()["kube-x-" + OURS]["metadata"]["annotations"][PREFIX + "timestamp"]
    time.sleep(35)  # the time on a slice would be too old for upstream, were it that of its writing
    assert world.slices()["kube-x-" + OURS]["metadata"]["annotations"][PREFIX + "timestamp"] == stamp
    uid = world.slices()["kube-x-" + OURS]["metadata"]["uid"]
    upstream()
    until(lambda: world.slices(THEIRS), PATIENCE)
    time.sleep(12)
    assert world.slices()["kube-x-" + OURS]["metadata"]["uid"] == uid


def test_writes__many_clusters__are_a_tenth_of_upstreams(world, tenants, start, upstream):
    """$MCAPI_CLUSTERS of them, default 60. Counted in the audit log, one kind of proxy after the other."""
    count, seconds = int(os.environ.get("MCAPI_CLUSTERS", "60")), 60
    network = tenants.add("qdhcp-", "10.0.0.5")
    for number in range(count):
        world.add("kube-%d" % number, network, "10.0.0.5")

    def per_minute(agent):
        mark = world.server.audit.mark()
        time.sleep(seconds)
        return len(world.writes(mark, agent)) * 60 / seconds

    ours = start(PROXY_PROBE_INTERVAL="20")
    until(lambda: len(world.slices(OURS)) == count, PATIENCE)
    time.sleep(2)
    our_writes = per_minute("magnum-cluster-api-proxy")
    print("writes per minute at %d clusters: %.0f" % (count, our_writes))
    assert ours.stop(60) == 0
    assert not world.slices(OURS)
    upstream()
    # Where a cycle takes longer than 30 s it deletes its own slices, so that all are never there at once.
    until(lambda: len(world.slices(THEIRS)) > count / 2, 4 * PATIENCE)
    time.sleep(30)
    their_writes = per_minute("pykube")
    print("upstream's: %.0f" % their_writes)
    assert our_writes * 10 <= their_writes
