"""Clusters as Magnum's Cluster API driver leaves them behind: a class for all, and twenty objects for each, with the
owners, labels and states that they have when they work. Cluster API's own kinds are the real ones; those of OpenStack
take anything."""
import base64
import concurrent.futures
import copy
import json
import threading
import uuid

import yaml

from servers import capi_bundle
from support.pair import Wire

NAMESPACE = "magnum-system"
CORE, ADDONS = "cluster.x-k8s.io/v1beta2", "addons.cluster.x-k8s.io/v1beta2"
BOOTSTRAP, CONTROL = "bootstrap.cluster.x-k8s.io/v1beta2", "controlplane.cluster.x-k8s.io/v1beta2"
INFRA_GROUP = "infrastructure.cluster.x-k8s.io"
INFRA, IDENTITY = INFRA_GROUP + "/v1beta1", INFRA_GROUP + "/v1alpha1"
LABEL = "clusterctl.cluster.x-k8s.io"
PER_CLUSTER = 20

OPENSTACK = {  # kind: (version, scope)
    "OpenStackCluster": ("v1beta1", "Namespaced"), "OpenStackClusterTemplate": ("v1beta1", "Namespaced"),
    "OpenStackMachine": ("v1beta1", "Namespaced"), "OpenStackMachineTemplate": ("v1beta1", "Namespaced"),
    "OpenStackServer": ("v1alpha1", "Namespaced"), "OpenStackClusterIdentity": ("v1alpha1", "Cluster"),
}
INVENTORY_GROUP = "clusterctl.cluster.x-k8s.io"


def definition(group, kind, version, scope="Namespaced", labelled=True, **labels):
    """A definition that takes anything."""
    plural = kind[:-1] + "ies" if kind.endswith("y") else kind + "s"
    plural = plural.lower()
    if labelled:
        labels = dict({LABEL: ""}, **labels)
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": plural + "." + group, "labels": labels},
            "spec": {"group": group, "scope": scope,
                     "names": {"kind": kind, "listKind": kind + "List", "plural": plural, "singular": kind.lower()},
                     "versions": [{"name": version, "served": True, "storage": True, "schema": schema,
                                   "subresources": {"status": {}}}]}}


def real_definitions(version=capi_bundle.DEFAULT_VERSION) -> list:
    """Those of Cluster API, labelled as clusterctl does, without webhooks to convert."""
    found = []
    for component in capi_bundle.COMPONENTS:
        text = capi_bundle.bundle(component, version).read_text(encoding="utf-8")
        for value in yaml.load_all(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            if value and value["kind"] == "CustomResourceDefinition":
                value["metadata"].setdefault("labels", {}).update({LABEL: ""})
                value["metadata"].pop("annotations", None)
                value["spec"]["conversion"] = {"strategy": "None"}
                found.append(value)
    return found


def definitions(version=capi_bundle.DEFAULT_VERSION) -> list:
    infra = [definition(INFRA_GROUP, kind, version, scope) for kind, (version, scope) in OPENSTACK.items()]
    inventory = definition(INVENTORY_GROUP, "Provider", "v1alpha3",
                           **{"clusterctl.cluster.x-k8s.io/core": "inventory"})
    return real_definitions(version) + infra + [inventory]


PROVIDERS = [("cluster-api", "capi-system", "CoreProvider", "cluster-api", "v1.13.6"),
             ("infrastructure-openstack", "capo-system", "InfrastructureProvider", "openstack", "v0.14.4")]


def encoded(**values) -> dict:
    return {key.replace("__", "."): base64.b64encode(value.encode()).decode() for key, value in values.items()}


def owner(value, controller=None, version=None):
    """A reference to an object that exists."""
    reference = {"apiVersion": version or value["apiVersion"], "kind": value["kind"],
                 "name": value["metadata"]["name"], "uid": value["metadata"]["uid"]}
    if controller is not None:
        reference.update(controller=controller, blockOwnerDeletion=True)
    return reference


READY_CLUSTER = {"initialization": {"infrastructureProvisioned": True, "controlPlaneInitialized": True},
                 "conditions": [{"type": "ControlPlaneInitialized", "status": "True", "reason": "Initialized",
                                 "message": "", "lastTransitionTime": "2026-01-01T00:00:00Z"}]}


class Magnum:
    """Makes objects on a server. Safe to use from several threads."""

    def __init__(self, server, namespace=NAMESPACE):
        self.server = server
        self.namespace = namespace
        self._local = threading.local()

    @property
    def wire(self):
        if not hasattr(self._local, "wire"):
            self._local.wire = Wire(self.server)
        return self._local.wire

    # ---- the server

    def install(self, version=capi_bundle.DEFAULT_VERSION):
        """Kinds, namespaces and the inventory."""
        self.install_kinds(definitions(version))

    def install_kinds(self, wanted):
        for value in wanted:
            self.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", value)
        for name in (self.namespace, "capi-system", "capo-system"):
            self.post("/api/v1/namespaces", {"metadata": {"name": name, "labels": {"team": name}}})
        self.wait_served(wanted)
        for name, namespace, kind, provider, release in PROVIDERS:
            self.make({"apiVersion": INVENTORY_GROUP + "/v1alpha3", "kind": "Provider",
                       "metadata": {"name": name, "namespace": namespace,
                                    "labels": {LABEL: "", "cluster.x-k8s.io/provider": name}},
                       "providerName": provider, "type": kind, "version": release})

    def wait_served(self, wanted):
        from support.wait import until
        for value in wanted:
            for version in value["spec"]["versions"]:
                if version["served"]:
                    path = "/apis/%s/%s/%s?limit=1" % (value["spec"]["group"], version["name"],
                                                      value["spec"]["names"]["plural"])
                    until(lambda path=path: self.wire.request("GET", path)[0] == 200)

    def post(self, path, body):
        status, answer = self.wire.request("POST", path, body)
        assert status == 201 or (status == 409 and "namespaces" in path), (path, status, answer)
        return answer

    @staticmethod
    def path(api_version, kind, namespace=None, name=None) -> str:
        base = "/api/v1" if api_version == "v1" else "/apis/" + api_version
        plural = kind[:-1] + "ies" if kind.endswith("y") else kind + ("es" if kind.endswith("Class") else "s")
        return base + ("/namespaces/" + namespace if namespace else "") + "/" + plural.lower() + (
            "/" + name if name else "")

    def make(self, value, status=None):
        """Creates an object and its status; what the server made of it."""
        value = copy.deepcopy(value)
        namespace = value["metadata"].get("namespace")
        made = self.post(self.path(value["apiVersion"], value["kind"], namespace), value)
        made.setdefault("apiVersion", value["apiVersion"])
        made.setdefault("kind", value["kind"])
        if status:
            path = self.path(value["apiVersion"], value["kind"], namespace, value["metadata"]["name"])
            code, answer = self.wire.request("PATCH", path + "/status", {"status": status},
                                             "application/merge-patch+json")
            assert code == 200, answer
            made = answer
        return made

    def get(self, api_version, kind, name, namespace=None):
        """(HTTP status, object)"""
        return self.wire.request("GET", self.path(api_version, kind, self.namespace if namespace is None else namespace,
                                                  name))

    def patch(self, api_version, kind, name, body, namespace=None):
        path = self.path(api_version, kind, self.namespace if namespace is None else namespace, name)
        code, answer = self.wire.request("PATCH", path, body, "application/merge-patch+json")
        assert code == 200, answer
        return answer

    def delete(self, api_version, kind, name, namespace=None):
        path = self.path(api_version, kind, self.namespace if namespace is None else namespace, name)
        code, answer = self.wire.request("DELETE", path)
        assert code in (200, 202), answer

    # ---- objects

    def meta(self, name, owners=(), labels=None, namespace=None, annotations=None):
        value = {"name": name, "namespace": namespace or self.namespace}
        if owners:
            value["ownerReferences"] = list(owners)
        if labels:
            value["labels"] = labels
        if annotations:
            value["annotations"] = annotations
        return value

    def secret(self, name, owners=(), labels=None, kind="Opaque", namespace=None, **data):
        return self.make({"apiVersion": "v1", "kind": "Secret", "type": kind, "data": encoded(**data),
                          "metadata": self.meta(name, owners, labels, namespace)})

    def add_class(self, name="magnum-v0.38.1", namespace=None):
        """A ClusterClass and its templates, owned by it."""
        def reference(api, kind):
            return {"templateRef": {"apiVersion": api, "kind": kind, "name": name}}

        made = self.make({
            "apiVersion": CORE, "kind": "ClusterClass", "metadata": self.meta(name, namespace=namespace),
            "spec": {"infrastructure": reference(INFRA, "OpenStackClusterTemplate"),
                     "controlPlane": dict(reference(CONTROL, "KubeadmControlPlaneTemplate"),
                                          machineInfrastructure=reference(INFRA, "OpenStackMachineTemplate")),
                     "workers": {"machineDeployments": [
                         {"class": "default-worker", "bootstrap": reference(BOOTSTRAP, "KubeadmConfigTemplate"),
                          "infrastructure": reference(INFRA, "OpenStackMachineTemplate")}]}}})
        for api, kind, spec in ((INFRA, "OpenStackClusterTemplate", {"template": {"spec": {"a": 1}}}),
                                (INFRA, "OpenStackMachineTemplate", {"template": {"spec": {"flavor": "m1"}}}),
                                (CONTROL, "KubeadmControlPlaneTemplate",
                                 {"template": {"spec": {"kubeadmConfigSpec": {"format": "cloud-config"}}}}),
                                (BOOTSTRAP, "KubeadmConfigTemplate",
                                 {"template": {"spec": {"format": "cloud-config"}}})):
            self.make({"apiVersion": api, "kind": kind, "metadata": self.meta(name, [owner(made)], namespace=namespace),
                       "spec": spec})
        return made

    def _resource_set(self, name, magnum_uuid, strategy):
        made = self.make({"apiVersion": ADDONS, "kind": "ClusterResourceSet", "metadata": self.meta(name),
                          "spec": {"clusterSelector": {"matchLabels": {"cluster-uuid": magnum_uuid}}, "strategy": strategy,
                                   "resources": [{"kind": "Secret", "name": name}]}})
        self.secret(name, [owner(made)], kind="addons.cluster.x-k8s.io/resource-set", data="kind: ConfigMap <&>\n" * 40)
        return made

    def add_cluster(self, name, class_name="magnum-v0.38.1", ready=True, class_namespace=None, paused=False,
                    identity=None, stale=False):
        """The twenty objects. identity: spec.identityRef of the infrastructure. stale: one owner in an old version."""
        magnum_uuid = str(uuid.uuid5(uuid.NAMESPACE_DNS, name))
        group = {"cluster.x-k8s.io/cluster-name": name}
        classes = {"name": class_name}
        if class_namespace:
            classes["namespace"] = class_namespace
        spec = {"clusterNetwork": {"services": {"cidrBlocks": ["10.254.0.0/16"]}},
                "infrastructureRef": {"apiGroup": INFRA_GROUP, "kind": "OpenStackCluster", "name": name},
                "controlPlaneRef": {"apiGroup": CONTROL.split("/")[0], "kind": "KubeadmControlPlane", "name": name},
                "topology": {"classRef": classes, "version": "v1.34.0", "controlPlane": {"replicas": 1},
                             "variables": [{"name": "clusterIdentityRefName", "value": name + "-cloud-config"}]}}
        if paused:
            spec["paused"] = True
        cluster = self.make({"apiVersion": CORE, "kind": "Cluster", "spec": spec,
                             "metadata": self.meta(name, labels={"cluster-uuid": magnum_uuid, "cni": "calico-v3.31"})},
                            READY_CLUSTER if ready else {})
        self.secret(name + "-cloud-config", labels={"cluster-uuid": magnum_uuid}, cacert="-----BEGIN",
                    clouds__yaml="clouds: {default: {auth: {application_credential_secret: %s-planted}}}" % name)
        control = self.make({
            "apiVersion": CONTROL, "kind": "KubeadmControlPlane",
            "metadata": self.meta(name, [owner(cluster, True)], group),
            "spec": {"replicas": 1, "version": "v1.34.0", "kubeadmConfigSpec": {"format": "cloud-config"},
                     "machineTemplate": {"spec": {"infrastructureRef": {
                         "apiGroup": INFRA_GROUP, "kind": "OpenStackMachineTemplate", "name": class_name}}}}})
        for purpose in ("ca", "etcd", "proxy", "sa"):
            owners = [owner(control, True)] if purpose != "sa" else []
            self.secret("%s-%s" % (name, purpose), owners, group, "cluster.x-k8s.io/secret",
                        tls__crt="certificate of %s\n" % name * 30, tls__key="key of %s planted\n" % name * 30)
        self.secret(name + "-kubeconfig", [owner(control, True)], group, "cluster.x-k8s.io/secret",
                    value="apiVersion: v1\nkind: Config\n# %s planted\n" % name * 20)
        sets = [self._resource_set(magnum_uuid, magnum_uuid, "ApplyOnce"),
                self._resource_set(name + "-cloud-provider", magnum_uuid, "Reconcile")]
        self.make({"apiVersion": ADDONS, "kind": "ClusterResourceSetBinding",
                   "metadata": self.meta(name, [owner(each) for each in sets]),
                   "spec": {"clusterName": name, "bindings": [
                       {"clusterResourceSetName": each["metadata"]["name"],
                        "resources": [{"kind": "Secret", "name": each["metadata"]["name"], "applied": True}]}
                       for each in sets]}})
        self.make({"apiVersion": INFRA, "kind": "OpenStackCluster",
                   "metadata": self.meta(name, [owner(cluster, True)], group),
                   "spec": {"identityRef": identity or {"name": name + "-cloud-config", "cloudName": "default"}}})
        self.add_workers(name, cluster, class_name, group, ready, stale)
        return cluster

    def add_workers(self, name, cluster, class_name, group, ready=True, stale=False):
        """A MachineDeployment down to one machine: six objects."""
        reference = {"apiGroup": INFRA_GROUP, "kind": "OpenStackMachineTemplate", "name": class_name}
        machine_spec = {"clusterName": name, "version": "v1.34.0", "infrastructureRef": reference,
                        "bootstrap": {"configRef": {"apiGroup": BOOTSTRAP.split("/")[0],
                                                    "kind": "KubeadmConfigTemplate", "name": class_name}}}
        labels = dict(group, pool="w")
        common = {"clusterName": name, "replicas": 1, "selector": {"matchLabels": labels},
                  "template": {"metadata": {"labels": labels}, "spec": machine_spec}}
        deployment = self.make({"apiVersion": CORE, "kind": "MachineDeployment", "spec": common,
                                "metadata": self.meta(name + "-w", [owner(cluster)], group)})
        machines = self.make({"apiVersion": CORE, "kind": "MachineSet", "spec": common,
                              "metadata": self.meta(name + "-w-1", [owner(deployment, True)], group)})
        config = dict(reference, kind="OpenStackMachine", name=name + "-w-1-a")
        machine = self.make({
            "apiVersion": CORE, "kind": "Machine",
            "metadata": self.meta(name + "-w-1-a", [owner(machines, True)], labels),
            "spec": {"clusterName": name, "version": "v1.34.0", "infrastructureRef": config,
                     "bootstrap": {"dataSecretName": name + "-w-1-a"}}},
            {"nodeRef": {"name": name + "-w-1-a"}} if ready else {})
        version = "cluster.x-k8s.io/v1beta1" if stale else None
        boot = self.make({"apiVersion": BOOTSTRAP, "kind": "KubeadmConfig", "spec": {"format": "cloud-config"},
                          "metadata": self.meta(name + "-w-1-a", [owner(machine, True, version)], labels)})
        self.secret(name + "-w-1-a", [owner(boot, True)], group, "cluster.x-k8s.io/secret",
                    value="#cloud-config\n# %s planted\n" % name * 60)
        self.make({"apiVersion": INFRA, "kind": "OpenStackMachine", "spec": {"flavor": "m1"},
                   "metadata": self.meta(name + "-w-1-a", [owner(machine, True, version)], labels)})

    def add_clusters(self, last, first=1, threads=6):
        """Clusters "kube-00001" to LAST of one class, which has to exist."""
        names = ["kube-%05d" % number for number in range(first, last + 1)]
        with concurrent.futures.ThreadPoolExecutor(threads) as pool:
            for _ in pool.map(self.add_cluster, names):
                pass
        return names


def identity_of(value) -> tuple:
    """(kind, namespace, name)"""
    return value["kind"], value["metadata"].get("namespace", ""), value["metadata"]["name"]


def read_files(directory) -> dict:
    """What clusterctl's or our object files hold: {file name: object}"""
    return {path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted(directory.iterdir())
            if path.name.endswith(".yaml")}
