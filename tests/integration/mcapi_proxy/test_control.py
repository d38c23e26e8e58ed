"""Proxies that run: what the management cluster learns of them, and when."""
import contextlib
import os
import signal
import socket
import time
from datetime import datetime, timezone

import pytest

from servers import processes
from support.magnum_system import CLUSTERS, PREFIX, SERVICES, SLICES
from support.netns_lab import hello, rest
from support.wait import until

AGENT = "magnum-cluster-api-proxy"


@pytest.fixture
def cluster(world, tenants):
    """A cluster behind a namespace, and the id of its network."""
    network = tenants.add("qdhcp-", "10.0.0.5")
    world.add("kube-x", network, "10.0.0.5")
    return network


def stamp_of(made):
    return made["metadata"]["annotations"][PREFIX + "timestamp"]


@contextlib.contextmanager
def standing_still(*pids):
    """As a machine that is paused: nothing answers, no connection ends."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def published(world, *names):
    return sorted(world.slices()) == sorted(names)


def test_080__cluster_behind_a_namespace__is_published_once_it_answers(world, tenants, cluster, start):
    proxy = start()
    until(lambda: published(world, "kube-x-infra1"))
    made = world.slices()["kube-x-infra1"]
    port = made["ports"][0]["port"]
    with socket.create_connection(("127.0.0.1", port), 5):
        pass  # the port that is published is the one that is listened on
    assert list(world.signs()) == ["infra1"]
    assert proxy.process.poll() is None


def test_080__backend_down__slice_goes_within_15_s_and_comes_back(world, tenants, cluster, start):
    start()
    until(lambda: published(world, "kube-x-infra1"))
    tenants.stop_server(cluster)
    until(lambda: published(world), 15)
    assert "kube-x" in world.services()
    tenants.start_server(cluster)
    until(lambda: published(world, "kube-x-infra1"), 15)


def test_074__cluster_and_namespace_come_later__are_noticed_without_waiting_for_the_cycle(world, tenants, start):
    proxy = start(PROXY_CYCLE="60", PROXY_EXPIRY="120")
    proxy.wait_for("answers; 0 clusters")
    world.add("kube-y", "11111111-2222-3333-4444-555555555555", "10.0.0.6")
    time.sleep(1)
    assert published(world) and not world.services()
    tenants.add("ovnmeta-", "10.0.0.6", network="11111111-2222-3333-4444-555555555555")
    until(lambda: published(world, "kube-y-infra1"), 30)
    world.remove("kube-y")
    until(lambda: published(world) and not world.services(), 30)


def test_081__sigterm__removes_own_slices_and_no_others(world, tenants, cluster, start):
    proxy = start()
    until(lambda: published(world, "kube-x-infra1"))
    world.put_foreign_slice("kube-x", "peer")
    assert proxy.stop() == 0
    assert published(world, "kube-x-peer") and not world.signs()
    assert "kube-x" in world.services()


def test_081__kill_9__is_expired_by_a_peer_after_30_s(world, tenants, cluster, start):
    first = start(PROXY_HOSTNAME="infra1")
    start(PROXY_HOSTNAME="infra2")
    until(lambda: published(world, "kube-x-infra1", "kube-x-infra2"))
    first.process.send_signal(signal.SIGKILL)
    killed = time.monotonic()
    until(lambda: published(world, "kube-x-infra2"), 60)
    assert 18 < time.monotonic() - killed < 55  # its last sign may have been 10 s old, the peer's cycle too
    until(lambda: list(world.signs()) == ["infra2"], 15)


def test_079__foreign_clock_is_5_minutes_late__no_live_slice_is_deleted(world, tenants, cluster, start):
    start(PROXY_EXPIRY="5", PROXY_CYCLE="1")
    world.put_foreign_slice("kube-x", "peer", seconds_ago=300)
    mark = world.server.audit.mark()
    for _ in range(9):
        time.sleep(1)
        world.touch_slice("kube-x-peer", seconds_ago=300)
    assert "kube-x-peer" in world.slices()
    assert not [e for e in world.writes(mark, AGENT) if e["verb"] == "delete"]
    until(lambda: "kube-x-peer" not in world.slices(), 20)


def test_078__nothing_changes__only_the_sign_of_life_is_written_also_beside_upstreams_proxy(world, tenants, cluster, start):
    start()
    until(lambda: published(world, "kube-x-infra1"))
    world.put_foreign_slice("kube-x", "peer")
    mark = world.server.audit.mark()
    for _ in range(21):
        time.sleep(1)
        world.touch_slice("kube-x-peer")
    written = [e["objectRef"]["name"] for e in world.writes(mark, AGENT)]
    assert set(written) == {"infra1.magnum-cluster-api-proxy"} and len(written) <= 3
    # Per cycle a sign of life and a Secret are read, and three watches begun; the signs of others cost nothing.
    assert len(world.server.requests(mark, agent=AGENT)) < 30
    left = datetime.fromisoformat(stamp_of(world.slices()["kube-x-infra1"])) - datetime.now(timezone.utc)
    assert left.total_seconds() > 12 * 3600


def test_081__host_dies_and_its_sign_of_life_is_deleted__its_slices_go_with_it(world, tenants, cluster, start):
    """As any proxy does it that sees an old time; the garbage collector of Kubernetes does the rest."""
    proxy = start()
    until(lambda: published(world, "kube-x-infra1"))
    proxy.process.send_signal(signal.SIGKILL)
    proxy.process.wait()
    world.server.request("DELETE", SLICES + "/infra1.magnum-cluster-api-proxy")
    until(lambda: published(world), 30)


def test_079__sign_of_life_is_deleted_although_it_is_young__is_made_anew_with_a_later_time(world, tenants, cluster, start):
    proxy = start()
    until(lambda: published(world, "kube-x-infra1"))
    before = world.slices()["kube-x-infra1"]["metadata"]["ownerReferences"][0]["uid"]
    world.server.request("DELETE", SLICES + "/infra1.magnum-cluster-api-proxy")
    proxy.wait_for("whose clock is fast")
    until(lambda: "infra1" in world.signs())
    sign = world.signs()["infra1"]
    left = datetime.fromisoformat(stamp_of(sign)) - datetime.now(timezone.utc)
    assert sign["metadata"]["uid"] != before and 500 < left.total_seconds() <= 600
    until(lambda: [s["metadata"]["ownerReferences"][0]["uid"] for s in world.slices().values()] == [sign["metadata"]["uid"]])
    time.sleep(3)  # the garbage collector has seen it all by now
    assert published(world, "kube-x-infra1")


def test_084__api_server_restarts__the_proxy_goes_on_without_a_restart(world, tenants, cluster, start):
    proxy = start()
    until(lambda: published(world, "kube-x-infra1"))
    port = world.slices()["kube-x-infra1"]["ports"][0]["port"]
    world.server.restart_apiserver()
    with socket.create_connection(("127.0.0.1", port), 5):
        pass
    world.add("kube-y", cluster, "10.0.0.5")
    until(lambda: published(world, "kube-x-infra1", "kube-y-infra1"), 40)
    assert "the Kubernetes API is away" in proxy.log
    assert proxy.process.poll() is None


def test_084__api_server_is_silent__its_connection_is_given_up_and_nobody_is_deleted(world, tenants, cluster, start):
    proxies = [start(PROXY_HOSTNAME=name) for name in ("infra1", "infra2")]
    until(lambda: published(world, "kube-x-infra1", "kube-x-infra2"))
    mark = world.server.audit.mark()
    with standing_still(world.server.pid):
        for proxy in proxies:
            proxy.wait_for("the Kubernetes API is away", 45)
        time.sleep(35)
    for proxy in proxies:
        proxy.wait_for("(?s)is away.*answers; 1 cluster", 45)
    time.sleep(3)
    assert published(world, "kube-x-infra1", "kube-x-infra2")
    assert not [e for e in world.writes(mark, AGENT) if e["verb"] == "delete"]


def test_084__all_proxies_stood_still__nobody_is_deleted(world, tenants, cluster, start):
    proxies = [start(PROXY_HOSTNAME=name, PROXY_EXPIRY="9", PROXY_CYCLE="2") for name in ("infra1", "infra2")]
    until(lambda: published(world, "kube-x-infra1", "kube-x-infra2"))
    mark = world.server.audit.mark()
    with standing_still(proxies[1].process.pid):
        with standing_still(proxies[0].process.pid):
            time.sleep(12)
        time.sleep(1)  # the first one is awake alone
    time.sleep(8)
    assert published(world, "kube-x-infra1", "kube-x-infra2")
    assert not [e for e in world.writes(mark, AGENT) if e["verb"] == "delete"]


@pytest.mark.parametrize("signals,seconds", [(1, 60), (2, 5)])
def test_081__sigterm_while_the_api_server_is_silent__ends(world, tenants, cluster, start, signals, seconds):
    proxy = start()
    until(lambda: published(world, "kube-x-infra1"))
    with standing_still(world.server.pid):
        time.sleep(12)  # it is in a round
        for _ in range(signals):
            proxy.signal(signal.SIGTERM)
            time.sleep(1)
        assert proxy.process.wait(seconds) == 0, proxy.log


def test_084__token_is_rotated_in_the_kubeconfig__is_read_again(world, tenants, cluster, start, environment):
    kubeconfig = environment["KUBECONFIG"]
    good = open(kubeconfig, encoding="ascii").read()
    proxy = start()
    until(lambda: published(world, "kube-x-infra1"))
    with open(kubeconfig, "w", encoding="ascii") as file:
        file.write(good.replace("token: ", "token: spoiled"))
    proxy.signal(signal.SIGHUP)
    proxy.wait_for("the Kubernetes API is away", 30)
    with open(kubeconfig, "w", encoding="ascii") as file:
        file.write(good)
    world.add("kube-y", cluster, "10.0.0.5")
    until(lambda: published(world, "kube-x-infra1", "kube-y-infra1"), 40)


def test_hand_over__successor_knows_no_cluster_yet__the_predecessor_serves(world, tenants, cluster, start, environment):
    kubeconfig = environment["KUBECONFIG"]
    good = open(kubeconfig, encoding="ascii").read()
    proxy = start()
    until(lambda: published(world, "kube-x-infra1"))
    port = world.slices()["kube-x-infra1"]["ports"][0]["port"]

    def is_known():
        with socket.create_connection(("127.0.0.1", port), 5) as client:
            client.sendall(hello("kube-x.magnum-system"))
            return not rest(client).startswith(b"\x15")  # an alert: no such name

    with open(kubeconfig, "w", encoding="ascii") as file:
        file.write(good.replace("token: ", "token: spoiled"))
    mark = world.server.audit.mark()
    successors = {}  # process → when it started: the number alone may be anybody's later
    proxy.signal(signal.SIGUSR2)
    try:
        pid = int(proxy.wait_for(r"hand-over: started process (\d+)").group(1))
        successors[pid] = processes.start_time(pid)
        proxy.wait_for("the Kubernetes API is away", 30)  # for the successor
        assert all(is_known() for _ in range(20))
        with open(kubeconfig, "w", encoding="ascii") as file:
            file.write(good)
        proxy.wait_for("is ready", 30)
        assert all(is_known() for _ in range(20))
        assert proxy.process.wait(20) == 0
        time.sleep(3)
        assert published(world, "kube-x-infra1")
        assert not [e for e in world.writes(mark, AGENT) if e["verb"] == "delete"]
    finally:
        for pid, started in successors.items():
            processes.end(pid, started, 0)


def test_085__host_name_with_capitals__becomes_a_valid_one(world, tenants, cluster, start):
    start(PROXY_HOSTNAME="Infra1_Nova.Example")
    until(lambda: published(world, "kube-x-infra1-nova.example"))


def test_085__two_hosts_of_one_name__do_not_write_without_a_pause_and_say_so(world, tenants, cluster, start):
    first = start(POD_IP="10.1.2.3")
    until(lambda: published(world, "kube-x-infra1"))
    second = start(POD_IP="10.1.2.4")
    until(lambda: "infra1 too: PROXY_HOSTNAME has to differ" in first.log + second.log)
    mark = world.server.audit.mark()
    time.sleep(12)
    written = [e for e in world.writes(mark, AGENT) if e["objectRef"]["name"] == "kube-x-infra1"]
    assert 1 <= len(written) <= 6
    for proxy in (first, second):
        assert proxy.log.count("PROXY_HOSTNAME has to differ") <= 1


def test_082__changed_by_hand__is_put_right_at_once(world, tenants, cluster, start):
    start(PROXY_CYCLE="60", PROXY_EXPIRY="120")
    until(lambda: published(world, "kube-x-infra1"))
    world.server.request("DELETE", SLICES + "/kube-x-infra1")
    until(lambda: published(world, "kube-x-infra1"), 30)
    world.patch(SERVICES + "/kube-x", {"metadata": {"labels": {PREFIX + "proxied-service": None}}})
    until(lambda: world.services()["kube-x"]["metadata"].get("labels") == {PREFIX + "proxied-service": "true"}, 30)


def test_086__no_right_to_watch__lists_do(world, tenants, cluster, start):
    role = "/apis/rbac.authorization.k8s.io/v1/namespaces/magnum-system/roles/magnum-cluster-api-proxy"
    before = world.get(role)[1]["rules"]
    fewer = [dict(rule, verbs=[v for v in rule["verbs"] if v != "watch"]) for rule in before]
    try:
        world.patch(role, {"rules": fewer})
        proxy = start(PROXY_CYCLE="2")
        until(lambda: published(world, "kube-x-infra1"), 20)
        proxy.wait_for("EndpointSlices cannot be watched")
        world.server.request("DELETE", CLUSTERS + "/kube-x")
        until(lambda: published(world), 20)
    finally:
        world.patch(role, {"rules": before})
