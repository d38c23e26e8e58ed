"""Runs all cases in one playbook per ansible-core, because each start costs a second. Both hosts run side by side.

A case is two tasks per host: one looks at what the case before left behind and prepares the next state, its command
being the mark in the notes between which the commands of a case are counted; the other is the task under test.
"""
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent))
import cases  # noqa: E402
import world as worlds  # noqa: E402
from servers import ansible_venv  # noqa: E402

COLLECTION = "osa_ops.mcapi_vexxhost"
ACTION = """from ansible_collections.osa_ops.mcapi_vexxhost.plugins.plugin_utils.native import NativeAction
ActionModule = NativeAction
"""
SHORT = {"no": "", "root": "r", "unprivileged": "o"}


def cores():
    return os.environ.get("MCAPI_TEST_CORES", ansible_venv.DEFAULT_CORE).split()


def probe() -> Path:
    """The program under test, of the build directory $MCAPI_BUILD."""
    path = Path(os.environ.get("MCAPI_BUILD", ROOT / "build/dev")) / "tests/probe_module"
    if not path.exists():
        pytest.fail("%s is missing: build it first, or set MCAPI_BUILD" % path)
    return path


def for_other_cpu(content: bytes, machine: int) -> bytes:
    return content[:18] + bytes([machine, 0]) + content[20:]


def make_collection(directory: Path, program: Path) -> None:
    plugins = directory / "ansible_collections/osa_ops/mcapi_vexxhost/plugins"
    shutil.copytree(ROOT / "collection/plugins/plugin_utils", plugins / "plugin_utils",
                    ignore=shutil.ignore_patterns("__pycache__"))
    ours = program.read_bytes()
    arm = for_other_cpu(ours, 0xB7)
    here = os.uname().machine
    files = {"probe": ours, "probe_two": ours, "probe_second": arm, "probe_foreign": arm,
             "probe_neither": for_other_cpu(ours, 0x15)}
    seconds = {"probe_two": ("aarch64", arm), "probe_second": (here, ours), "probe_neither": ("aarch64", arm)}
    for folder in ("action", "modules"):
        (plugins / folder).mkdir()
    for name, content in files.items():
        (plugins / "modules" / name).write_bytes(content)
        (plugins / "action" / (name + ".py")).write_text(ACTION, encoding="utf-8")
    for name, (cpu, content) in seconds.items():
        (plugins / "module_bin" / cpu).mkdir(parents=True, exist_ok=True)
        (plugins / "module_bin" / cpu / name).write_bytes(content)
    (plugins.parent / "meta").mkdir()
    groups = {"requires_ansible": ">=2.17.0", "action_groups": {"mcapi": sorted(files)}}
    (plugins.parent / "meta/runtime.yml").write_text(json.dumps(groups), encoding="utf-8")


class Outcome(NamedTuple):
    result: dict
    commands: list   # that were run on the target, and uploads
    look: str        # what was on the target afterwards
    home: Path
    owner: str


def home_name(host: str, become: str) -> str:
    return ("h" if host == "here" else "s") + SHORT[become] if become != "no" else {"here": "me", "there": "sl"}[host]


class Run:
    """One playbook with the chosen cases."""

    def __init__(self, world, directory: Path, chosen: dict):
        self.world = world
        self.directory = directory
        self.cases = chosen
        self.outcomes = {}

    def owner(self, host, become):
        name = home_name(host, become)
        return "root" if name == "me" else self.world.user(name)

    def _state(self, host, previous, case) -> str:
        """The command that looks and prepares. Both hosts have the same tasks, so a host may have nothing to do."""
        sudo = "" if host == "here" else "sudo -n "
        script = "%s%s" % (sudo, HERE / "state.sh")
        words = []
        if previous and "async" in (previous.keywords or {}):  # Ansible's wrapper tidies up after the result is there
            words.append("for i in $(seq 100); do ls %s | grep -q ansible-tmp || break; sleep 0.1; done"
                         % self.temporary(host))
        if previous:
            words.append("%s look %s" % (script, self.world.home(home_name(host, previous.become))))
            words.append("ls -A %s" % self.temporary(host))
        if case and host in case.hosts:
            home = self.world.home(home_name(host, case.become))
            arguments = (case.state, home, self.owner(host, case.become), self.world.program, self.world.digest)
            words.append("%s %s %s %s %s %s" % ((script,) + arguments))
        return " && ".join(words or ["true"])

    def temporary(self, host) -> Path:
        return self.directory / ("tmp-" + host)

    def _tasks(self):
        previous = None
        for number, (name, case) in enumerate(list(self.cases.items()) + [("the end", None)]):
            commands = {host: ": mark-%d-; %s" % (number, self._state(host, previous, case)) for host in cases.BOTH}
            yield {"name": "Prepare " + name, "ansible.builtin.raw": "{{ commands[inventory_hostname] }}",
                   "register": "look_%d" % number, "vars": {"commands": commands, "ansible_pipelining": False}}
            if case:
                yield self._task(number, name, case)
            previous = case

    def _task(self, number, name, case):
        variables = dict(case.variables or {})
        task = {"name": name, "%s.%s" % (COLLECTION, case.module): case.args or {}, "register": "result_%d" % number,
                "ignore_errors": True, "when": "inventory_hostname in %s" % json.dumps(case.hosts)}
        if case.become != "no":
            variables["ansible_become"] = True
            users = {host: self.owner(host, case.become) for host in cases.BOTH}
            variables["ansible_become_user"] = "{{ %s[inventory_hostname] }}" % json.dumps(users)
        return dict(task, vars=variables, **(case.keywords or {}))

    def _inventory(self):
        common = {"ansible_pipelining": True, "ansible_python_interpreter": "/usr/bin/python3",
                  "ansible_admin_users": ["root"] + [self.world.user(n) for n in ("hr", "sr")],
                  "ansible_shell_allow_world_readable_temp": True}
        hosts = {"here": {"ansible_connection": "here", "note_file": str(self.world.notes["here"])},
                 "there": self.world.ssh_variables()}
        for host, variables in hosts.items():
            self.temporary(host).mkdir()
            self.temporary(host).chmod(0o1777)
            variables.update(common, ansible_remote_tmp=str(self.temporary(host)),
                             ansible_system_tmpdirs=[str(self.temporary(host))],
                             ansible_async_dir="%s/async" % self.temporary(host))
        hosts["keeper"] = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
        return {"all": {"hosts": hosts}}

    def play(self, environment: Path, **settings):
        tasks = list(self._tasks())
        names = ", ".join("'%s': %s | default({})" % (t["register"], t["register"]) for t in tasks)
        tasks.append({"name": "Keep", "delegate_to": "keeper", "ansible.builtin.copy": {
            "content": "{{ {%s} | to_json }}" % names, "mode": "0600",
            "dest": "%s/{{ inventory_hostname }}.json" % self.directory}})
        play = [{"hosts": "here:there", "gather_facts": False, "tasks": tasks}]
        (self.directory / "ansible.cfg").touch()
        (self.directory / "play.json").write_text(json.dumps(play), encoding="utf-8")
        (self.directory / "inventory.json").write_text(json.dumps(self._inventory()), encoding="utf-8")
        marks = {host: notes.stat().st_size if notes.exists() else 0 for host, notes in self.world.notes.items()}
        variables = {"ANSIBLE_COLLECTIONS_PATH": self.world.root, "ANSIBLE_HOME": self.directory / "home",
                     "ANSIBLE_CONNECTION_PLUGINS": HERE / "connection", "ANSIBLE_NOCOLOR": "1",
                     "ANSIBLE_DEPRECATION_WARNINGS": "1",
                     "ANSIBLE_CONFIG": self.directory / "ansible.cfg", "HOME": self.world.home("me"), "PYTHONDONTWRITEBYTECODE": "1",
                     "ANSIBLE_SSH_CONTROL_PATH_DIR": self.world.root / "cp",
                     "PATH": "%s:%s" % (environment / "bin", os.environ["PATH"])}
        variables.update(settings)
        done = subprocess.run([environment / "bin/ansible-playbook", "-i", self.directory / "inventory.json",
                               self.directory / "play.json"], cwd=self.directory, check=False, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL,
                              env=dict(os.environ, **{k: str(v) for k, v in variables.items()}))
        self.output = done.stdout
        (self.directory / "output").write_text(done.stdout, encoding="utf-8")
        assert done.returncode == 0, done.stdout[-20000:]
        for host in cases.BOTH:
            self._collect(host, marks[host])
        return self

    def _collect(self, host, mark):
        results = json.loads((self.directory / (host + ".json")).read_text(encoding="utf-8"))
        with open(self.world.notes[host], encoding="utf-8") as file:
            file.seek(mark)
            notes = file.read().split("\n")[:-1]  # other ends of lines may be in a command
        begins = [i for i, line in enumerate(notes) if ": mark-" in line]
        for number, (name, case) in enumerate(self.cases.items()):
            if host in case.hosts:
                self.outcomes[host, name] = Outcome(
                    results["result_%d" % number], notes[begins[number] + 1:begins[number + 1]],
                    results["look_%d" % (number + 1)]["stdout"],
                    self.world.home(home_name(host, case.become)), self.owner(host, case.become))


@pytest.fixture(scope="session")
def world():
    reason = worlds.lacking()
    if reason:
        pytest.skip(reason)
    with tempfile.TemporaryDirectory(prefix="mcapi-fastpath-") as directory:
        root = Path(directory)
        root.chmod(0o755)  # other users go through it
        program = root / "probe"
        shutil.copy(probe(), program)
        make_collection(root, program)
        with worlds.World(root, program, hashlib.sha256(program.read_bytes()).hexdigest()) as made:
            yield made


def venv(version):
    try:
        return ansible_venv.ansible(version)
    except RuntimeError as error:
        pytest.skip("ansible-core %s: %s" % (version, error))


@pytest.fixture(scope="session")
def runs(world):
    """runs(core): what became of the cases there."""
    done = {}

    def run(core):
        if core in done and done[core] is None:
            pytest.fail("the playbook failed before")
        if core not in done:
            done[core] = None
            directory = world.root / ("run-" + core)
            directory.mkdir()
            everything = core == main_core()
            chosen = {n: c for n, c in cases.CASES.items() if everything or c.everywhere}
            done[core] = Run(world, directory, chosen).play(venv(core))
        return done[core]

    return run


def main_core():
    return ansible_venv.DEFAULT_CORE if ansible_venv.DEFAULT_CORE in cores() else cores()[0]
