"""Kubernetes' programs on a host, which is a folder: of which version they are."""
import hashlib

import pytest
from plays import include, words

PROGRAMS = {"kubeadm": "#!/bin/sh\necho v%s\n", "kubelet": "#!/bin/sh\necho Kubernetes v%s\n", "kubectl": "#!/bin/sh\n# v%s\n"}


def install(roles, wanted, *arguments, **versions):
    """With digests of the programs that are there already, as of VERSIONS."""
    folder = roles.root / "usr/bin"
    folder.mkdir(parents=True, exist_ok=True)
    digests = {}
    for name, text in PROGRAMS.items():
        (folder / name).write_text(text % versions.get(name, wanted), encoding="ascii")
        (folder / name).chmod(0o755)
        digests[name + "_binary_checksum"] = "sha256:" + hashlib.sha256((folder / name).read_bytes()).hexdigest()
    return roles.play([include("kube_binaries", "install.yml")], *arguments, variables={
        "kubernetes_version": wanted, "kubelet_crictl_version": "", "kubelet_cni_plugins_version": "", **digests})


def test_kube_binaries__programs_are_of_the_wanted_version__pass(roles):
    done = install(roles, "1.37.2")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["kubeadm", "kubelet"])
def test_kube_binaries__digest_of_an_older_version_was_left__its_variable_is_named(roles, name):
    done = install(roles, "1.37.2", **{name: "1.36.3"})
    assert done.returncode != 0
    assert "%s_binary_checksum shall be the digest of https://dl.k8s.io/release/v1.37.2/bin/linux/amd64/%s" % (name, name) in words(done), done.stdout
    assert ("kubelet" if name == "kubeadm" else "kubeadm") + "_binary_checksum shall" not in words(done)


def test_018__an_upgrade_is_predicted__old_programs_are_no_reason_to_fail(roles):
    done = install(roles, "1.37.2", "--check", kubeadm="1.36.3", kubelet="1.36.3")
    assert done.returncode == 0, done.stdout
