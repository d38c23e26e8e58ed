"""What roles do, by the numbers of the checklist: their own tasks on this machine, with every path below a folder of the test, and
stand-ins for systemd, kubeadm and the API."""
import re

import pytest
import yaml as pyyaml
from conftest import NAMESPACE, ROOT
from osa import yaml
from plays import KEY, TOKEN, include, kubernetes, tell, told, words
from test_artifact import Mirror, archive


# ---- kubeadm that ends badly

def test_036__kubeadm_was_killed__the_next_run_stops_and_names_the_variable_that_begins_anew(roles):
    (roles.root / "refuses").touch()
    done = kubernetes(roles, "main.yml")
    assert done.returncode != 0 and "kubeadm init failed on one" in words(done) and "kubernetes_reset: true" in words(done), done.stdout
    assert TOKEN not in done.stdout
    (roles.root / "refuses").unlink()
    calls = roles.kubeadm()
    done = kubernetes(roles, "main.yml")
    assert done.returncode != 0 and "kubeadm was interrupted on one" in words(done) and "kubernetes_reset: true" in words(done), done.stdout
    assert roles.kubeadm() == calls
    done = kubernetes(roles, "main.yml", kubernetes_reset=True)
    assert done.returncode == 0, done.stdout
    assert [call.split()[0] for call in roles.kubeadm()] == ["init", "reset", "init"]
    assert not list(roles.root.glob("etc/kubernetes/.kubeadm*"))


@pytest.mark.parametrize("part", ["init", "join"])
def test_kubeadm__warns_at_length_before_it_fails__what_it_says_last_is_told(roles, part):
    """Where a member of etcd is lost, of each attempt to reach it."""
    program = roles.root / "bin/kubeadm"
    text = program.read_text(encoding="utf-8").replace('{ echo "refused', '{ seq --format="W1127 attempt %g" 999 >&2; echo "refused')
    program.write_text(text, encoding="utf-8")
    (roles.root / "refuses").touch()
    roles.api(200)
    if part == "join":
        (roles.root / "etc/kubernetes/admin.conf").touch()
    files = {"results": [{"item": "two", "stat": {"exists": part == "join"}}]}
    done = kubernetes(roles, part + ".yml", kubernetes_admin_files=files)
    told = words(done)
    assert "kubeadm %s failed on one: " % part in told and "attempt 999" in told and "attempt 9\\n" not in told, done.stdout
    assert "refused with TOKEN" in told and TOKEN not in done.stdout


def test_037__kubeadm_refuses_a_host_that_was_there_before__its_words_are_told(roles):
    """As it does where a node or a member of etcd of that name is left: nothing is removed for it."""
    (roles.root / "refuses").touch()
    roles.api(200)
    (roles.root / "etc/kubernetes/admin.conf").touch()
    done = kubernetes(roles, "join.yml", "--diff", "-vvv", kubernetes_admin_files={"results": [{"item": "two", "stat": {"exists": True}}]})
    assert done.returncode != 0 and "kubeadm join failed on one: refused with TOKEN" in words(done), done.stdout
    assert "kubernetes_reset: true for this host" in words(done)
    assert TOKEN not in done.stdout
    assert [call.split()[0] for call in roles.kubeadm()] == ["token", "init", "join"]
    assert not (roles.root / "etc/kubernetes/kubeadm-join.yaml").exists()


def test_021__diff_of_a_join__shows_neither_the_token_nor_the_key_of_the_certificates(roles):
    roles.api(200)
    (roles.root / "etc/kubernetes/admin.conf").touch()
    done = kubernetes(roles, "join.yml", "--diff", "-vvv", kubernetes_admin_files={"results": [{"item": "two", "stat": {"exists": True}}]})
    assert done.returncode == 0 and "Write how to join" in done.stdout, done.stdout
    assert TOKEN not in done.stdout and KEY not in done.stdout


AUTHORITIES = {"ca.crt": "kubernetes_custom_ca_cert", "ca.key": "kubernetes_custom_ca_key", "etcd/ca.crt": "kubernetes_custom_etcd_ca_cert",
               "etcd/ca.key": "kubernetes_custom_etcd_ca_key", "front-proxy-ca.crt": "kubernetes_custom_front_proxy_ca_cert",
               "front-proxy-ca.key": "kubernetes_custom_front_proxy_ca_key"}


def test_042_and_021__authorities_of_ones_own__are_there_before_kubeadm_and_in_no_diff(roles):
    done = kubernetes(roles, "init.yml", "--diff", "-vvv", kubernetes_allow_custom_ca=True,
                      kubernetes_admin_files={"results": []}, **{name: "text of " + name for name in AUTHORITIES.values()})
    assert done.returncode == 0 and "Write certificates and keys" in done.stdout, done.stdout
    assert roles.kubeadm()[0].split()[-6:] == ["pki/" + file for file in sorted(AUTHORITIES)]
    for file, name in AUTHORITIES.items():
        path = roles.root / "etc/kubernetes/pki" / file
        assert path.read_text(encoding="utf-8") == "text of " + name
        assert path.stat().st_mode & 0o777 == (0o600 if file.endswith(".key") else 0o644), file
    # The extra variables of the command line are no output of a task.
    assert "text of kubernetes_custom_ca_key" not in done.stdout


# ---- files and services

def test_046__two_mirrors_and_two_plain_registries__are_four_files(roles):
    done = roles.play([include("containerd", "registries.yml")], variables={
        "containerd_registry_mirrors": [{"registry": name, "mirrors": [{"url": "http://mirror/v2/" + name}]} for name in ("docker.io", "quay.io")],
        "containerd_insecure_registries": ["plain:5000", "other:5000"]})
    assert done.returncode == 0, done.stdout
    folder = roles.root / "etc/containerd/certs.d"
    found = {path.parent.name: path.read_text(encoding="utf-8") for path in folder.glob("*/hosts.toml")}
    assert sorted(found) == ["docker.io", "other:5000", "plain:5000", "quay.io"]
    assert 'server = "https://quay.io"' in found["quay.io"] and '[host."http://mirror/v2/quay.io"]' in found["quay.io"]
    assert 'server = "http://plain:5000"' in found["plain:5000"] and "skip_verify = true" in found["plain:5000"]


def test_021__credentials_of_registries_and_of_a_proxy__are_in_no_diff_and_in_no_output(roles):
    (roles.root / "etc/default").mkdir()
    secret = "Basic c2VjcmV0"
    done = roles.play([include("containerd", "registries.yml"), include("containerd", "configure.yml")], "--diff", "-vv", variables={
        "containerd_https_proxy": "http://me:%s@proxy" % secret[6:], "containerd_registry_mirrors": [
            {"registry": "quay.io", "mirrors": [{"url": "http://mirror", "headers": {"Authorization": secret}}]}, {"registry": "docker.io"}]})
    assert done.returncode == 0 and secret[6:] not in done.stdout, done.stdout
    assert secret in (roles.root / "etc/containerd/certs.d/quay.io/hosts.toml").read_text(encoding="utf-8")
    assert secret[6:] in (roles.root / "etc/default/containerd").read_text(encoding="utf-8")


def test_021__mirrors_without_credentials__are_in_the_diff(roles):
    done = roles.play([include("containerd", "registries.yml")], "--diff", variables={
        "containerd_registry_mirrors": [{"registry": "quay.io", "mirrors": [{"url": "http://mirror"}]}]})
    assert done.returncode == 0 and '[host."http://mirror"]' in done.stdout, done.stdout


# name: (file of the kubelet, its text, what the operator says, what containerd is told; nothing where that is refused)
CGROUPS = {
    "blank": ("none", "", {}, "true"), "ours": ("config.yaml", "cgroupDriver: systemd\n", {}, "true"),
    "theirs": ("kubeadm-flags.env", 'KUBELET_KUBEADM_ARGS="--cgroups-per-qos=false --enforce-node-allocatable= --node-ip=10.0.0.1"\n', {}, "false"),
    "by-setting": ("config.yaml", "cgroupDriver: systemd\ncgroupsPerQOS: false\n", {}, "false"),
    "told-so": ("kubeadm-flags.env", 'X="--cgroups-per-qos=false"\n', {"containerd_systemd_cgroup": False}, "false"),
    "told-otherwise": ("kubeadm-flags.env", 'X="--cgroups-per-qos=false"\n', {"containerd_systemd_cgroup": True}, None),
    "told": ("config.yaml", "cgroupDriver: cgroupfs\n", {"containerd_systemd_cgroup": False}, "false")}


@pytest.mark.parametrize("name", CGROUPS)
def test_051__node_has_no_control_groups_by_quality_of_service__containerd_follows(roles, name):
    file, text, variables, wanted = CGROUPS[name]
    for folder in ("var/lib/kubelet", "etc/default"):
        (roles.root / folder).mkdir(parents=True)
    if file != "none":
        (roles.root / "etc/kubernetes/kubelet.conf").touch()
        (roles.root / "var/lib/kubelet" / file).write_text(text, encoding="ascii")
    (roles.collections / "ansible_collections/osa_ops/mcapi_vexxhost/roles/containerd/tasks/main.yml").write_text(yaml([
        {"ansible.builtin.import_tasks": part} for part in ("cgroups.yml", "configure.yml")]), encoding="utf-8")
    done = roles.play([{"ansible.builtin.import_role": {"name": NAMESPACE + ".containerd"}}, tell(kubelet="_kubernetes_kubelet_arguments")],
                      variables=dict(variables, kubernetes_kubelet_node_ip="10.0.0.1"), roles=["kubernetes"])
    written = roles.root / "etc/containerd/config.toml"
    if wanted is None:
        assert done.returncode != 0 and "containerd_systemd_cgroup: false" in words(done) and not written.exists(), done.stdout
    else:
        assert done.returncode == 0, done.stdout
        assert re.findall(r"SystemdCgroup = (\w+)", written.read_text(encoding="utf-8")) == [wanted]
        assert ("cgroups-per-qos" in told(done)["one"]["kubelet"]) == (wanted == "false")


@pytest.fixture
def containerd(roles, tmp_path):
    """A function that runs the role with versions, and returns the states that systemd was asked for."""
    mirror, sums = Mirror(tmp_path), {}
    runc, containerd_base = ("github.com/%s/releases/download" % name for name in ("opencontainers/runc", "containerd/containerd"))

    def published(path, data):
        if path not in sums:  # an archive that is made again has another digest
            sums[path] = "sha256:" + mirror.put(path, data)
        return sums[path]

    def run(version, runc_version):
        versions = {
            "containerd_version": version, "containerd_runc_version": runc_version,
            "containerd_download_checksum": published("%s/v%s/containerd-%s-linux-amd64.tar.gz" % (containerd_base, version, version),
                                                      archive("containerd", data=version.encode())),
            "containerd_runc_download_checksum": published("%s/v%s/runc.amd64" % (runc, runc_version), runc_version.encode())}
        before = len(roles.calls("stand_in"))
        done = roles.play([{"ansible.builtin.import_role": {"name": NAMESPACE + ".containerd"}}], variables=dict(
            versions, capi_offline_mirror_base="http://127.0.0.1:%d" % mirror.server.server_address[1]))
        assert done.returncode == 0, done.stdout
        return [call["state"] for call in roles.calls("stand_in")[before:]]
    (roles.root / "etc/default").mkdir()
    (roles.root / "etc/systemd/system").mkdir(parents=True)
    (roles.root / "usr/bin").mkdir(parents=True)
    yield run
    mirror.close()


def test_047__newer_containerd_or_runc__restarts_it_once(containerd):
    assert containerd("2.3.1", "1.4.1") == ["restarted", "started"]
    assert containerd("2.3.1", "1.4.1") == ["started"]
    assert containerd("2.3.2", "1.4.1") == ["restarted", "started"]
    assert containerd("2.3.2", "1.4.2") == ["restarted", "started"]
    assert containerd("2.3.3", "1.4.3") == ["restarted", "started"]


def test_049__one_host__has_one_operator_of_cilium(roles):
    found = told(roles.play([tell(operator="_cni_values.operator.replicas", pods="_cni_values.ipam")], variables={"cilium_ipv4_cidr": "10.9.0.0/16"},
                            roles=["cni"]))
    assert found["one"] == {"operator": 1, "pods": {"operator": {"clusterPoolIPv4PodCIDRList": ["10.9.0.0/16"]}}}


@pytest.mark.parametrize("there", [False, True])
def test_018__check_mode_with_objects_of_cilium_in_a_file__asks_the_api_where_there_is_one(roles, there):
    (roles.root / "cilium.yml").write_text("kind: X\n", encoding="ascii")
    if there:
        for name in ("admin.conf", "kubelet.conf"):
            (roles.root / "etc/kubernetes" / name).touch()
    done = roles.play([{"ansible.builtin.import_role": {"name": NAMESPACE + ".kubernetes", "tasks_from": "observe.yml"}},
                       {"ansible.builtin.import_role": {"name": NAMESPACE + ".cni"}}], "--check", variables={
                           "cni_cilium_manifest": str(roles.root / "cilium.yml"), "kubernetes_hostname": "10.0.0.9", "management_address": "10.0.0.1"})
    assert done.returncode == 0 and len(roles.calls("k8s_apply")) == there, done.stdout


def test_029__restarts_are_forbidden__the_module_is_told_and_tells(roles):
    roles.module("lxc_container", '{"changed": false, "restart_required": true}')
    hosts = {"one": {"physical_host": "one"}, "two": {"physical_host": "one", "lxc_container_allow_restarts": False}}
    done = roles.play([include("lxc_guest", "container.yml")], inventory=hosts, variables={"lxc_container_directory": str(roles.root)}, serial=1)
    assert done.returncode == 0 and "two runs with older settings; lxc_container_allow_restarts is false" in words(done), done.stdout
    assert {call["name"]: call["restart"] for call in roles.calls("lxc_container")} == {"one": "if_needed", "two": "never"}


def test_055__version_that_nobody_knows__is_refused_with_those_that_are_known(roles):
    done = roles.play([include("cluster_api", "files.yml")], variables={"cluster_api_version": "1.99.0", "cluster_api_provider_path": str(roles.root)})
    assert done.returncode != 0, done.stdout
    refusal = words(done).partition("Unknown is the digest of ")[2]
    unknown, _, known = refusal.partition("Known are ")
    assert "cluster-api/v1.99.0/core-components.yaml" in unknown and "cluster_api_provider_checksums" in known
    for version in ("v1.10.10", "v1.12.3", "v1.13.2"):
        assert "cluster-api/%s/core-components.yaml" % version in known
    assert not roles.calls("clusterctl_init")


def test_058_and_056__modules_of_cluster_api__are_told_topology_images_and_the_timeout(roles):
    roles.module("clusterctl_init", '{"changed": false}')
    (roles.root / "etc/kubernetes/admin.conf").touch()
    images = {"all": {"repository": "reg.example/capi"}}
    done = roles.play([include("cluster_api", "providers.yml")], variables={
        "clusterctl_config": {"images": images}, "cluster_api_capo_instance_create_timeout": 25})
    assert done.returncode == 0, done.stdout
    (call,) = roles.calls("clusterctl_init")
    assert call["variables"]["CLUSTER_TOPOLOGY"] == "true" and call["images"] == images
    assert call["deployment_overrides"] == [{"providers": ["infrastructure-openstack"], "env": {"CLUSTER_API_OPENSTACK_INSTANCE_CREATE_TIMEOUT": "25"}}]


# ---- variables that nothing stands in for

ALL = sorted(path.parents[1].name for path in (ROOT / "roles").glob("*/meta/argument_specs.yml"))


def test_002__roles__want_no_variable_to_be_loaded(roles):
    for role in ALL:
        (roles.collections / "ansible_collections/osa_ops/mcapi_vexxhost/roles" / role / "tasks/main.yml").write_text("---\n[]\n", encoding="ascii")
    done = roles.play([include(role, "main.yml") for role in ALL])
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("role, file, name", [
    ("cert_manager", "manifest.yml", "cert_manager_manifest_checksum"), ("cni", "chart.yml", "cni_cilium_chart_checksum"),
    ("lxc_guest", "container.yml", "physical_host")])
def test_002__what_a_role_cannot_do_without__is_named(roles, role, file, name):
    done = roles.play([include(role, file)])
    assert done.returncode != 0 and name in done.stdout, done.stdout
