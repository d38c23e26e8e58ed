"""Where OpenStack-Ansible's role os_magnum is installed, it installs Magnum. A stand-in has its place here, because the role itself wants
the whole of OpenStack-Ansible: it keeps what it is called with. Its variables are those of the releases 2025.2 and 2026.1.
"""
import json

import pytest
from osa import recap
from service import SECRETS
from test_service import PLAYBOOK, succeeded

# What Magnum's programs read.
LOADED = """
import magnum.conf
from magnum_cluster_api import conf
magnum.conf.CONF(["--config-file", "/etc/magnum/magnum.conf"], project="magnum", prog="magnum-conductor")
print(conf.CONF.capi_client.endpoint_type)
"""
KEPT = ("magnum_k8s_driver", "magnum_config_overrides", "magnum_capi_pip_packages", "magnum_user_pip_packages", "magnum_glance_images",
        "magnum_flavors", "magnum_cluster_templates")


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
    # Made by ours, at the end.
    assert got["magnum_glance_images"] == got["magnum_flavors"] == got["magnum_cluster_templates"] == []
    assert "Install it natively" not in done.stdout or sum(each["changed"] for each in recap(done.stdout).values()) == 0


def test_010__packages_of_an_earlier_release__name_the_driver_once(stand_in):
    _, got = stand_in(magnum_user_pip_packages=["magnum-cluster-api@git+https://git.example/x@v0.24.2", "kubernetes"])
    assert [each for each in got["magnum_user_pip_packages"] if each.startswith("magnum-cluster-api")] == ["magnum-cluster-api==0.38.2"]
    assert "kubernetes" in got["magnum_user_pip_packages"]


def test_069__overrides_among_user_variables__do_not_take_the_driver_away(lab, stand_in):
    """They win over what a role is called with; Magnum reads a file of options after magnum.conf."""
    lab.osa.user_variables({"magnum_config_overrides": {"DEFAULT": {"debug": False}}})
    try:
        done, got = stand_in(magnum_capi_endpoint_type="adminURL")
        assert done.returncode == 0, done.stdout[-6000:]
        assert got["magnum_config_overrides"] == {"DEFAULT": {"debug": False}}
        text = lab.host.run("cat", "/etc/magnum/magnum.conf.d/capi.conf")
        assert "endpoint_type = adminURL" in text and "openstack_ca_file = /etc/magnum-ca/external.pem" in text
        again, _ = stand_in(magnum_capi_endpoint_type="adminURL")
        assert sum(each["changed"] for each in recap(again.stdout).values()) == 0, again.stdout[-4000:]
        assert lab.host.run("/openstack/venvs/magnum-untagged/bin/python", "-c", LOADED).strip() == "adminURL"
    finally:
        (lab.osa.config / "user_variables.yml").unlink()
        lab.host.run("rm", "-rf", "/etc/magnum/magnum.conf.d")
