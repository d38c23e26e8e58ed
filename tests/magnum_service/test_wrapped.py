"""Where OpenStack-Ansible's role os_magnum is installed, it installs Magnum. A stand-in has its place here, because the role itself wants
the whole of OpenStack-Ansible: it keeps what it is called with. Its variables are those of the releases 2025.2 and 2026.1.
"""
import json

import pytest
from service import SECRETS
from test_service import PLAYBOOK, changes, succeeded

# What Magnum's programs read where that role starts them: with a file among the arguments the folder beside it would count less.
LOADED = """
import magnum.conf
from magnum_cluster_api import conf
magnum.conf.CONF([], project="magnum", prog="magnum-conductor")
print(conf.CONF.capi_client.endpoint_type)
"""
KEPT = ("magnum_k8s_driver", "magnum_config_overrides", "magnum_capi_pip_packages", "magnum_user_pip_packages", "magnum_glance_images",
        "magnum_flavors", "magnum_cluster_templates", "magnum_bind_port", "magnum_api_init_config_overrides", "magnum_conductor_init_config_overrides")
DRIVER = {"Service": {"Environment": '"EVENTLET_THREADPOOL_SIZE=0"'}}
BESIDE = ("/etc/magnum/magnum.conf.d/capi.conf", "/etc/systemd/system/magnum-conductor.service.d/capi.conf")


@pytest.fixture(scope="module")
def stand_in(lab):
    """A function: the variables that the role got in a run."""
    role = lab.folder / "roles/os_magnum/tasks"
    role.mkdir(parents=True)
    kept = lab.folder / "kept.json"
    content = "{{ {%s} | to_json }}" % ", ".join("'%s': %s" % (name, name) for name in KEPT)
    (role / "main.yml").write_text(json.dumps([{
        "name": "Keep what it was called with", "ansible.builtin.copy": {"content": content, "dest": str(kept), "mode": "0600"},
        "delegate_to": "localhost", "check_mode": False, "changed_when": False}]), encoding="utf-8")
    (lab.osa.config / "user.rc").write_text("export ANSIBLE_ROLES_PATH=%s\n" % (lab.folder / "roles"), encoding="utf-8")

    def run(*arguments, **variables):
        lab.write_variables(**variables)
        done = lab.run(PLAYBOOK, *arguments)
        return done, json.loads(kept.read_text(encoding="utf-8"))

    yield run
    (lab.osa.config / "user.rc").unlink()
    lab.write_variables()


def test_069__role_of_openstack_ansible__gets_the_driver_through_its_variables(lab, stand_in):
    done, got = stand_in()
    succeeded(lab, done)
    # Its own part for the driver would write an administrator's kubeconfig and want Rust.
    assert got["magnum_k8s_driver"] == "heat"
    config = got["magnum_config_overrides"]
    assert config["capi_client"] == {"endpoint_type": "internalURL", "ca_file": "/etc/magnum-ca/internal.pem"}
    assert config["drivers"]["openstack_ca_file"] == "/etc/magnum-ca/external.pem" and config["drivers"]["disabled_drivers"]
    assert config["cluster_template"] == {"kubernetes_allowed_network_drivers": "calico", "kubernetes_default_network_driver": "calico"}
    assert config["nova_client"] == {"api_version": "2.15"} and config["certificates"] == {"cert_manager_type": "x509keypair"}
    # The section that os_magnum leads to is not known to the conductor.
    assert config["keystone_auth"]["auth_section"] == "keystone_auth" and config["keystone_auth"]["password"] == SECRETS["magnum_service_password"]
    for name in ("magnum_capi_pip_packages", "magnum_user_pip_packages"):
        assert "magnum-cluster-api==0.38.2" in got[name] and not any("git+" in each for each in got[name])
    assert got["magnum_api_init_config_overrides"] == got["magnum_conductor_init_config_overrides"] == DRIVER
    assert got["magnum_bind_port"] == lab.ports["magnum"]
    for path in BESIDE:
        assert lab.host.run("cat", path, check=False) == ""
    # Made by ours, at the end.
    assert got["magnum_glance_images"] == got["magnum_flavors"] == got["magnum_cluster_templates"] == []
    assert changes(lab, done) == 0


def test_010__packages_of_an_earlier_release__name_the_driver_once(stand_in):
    _, got = stand_in(magnum_user_pip_packages=["magnum-cluster-api@git+https://git.example/x@v0.24.2", "kubernetes"])
    assert [each for each in got["magnum_user_pip_packages"] if each.startswith("magnum-cluster-api")] == ["magnum-cluster-api==0.38.2"]
    assert "kubernetes" in got["magnum_user_pip_packages"]


def test_069__overrides_among_user_variables__do_not_take_the_driver_away(lab, stand_in):
    """They win over what a role is called with; Magnum reads a file of options after magnum.conf."""
    unit = {"Service": {"LimitNOFILE": 4096}}
    lab.osa.user_variables({"magnum_config_overrides": {"DEFAULT": {"debug": False}}, "magnum_conductor_init_config_overrides": unit})
    try:
        done, got = stand_in(magnum_capi_endpoint_type="adminURL")
        assert done.returncode == 0, done.stdout[-6000:]
        assert got["magnum_config_overrides"] == {"DEFAULT": {"debug": False}} and got["magnum_conductor_init_config_overrides"] == unit
        text = lab.host.run("cat", BESIDE[0])
        assert "endpoint_type = adminURL" in text and "openstack_ca_file = /etc/magnum-ca/external.pem" in text
        assert "EVENTLET_THREADPOOL_SIZE=0" in lab.host.run("cat", BESIDE[1])
        again, _ = stand_in(magnum_capi_endpoint_type="adminURL")
        assert changes(lab, again) == 0, again.stdout[-4000:]
        assert lab.host.run("/openstack/venvs/magnum-untagged/bin/python", "-c", LOADED).strip() == "adminURL"
    finally:
        (lab.osa.config / "user_variables.yml").unlink()
    done, _ = stand_in()
    assert changes(lab, done) > 0
    for path in BESIDE:
        assert lab.host.run("cat", path, check=False) == ""
