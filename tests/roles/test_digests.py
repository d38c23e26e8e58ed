"""Who vouches for the files that roles fetch: all that is missing is told before anything is changed."""
import re

import pytest
import yaml as pyyaml
from conftest import CORES, NAMESPACE, ROOT
from osa import yaml
from plays import words

HEX = "0123456789abcdef" * 4
TOLD = {"cert_manager_manifest_checksum": "sha256:" + HEX, "cni_cilium_chart_checksum": HEX}
FILES = {"cert_manager_manifest": "/files/cert-manager.yaml", "cni_cilium_manifest": "/files/cilium.yaml"}
UNKNOWN = {"cluster_api_version": "1.13.1"}
OF_UNKNOWN = ["cluster_api_provider_checksums[%s/v1.13.1/%s]" % (label, name) for label, file in (
    ("cluster-api", "core"), ("bootstrap-kubeadm", "bootstrap"), ("control-plane-kubeadm", "control-plane"))
              for name in ("metadata.yaml", file + "-components.yaml")]
PROVIDERS = {re.search(r"\[(.*)\]", each).group(1): HEX for each in OF_UNKNOWN}
BOTH = ["cni_cilium_chart_checksum", "cert_manager_manifest_checksum"]

# name: (variables, tags, what is asked for)
CASES = {
    "nothing": ({}, None, BOTH), "all": (TOLD, None, []), "files": (FILES, None, []), "bridge": ({"cni_plugin": "bridge"}, None, BOTH[1:]),
    "mirror": ({"capi_offline_mirror_base": "http://mirror"}, None, BOTH), "kubernetes": ({}, "k8s-install", BOTH[:1]),
    "cluster-api": ({}, "cluster-api", BOTH[1:]), "backups": ({}, "k8s-backups", []), "haproxy": ({}, "haproxy-service-config", []),
    "capitals": ({name: digest.upper().replace("SHA", "sha") for name, digest in TOLD.items()}, None, []),
    "copied": ({**TOLD, "cni_cilium_chart_checksum": "sha256:…"}, None, BOTH[:1]),
    "emptied": ({**TOLD, "kubeadm_binary_checksum": ""}, None, ["kube_binaries_kubeadm_checksum"]),
    "release": ({**TOLD, **UNKNOWN}, None, OF_UNKNOWN), "release-told": ({**TOLD, **UNKNOWN, "cluster_api_provider_checksums": PROVIDERS}, None, []),
    "release-in-folder": ({**TOLD, **UNKNOWN, "cluster_api_provider_source": "/files"}, None, []),
}
ROLE_OF = {"cni": "cni", "cert": "cert_manager", "kube": "kube_binaries", "cluster": "cluster_api"}


@pytest.mark.parametrize("case", CASES)
def test_digests__some_are_missing__all_are_asked_for_at_once_with_their_roles(plays_of, case):
    variables, tags, wanted = CASES[case]
    done = plays_of("k8s", variables, *(["--tags", tags] if tags else []), names=["Check who vouches for files"])
    told = re.findall(r"role (\w+): set ([\w\[\]./-]+)", words(done))
    assert list(dict.fromkeys(told)) == [(ROLE_OF[name.partition("_")[0]], name) for name in wanted], done.stdout
    assert (done.returncode != 0) == bool(wanted), done.stdout


@pytest.mark.parametrize("core", CORES)
def test_digests__one_is_missing__its_url_and_the_way_without_it_are_told(plays_of, core):
    done = plays_of("k8s", {}, names=["Check who vouches for files"], core=core)
    assert done.returncode != 0
    assert ("role cni: set cni_cilium_chart_checksum to sha256:HEX of https://helm.cilium.io/cilium-1.19.4.tgz, or set cni_cilium_manifest "
            "in its place; role cert_manager: set cert_manager_manifest_checksum to sha256:HEX of https://github.com/cert-manager/"
            "cert-manager/releases/download/v1.20.2/cert-manager.yaml, or") in words(done), done.stdout


def test_digests__playbook__asks_before_the_first_play_that_changes_anything():
    names = [play["name"] for play in pyyaml.safe_load((ROOT / "playbooks/k8s.yml").read_text(encoding="utf-8"))]
    assert names[:3] == ["Check what is wanted", "Check who vouches for files", "Make and configure the containers"]


def test_digests__of_magnum__are_asked_for_by_its_checks():
    (play,) = [play for play in pyyaml.safe_load((ROOT / "playbooks/magnum.yml").read_text(encoding="utf-8"))
               if play["name"] == "Gather facts of Magnum's hosts, and check what is wanted"]
    asked = [(task["ansible.builtin.include_role"]["name"].rpartition(".")[2], task["ansible.builtin.include_role"]["tasks_from"])
             for task in play["tasks"] if "ansible.builtin.include_role" in task]
    assert asked[-3:] == [("magnum_capi", "list.yml"), ("preflight", "digests.yml"), ("magnum_resources", "check.yml")]


IMAGE = {"name": "ubuntu", "url": "https://images.example/ubuntu.qcow2", "checksum": "sha256:" + HEX, "distro": "ubuntu"}
# name: (images, whether Glance lacks them, whether they are refused)
IMAGES = {"told": ([IMAGE], True, False), "untold": ([{**IMAGE, "checksum": ""}], True, True), "absent": ([{"name": "a", "file": IMAGE["url"]}], True, True),
          "in-glance": ([{**IMAGE, "checksum": ""}], False, False), "local": ([{"name": "b", "file": "/b.qcow2"}], True, False),
          "copied": ([{**IMAGE, "checksum": "sha256:…"}], True, True)}


@pytest.mark.parametrize("case", IMAGES)
def test_magnum_resources__image_without_a_digest__is_refused_unless_glance_has_it(roles, case):
    images, missing, refused = IMAGES[case]
    roles.module("openstack_resources", yaml({"changed": False, "resources": [
        {"name": image["name"], "action": "missing" if missing else "unchanged"} for image in images]}))
    done = roles.play([{"ansible.builtin.include_role": {"name": NAMESPACE + ".magnum_resources", "tasks_from": "check.yml"}}],
                      variables={"magnum_glance_images": images})
    assert (done.returncode != 0) == refused, done.stdout
    assert not refused or "magnum_glance_images: %s without checksum" % images[0]["name"] in words(done)
    assert case not in ("told", "local") or roles.calls("openstack_resources") == []
