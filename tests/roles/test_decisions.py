"""What roles make of what they are told and find: refusals, values, what they remove. Small plays on this machine."""
import json
import os
import re
import shlex
import subprocess

import pytest
import yaml as pyyaml
from conftest import NAMESPACE, ROOT
from plays import include, tell, told


@pytest.mark.parametrize("was_there", [True, False])
def test_functional_test__folder_of_the_kubeconfig__stays_where_it_was_there(play, tmp_path, was_there):
    folder = tmp_path / "home"
    folder.mkdir()
    for name in ("config", "config.key", "of-somebody-else"):
        (folder / name).write_text("", encoding="ascii")
    done = play([include("functional_test", "forget.yml")], {
        "functional_test_kubeconfig_file": str(folder / "config"), "functional_test_folder": {"stat": {"exists": was_there}},
        "functional_test_request": {"stdout": "made"}})
    assert done.returncode == 0, done.stdout
    assert sorted(path.name for path in folder.glob("*")) == (["of-somebody-else"] if was_there else [])
    assert folder.exists() == was_there


def test_functional_test__test_wrote_no_kubeconfig__the_file_of_that_name_stays(play, tmp_path):
    (tmp_path / "config").write_text("", encoding="ascii")
    done = play([include("functional_test", "forget.yml")], {
        "functional_test_kubeconfig_file": str(tmp_path / "config"), "functional_test_folder": {}, "functional_test_request": {}})
    assert done.returncode == 0, done.stdout
    assert (tmp_path / "config").exists()


def test_cni__kube_proxy_is_left_out__cilium_does_its_work(play):
    hosts = {"plain": {}, "replaced": {"cilium_replace_kube_proxy": True, "internal_lb_vip_address": "10.1.1.1", "kubernetes_api_port": 7443},
             "alone": {"cilium_replace_kube_proxy": True, "management_address": "10.2.2.2"}}
    found = told(play([tell(values="_cni_values", name="cni_cilium_release_name")], {"cilium_helm_release_name": "c"}, ["cni"], hosts))
    names = ("kubeProxyReplacement", "k8sServiceHost", "k8sServicePort")
    assert not set(names) & set(found["plain"]["values"]) and found["plain"]["name"] == "c"
    # Numbers inside of a dictionary are texts to ansible-core 2.17, which Cilium's chart takes as well.
    assert [str(found["replaced"]["values"][name]) for name in names] == ["True", "10.1.1.1", "7443"]
    assert [str(found["alone"]["values"][name]) for name in names] == ["True", "10.2.2.2", "6443"]


def test_cni__cluster_was_made_by_another_host__that_one_applies_cilium(play):
    files = {"results": [{"item": "one", "stat": {"exists": False}}, {"item": "two", "stat": {"exists": True}}]}
    found = told(play([tell(host="_cni_bootstrap_host")], {"kubernetes_admin_files": files}, ["kubernetes", "cni"], {"one": {}, "two": {}}))
    assert found["one"] == found["two"] == {"host": "two"}


# name: (version of the cluster, version of the control plane here, what is wanted, what the refusal says)
VERSIONS = {
    "same": ("1.36.1", "1.36.1", "1.36.1", None), "next-patch": ("1.36.1", "1.36.1", "1.36.2", None),
    "next-minor": ("1.35.6", "1.35.6", "1.36.1", None), "lower-patch": ("1.36.10", "1.36.10", "1.36.9", "1.36.10, which is newer"),
    "lower-minor": ("1.37.0", "1.37.0", "1.36.1", "1.37.0, which is newer"),
    "upgraded-here": ("1.36.1", "1.36.2", "1.36.1", "1.36.2, which is newer"),
    "two-minors": ("1.34.1", "1.34.1", "1.36.1", "one minor version up at a time"),
}


def test_kubernetes__version_of_the_cluster__is_never_gone_below(play):
    hosts = {name: {"wanted": wanted, "kubernetes_manifests": {"stdout_lines": ["image: reg/kube-apiserver:v" + here]}, "kubernetes_config_map": {
        "resources": [{"data": {"ClusterConfiguration": json.dumps({"kubernetesVersion": "v" + cluster})}}]}}
             for name, (cluster, here, wanted, _) in VERSIONS.items()}
    done = play([{"ansible.builtin.include_tasks": str(ROOT / "roles/kubernetes/tasks/check.yml")}], {
        "kubernetes_version": "{{ wanted }}", "kubernetes_admin_files": {"results": [{"item": "same", "stat": {"exists": True}}]}}, ["kubernetes"], hosts)
    for name, (_, _, wanted, refused) in VERSIONS.items():
        said = re.search(r"fatal: \[%s\](.*?)(?=fatal:|TASK|PLAY)" % name, done.stdout, re.DOTALL)
        assert bool(said) == bool(refused), (name, done.stdout)
        assert not refused or (refused in said.group(1) and "kubernetes_version is " + wanted in said.group(1))


@pytest.mark.parametrize("playbook, limit, wanted", [("backup", "all", {"one", "two"}), ("restore", "all", {"one"}), ("backup", "three", {"three"})])
def test_capi_backup__playbooks__run_where_the_timer_is(play, playbook, limit, wanted):
    (book,) = pyyaml.safe_load((ROOT / "playbooks" / (playbook + ".yml")).read_text(encoding="utf-8"))
    (task,) = book["tasks"]
    done = play([dict(tell(here=True), when=task["when"])], {"cluster_api_backups_nodes": ["one", "two"]}, ["capi_backup"],
                dict.fromkeys(("one", "two", "three"), {}), hosts=limit)
    assert set(told(done)) == wanted


@pytest.mark.parametrize("containers, limit, wanted", [(["two", "one"], "all", "two"), ([], "all", "three"), (["two", "one"], "one,three", "one"),
                                                       (["two", "one"], "three", "three")])
def test_capi_backup__last_host_is_a_worker__timer_is_on_the_last_control_plane(play, containers, limit, wanted):
    found = told(play([tell(nodes="cluster_api_backups_nodes", here="_capi_backup_by_hand")], {}, ["capi_backup"],
                      dict.fromkeys(("one", "two", "three"), {}), {"k8s_container": containers}, hosts=limit))
    assert all(value == {"nodes": ["two" if containers else "three"], "here": [wanted]} for value in found.values()), found


def test_functional_test__no_default_storage_class__the_volume_is_left_out(play):
    mark = "storageclass.kubernetes.io/is-default-class"
    classes = {"none": [], "plain": [{"metadata": {"name": "a"}}, {"metadata": {"annotations": {mark: "false", "x": "true"}}}],
               "default": [{"metadata": {"name": "a"}}, {"metadata": {"annotations": {mark: "true"}}}]}
    hosts = {name: {"functional_test_classes": {"resources": found}} for name, found in classes.items()}
    found = told(play([tell(volume="_functional_test_volume | bool")], roles=["functional_test"], inventory=hosts))
    assert {name: value["volume"] for name, value in found.items()} == {"none": False, "plain": False, "default": True}


def test_containerd__checksums_without_a_prefix__get_one(play):
    wanted = {"containerd_download_checksum": "0" * 64, "containerd_runc_download_checksum": "1" * 64}
    found = told(play([tell(sums="_containerd_artifacts | map(attribute='checksum')")], wanted, ["containerd"]))
    assert found["one"]["sums"] == ["sha256:" + "1" * 64, "sha256:" + "0" * 64]


def test_containerd__socket_is_elsewhere__crictl_and_kubelet_follow(play):
    crictl = "lookup('ansible.builtin.template', '%s')" % (ROOT / "roles/kube_binaries/templates/crictl.yaml.j2")
    hosts = {"usual": {}, "moved": {"containerd_state_dir": "/run/c"}, "told": {"containerd_state_dir": "/run/c", "kubelet_cri_socket": "unix:///s"}}
    found = told(play([tell(crictl=crictl, kubelet="_kubernetes_socket")], roles=["containerd", "kube_binaries", "kubernetes"], inventory=hosts))
    for name, socket in {"usual": "unix:///run/containerd/containerd.sock", "moved": "unix:///run/c/containerd.sock", "told": "unix:///s"}.items():
        assert found[name]["kubelet"] == socket and found[name]["crictl"].count(": %s\n" % socket) == 2, found[name]
    url = told(play([tell(crictl=crictl)], {"kube_binaries_cri_socket": "unix:///u"}, ["kube_binaries"]))
    assert url["one"]["crictl"].count(": unix:///u\n") == 2


def test_lxc_guest__no_timeout_is_told__it_is_a_minute(play):
    hosts = {"none": {}, "delay": {"lxc_container_wait_params": {"delay": 1}}, "told": {"lxc_container_wait_params": {"timeout": 7}}}
    found = told(play([tell(timeout="_lxc_guest_timeout | int")], roles=["lxc_guest"], inventory=hosts))
    assert {name: value["timeout"] for name, value in found.items()} == {"none": 60, "delay": 60, "told": 7}


@pytest.mark.parametrize("role", ["magnum_capi", "capi_proxy", "functional_test"])
@pytest.mark.parametrize("containers, wanted", [(None, "worker"), ([], "worker"), (["two"], "two")])
def test_control_host__first_host_is_a_worker__one_with_a_control_plane_is_asked(play, role, containers, wanted):
    groups = {} if containers is None else {"k8s_container": containers}
    found = told(play([tell(host=role + "_control_host")], {}, [role], {"worker": {}, "two": {}}, groups))
    assert {value["host"] for value in found.values()} == {wanted}


def test_kubernetes__name_of_the_node__is_the_kubelets_and_a_valid_one(play):
    facts = {"ansible.builtin.set_fact": {"hostname": "Node_1", "cacheable": True}}
    found = told(play([facts, tell(own="kubernetes_kubelet_hostname", bridge="_cni_node_name")], roles=["kubernetes", "cni"],
                      inventory={"other": {}, "told": {"kubelet_hostname": "n9"}}))
    assert found == {"other": {"own": "node-1", "bridge": "node-1"}, "told": {"own": "n9", "bridge": "n9"}}


def test_kubernetes__kubeadm_was_interrupted__is_refused_and_the_way_out_is_told(play):
    hosts = {name: {"kubernetes_mark": {"stat": {"exists": name == "half"}}} for name in ("half", "whole")}
    done = play([{"ansible.builtin.include_tasks": str(ROOT / "roles/kubernetes/tasks/interrupted.yml")}, tell(on=True)], roles=["kubernetes"],
                inventory=hosts)
    assert "kubeadm was interrupted on half" in done.stdout and "kubernetes_reset: true" in done.stdout, done.stdout
    assert re.findall(r"told (\w+)", done.stdout) == ["whole"], done.stdout


def test_kubernetes__cluster_cannot_be_asked__nothing_is_left_out_silently(play):
    """The modules here are stubs that fail."""
    found = {"kubernetes_kubelet_file": {"stat": {"exists": True}}, "kubernetes_kubelet_hostname": "one",
             "kubernetes_admin_files": {"results": [{"item": "one", "stat": {"exists": True}}]}}
    done = play([{"ansible.builtin.include_tasks": str(ROOT / "roles/kubernetes/tasks/running.yml")}, tell(on=True)], found, ["kubernetes"])
    assert done.returncode != 0 and re.search(r"TASK \[Read the node\].*fatal: \[one\]", done.stdout, re.DOTALL), done.stdout
    assert "told one" not in done.stdout


def test_containerd__programs_are_new__they_are_started(play):
    found = told(play([tell(names="_containerd_artifacts | map(attribute='name')", notify="_containerd_artifacts | map(attribute='notify') | unique")],
                      roles=["containerd"]))
    assert found["one"] == {"names": ["runc", "containerd"], "notify": ["Restart containerd"]}


MIRRORED = "lookup('ansible.builtin.template', '%s').split() | unique" % (ROOT / "roles/capi_image_mirror/templates/images.j2")


@pytest.mark.parametrize("names, image", [
    (["cilium_version", "cilium_image_tag", "cni_cilium_version"], "quay.io/cilium/cilium:v1.2.3"),
    (["cert_manager_version", "cert_manager_image_tag", "cert_manager_helm_chart_version"], "quay.io/jetstack/cert-manager-webhook:v1.2.3"),
    (["cluster_api_openstack_controller_version", "openstack_resource_controller_version"], "quay.io/orc/openstack-resource-controller:v1.2.3")])
def test_capi_image_mirror__version_has_an_older_name__its_images_are_listed(play, names, image):
    hosts = {name: {name: "v1.2.3"} for name in names}
    found = told(play([tell(images=MIRRORED)], roles=["capi_image_mirror"], inventory=hosts))
    assert [name for name in names if image not in found[name]["images"]] == []


def test_capi_image_mirror__sandbox_image_of_containerd_is_not_kubeadms__both_are_listed(play):
    hosts = {"usual": {"kubernetes_version": "1.35.6"}, "own": {"kubernetes_version": "1.36.1", "containerd_pause_image_tag": "3.9"}}
    found = told(play([tell(images=MIRRORED + " | select('search', '/pause:') | sort")], roles=["capi_image_mirror"], inventory=hosts))
    assert {name: value["images"] for name, value in found.items()} == {
        "usual": ["registry.k8s.io/pause:3.10.1", "registry.k8s.io/pause:3.10.2"], "own": ["registry.k8s.io/pause:3.10.2", "registry.k8s.io/pause:3.9"]}
    wanted = told(play([tell(image="containerd_pause_image")], roles=["containerd"]))["one"]["image"]
    assert wanted in found["usual"]["images"]


# What kubeadm of these versions says by "kubeadm config images list".
OF_KUBEADM = {"1.30.4": ("3.5.12-0", "v1.11.1", "3.9"), "1.30.14": ("3.5.15-0", "v1.11.3", "3.9"), "1.31.0": ("3.5.15-0", "v1.11.1", "3.10"),
              "1.31.14": ("3.5.24-0", "v1.11.3", "3.10"), "1.32.9": ("3.5.16-0", "v1.11.3", "3.10"), "1.32.10": ("3.5.24-0", "v1.11.3", "3.10"),
              "1.33.5": ("3.5.21-0", "v1.12.0", "3.10"), "1.33.6": ("3.5.24-0", "v1.12.0", "3.10"), "1.34.1": ("3.6.4-0", "v1.12.1", "3.10.1"),
              "1.34.8": ("3.6.5-0", "v1.12.1", "3.10.1"), "1.35.6": ("3.6.6-0", "v1.13.1", "3.10.1"), "1.36.1": ("3.6.8-0", "v1.14.2", "3.10.2"),
              "1.37.2": ("3.7.0-0", "v1.14.6", "3.10.2")}


def test_capi_image_mirror__each_version_that_the_checks_let_through__has_the_images_of_its_kubeadm(play):
    hosts = {"v%d" % number: {"kubernetes_version": version} for number, version in enumerate(OF_KUBEADM)}
    found = told(play([tell(images=MIRRORED, known="_capi_image_mirror_kubeadm | list")], roles=["capi_image_mirror"], inventory=hosts))
    for number, (etcd, coredns, pause) in enumerate(OF_KUBEADM.values()):
        images = found["v%d" % number]["images"]
        assert {"registry.k8s.io/etcd:" + etcd, "registry.k8s.io/coredns/coredns:" + coredns, "registry.k8s.io/pause:" + pause} <= set(images), images
        assert len([image for image in images if "/etcd:" in image or "/coredns:" in image]) == 2
    lowest = re.search("_preflight_kubernetes_minor . int >= ([0-9]+)", (ROOT / "roles/preflight/tasks/plan.yml").read_text(encoding="utf-8")).group(1)
    assert found["v0"]["known"][0] == "1." + lowest


def test_capi_image_mirror__version_is_newer_than_what_is_known__is_refused_by_name(play):
    done = play([tell(images=MIRRORED)], {"kubernetes_version": "1.99.0"}, ["capi_image_mirror"])
    assert done.returncode != 0 and "No images are known for Kubernetes 1.99.0 (kubernetes_version): known are 1.30, 1.31" in " ".join(done.stdout.split())


def test_cluster_api__versions__are_compared_part_by_part(play):
    versions = {"0.9.3": False, "0.11.9": False, "0.12.0": True, "0.12.4": True, "0.14.4": True}
    hosts = {"v%d" % number: {"wanted": version} for number, version in enumerate(versions)}
    found = told(play([tell(orc="_cluster_api_needs_orc | bool")], {"cluster_api_infrastructure_version": "{{ wanted }}"}, ["cluster_api"], hosts))
    assert [found[name]["orc"] for name in hosts] == list(versions.values())


@pytest.mark.parametrize("unit, place", [("bpf-mount", "/sys/fs/bpf"), ("cilium-cgroup2-mount", "/run/cilium/cgroupv2")])
@pytest.mark.parametrize("mounted", [True, False])
def test_lxc_guest__unit_of_a_mount_is_started_twice__it_is_mounted_once(tmp_path, unit, place, mounted):
    text = (ROOT / "roles/lxc_guest/templates" / (unit + ".service.j2")).read_text(encoding="utf-8")
    for name, status in (("mountpoint", 0 if mounted else 1), ("mount", 0)):
        program = tmp_path / name
        program.write_text("#!/bin/sh\necho %s \"$@\" >>%s\nexit %d\n" % (name, tmp_path / "calls", status), encoding="utf-8")
        program.chmod(0o755)
    (command,) = re.findall("(?m)^ExecStart=(.*)$", text)
    subprocess.run(shlex.split(command), env={"PATH": str(tmp_path)}, check=True)
    calls = (tmp_path / "calls").read_text(encoding="utf-8").splitlines()
    assert calls[0] == "mountpoint -q " + place
    assert [call.split()[0] for call in calls[1:]] == ([] if mounted else ["mount"])


def test_lxc_guest__kernel_headers__are_for_who_asks(play):
    (task,) = [task for task in pyyaml.safe_load((ROOT / "roles/lxc_guest/tasks/host.yml").read_text(encoding="utf-8"))
               if task["name"] == "Install kernel headers"]
    done = play([dict(tell(asked=True), when=task["when"])], roles=["lxc_guest"], inventory={"usual": {}})
    assert done.returncode == 0 and "told usual" not in done.stdout, done.stdout
    assert told(play([dict(tell(asked=True), when=task["when"])], {"lxc_guest_kernel_headers": True}, ["lxc_guest"]))


@pytest.mark.parametrize("status", ["passed", "failed"])
def test_functional_test__results_of_sonobuoy__count(play, tmp_path, status):
    program = tmp_path / "bin/sonobuoy"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho 'Status: %s'\n" % status, encoding="ascii")
    program.chmod(0o755)
    done = play([include("functional_test", "sonobuoy.yml")], {"functional_test_sonobuoy_results": str(tmp_path / "results")},
                environment={"PATH": "%s:%s" % (program.parent, os.environ["PATH"])})
    assert (done.returncode == 0) == (status == "passed"), done.stdout
    assert status == "passed" or "Status: failed" in done.stdout


@pytest.mark.parametrize("containers, refused", [(["one"], "two"), (["one", "two"], None), ([], None)])
def test_preflight__containers_and_hosts_are_mixed__is_refused_with_the_names(play, containers, refused):
    done = play([include("preflight", "plan.yml")], {"cidr_networks": {}}, inventory={"one": {}, "two": {}}, groups={"k8s_container": containers})
    assert (done.returncode != 0) == bool(refused), done.stdout
    assert not refused or "two in k8s_all are no containers, while others are" in done.stdout


@pytest.mark.parametrize("group, wanted", [({"gr_name": "capi_proxy"}, True), ({}, True), ({"gr_name": "root"}, False)])
def test_capi_proxy__group_of_the_hosts_file_is_gone__its_right_is_taken_back(play, group, wanted):
    """By its number alone the next group would have it."""
    (task,) = [task for task in pyyaml.safe_load((ROOT / "roles/capi_proxy/tasks/unforward.yml").read_text(encoding="utf-8"))
               if task["name"] == "Take back the right to write it"]
    done = play([dict(tell(asked=True), when=task["when"])], {"capi_proxy_hosts": {"stat": {"exists": True, **group}}}, ["capi_proxy"])
    assert done.returncode == 0 and ("told one" in done.stdout) == wanted, done.stdout


@pytest.mark.parametrize("variables, wanted", [({}, "50%"), ({"magnum_serial": 1}, "1"),
                                               ({"magnum_serial": 1, "magnum_capi_vexxhost_proxy_serial": "30%"}, "30%")])
def test_capi_proxy__how_many_at_once__has_a_variable_of_its_own(play, variables, wanted):
    book = pyyaml.safe_load((ROOT / "playbooks/magnum_capi_proxy.yml").read_text(encoding="utf-8"))[1]
    assert str(told(play([tell(serial="serial")], dict(variables, serial=book["serial"])))["one"]["serial"]) == wanted


@pytest.mark.parametrize("playbook, name", [("k8s", "Install Cluster API"), ("k8s", "See whether all of it works"),
                                            ("smoke_test", "Test the management cluster")])
def test_kubernetes__worker_is_the_first_host__one_with_a_control_plane_talks_to_the_cluster(play, playbook, name):
    (book,) = [book for book in pyyaml.safe_load((ROOT / "playbooks" / (playbook + ".yml")).read_text(encoding="utf-8")) if book.get("name") == name]
    *before, last = book["tasks"]
    assert "run_once" not in last
    done = play([*before, dict(tell(here=True), when=last["when"])], inventory={"worker": {}, "one": {}, "two": {}},
                groups={"k8s_container": ["one", "two"]})
    assert set(told(done)) == {"one"}


# name: (what the kubelet of a node has, variables, whether it is refused)
SOCKETS = {
    "none": ('containerRuntimeEndpoint: ""', {}, False), "same": ('containerRuntimeEndpoint: "unix:///run/containerd/containerd.sock"', {}, False),
    "linked": ("A=\"--container-runtime-endpoint=unix:///var/run/containerd/containerd.sock --v=2\"", {}, False),
    "moved": ("containerRuntimeEndpoint: unix:///run/containerd/containerd.sock", {"containerd_state_dir": "/run/c"}, True),
    "moved-by-name": ("containerRuntimeEndpoint: unix:///run/c/containerd.sock", {"kubelet_cri_socket": "unix:///run/d/containerd.sock"}, True),
    "kept": ("containerRuntimeEndpoint: unix:///run/c/containerd.sock", {"containerd_run_directory": "/run/c"}, False),
}


def test_preflight__socket_of_a_node_would_move__is_refused_before_anything_is_changed(play, tmp_path):
    for name, (text, _, _) in SOCKETS.items():
        (tmp_path / (name + ".yaml")).write_text("kind: X\n%s\n" % text, encoding="utf-8")
    hosts = {name: variables for name, (_, variables, _) in SOCKETS.items()}
    done = play([include("preflight", "socket.yml"), tell(on=True)],
                {"_preflight_kubelet_files": ["/nonexistent", str(tmp_path) + "/{{ inventory_hostname }}.yaml"]}, inventory=hosts)
    assert set(re.findall(r"told (\S+)", done.stdout)) == {name for name, (_, _, refused) in SOCKETS.items() if not refused}, done.stdout
    assert "reaches containerd by /run/c/containerd.sock, and /run/d/containerd.sock is wanted" in " ".join(done.stdout.split())
