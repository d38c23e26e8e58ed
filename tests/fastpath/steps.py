"""Tasks of one host after another, each with the commands that it cost.

A command before each task is the mark in the notes between which its own commands are. Hosts come one by one, so they
may share the notes of one sshd.
"""
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple, Optional

HERE = Path(__file__).resolve().parent
MODULE = "osa_ops.mcapi_vexxhost.probe"


class Step(NamedTuple):
    host: str
    name: str
    args: Optional[dict] = None
    become_user: Optional[str] = None
    keywords: Optional[dict] = None   # of the task
    variables: Optional[dict] = None


class Seen(NamedTuple):
    result: dict
    commands: list

    def text(self) -> str:
        lines = "\n".join(self.commands)
        return "%d commands:\n%s\n%s" % (len(self.commands), lines, json.dumps(self.result, indent=1))


def _tasks(number, step):
    mark = {"name": "Mark", "ansible.builtin.raw": ": mark-%d-" % number}
    variables = dict(step.variables or {})
    if step.become_user:
        variables.update(ansible_become=True, ansible_become_user=step.become_user)
    return [mark, {"name": step.name, MODULE: step.args or {}, "register": "result_%d" % number, "ignore_errors": True,
                   "ignore_unreachable": True, "vars": variables, **(step.keywords or {})}]


def _plays(directory, steps):
    for host in dict.fromkeys(step.host for step in steps):
        own = [(number, step) for number, step in enumerate(steps) if step.host == host]
        names = ", ".join("'%d': result_%d | default({})" % (number, number) for number, _ in own)
        tasks = [task for number, step in own for task in _tasks(number, step)]
        tasks.append({"name": "Mark the end", "ansible.builtin.raw": ": mark-end-"})
        tasks.append({"name": "Keep", "delegate_to": "keeper", "ansible.builtin.copy": {
            "content": "{{ {%s} | to_json }}" % names, "mode": "0600", "dest": "%s/%s.json" % (directory, host)}})
        yield {"name": host, "hosts": host, "gather_facts": False, "tasks": tasks}


def play(directory: Path, playbook: list, hosts: dict, steps: list, notes: Path, **settings):
    """The words of PLAYBOOK start ansible-playbook. Returns {(host, name): Seen} and what Ansible printed."""
    common = {"ansible_pipelining": True, "ansible_python_interpreter": "/usr/bin/python3"}
    inventory = {name: dict(common, **variables) for name, variables in hosts.items()}
    inventory["keeper"] = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    files = {"inventory.json": {"all": {"hosts": inventory}}, "play.json": list(_plays(directory, steps))}
    directory.mkdir()
    for name, content in files.items():
        (directory / name).write_text(json.dumps(content), encoding="utf-8")
    (directory / "ansible.cfg").touch()
    variables = {"ANSIBLE_HOME": directory / "home", "ANSIBLE_CONNECTION_PLUGINS": HERE / "connection",
                 "ANSIBLE_NOCOLOR": "1", "ANSIBLE_CONFIG": directory / "ansible.cfg", "PYTHONDONTWRITEBYTECODE": "1"}
    mark = notes.stat().st_size if notes.exists() else 0
    variables = {name: str(value) for name, value in {**variables, **settings}.items()}
    done = subprocess.run([*playbook, "-vvv", "-i", directory / "inventory.json", directory / "play.json"],
                          cwd=directory, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, env=dict(os.environ, **variables))
    assert done.returncode == 0, done.stdout[-20000:]
    return _collect(directory, steps, notes, mark), done.stdout


def _collect(directory, steps, notes, mark):
    with open(notes, encoding="utf-8") as file:
        file.seek(mark)
        lines = file.read().split("\n")[:-1]
    marks = [index for index, line in enumerate(lines) if ": mark-" in line]
    seen = {}
    for number, step in enumerate(steps):
        begin = next(index for index in marks if ": mark-%d-" % number in lines[index])
        end = next(index for index in marks if index > begin)
        results = json.loads((directory / (step.host + ".json")).read_text(encoding="utf-8"))
        seen[step.host, step.name] = Seen(results[str(number)], lines[begin + 1:end])
    return seen
