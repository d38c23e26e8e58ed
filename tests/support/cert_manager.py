"""A small cert-manager in several versions, for clusterctl to install. Its controllers never run: the definitions alone make
a cluster in which the probe succeeds."""
from pathlib import Path

from support.pair import CERT_MANAGER, CRDS
from support.providers import deployment, to_yaml

NAMESPACE = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "cert-manager"}}
SERVICE = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "cert-manager", "namespace": "cert-manager"},
           "spec": {"ports": [{"port": 9402}], "selector": {"a": "b"}}}
ACCOUNT = {"apiVersion": "v1", "kind": "ServiceAccount",
           "metadata": {"name": "cert-manager", "namespace": "cert-manager", "labels": {"app": "cert-manager"}}}
ROLE = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "cert-manager-view"},
        "rules": [{"apiGroups": ["cert-manager.io"], "resources": ["issuers"], "verbs": ["get"]}]}
MAP = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "cert-manager", "namespace": "cert-manager"},
       "data": {"text": "no ${VARIABLE} here, $$ stays"}}
NEW, OLD = "v1.20.2", "v1.19.1"
DEPLOYMENT = "/apis/apps/v1/namespaces/cert-manager/deployments/cert-manager-controller-manager"


def manifest(version) -> list:
    """In an order that the installation has to change: the namespace and the definitions come first."""
    image = "quay.io/jetstack/cert-manager-controller:" + version
    return [deployment("cert-manager", "cert-manager", image), SERVICE, ROLE, MAP, ACCOUNT, *CERT_MANAGER, NAMESPACE]


def write(directory, *versions) -> Path:
    """A repository of these versions; config() takes its path."""
    base = Path(directory) / "cert-manager"
    for version in versions:
        file = base / version / "cert-manager.yaml"
        file.parent.mkdir(parents=True)
        file.write_text(to_yaml(manifest(version)))
    return base


def config(base, version=NEW, in_url=NEW, **more) -> dict:
    """The section of a configuration."""
    return {"cert-manager": dict({"url": "%s/%s/cert-manager.yaml" % (base, in_url), "version": version}, **more)}


def remove_definitions(side):
    """Makes a cluster without cert-manager."""
    for definition in CERT_MANAGER:
        if definition["metadata"]["name"] in side.names(CRDS):
            side.delete("%s/%s" % (CRDS, definition["metadata"]["name"]))
    side.wait_for("/apis/cert-manager.io/v1/issuers", 404)


def image_of(side) -> str:
    return side.get(DEPLOYMENT)["spec"]["template"]["spec"]["containers"][0]["image"]
