"""Containers as the playbooks ask for them, while nothing is known of their physical host yet: the cache of facts is empty."""
import json

import pytest
import yaml as pyyaml
from conftest import ROOT
from osa import OSA_DEFAULTS
from plays import words

UNCONFINED = "lxc.apparmor.profile=unconfined"
# Lines of a kubelet's container.
MIGHTY = {UNCONFINED, "lxc.cap.drop=", "lxc.cgroup2.devices.allow=a", "lxc.mount.auto=proc:rw sys:rw"}


def asked_for(roles, playbook, **variables):
    """What the module is called with."""
    (roles.root / "etc/systemd/system").mkdir(parents=True)
    roles.module("lxc_container", '{"changed": false}')
    (book,) = [play for play in pyyaml.safe_load((ROOT / "playbooks" / (playbook + ".yml")).read_text(encoding="utf-8"))
               if play["name"] == "Make and configure the containers"]
    local = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    done = roles.play(book["tasks"], inventory={"one": {"physical_host": "aio1", "openstack_host_nf_conntrack_max": 0, **variables}},
                      groups={"lxc_hosts": {"hosts": {"aio1": local}}}, vars=book.get("vars", {}))
    assert done.returncode == 0, done.stdout
    (call,) = roles.calls("lxc_container")
    return call


@pytest.mark.parametrize("playbook, name", [("k8s", "lxc_container_config_list"), ("k8s", "lxc_guest_config_list"),
                                            ("containers", "lxc_guest_config_list"), ("magnum", "lxc_container_config_list")])
def test_015__list_of_openstack_ansible_asks_for_the_physical_host__its_facts_are_there(roles, playbook, name):
    """Its group_vars word for word, and by the role's own name, which is templated when arguments are checked."""
    assert UNCONFINED in asked_for(roles, playbook, **{name: OSA_DEFAULTS["lxc_container_config_list"]})["container_config"]


@pytest.mark.parametrize("playbook", ["k8s", "containers"])
def test_lxc_guest__container_is_of_a_kubelet__it_may_do_anything(roles, playbook):
    assert MIGHTY <= set(asked_for(roles, playbook)["container_config"])


def test_magnum__its_container__keeps_its_profile_of_apparmor_and_its_rights(roles):
    asked = asked_for(roles, "magnum")
    assert asked["container_config"] == ["lxc.start.order=100", "lxc.start.auto=1"]
    assert [each["target"] for each in asked["bind_mounts"]] == ["/var/backup", "/var/log"]


def test_magnum__operator_has_lines_for_its_container__they_are_added(roles):
    assert "lxc.environment=A=1" in asked_for(roles, "magnum", lxc_container_config_list=["lxc.environment=A=1"])["container_config"]


def seen(roles, *arguments, **container):
    """Of the playbook k8s: the containers, and the first task on what is in them."""
    (roles.root / "etc/systemd/system").mkdir(parents=True)
    roles.module("lxc_container", json.dumps({"changed": True, "lxc_container": container}))
    books = {play["name"]: play for play in pyyaml.safe_load((ROOT / "playbooks/k8s.yml").read_text(encoding="utf-8"))}
    tasks = books["Make and configure the containers"]["tasks"] + books["Gather facts of the hosts, and check them"]["tasks"][:1]
    local = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    return roles.play(tasks, *arguments, inventory={"one": {"physical_host": "aio1", "openstack_host_nf_conntrack_max": 0}},
                      groups={"lxc_hosts": {"hosts": {"aio1": local}}})


@pytest.mark.parametrize("arguments, state, refused", [(["--check"], "absent", True), (["--check"], "stopped", True), (["--check"], "running", False),
                                                       ([], "running", False)])
def test_018__container_is_not_there__check_mode_ends_with_words(roles, arguments, state, refused):
    """It used to be unreachable, with what the connection says of that."""
    done = seen(roles, *arguments, state=state)
    assert ("what follows on it cannot be predicted" in words(done)) == refused == (done.returncode != 0), done.stdout


def test_lxc_guest__container_is_not_there_yet__nobody_is_warned(roles):
    done = seen(roles, state="running")
    # Older ones say that of a connection to this machine.
    warnings = [line for line in done.stdout.splitlines() if "WARNING" in line and "Reset is not implemented" not in line]
    assert not warnings, done.stdout


@pytest.mark.parametrize("made", [True, False])
def test_lxc_guest__somebody_made_its_devices__they_are_not_described(roles, made):
    if made:
        (roles.root / "var/lib/lxc/one").mkdir(parents=True)
        (roles.root / "var/lib/lxc/one/eth1.ini").touch()
    network = {"management_address": {"interface": "eth1", "bridge": "br-mgmt", "type": "veth", "address": "10.0.0.1", "netmask": "255.255.255.0"}}
    assert ("networks" in asked_for(roles, "k8s", container_networks=network, container_name="one")) == (not made)
