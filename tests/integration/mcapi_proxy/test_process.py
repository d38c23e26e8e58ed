"""The proxy as a process: how it starts, is told of changes, hands over to a newer one, and ends."""
import concurrent.futures
import contextlib
import os
import shutil
import signal
import socket
import ssl
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from servers.ports import free_port
from support.netns_lab import ECHO, GREET, DataProxy, Lab, hello, receive, rest
from support.wait import until


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
        assert 0.9 < time.monotonic() - began < 9  # the default is 10
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


def test_hand_over__no_process_can_be_made__the_old_one_goes_on_and_is_measured(programs):
    """An ordinary user without a capability: the limit does not hold for others."""
    user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all",
            "prlimit", "--nproc=0"]
    port = free_port()
    with tempfile.TemporaryDirectory() as folder, DataProxy(
            copied(programs / "magnum-cluster-api-proxy", public(Path(folder))), Path(folder), [], prefix=user,
            PROXY_METRICS="127.0.0.1:%d" % port, ASAN_OPTIONS="detect_leaks=0") as proxy:
        proxy.process.send_signal(signal.SIGUSR2)
        proxy.says("hand-over: fork")
        with socket.create_connection(("127.0.0.1", port), 5) as client:
            client.sendall(b"GET / HTTP/1.0\r\n\r\n")
            assert b"accepted_total 0" in rest(client)


def test_notify__ready_watchdog_stopping(begin, network, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(10)
        proxy = begin({"echo": (network, ECHO)}, NOTIFY_SOCKET=str(tmp_path / "notify"), WATCHDOG_USEC="200000")
        assert b"READY=1" in manager.recv(1000)
        heard = []
        for _ in range(20):
            assert manager.recv(1000) == b"WATCHDOG=1"
            heard.append(time.monotonic())
        # Most of them in time: on a busy machine one or the other is late, or read late.
        assert statistics.median(after - before for before, after in zip(heard, heard[1:])) < 0.2
        proxy.process.send_signal(signal.SIGTERM)
        until(lambda: b"STOPPING=1" in manager.recv(1000))


def copied(program: Path, folder: Path) -> str:
    """Where anybody may run it: a checkout may be in a home that is closed to others."""
    return shutil.copy(program, folder)


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
