"""What OpenStack-Ansible gives a playbook: its configuration folder, its inventory and its command.

    osa = OpenStackAnsible(folder, ansible_bin, collections)
    osa.conf("k8s", {"cluster_api_hosts": {"aio1": {"ip": "172.29.236.100"}}})
    osa.group_vars("k8s_all", {...}); osa.user_variables({...})
    result = osa.run("osa_ops.mcapi_vexxhost.k8s", "--check")
"""
import json
import os
import stat
import subprocess
import uuid
from pathlib import Path

# inventory/env.d/k8s.yml: which component belongs where.
COMPONENT, COMPONENT_GROUP, CONTAINER, CONTAINERS, HOSTS = ("k8s_capi", "k8s_all", "k8s_container", "cluster_api_containers",
                                                           "cluster_api_hosts")
# inventory/group_vars/k8s_all/defaults.yml and haproxy_service.yml as of 2026.1
OSA_DEFAULTS = {
    "cilium_ipv4_cidr": "172.29.200.0/22", "clusterctl_version": "1.13.2", "cluster_api_version": "1.13.2",
    "cluster_api_infrastructure_provider": "openstack", "cluster_api_infrastructure_version": "0.14.4",
    "kube_vip_enabled": False, "kubelet_hostname": "{{ ansible_facts['hostname'] | lower }}",
    "kubelet_node_ip": "{{ management_address }}", "kubernetes_control_plane_group": "k8s_container",
    "kubernetes_hostname": "{{ internal_lb_vip_address }}", "kubernetes_non_init_namespace": True, "kubernetes_version": "1.36.1",
    "lxc_container_config_list": "{{ ((hostvars[physical_host]['ansible_facts']['os_family'] | lower) == 'debian') | "
                                 "ternary(['lxc.apparmor.profile=unconfined'], []) }}",
    "lxc_container_mount_auto": ["proc:rw", "sys:rw"], "openstack_host_nf_conntrack_max": 1572864,
    "upload_helm_chart_method": "copy", "ansible_collection_kubernetes_target_venv": "/opt/mcapi_ansible_venv",
    "cluster_api_backups_enabled": False,
    "haproxy_k8s_service": {
        "haproxy_service_name": "k8s", "haproxy_backend_nodes": "{{ groups['k8s_all'] | default([]) }}", "haproxy_ssl": False,
        "haproxy_ssl_all_vips": False, "haproxy_port": 6443, "haproxy_balance_type": "tcp", "haproxy_balance_alg": "leastconn",
        "haproxy_interval": "15000", "haproxy_backend_port": 6443, "haproxy_backend_rise": 2, "haproxy_backend_fall": 2,
        "haproxy_timeout_server": "15m", "haproxy_timeout_client": "5m",
        "haproxy_backend_options": ["tcplog", "ssl-hello-chk", "log-health-checks", "httpchk GET /healthz"],
        "haproxy_backend_httpcheck_options": ['send hdr User-Agent "osa-haproxy-healthcheck" meth GET uri /healthz'],
        "haproxy_backend_server_options": ["check-ssl", "verify none"],
        "haproxy_service_enabled": "{{ groups['k8s_all'] is defined and groups['k8s_all'] | length > 0 }}"},
    "k8s_haproxy_services": ["{{ haproxy_k8s_service | combine(haproxy_k8s_service_overrides | default({})) }}"],
}

WRAPPER = """#!/usr/bin/env bash
# Behaves as OpenStack-Ansible's wrapper: its environment, user variables as extra variables in the shell's order, and an inventory
# of its own where group_vars or host_vars exist.
set -eu
export OSA_CONFIG_DIR=@CONFIG@ PATH="@BIN@:$PATH"
export ANSIBLE_INVENTORY="@DEFAULTS@/dynamic_inventory.py,$OSA_CONFIG_DIR/inventory.ini"
export ANSIBLE_ROLES_PATH=/etc/ansible/roles ANSIBLE_COLLECTIONS_PATH=@COLLECTIONS@ ANSIBLE_GATHERING=smart
export ANSIBLE_CACHE_PLUGIN=jsonfile ANSIBLE_CACHE_PLUGIN_CONNECTION="$OSA_CONFIG_DIR/ansible_facts" ANSIBLE_CACHE_PLUGIN_TIMEOUT=86400
export ANSIBLE_INJECT_FACT_VARS=false ANSIBLE_PIPELINING=true ANSIBLE_FORCE_HANDLERS=true
export ANSIBLE_TRANSFORM_INVALID_GROUP_CHARS=always ANSIBLE_NOCOLOR=1 ANSIBLE_LOCALHOST_WARNING=false
export ANSIBLE_INVENTORY_UNPARSED_WARNING=false ANSIBLE_PYTHON_INTERPRETER=${ANSIBLE_PYTHON_INTERPRETER:-auto_silent}
if [ -d "$OSA_CONFIG_DIR/group_vars" ] || [ -d "$OSA_CONFIG_DIR/host_vars" ]; then
    [ -e "$OSA_CONFIG_DIR/inventory.ini" ] || echo '[all]' >"$OSA_CONFIG_DIR/inventory.ini"
fi
[ ! -e "$OSA_CONFIG_DIR/user.rc" ] || . "$OSA_CONFIG_DIR/user.rc"
more=()
for file in "$OSA_CONFIG_DIR"/user_*.yml; do
    [ ! -e "$file" ] || more+=(-e "@$file")
done
status=0
ansible-playbook "$@" "${more[@]}" || status=$?
echo "EXIT NOTICE [Playbook execution $([ "$status" = 0 ] && echo success || echo failure)]" >&2
exit "$status"
"""


def yaml(value) -> str:
    """JSON is YAML, and needs no parser here."""
    return json.dumps(value, indent=1)


def normalised(config: dict) -> dict:
    """Keys with hyphens are those with underscores, and are merged with them."""
    merged = {}
    for key, hosts in config.items():
        merged.setdefault(key.replace("-", "_"), {}).update(hosts or {})
    return merged


def container_name(host: str, number: int) -> str:
    return "%s-k8s-container-%s" % (host, uuid.uuid5(uuid.NAMESPACE_DNS, "%s-%d" % (host, number)).hex[:8])


def generate(config: dict, overrides: dict, addresses=None, names=container_name) -> dict:
    """The inventory that OpenStack-Ansible's generator makes of conf.d. addresses: of containers, in order; else 172.29.237.N."""
    hosts = normalised(config).get(HOSTS, {})
    addresses = iter(addresses or ["172.29.237.%d" % n for n in range(10, 250)])
    groups = {name: {"hosts": [], "children": []} for name in (HOSTS, CONTAINERS, CONTAINER, COMPONENT, COMPONENT_GROUP,
                                                               "all_containers", "hosts", "lxc_hosts", "cluster_api_all")}
    groups[COMPONENT_GROUP]["children"] = [COMPONENT]
    groups["hosts"]["children"] = [HOSTS]
    variables = {}
    for host, settings in hosts.items():
        groups[HOSTS]["hosts"].append(host)
        variables[host] = {"ansible_host": settings["ip"], "management_address": settings.get("management_ip", settings["ip"]),
                           "physical_host": host, "is_metal": True}
        variables[host].update(settings.get("host_vars", {}))
        if settings.get("no_containers"):
            groups[COMPONENT]["hosts"].append(host)
            continue
        groups["lxc_hosts"]["hosts"].append(host)
        for number in range(settings.get("affinity", {}).get(CONTAINER, 1)):
            name, address = names(host, number), next(addresses)
            for group in (CONTAINERS, CONTAINER, COMPONENT, "all_containers", "cluster_api_all"):
                groups[group]["hosts"].append(name)
            groups.setdefault(host + "_host_containers", {"hosts": [], "children": []})["hosts"].append(name)
            variables[name] = {
                "ansible_host": address, "management_address": address, "container_name": name, "physical_host": host,
                "physical_host_addr": settings["ip"], "physical_host_group": HOSTS, "component": COMPONENT, "container_tech": "lxc",
                "properties": {"is_metal": False}, "is_metal": False,
                "container_networks": {"management_address": {
                    "interface": "eth1", "bridge": "br-mgmt", "bridge_type": "linuxbridge", "type": "veth", "address": address,
                    "netmask": "255.255.252.0"}}}
            variables[name].update(settings.get("container_vars", {}))
    return dict(groups, _meta={"hostvars": variables}, all={"vars": overrides, "children": sorted(groups)})


class OpenStackAnsible:
    def __init__(self, folder: Path, bin_folder: Path, collections: Path, environment=None):
        self.config = Path(folder) / "openstack_deploy"
        self.environment = dict(environment or {})
        self.settings, self.inventory_options, self.more_groups, self.more_hosts = {}, {}, {}, {}
        self.overrides = {"internal_lb_vip_address": "172.29.236.101", "external_lb_vip_address": "203.0.113.10"}
        for name in ("conf.d", "group_vars"):
            (self.config / name).mkdir(parents=True)
        self.command = Path(folder) / "openstack-ansible"
        self._set_defaults()
        text = WRAPPER
        for name, value in (("CONFIG", self.config), ("BIN", bin_folder), ("COLLECTIONS", collections), ("DEFAULTS", self.defaults)):
            text = text.replace("@%s@" % name, str(value))
        self.command.write_text(text, encoding="utf-8")
        self.command.chmod(0o755)

    def _set_defaults(self):
        """OSA's own group_vars lie beside its inventory script, below what the operator writes."""
        self.defaults = self.config.parent / "inventory"
        (self.defaults / "group_vars/k8s_all").mkdir(parents=True)
        self.osa_defaults(OSA_DEFAULTS)

    def osa_defaults(self, values: dict) -> None:
        (self.defaults / "group_vars/k8s_all/defaults.yml").write_text(yaml(values), encoding="utf-8")

    def conf(self, name: str, content: dict) -> None:
        (self.config / "conf.d" / (name + ".yml")).write_text(yaml(content), encoding="utf-8")
        self.settings[name] = content

    def group_vars(self, group: str, content) -> None:
        path = self.config / "group_vars" / group / "main.yml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(content if isinstance(content, str) else yaml(content), encoding="utf-8")

    def user_variables(self, content: dict, name="variables") -> None:
        (self.config / ("user_%s.yml" % name)).write_text(yaml(content), encoding="utf-8")

    def write_inventory(self) -> dict:
        merged = {}
        for content in self.settings.values():
            merged.update(content)
        inventory = generate(merged, self.overrides, **self.inventory_options)
        inventory.update(self.more_groups)
        inventory["_meta"]["hostvars"].update(self.more_hosts)
        script = self.defaults / "dynamic_inventory.py"
        script.write_text("#!/bin/sh\ncat <<'END'\n%s\nEND\n" % json.dumps(inventory), encoding="utf-8")
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        return inventory

    def run(self, *arguments, environment=None, timeout=900) -> subprocess.CompletedProcess:
        self.write_inventory()
        return subprocess.run([str(self.command), *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False, env=self.variables(environment), timeout=timeout)

    def variables(self, environment=None) -> dict:
        """What the command is run with."""
        return {**os.environ, "ANSIBLE_HOME": str(self.config.parent / "home"), **self.environment, **(environment or {})}


def recap(output: str) -> dict:
    """{host: {ok: 3, changed: 0, ...}} of a run."""
    hosts = {}
    for line in output.partition("PLAY RECAP")[2].splitlines():
        name, found, counts = line.partition(" : ")
        if found:
            hosts[name.strip()] = {key: int(value) for key, value in (pair.split("=") for pair in counts.split() if "=" in pair)}
    return hosts
