"""Runs all cases of test_action_plugin.py in one playbook per ansible-core, because each start costs a second."""
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent))
from servers import ansible_venv  # noqa: E402

MODULE = "osa_ops.mcapi_vexxhost.k8s_apply"
PASSWORD = "open sesame"  # of a vault that lives as long as the test


def cores():
    return os.environ.get("MCAPI_TEST_CORES", ansible_venv.DEFAULT_CORE).split()


class Outcomes:
    """What became of each case: the registered result of its task."""

    def __init__(self, directory: Path, results: dict):
        self.directory = directory
        self._results = results

    def __getitem__(self, name: str) -> dict:
        return self._results[name]


def make_collection(directory: Path) -> None:
    plugins = directory / "collections/ansible_collections/osa_ops/mcapi_vexxhost/plugins"
    for name in ("action", "modules"):
        (plugins / name).mkdir(parents=True)
    shutil.copy(ROOT / "collection/plugins/action/k8s_apply.py", plugins / "action")
    shutil.copytree(ROOT / "collection/plugins/plugin_utils", plugins / "plugin_utils")
    stub = (HERE / "stub_module.py").read_text(encoding="utf-8").replace("#!/usr/bin/python3", "#!" + sys.executable)
    (plugins / "modules/k8s_apply").write_text(stub, encoding="utf-8")
    (directory / "connection").mkdir()
    shutil.copy(HERE / "far_away.py", directory / "connection")


def write_files(directory: Path, files: dict, bin_directory: Path) -> None:
    (directory / "password").write_text(PASSWORD, encoding="utf-8")
    for name, content in files.items():
        path = directory / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        if "vaulted" in name:
            subprocess.run([bin_directory / "ansible-vault", "encrypt", "--vault-password-file", directory / "password",
                            path], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def playbook(cases: dict) -> str:
    tasks = []
    for number, (name, case) in enumerate(cases.items()):
        task = {"name": name, MODULE: case["args"], "register": "result_%d" % number, "ignore_errors": True}
        task.update(case.get("keywords", {}))
        tasks.append(task)
    names = ", ".join("%s: result_%d" % (json.dumps(n), i) for i, n in enumerate(cases))
    tasks.append({"name": "Keep", "ansible.builtin.copy": {
        "content": "{{ {%s} | to_json }}" % names, "dest": "{{ playbook_dir }}/results.json", "mode": "0600"}})
    variables = {"colour": "blue", "settings": {"kind": "ConfigMap", "apiVersion": "v1"},
                 "ansible_python_interpreter": sys.executable, "nothing": ""}
    return json.dumps([{"hosts": "localhost", "gather_facts": False, "vars": variables, "tasks": tasks}])


@pytest.fixture(scope="session", params=cores())
def outcomes(request, tmp_path_factory) -> Outcomes:
    import test_action_plugin as table
    try:
        environment = ansible_venv.ansible(request.param)
    except RuntimeError as error:
        pytest.skip("ansible-core %s: %s" % (request.param, error))
    directory = tmp_path_factory.mktemp("play")
    make_collection(directory)
    write_files(directory, table.FILES, environment / "bin")
    (directory / "play.yml").write_text(playbook(table.CASES), encoding="utf-8")
    settings = {"ANSIBLE_COLLECTIONS_PATH": directory / "collections", "ANSIBLE_HOME": directory / "home",
                "ANSIBLE_CONNECTION_PLUGINS": directory / "connection", "ANSIBLE_LOCALHOST_WARNING": "0",
                "ANSIBLE_VAULT_PASSWORD_FILE": directory / "password", "ANSIBLE_DEPRECATION_WARNINGS": "1",
                "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0", "ANSIBLE_NOCOLOR": "1",
                "PATH": "%s:%s" % (environment / "bin", os.environ["PATH"])}
    result = subprocess.run([environment / "bin/ansible-playbook", directory / "play.yml"], cwd=directory,
                            env=dict(os.environ, **{k: str(v) for k, v in settings.items()}), check=False,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert result.returncode == 0, result.stdout
    results = json.loads((directory / "results.json").read_text(encoding="utf-8"))
    found = Outcomes(directory, results)
    found.output = result.stdout
    return found
