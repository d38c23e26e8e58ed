"""From one minor version of Kubernetes to the next, on one node that has work to do. The tests build on each other."""
import json

from deployment import KUBERNETES as NEWER
from outcome import changed_tasks, changes, succeeded

KUBERNETES = "1.36.3"
SHORT = ("--skip-tags", "cluster-api")


def control_plane(aio):
    """{component: version} of what runs, by the images of the static Pods."""
    pods = aio.objects("pods", "-n", "kube-system", "-l", "tier=control-plane")
    return {p["metadata"]["labels"]["component"]: p["spec"]["containers"][0]["image"].rpartition(":")[2] for p in pods}


def versions(aio):
    (node,) = aio.objects("nodes")
    config = aio.kubectl("-n", "kube-system", "get", "configmap", "kubeadm-config",
                         "-o", "jsonpath={.data.ClusterConfiguration}")
    (stated,) = [line.split()[1] for line in config.splitlines() if line.startswith("kubernetesVersion:")]
    kube = {version for component, version in control_plane(aio).items() if component != "etcd"}
    return {node["status"]["nodeInfo"]["kubeletVersion"], stated} | kube


def test_061__a_newer_version_is_wanted__every_part_of_the_node_has_it(aio):
    succeeded(aio.run("openstack.osa.k8s", *SHORT, timeout=1800))
    assert versions(aio) == {"v" + KUBERNETES}
    aio.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "kept", "namespace": "default"},
               "data": {"a": "b"}})
    aio.want(NEWER)
    succeeded(aio.run("osa_ops.mcapi_vexxhost.upgrade", *SHORT, timeout=1800))
    aio.kubectl("wait", "--for=condition=Ready", "node", "--all", "--timeout=120s")
    assert versions(aio) == {"v" + NEWER}
    (node,) = aio.objects("nodes")
    assert not node["spec"].get("unschedulable")
    assert json.loads(aio.kubectl("get", "configmap", "kept", "-o", "json"))["data"] == {"a": "b"}


def test_061__after_the_upgrade__nothing_is_left_to_do(aio):
    done = aio.run("openstack.osa.k8s", *SHORT)
    assert changed_tasks(done) == [] and changes(done) == 0
