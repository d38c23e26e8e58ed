"""Clusters inside network namespaces, as OpenStack's agents make these, and a proxy before them. Needs root.

    with Lab() as lab:
        network = lab.network("qdhcp-")            # ip netns add qdhcp-<id>, with servers inside
        with DataProxy(program, folder, lab.routes({"alpha": (network, ECHO)})) as proxy:
            client = proxy.connect("alpha")        # has sent a hello for it
"""
import functools
import json
import os
import re
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

from servers import processes
from support.wait import until

# What listens in each namespace: sends all back and then "<end>"; never reads; sends without end; greets over TLS with
# the namespace's name and answers GET /readyz; the same, but not ready; a member of a load balancer that is away.
ECHO, SINK, SOURCE, GREET, UNREADY, EMPTY = 7001, 7002, 7003, 7004, 7005, 7006

SERVER = r"""
import asyncio, ssl, sys
name, cert, key = sys.argv[1:4]

async def echo(reader, writer):
    while True:
        data = await reader.read(65536)
        if not data:
            break
        writer.write(data)
        await writer.drain()
    writer.write(b"<end>")
    await writer.drain()
    writer.close()

async def sink(reader, writer):
    writer.transport.pause_reading()
    await asyncio.sleep(3600)

async def source(reader, writer):
    block = bytes(65536)
    try:
        while True:
            writer.write(block)
            await writer.drain()
    except OSError:
        pass
    writer.close()

def greet(status):
    async def answer(reader, writer):
        try:
            request = await reader.readline()
            body = name.encode()
            writer.write(b"HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (status, len(body), body))
            await writer.drain()
        except OSError:
            pass
        writer.close()
    return answer

async def empty(reader, writer):
    writer.close()

async def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    for port, handler, tls in ((7001, echo, None), (7002, sink, None), (7003, source, None),
                               (7004, greet(b"200 OK"), context), (7005, greet(b"500 Not ready"), context),
                               (7006, empty, None)):
        for address in ("127.0.0.1", "::1"):
            await asyncio.start_server(handler, address, port, ssl=tls, limit=65536, backlog=1024)
    print("ready", flush=True)
    await asyncio.sleep(1e6)

asyncio.run(main())
"""


@functools.lru_cache(maxsize=None)
def hello(name, minimum=0) -> bytes:
    """The first bytes of OpenSSL's client for the server NAME; None: no server_name. At least MINIMUM bytes."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    if minimum:
        context.set_alpn_protocols(["p%03d" % i + "x" * 240 for i in range(minimum // 245)])
    out = ssl.MemoryBIO()
    try:
        context.wrap_bio(ssl.MemoryBIO(), out, server_hostname=name).do_handshake()
    except ssl.SSLWantReadError:
        pass
    return out.read()


class Lab:
    def __init__(self):
        self._work = tempfile.TemporaryDirectory(prefix="netns-lab-")
        self.folder = Path(self._work.name)
        self.cert, self.key = self.folder / "cert.pem", self.folder / "key.pem"
        self._servers = {}

    def __enter__(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-keyout", self.key, "-out", self.cert, "-days", "2", "-subj", "/CN=tenant"],
                       check=True, stderr=subprocess.DEVNULL)
        return self

    def __exit__(self, *_):
        for name in list(self._servers):
            self.remove(name)
        self._work.cleanup()

    def network(self, *prefixes) -> str:
        network = str(uuid.uuid4())
        for prefix in prefixes:
            self.add(prefix + network)
        return network

    def add(self, name: str, serve=True) -> None:
        subprocess.run(["ip", "netns", "add", name], check=True)
        self._servers[name] = None
        subprocess.run(["ip", "-n", name, "link", "set", "lo", "up"], check=True)
        if serve:
            self.serve(name)

    def serve(self, name: str) -> None:
        server = subprocess.Popen([*processes.MORTAL, "ip", "netns", "exec", name, sys.executable, "-c", SERVER, name,
                                   self.cert, self.key], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert server.stdout.readline() == b"ready\n"
        self._servers[name] = server

    def stop(self, name: str) -> None:
        server = self._servers[name]
        self._servers[name] = None
        if server:
            server.kill()
            server.wait()
            server.stdout.close()

    def remove(self, name: str) -> None:
        self.stop(name)
        del self._servers[name]
        subprocess.run(["ip", "netns", "del", name], check=True)

    @staticmethod
    def routes(clusters, address="127.0.0.1") -> list:
        """{name: (network or None, port)} as the proxy's list of clusters."""
        return [{"cluster": name, "network": network, "address": address, "port": port}
                for name, (network, port) in clusters.items()]


class DataProxy:
    def __init__(self, program, folder: Path, routes, wait=True, arguments=(), prefix=(), **environment):
        folder.mkdir(parents=True, exist_ok=True)
        self.file, self.log_file, self.socket = folder / "clusters.json", folder / "log", folder / "metrics"
        self.write(routes)
        with open(self.log_file, "wb") as log:
            self.process = subprocess.Popen(
                [*prefix, str(program), "--routes", str(self.file), *arguments], stderr=log,
                env=dict(os.environ, **dict({"PROXY_BIND": "127.0.0.1", "PROXY_PORT": "0", "PROXY_PROBE_INTERVAL": "1",
                                             "PROXY_METRICS": str(self.socket)}, **environment)))
        self.pid = self.process.pid
        self._started = {self.pid: processes.start_time(self.pid)}  # a number alone may be anybody's later
        if wait:
            until(lambda: self.port() or self.process.poll() is not None)
            assert self.process.poll() is None, self.log()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for pid in self.pids():
            processes.end(pid, self._started[pid], 0)
        self.process.wait()

    def pids(self):
        """The proxy and its successors that are alive."""
        self.log()
        return [pid for pid, started in self._started.items() if processes.is_alive(pid, started)]

    def write(self, routes) -> None:
        self.file.write_text(json.dumps(routes), encoding="utf-8")

    def reload(self, routes) -> None:
        self.write(routes)
        self.process.send_signal(signal.SIGHUP)

    def log(self) -> str:
        """Its log; successors that it tells of are noted."""
        text = self.log_file.read_text(encoding="utf-8", errors="replace")
        for number in re.findall(r"started process (\d+)\n", text):
            if int(number) not in self._started:
                self._started[int(number)] = processes.start_time(int(number))
        return text

    def says(self, text: str, seconds=15) -> None:
        until(lambda: text in self.log(), seconds)

    def port(self) -> int:
        found = re.search(r"listening on port (\d+)", self.log())
        return int(found.group(1)) if found else 0

    def end(self, seconds=30) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def metrics(self) -> dict:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(self.socket))
            client.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
            text = b"".join(iter(lambda: client.recv(65536), b"")).decode()
        return {name: float(value) for name, value in re.findall(r"(?m)^magnum_cluster_api_proxy_(\S+?(?:\{.*\})?) (\S+)$", text)}

    def refused(self, reason: str) -> int:
        return int(self.metrics()['refused_total{reason="%s"}' % reason])

    def up(self, *clusters, seconds=15) -> None:
        for cluster in clusters:
            until(lambda name=cluster: self.metrics().get('cluster_up{cluster="%s"}' % name) == 1, seconds)

    def down(self, cluster, seconds=15) -> None:
        until(lambda: self.metrics().get('cluster_up{cluster="%s"}' % cluster) == 0, seconds)

    def raw(self, address="127.0.0.1") -> socket.socket:
        return socket.create_connection((address, self.port()), timeout=20)

    def connect(self, cluster: str) -> socket.socket:
        """A connection on which the hello for CLUSTER was sent; an echo has been read away."""
        client = self.raw()
        client.sendall(hello(cluster + ".magnum-system"))
        return client

    def greeting(self, name: str) -> str:
        """What the TLS server behind NAME answers. Raises an ssl.SSLError or an OSError when there is none."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with self.raw() as client, context.wrap_socket(client, server_hostname=name) as secure:
            secure.sendall(b"GET / HTTP/1.1\r\n\r\n")
            answer = b"".join(iter(lambda: secure.recv(65536), b""))
        return answer.partition(b"\r\n\r\n")[2].decode()

    def descriptors(self) -> int:
        return len(os.listdir("/proc/%d/fd" % self.pid))

    def memory(self) -> int:
        """Resident kilobytes."""
        status = Path("/proc/%d/status" % self.pid).read_text(encoding="ascii")
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1))


def receive(client: socket.socket, size: int) -> bytes:
    """SIZE bytes, or fewer when the other side ends."""
    data = bytearray()
    while len(data) < size:
        part = client.recv(min(65536, size - len(data)))
        if not part:
            break
        data += part
    return bytes(data)


def reset(client: socket.socket) -> None:
    """Closes it with a reset."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def rest(client: socket.socket) -> bytes:
    """All until the end, or until the connection is reset."""
    data = bytearray()
    try:
        while True:
            part = client.recv(65536)
            if not part:
                return bytes(data)
            data += part
    except ConnectionResetError:
        return bytes(data)
