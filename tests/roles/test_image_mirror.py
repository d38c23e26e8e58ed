"""Images into an archive and into a registry, by skopeo, as an operator without a network has them."""
import subprocess
import sys

import pytest
from conftest import CORES, ROOT, ansible
from osa import recap, yaml

from servers.kubeadm.images import Layer, Store
from servers.lxc import packages
from servers.processes import Keeper
from servers.registry import Registry
from support.wait import until

IMAGES = ["registry.k8s.io/pause:3.10", "quay.io/jetstack/cert-manager-webhook:v1.20.2", "ghcr.io/a/b/c:v1"]
PLAYBOOK = "osa_ops.mcapi_vexxhost.image_mirror"


@pytest.fixture(scope="module")
def upstream(tmp_path_factory):
    """The address of a server that has IMAGES, each under the name of its registry."""
    folder = tmp_path_factory.mktemp("upstream")
    store = Store(folder / "images")
    for number, image in enumerate(IMAGES):
        store.image(image, [store.layer(Layer().text("etc/number", str(number)))], ["/none"])
    (folder / "files").mkdir()
    (folder / "files/v2").write_text("{}", encoding="ascii")
    keeper = Keeper(folder / "keeper.log")
    keeper.start("mirror", [sys.executable, ROOT / "tests/servers/kubeadm/mirror.py", folder, "127.0.0.1"], folder / "log", folder)
    yield "127.0.0.1:" + until(lambda: (folder / "log").read_text(encoding="ascii").strip())
    keeper.stop()


@pytest.fixture
def run(tmp_path, collections, upstream):
    try:
        packages.ensure(("skopeo",))
    except RuntimeError as error:
        pytest.skip("this machine: %s" % error)

    def play(*arguments, **variables):
        variables = dict({"capi_image_mirror_list": IMAGES, "capi_image_mirror_tool": "skopeo", "capi_image_mirror_insecure": True,
                          "capi_image_mirror_registries": {image.split("/")[0]: upstream + "/" + image.split("/")[0] for image in IMAGES},
                          "capi_image_mirror_archive": str(tmp_path / "archive")}, **variables)
        (tmp_path / "variables.yml").write_text(yaml(variables), encoding="utf-8")
        (tmp_path / "inventory.yml").write_text(yaml({"k8s_all": {"hosts": {"node": {"ansible_connection": "local"}}}}), encoding="utf-8")
        return ansible(CORES[0], collections, "-i", tmp_path / "inventory.yml", PLAYBOOK, "-e", "@%s" % (tmp_path / "variables.yml"), *arguments)
    return play


def test_images__through_an_archive__are_all_in_the_registry_afterwards(run, tmp_path):
    done = run(capi_image_mirror_destination="archive")
    assert done.returncode == 0, done.stdout
    assert len(list((tmp_path / "archive").iterdir())) == len(IMAGES)
    with Registry(tmp_path / "registry") as registry:
        done = run("--check", capi_image_mirror_source="archive", capi_image_mirror_destination=registry.address + "/mirror")
        assert done.returncode == 0 and registry.tags("mirror/pause") == [], done.stdout
        done = run(capi_image_mirror_source="archive", capi_image_mirror_destination=registry.address + "/mirror",
                   capi_image_mirror_registries={"registry.k8s.io": "192.0.2.1", "quay.io": "192.0.2.1", "ghcr.io": "192.0.2.1"})
        assert done.returncode == 0, done.stdout
        assert [registry.tags("mirror/" + name) for name in ("pause", "jetstack/cert-manager-webhook", "a/b/c")] == [
            ["3.10"], ["v1.20.2"], ["v1"]]


def test_images__from_one_registry_to_another__without_a_file_between(run, tmp_path):
    with Registry(tmp_path / "registry") as registry:
        done = run(capi_image_mirror_destination=registry.address)
        assert done.returncode == 0 and registry.tags("a/b/c") == ["v1"], done.stdout
        config = subprocess.run(["skopeo", "inspect", "--tls-verify=false", "--config", "docker://%s/pause:3.10" % registry.address],
                                stdout=subprocess.PIPE, text=True, check=True).stdout
        assert '"/none"' in config


def test_one_image_is_missing__the_others_are_copied_and_the_run_fails_with_its_name(run, tmp_path):
    with Registry(tmp_path / "registry") as registry:
        done = run(capi_image_mirror_destination=registry.address, capi_image_mirror_list=[*IMAGES, "quay.io/jetstack/missing:v9"])
        assert done.returncode != 0
        assert "1 of 4 images could not be copied: quay.io/jetstack/missing:v9" in done.stdout.replace("\n", " "), done.stdout
        assert registry.tags("a/b/c") == ["v1"]
    assert recap(done.stdout)["node"]["failed"] == 1


def test_no_such_tool__says_so_before_it_copies(run):
    done = run(capi_image_mirror_tool="/nonexistent/skopeo", capi_image_mirror_destination="127.0.0.1:1")
    assert done.returncode != 0 and "/nonexistent/skopeo does not run on this host" in done.stdout, done.stdout
    assert "Copy each image" not in done.stdout


@pytest.mark.parametrize("variables, said", [
    ({"capi_image_mirror_tool": "docker"}, "capi_image_mirror_tool: docker is none of crane, skopeo and oras"),
    ({"capi_image_mirror_archive": "", "capi_image_mirror_source": "archive"}, "capi_image_mirror_archive: name the folder of the archive"),
    ({"capi_image_mirror_tool": "oras", "capi_image_mirror_source": "archive"}, "oras has no archive")])
def test_settings_that_cannot_work__are_refused_by_name(run, variables, said):
    done = run(capi_image_mirror_destination="127.0.0.1:1", **variables)
    assert done.returncode != 0 and said in done.stdout, done.stdout
