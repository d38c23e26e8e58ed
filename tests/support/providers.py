"""Small providers for clusterctl: everything that a real one has, in a dozen of objects, so that an installation takes
a second. The names and namespaces are those of the real ones."""
import copy
import json
from pathlib import Path

from servers.clusterctl import repository

SERIES = [(1, minor, "v1beta1" if minor <= 10 else "v1beta2") for minor in range(14)]
SAMPLE_SERIES = [(0, 1, "v1beta1"), (0, 2, "v1beta2")]

# label: (namespace, prefix of names, group, kind)
SHAPES = {
    "cluster-api": ("capi-system", "capi", "cluster.x-k8s.io", "Cluster"),
    "bootstrap-kubeadm": ("capi-kubeadm-bootstrap-system", "capi-kubeadm-bootstrap", "bootstrap.cluster.x-k8s.io",
                          "KubeadmConfig"),
    "control-plane-kubeadm": ("capi-kubeadm-control-plane-system", "capi-kubeadm-control-plane",
                              "controlplane.cluster.x-k8s.io", "KubeadmControlPlane"),
    "infrastructure-openstack": ("capo-system", "capo", "infrastructure.cluster.x-k8s.io", "OpenStackCluster"),
    "infrastructure-second": ("second-system", "second", "infrastructure.cluster.x-k8s.io", "SecondCluster"),
    "ipam-in-cluster": ("caip-in-cluster-system", "caip-in-cluster", "ipam.cluster.x-k8s.io", "InClusterIPPool"),
    "addon-helm": ("caaph-system", "caaph", "addons.cluster.x-k8s.io", "HelmChart"),
    "runtime-extension-test": ("test-system", "test", "runtime.cluster.x-k8s.io", "TestConfig"),
}
FILES = dict(repository.FILES, **{"infrastructure-second": "infrastructure-components.yaml",
                                  "ipam-in-cluster": "ipam-components.yaml", "addon-helm": "addon-components.yaml",
                                  "runtime-extension-test": "runtime-extension-components.yaml"})
CORE, OLD_CORE = "v1.13.2", "v1.10.10"
INFRASTRUCTURE, OLD_INFRASTRUCTURE = "v0.2.4", "v0.1.2"
STANDARD = ("cluster-api", "bootstrap-kubeadm", "control-plane-kubeadm", "infrastructure-openstack")


def metadata(series, **fields) -> dict:
    """metadata.yaml with rows (major, minor, contract)."""
    return dict({"apiVersion": "clusterctl.cluster.x-k8s.io/v1alpha3", "kind": "Metadata",
                 "releaseSeries": [{"major": a, "minor": b, "contract": c} for a, b, c in series]}, **fields)


def crd(group, kind, versions=("v1beta1",), **more):
    """A definition whose last version is the stored one. more: merged into its metadata."""
    plural = kind.lower() + "s"
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": dict({"name": "%s.%s" % (plural, group)}, **more),
            "spec": {"group": group, "scope": "Namespaced",
                     "names": {"kind": kind, "listKind": kind + "List", "plural": plural, "singular": kind.lower()},
                     "versions": [{"name": v, "served": True, "storage": v == versions[-1], "schema": schema}
                                  for v in versions]}}


def webhooks(kind, prefix, namespace, group, plural):
    name = ("mutating" if kind.startswith("M") else "validating") + "-webhook-configuration"
    return {"apiVersion": "admissionregistration.k8s.io/v1", "kind": kind,
            "metadata": {"name": "%s-%s" % (prefix, name),
                         "annotations": {"cert-manager.io/inject-ca-from": "%s/%s-serving-cert" % (namespace, prefix)}},
            "webhooks": [{"name": "default.%s.%s" % (plural, group), "admissionReviewVersions": ["v1"],
                          "sideEffects": "None", "failurePolicy": "Ignore",
                          "clientConfig": {"service": {"name": prefix + "-webhook-service", "namespace": namespace,
                                                       "path": "/x"}},
                          "rules": [{"apiGroups": [group], "apiVersions": ["*"], "operations": ["CREATE"],
                                     "resources": [plural]}]}]}


def deployment(prefix, namespace, image, args=(), container="manager"):
    labels = {"control-plane": prefix + "-controller-manager"}
    return {"apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": prefix + "-controller-manager", "namespace": namespace, "labels": dict(labels)},
            "spec": {"replicas": 1, "selector": {"matchLabels": dict(labels)},
                     "template": {"metadata": {"labels": dict(labels)},
                                  "spec": {"containers": [{"name": container, "image": image, "args": list(args),
                                                           "env": [{"name": "OF_THE_RELEASE", "value": "1"}]}]}}}}


def rbac(prefix, namespace, group):
    def binding(kind, name, role_kind, role, **more):
        return {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": dict({"name": name}, **more),
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": role_kind, "name": role},
                "subjects": [{"kind": "ServiceAccount", "name": prefix + "-manager", "namespace": namespace}]}

    inside = {"namespace": namespace}
    rule = {"apiGroups": [group], "resources": ["*"], "verbs": ["get", "list", "watch"]}
    return [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": dict({"name": prefix + "-manager"}, **inside)},
        {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role",
         "metadata": dict({"name": prefix + "-leader-election-role"}, **inside),
         "rules": [{"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["get"]}]},
        {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
         "metadata": {"name": prefix + "-manager-role"}, "rules": [rule]},
        binding("RoleBinding", prefix + "-leader-election-rolebinding", "Role", prefix + "-leader-election-role",
                **inside),
        binding("ClusterRoleBinding", prefix + "-manager-rolebinding", "ClusterRole", prefix + "-manager-role"),
    ]


def components(label, version, contract="v1beta1"):
    """The objects of a small provider, in the order of the real files."""
    namespace, prefix, group, kind = SHAPES[label]
    versions = ("v1beta1",) if contract == "v1beta1" else ("v1beta1", "v1beta2")
    plural, inside = kind.lower() + "s", {"namespace": namespace}
    inject = {"annotations": {"cert-manager.io/inject-ca-from": "%s/%s-serving-cert" % (namespace, prefix)}}
    service = prefix + "-webhook-service"
    image = "registry.k8s.io/%s/%s-controller:%s" % (label, prefix, version)
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": {"of": "release"}}},
        crd(group, kind, versions, **inject),
        *rbac(prefix, namespace, group),
        {"apiVersion": "v1", "kind": "Service", "metadata": dict({"name": service}, **inside),
         "spec": {"ports": [{"port": 443}], "selector": {"a": "b"}}},
        deployment(prefix, namespace, image, ["--diagnostics-address=${CAPI_DIAGNOSTICS_ADDRESS:=:8443}",
                                              "--feature-gates=ClusterTopology=${CLUSTER_TOPOLOGY:=false}"]),
        {"apiVersion": "cert-manager.io/v1", "kind": "Certificate",
         "metadata": dict({"name": prefix + "-serving-cert"}, **inside),
         "spec": {"dnsNames": ["%s.%s.svc" % (service, namespace), "%s.%s.svc.cluster.local" % (service, namespace)],
                  "issuerRef": {"kind": "Issuer", "name": prefix + "-selfsigned-issuer"}, "secretName": prefix}},
        {"apiVersion": "cert-manager.io/v1", "kind": "Issuer",
         "metadata": dict({"name": prefix + "-selfsigned-issuer"}, **inside), "spec": {"selfSigned": {}}},
        webhooks("MutatingWebhookConfiguration", prefix, namespace, group, plural),
        webhooks("ValidatingWebhookConfiguration", prefix, namespace, group, plural),
    ]


def targets(core=CORE, infrastructure=INFRASTRUCTURE) -> dict:
    """A request for core and infrastructure, which is all that most tests install."""
    return {"core": "cluster-api:" + core, "infrastructure": "openstack:" + infrastructure}


def small(core=CORE, infrastructure=INFRASTRUCTURE) -> dict:
    """The same for a first installation, which would add the kubeadm providers otherwise."""
    return dict(targets(core, infrastructure), bootstrap="-", control_plane="-")


def pinned(core=CORE, infrastructure=INFRASTRUCTURE) -> dict:
    """A request for the four standard providers."""
    return dict(targets(core, infrastructure), bootstrap="kubeadm:" + core, control_plane="kubeadm:" + core)


def find(objects, kind, name=None):
    """The first object of a kind (and name) in a list."""
    return next(o for o in objects if o["kind"] == kind and name in (None, o["metadata"]["name"]))


class Repository:
    """A local repository in a directory. Versions that are not put in by hand come from add_standard()."""

    def __init__(self, base):
        self.base = Path(base)

    def put(self, label, version, objects, meta=None, file=None) -> Path:
        """Writes a version. objects: a list, or the text of the file. meta: of metadata.yaml, a dict or a text; False:
        no such file; None: the usual one."""
        directory = self.base / label / version
        directory.mkdir(parents=True, exist_ok=True)
        text = objects if isinstance(objects, str) else to_yaml(objects)
        (directory / (file or FILES[label])).write_text(text, encoding="utf-8")
        if meta is None:
            meta = metadata(SERIES if label in STANDARD[:3] else SAMPLE_SERIES)
        if meta is not False:
            (directory / "metadata.yaml").write_text(meta if isinstance(meta, str) else to_yaml([meta]),
                                                     encoding="utf-8")
        return directory

    def add(self, label, version, change=None, meta=None, contract=None):
        """A small provider; change(objects) may alter its objects first."""
        number = tuple(int(part) for part in version.lstrip("v").split("-")[0].split(".")[:2])
        of = {(a, b): c for a, b, c in SERIES + SAMPLE_SERIES}
        objects = copy.deepcopy(components(label, version, contract or of.get(number, "v1beta1")))
        if change is not None:
            objects = change(objects) or objects
        return self.put(label, version, objects, meta)

    def add_standard(self, capi=(OLD_CORE, CORE), infrastructure=(OLD_INFRASTRUCTURE, INFRASTRUCTURE)):
        """Cluster API in these versions and a provider "openstack"."""
        for label in STANDARD[:3]:
            for version in capi:
                self.add(label, version)
        for version in infrastructure:
            self.add("infrastructure-openstack", version)
        return self

    def entry(self, label, version, file=None, base=None) -> dict:
        return repository.entry(base or self.base, label, version, file or FILES[label])

    def entries(self, capi, infrastructure, *more) -> list:
        """The list of providers of a configuration: the four of the standard, and (label, version) pairs."""
        pairs = [(label, capi) for label in STANDARD[:3]] + [(STANDARD[3], infrastructure), *more]
        return [self.entry(label, version) for label, version in pairs]


def to_yaml(objects) -> str:
    """Documents in JSON, which is YAML."""
    return "".join("---\n%s\n" % json.dumps(o, indent=1, ensure_ascii=False) for o in objects)
