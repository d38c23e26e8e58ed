"""What clients of the proxy meet: the right cluster, or a clear no. On real network namespaces."""
import concurrent.futures
import contextlib
import os
import signal
import socket
import ssl
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from support.netns_lab import ECHO, EMPTY, GREET, SOURCE, UNREADY, DataProxy, Lab, hello, receive, rest
from support.wait import until

ALERT = b"\x15\x03\x03\x00\x02\x02"


@pytest.fixture
def proxy(begin, network):
    running = begin({"echo": (network, ECHO), "tls": (network, GREET), "source": (network, SOURCE)})
    running.up("echo", "tls")
    return running


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
    until(lambda: proxy.greeting("tls") == "ovnmeta-" + network, 5)


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
    proxy = begin({"tls": (network, GREET)}, PROXY_PROBE_INTERVAL="5")
    proxy.up("tls")
    lab.remove("qdhcp-" + network)
    lab.add("qdhcp-" + network)
    began = time.monotonic()
    assert proxy.greeting("tls") == "qdhcp-" + network
    assert time.monotonic() - began < 2
    proxy.up("tls", seconds=5)


def test_075_namespace_appears_later__found_without_a_restart(lab, begin):
    network = lab.network()
    proxy = begin({"tls": (network, GREET)}, PROXY_PROBE_INTERVAL="60")
    proxy.says("cluster tls: new")
    lab.add("ovnmeta-" + network)
    # The kernel told of the namespace, and a client that got through hastens the next probe.
    assert proxy.greeting("tls") == "ovnmeta-" + network
    proxy.up("tls", seconds=5)


def test_076_hello_in_single_bytes__relayed(proxy):
    data = hello("echo.magnum-system")
    with proxy.raw() as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in data:
            client.sendall(bytes([byte]))
        assert receive(client, len(data)) == data


@pytest.mark.parametrize("size", [9000, 15000])
def test_076_large_hello__relayed(proxy, size):
    data = hello("echo.magnum-system", size)
    assert len(data) > size
    with proxy.raw() as client:
        client.sendall(data[:100])
        time.sleep(0.05)
        client.sendall(data[100:])
        assert receive(client, len(data)) == data


def test_076_hello_in_fragments__relayed(proxy):
    body = hello("echo.magnum-system")[5:]
    data = b"".join(b"\x16\x03\x01" + len(body[i:i + 40]).to_bytes(2, "big") + body[i:i + 40] for i in range(0, len(body), 40))
    with proxy.raw() as client:
        client.sendall(data)
        assert receive(client, len(data)) == data


def test_076_hello_without_name__alert(proxy):
    with proxy.raw() as client:
        client.sendall(hello(None))
        assert rest(client) == ALERT + bytes([109])
    proxy.says("no server name")


def test_076_plain_http__closed_at_once(proxy):
    with proxy.raw() as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: echo\r\n\r\n")
        began = time.monotonic()
        assert rest(client) == b""
        assert time.monotonic() - began < 2
    proxy.says("not TLS")


def test_076_malformed_hello__alert(proxy):
    with proxy.raw() as client:
        client.sendall(b"\x16\x03\x01\x00\x05\x02\x00\x00\x01\x00")
        assert rest(client) == ALERT + bytes([50])


def test_076_slow_loris__closed_at_the_deadline(begin, network):
    proxy = begin({"echo": (network, ECHO)}, PROXY_HELLO_TIMEOUT="1")
    data = hello("echo.magnum-system")
    began = time.monotonic()
    with proxy.raw() as silent, proxy.raw() as slow:
        try:
            for byte in data:
                slow.sendall(bytes([byte]))
                time.sleep(0.05)
                assert time.monotonic() - began < 10
        except OSError:
            pass
        assert rest(silent) == b""
        assert 0.9 < time.monotonic() - began < 3
    assert proxy.refused("no hello in time") == 2


def test_077_idle_connection__survives_until_its_own_limit(begin, network):
    """The predecessor cut after 10 s; here the limit is 2 s, and bytes put it off."""
    proxy = begin({"echo": (network, ECHO)}, PROXY_IDLE_TIMEOUT="2")
    with proxy.connect("echo") as busy, proxy.connect("echo") as idle:
        receive(busy, len(hello("echo.magnum-system")))
        receive(idle, len(hello("echo.magnum-system")))
        for _ in range(8):
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


def test_080_server_stops__down_soon_and_up_again(lab, begin):
    network = lab.network("qdhcp-")
    proxy = begin({"tls": (network, GREET)})
    proxy.up("tls")
    lab.stop("qdhcp-" + network)
    proxy.down("tls", seconds=5)
    with pytest.raises(ssl.SSLError, match="INTERNAL_ERROR"):
        proxy.greeting("tls")
    proxy.says("cluster does not answer: tls: qdhcp-%s: Connection refused" % network)
    lab.serve("qdhcp-" + network)
    proxy.up("tls", seconds=5)
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


@pytest.mark.parametrize("bind", ["127.0.0.1", "::1", "*"])
def test_085_port_busy__refuses_to_start_and_says_why(programs, tmp_path, bind):
    family = socket.AF_INET6 if bind != "127.0.0.1" else socket.AF_INET
    with socket.create_server(("" if bind == "*" else bind, 0), family=family, dualstack_ipv6=bind == "*") as busy:
        port = str(busy.getsockname()[1])
        with DataProxy(programs / "magnum-cluster-api-proxy", tmp_path, [], wait=False, PROXY_BIND=bind, PROXY_PORT=port) as proxy:
            assert proxy.process.wait(20) == 1
            assert "PROXY_PORT=%s" % port in proxy.log() and "Address already in use" in proxy.log()


def test_085_port_of_a_former_run__had_at_once(begin, network):
    first = begin({"echo": (network, ECHO)})
    port = first.port()
    client = first.connect("echo")
    receive(client, 100)
    first.process.kill()
    first.process.wait()
    second = begin({"echo": (network, ECHO)}, PROXY_PORT=str(port))
    assert second.port() == port
    client.close()


@pytest.mark.parametrize("bind,address", [("*", "127.0.0.1"), ("*", "::1"), ("::1", "::1"), ("127.0.0.1", "127.0.0.1")])
def test_085_addresses__ipv4_and_ipv6(begin, network, bind, address):
    proxy = begin({"echo": (network, ECHO)}, PROXY_BIND=bind)
    data = hello("echo")
    with proxy.raw(address) as client:
        client.sendall(data)
        assert receive(client, len(data)) == data


def test_085_socket_activation__the_passed_socket_is_used(programs, tmp_path, network):
    with socket.create_server(("127.0.0.1", 0)) as passed:
        port = passed.getsockname()[1]
        os.set_inheritable(passed.fileno(), True)
        script = 'exec 3<&%d; LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"' % passed.fileno()
        (tmp_path / "clusters.json").write_text('[{"cluster": "echo", "network": "%s", "address": "::1", "port": %d}]'
                                                % (network, ECHO), encoding="utf-8")
        with open(tmp_path / "log", "wb") as log, subprocess.Popen(
                ["bash", "-c", script, "-", str(programs / "magnum-cluster-api-proxy"), "--routes",
                 str(tmp_path / "clusters.json")], stderr=log, close_fds=False) as process:
            data = hello("echo")
            until(lambda: b"listening on port %d" % port in (tmp_path / "log").read_bytes())
            with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
                client.sendall(data)
                assert receive(client, len(data)) == data
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0


@pytest.mark.parametrize("allow,served", [("127.0.0.0/8", True), ("10.0.0.0/8, 192.0.2.1", False)])
def test_085_allow_list__others_are_closed_and_counted(begin, network, allow, served):
    proxy = begin({"tls": (network, GREET)}, PROXY_ALLOW=allow)
    if served:
        assert proxy.greeting("tls") == "qdhcp-" + network
    else:
        with proxy.raw() as client:
            assert rest(client) == b""
        assert proxy.refused("source not allowed") == 1


def test_084_reload__new_clusters_come_old_ones_go_connections_stay(proxy, network):
    data = hello("echo.magnum-system")
    with proxy.connect("echo") as client:
        receive(client, len(data))
        proxy.reload(Lab.routes({"new": (network, GREET)}))
        proxy.up("new")
        with pytest.raises(ssl.SSLError):
            proxy.greeting("echo")
        client.sendall(b"still")
        assert receive(client, 5) == b"still"
    assert proxy.greeting("new") == "qdhcp-" + network


def test_084_reload_of_a_broken_file__keeps_what_it_had(proxy, network):
    proxy.file.write_text("[", encoding="utf-8")
    proxy.process.send_signal(signal.SIGHUP)
    proxy.says("keeping the clusters as they are")
    assert proxy.greeting("tls") == "qdhcp-" + network


def test_081_sigterm__connections_go_on_and_then_it_ends(proxy):
    data = hello("echo.magnum-system")
    with proxy.connect("echo") as client:
        receive(client, len(data))
        proxy.process.send_signal(signal.SIGTERM)
        proxy.says("not accepting any more")
        with pytest.raises(OSError):
            proxy.raw()
        client.sendall(b"last words")
        assert receive(client, 10) == b"last words"
    assert proxy.process.wait(10) == 0


def test_081_sigterm__connections_without_end_are_cut_at_the_limit(begin, network):
    proxy = begin({"echo": (network, ECHO)}, PROXY_DRAIN_TIMEOUT="1")
    with proxy.connect("echo") as client:
        receive(client, len(hello("echo.magnum-system")))
        began = time.monotonic()
        assert proxy.end() == 0
        assert 0.9 < time.monotonic() - began < 5
        assert rest(client) == b""


def test_hand_over__new_clients_reach_the_successor_old_ones_stay(proxy, network):
    data = hello("echo.magnum-system")
    with proxy.connect("echo") as client:
        receive(client, len(data))
        proxy.process.send_signal(signal.SIGUSR2)
        proxy.says("is ready")
        proxy.says("not accepting any more")
        assert len(proxy.pids()) == 2
        assert proxy.greeting("tls") == "qdhcp-" + network
        assert proxy.metrics()["relayed_total"] == 1  # the successor's
        client.sendall(b"still here")
        assert receive(client, 10) == b"still here"
    assert proxy.process.wait(10) == 0, proxy.log()
    assert proxy.greeting("tls") == "qdhcp-" + network


def test_hand_over__under_load__no_client_is_refused(proxy):
    data = hello("echo.magnum-system")
    ended = []

    def talk(_):
        count = 0
        while not ended:
            with proxy.connect("echo") as client:
                assert receive(client, len(data)) == data
            count += 1
        return count

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        talks = [pool.submit(talk, i) for i in range(8)]
        try:
            proxy.process.send_signal(signal.SIGUSR2)
            proxy.says("is ready", 60)
            time.sleep(0.5)
        finally:
            ended.append(True)
        assert all(t.result() > 0 for t in talks)


def test_hand_over__successor_that_cannot_start__the_old_one_goes_on(programs, tmp_path, network):
    copy = tmp_path / "magnum-cluster-api-proxy"
    copy.write_bytes((programs / "magnum-cluster-api-proxy").read_bytes())
    copy.chmod(0o755)
    with DataProxy(copy, tmp_path / "proxy", Lab.routes({"tls": (network, GREET)})) as proxy:
        proxy.up("tls")
        copy.rename(tmp_path / "old")
        copy.write_text("#!/bin/false\n", encoding="ascii")
        copy.chmod(0o755)
        proxy.process.send_signal(signal.SIGUSR2)
        proxy.says("ended instead, going on")
        assert proxy.greeting("tls") == "qdhcp-" + network
        assert proxy.metrics()["clusters_healthy"] == 1


def test_notify__ready_watchdog_stopping(begin, network, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(10)
        proxy = begin({"echo": (network, ECHO)}, NOTIFY_SOCKET=str(tmp_path / "notify"), WATCHDOG_USEC="200000")
        assert b"READY=1" in manager.recv(1000)
        began = time.monotonic()
        for _ in range(5):
            assert manager.recv(1000) == b"WATCHDOG=1"
        assert time.monotonic() - began < 3
        proxy.process.send_signal(signal.SIGTERM)
        until(lambda: b"STOPPING=1" in manager.recv(1000))


def public(folder: Path) -> Path:
    folder.chmod(0o755)
    return folder


def test_086_only_the_capability_of_namespaces__suffices(programs, network):
    """As the unit runs it: an ordinary user with CAP_SYS_ADMIN and nothing else."""
    capability = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all,+sys_admin",
                  "--ambient-caps=-all,+sys_admin", "--bounding-set=-all,+sys_admin", "--no-new-privs"]
    with tempfile.TemporaryDirectory() as folder, DataProxy(
            programs / "magnum-cluster-api-proxy", public(Path(folder)), Lab.routes({"tls": (network, GREET)}),
            prefix=capability, PROXY_METRICS="", ASAN_OPTIONS="detect_leaks=0") as proxy:
        proxy.says("cluster tls: up")
        assert proxy.greeting("tls") == "qdhcp-" + network
        status = Path("/proc/%d/status" % proxy.pid).read_text(encoding="ascii")
        assert "CapEff:\t%016x" % (1 << 21) in status and "NoNewPrivs:\t1" in status


def test_088_other_load_balancers__their_files_stay_untouched(proxy, network):
    """No pid file, no socket, no configuration that a distribution's HAProxy would share."""
    proxy.greeting("tls")
    for entry in os.scandir("/proc/%d/fd" % proxy.pid):
        with contextlib.suppress(FileNotFoundError):
            assert "haproxy" not in os.readlink(entry.path)
    assert Path("/proc/%d/task/%d/children" % (proxy.pid, proxy.pid)).read_text(encoding="ascii") == ""
