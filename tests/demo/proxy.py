#!/usr/bin/env python3
"""proxy.py PROGRAM: an API server inside a tenant's network, reached by its name with kubectl, through the proxy.

Needs root, for the network namespace.
"""
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import yaml  # noqa: E402

from servers.kubernetes.server import KubeServer  # noqa: E402
from servers.pki import Pki  # noqa: E402
from support.netns_lab import DataProxy, Lab  # noqa: E402
from support.tenant_api import TenantApi  # noqa: E402
from support.wait import until  # noqa: E402

NAME = "kube-x.magnum-system"
ADDRESS, PORT = "10.0.0.5", 6443


def tell(what, begin):
    print("%-72s %7.0f ms" % (what, (time.monotonic() - begin) * 1000), flush=True)


def server_of(folder) -> KubeServer:
    pair = Pki(folder / "pki").authority().server([NAME])
    return KubeServer(folder, controller_manager=False,
                      extra_apiserver_args=["--tls-sni-cert-key=%s,%s" % (pair.cert_file, pair.key_file)])


def kubeconfig(server, folder, port) -> Path:
    """As Magnum hands it out, but for the port and the address, which the name would lead to inside the cluster."""
    admin = server.kubeconfig_for("tenant", server.pki.authority().client("tenant", ["system:masters"]))
    document = yaml.safe_load(admin.read_text("ascii"))
    document["clusters"][0]["cluster"].update({"server": "https://127.0.0.1:%d" % port, "tls-server-name": NAME})
    path = folder / "kubeconfig"
    path.write_text(yaml.safe_dump(document), encoding="ascii")
    return path


def show(program, folder, lab, server):
    network = lab.network("qdhcp-")
    namespace = "qdhcp-" + network
    print("\nA tenant's API server listens on %s:%d, in the network namespace %s only." % (ADDRESS, PORT, namespace))
    routes = [{"cluster": "kube-x", "network": network, "address": ADDRESS, "port": PORT}]
    with TenantApi(namespace, ADDRESS, PORT, server.port):
        begin = time.monotonic()
        with DataProxy(program, folder / "proxy", routes) as proxy:
            proxy.up("kube-x")
            tell("the proxy starts, and finds that kube-x answers:", begin)
            config = kubeconfig(server, folder, proxy.port())

            def kubectl(*arguments):
                begin = time.monotonic()
                done = subprocess.run([server.bin / "kubectl", "--kubeconfig", config, *arguments], stdout=subprocess.PIPE,
                                      text=True, check=False)
                return done, begin

            done, begin = kubectl("get", "namespaces", "-o", "name")
            tell("kubectl get namespaces, by the name %s:" % NAME, begin)
            print("  " + " ".join(done.stdout.split()))
            if done.returncode != 0:
                return done.returncode
            lab.remove(namespace)
            lab.add(namespace, serve=False)
            with TenantApi(namespace, ADDRESS, PORT, server.port):
                begin = time.monotonic()
                until(lambda: kubectl("get", "--raw", "/readyz")[0].stdout == "ok")
                tell("its namespace was deleted and made anew, and kubectl gets through again:", begin)
            print("The proxy is one process of %.1f MB.\n" % (proxy.memory() / 1024), flush=True)
    return 0


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="mcapi-demo-proxy-") as directory, Lab() as lab:
        folder = Path(directory)
        with server_of(folder / "plane") as server:
            return show(sys.argv[1], folder, lab, server)


if __name__ == "__main__":
    sys.exit(main())
