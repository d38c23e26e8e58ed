"""Images into an archive and into a registry, by real crane, skopeo and oras, as an operator without a network has them."""
import sys

import pytest
from conftest import CORES, ROOT, ansible
from osa import recap, yaml

from servers import copiers
from servers.kubeadm.images import Layer, Store
from servers.lxc import packages
from servers.processes import Keeper
from servers.registry import Registry
from support.wait import until

SEVERAL_CPUS = "ghcr.io/a/b/c:v1"
IMAGES = ["registry.k8s.io/pause:3.10", "quay.io/jetstack/cert-manager-webhook:v1.20.2", SEVERAL_CPUS]
# {image: what a workload cluster with the label container_infra_prefix calls it}
RENAMED = {"registry.k8s.io/coredns/coredns:v1.12.1": "coredns", "registry.k8s.io/sig-storage/livenessprobe:v2.14.0": "csi-livenessprobe",
           "registry.k8s.io/sig-storage/csi-attacher:v4.7.0": "csi-attacher", "quay.io/cilium/operator-generic:v1": "cilium-operator-generic",
           "registry.k8s.io/provider-os/cinder-csi-plugin:v1.32.0": "cinder-csi-plugin", "quay.io/calico/node:v3.32.1": "calico/node",
           "registry.k8s.io/kube-proxy:v1.34.8": "kube-proxy", SEVERAL_CPUS: "a/b/c"}
PLAYBOOK = "osa_ops.mcapi_vexxhost.image_mirror"


@pytest.fixture(scope="module")
def upstream(tmp_path_factory):
    """The address of a server that has IMAGES, each under the name of its registry, and {image: digest}."""
    folder = tmp_path_factory.mktemp("upstream")
    store = Store(folder / "images")
    digests = {}
    for number, image in enumerate(dict.fromkeys([*IMAGES, *RENAMED])):
        add = store.index if image == SEVERAL_CPUS else store.image
        digests[image] = add(image, [store.layer(Layer().text("etc/number", str(number)))], ["/none"])
    (folder / "files").mkdir()
    (folder / "files/v2").write_text("{}", encoding="ascii")
    keeper = Keeper(folder / "keeper.log")
    keeper.start("mirror", [sys.executable, ROOT / "tests/servers/kubeadm/mirror.py", folder, "127.0.0.1"], folder / "log", folder)
    yield "127.0.0.1:" + until(lambda: (folder / "log").read_text(encoding="ascii").strip()), digests
    keeper.stop()


def path_of(tool: str) -> str:
    if tool in copiers.PACKAGES:
        return str(copiers.program(tool))
    try:
        packages.ensure((tool,))
    except RuntimeError as error:
        pytest.skip("this machine: %s" % error)
    return tool


@pytest.fixture
def run(tmp_path, collections, upstream):
    address, _ = upstream

    def play(tool, *arguments, **variables):
        variables = dict({"capi_image_mirror_list": IMAGES, "capi_image_mirror_tool": path_of(tool), "capi_image_mirror_insecure": True,
                          "capi_image_mirror_registries": {image.split("/")[0]: address + "/" + image.split("/")[0] for image in IMAGES},
                          "capi_image_mirror_archive": str(tmp_path / "archive")}, **variables)
        (tmp_path / "variables.yml").write_text(yaml(variables), encoding="utf-8")
        (tmp_path / "inventory.yml").write_text(yaml({"k8s_all": {"hosts": {"node": {"ansible_connection": "local"}}}}), encoding="utf-8")
        return ansible(CORES[0], collections, "-i", tmp_path / "inventory.yml", PLAYBOOK, "-e", "@%s" % (tmp_path / "variables.yml"), *arguments)
    return play


def assert_all_there(registry, upstream, prefix=""):
    """With all CPUs that they are for."""
    _, digests = upstream
    for image in IMAGES:
        name, tag = image.partition("/")[2].rsplit(":", 1)
        assert registry.digest(prefix + name, tag) == digests[image], image


@pytest.mark.parametrize("tool", ["crane", "skopeo"])
def test_images__through_an_archive__are_all_in_the_registry_afterwards(run, upstream, tmp_path, tool):
    for _ in range(2):  # the second time over what is there
        done = run(tool, capi_image_mirror_destination="archive")
        assert done.returncode == 0, done.stdout
        assert len(list((tmp_path / "archive").iterdir())) == len(IMAGES)
    with Registry(tmp_path / "registry") as registry:
        done = run(tool, "--check", capi_image_mirror_source="archive", capi_image_mirror_destination=registry.address + "/mirror")
        assert done.returncode == 0 and registry.tags("mirror/pause") == [], done.stdout
        done = run(tool, capi_image_mirror_source="archive", capi_image_mirror_destination=registry.address + "/mirror",
                   capi_image_mirror_registries={"registry.k8s.io": "192.0.2.1", "quay.io": "192.0.2.1", "ghcr.io": "192.0.2.1"})
        assert done.returncode == 0, done.stdout
        assert_all_there(registry, upstream, "mirror/")


@pytest.mark.parametrize("tool", ["crane", "skopeo"])
def test_registry_that_fails__leaves_the_archive_of_before(run, upstream, tmp_path, tool):
    assert run(tool, capi_image_mirror_destination="archive").returncode == 0
    done = run(tool, capi_image_mirror_destination="archive", capi_image_mirror_registries={"registry.k8s.io": "127.0.0.1:1", "quay.io": "127.0.0.1:1",
                                                                                           "ghcr.io": upstream[0] + "/ghcr.io"})
    assert done.returncode != 0 and "2 of 3 images could not be copied" in done.stdout.replace("\n", " "), done.stdout
    with Registry(tmp_path / "registry") as registry:
        done = run(tool, capi_image_mirror_source="archive", capi_image_mirror_destination=registry.address)
        assert done.returncode == 0, done.stdout
        assert_all_there(registry, upstream)


@pytest.mark.parametrize("tool", ["crane", "skopeo", "oras"])
def test_images__from_one_registry_to_another__are_there_or_named(run, upstream, tmp_path, tool):
    missing = "quay.io/jetstack/missing:v9"
    with Registry(tmp_path / "registry") as registry:
        done = run(tool, capi_image_mirror_destination=registry.address, capi_image_mirror_list=[missing, *IMAGES])
        assert done.returncode != 0
        assert "1 of 4 images could not be copied: " + missing in done.stdout.replace("\n", " "), done.stdout
        assert recap(done.stdout)["node"]["failed"] == 1
        assert_all_there(registry, upstream)


@pytest.mark.parametrize("tool, archived", [("crane", False), ("skopeo", True), ("oras", False)])
def test_images_of_workload_clusters__are_found_under_both_names(run, upstream, tmp_path, tool, archived):
    _, digests = upstream
    wanted = {"capi_image_mirror_workload_versions": ["1.34.8"], "capi_image_mirror_list": list(RENAMED)}
    if archived:
        assert run(tool, capi_image_mirror_destination="archive", **wanted).returncode == 0
        assert len(list((tmp_path / "archive").iterdir())) == len(RENAMED)
        wanted["capi_image_mirror_source"] = "archive"
    with Registry(tmp_path / "registry") as registry:
        done = run(tool, capi_image_mirror_destination=registry.address + "/mirror", **wanted)
        assert done.returncode == 0, done.stdout
        for image, name in RENAMED.items():
            path, tag = image.partition("/")[2].rsplit(":", 1)
            assert registry.digest("mirror/" + path, tag) == digests[image] == registry.digest("mirror/" + name, tag), image
        done = run(tool, capi_image_mirror_destination=registry.address + "/plain", **dict(wanted, capi_image_mirror_workload_versions=[]))
        assert done.returncode == 0 and registry.tags("plain/coredns") == [], done.stdout


def test_no_such_tool__says_so_before_it_copies(run):
    done = run("skopeo", capi_image_mirror_tool="/nonexistent/skopeo", capi_image_mirror_destination="127.0.0.1:1")
    assert done.returncode != 0 and "/nonexistent/skopeo does not run on this host" in done.stdout, done.stdout
    assert "Copy each image" not in done.stdout


@pytest.mark.parametrize("variables, said", [
    ({"capi_image_mirror_tool": "docker"}, "capi_image_mirror_tool: docker is none of crane, skopeo and oras"),
    ({"capi_image_mirror_archive": "", "capi_image_mirror_source": "archive"}, "capi_image_mirror_archive: name the folder of the archive"),
    ({"capi_image_mirror_tool": "oras", "capi_image_mirror_source": "archive"}, "oras has no archive")])
def test_settings_that_cannot_work__are_refused_by_name(run, variables, said):
    done = run("skopeo", capi_image_mirror_destination="127.0.0.1:1", **variables)
    assert done.returncode != 0 and said in done.stdout, done.stdout
