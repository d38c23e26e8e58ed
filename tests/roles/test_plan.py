"""What variables come to: precedence, old names, the documented examples."""
import re

import pytest
from conftest import CORES, defaults_of, evaluate
from osa import OSA_DEFAULTS

# The examples of the documentation, word for word.
DOCUMENTED = """---
# Pick a range of addresses for cilium that do not collide with anything else
cilium_ipv4_cidr: 172.29.200.0/22

# Set a clusterctl version. Supported list can be found in defaults:
# https://github.com/adriacloud/ansible-collection-kubernetes/blob/main/roles/clusterctl/defaults/main.yml
clusterctl_version: 1.10.5
cluster_api_version: 1.10.5
cluster_api_infrastructure_provider: openstack
cluster_api_infrastructure_version: 0.12.4

# Define k8s version for the control cluster
kubernetes_version: 1.33.5

# Enable periodic cluster API state collection (note: this is not a guaranteed functional backup)
# See https://cluster-api.sigs.k8s.io/clusterctl/commands/move
cluster_api_backups_enabled: False
"""
DIGEST = "sha256:" + "0" * 64

# old name: (its value, new name, what the new one becomes)
OLD = {
    "runc_version": ("v1.4.2", "containerd_runc_version", "1.4.2"),
    "containerd_archive_checksum": ("0" * 64, "containerd_download_checksum", DIGEST),
    "containerd_debug_level": ("warn", "containerd_log_level", "warn"),
    "containerd_storage_dir": ("/srv/containerd", "containerd_work_directory", "/srv/containerd"),
    "containerd_state_dir": ("/run/c", "containerd_run_directory", "/run/c"),
    "containerd_http_proxy": ("http://p", "containerd_service_environment", {"HTTP_PROXY": "http://p"}),
    "cni_plugins_version": ("v1.9.0", "kube_binaries_cni_plugins_version", "1.9.0"),
    "kubelet_cni_plugins_version": ("1.9.0", "kube_binaries_cni_plugins_version", "1.9.0"),
    "cri_tools_crictl_version": ("v1.34.0", "kube_binaries_crictl_version", "1.34.0"),
    "kubelet_crictl_version": ("1.34.0", "kube_binaries_crictl_version", "1.34.0"),
    "kubelet_cri_socket": ("unix:///run/c.sock", "kube_binaries_cri_socket", "/run/c.sock"),
    "cilium_image_tag": ("v1.14.8", "cni_cilium_version", "v1.14.8"),
    "cert_manager_image_tag": ("v1.11.5", "cert_manager_version", "v1.11.5"),
    "cert_manager_helm_chart_version": ("v1.11.5", "cert_manager_version", "v1.11.5"),
    "openstack_resource_controller_version": ("v2.2.0", "cluster_api_openstack_controller_version", "2.2.0"),
    "openstack_resource_controller_image": ("reg/orc:1", "cluster_api_openstack_controller_image", "reg/orc:1"),
    "kubernetes_node_ip": ("10.9.9.9", "kubernetes_kubelet_node_ip", "10.9.9.9"),
    "lxc_container_allow_restarts": (False, "lxc_guest_allow_restarts", False),
    "kubelet_allow_unsafe_swap": (True, "kubernetes_allow_unsafe_swap", True),
}
SECOND = ("kubelet_cni_plugins_version", "kubelet_crictl_version", "cert_manager_helm_chart_version")  # say what others say
GROUP = {"cluster_api_backups_path": "/b", "cluster_api_backups_group_name": "g", "cluster_api_backups_group_gid": 42,
         "cluster_api_backups_on_calendar": "hourly", "cluster_api_backups_randomized_delay_sec": 7, "cluster_api_backups_enabled": True,
         "cluster_api_backups_init_overrides": {"Service": {"Nice": 5}}, "cluster_api_backups_nodes": ["group"],
         "kubernetes_version": "1.35.6", "cluster_api_version": "1.12.3", "cluster_api_infrastructure_version": "0.13.4"}


def case_of(old):
    return "second" if old in SECOND else "first"


def without(*names):
    return {key: value for key, value in OSA_DEFAULTS.items() if key not in names}


@pytest.fixture(scope="session", params=CORES)
def plans(request, variables_only, tmp_path_factory):
    cases = {"plain": {}, "mirrored": {"kubernetes_image_repository": "reg.example/k8s"},
             "both": {"runc_version": "v1.1.1", "containerd_runc_version": "1.4.2"}}
    for old, (value, _, _) in OLD.items():
        cases.setdefault(case_of(old), {})[old] = value
    folder = tmp_path_factory.mktemp("plans")
    return evaluate(folder, request.param, variables_only, cases, osa_defaults=without("kubelet_node_ip"))


def test_005__no_variables_at_all__the_released_versions(plans):
    plain = plans["plain"]
    assert (plain["kubernetes_version"], plain["cluster_api_version"], plain["cluster_api_infrastructure_version"]) == ("1.36.1", "1.13.2", "0.14.4")
    assert plain["containerd_download_url"] == ("https://github.com/containerd/containerd/releases/download/v2.3.1/"
                                                "containerd-2.3.1-linux-amd64.tar.gz")
    assert plain["kube_binaries_kubelet_url"] == "https://dl.k8s.io/release/v1.36.1/bin/linux/amd64/kubelet"
    assert plain["kubernetes_kubelet_hostname"] == "node_1"  # OSA's own, which wins over ours


@pytest.mark.parametrize("name", ["containerd_download_checksum", "containerd_runc_download_checksum", "kube_binaries_kubeadm_checksum",
                                  "kube_binaries_kubelet_checksum", "kube_binaries_kubectl_checksum", "kube_binaries_crictl_checksum",
                                  "kube_binaries_cni_plugins_checksum"])
def test_023__a_checksum_of_a_known_version__needs_no_network(plans, name):
    assert re.fullmatch("(sha256:)?[0-9a-f]{64}", plans["plain"][name])


def test_048__the_tag_of_the_pause_image__stays_text(plans):
    assert re.fullmatch(r"registry\.k8s\.io/pause:3\.10(\.\d+)?", plans["plain"]["containerd_pause_image"])
    assert plans["mirrored"]["containerd_pause_image"].startswith("reg.example/k8s/pause:3.10")


@pytest.mark.parametrize("old", sorted(OLD))
def test_010__an_old_name_alone__does_what_the_new_one_does(plans, old):
    value, new, wanted = OLD[old]
    assert plans[case_of(old)][new] == wanted
    assert plans["plain"][new] != wanted


def test_010__old_and_new_name__the_new_one_wins(plans):
    assert plans["both"]["containerd_runc_version"] == "1.4.2"


@pytest.fixture(scope="session")
def levels(variables_only, tmp_path_factory):
    """Group variables above what OSA has, user variables above those."""
    folder = tmp_path_factory.mktemp("levels")
    return evaluate(folder, CORES[0], variables_only, {"group": {}, "node": {}}, group_vars=GROUP,
                    user_variables={"cluster_api_version": "1.10.10", "cluster_api_backups_path": "/u"})


@pytest.mark.parametrize("name", sorted(GROUP))
def test_009__group_variables__win_over_defaults_and_user_variables_over_both(levels, name):
    user = {"cluster_api_version": "1.10.10", "cluster_api_backups_path": "/u"}
    assert levels["group"][name] == user.get(name, GROUP[name])


ROWS = [(role, name) for role in ("containerd", "kube_binaries", "kubernetes", "cni", "cert_manager", "cluster_api", "capi_backup",
                                  "haproxy_frontend", "lxc_guest", "preflight") for name in defaults_of(role)]


@pytest.fixture(scope="session")
def everything(variables_only, tmp_path_factory):
    values = {name: "value of " + name for _, name in ROWS}
    values["kubernetes_version"], values["containerd_version"] = "1.36.1", "2.3.1"
    return evaluate(tmp_path_factory.mktemp("everything"), CORES[-1], variables_only, {"node": {}}, group_vars=values)


@pytest.mark.parametrize("role,name", ROWS, ids=[name for _, name in ROWS])
def test_009__group_variables__win_for_every_variable(everything, role, name):
    assert everything["node"][name] == {"kubernetes_version": "1.36.1", "containerd_version": "2.3.1"}.get(name, "value of " + name)


@pytest.fixture(scope="session", params=CORES)
def documented(request, variables_only, tmp_path_factory):
    return evaluate(tmp_path_factory.mktemp("documented"), request.param, variables_only, {"node": {}}, group_vars=DOCUMENTED)["node"]


def test_011__the_documented_variables__give_the_plan_they_promise(documented):
    assert documented["kubernetes_version"] == documented["kube_binaries_version"] == documented["preflight_kubernetes_version"] == "1.33.5"
    assert documented["cluster_api_core_version"] == documented["cluster_api_bootstrap_version"] == "1.10.5"
    assert documented["cluster_api_control_plane_version"] == "1.10.5"
    assert (documented["cluster_api_infrastructure_provider"], documented["cluster_api_infrastructure_version"]) == ("openstack", "0.12.4")
    assert documented["cni_ipv4_cidr"] == documented["preflight_pod_cidr"] == "172.29.200.0/22"
    assert documented["cluster_api_backups_enabled"] is False
    assert documented["kube_binaries_kubeadm_url"].startswith("https://dl.k8s.io/release/v1.33.5/")
    assert documented["kube_binaries_kubeadm_checksum"] == "6761219749c6c67a56a5668dfe65d669e0c1f34d4b280b72de6d74d47c601f1e"
