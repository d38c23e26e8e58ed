#!/usr/bin/env python3
"""fastpath.py [--runs N] [--write]: what a task costs over ssh, beside the work it does.

Plays of 50 tasks and of one, over an sshd on loopback; a task's time is the difference divided by 49. Ours with and
without the fast path, and a Python module, all with pipelining. With --write the medians go to docs/bench/.
"""
import argparse
import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
sys.path.insert(0, str(ROOT / "tests/fastpath"))
import world as worlds  # noqa: E402
from servers import ansible_venv  # noqa: E402

OURS = "osa_ops.mcapi_vexxhost.k8s_apply"
TASKS = 50
# No object, so no request: what is left is the way there and back.
ARGUMENTS = {"definition": [], "host": "https://127.0.0.1:1", "api_key": "none"}
WAYS = {
    "ours, fast path": (OURS, ARGUMENTS, {}),
    "ours, uploaded each time": (OURS, ARGUMENTS, {"mcapi_fast_path": False}),
    "ansible.builtin.ping (Python, pipelined)": ("ansible.builtin.ping", {}, {}),
}


def make_collection(root: Path, program: Path) -> None:
    target = root / "ansible_collections/osa_ops/mcapi_vexxhost"
    shutil.copytree(ROOT / "collection", target)
    shutil.copy(program, target / "plugins/modules/k8s_apply")


class Bench:
    def __init__(self, world, python: Path):
        self.world = world
        self.bin = python
        variables = dict(world.ssh_variables(), ansible_pipelining=True, ansible_python_interpreter="/usr/bin/python3")
        inventory = {"all": {"hosts": {"there": variables}}}
        (world.root / "inventory.json").write_text(json.dumps(inventory), encoding="utf-8")

    def seconds(self, way: str, tasks: int) -> float:
        module, arguments, variables = WAYS[way]
        task = {module: arguments, "vars": variables}
        named = [dict(task, name="Task %d" % i) for i in range(tasks)]
        play = [{"hosts": "there", "gather_facts": False, "tasks": named}]
        (self.world.root / "play.json").write_text(json.dumps(play), encoding="utf-8")
        environment = {"ANSIBLE_COLLECTIONS_PATH": self.world.root, "ANSIBLE_HOME": self.world.root / "ansible",
                       "ANSIBLE_SSH_CONTROL_PATH_DIR": self.world.root / "cp"}
        begin = time.monotonic()
        done = subprocess.run([self.bin / "ansible-playbook", "-i", self.world.root / "inventory.json",
                               self.world.root / "play.json"], cwd=self.world.root, check=False, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL,
                              env=dict(os.environ, **{k: str(v) for k, v in environment.items()}))
        if done.returncode != 0:
            sys.exit("the play failed:\n" + done.stdout[-4000:])
        return time.monotonic() - begin

    def commands(self) -> int:
        return len(self.world.notes["there"].read_text(encoding="utf-8").splitlines())

    def measure(self, way: str, runs: int) -> dict:
        self.seconds(way, 1)  # fills the cache and opens the connection
        before = self.commands()
        many = [self.seconds(way, TASKS) for _ in range(runs)]
        commands = (self.commands() - before) / runs / TASKS
        one = statistics.median(self.seconds(way, 1) for _ in range(runs))
        each = sorted((seconds - one) / (TASKS - 1) for seconds in many)
        return {"milliseconds_per_task": round(1000 * statistics.median(each), 1), "commands_per_task": commands,
                "fastest": round(1000 * each[0], 1), "slowest": round(1000 * each[-1], 1), "runs": runs}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help="of the play with %d tasks, default %%(default)s" % TASKS)
    parser.add_argument("--write", action="store_true", help="write docs/bench/fastpath.json")
    parser.add_argument("--program", type=Path, default=ROOT / "build/bin/k8s_apply", help="default: %(default)s")
    options = parser.parse_args()
    reason = worlds.lacking()
    if reason:
        print("the fast path is not measured: %s" % reason)
        return 0
    version = ansible_venv.DEFAULT_CORE
    results = {"ansible_core": version, "tasks": TASKS, "program_bytes": options.program.stat().st_size, "ways": {}}
    with tempfile.TemporaryDirectory(prefix="mcapi-fastpath-bench-") as directory:
        root = Path(directory)
        root.chmod(0o755)
        make_collection(root, options.program)
        digest = hashlib.sha256(options.program.read_bytes()).hexdigest()
        with worlds.World(root, options.program, digest) as world:
            bench = Bench(world, ansible_venv.ansible(version) / "bin")
            for way in WAYS:
                found = results["ways"][way] = bench.measure(way, options.runs)
                print("%-42s %6.1f ms per task, %.1f commands" % (
                    way, found["milliseconds_per_task"], found["commands_per_task"]), flush=True)
    if options.write:
        (ROOT / "docs/bench").mkdir(parents=True, exist_ok=True)
        (ROOT / "docs/bench/fastpath.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
