"""What Cluster API's controllers would make of a cluster, without machines: its states, and a real API server for it, whose authority is
the one that Magnum made.

    with Controllers(lab) as controllers:
        ...  # clusters that are asked for become complete

What a kubelet would say on that server is said too: nodes are ready, Pods run, Jobs are done.
"""
import base64
import threading
import time
from pathlib import Path

from servers.kubernetes.server import KubeServer
from support.magnum_clusters import Magnum

NAMESPACE = "magnum-system"
CORE, CONTROL = "cluster.x-k8s.io/v1beta1", "controlplane.cluster.x-k8s.io/v1beta1"
MERGE = "application/merge-patch+json"
NOW = "2026-01-01T00:00:00Z"


def conditions(*types) -> list:
    return [{"type": name, "status": "True", "lastTransitionTime": NOW} for name in types]


class Controllers(threading.Thread):
    def __init__(self, lab, folder: Path, running=True):
        super().__init__(daemon=True)
        self.lab, self.folder, self.running = lab, Path(folder), running
        self.objects = Magnum(lab.kubernetes)
        self.older = {each["metadata"]["name"] for each in lab.cluster_objects()}
        self.servers = {}  # by name of the cluster
        self.faults, self.ended = [], threading.Event()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.join()
        for server in self.servers.values():
            server.stop()
        assert not self.faults, self.faults

    def run(self):
        while not self.ended.wait(1):
            try:
                for cluster in self.lab.cluster_objects():
                    self.finish(cluster)
                for server in self.servers.values():
                    self.be_kubelet(server)
            except Exception as fault:  # a server that is just going away, or a defect, which the end tells
                self.faults = [repr(fault)]
                time.sleep(1)
            else:
                self.faults = []

    def finish(self, cluster) -> None:
        name = cluster["metadata"]["name"]
        if name in self.older or name in self.servers or "deletionTimestamp" in cluster["metadata"]:
            return
        secret = self.lab.secrets().get(name + "-ca")
        if not secret:
            return
        server = self.server(name, secret)
        port = int(server.url.rpartition(":")[2])
        self.objects.patch(CORE, "Cluster", name, {"spec": {"controlPlaneEndpoint": {"host": "127.0.0.1", "port": port}}})
        group = {"cluster.x-k8s.io/cluster-name": name}
        topology = cluster["spec"]["topology"]
        owner = [{"apiVersion": CORE, "kind": "Cluster", "name": name, "uid": cluster["metadata"]["uid"]}]
        template = {"infrastructureRef": {"apiVersion": "infrastructure.cluster.x-k8s.io/v1beta1", "kind": "OpenStackMachineTemplate", "name": name}}
        replicas = topology["controlPlane"]["replicas"]
        self.objects.make(
            {"apiVersion": CONTROL, "kind": "KubeadmControlPlane", "metadata": self.objects.meta(name, owner, group),
             "spec": {"replicas": replicas, "version": topology["version"], "machineTemplate": template, "kubeadmConfigSpec": {}}},
            {"ready": True, "replicas": replicas, "updatedReplicas": replicas, "observedGeneration": 1, "initialized": True})
        for each in topology.get("workers", {}).get("machineDeployments", []):
            labels = dict(group, **{"topology.cluster.x-k8s.io/deployment-name": each["name"]})
            machine = {"clusterName": name, "version": topology["version"], "bootstrap": {"dataSecretName": name}, **template}
            self.objects.make(
                {"apiVersion": CORE, "kind": "MachineDeployment", "metadata": self.objects.meta("%s-%s" % (name, each["name"]), owner, labels),
                 "spec": {"clusterName": name, "replicas": each.get("replicas", 1), "selector": {"matchLabels": labels},
                          "template": {"metadata": {"labels": labels}, "spec": machine}}}, {"phase": "Running"})
        self.servers[name] = server
        code, answer = self.objects.wire.request(
            "PATCH", self.objects.path(CORE, "Cluster", NAMESPACE, name) + "/status",
            {"status": {"phase": "Provisioned", "conditions": conditions("ControlPlaneReady", "InfrastructureReady", "Ready")}}, MERGE)
        assert code == 200, answer
        for index in range(replicas + sum(each.get("replicas", 1) for each in topology.get("workers", {}).get("machineDeployments", []))):
            server.request("POST", "/api/v1/nodes", {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node-%d" % index}})

    def server(self, name: str, secret: dict) -> KubeServer:
        """An API server with the authority that is in the Secret, so that what Magnum signs is let in."""
        keys = self.folder / name / "pki"
        keys.mkdir(parents=True, mode=0o700)
        for key, file in (("tls.crt", "ca.crt"), ("tls.key", "ca.key")):
            (keys / file).write_bytes(base64.b64decode(secret[key]))
        return KubeServer(self.folder / name, audit=False)

    def be_kubelet(self, server) -> None:
        nodes = server.request("GET", "/api/v1/nodes")[1]["items"]
        for node in nodes:
            if not any(each["type"] == "Ready" and each["status"] == "True" for each in node.get("status", {}).get("conditions", [])):
                server.request("PATCH", "/api/v1/nodes/%s/status" % node["metadata"]["name"], {"status": {"conditions": conditions("Ready")}}, MERGE)
        for pod in server.request("GET", "/api/v1/namespaces/functional-test/pods")[1].get("items", []):
            if pod.get("status", {}).get("phase") != "Pending" or not self.running:
                continue
            job = any(each["kind"] == "Job" for each in pod["metadata"].get("ownerReferences", []))
            status = {"phase": "Succeeded"} if job else {"phase": "Running", "conditions": conditions("Ready", "ContainersReady")}
            server.request("PATCH", "/api/v1/namespaces/functional-test/pods/%s/status" % pod["metadata"]["name"], {"status": status}, MERGE)
