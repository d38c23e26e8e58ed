"""Which nodes are upgraded: decided by what runs on each."""
import json
import re

import pytest
from conftest import CORES, ROOT, ansible
from osa import yaml

NAMES = ("kube-apiserver", "kube-controller-manager", "kube-scheduler")


def node(images="1.36.1", kubelet="1.36.1", cluster="1.36.1", **more):
    """What the tasks before have found out on a host."""
    images = [images] * 3 if isinstance(images, str) else images
    config = json.dumps({"kubernetesVersion": "v" + cluster})
    return dict({
        "kubernetes_kubelet_file": {"stat": {"exists": True}},
        "kubernetes_admin_files": {"results": [{"item": "one", "stat": {"exists": True}}]},
        "kubernetes_manifests": {"stdout_lines": ["    image: reg.example:5000/%s:v%s" % pair for pair in zip(NAMES, images)]},
        "kubernetes_node": {"resources": [{"status": {"nodeInfo": {"kubeletVersion": "v" + kubelet}}}]},
        "kubernetes_config_map": {"resources": [{"data": {"ClusterConfiguration": config}}]}}, **more)


# name: (what is there, whether it is upgraded to 1.36.1)
CASES = {
    "one": (node(), False),
    "older-control-plane": (node(images="1.36.0"), True),
    "one-component-was-left": (node(images=["1.36.1", "1.36.1", "1.36.0"]), True),
    "kubelet-was-not-restarted": (node(kubelet="1.36.0"), True),
    "kubelet-was-restarted-early": (node(images="1.36.0", kubelet="1.36.1"), True),
    "worker": (node(images=[], kubelet="1.36.1"), False),
    "older-worker": (node(images=[], kubelet="1.35.6"), True),
    "no-node-yet": (dict(node(images="1.36.0"), kubernetes_kubelet_file={"stat": {"exists": False}}), False),
}


@pytest.fixture(scope="module")
def decisions(tmp_path_factory, collections):
    folder = tmp_path_factory.mktemp("upgrade")
    hosts = {name: dict(found, ansible_connection="local") for name, (found, _) in CASES.items()}
    (folder / "hosts.json").write_text(yaml({"k8s_all": {"hosts": hosts}}), encoding="utf-8")
    role = ROOT / "roles/kubernetes"
    (folder / "play.yml").write_text(yaml([{
        "hosts": "k8s_all", "gather_facts": False, "vars_files": [str(role / "defaults/main.yml"), str(role / "vars/main.yml")],
        "vars": {"kubernetes_version": "1.36.1"},
        "tasks": [{"ansible.builtin.debug": {"msg": "decided {{ inventory_hostname }} {{ _kubernetes_outdated | bool }}"}}]}]), encoding="utf-8")
    done = ansible(CORES[-1], collections, "-i", folder / "hosts.json", folder / "play.yml")
    assert done.returncode == 0, done.stdout
    return dict(re.findall(r"decided (\S+) (True|False)", done.stdout))


@pytest.mark.parametrize("name", CASES)
def test_061_062__a_node__is_upgraded_where_anything_is_older(decisions, name):
    assert decisions[name] == str(CASES[name][1])
