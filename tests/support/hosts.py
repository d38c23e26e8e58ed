"""A container with systemd as a host that the roles of the collection change."""
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from servers.lxc import world as containers
from support.pack_collection import DAEMON, module_names, stage
from support.wait import until

ROOT = Path(__file__).resolve().parents[2]


def portable_programs() -> Path:
    """The folder of programs that run in any container."""
    folder = Path(os.environ.get("MCAPI_PORTABLE", ROOT / "build/portable" / platform.machine()))
    if not (folder / DAEMON).is_file():
        pytest.skip("this machine has no programs in %s that run anywhere: ./dev build first, or set MCAPI_PORTABLE" % folder)
    return folder


def install(work: Path, *programs, daemon: Path) -> Path:
    """The collection as ansible-galaxy leaves it, below the returned folder. Each module is from the first of the
    folders PROGRAMS that has it, and fails when it is called where none has; the daemon is from the folder DAEMON."""
    mixed = work / "programs"
    mixed.mkdir()
    (mixed / DAEMON).symlink_to(daemon / DAEMON)
    for name in module_names():
        found = [folder / name for folder in programs if (folder / name).is_file()]
        if found:
            (mixed / name).symlink_to(found[0])
        else:
            (mixed / name).write_text("#!/bin/sh\nexit 1\n", encoding="ascii")
    stage(mixed, work / "collections/ansible_collections/osa_ops/mcapi_vexxhost")
    return work / "collections"


def make(world, lower: Path):
    """A container over the tree LOWER that shares this host's network, and so reaches its API servers."""
    reason = containers.why_not()
    if reason:
        pytest.skip("this machine: " + reason)
    return world.layer(lower, ["lxc.net.0.type = none"])


def boot(box) -> None:
    box.start()
    until(lambda: box.run("systemctl", "is-system-running", check=False).strip() in ("running", "degraded"), 240)


def variables(box, **more) -> dict:
    return dict({"ansible_connection": "lxc_attach", "container_name": box.name}, **more)


def play(work: Path, collections: Path, box, inventory: dict, *arguments) -> str:
    """Runs ansible-playbook, which has to succeed, and returns what it says."""
    script = work / "inventory.sh"
    script.write_text("#!/bin/sh\ncat <<'END'\n%s\nEND\n" % json.dumps(inventory), encoding="utf-8")
    script.chmod(0o755)
    done = subprocess.run(
        [Path(sys.executable).parent / "ansible-playbook", "-i", script, *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=900,
        env=dict(os.environ, ANSIBLE_COLLECTIONS_PATH=str(collections), ANSIBLE_HOME=str(work / "ansible"),
                 ANSIBLE_CONNECTION_PLUGINS=str(ROOT / "tests/aio/connection"), AIO_LXC_PATH=str(box.folder.parent),
                 ANSIBLE_INJECT_FACT_VARS="false", ANSIBLE_PIPELINING="true", ANSIBLE_NOCOLOR="1",
                 ANSIBLE_FORCE_HANDLERS="true"))
    assert done.returncode == 0, done.stdout[-6000:]
    return done.stdout


def changed(output: str, box) -> int:
    line = next(line for line in output.partition("PLAY RECAP")[2].splitlines() if line.startswith(box.name))
    return int(line.partition("changed=")[2].split()[0])
