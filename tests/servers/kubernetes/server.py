#!/usr/bin/env python3
"""A Kubernetes control plane for tests: etcd, kube-apiserver and kube-controller-manager on loopback.

    with KubeServer(tmp_path / "kubernetes") as server:
        server.kubectl("get", "namespaces")
        mark = server.audit.mark()
        ...
        assert len(server.requests(mark, user="kubernetes-admin")) == 3

There are no nodes and no scheduler: Deployments get Pods, and the Pods stay pending.

As a command: server.py DIRECTORY starts one, prints NAME=VALUE lines and an empty line, and ends it on SIGTERM, SIGINT
or when the process that called it is gone.
"""
import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from servers import pki, processes  # noqa: E402
from servers.kubernetes import build, kubeconfig  # noqa: E402
from servers.kubernetes.apiserver import ApiServer  # noqa: E402

ADMIN = "kubernetes-admin"
CONTROLLER_MANAGER = "system:kube-controller-manager"
CONTROLLERS_SECONDS = 60


class KubeServer:
    """A running control plane in a directory of its own, which must not hold an older one.

    version: of Kubernetes, default $KUBERNETES_VERSION; compiled on first use. audit: keep an audit log.
    controller_manager: run the controllers (garbage collection, namespace deletion, ServiceAccounts, Deployments, …).
    extra_apiserver_args: further flags, of which a later one wins.

    Everything that ApiServer offers (url, kubeconfig, ca_file, client_cert_file, client_key_file, audit_log, audit,
    request(), requests(), kubectl(), kubeconfig_for()) is here too and means the first API server. pki makes further
    authorities, pki.authority() is the one that the server trusts:
    server.pki.authority().client("jane", ["developers"]).
    """

    def __init__(self, directory, version=None, audit=True, controller_manager=True, extra_apiserver_args=(),
                 extra_controller_manager_args=()):
        self.directory = Path(directory).resolve()
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.version = build.wanted_version(version)
        self.bin = build.build(self.version).resolve()  # resolved: a rebuild must not change it under our feet
        self._audited = audit
        self._make_keys()
        self.apiservers = []
        self.keeper = processes.Keeper(self.directory / "keeper.log")
        try:
            self._start_etcd()
            self.apiserver = self.start_apiserver(extra_apiserver_args)
            self.controller_manager = None
            if controller_manager:
                self._start_controller_manager(extra_controller_manager_args)
        except BaseException:
            self.stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def __getattr__(self, name):
        if name.startswith("_") or name == "apiserver":
            raise AttributeError(name)
        return getattr(self.apiserver, name)

    @property
    def kubectl_path(self) -> Path:
        return self.bin / "kubectl"

    def start_apiserver(self, extra_args=()) -> ApiServer:
        """One more API server on the same etcd, on a port of its own."""
        name = "apiserver" if not self.apiservers else "apiserver-%d" % (len(self.apiservers) + 1)
        self.apiservers.append(ApiServer(self, name, extra_args, self._audited))
        return self.apiservers[-1]

    def restart_apiserver(self, extra_args=None) -> None:
        """Same port, same data. extra_args, when given, replace the extra flags."""
        self.apiserver.restart(extra_args)

    def stop(self) -> None:
        """Ends everything; harmless twice. The directory with logs and data stays."""
        # Here nothing is worth a graceful end: the data goes with the directory.
        self.keeper.stop(grace=0)

    def service_account_token(self, namespace: str, name: str) -> str:
        """A fresh token of an existing ServiceAccount."""
        status, answer = self.apiserver.request(
            "POST", "/api/v1/namespaces/%s/serviceaccounts/%s/token" % (namespace, name),
            {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}})
        if status != 201:
            raise RuntimeError("no token for %s/%s: %s" % (namespace, name, answer))
        return answer["status"]["token"]

    def variables(self) -> dict:
        """What a shell wants to know."""
        values = {"KUBECONFIG": self.kubeconfig, "KUBECTL": self.kubectl_path, "KUBE_SERVER": self.url}
        if self.audit_log is not None:
            values["AUDIT_LOG"] = self.audit_log
        return {name: str(value) for name, value in values.items()}

    # Inside

    def _make_keys(self) -> None:
        self.pki = pki.Pki(self.directory / "pki")
        self.ca = self.pki.authority()
        self.serving = self.ca.server(pki.LOOPBACK + ("kubernetes", "kubernetes.default.svc", "10.96.0.1"))
        self.admin = self.ca.client(ADMIN, ["system:masters"])
        self.token_key, self.token_public_key = self.pki.signing_key("service-accounts")

    def _start_etcd(self) -> None:
        # Sockets in the directory (0700) and no ports: nothing to collide, and no other user gets at the data. The
        # names are relative to the working directory because socket paths are limited to 107 bytes.
        self.etcd_url = "unix://etcd-client:0"
        peer_url = "unix://etcd-peer:0"
        self.etcd = self.keeper.start("etcd", [
            self.bin / "etcd", "--name=default", "--data-dir=etcd", "--unsafe-no-fsync",
            "--listen-client-urls=" + self.etcd_url, "--advertise-client-urls=" + self.etcd_url,
            "--listen-peer-urls=" + peer_url, "--initial-advertise-peer-urls=" + peer_url,
            "--initial-cluster=default=" + peer_url, "--log-level=warn",
        ], self.directory / "etcd.log", self.directory)

    def _start_controller_manager(self, extra_args) -> None:
        config = kubeconfig.write(self.directory / "controller-manager.kubeconfig", self.url, self.ca_file,
                                  self.ca.client(CONTROLLER_MANAGER), user=CONTROLLER_MANAGER)
        log = self.directory / "controller-manager.log"
        self.controller_manager = self.keeper.start("controller-manager", [
            self.bin / "kube-controller-manager", "--kubeconfig=%s" % config, "--leader-elect=false",
            "--bind-address=127.0.0.1", "--secure-port=0", "--use-service-account-credentials",
            "--root-ca-file=%s" % self.ca_file, "--service-account-private-key-file=%s" % self.token_key,
            # The default of 20 requests a second makes tests wait.
            "--kube-api-qps=500", "--kube-api-burst=1000",
        ] + list(extra_args), log, self.directory)
        self._wait_controllers(log)

    def _wait_controllers(self, log: Path) -> None:
        """They work once the default ServiceAccount is there, without which no Pod can be created."""
        deadline = time.monotonic() + CONTROLLERS_SECONDS
        while time.monotonic() < deadline and self.controller_manager.alive():
            if self.apiserver.request("GET", "/api/v1/namespaces/default/serviceaccounts/default")[0] == 200:
                return
            time.sleep(0.05)
        raise RuntimeError("the controllers do not work; the end of %s:\n%s" % (log, processes.last_lines(log)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--version", help="of Kubernetes; default: $KUBERNETES_VERSION or " + build.DEFAULT_VERSION)
    parser.add_argument("--no-audit", action="store_true")
    parser.add_argument("--no-controller-manager", action="store_true")
    parser.add_argument("--detached", action="store_true", help="outlive the process that called")
    parser.add_argument("--apiserver-arg", action="append", default=[], metavar="FLAG")
    arguments = parser.parse_args()
    controllers = not arguments.no_controller_manager
    return processes.stay(lambda: KubeServer(arguments.directory, arguments.version, not arguments.no_audit, controllers,
                                             arguments.apiserver_arg), arguments.detached)


if __name__ == "__main__":
    sys.exit(main())
