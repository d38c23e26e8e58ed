"""Roles and playbooks without a host to change: syntax, style, and what variables come to. One playbook per ansible-core evaluates all
cases, each a host of its own, because each start costs seconds."""
import json
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE))
from command import CORES, NAMESPACE, ROOT, ansible, tools  # noqa: E402, F401
from osa import OpenStackAnsible, yaml  # noqa: E402
from plays import play, plays_of, roles  # noqa: E402, F401
from staging import stage  # noqa: E402

EVALUATED = ("containerd", "kube_binaries", "kubernetes", "cni", "cert_manager", "cluster_api", "capi_backup", "haproxy_frontend",
             "lxc_guest", "preflight")


@pytest.fixture(scope="session")
def collections(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("collections")
    stage(path)
    return path


@pytest.fixture(scope="session")
def variables_only(tmp_path_factory) -> Path:
    """The same without tasks: what is left of a role are its variables."""
    path = tmp_path_factory.mktemp("variables")
    for role in (stage(path) / "roles").iterdir():
        if (role / "tasks/main.yml").is_file():
            (role / "tasks/main.yml").write_text("---\n[]\n", encoding="ascii")
            (role / "meta/argument_specs.yml").unlink(missing_ok=True)
    return path


def defaults_of(role: str) -> dict:
    """The names of a role's variables, and the text of each default."""
    values, name = {}, None
    for line in (ROOT / "roles" / role / "defaults/main.yml").read_text(encoding="utf-8").splitlines():
        if line and line[0].islower():
            name, _, values[name] = line.partition(":")
        elif name and line.startswith(" "):
            values[name] += line
    return values


class Plans:
    """Variables of the roles as each case gets them."""

    def __init__(self, results: dict, output: str):
        self._results, self.output = results, output

    def __getitem__(self, case: str) -> dict:
        return self._results[case]


def evaluate(folder: Path, core: str, collections: Path, cases: dict, osa_defaults=None, user_variables=None, group_vars=None,
             extra=()) -> Plans:
    """cases: {name: variables of a host}. All are in k8s_all; nothing runs on them but what looks at variables."""
    osa = OpenStackAnsible(folder, tools(core), collections)
    if osa_defaults is not None:
        osa.osa_defaults(osa_defaults)
    if group_vars is not None:
        osa.group_vars("k8s_all", group_vars)
    if user_variables is not None:
        osa.user_variables(user_variables)
    osa.more_groups = {"k8s_capi": {"hosts": list(cases)}, "k8s_container": {"hosts": list(cases)}}
    osa.more_hosts = {name: dict({"ansible_connection": "local", "management_address": "172.29.236.100", "physical_host": "aio1",
                                  "ansible_python_interpreter": sys.executable}, **values) for name, values in cases.items()}
    names = sorted(set(name for role in EVALUATED for name in defaults_of(role)))
    play = {"hosts": "k8s_all", "gather_facts": False, "strategy": "linear",
            "roles": [{"role": "%s.%s" % (NAMESPACE, role)} for role in EVALUATED],
            "post_tasks": [{"name": "Keep", "ansible.builtin.copy": {
                "content": "{{ lookup('ansible.builtin.template', playbook_dir ~ '/dump.j2') }}",
                "dest": "{{ playbook_dir }}/{{ inventory_hostname }}.json", "mode": "0600"}, "check_mode": False}]}
    facts = {"name": "Pretend", "ansible.builtin.set_fact": {"architecture": "x86_64", "os_family": "Debian", "hostname": "Node_1",
                                                             "default_ipv4": {"address": "10.0.0.1"}, "cacheable": True}}
    play["pre_tasks"] = [facts]
    (folder / "dump.j2").write_text("{%% set all = {} %%}{%% for name in %s %%}{%% set _ = all.update({name: lookup('ansible.builtin.vars', "
                                    "name)}) %%}{%% endfor %%}{{ all | to_json }}" % json.dumps(names), encoding="utf-8")
    (folder / "dump.yml").write_text(yaml([play]), encoding="utf-8")
    done = osa.run(folder / "dump.yml", *extra)
    assert done.returncode == 0, done.stdout[-4000:]
    return Plans({name: json.loads((folder / (name + ".json")).read_text()) for name in cases}, done.stdout)
