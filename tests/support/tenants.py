"""Networks of tenants: network namespaces as files in a folder, with a server inside each that only they reach.

    with Tenants(tmp_path / "netns") as tenants:
        network = tenants.add("qdhcp-", "10.0.0.5")           # its id; the server listens at 10.0.0.5:6443
        ... PROXY_NETNS_DIR=str(tenants.folder)
        tenants.stop_server(network); tenants.start_server(network)

Needs root. Everything ends with the block, and no process outlives the one that made it.
"""
import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path

from servers.processes import MORTAL
from support.wait import until

# Greets over TLS when it is given a certificate, else over TCP; single-minded, one connection at a time.
SERVER = """
import socket, ssl, sys
address, port, greeting, cert, key = sys.argv[1:6]
family = socket.AF_INET6 if ":" in address else socket.AF_INET
server = socket.create_server((address, int(port)), family=family, backlog=4096)
context = None
if cert:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
print("ready", flush=True)
while True:
    connection, _ = server.accept()
    try:
        connection.settimeout(10)
        if context:
            connection = context.wrap_socket(connection, server_side=True)
            connection.sendall(greeting.encode())
    except OSError:
        pass
    connection.close()
"""


class Tenants:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True)
        self._holders, self._servers, self._addresses = {}, {}, {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for network in list(self._holders):
            self.remove(network)

    def add(self, prefix: str, address: str, network=None, port=6443, greeting="", pair=None) -> str:
        """A namespace PREFIX + id with a server at ADDRESS. pair: a KeyPair for TLS."""
        network = network or str(uuid.uuid4())
        holder = subprocess.Popen([*MORTAL, "unshare", "--net", "sleep", "infinity"])
        self._holders[network] = (holder, self.folder / (prefix + network))
        until(lambda: self._other_namespace(holder.pid))
        bits = "128" if ":" in address else "32"
        for command in (["link", "set", "lo", "up"], ["addr", "add", address + "/" + bits, "dev", "lo"]):
            subprocess.run(["nsenter", "--net=/proc/%d/ns/net" % holder.pid, "ip", *command], check=True)
        self._addresses[network] = (address, port, greeting, pair)
        self.start_server(network)
        place = self._holders[network][1]
        place.touch()
        subprocess.run(["mount", "--bind", "/proc/%d/ns/net" % holder.pid, place], check=True)
        return network

    def remove(self, network: str) -> None:
        holder, place = self._holders.pop(network)
        self.stop_server(network)
        subprocess.run(["umount", place], check=False)
        place.unlink(missing_ok=True)
        holder.kill()
        holder.wait()

    def start_server(self, network: str) -> None:
        address, port, greeting, pair = self._addresses[network]
        holder = self._holders[network][0]
        files = [str(pair.cert_file), str(pair.key_file)] if pair else ["", ""]
        server = subprocess.Popen([*MORTAL, "nsenter", "--net=/proc/%d/ns/net" % holder.pid, sys.executable, "-c", SERVER,
                                   address, str(port), greeting or network, *files], stdout=subprocess.PIPE)
        assert server.stdout.readline() == b"ready\n"
        self._servers[network] = server

    def stop_server(self, network: str) -> None:
        server = self._servers.pop(network, None)
        if server:
            server.send_signal(signal.SIGKILL)
            server.wait()
            server.stdout.close()

    @staticmethod
    def _other_namespace(pid: int) -> bool:
        try:
            return os.readlink("/proc/%d/ns/net" % pid) != os.readlink("/proc/self/ns/net")
        except OSError:
            return False
