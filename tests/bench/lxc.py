#!/usr/bin/env python3
"""lxc.py [--runs N] [--write]: the same tasks by lxc_container and by community.general.lxc_container, on real containers.

Both are started as programs, without Ansible around them, which is to the advantage of theirs. With --write the medians
go to docs/bench/lxc.json. The last case is ours alone: from a tarball of Debian to a running systemd.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
from servers import ansible_venv  # noqa: E402
from servers.lxc import rootfs  # noqa: E402
from servers.lxc.facts import PYTHON  # noqa: E402
from servers.lxc.world import TEMPLATE, World, why_not  # noqa: E402

DEFAULT = Path("/var/lib/lxc")  # theirs can start containers nowhere else
OURS, THEIRS = "lxc_container", "community.general.lxc_container"
# (title, options), one after the other on one container.
TASKS = [
    ("create and start", {}),
    ("nothing to do", {}),
    ("change what needs a restart", {"container_config": ["lxc.environment=A=1"]}),
    ("freeze", {"state": "frozen"}),
    ("thaw", {}),
    ("stop", {"state": "stopped"}),
    ("remove", {"state": "absent"}),
]


class Ours:
    def __init__(self, program: Path, work: Path):
        self.program, self.work = program, work

    def run(self, options) -> dict:
        path = self.work / "ours.json"
        path.write_text(json.dumps(options), encoding="utf-8")
        return finish([self.program, path], {"PATH": os.environ["PATH"]})


class Theirs:
    def __init__(self, work: Path):
        self.work = work
        self.packages = next((ansible_venv.peers() / "lib").glob("python3.*")) / "site-packages"

    def run(self, options) -> dict:
        path = self.work / "theirs.json"
        path.write_text(json.dumps({"ANSIBLE_MODULE_ARGS": options}), encoding="utf-8")
        return finish([PYTHON, "-m", "ansible_collections.community.general.plugins.modules.lxc_container", path],
                      {"PATH": os.environ["PATH"], "PYTHONPATH": str(self.packages), "HOME": str(self.work)})


def finish(argv, environment) -> dict:
    """The result, with the seconds it took."""
    begin = time.monotonic()
    result = subprocess.run([str(a) for a in argv], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, check=False)
    seconds = time.monotonic() - begin
    lines = [line for line in result.stdout.splitlines() if line.startswith("{")]
    answer = json.loads(lines[-1]) if lines else {"failed": True, "msg": result.stderr}
    if answer.get("failed"):
        sys.exit("%s failed: %s" % (argv[0], answer["msg"]))
    return dict(answer, seconds=seconds)


def one_round(tool, world, image) -> list:
    """Seconds of each task on a fresh busybox container."""
    box = world.box(lxcpath=DEFAULT)
    common = {"name": box.name, "template": str(TEMPLATE), "template_options": "--tarball %s --no-include" % image,
              "config": str(world.config("lxc.net.0.type = empty"))}
    try:
        return [tool.run(dict(common, **options))["seconds"] for _, options in TASKS]
    finally:
        box.destroy()


def to_systemd(ours, world, image) -> float:
    """Seconds from a tarball of Debian to a running systemd. The container stays until the end: ext4 makes new files ten times
    slower while ten thousand were deleted a moment ago."""
    box = world.box()
    answer = ours.run({"name": box.name, "lxc_path": str(world.lxcpath), "template": str(TEMPLATE),
                       "template_options": ["--tarball", str(image)], "config": str(world.config("lxc.net.0.type = empty")),
                       "wait_for": ["systemd"]})
    assert answer["lxc_container"]["systemd_state"] == "running", answer
    return answer["seconds"]


def show(title, found) -> None:
    print("%-32s %s" % (title, "   ".join("%s %7.3f s" % item for item in found.items())), flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help="fresh containers per tool, default %(default)s")
    parser.add_argument("--write", action="store_true", help="write docs/bench/lxc.json")
    parser.add_argument("--program", type=Path, default=ROOT / "build/bin/lxc_container", help="default: %(default)s")
    options = parser.parse_args()
    reason = why_not()
    if reason:
        print("lxc_container is not measured: %s" % reason)
        return 0
    with tempfile.TemporaryDirectory(prefix="mcapi-lxc-bench-") as directory:
        work = Path(directory)
        tools = {OURS: Ours(options.program.resolve(), work), THEIRS: Theirs(work)}
        with World(Path(tempfile.mkdtemp(prefix="lxcb-"))) as world:
            rounds = {name: [one_round(tool, world, rootfs.busybox()) for _ in range(options.runs)] for name, tool in tools.items()}
            cases = {title: {name: round(statistics.median(each[index] for each in rounds[name]), 4) for name in tools}
                     for index, (title, _) in enumerate(TASKS)}
            systemd = [to_systemd(tools[OURS], world, rootfs.systemd()) for _ in range(options.runs)]
            cases["tarball of Debian to systemd running"] = {OURS: round(statistics.median(systemd), 4)}
    for title, found in cases.items():
        show(title, found)
    if options.write:
        (ROOT / "docs/bench").mkdir(parents=True, exist_ok=True)
        results = {"runs": options.runs, "seconds": cases, "program_bytes": options.program.stat().st_size}
        (ROOT / "docs/bench/lxc.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
