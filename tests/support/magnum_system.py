"""The namespace magnum-system of a management cluster: workload clusters in it, and what proxies make of them."""
import base64
import json
import os
import re
import subprocess
from datetime import datetime, timezone
from pathlib import Path

from support.wait import until

ROOT = Path(__file__).resolve().parents[2]
RBAC = ROOT / "roles/capi_proxy/files/rbac.yml"
CRD = ROOT / "tests/integration/mcapi_proxy/openstackclusters.yaml"
NAMESPACE = "magnum-system"
CLUSTERS = "/apis/infrastructure.cluster.x-k8s.io/v1beta1/namespaces/magnum-system/openstackclusters"
SLICES = "/apis/discovery.k8s.io/v1/namespaces/magnum-system/endpointslices"
SERVICES = "/api/v1/namespaces/magnum-system/services"
SECRETS = "/api/v1/namespaces/magnum-system/secrets"
PREFIX = "magnum-cluster-api.vexxhost.com/"
WRITES = ("create", "update", "patch", "delete", "deletecollection")


def floating_ip_disabled(network, address, **spec):
    return {"spec": dict({"disableAPIServerFloatingIP": True}, **spec),
            "status": {"ready": True, "network": {"id": network, "name": "n"},
                       "apiServerLoadBalancer": {"name": "l", "internalIP": address}}}


class MagnumSystem:
    def __init__(self, server):
        self.server = server
        server.kubectl("apply", "-f", str(CRD), "-f", str(RBAC))
        server.kubectl("wait", "--for=condition=Established", "--timeout=30s",
                       "crd/openstackclusters.infrastructure.cluster.x-k8s.io")
        until(lambda: self.get(CLUSTERS)[0] == 200)

    # access

    def get(self, path):
        return self.server.request("GET", path)

    def kubeconfig(self, name="proxy"):
        """With the ServiceAccount of the role's manifest, nothing else."""
        secret = until(lambda: self.get(SECRETS + "/magnum-cluster-api-proxy-token")[1].get("data", {}).get("token"))
        return self.server.kubeconfig_for(name, token=base64.b64decode(secret).decode())

    def writes(self, mark, agent) -> list:
        return [e for e in self.server.requests(mark, agent=agent) if e["verb"] in WRITES]

    # workload clusters

    def add(self, name, network="", address="", labels=None, **parts):
        """parts: spec and status, in place of those of a cluster that wants a proxy."""
        body = floating_ip_disabled(network, address)
        body.update(parts)
        labels = {"cluster.x-k8s.io/cluster-name": name} if labels is None else labels
        body.update(apiVersion="infrastructure.cluster.x-k8s.io/v1beta1", kind="OpenStackCluster",
                    metadata={"name": name, "namespace": NAMESPACE, "labels": labels})
        status, answer = self.server.request("POST", CLUSTERS, body)
        assert status == 201, answer
        self.patch_status(name, body.get("status", {}))

    def patch_status(self, name, status_part):
        status, answer = self.server.request("PATCH", "%s/%s/status" % (CLUSTERS, name), {"status": status_part},
                                             "application/merge-patch+json")
        assert status == 200, answer

    def patch(self, path, body):
        status, answer = self.server.request("PATCH", path, body, "application/merge-patch+json")
        assert status == 200, answer
        return answer

    def remove(self, name):
        assert self.server.request("DELETE", "%s/%s" % (CLUSTERS, name))[0] == 200

    def add_kubeconfig(self, name, document):
        """document: text or a value."""
        text = document if isinstance(document, str) else json.dumps(document)
        status, answer = self.server.request("POST", SECRETS, {
            "metadata": {"name": name + "-kubeconfig"}, "type": "cluster.x-k8s.io/secret",
            "data": {"value": base64.b64encode(text.encode()).decode()}})
        assert status == 201, answer

    def secret(self, name):
        return self.get("%s/%s-kubeconfig" % (SECRETS, name))[1]

    # what proxies made

    def slices(self, host=None) -> dict:
        """Slices of clusters by name, of one host or of all."""
        found = {s["metadata"]["name"]: s for s in self.get(SLICES)[1]["items"]
                 if PREFIX + "proxied-cluster" in s["metadata"].get("labels", {})}
        return {name: s for name, s in found.items()
                if host is None or s["metadata"]["labels"][PREFIX + "node"] == host}

    def signs(self) -> dict:
        return {s["metadata"]["labels"][PREFIX + "proxy-alive"]: s for s in self.get(SLICES)[1]["items"]
                if PREFIX + "proxy-alive" in s["metadata"].get("labels", {})}

    def services(self) -> dict:
        return {s["metadata"]["name"]: s for s in self.get(SERVICES)[1]["items"]}

    def put_foreign_slice(self, cluster, host, seconds_ago=0.0, **changes):
        """A slice as upstream's proxy on another host writes it."""
        now = datetime.now(timezone.utc).timestamp() - seconds_ago
        body = {"metadata": {"name": "%s-%s" % (cluster, host), "namespace": NAMESPACE,
                             "labels": {"kubernetes.io/service-name": cluster, PREFIX + "node": host,
                                        PREFIX + "proxied-cluster": cluster, PREFIX + "proxied-service": "true"},
                             "annotations": {PREFIX + "timestamp":
                                             datetime.fromtimestamp(now, timezone.utc).isoformat()}},
                "addressType": "IPv4", "endpoints": [{"addresses": ["10.9.9.9"], "conditions": {"ready": True},
                                                      "nodeName": host}],
                "ports": [{"name": "https", "port": 1234, "protocol": "TCP"}]}
        body.update(changes)
        status, answer = self.server.request("POST", SLICES, body)
        assert status == 201, answer

    def touch_slice(self, name, seconds_ago=0.0):
        now = datetime.now(timezone.utc).timestamp() - seconds_ago
        stamp = datetime.fromtimestamp(now, timezone.utc).isoformat()
        self.patch("%s/%s" % (SLICES, name), {"metadata": {"annotations": {PREFIX + "timestamp": stamp}}})

    def clear(self):
        """As after the first test: no clusters, nothing that proxies made."""
        for path in (CLUSTERS, SLICES):
            self.server.request("DELETE", path)
        for name in self.services():
            self.server.request("DELETE", SERVICES + "/" + name)
        for secret in self.get(SECRETS)[1]["items"]:
            if secret["metadata"]["name"].endswith("-kubeconfig"):
                self.server.request("DELETE", SECRETS + "/" + secret["metadata"]["name"])


class Proxy:
    """A running daemon. Its log is a file; stop() ends it as systemd does."""

    def __init__(self, program, directory, environment, prefix=(), arguments=()):
        directory.mkdir(parents=True, exist_ok=True)
        self.log_file = directory / "log"
        self._log = open(self.log_file, "ab")
        self.process = subprocess.Popen([*prefix, str(program), *arguments], stdout=subprocess.PIPE, stderr=self._log,
                                        env=dict(os.environ, **environment))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self._log.close()

    @property
    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self, seconds=20) -> int:
        self.process.terminate()
        return self.process.wait(seconds)

    def wait_for(self, pattern, seconds=30):
        return until(lambda: re.search(pattern, self.log), seconds)
