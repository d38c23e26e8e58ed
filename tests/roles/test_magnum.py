"""What the variables of Magnum come to: the documented example, old names, what never may appear."""
import json
import sys

import pytest
from conftest import CORES, NAMESPACE, ROOT, tools
from osa import OpenStackAnsible, yaml

# The example of the documentation, word for word.
DOCUMENTED = """---
magnum_k8s_driver: "vexxhost"

magnum_capi_vexxhost_git_install_branch: v0.33.0
magnum_capi_vexxhost_git_repo: "{{ openstack_github_base_url | default('https://github.com') ~ '/vexxhost/magnum-cluster-api' }}"
"""
SECRETS = {"magnum_service_password": "s1", "magnum_galera_password": "p/s2", "magnum_oslomsg_rpc_password": "s3", "magnum_trustee_password": "s4"}
# The example of an earlier release.
EARLIER = {
    "magnum_magnum_cluster_api_git_install_branch": "v0.24.2", "magnum_user_pip_packages": [
        "magnum-cluster-api@git+{{ magnum_magnum_cluster_api_git_repo | default('https://github.com/vexxhost/magnum-cluster-api') }}@v0.24.2", "kubernetes"],
    "magnum_config_overrides": {
        "drivers": {"openstack_ca_file": "/usr/local/share/ca-certificates/ExampleCorpRoot.crt"},
        "capi_client": {"ca_file": "/usr/local/share/ca-certificates/ExampleCorpRoot.crt", "endpoint": "internalURL"},
        "cluster_template": {"kubernetes_allowed_network_drivers": "calico", "kubernetes_default_network_driver": "calico"},
        "certificates": {"cert_manager_type": "x509keypair"}, "nova_client": {"api_version": "2.15"}}}
CASES = {
    "elsewhere": {"magnum_capi_etc_directory": "/srv/magnum"},
    "documented": {}, "earlier": EARLIER,
    "two": {"magnum_capi_external_ca_file": "/e.pem", "magnum_capi_internal_ca_file": "/i.pem", "magnum_capi_endpoint_type": "publicURL"},
    "one": {"magnum_capi_ca_file": "/one.pem", "magnum_capi_network_drivers": ["calico", "cilium"]},
    "branch": {"magnum_capi_vexxhost_git_install_branch": "main", "openstack_github_base_url": "https://git.example"},
    "over": {"magnum_config_overrides": {"DEFAULT": {"debug": True}, "made_up": {"x": [1, 2]}, "database": {"max_overflow": 7}}},
    "units": {"magnum_conductor_init_config_overrides": {"Service": {"Environment": "A=1", "LimitNOFILE": 5}, "Unit": {"Wants": "x"}},
              "magnum_api_init_config_overrides": {"Service": {"Environment": {"B=2": None, "C=3": None}}}, "systemd_environment": {"D": "4"},
              "magnum_bind_port": 9611, "magnum_system_user_shell": "/bin/sh", "keystone_service_internalurl": "http://k:5000/v3"},
    "before": {"magnum_version": "22.0.0"}, "home": {"magnum_system_user_home": "/srv/m", "magnum_capi_vexxhost_k8s_conf_src": "/srv/admin.conf"},
    "resources": {"magnum_glance_images": [{"name": "a", "file": "http://m/a.qcow2", "distro": "ubuntu", "public": True, "checksum": "sha256:00"},
                                           {"name": "b", "file": "/b.qcow2", "properties": {"os_distro": "debian"}}],
                  "magnum_flavors": [{"name": "f", "vcpus": 1, "ram": 1024, "disk": 10}, {"specs": [{"name": "g", "vcpus": 2, "ram": 2, "disk": 2}]}]},
    "large": {"magnum_capi_external_size": {"stat": {"size": 300000}}, "magnum_capi_external_ca_file": "/e.pem",
              "magnum_cluster_templates": [{"name": "t", "image_id": "i", "labels": "kube_tag:v1.34.0,calico_tag:v3.30.2"}]},
}
UNIT = "lookup('ansible.builtin.template', '%s', template_vars={'magnum_service': _magnum_services[%d]})"
SERVICE = ROOT / "roles/magnum/templates/service.j2"
KEEP = {"config": "_magnum_config", "packages": "_magnum_packages", "keystone": "_magnum_keystone", "paste": "_magnum_paste",
        "api_text": UNIT % (SERVICE, 0), "conductor_text": UNIT % (SERVICE, 1),
        "images": "_magnum_resources_image_items", "flavors": "_magnum_resources_flat", "bytes": "_magnum_capi_secret_bytes",
        "os_config": "_magnum_capi_os_config", "os_conductor": "_magnum_capi_os_conductor", "os_api": "_magnum_capi_os_api",
        "environment": "_magnum_capi_environment", "port": "magnum_service_port",
        "credentials": "[magnum_capi_k8s_conf_src, magnum_capi_k8s_conf_dest]",
        "shell": "magnum_capi_system_user_shell", "without": "_magnum_capi_without_distro", "foreign": "_magnum_capi_foreign_images"}


@pytest.fixture(scope="session", params=CORES)
def plans(request, variables_only, tmp_path_factory):
    folder = tmp_path_factory.mktemp("magnum")
    osa = OpenStackAnsible(folder, tools(request.param), variables_only)
    osa.group_vars("magnum_all", DOCUMENTED)
    osa.user_variables(SECRETS, "secrets")
    osa.more_groups = {"magnum_all": {"hosts": list(CASES)}}
    osa.more_hosts = {name: dict({"ansible_connection": "local", "ansible_python_interpreter": sys.executable,
                                  "management_address": "172.29.236.50"}, **values) for name, values in CASES.items()}
    content = "{{ {%s} | to_json }}" % ", ".join("'%s': %s" % pair for pair in KEEP.items())
    play = {"hosts": "magnum_all", "gather_facts": False,
            "pre_tasks": [{"name": "Pretend", "ansible.builtin.set_fact": {"architecture": "x86_64", "os_family": "Debian", "cacheable": True}}],
            "roles": [{"role": "%s.%s" % (NAMESPACE, role)} for role in ("magnum_capi", "magnum", "magnum_resources")],
            "post_tasks": [{"name": "Keep", "ansible.builtin.copy": {
                "content": content, "dest": "{{ playbook_dir }}/{{ inventory_hostname }}.json", "mode": "0600"}}]}
    (folder / "dump.yml").write_text(yaml([play]), encoding="utf-8")
    done = osa.run(folder / "dump.yml")
    assert done.returncode == 0, done.stdout[-4000:]
    return {name: json.loads((folder / (name + ".json")).read_text(encoding="utf-8")) for name in CASES}


def test_magnum__configuration_is_elsewhere__magnum_is_told_where_the_policy_of_the_webhook_is(plans):
    assert plans["elsewhere"]["config"]["kubernetes"] == {"keystone_auth_default_policy": "/srv/magnum/keystone_auth_default_policy.json"}


def test_011__the_documented_variables__give_the_configuration_they_promise(plans):
    config = plans["documented"]["config"]
    assert config["capi_client"] == {"endpoint_type": "internalURL", "ca_file": "/etc/ssl/certs/ca-certificates.crt"}
    assert config["drivers"] == {"openstack_ca_file": "/etc/ssl/certs/ca-certificates.crt"}
    assert config["cluster_template"] == {"kubernetes_allowed_network_drivers": "calico", "kubernetes_default_network_driver": "calico"}
    assert config["nova_client"] == {"region_name": "RegionOne", "endpoint_type": "internalURL", "api_version": "2.15"}
    assert config["certificates"] == {"cert_manager_type": "x509keypair"}
    assert config["database"]["connection"] == "mysql+pymysql://magnum:p%2Fs2@127.0.0.1:3306/magnum_service?charset=utf8"
    assert config["DEFAULT"]["transport_url"] == "rabbit://magnum:s3@127.0.0.1:5672/magnum?ssl=0"
    assert config["keystone_authtoken"]["password"] == "s1" and config["trust"]["trustee_domain_admin_password"] == "s4"
    packages = plans["documented"]["packages"]
    assert "magnum-cluster-api==0.33.0" in packages and not any("git+" in each for each in packages)


@pytest.mark.parametrize("section", ["DEFAULT", "api", "barbican_client", "cinder_client", "glance_client", "heat_client", "neutron_client",
                                     "nova_client", "octavia_client", "magnum_client", "conductor", "database", "keystone_auth",
                                     "keystone_authtoken", "oslo_messaging_notifications", "oslo_messaging_rabbit", "oslo_concurrency",
                                     "profiler", "trust", "certificates", "drivers", "capi_client", "cluster_template"])
def test_131__magnum_conf__has_every_section(plans, section):
    assert plans["documented"]["config"][section]


def test_069__an_option_that_nobody_reads__is_never_written(plans):
    assert all("endpoint" not in plan["config"]["capi_client"] for plan in plans.values())
    assert plans["earlier"]["config"]["capi_client"]["endpoint_type"] == "internalURL"


def test_069__two_authorities__go_to_their_places(plans):
    config = plans["two"]["config"]
    assert config["drivers"]["openstack_ca_file"] == "/e.pem"
    assert config["capi_client"] == {"ca_file": "/i.pem", "endpoint_type": "publicURL"}
    one = plans["one"]["config"]
    assert one["drivers"]["openstack_ca_file"] == one["capi_client"]["ca_file"] == "/one.pem"
    assert one["cluster_template"]["kubernetes_allowed_network_drivers"] == "calico,cilium"


def test_010__names_of_an_earlier_release__mean_the_same(plans):
    earlier = plans["earlier"]
    assert earlier["config"]["drivers"]["openstack_ca_file"] == "/usr/local/share/ca-certificates/ExampleCorpRoot.crt"
    # pip would refuse two sources of one package, and from git it would want Rust. The new name of the version wins.
    assert [each for each in earlier["packages"] if "magnum-cluster-api" in each] == ["magnum-cluster-api==0.33.0"]
    assert "kubernetes" in earlier["packages"]


def test_010__a_branch__comes_from_git(plans):
    assert "magnum-cluster-api@git+https://git.example/vexxhost/magnum-cluster-api@main" in plans["branch"]["packages"]


def test_131__overrides__win_and_leave_the_rest(plans):
    config = plans["over"]["config"]
    assert config["DEFAULT"]["debug"] is True and config["made_up"] == {"x": [1, 2]} and config["DEFAULT"]["transport_url"]
    assert str(config["database"]["max_overflow"]) == "7" and str(config["database"]["pool_timeout"]) == "30"


def test_134__keystone__gets_endpoints_without_a_version(plans):
    made = plans["documented"]["keystone"]
    urls = {each["interface"]: each["url"] for each in made if each["kind"] == "endpoint"}
    assert urls == {"public": "http://203.0.113.10:9511", "internal": "http://172.29.236.101:9511", "admin": "http://172.29.236.101:9511"}
    assert [each["name"] for each in made if each["kind"] == "user"] == ["magnum", "trustee_domain_admin"]
    assert {"kind": "role_assignment", "user": "trustee_domain_admin", "user_domain": "magnum", "role": "admin", "domain": "magnum"} in made


def test_073__images_and_flavors__are_understood_in_all_forms(plans):
    images = {each["name"]: each for each in plans["resources"]["images"]}
    assert images["a"]["properties"] == {"os_distro": "ubuntu"} and images["a"]["visibility"] == "public"
    assert images["a"]["file"].endswith("/a.qcow2") and images["b"]["file"] == "/b.qcow2" and images["b"]["visibility"] == "private"
    assert sorted(each["name"] for each in plans["resources"]["flavors"]) == ["f", "g"]
    assert plans["resources"]["without"] == []


def test_071__size_of_the_secret__counts_authorities_twice_and_calico(plans):
    assert int(plans["documented"]["bytes"]) == 539000 + 16384
    assert int(plans["large"]["bytes"]) == 539000 + 16384 + 630000 > 1048576
    assert plans["large"]["foreign"] == [{"kind": "image", "name": "i", "state": "info"}]


def test_131__both_sections_of_keystone__log_in_alike(plans):
    """By the same lines, and not by a reference, which the conductor of Magnum 23 does not understand."""
    for plan in plans.values():
        config = plan["config"]
        assert {name: config["keystone_authtoken"][name] for name in config["keystone_auth"]} == config["keystone_auth"]
        assert config["keystone_auth"]["password"] == "s1" and "auth_section" not in config["keystone_auth"]
        assert {"username", "project_name", "auth_type", "auth_url", "user_domain_id", "project_domain_id"} <= set(config["keystone_auth"])


def test_131__role_of_openstack_ansible__gets_a_section_that_leads_to_itself(plans):
    theirs = plans["units"]["os_config"]["keystone_auth"]
    assert theirs == dict(plans["units"]["config"]["keystone_auth"], auth_section="keystone_auth")
    assert theirs["auth_url"] == "http://k:5000/v3"


def test_131__units__get_no_pool_of_threads_from_magnum_23_on(plans):
    assert plans["documented"]["environment"] == {"EVENTLET_THREADPOOL_SIZE": "0"} and plans["before"]["environment"] == {}
    for unit in ("os_conductor", "os_api"):
        assert plans["documented"][unit] == {"Service": {"Environment": '"EVENTLET_THREADPOOL_SIZE=0"'}}
        assert plans["before"][unit] == {}


def test_131__units_of_the_operator__keep_their_lines(plans):
    """In one line, because the role of OpenStack-Ansible replaces what stands there, and joins a list by commas."""
    both = '"D=4" "EVENTLET_THREADPOOL_SIZE=0" '
    assert plans["units"]["os_conductor"] == {"Service": {"Environment": both + "A=1", "LimitNOFILE": 5}, "Unit": {"Wants": "x"}}
    assert plans["units"]["os_api"] == {"Service": {"Environment": both + "B=2 C=3"}}
    own = plans["units"]["api_text"].splitlines()
    assert "Environment=B=2" in own and "Environment=C=3" in own and 'Environment="EVENTLET_THREADPOOL_SIZE=0"' in own
    own = plans["units"]["conductor_text"].splitlines()
    assert "Environment=A=1" in own and "LimitNOFILE=5" in own and "Wants=x" in own and own.index("Wants=x") < own.index("[Service]")
    assert "EVENTLET" not in plans["before"]["conductor_text"]


def test_010__names_of_openstack_ansibles_role__mean_the_same(plans):
    assert int(plans["units"]["port"]) == 9611 and plans["units"]["shell"] == "/bin/sh" and int(plans["documented"]["port"]) == 9511
    assert int(plans["units"]["config"]["api"]["port"]) == 9611


def test_magnum__its_home_is_elsewhere__so_is_its_kubeconfig(plans):
    assert plans["home"]["credentials"] == ["/srv/admin.conf", "/srv/m/.kube/config"]
    assert plans["documented"]["credentials"] == ["/etc/kubernetes/admin.conf", "/var/lib/magnum/.kube/config"]
    assert 'Environment="KUBECONFIG=/srv/m/.kube/config"' in plans["home"]["conductor_text"].splitlines()
