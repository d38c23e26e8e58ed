"""The way through HAProxy: what its services come to."""
import re

import pytest
from conftest import ROOT
from osa import OSA_DEFAULTS
from plays import include, tell, told


def test_haproxy_frontend__service_is_no_longer_wanted__its_file_is_removed(play, tmp_path):
    for name in ("mine", "other"):
        (tmp_path / name).write_text("# %s\n" % name, encoding="ascii")
    done = play([{"ansible.builtin.include_tasks": str(ROOT / "roles/haproxy_frontend/tasks/main.yml")}], {
        "haproxy_frontend_config_path": str(tmp_path),
        "_haproxy_frontend_services": [{"haproxy_service_name": "mine", "haproxy_service_enabled": False}]},
        handlers=[{"name": "Join the services", "ansible.builtin.debug": {"msg": "joined"}}])
    assert done.returncode == 0 and "joined" in done.stdout, done.stdout
    assert not (tmp_path / "mine").exists() and (tmp_path / "other").exists()


def test_haproxy_frontend__api__is_checked_once_over_tls_and_bound_inside(play):
    text = "lookup('ansible.builtin.template', '%s', template_vars={'item': _haproxy_frontend_services[0]})" % (
        ROOT / "roles/haproxy_frontend/templates/service.j2")
    found = told(play([tell(text=text)], {"internal_lb_vip_address": "172.29.236.101", "external_lb_vip_address": "203.0.113.10"},
                      ["haproxy_frontend"], {"one": {"management_address": "10.0.0.1"}}))
    text = found["one"]["text"]
    assert re.findall(r"(?m)^ +bind (\S+)", text) == ["172.29.236.101:6443"] and "203.0.113" not in text
    assert "ssl-hello-chk" not in text and text.count("option httpchk") == 1 and "uri /healthz" in text
    assert re.search(r"(?m)^ +server one 10\.0\.0\.1:6443 check .* check-ssl verify none$", text), text


FROM_OSA = {key: value for key, value in OSA_DEFAULTS.items() if "haproxy" in key}


@pytest.mark.parametrize("theirs, front, back, timeout", [
    ({}, "6443", "6443", "15m"), (FROM_OSA, "6443", "6443", "15m"),
    ({**FROM_OSA, "kubernetes_api_port": 7443}, "7443", "7443", "15m"), ({**FROM_OSA, "kubernetes_api_bind_port": 6444}, "6443", "6444", "15m"),
    ({**FROM_OSA, "haproxy_k8s_service_overrides": {"haproxy_timeout_server": "30m", "haproxy_backend_port": 1}}, "6443", "1", "30m")])
def test_haproxy_frontend__service_of_openstack_ansible__is_the_same_with_a_bind(play, theirs, front, back, timeout):
    text = "lookup('ansible.builtin.template', '%s', template_vars={'item': _haproxy_frontend_services[0]})" % (
        ROOT / "roles/haproxy_frontend/templates/service.j2")
    found = told(play([tell(text=text, number="_haproxy_frontend_services | length")], {"internal_lb_vip_address": "172.29.236.101"},
                      ["haproxy_frontend"], {"one": {"management_address": "10.0.0.1", **theirs}}))
    text = found["one"]["text"]
    assert found["one"]["number"] == 1
    assert re.findall(r"(?m)^ +bind (\S+)", text) == ["172.29.236.101:" + front]
    assert "ssl-hello-chk" not in text and text.count("option httpchk") == 1 and "uri /healthz" in text
    assert re.search(r"(?m)^ +server one 10\.0\.0\.1:%s check port %s .* check-ssl verify none$" % (back, back), text), text
    assert "timeout server " + timeout in text


def test_haproxy_frontend__another_service_of_the_group__gets_a_bind_and_nothing_else(play):
    found = told(play([tell(services="_haproxy_frontend_services")], {"internal_lb_vip_address": "172.29.236.101"}, ["haproxy_frontend"],
                      {"one": {"k8s_haproxy_services": [{"haproxy_service_name": "other", "haproxy_port": 80}]}}))
    assert found["one"]["services"] == [{"haproxy_service_name": "other", "haproxy_port": 80,
                                         "haproxy_bind": [{"address": "172.29.236.101", "interface": ""}]}]


@pytest.mark.parametrize("variables, refused", [({}, True), ({"kubernetes_api_port": 7443}, True), ({"kubernetes_api_bind_port": 6444}, False)])
def test_preflight__host_shares_haproxy__the_api_servers_need_a_port_of_their_own(play, variables, refused):
    done = play([include("preflight", "hosts.yml")], {"preflight_disk_gb": 0, **variables}, inventory={"one": {"is_metal": True}},
                groups={"haproxy": ["one"]})
    assert ("kubernetes_api_bind_port to another port (where" in re.sub(r"\s+", " ", done.stdout)) == refused, done.stdout
