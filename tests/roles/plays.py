"""Small plays on this machine: with the variables of roles alone, or with their own tasks and every path below a folder of the test."""
import base64
import json
import re

import pytest
import yaml as pyyaml
from command import CORES, NAMESPACE, ROOT, ansible
from osa import yaml
from staging import stage

TOKEN, KEY = "abcdef.0123456789abcdef", "c" * 64
# What it is called with, and whether what has to be there before is there.
KUBEADM = """#!/bin/sh
echo "$* $(cd %(root)s/etc/kubernetes && find pki -type f 2>/dev/null | sort | tr '\\n' ' ')" >>%(root)s/kubeadm
case "$*" in
"token create"*) echo "kubeadm join 10.0.0.1:6443 --token %(token)s --discovery-token-ca-cert-hash sha256:%(key)s";;
"init phase"*) echo "%(key)s";;
init*|join*) [ ! -e %(root)s/refuses ] || { echo "refused with %(token)s" >&2; exit 1; }; : >%(root)s/etc/kubernetes/admin.conf;;
esac
"""
STAND_IN = """#!/bin/sh
# WANT_JSON
cat "$1" >>%s
echo >>%s
echo '%s'
"""


@pytest.fixture
def play(collections, tmp_path):
    """Runs tasks with the variables of roles, and others that win over them."""
    def run(tasks, variables=None, roles=(), inventory=None, groups=None, environment=None, **more):
        files = [str(ROOT / "roles" / role / part / "main.yml") for role in roles for part in ("defaults", "vars")]
        hosts = {name: dict(values, ansible_connection="local", ansible_python_interpreter="{{ ansible_playbook_python }}")
                 for name, values in (inventory or {"one": {}}).items()}
        found = {"k8s_all": {"hosts": hosts}, **{name: {"hosts": dict.fromkeys(members, {})} for name, members in (groups or {}).items()}}
        (tmp_path / "hosts.json").write_text(yaml(found), encoding="utf-8")
        (tmp_path / "more.json").write_text(yaml(variables or {}), encoding="utf-8")
        (tmp_path / "play.yml").write_text(yaml([dict({"hosts": "k8s_all", "gather_facts": False, "vars_files": files, "tasks": tasks}, **more)]),
                                           encoding="utf-8")
        return ansible(CORES[-1], collections, "-i", tmp_path / "hosts.json", tmp_path / "play.yml", "-e", "@%s" % (tmp_path / "more.json"),
                       environment=environment)
    return run


@pytest.fixture
def plays_of(collections, tmp_path):
    """Plays of a playbook of ours, by their names, on a host of k8s_all and one of magnum_all that cannot be reached."""
    def play(playbook, variables, *arguments, names=None, core=CORES[-1], magnum=None):
        inventory = {"k8s_all": {"hosts": {"node": {"ansible_host": "192.0.2.1"}}}}
        if magnum is not None:
            inventory["magnum_all"] = {"hosts": {"magnum": dict(magnum, ansible_host="192.0.2.1")}}
        (tmp_path / "hosts.json").write_text(yaml(inventory), encoding="utf-8")
        (tmp_path / "more.json").write_text(yaml(variables), encoding="utf-8")
        book = pyyaml.safe_load((ROOT / "playbooks" / (playbook + ".yml")).read_text(encoding="utf-8"))
        (tmp_path / "play.yml").write_text(yaml([each for each in book if names is None or each["name"] in names]), encoding="utf-8")
        return ansible(core, collections, "-i", tmp_path / "hosts.json", tmp_path / "play.yml", "-e", "@%s" % (tmp_path / "more.json"), *arguments)
    return play


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


class Roles:
    """The collection, changed to do no harm here."""

    def __init__(self, folder):
        self.root, self.collections = folder / "root", folder / "collections"
        (self.root / "etc/kubernetes").mkdir(parents=True)
        (self.root / "bin").mkdir()
        staged = stage(self.collections)
        for path in (path for folder in ("tasks", "vars", "defaults", "handlers") for path in staged.glob("roles/*/%s/*.yml" % folder)):
            text = re.sub(r"(?<![\w.}])/(etc|usr/bin|var/lib)/(?=[a-z])", r"%s/\1/" % self.root, path.read_text(encoding="utf-8"))
            text = re.sub(r"unarchive: /usr/bin\b", "unarchive: %s/bin" % self.root, text)
            for module, stand_in in (("systemd_service", "stand_in"), ("uri", "stand_in_of_api")):
                text = text.replace("ansible.builtin.%s:" % module, "%s.%s:" % (NAMESPACE, stand_in))
            path.write_text(text, encoding="utf-8")
        self.module("stand_in", '{"changed": true}')
        self.api(-1)
        self.module("k8s_apply", '{"changed": false, "resources": []}')
        (self.root / "bin/kubeadm").write_text(KUBEADM % {"root": self.root, "token": TOKEN, "key": KEY}, encoding="utf-8")
        (self.root / "bin/kubeadm").chmod(0o755)

    def module(self, name: str, answer: str):
        path = self.collections / "ansible_collections/osa_ops/mcapi_vexxhost/plugins/modules" / name
        log = self.root / (name + ".log")
        path.write_text(STAND_IN % (log, log, answer), encoding="utf-8")
        path.chmod(0o755)

    def api(self, status: int):
        """What https://ENDPOINT/readyz answers."""
        self.module("stand_in_of_api", '{"changed": false, "status": %d}' % status)

    def calls(self, name: str) -> list:
        log = self.root / (name + ".log")
        return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines() if line] if log.exists() else []

    def kubeadm(self) -> list:
        """What it was called with."""
        log = self.root / "kubeadm"
        return log.read_text(encoding="utf-8").splitlines() if log.exists() else []

    def play(self, tasks, *arguments, variables=None, roles=(), inventory=None, groups=None, **more):
        files = [str(ROOT / "roles" / role / part / "main.yml") for role in roles for part in ("defaults", "vars")]
        hosts = {name: {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}", **values}
                 for name, values in (inventory or {"one": {}}).items()}
        (self.root / "hosts.json").write_text(yaml({"k8s_all": {"hosts": hosts}, **(groups or {})}), encoding="utf-8")
        (self.root / "more.json").write_text(yaml(variables or {}), encoding="utf-8")
        facts = {"ansible.builtin.set_fact": {"architecture": "x86_64", "os_family": "Debian", "hostname": "one", "cacheable": True}}
        play = {"hosts": "k8s_all", "gather_facts": False, "vars_files": files, "tasks": [facts, *tasks],
                "environment": {"PATH": "%s/bin:/usr/bin:/bin:/usr/sbin:/sbin" % self.root}, **more}
        (self.root / "play.yml").write_text(yaml([play]), encoding="utf-8")
        return ansible(CORES[0], self.collections, "-i", self.root / "hosts.json", self.root / "play.yml", "-e", "@%s" % (self.root / "more.json"),
                       *arguments)


@pytest.fixture
def roles(tmp_path):
    return Roles(tmp_path)


def words(done) -> str:
    return re.sub(r"\s+", " ", done.stdout)


def kubernetes(roles, file, *arguments, two=None, **variables):
    """Part of the role on the host `one`; `two` has the cluster where it matters."""
    variables = {"kubernetes_kubelet_node_ip": "10.0.0.1", "kubernetes_hostname": "10.0.0.9", **variables}
    return roles.play([{**include("kubernetes", file), "when": "inventory_hostname == 'one'"}], *arguments, variables=variables,
                      serial="{{ serial | default('100%') }}",
                      inventory={"one": {}, "two": two or {}})
