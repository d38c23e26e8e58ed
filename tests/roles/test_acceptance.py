"""What the files of roles say for a situation, by the numbers of the checklist. One play per ansible-core renders all of them."""
import json
import re
import subprocess
import sys
import tomllib

import pytest
import yaml as pyyaml
from conftest import CORES, NAMESPACE, ROOT, tools
from osa import OpenStackAnsible, yaml

from servers.kubeadm import build
from servers.lxc import packages

ROLES = ("kubernetes", "containerd", "kube_binaries", "cni", "cluster_api", "capi_backup", "haproxy_frontend", "lxc_guest", "cert_manager",
         "capi_proxy", "magnum", "magnum_resources", "preflight")
OIDC = {"kubernetes_oidc_issuer_url": "https://id.example", "kubernetes_oidc_client_id": "kube", "kubernetes_oidc_username_claim": "email"}
# The example of the documentation, word for word.
DOCUMENTED = pyyaml.safe_load("""
magnum_capi_vexxhost_proxy_environment:
  PROXY_BIND: "{{ management_address }}"
  PROXY_PORT: 44355
""")
CASES = {
    "plain": {},
    "next-patch": {"kubernetes_version": "1.36.2"},
    "v1.30": {"kubernetes_version": "1.30.14", **OIDC, "kubernetes_image_repository": "reg.example/k8s"},
    "v1.31": {"kubernetes_version": "1.31.0", **OIDC, "kubernetes_image_repository": "reg.example/k8s"},
    "repository": {"kubernetes_image_repository": "reg.example/k8s"},
    "ipv6": {"internal_lb_vip_address": "2001:db8::101", "external_lb_vip_address": "2001:db8::202", "management_address": "2001:db8::10",
             "magnum_galera_address": "2001:db8::101", "magnum_oslomsg_rpc_servers": "2001:db8::10,2001:db8::11"},
    "containerd-1": {"containerd_version": "1.7.27"},
    "underscores": {"container_name": "aio1_k8s_container-0a1b2c3d"},
    "proxy": DOCUMENTED,
    "timeout": {"cluster_api_capo_instance_create_timeout": 25, "cluster_api_node_selector": {"role": "control"}},
}
TEMPLATES = {
    "kubeadm": "kubernetes/templates/kubeadm.yaml.j2", "config": "containerd/templates/config.toml.j2", "proxy": "capi_proxy/templates/native.service.j2",
    "bpf": "lxc_guest/templates/bpf-mount.service.j2", "cgroup2": "lxc_guest/templates/cilium-cgroup2-mount.service.j2",
    "backup": "capi_backup/templates/cluster-api-backup.service.j2"}
EXPRESSIONS = {
    "endpoint": "_kubernetes_endpoint", "node": "kubernetes_kubelet_hostname", "cni_node": "_cni_node_name", "pause": "containerd_pause_image",
    "containerd": "_containerd_artifacts", "kube": "_kube_binaries_artifacts", "cni": "_cni_values",
    "capo": "_cluster_api_capo_overrides", "selector": "_cluster_api_selector_overrides", "backups": "cluster_api_backups_nodes",
    "magnum": "[magnum_service_publicurl, magnum_service_internalurl, magnum_service_adminurl, magnum_resources_url]",
    "connections": "[_magnum_connection, _magnum_brokers]",
    "haproxy": "lookup('ansible.builtin.template', '%s', template_vars=haproxy_item)" % (ROOT / "roles/haproxy_frontend/templates/service.j2")}


@pytest.fixture(scope="module", params=CORES)
def cases(request, variables_only, tmp_path_factory):
    """{case: {name: what the template or the expression of that name comes to}}"""
    folder = tmp_path_factory.mktemp("acceptance")
    osa = OpenStackAnsible(folder, tools(request.param), variables_only)
    osa.osa_defaults({})
    osa.more_groups = {"k8s_all": {"hosts": list(CASES)}}
    osa.more_hosts = {name: {"management_address": "172.29.236.11", "physical_host": "aio1", "magnum_galera_password": "p",
                             "magnum_oslomsg_rpc_password": "p", "ansible_connection": "local",
                             "ansible_python_interpreter": sys.executable, **values} for name, values in CASES.items()}
    facts = {"architecture": "x86_64", "os_family": "Debian", "hostname": "{{ container_name | default('Node1') }}", "cacheable": True}
    wanted = {**{name: "lookup('ansible.builtin.template', '%s')" % (ROOT / "roles" / path) for name, path in TEMPLATES.items()}, **EXPRESSIONS}
    content = "{{ {%s} | to_json }}" % ", ".join("'%s': %s" % pair for pair in wanted.items())
    (folder / "play.yml").write_text(yaml([{
        "hosts": "k8s_all", "gather_facts": False, "vars": {"haproxy_item": {"item": "{{ _haproxy_frontend_services[0] }}"}},
        "pre_tasks": [{"name": "Pretend", "ansible.builtin.set_fact": facts}],
        "roles": [{"role": "%s.%s" % (NAMESPACE, role)} for role in ROLES],
        "post_tasks": [{"name": "Keep", "ansible.builtin.copy": {
            "content": content, "dest": "{{ playbook_dir }}/{{ inventory_hostname }}.json", "mode": "0600"}}]}]), encoding="utf-8")
    done = osa.run(folder / "play.yml")
    assert done.returncode == 0, done.stdout[-4000:]
    return {name: json.loads((folder / (name + ".json")).read_text(encoding="utf-8")) for name in CASES}


def documents(case) -> dict:
    """What kubeadm reads, by kind."""
    return {document["kind"]: document for document in pyyaml.safe_load_all(case["kubeadm"])}


def test_012__the_documented_proxy__binds_and_publishes_the_address_for_management(cases):
    """Without POD_IP the daemon publishes what it binds."""
    environment = re.findall(r'^Environment="(\w+)=(.*)"$', cases["proxy"]["proxy"], re.MULTILINE)
    assert dict(environment) == {"KUBECONFIG": "/var/lib/capi_proxy/.kube/config", "PROXY_BIND": "172.29.236.11", "PROXY_PORT": "44355"}


def test_020__the_next_patch_of_kubernetes__concerns_its_three_programs_and_kubeadm_alone(cases):
    before, after = cases["plain"], cases["next-patch"]
    differ = {name for name in before if before[name] != after[name]}
    assert differ == {"kube", "kubeadm"}
    assert [old["name"] for old, new in zip(before["kube"], after["kube"]) if old != new] == ["kubeadm", "kubectl", "kubelet"]
    lines = set(after["kubeadm"].splitlines()) - set(before["kubeadm"].splitlines())
    assert lines == {"kubernetesVersion: v1.36.2"}


def test_031__name_of_a_container_with_underscores__is_a_node_with_hyphens(cases):
    assert cases["underscores"]["node"] == cases["underscores"]["cni_node"] == "aio1-k8s-container-0a1b2c3d"
    assert documents(cases["underscores"])["InitConfiguration"]["nodeRegistration"]["name"] == "aio1-k8s-container-0a1b2c3d"


def test_040__vip_is_an_address_of_ipv6__stands_in_brackets_before_a_port(cases):
    case = cases["ipv6"]
    assert case["endpoint"] == documents(case)["ClusterConfiguration"]["controlPlaneEndpoint"] == "[2001:db8::101]:6443"
    assert case["magnum"] == ["http://[2001:db8::202]:9511"] + ["http://[2001:db8::101]:9511"] * 3
    assert cases["plain"]["magnum"] == ["http://203.0.113.10:9511"] + ["http://172.29.236.101:9511"] * 3
    database, brokers = case["connections"]
    assert "@[2001:db8::101]:3306/" in database and brokers.count(":p@[2001:db8::1") == 2 and brokers.endswith("@[2001:db8::11]:5672")
    # Before anything else than a port it is as it is.
    assert documents(case)["InitConfiguration"]["localAPIEndpoint"]["advertiseAddress"] == "2001:db8::10"


def test_040__address_of_ipv6__stands_in_brackets_in_the_configuration_of_haproxy(cases):
    assert "    bind [2001:db8::101]:6443\n" in cases["ipv6"]["haproxy"]
    assert "    server ipv6 [2001:db8::10]:6443 check" in cases["ipv6"]["haproxy"]
    assert "    bind 172.29.236.101:6443\n" in cases["plain"]["haproxy"]


@pytest.mark.parametrize("version, api, arguments", [
    ("v1.30", "v1beta3", dict), ("v1.31", "v1beta4", list), ("plain", "v1beta4", list)])
def test_041__kubeadms_configuration__has_the_form_of_its_version(cases, version, api, arguments):
    found = documents(cases[version])
    for kind in ("InitConfiguration", "ClusterConfiguration"):
        assert found[kind]["apiVersion"] == "kubeadm.k8s.io/" + api
    assert isinstance(found["InitConfiguration"]["nodeRegistration"]["kubeletExtraArgs"], arguments)
    for component in ("controllerManager", "scheduler"):
        assert isinstance(found["ClusterConfiguration"][component]["extraArgs"], arguments)
    assert ("timeouts" in found["InitConfiguration"]) == (api == "v1beta4")


def test_043__oidc__becomes_arguments_of_the_api_server(cases):
    wanted = {"oidc-issuer-url": "https://id.example", "oidc-client-id": "kube", "oidc-username-claim": "email"}
    assert documents(cases["v1.30"])["ClusterConfiguration"]["apiServer"]["extraArgs"] == wanted
    found = documents(cases["v1.31"])["ClusterConfiguration"]["apiServer"]["extraArgs"]
    assert {each["name"]: each["value"] for each in found} == wanted
    assert documents(cases["plain"])["ClusterConfiguration"]["apiServer"] == {}


def test_044__images_are_elsewhere__kubeadm_and_containerd_take_them_from_there(cases):
    for case in ("v1.30", "v1.31", "repository"):
        assert documents(cases[case])["ClusterConfiguration"]["imageRepository"] == "reg.example/k8s"
        assert cases[case]["pause"].startswith("reg.example/k8s/pause:")
    # Older releases are told where CoreDNS is.
    assert documents(cases["v1.30"])["ClusterConfiguration"]["dns"] == {"imageRepository": "reg.example/k8s/coredns"}
    assert not {"dns", "imageRepository"} & set(documents(cases["plain"])["ClusterConfiguration"])
    assert not [name for name in ("kubeadm", "config") if "registry.k8s.io" in cases["repository"][name]]


def run(*argv) -> str:
    done = subprocess.run(list(map(str, argv)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_044__kubeadm_itself__wants_no_image_from_upstreams_registry(cases, tmp_path):
    (tmp_path / "kubeadm.yaml").write_text(cases["repository"]["kubeadm"], encoding="utf-8")
    kubeadm = build.kubeadm()
    run(kubeadm, "config", "validate", "--config", tmp_path / "kubeadm.yaml")
    images = run(kubeadm, "config", "images", "list", "--config", tmp_path / "kubeadm.yaml").split()
    assert len(images) == 7 and all(image.startswith("reg.example/k8s/") for image in images), images


def test_045__containerds_configuration__has_the_form_of_its_version(cases):
    new, old = (tomllib.loads(cases[name]["config"]) for name in ("plain", "containerd-1"))
    assert (new["version"], old["version"]) == (3, 2)
    images = new["plugins"]["io.containerd.cri.v1.images"]
    assert images["pinned_images"]["sandbox"] == cases["plain"]["pause"] and images["registry"]["config_path"] == "/etc/containerd/certs.d"
    cri = old["plugins"]["io.containerd.grpc.v1.cri"]
    assert cri["sandbox_image"] == cases["containerd-1"]["pause"] and cri["registry"]["config_path"] == "/etc/containerd/certs.d"


@pytest.mark.parametrize("case, containerd, wanted", [
    ("plain", lambda: build.part("containerd") / "containerd", ("io.containerd.cri.v1.images", "pinned_images", "sandbox")),
    ("containerd-1", lambda: packages.containerd() / "usr/bin/containerd", ("io.containerd.grpc.v1.cri", "sandbox_image"))],
                         ids=["version 2", "version 1"])
def test_045__containerd_itself__takes_its_configuration(cases, tmp_path, case, containerd, wanted):
    (tmp_path / "config.toml").write_text(cases[case]["config"], encoding="utf-8")
    found = tomllib.loads(run(containerd(), "--config", tmp_path / "config.toml", "config", "dump"))["plugins"]
    assert found[wanted[0]]["registry"]["config_path"] == "/etc/containerd/certs.d"
    for name in wanted:
        found = found[name]
    assert found == cases[case]["pause"]


def test_049__pods__get_addresses_of_the_range_that_is_told(cases):
    assert cases["plain"]["cni"]["ipam"]["operator"]["clusterPoolIPv4PodCIDRList"] == ["172.29.200.0/22"]
    assert cases["next-patch"]["cni"]["operator"]["replicas"] == 2


def test_056__topology__is_switched_on_unless_it_is_told_otherwise():
    tasks = pyyaml.safe_load((ROOT / "roles/cluster_api/tasks/providers.yml").read_text(encoding="utf-8"))
    (options,) = [task["%s.clusterctl_init" % NAMESPACE] for task in tasks if "%s.clusterctl_init" % NAMESPACE in task]
    assert "{'CLUSTER_TOPOLOGY': 'true'" in options["variables"] and "combine(cluster_api_variables)" in options["variables"]
    assert options["images"] == "{{ cluster_api_images }}"


def test_057__node_selector__is_an_override_as_long_as_it_is_set(cases):
    assert cases["timeout"]["selector"] == [{"node_selector": {"role": "control"}}] and cases["plain"]["selector"] == []


def test_058__timeout_of_instances__is_text_in_the_environment_of_capo(cases):
    name = "CLUSTER_API_OPENSTACK_INSTANCE_CREATE_TIMEOUT"
    assert cases["timeout"]["capo"] == [{"providers": ["infrastructure-openstack"], "env": {name: "25"}}]
    assert cases["plain"]["capo"][0]["env"] == {name: "10"}


def test_064__backup__is_of_the_last_host_by_a_program_of_ours_alone(cases):
    assert cases["plain"]["backups"] == [list(CASES)[-1]]
    assert re.findall("^ExecStart=(.*)$", cases["plain"]["backup"], re.MULTILINE) == ["/usr/local/bin/capi-backup /etc/capi-backup.json"]
    for path in (ROOT / "roles/capi_backup").rglob("*.[yj]*"):
        code = re.sub("#.*", "", path.read_text(encoding="utf-8"))
        assert "clusterctl" not in code, path


@pytest.mark.parametrize("unit, path", [("bpf", "/sys/fs/bpf"), ("cgroup2", "/run/cilium/cgroupv2")])
def test_030__unit_of_a_mount_is_started_three_times__there_is_one_mount(cases, tmp_path, unit, path):
    """In a mount namespace of its own, at a path of its own; as after a boot there is nothing before."""
    (tmp_path / "at").mkdir()
    (command,) = re.findall("^ExecStart=/bin/sh -c '(.*)'$", cases["plain"][unit], re.MULTILINE)
    assert command.count(path) == 2 and "RemainAfterExit=yes" in cases["plain"][unit]
    command = command.replace(path, str(tmp_path / "at"))
    again = "; ".join(["(%s) || exit 1" % command] * 3 + ["grep -c ' %s ' /proc/self/mountinfo" % (tmp_path / "at")])
    assert run("unshare", "--mount", "--propagation", "private", "sh", "-c", again) == "1\n"
