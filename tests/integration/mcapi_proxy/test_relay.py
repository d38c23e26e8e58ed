"""What clients of the proxy meet: the right cluster, or a clear no. On real network namespaces."""
import concurrent.futures
import contextlib
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

import pytest

from servers import processes
from support.netns_lab import ECHO, EMPTY, GREET, UNREADY, hello, receive, reset, rest
from support.wait import until


def test_074_two_namespaces__the_preferred_one_is_used_and_the_other_when_it_fails(lab, begin):
    network = lab.network("qdhcp-", "ovnmeta-")
    proxy = begin({"tls": (network, GREET)})
    proxy.up("tls")
    assert proxy.greeting("tls.magnum-system") == "ovnmeta-" + network
    lab.stop("ovnmeta-" + network)
    assert proxy.greeting("tls.magnum-system") == "qdhcp-" + network
    lab.remove("ovnmeta-" + network)
    assert proxy.greeting("tls.magnum-system") == "qdhcp-" + network
    assert proxy.metrics()["clusters_healthy"] == 1


def test_074_preference_turned_around__the_other_one(lab, begin):
    network = lab.network("qdhcp-", "ovnmeta-")
    proxy = begin({"tls": (network, GREET)}, PROXY_NETNS_PREFIXES="qdhcp-,ovnmeta-")
    proxy.up("tls")
    assert proxy.greeting("tls") == "qdhcp-" + network


def test_074_preferred_namespace_comes_back__used_again(lab, begin):
    network = lab.network("qdhcp-", "ovnmeta-")
    lab.stop("ovnmeta-" + network)
    proxy = begin({"tls": (network, GREET)})
    proxy.up("tls")
    assert proxy.greeting("tls") == "qdhcp-" + network
    lab.serve("ovnmeta-" + network)
    until(lambda: proxy.greeting("tls") == "ovnmeta-" + network)


CROWD = r"""
import socket, sys, time
server = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=0)
waiting = [socket.socket() for _ in range(4)]
for client in waiting:
    client.setblocking(False)
    client.connect_ex(server.getsockname())
print("ready", flush=True)
time.sleep(3600)
"""


@contextlib.contextmanager
def silence(namespace, port):
    """Whoever connects to PORT in NAMESPACE gets no answer, neither yes nor no."""
    command = [*processes.MORTAL, "ip", "netns", "exec", namespace, sys.executable, "-c", CROWD, str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as crowd:
        assert crowd.stdout.readline() == b"ready\n"
        try:
            yield
        finally:
            crowd.kill()


def test_074_namespace_goes_while_it_is_dialled__the_next_one_is_tried_too(lab, begin):
    network = lab.network("ovnmeta-", "qdhcp-", "z-")
    lab.stop("ovnmeta-" + network)
    lab.stop("z-" + network)
    with silence("ovnmeta-" + network, GREET), concurrent.futures.ThreadPoolExecutor() as pool:
        proxy = begin({"tls": (network, GREET)}, PROXY_CONNECT_TIMEOUT="3", PROXY_PROBE_INTERVAL="60")
        answer = pool.submit(proxy.greeting, "tls")
        until(lambda: proxy.metrics()["connections"] == 1)
        lab.remove("ovnmeta-" + network)
        assert answer.result() == "qdhcp-" + network


@pytest.mark.parametrize("name", ["tls", "tls.magnum-system", "tls.magnum-system.svc", "tls.magnum-system.svc.cluster.local",
                                  "TLS.Magnum-System"])
def test_074_forms_of_the_name__all_lead_to_the_cluster(proxy, network, name):
    assert proxy.greeting(name) == "qdhcp-" + network


@pytest.mark.parametrize("name", ["nobody.magnum-system", "tls.other", "x.tls.magnum-system"])
def test_074_unknown_name__alert_and_a_line_with_the_source(proxy, name):
    with pytest.raises(ssl.SSLError, match="UNRECOGNIZED_NAME"):
        proxy.greeting(name)
    proxy.says("unknown server name: " + name)
    assert "refused 127.0.0.1:" in proxy.log()


def test_075_namespace_made_anew__new_connections_within_a_probe_interval(lab, begin):
    network = lab.network("qdhcp-")
    proxy = begin({"tls": (network, GREET)}, PROXY_PROBE_INTERVAL="60")
    proxy.up("tls")
    lab.remove("qdhcp-" + network)
    lab.add("qdhcp-" + network)
    began = time.monotonic()
    assert proxy.greeting("tls") == "qdhcp-" + network
    proxy.up("tls")
    assert time.monotonic() - began < 30  # half of the interval


def test_075_namespace_appears_later__found_without_a_restart(lab, begin):
    network = lab.network()
    proxy = begin({"tls": (network, GREET)}, PROXY_PROBE_INTERVAL="60")
    proxy.says("cluster tls: new")
    lab.add("ovnmeta-" + network)
    # The kernel told of the namespace, and a client that got through hastens the next probe.
    assert proxy.greeting("tls") == "ovnmeta-" + network
    proxy.up("tls")


@contextlib.contextmanager
def other_namespaces(pause):
    """Names come and go in the folder of namespaces, one after each pause, which are nobody's here."""
    ended = threading.Event()
    folder = Path("/run/netns")

    def churn():
        while not ended.wait(pause):
            place = folder / ("qrouter-" + str(uuid.uuid4()))
            place.touch()
            place.unlink()

    folder.mkdir(exist_ok=True)
    thread = threading.Thread(target=churn)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def test_075_other_namespaces_come_and_go_all_the_time__one_of_ours_is_seen_at_once(lab, begin):
    network = lab.network()
    proxy = begin({"tls": (network, GREET)}, PROXY_PROBE_INTERVAL="60")
    proxy.says("cluster tls: new")
    with other_namespaces(0.02):
        lab.add("qdhcp-" + network)
        assert proxy.greeting("tls") == "qdhcp-" + network


def test_080_short_outage_while_another_namespace_comes__is_not_down(lab, begin):
    network = lab.network("qdhcp-")
    proxy = begin({"tls": (network, GREET)}, PROXY_PROBE_INTERVAL="60")
    proxy.up("tls")
    time.sleep(2)  # it was asked twice, since its namespace is new
    lab.stop("qdhcp-" + network)
    with other_namespaces(0.2):
        time.sleep(3)
    assert "cluster tls: down" not in proxy.log()


def test_077_idle_connection__survives_until_its_own_limit(begin, network):
    """The predecessor cut after 10 s; here the limit is 5 s, and bytes put it off."""
    proxy = begin({"echo": (network, ECHO)}, PROXY_IDLE_TIMEOUT="5")
    with proxy.connect("echo") as busy, proxy.connect("echo") as idle:
        receive(busy, len(hello("echo.magnum-system")))
        receive(idle, len(hello("echo.magnum-system")))
        for _ in range(14):
            busy.sendall(b"x")
            assert busy.recv(1) == b"x"
            time.sleep(0.5)
        assert rest(idle) == b""
        busy.sendall(b"y")
        assert busy.recv(1) == b"y"
    assert proxy.metrics()["idle_closed_total"] == 1


def test_077_idle_for_longer_than_the_predecessor_allowed__survives(proxy):
    with proxy.connect("echo") as client:
        receive(client, len(hello("echo.magnum-system")))
        time.sleep(11)
        client.sendall(b"still here")
        assert receive(client, 10) == b"still here"


def test_077_half_close__each_side_ends_alone(proxy):
    data = hello("echo.magnum-system")
    with proxy.connect("echo") as client:
        client.sendall(b"a" * 300000)
        client.shutdown(socket.SHUT_WR)
        assert rest(client) == data + b"a" * 300000 + b"<end>"


def accept_relayed(server):
    """The first connection on which something is said: a probe says nothing."""
    while True:
        far, _ = server.accept()
        if far.recv(1, socket.MSG_PEEK):
            return far
        far.close()


def test_077_cluster_answers_and_resets_while_it_is_sent_more__the_answer_arrives(begin):
    with socket.create_server(("127.0.0.1", 0)) as server:
        proxy = begin({"c": (None, server.getsockname()[1])})
        proxy.up("c")
        with proxy.connect("c") as client:
            far = accept_relayed(server)
            receive(far, len(hello("c.magnum-system")))
            proxy.process.send_signal(signal.SIGSTOP)
            until(lambda: " (stopped)" in Path("/proc/%d/status" % proxy.pid).read_text(encoding="ascii"))
            client.sendall(b"more")
            far.sendall(b"too large")
            reset(far)
            proxy.process.send_signal(signal.SIGCONT)
            assert rest(client) == b"too large"


def test_077_five_hundred_connections_at_once__all_served(proxy):
    def talk(number):
        text = b"%08d" % number
        data = hello("echo.magnum-system")
        with proxy.connect("echo") as client:
            assert receive(client, len(data)) == data
            for _ in range(3):
                client.sendall(text)
                assert receive(client, 8) == text
            barrier.append(number)
            until(lambda: len(barrier) == 500, 60)
        return True

    barrier = []
    with concurrent.futures.ThreadPoolExecutor(500) as pool:
        assert all(pool.map(talk, range(500)))
    assert proxy.metrics()['cluster_connections_total{cluster="echo"}'] == 500
    until(lambda: proxy.metrics()["connections"] == 0)


def test_077_stream__arrives_whole_and_pipes_are_given_back(proxy):
    data = hello("echo.magnum-system")
    block = os.urandom(1 << 20)
    with proxy.connect("echo") as client, concurrent.futures.ThreadPoolExecutor(1) as pool:
        assert receive(client, len(data)) == data
        sent = pool.submit(lambda: [client.sendall(block) for _ in range(32)])
        for _ in range(32):
            assert receive(client, len(block)) == block
        sent.result()
        until(lambda: proxy.metrics()["pipes"] <= 2)


@contextlib.contextmanager
def greeter(word):
    """The port of a server that says WORD to whoever connects."""
    def serve():
        with contextlib.suppress(OSError):
            while True:
                client, _ = server.accept()
                with client, contextlib.suppress(OSError):
                    client.sendall(word)

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, daemon=True).start()
        try:
            yield server.getsockname()[1]
        finally:
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def silent_server():
    """A server that has no place for a further connection: the kernel answers none."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        waiting = stack.enter_context(contextlib.ExitStack())
        for _ in range(4):
            client = waiting.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(server.getsockname())
        time.sleep(0.1)
        yield server, waiting


def test_074_first_of_two_addresses_is_silent__costs_its_time_once_and_not_per_connection(begin):
    patience = 8
    with greeter(b"second") as second, silent_server() as (first, waiting):
        port = first.getsockname()[1]
        proxy = begin({}, PROXY_CONNECT_TIMEOUT=str(patience))
        proxy.reload([{"cluster": "c", "address": "127.0.0.1", "port": port} for port in (port, second)])
        proxy.up("c")

        def word():
            with proxy.connect("c") as client:
                return rest(client)

        began = time.monotonic()
        for _ in range(5):
            assert word() == b"second"
        assert time.monotonic() - began < patience
        # The first one is asked by each probe, and preferred once it answers.
        waiting.close()
        first.setblocking(False)

        def first_is_used():
            with proxy.connect("c"), contextlib.suppress(BlockingIOError):
                while True:
                    client, _ = first.accept()
                    with client:
                        client.settimeout(1)
                        with contextlib.suppress(OSError):
                            if client.recv(1) == b"\x16":
                                return True
            return False

        until(first_is_used)


def test_080_server_stops__down_soon_and_up_again(lab, begin):
    network = lab.network("qdhcp-")
    proxy = begin({"tls": (network, GREET)})
    proxy.up("tls")
    lab.stop("qdhcp-" + network)
    proxy.down("tls")
    with pytest.raises(ssl.SSLError, match="INTERNAL_ERROR"):
        proxy.greeting("tls")
    proxy.says("cluster does not answer: tls: qdhcp-%s: Connection refused" % network)
    lab.serve("qdhcp-" + network)
    proxy.up("tls")
    assert proxy.log().count("cluster tls: down") == 1
    assert proxy.log().count("cluster tls: up") == 2


@pytest.mark.parametrize("port,up", [(GREET, True), (UNREADY, False), (EMPTY, False), (ECHO, False)])
def test_080_readyz_probe__more_than_an_open_port_is_wanted(begin, network, port, up):
    proxy = begin({"c": (network, port)}, PROXY_PROBE="readyz", PROXY_CONNECT_TIMEOUT="1")
    if up:
        proxy.up("c")
    else:
        proxy.says("cluster c: down", 20)
        assert proxy.metrics()["clusters_healthy"] == 0


def test_080_tcp_probe__an_open_port_is_enough(begin, network):
    begin({"c": (network, EMPTY)}).up("c")
