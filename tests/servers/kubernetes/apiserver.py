"""One kube-apiserver process: its port, its audit log, and clients for it."""
import json
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from servers import processes
from servers.kubernetes import audit, kubeconfig
from servers.ports import free_port

READY_SECONDS = 180
STOP_SECONDS = 1  # then SIGKILL: open watches would hold a graceful end for a minute, and all state is in etcd


class ApiServer:
    """A running API server. Several can share one etcd.

    url, ca_file, client_cert_file, client_key_file, kubeconfig: what a client needs, as cluster administrator.
    audit: its AuditLog, or None. log: the server's own output.
    """

    def __init__(self, control_plane, name: str, extra_args=(), audited=True):
        self._plane = control_plane
        self._extra_args = list(extra_args)
        self._process = None
        self.name = name
        self.directory = control_plane.directory / name
        self.directory.mkdir()
        self.log = self.directory / "log"
        self.audit_log = self.directory / "audit.log" if audited else None
        self.audit = audit.AuditLog(self.audit_log) if audited else None
        self.ca_file = control_plane.ca.cert_file
        self.client_cert_file, self.client_key_file = control_plane.admin
        self.port = self.url = self.kubeconfig = None
        self._use_port(free_port())
        self.start()

    # Life

    def start(self) -> None:
        """Starts the server and waits until it is ready. A port lost to somebody else is replaced by another."""
        for attempt in range(3):
            self._process = self._plane.keeper.start(self.name, self._argv(), self.log, self._plane.directory)
            try:
                self._wait_ready()
                return
            except RuntimeError as error:
                self._process.stop()
                if attempt == 2 or "address already in use" not in str(error):
                    raise
                self._use_port(free_port())

    def stop(self) -> None:
        if self._process is not None:
            self._process.stop(STOP_SECONDS)

    def kill(self) -> None:
        """Ends it as a crash would."""
        self._process.stop(0)

    def restart(self, extra_args=None) -> None:
        """Stops and starts it on the same port. extra_args, when given, replace those from before."""
        self.stop()
        if extra_args is not None:
            self._extra_args = list(extra_args)
        self.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def alive(self) -> bool:
        return self._process is not None and self._process.alive()

    # Clients

    def request(self, method: str, path: str, body=None, content_type="application/json", client=None, token=None,
                timeout=30):
        """(HTTP status, answer), the answer parsed when it is JSON. As administrator unless client (a KeyPair) or
        token is given."""
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        headers = {"Accept": "application/json", "User-Agent": "test-servers"}
        if data is not None:
            headers["Content-Type"] = content_type
        if token is not None:
            headers["Authorization"] = "Bearer " + token
        elif client is None:
            client = self._plane.admin
        context = ssl.create_default_context(cafile=str(self.ca_file))
        if client is not None:
            context.load_cert_chain(str(client.cert_file), str(client.key_file))
        # No proxies, whatever the environment says.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}),
                                             urllib.request.HTTPSHandler(context=context))
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with opener.open(request, timeout=timeout) as response:
                return response.status, _parsed(response.read())
        except urllib.error.HTTPError as error:
            return error.code, _parsed(error.read())

    def kubectl(self, *arguments, stdin=None, check=True) -> str:
        """Runs kubectl as administrator and returns its stdout."""
        result = subprocess.run([str(self._plane.bin / "kubectl"), "--kubeconfig", str(self.kubeconfig),
                                 "--cache-dir", str(self.directory / "kubectl-cache")] + [str(a) for a in arguments],
                                input=stdin, stdin=subprocess.DEVNULL if stdin is None else None,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        if check and result.returncode != 0:
            raise RuntimeError("kubectl %s: %s" % (" ".join(map(str, arguments)), result.stderr))
        return result.stdout

    def kubeconfig_for(self, name: str, client=None, token=None) -> Path:
        """A further kubeconfig file of this server, for a client certificate (a KeyPair) or a token."""
        return kubeconfig.write(self.directory / (name + ".kubeconfig"), self.url, self.ca_file, client, token,
                                user=name)

    def requests(self, since: int = 0, user=None, agent=None) -> list:
        """See AuditLog.requests. Only with audit."""
        return self.audit.requests(since, user, agent)

    # Inside

    def _use_port(self, port: int) -> None:
        self.port = port
        self.url = "https://127.0.0.1:%d" % port
        self.kubeconfig = self.kubeconfig_for("admin", self._plane.admin)

    def _argv(self) -> list:
        plane = self._plane
        argv = [plane.bin / "kube-apiserver",
                "--etcd-servers=" + plane.etcd_url,
                "--bind-address=127.0.0.1", "--secure-port=%d" % self.port,
                # Nothing here follows the `kubernetes` service, and loopback is refused as its endpoint.
                "--advertise-address=127.0.0.1", "--endpoint-reconciler-type=none",
                "--cert-dir=%s" % self.directory,
                "--tls-cert-file=%s" % plane.serving.cert_file, "--tls-private-key-file=%s" % plane.serving.key_file,
                "--client-ca-file=%s" % self.ca_file, "--authorization-mode=RBAC",
                "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
                "--service-account-signing-key-file=%s" % plane.token_key,
                "--service-account-key-file=%s" % plane.token_public_key,
                "--service-cluster-ip-range=10.96.0.0/16", "--allow-privileged=true"]
        if self.audit is not None:
            argv += audit.flags(self.directory / "audit-policy.yaml", self.audit_log)
        return argv + self._extra_args

    def _wait_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        answer = "no answer"
        while time.monotonic() < deadline:
            if not self._process.alive():
                raise RuntimeError("%s ended at once; the end of %s:\n%s"
                                   % (self.name, self.log, processes.last_lines(self.log)))
            try:
                status, answer = self.request("GET", "/readyz", timeout=5)
                if status == 200:
                    return
            except OSError as error:
                answer = error
            time.sleep(0.05)
        raise RuntimeError("%s is not ready after %d s (%s); the end of %s:\n%s"
                           % (self.name, READY_SECONDS, answer, self.log, processes.last_lines(self.log)))


def _parsed(body: bytes):
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")
