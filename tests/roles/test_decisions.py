"""What roles make of what they are told and find: refusals, values, what they remove. Small plays on this machine."""
import base64
import json
import re

import pytest
import yaml as pyyaml
from conftest import CORES, NAMESPACE, ROOT, ansible
from osa import yaml


@pytest.fixture
def play(collections, tmp_path):
    """Runs tasks with the variables of roles, and others that win over them."""
    def run(tasks, variables=None, roles=(), inventory=None, **more):
        files = [str(ROOT / "roles" / role / part / "main.yml") for role in roles for part in ("defaults", "vars")]
        hosts = {name: dict(values, ansible_connection="local", ansible_python_interpreter="{{ ansible_playbook_python }}")
                 for name, values in (inventory or {"one": {}}).items()}
        (tmp_path / "hosts.json").write_text(yaml({"k8s_all": {"hosts": hosts}}), encoding="utf-8")
        (tmp_path / "more.json").write_text(yaml(variables or {}), encoding="utf-8")
        (tmp_path / "play.yml").write_text(yaml([dict({"hosts": "k8s_all", "gather_facts": False, "vars_files": files, "tasks": tasks}, **more)]),
                                           encoding="utf-8")
        return ansible(CORES[-1], collections, "-i", tmp_path / "hosts.json", tmp_path / "play.yml", "-e", "@%s" % (tmp_path / "more.json"))
    return run


def tell(**expressions):
    """A task that prints what expressions come to."""
    return {"ansible.builtin.debug": {"msg": "told {{ inventory_hostname }} {{ {%s} | to_json | b64encode }} ." % ", ".join(
        "'%s': %s" % pair for pair in expressions.items())}}


def told(done):
    """That, host to name to value."""
    assert done.returncode == 0, done.stdout
    return {host: json.loads(base64.b64decode(text)) for host, text in re.findall(r"told (\S+) (\S+) \.", done.stdout)}


def include(role, part):
    return {"ansible.builtin.include_role": {"name": "%s.%s" % (NAMESPACE, role), "tasks_from": part}}


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
    assert [found["replaced"]["values"][name] for name in names] == [True, "10.1.1.1", 7443]
    assert [found["alone"]["values"][name] for name in names] == [True, "10.2.2.2", 6443]


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
    done = play([{"ansible.builtin.include_tasks": str(ROOT / "roles/kubernetes/tasks/check.yml")}], {"kubernetes_version": "{{ wanted }}"},
                ["kubernetes"], hosts)
    for name, (_, _, wanted, refused) in VERSIONS.items():
        said = re.search(r"fatal: \[%s\](.*?)(?=fatal:|TASK|PLAY)" % name, done.stdout, re.DOTALL)
        assert bool(said) == bool(refused), (name, done.stdout)
        assert not refused or (refused in said.group(1) and "kubernetes_version is " + wanted in said.group(1))


@pytest.mark.parametrize("playbook, limit, wanted", [("backup", "all", {"one", "two"}), ("restore", "all", {"one"}), ("backup", "three", {"three"})])
def test_capi_backup__playbooks__run_where_the_timer_is(play, playbook, limit, wanted):
    (book,) = pyyaml.safe_load((ROOT / "playbooks" / (playbook + ".yml")).read_text(encoding="utf-8"))
    (task,) = book["tasks"]
    hosts = {name: {"cluster_api_backups_nodes": ["one", "two"]} for name in ("one", "two", "three")}
    done = play([dict(tell(here=True), when=task["when"])], inventory=hosts, vars=book["vars"], hosts=limit)
    assert set(told(done)) == wanted


def test_functional_test__no_default_storage_class__the_volume_is_left_out(play):
    mark = "storageclass.kubernetes.io/is-default-class"
    classes = {"none": [], "plain": [{"metadata": {"name": "a"}}, {"metadata": {"annotations": {mark: "false", "x": "true"}}}],
               "default": [{"metadata": {"name": "a"}}, {"metadata": {"annotations": {mark: "true"}}}]}
    hosts = {name: {"functional_test_classes": {"resources": found}} for name, found in classes.items()}
    found = told(play([tell(volume="_functional_test_volume | bool")], roles=["functional_test"], inventory=hosts))
    assert {name: value["volume"] for name, value in found.items()} == {"none": False, "plain": False, "default": True}


def test_magnum__nobody_of_that_name_installs_it__is_refused(play):
    done = play([include("magnum_capi", "check.yml")], {"magnum_capi_installer": "osmagnum"})
    assert done.returncode != 0 and "magnum_capi_installer (osmagnum) is auto, native or os_magnum." in done.stdout


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


def test_haproxy_frontend__service_is_no_longer_wanted__its_file_is_removed(play, tmp_path):
    for name in ("mine", "other"):
        (tmp_path / name).write_text("# %s\n" % name, encoding="ascii")
    done = play([{"ansible.builtin.include_tasks": str(ROOT / "roles/haproxy_frontend/tasks/main.yml")}], {
        "haproxy_frontend_config_path": str(tmp_path),
        "_haproxy_frontend_services": [{"haproxy_service_name": "mine", "haproxy_service_enabled": False}]},
        handlers=[{"name": "Join the services", "ansible.builtin.debug": {"msg": "joined"}}])
    assert done.returncode == 0 and "joined" in done.stdout, done.stdout
    assert not (tmp_path / "mine").exists() and (tmp_path / "other").exists()


def test_lxc_guest__no_timeout_is_told__it_is_a_minute(play):
    hosts = {"none": {}, "delay": {"lxc_container_wait_params": {"delay": 1}}, "told": {"lxc_container_wait_params": {"timeout": 7}}}
    found = told(play([tell(timeout="_lxc_guest_timeout | int")], roles=["lxc_guest"], inventory=hosts))
    assert {name: value["timeout"] for name, value in found.items()} == {"none": 60, "delay": 60, "told": 7}


def test_kubernetes__no_host_has_a_cluster__the_first_of_the_play_makes_it(play):
    hosts = {"node%d" % number: {} for number in range(1, 9)}
    found = told(play([tell(host="_kubernetes_bootstrap_host")], {"kubernetes_admin_files": {"results": []}}, ["kubernetes"], hosts))
    assert {value["host"] for value in found.values()} == {"node1"}
