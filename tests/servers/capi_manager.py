#!/usr/bin/env python3
"""The real core manager of Cluster API beside an API server of tests, in a network namespace of its own: it wants to
listen everywhere. Its only way out is the API server, under the same address as outside.

As a command: compiles it into the cache, where it is not there yet, and prints its path."""
import array
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from servers.kubeadm import build  # noqa: E402
from servers.processes import MORTAL  # noqa: E402

# Run inside of the namespace: brings loopback up, listens there, and hands the socket to the outside.
LISTEN = """
import array, fcntl, socket, struct, sys
way = socket.socket(fileno=int(sys.argv[1]))
inner = socket.socket()
request = struct.pack("16sh", b"lo", 1)
fcntl.ioctl(inner, 0x8914, request)
inner.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
inner.bind(("127.0.0.1", int(sys.argv[2])))
inner.listen(64)
way.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [inner.fileno()]))])
"""


def program():
    return build.part("cluster-api") / "cluster-api-controller"


class CoreManager:
    """A context: the manager works on SERVER, a KubeServer that has the kinds, whose webhooks nobody registered."""

    def __init__(self, server, directory):
        self.server = server
        self.directory = Path(directory)
        self.log = self.directory / "manager.log"
        self._processes = []
        self._listener = None

    def __enter__(self):
        self.directory.mkdir(parents=True)
        certificates = self.directory / "certificates"
        certificates.mkdir()
        pair = self.server.ca.server()  # for webhooks that nobody calls
        shutil.copy(pair.cert_file, certificates / "tls.crt")
        shutil.copy(pair.key_file, certificates / "tls.key")
        kubeconfig = self.server.kubeconfig_for("capi-manager", self.server.pki.authority().client(
            "capi-manager", ["system:masters"]))
        holder = self._start("unshare", "--net", "sleep", "infinity")
        self._wait(lambda: os.readlink("/proc/%d/ns/net" % holder.pid) != os.readlink("/proc/self/ns/net"))
        self._listener = self._listen_inside(holder.pid)
        threading.Thread(target=self._accept, daemon=True).start()
        self._start("nsenter", "--net=/proc/%d/ns/net" % holder.pid, program(), "--kubeconfig", kubeconfig,
                    "--diagnostics-address", "0", "--health-addr", "127.0.0.1:9440", "--webhook-cert-dir", certificates,
                    "--leader-elect=false", "--v=2")
        return self

    def __exit__(self, *_):
        for process in reversed(self._processes):
            process.kill()
            process.wait()
        if self._listener is not None:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()

    @property
    def text(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    # Inside

    def _start(self, *argv):
        with open(self.log, "ab") as log:
            process = subprocess.Popen([*MORTAL, *map(str, argv)], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._processes.append(process)
        return process

    @staticmethod
    def _wait(condition, seconds=60):
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise RuntimeError("the namespace did not come up")
            time.sleep(0.05)

    def _listen_inside(self, pid):
        port = int(self.server.url.rsplit(":", 1)[1])
        ours, theirs = socket.socketpair()
        with ours, theirs:
            subprocess.run(["nsenter", "--net=/proc/%d/ns/net" % pid, sys.executable, "-c", LISTEN, str(theirs.fileno()),
                            str(port)], check=True, pass_fds=[theirs.fileno()])
            _, control, _, _ = ours.recvmsg(1, socket.CMSG_SPACE(array.array("i").itemsize))
        descriptors = array.array("i")
        descriptors.frombytes(control[0][2])
        return socket.socket(fileno=descriptors[0])

    def _accept(self):
        target = ("127.0.0.1", int(self.server.url.rsplit(":", 1)[1]))
        while True:
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection(target)
            except OSError:
                return
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    @staticmethod
    def _pump(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


if __name__ == "__main__":
    print(program())
