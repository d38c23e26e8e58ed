"""The clusters of magnum_clusters on a management cluster of Cluster API 1.10, whose kinds are of the version before."""
from servers import capi_bundle
from support import magnum_clusters
from support.magnum_clusters import BOOTSTRAP, CONTROL, INFRA, Magnum

VERSION = "1.10.10"
APIS = {each.split("/")[0]: each for each in (INFRA, CONTROL.replace("v1beta2", "v1beta1"),
                                              BOOTSTRAP.replace("v1beta2", "v1beta1"))}
READY = {"infrastructureReady": True, "controlPlaneReady": True, "conditions": [
    {"type": "ControlPlaneInitialized", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"}]}


def definitions() -> list:
    """Names, versions and labels are the real ones; objects may have any fields."""
    found = magnum_clusters.definitions(VERSION)
    for each in found:
        for version in each["spec"]["versions"]:
            version["schema"] = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
            version.pop("additionalPrinterColumns", None)
    return found


def older(value):
    """The same in the shapes that were in use before v1beta2."""
    if isinstance(value, list):
        return [older(each) for each in value]
    if not isinstance(value, dict):
        return value.replace(".cluster.x-k8s.io/v1beta2", ".cluster.x-k8s.io/v1beta1") if isinstance(value, str) else value
    value = {{"classRef": "class", "templateRef": "ref"}.get(key, key): older(each) for key, each in value.items()}
    if set(value) == {"apiGroup", "kind", "name"}:
        return {"apiVersion": APIS[value["apiGroup"]], "kind": value["kind"], "name": value["name"]}
    if set(value) == {"class", "bootstrap", "infrastructure"}:
        return {"class": value.pop("class"), "template": value}
    if "machineTemplate" in value:
        value["machineTemplate"] = value["machineTemplate"]["spec"]
    if isinstance(value.get("class"), dict):
        value["class"] = value["class"]["name"]
    if value.get("apiVersion") == magnum_clusters.CORE:
        value["apiVersion"] = "cluster.x-k8s.io/v1beta1"
    return value


class OlderMagnum(Magnum):
    def install(self, version=capi_bundle.DEFAULT_VERSION):
        self.install_kinds(definitions())

    def make(self, value, status=None):
        return super().make(older(value), READY if status == magnum_clusters.READY_CLUSTER else status)
