"""Who installs Magnum, and what OpenStack-Ansible's role os_magnum is called with."""
import re

import pytest
import yaml as pyyaml
from conftest import ROOT
from osa import yaml
from plays import include, tell, told


def test_magnum__nobody_of_that_name_installs_it__is_refused(play):
    done = play([include("magnum_capi", "check.yml")], {"magnum_capi_installer": "osmagnum"})
    assert done.returncode != 0 and "magnum_capi_installer (osmagnum) is auto, native or os_magnum." in done.stdout


@pytest.fixture
def openstack_osa(collections, tmp_path):
    """What Ansible finds with a stand-in for the collection openstack.osa, whose roles tell what they are called with; and os_magnum's. The one
    whose name is in `fails` fails then."""
    roles = tmp_path / "collections/ansible_collections/openstack/osa/roles"
    told_by = {"openstack.osa/haproxy_endpoint_manage": "haproxy {{ haproxy_state }} {{ haproxy_backend }}",
               "os_magnum": "magnum {{ magnum_k8s_driver }} {{ openstack_db_setup_host | default('localhost') }} {{ magnum_capi_pip_packages }}"}
    for name, text in told_by.items():
        role = roles / name.split("/")[1] if "/" in name else tmp_path / "roles" / name
        (role / "tasks").mkdir(parents=True)
        read = [{"ansible.builtin.include_vars": "capi_azimuth.yml", "when": "magnum_k8s_driver == 'azimuth'"}] if name == "os_magnum" else []
        failing = {"ansible.builtin.fail": {"msg": "it fails"},
                   "when": "'%s' in fails | default([]) and haproxy_state | default('disabled') == 'disabled'" % name.split("/")[-1]}
        (role / "tasks/main.yml").write_text(yaml([*read, {"ansible.builtin.debug": {"msg": "called " + text}}, failing]), encoding="ascii")
    (tmp_path / "roles/os_magnum/vars").mkdir()
    (tmp_path / "roles/os_magnum/vars/capi_azimuth.yml").write_text(yaml({"_magnum_capi_pip_packages": ["magnum-capi-helm"]}), encoding="ascii")
    (roles / "install_defaults/defaults").mkdir(parents=True)  # a role of nothing else
    for method in ("source", "distro"):
        (roles / "install_defaults/defaults" / (method + ".yml")).write_text(yaml({"openstack_db_setup_host": "utility-" + method}), encoding="ascii")
    return {"ANSIBLE_COLLECTIONS_PATH": "%s:%s" % (collections, tmp_path / "collections"), "ANSIBLE_ROLES_PATH": str(tmp_path / "roles")}


def install(play, openstack_osa, hosts, theirs=None, **variables):
    """The play, and what it called. The driver itself is left out, which has tests of its own on real services."""
    plays = pyyaml.safe_load((ROOT / "playbooks/magnum.yml").read_text(encoding="utf-8"))
    (book,) = [each for each in plays if each["name"] == "Install Magnum"]
    names = {"host%d" % number: {"magnum_k8s_driver": "heat", **(theirs or {})} for number in range(hosts)}
    done = play(book["tasks"], {"magnum_capi_enabled": False, "magnum_service_password": "p", "magnum_galera_password": "p", **variables},
                inventory=names, groups={"magnum_all": list(names)}, environment=openstack_osa, serial=1)
    return done, re.findall(r"called ([^\"]+)", done.stdout)


@pytest.mark.parametrize("variables, hosts, wanted", [
    ({}, 1, ["magnum heat utility-source []"]), ({"install_method": "distro"}, 1, ["magnum heat utility-distro []"]),
    ({"theirs": {"magnum_k8s_driver": "azimuth"}}, 1, ["magnum azimuth utility-source ['magnum-capi-helm']"]),
    ({"theirs": {"magnum_k8s_driver": "azimuth", "magnum_capi_pip_packages": ["own"]}}, 1, ["magnum azimuth utility-source ['own']"]),
    ({}, 2, ["haproxy disabled magnum-back", "magnum heat utility-source []", "haproxy enabled magnum-back"])])
def test_magnum__role_of_openstack_ansible__has_what_its_own_play_gives_it(play, openstack_osa, variables, hosts, wanted):
    done, called = install(play, openstack_osa, hosts, **variables)
    assert called[:len(wanted)] == wanted and len(called) == len(wanted) * hosts, done.stdout


@pytest.mark.parametrize("fails, between", [("os_magnum", ["magnum heat utility-source []"]), ("haproxy_endpoint_manage", [])])
def test_magnum__role_of_openstack_ansible_fails__the_host_goes_back_into_haproxy(play, openstack_osa, fails, between):
    """One of several HAProxies may have let it go, too, before another one fails. The next hosts have no turn."""
    done, called = install(play, openstack_osa, 2, fails=[fails])
    assert done.returncode != 0 and called == ["haproxy disabled magnum-back", *between, "haproxy enabled magnum-back"], done.stdout


@pytest.mark.parametrize("told_so, there, wanted", [
    ("auto", True, True), ("auto", False, False), ("native", True, False), ("os_magnum", True, True), ("os_magnum", False, True)])
def test_magnum__who_installs_it__is_known_to_the_play(play, openstack_osa, told_so, there, wanted):
    found = told(play([include("magnum_capi", "osa.yml"), tell(by="magnum_capi_by_os_magnum")], {"magnum_capi_installer": told_so},
                      environment={**openstack_osa, **({} if there else {"ANSIBLE_ROLES_PATH": "/nonexistent"})}))
    assert found["one"] == {"by": wanted}


@pytest.mark.parametrize("driver, refused", [("vexxhost", True), ("heat", False), ("azimuth", False)])
def test_magnum__another_driver_is_wanted__what_this_one_needs_is_not_asked_for(play, driver, refused):
    done = play([include("magnum_capi", "check.yml")], {"magnum_capi_cloud": "", "magnum_capi_external_ca_file": "/nowhere.pem"},
                inventory={"one": {"magnum_k8s_driver": driver}})
    assert ("/nowhere.pem on one cannot be read" in " ".join(done.stdout.split())) == refused == (done.returncode != 0), done.stdout


@pytest.mark.parametrize("everywhere, own, refused", [({"magnum_k8s_driver": "vexxhost"}, {}, True), ({}, {"magnum_k8s_driver": "vexxhost"}, False),
                                                      ({"magnum_k8s_driver": "azimuth"}, {}, False)])
def test_magnum__driver_among_user_variables__is_refused_where_it_would_win(play, openstack_osa, everywhere, own, refused):
    done = play([include("magnum_capi", "check.yml")], everywhere, inventory={"one": own}, environment=openstack_osa)
    assert ("Set it in group_vars/magnum_all" in " ".join(done.stdout.split())) == refused, done.stdout
