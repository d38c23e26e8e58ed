#!/usr/bin/env python3
"""proxy.py [--runs N] [--clusters 1,100,500] [--write]: the same bytes through magnum-cluster-api-proxy and through HAProxy.

Both send the clients of TLS server names to a server inside a network namespace; HAProxy is configured as the
predecessor's proxy configured it. With --write the medians go to docs/bench/proxy.json. Needs root.
"""
import argparse
import contextlib
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
from servers import haproxy  # noqa: E402
from servers.ports import free_port  # noqa: E402
from support.netns_lab import DataProxy, hello  # noqa: E402
from support.wait import until  # noqa: E402

LOAD = Path(os.environ.get("MCAPI_PROXY_LOAD", ROOT / "build/release/tests/proxy_load"))
PROGRAM = Path(os.environ.get("MCAPI_PROXY", ROOT / "build/bin/magnum-cluster-api-proxy"))
PORT = 7443
MIB = 1024 * 1024
# (title, mode, connections or threads, bytes or rounds each)
WORK = [("one stream", "stream", 1, 1024 * MIB), ("eight streams", "stream", 8, 128 * MIB),
        ("ping, one connection", "ping", 1, 10000), ("ping, 32 connections", "ping", 32, 500),
        ("new connections", "connect", 8, 300)]

FRONT = """
global
    master-worker
    log stdout format raw local0
    stats socket {folder}/haproxy.sock mode 666 expose-fd listeners level user
    pidfile {folder}/haproxy.pid
defaults
    timeout connect 5s
    timeout client 10s
    timeout server 10s
frontend magnum
    bind 127.0.0.1:{port}
    tcp-request inspect-delay 5s
    tcp-request content accept if {{ req.ssl_hello_type 1 }}
    use_backend %[req.ssl_sni,lower]
"""
BACK = """
backend {name}.magnum-system
    server apiserver 127.0.0.1:{target} namespace {namespace} check
"""


def resident(pid: int) -> int:
    """Kilobytes of a process and its children that are theirs alone, and their share of the rest."""
    children = Path("/proc/%d/task/%d/children" % (pid, pid)).read_text(encoding="ascii").split()
    text = Path("/proc/%d/smaps_rollup" % pid).read_text(encoding="ascii")
    return int(re.search(r"Pss:\s+(\d+)", text).group(1)) + sum(resident(int(child)) for child in children)


def cpu_seconds(pid: int) -> float:
    """Of a process and its children: what the work costs, however busy the machine is otherwise."""
    children = Path("/proc/%d/task/%d/children" % (pid, pid)).read_text(encoding="ascii").split()
    fields = Path("/proc/%d/stat" % pid).read_text(encoding="ascii").rpartition(")")[2].split()
    own = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return own + sum(cpu_seconds(int(child)) for child in children)


class Ours:
    name = "magnum-cluster-api-proxy"

    def __init__(self, folder, names, network):
        routes = [{"cluster": n, "network": network, "address": "127.0.0.1", "port": PORT} for n in names]
        self._proxy = DataProxy(PROGRAM, folder / "ours", routes, PROXY_PROBE_INTERVAL="2")
        self.pid, self.port = self._proxy.pid, self._proxy.port()
        until(lambda: self._proxy.metrics()["clusters_healthy"] == len(names), 60)

    def end(self):
        self._proxy.__exit__()


class Theirs:
    name = "HAProxy"

    def __init__(self, folder, names, network):
        self.port = free_port()
        text = FRONT.format(folder=folder, port=self.port)
        text += "".join(BACK.format(name=n, target=PORT, namespace="qdhcp-" + network) for n in names)
        (folder / "haproxy.cfg").write_text(text, encoding="ascii")
        program = haproxy.program()
        self._process = subprocess.Popen([program, "-f", folder / "haproxy.cfg"], stdout=subprocess.DEVNULL,
                                         stderr=subprocess.DEVNULL, env=dict(os.environ, **haproxy.environment(program)))
        self.pid = self._process.pid
        try:
            until(lambda: self._process.poll() is not None or all(self._answers(name) for name in names), 60)
            assert self._process.poll() is None, "HAProxy did not start"
        except BaseException:
            self.end()
            raise

    def _answers(self, name) -> bool:
        """Whether the server behind it sends a byte: it listens, and its check has passed."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), 10) as client:
                client.sendall(hello(name + ".magnum-system") + b"S1".ljust(16, b"\0"))
                return client.recv(1) == b"\0"
        except OSError:
            return False

    def end(self):
        self._process.terminate()
        self._process.wait()


def load(mode, proxy, file, connections, amount) -> dict:
    before = cpu_seconds(proxy.pid)
    result = subprocess.run([LOAD, mode, "127.0.0.1", str(proxy.port), file, str(connections), str(amount)], check=False,
                            stdout=subprocess.PIPE, text=True)
    answer = json.loads(result.stdout)
    answer["cpu_seconds"] = cpu_seconds(proxy.pid) - before
    if answer["failed"]:
        raise RuntimeError("%s: %d failures in %s" % (proxy.name, answer["failed"], mode))
    return answer


def held(proxy, file, connections) -> int:
    """Kilobytes with so many idle connections."""
    with subprocess.Popen([LOAD, "hold", "127.0.0.1", str(proxy.port), file, str(connections)], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"ready\n"
        kilobytes = resident(proxy.pid)
        holder.stdin.close()
        holder.wait()
    return kilobytes


def medians(runs, peers, file):
    """{title: {name: figures}}; the peers take turns, so that what else the machine does meets both."""
    table = {}
    for title, mode, connections, amount in WORK:
        results = {proxy.name: [] for proxy in peers}
        for _ in range(runs):
            for proxy in peers:
                results[proxy.name].append(load(mode, proxy, file, connections, amount))
        table[title] = {}
        for name, several in results.items():
            seconds = statistics.median(r["seconds"] for r in several)
            figures = {"seconds": round(seconds, 4),
                       "cpu_seconds": round(statistics.median(r["cpu_seconds"] for r in several), 3)}
            if mode == "stream":
                figures["mib_per_second"] = round(connections * amount / MIB / seconds)
            else:
                figures["per_second"] = round(connections * amount / seconds)
                figures.update({key: round(statistics.median(r[key] for r in several), 1) for key in ("p50_us", "p99_us")})
            table[title][name] = figures
            print("%-24s %-26s %s" % (title, name, figures), flush=True)
    return table


@contextlib.contextmanager
def namespace(network):
    name = "qdhcp-" + network
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        subprocess.run(["ip", "-n", name, "link", "set", "lo", "up"], check=True)
        with subprocess.Popen(["ip", "netns", "exec", name, LOAD, "serve", str(PORT)], stdout=subprocess.PIPE) as server:
            try:
                assert server.stdout.readline() == b"ready\n"
                yield
            finally:
                server.kill()
    finally:
        subprocess.run(["ip", "netns", "del", name], check=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--clusters", default="1,100,500", help="for the figures of memory; default: %(default)s")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if os.geteuid() != 0:
        print("proxy: left out, it needs root")
        return 0
    network, memory, table = str(uuid.uuid4()), {}, {}
    with tempfile.TemporaryDirectory(prefix="bench-proxy-") as work, namespace(network):
        for count in (int(c) for c in options.clusters.split(",")):
            names = ["c%d" % i for i in range(count)]
            folder = Path(work) / str(count)
            folder.mkdir()
            file = folder / "hello"
            file.write_bytes(hello("c0.magnum-system"))
            peers = [kind(folder, names, network) for kind in (Ours, Theirs)]
            try:
                memory[count] = {p.name: {"idle_kib": resident(p.pid)} for p in peers}
                for proxy in peers:
                    memory[count][proxy.name]["connections_500_kib"] = held(proxy, file, 500)
                print("%d clusters: %s" % (count, memory[count]), flush=True)
                if not table:
                    table = medians(options.runs, peers, file)
                    memory["after the load"] = {p.name: {"idle_kib": resident(p.pid)} for p in peers}
            finally:
                for proxy in peers:
                    proxy.end()
    if options.write:
        result = {"runs": options.runs, "work": table, "memory": memory}
        (ROOT / "docs/bench/proxy.json").write_text(json.dumps(result, indent=1) + "\n", encoding="ascii")
    return 0


if __name__ == "__main__":
    sys.exit(main())
