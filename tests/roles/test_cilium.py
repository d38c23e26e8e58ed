"""Cilium's chart, rendered by the real helm and applied to a real API server. No node runs it: there is none."""
import json
import os
import re
import shutil
import tarfile
from pathlib import Path

import pytest
from conftest import CORES, ROOT, ansible
from osa import recap, yaml
from test_artifact import Mirror

from servers import helm
from servers.kubernetes.server import KubeServer
from staging import stage

PLAYBOOK = """
- hosts: localhost
  connection: local
  gather_facts: true
  roles: [osa_ops.mcapi_vexxhost.cni]
"""
VERSION = re.search(r"default\('v([\d.]+)'\)", (ROOT / "roles/cni/defaults/main.yml").read_text(encoding="utf-8")).group(1)
CHART = "https://helm.cilium.io/cilium-%s.tgz" % VERSION
# What the role writes besides objects: the machine does not see it.
OWN = ("/etc", "/usr/bin", "/var/lib")
INSIDE = """set -e
for place in %s; do
  mkdir -p "$0$place" "$0/work$place"
  mount -t overlay overlay -o "lowerdir=$place,upperdir=$0$place,workdir=$0/work$place" "$place"
done
exec "$@"
""" % " ".join(OWN)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with KubeServer(tmp_path_factory.mktemp("kubernetes")) as running:
        yield running


@pytest.fixture(scope="module")
def with_programs(tmp_path_factory):
    programs = Path(os.environ.get("MCAPI_BUILD", ROOT / "build/coverage")) / "bin"
    if not (programs / "k8s_apply").is_file():
        pytest.fail("no %s/k8s_apply: build it first" % programs)
    path = tmp_path_factory.mktemp("collections")
    stage(path, programs)
    return path


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A mirror with helm, and the digest of its archive."""
    mirror = Mirror(tmp_path_factory.mktemp("mirror"))
    yield mirror, mirror.put("get.helm.sh/" + helm.ARCHIVE, helm.archive().read_bytes())
    mirror.close()


class Host:
    """This machine, with folders of its own."""

    def __init__(self, folder, collections, server, published):
        self.folder, self.collections, self.server = folder, collections, server
        self.mirror, self.helm = published
        self.own = folder / "own"
        (self.own / "etc/kubernetes").mkdir(parents=True)
        shutil.copy(server.kubeconfig, self.own / "etc/kubernetes/admin.conf")
        (folder / "play.yml").write_text(PLAYBOOK, encoding="utf-8")

    def publish(self, chart: Path) -> str:
        return self.mirror.put(CHART.partition("://")[2], chart.read_bytes())

    def run(self, chart: Path, *arguments, **variables):
        """The changes that a run of the role has made."""
        variables = {"ansible_python_interpreter": "{{ ansible_playbook_python }}", "cni_helm_checksum": self.helm,
                     "cni_cilium_chart_checksum": self.publish(chart), "artifact_retries": 1, "artifact_delay": 0,
                     "capi_offline_mirror_base": "http://127.0.0.1:%d" % self.mirror.server.server_address[1], **variables}
        (self.folder / "variables.yml").write_text(yaml(variables), encoding="utf-8")
        done = ansible(CORES[-1], self.collections, "-i", "localhost,", self.folder / "play.yml", "-e", "@%s" % (self.folder / "variables.yml"),
                       *arguments, launcher=["unshare", "--mount", "--propagation", "private", "sh", "-c", INSIDE, str(self.own)])
        assert done.returncode == 0, done.stdout
        return recap(done.stdout)["localhost"]["changed"]

    def values(self) -> str:
        return (self.own / "etc/kubernetes/cilium-values.yaml").read_text(encoding="utf-8")

    def get(self, *names) -> dict:
        return json.loads(self.server.kubectl("get", "-n", "kube-system", *names, "-o", "json"))


@pytest.fixture
def host(tmp_path, with_programs, server, published):
    if os.geteuid() != 0:
        pytest.skip("this machine: mounts of its own need root")
    return Host(tmp_path, with_programs, server, published)


@pytest.fixture(scope="module")
def cilium():
    return helm.cilium_chart(VERSION)


def images_of(workload: dict) -> set:
    pod = workload["spec"]["template"]["spec"]
    return {container["image"] for container in pod["containers"] + pod.get("initContainers", [])}


def test_cilium__chart_as_it_is_published__is_applied_once(host, cilium):
    assert host.run(cilium, "--check") > 0 and not (host.own / "usr/bin/helm").exists()
    assert host.run(cilium, kubernetes_version=host.server.version, cilium_ipv4_cidr="10.9.0.0/16") > 0
    agents, operator = host.get("daemonset", "cilium"), host.get("deployment", "cilium-operator")
    settings = host.get("configmap", "cilium-config")["data"]
    assert settings["cluster-pool-ipv4-cidr"] == "10.9.0.0/16"
    assert (settings["routing-mode"], settings["tunnel-protocol"], settings["tunnel-port"]) == ("tunnel", "geneve", "6082")
    assert settings["kube-proxy-replacement"] == "false" and settings["enable-hubble"] == "false"
    assert operator["spec"]["replicas"] == 1 and operator["spec"]["template"]["spec"]["nodeSelector"]["openstack-control-plane"] == "enabled"
    # Exactly what the list of images has for a mirror: no Envoy of its own, no Hubble, no digests.
    listed = re.findall(r"quay\.io/cilium/\S+:", (ROOT / "roles/capi_image_mirror/templates/images.j2").read_text(encoding="utf-8"))
    assert images_of(agents) | images_of(operator) == {"%sv%s" % (image, VERSION) for image in listed}
    assert host.run(cilium, kubernetes_version=host.server.version, cilium_ipv4_cidr="10.9.0.0/16") == 0
    assert host.run(cilium, "--check", kubernetes_version=host.server.version, cilium_ipv4_cidr="10.9.0.0/16") == 0


def test_cilium__in_place_of_kube_proxy__knows_where_the_api_is(host, cilium):
    host.run(cilium, kubernetes_version=host.server.version, cilium_replace_kube_proxy=True, kubernetes_hostname="api.example.org",
             kubernetes_api_port=7443, cilium_helm_values={"hubble": {"enabled": True}})
    settings = host.get("configmap", "cilium-config")["data"]
    assert settings["kube-proxy-replacement"] == "true" and settings["enable-hubble"] == "true"
    (agent,) = host.get("daemonset", "cilium")["spec"]["template"]["spec"]["containers"]
    told = {row["name"]: row.get("value") for row in agent["env"]}
    assert (told["KUBERNETES_SERVICE_HOST"], told["KUBERNETES_SERVICE_PORT"]) == ("api.example.org", "7443")


@pytest.mark.parametrize("version", ["1.30.4", "1.37.2"])
def test_cilium__chart_that_asks_for_the_version__is_told_that_of_the_cluster(host, version):
    """What helm thinks of by itself is neither: the version that it was made with."""
    folder = host.folder / "chart/cilium"
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text(yaml({"apiVersion": "v2", "name": "cilium", "version": VERSION, "kubeVersion": "= " + version}),
                                       encoding="utf-8")
    (folder / "templates/map.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: told}\ndata: {version: %s}\n"
                                               % "'{{ .Capabilities.KubeVersion.Version }}'", encoding="utf-8")
    packed = host.folder / "chart.tgz"
    with tarfile.open(packed, "w:gz") as package:
        package.add(folder, "cilium")
    host.run(packed, kubernetes_version=version)
    assert host.get("configmap", "told")["data"]["version"] == "v" + version

