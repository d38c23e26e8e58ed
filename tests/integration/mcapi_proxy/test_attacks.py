"""Clients and tenants that mean harm, or behave as if they did: the others must not notice."""
import contextlib
import os
import resource
import socket
import time

from support.netns_lab import ECHO, GREET, SINK, SOURCE, hello, receive, reset, rest
from support.wait import until


def test_half_open_flood__the_oldest_silent_ones_go_and_others_are_served(begin, network):
    proxy = begin({"tls": (network, GREET)}, PROXY_MAX_CONNECTIONS="200", PROXY_HELLO_TIMEOUT="60")
    proxy.up("tls")
    with contextlib.ExitStack() as stack:
        silent = [stack.enter_context(proxy.raw()) for _ in range(150)]
        assert proxy.greeting("tls") == "qdhcp-" + network
        until(lambda: proxy.refused("too many silent clients") >= 99)
        assert rest(silent[0]) == b""
        silent[-1].sendall(hello("tls")[:10])
        assert proxy.metrics()["connections_waiting"] <= 51


def test_connection_limit__further_clients_are_closed_and_counted(begin, network):
    proxy = begin({"echo": (network, ECHO)}, PROXY_MAX_CONNECTIONS="3")
    data = hello("echo.magnum-system")
    with contextlib.ExitStack() as stack:
        for _ in range(3):
            assert receive(stack.enter_context(proxy.connect("echo")), len(data)) == data
        with proxy.raw() as client:
            assert rest(client) == b""
        assert proxy.refused("connection limit") == 1
    until(lambda: proxy.metrics()["connections"] == 0)
    with proxy.connect("echo") as client:
        assert receive(client, len(data)) == data


def test_cluster_limit__one_cluster_cannot_take_the_places_of_another(begin, network):
    proxy = begin({"echo": (network, ECHO), "tls": (network, GREET)}, PROXY_MAX_CONNECTIONS_PER_CLUSTER="2")
    data = hello("echo.magnum-system")
    with contextlib.ExitStack() as stack:
        for _ in range(2):
            assert receive(stack.enter_context(proxy.connect("echo")), len(data)) == data
        with proxy.connect("echo") as client:
            assert rest(client)[-1:] == bytes([80])
        assert proxy.greeting("tls") == "qdhcp-" + network
    assert proxy.refused("connection limit of the cluster") == 1


def test_unknown_names_by_the_hundred__few_lines_in_the_log(begin, network):
    proxy = begin({"tls": (network, GREET)})
    for number in range(300):
        with proxy.raw() as client:
            client.sendall(hello("nobody-%d" % (number % 20)))
            assert rest(client)[-1:] == bytes([112])
    assert proxy.refused("unknown server name") == 300
    assert proxy.log().count("unknown server name") < 200
    assert proxy.greeting("tls") == "qdhcp-" + network


def test_name_with_control_characters__never_in_the_log(begin, network):
    proxy = begin({"tls": (network, GREET)})
    data = hello("aaaa.magnum-system").replace(b"aaaa.magnum", b"a\n<3>.magnum")
    with proxy.raw() as client:
        client.sendall(data)
        assert rest(client)[-1:] == bytes([50])
    assert "<3>." not in proxy.log()


def test_tenant_that_never_reads__its_client_waits_and_memory_is_bounded(begin, network):
    proxy = begin({"sink": (network, SINK), "tls": (network, GREET)}, PROXY_IDLE_TIMEOUT="5", ASAN_OPTIONS="quarantine_size_mb=1")
    proxy.up("sink", "tls")
    before = proxy.memory()
    with contextlib.ExitStack() as stack:
        for _ in range(20):
            client = stack.enter_context(proxy.connect("sink"))
            client.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                while True:
                    client.send(bytes(65536))
        assert proxy.greeting("tls") == "qdhcp-" + network
        assert proxy.memory() - before < 4096
    until(lambda: proxy.metrics()["connections"] == 0)
    assert proxy.metrics()["pipes"] <= 32


def test_client_that_left_a_tenant_that_never_reads__does_not_stay_for_an_hour(begin, network):
    proxy = begin({"sink": (network, SINK)}, PROXY_HALF_CLOSED_TIMEOUT="1")
    proxy.up("sink")
    for _ in range(10):
        proxy.connect("sink").close()
    until(lambda: proxy.metrics()["relayed_total"] == 10)
    until(lambda: proxy.metrics()["connections"] == 0)
    assert proxy.metrics()["idle_closed_total"] == 10


def test_client_that_never_reads__the_tenant_waits(begin, network):
    proxy = begin({"source": (network, SOURCE), "tls": (network, GREET)}, ASAN_OPTIONS="quarantine_size_mb=1")
    proxy.up("source", "tls")
    before = proxy.memory()
    with contextlib.ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(proxy.connect("source"))
        amounts = [0.0]

        def still():
            amounts.append(proxy.metrics()['cluster_sent_bytes_total{cluster="source"}'])
            time.sleep(0.3)
            return amounts[-1] == amounts[-2]

        until(still)
        assert proxy.greeting("tls") == "qdhcp-" + network
        assert proxy.memory() - before < 4096


def test_descriptors_run_out__it_goes_on_when_there_are_some_again(begin, network):
    proxy = begin({"echo": (network, ECHO)})
    proxy.up("echo")
    resource.prlimit(proxy.pid, resource.RLIMIT_NOFILE, (proxy.descriptors() + 10,) * 2)
    data = hello("echo.magnum-system")
    clients = [proxy.raw() for _ in range(30)]
    for client in clients:
        with contextlib.suppress(OSError):
            client.sendall(data)
    time.sleep(0.5)
    for client in clients:
        client.close()

    def served():
        with proxy.connect("echo") as client, contextlib.suppress(OSError):
            return receive(client, len(data)) == data

    until(served)


def test_clients_that_reset__are_forgotten(begin, network):
    proxy = begin({"echo": (network, ECHO), "tls": (network, GREET)})
    proxy.up("echo")
    for number in range(200):
        client = proxy.raw() if number % 2 else proxy.connect("echo")
        if number % 3:
            client.sendall(b"x" * 5)
        reset(client)
    until(lambda: proxy.metrics()["connections"] + proxy.metrics()["connections_waiting"] == 0)
    assert proxy.greeting("tls") == "qdhcp-" + network


def test_namespace_file_that_is_none__the_next_one_is_tried(begin, lab):
    network = lab.network("qdhcp-")
    fake = "/run/netns/ovnmeta-" + network
    with open(fake, "w", encoding="ascii"):
        pass
    try:
        proxy = begin({"tls": (network, GREET)})
        proxy.up("tls")
        assert proxy.greeting("tls") == "qdhcp-" + network
    finally:
        os.unlink(fake)


def test_metrics_readers_that_say_nothing__others_are_answered(begin, network):
    proxy = begin({"tls": (network, GREET)})
    with contextlib.ExitStack() as stack:
        for _ in range(7):
            stack.enter_context(socket.socket(socket.AF_UNIX)).connect(str(proxy.socket))
        assert proxy.metrics()["clusters"] == 1
    assert os.stat(proxy.socket).st_mode & 0o777 == 0o660
