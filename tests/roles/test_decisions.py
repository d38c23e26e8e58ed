"""What roles make of what they are told and find: refusals, values, what they remove. Small plays on this machine."""
import base64
import json
import re

import pytest
from conftest import CORES, NAMESPACE, ROOT, ansible
from osa import yaml


@pytest.fixture
def play(collections, tmp_path):
    """Runs tasks with the variables of roles, and others that win over them."""
    def run(tasks, variables=None, roles=(), hosts=None, **more):
        files = [str(ROOT / "roles" / role / part / "main.yml") for role in roles for part in ("defaults", "vars")]
        hosts = {name: dict(values, ansible_connection="local", ansible_python_interpreter="{{ ansible_playbook_python }}")
                 for name, values in (hosts or {"one": {}}).items()}
        (tmp_path / "hosts.json").write_text(yaml({"k8s_all": {"hosts": hosts}}), encoding="utf-8")
        (tmp_path / "more.json").write_text(yaml(variables or {}), encoding="utf-8")
        (tmp_path / "play.yml").write_text(yaml([dict({"hosts": "k8s_all", "gather_facts": False, "vars_files": files, "tasks": tasks}, **more)]),
                                           encoding="utf-8")
        return ansible(CORES[-1], collections, "-i", tmp_path / "hosts.json", tmp_path / "play.yml", "-e", "@%s" % (tmp_path / "more.json"))
    return run


def tell(**expressions):
    """A task that prints what expressions come to."""
    return {"ansible.builtin.debug": {"msg": "told {{ inventory_hostname }} {{ {%s} | to_json | b64encode }} ." % ", ".join(
        "'%s': %s" % pair for pair in expressions.items())}}


def told(done):
    """That, host to name to value."""
    assert done.returncode == 0, done.stdout
    return {host: json.loads(base64.b64decode(text)) for host, text in re.findall(r"told (\S+) (\S+) \.", done.stdout)}


def include(role, part):
    return {"ansible.builtin.include_role": {"name": "%s.%s" % (NAMESPACE, role), "tasks_from": part}}


@pytest.mark.parametrize("was_there", [True, False])
def test_functional_test__folder_of_the_kubeconfig__stays_where_it_was_there(play, tmp_path, was_there):
    folder = tmp_path / "home"
    folder.mkdir()
    for name in ("config", "config.key", "of-somebody-else"):
        (folder / name).write_text("", encoding="ascii")
    done = play([include("functional_test", "forget.yml")], {
        "functional_test_kubeconfig_file": str(folder / "config"), "functional_test_folder": {"stat": {"exists": was_there}},
        "functional_test_request": {"stdout": "made"}})
    assert done.returncode == 0, done.stdout
    assert sorted(path.name for path in folder.glob("*")) == (["of-somebody-else"] if was_there else [])
    assert folder.exists() == was_there


def test_functional_test__test_wrote_no_kubeconfig__the_file_of_that_name_stays(play, tmp_path):
    (tmp_path / "config").write_text("", encoding="ascii")
    done = play([include("functional_test", "forget.yml")], {
        "functional_test_kubeconfig_file": str(tmp_path / "config"), "functional_test_folder": {}, "functional_test_request": {}})
    assert done.returncode == 0, done.stdout
    assert (tmp_path / "config").exists()


def test_cni__kube_proxy_is_left_out__cilium_does_its_work(play):
    hosts = {"plain": {}, "replaced": {"cilium_replace_kube_proxy": True, "internal_lb_vip_address": "10.1.1.1", "kubernetes_api_port": 7443},
             "alone": {"cilium_replace_kube_proxy": True, "management_address": "10.2.2.2"}}
    found = told(play([tell(values="_cni_values", name="cni_cilium_release_name")], {"cilium_helm_release_name": "c"}, ["cni"], hosts))
    names = ("kubeProxyReplacement", "k8sServiceHost", "k8sServicePort")
    assert not set(names) & set(found["plain"]["values"]) and found["plain"]["name"] == "c"
    assert [found["replaced"]["values"][name] for name in names] == [True, "10.1.1.1", 7443]
    assert [found["alone"]["values"][name] for name in names] == [True, "10.2.2.2", 6443]


def test_cni__cluster_was_made_by_another_host__that_one_applies_cilium(play):
    files = {"results": [{"item": "one", "stat": {"exists": False}}, {"item": "two", "stat": {"exists": True}}]}
    found = told(play([tell(host="_cni_bootstrap_host")], {"kubernetes_admin_files": files}, ["kubernetes", "cni"], {"one": {}, "two": {}}))
    assert found["one"] == found["two"] == {"host": "two"}
