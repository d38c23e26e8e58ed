"""Check mode where nothing of a role is there yet: it predicts what it can, and goes on."""
import pytest
from plays import include, words

NOBODY = "nobody-of-that-name"


def test_018__magnums_user_is_not_there_yet__its_database_is_left_for_later(roles):
    done = roles.play([include("magnum", "migrate.yml")], "--check", variables={"_magnum_user": NOBODY, "_magnum_etc": str(roles.root),
                                                                                "_magnum_first": "one", "magnum_bin": "/nonexistent"})
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("role, files, variables", [
    ("capi_proxy", ["user.yml", "forward.yml"], {"capi_proxy_system_group_name": NOBODY, "capi_proxy_system_user_name": NOBODY,
                                                 "capi_proxy_forward_hosts": "{{ folder }}/hosts"}),
    ("capi_backup", ["group.yml"], {"cluster_api_backups_group_name": NOBODY, "cluster_api_backups_path": "{{ folder }}"})])
def test_018__group_is_not_there_yet_and_its_file_is__the_file_waits_for_it(roles, role, files, variables):
    """As in a container that was made again: the folder of backups is the physical host's."""
    (roles.root / "hosts").touch()
    done = roles.play([include(role, file) for file in files], "--check", variables={"folder": str(roles.root), **variables})
    assert done.returncode == 0 and "Make the group" in done.stdout, done.stdout


@pytest.mark.parametrize("there", [True, False])
def test_018__cluster_api_shall_be_upgraded__its_files_are_not_there_and_that_is_told(roles, there):
    """As check mode after an upgrade of the collection, whose default version is another one."""
    roles.module("clusterctl_init", '{"changed": false}')
    (roles.root / "etc/kubernetes/admin.conf").touch()
    folder = roles.root / "providers"
    new = ("cluster-api/v1.14.2/core", "bootstrap-kubeadm/v1.14.2/bootstrap", "control-plane-kubeadm/v1.14.2/control-plane")
    for name in ("infrastructure-sample/v0.2.0/infrastructure", *(new if there else ())):
        (folder / name).parent.mkdir(parents=True)
        (folder / (name + "-components.yaml")).touch()
    done = roles.play([include("cluster_api", "providers.yml")], "--check", variables={
        "cluster_api_version": "1.14.2", "cluster_api_infrastructure_provider": "sample", "cluster_api_infrastructure_version": "0.2.0",
        "cluster_api_provider_path": str(folder)})
    assert done.returncode == 0, done.stdout
    assert len(roles.calls("clusterctl_init")) == int(there)
    absent = "The files of cluster-api v1.14.2, bootstrap-kubeadm v1.14.2, control-plane-kubeadm v1.14.2 are not on this host yet"
    assert (absent in words(done)) == (not there), done.stdout


def test_018__magnum_does_not_answer_yet__its_templates_are_left_for_later(roles):
    roles.module("stand_in_of_api", '{"failed": true, "status": -1, "msg": "refused"}')
    done = roles.play([include("magnum_resources", "templates.yml")], "--check", variables={
        "magnum_cluster_templates": [{"name": "t"}], "magnum_resources_retries": 1})
    assert done.returncode == 0, done.stdout
    assert len(roles.calls("stand_in_of_api")) == 1


def test_018__haproxy_has_no_folder_of_services_yet__nothing_is_joined(roles):
    done = roles.play([include("haproxy_frontend", "main.yml")], "--check", variables={"internal_lb_vip_address": "10.0.0.9"})
    assert done.returncode == 0 and "Write each service" in done.stdout, done.stdout


def test_functional_test__check_mode__tells_that_nothing_is_tried(roles):
    done = roles.play([include("functional_test", "main.yml")], "--check")
    assert done.returncode == 0 and "nothing is tried in check mode" in words(done) and "has passed" not in done.stdout, done.stdout
    assert not roles.calls("stand_in_of_api")
