"""The same tasks by community.general.lxc_container and by our module, each on a container of its own below the default
lxcpath, the only one that theirs can start containers in. What a play and the machine see afterwards is the same, but for
what collection/docs/from-community-general-lxc.md lists as different on purpose: its first column names these tasks."""
import json
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from servers import ansible_venv
from servers.lxc.facts import PYTHON
from servers.lxc.world import TEMPLATE

CHECKOUT = Path(__file__).resolve().parents[3]
DOCUMENT = CHECKOUT / "collection/docs/from-community-general-lxc.md"
DEFAULT = Path("/var/lib/lxc")

# (name, options). They build on one another; theirs takes a second for each start.
TASKS = [
    ("template fails", {"template": "FAILING"}),
    ("check mode", {"check": True}),
    ("create", {}),
    ("again", {}),
    ("new key", {"container_config": ["lxc.start.order=5"]}),
    ("same key", {"container_config": ["lxc.start.order=5"]}),
    ("other value", {"container_config": ["lxc.start.order=6"]}),
    ("third value", {"container_config": ["lxc.start.order=7"]}),
    ("value back", {"container_config": ["lxc.start.order=5"]}),
    ("two of a list", {"container_config": ["lxc.environment=A=1", "lxc.environment=B=2"]}),
    ("freeze", {"state": "frozen"}),
    ("freeze again", {"state": "frozen"}),
    ("thaw", {"state": "started"}),
    ("restart", {"state": "restarted"}),
    ("command", {"container_command": "touch /srv/made"}),
    ("failing command", {"container_command": "exit 7"}),
    ("stop", {"state": "stopped"}),
    ("stop again", {"state": "stopped"}),
    ("clone", {"state": "stopped", "clone_name": "CLONE"}),
    ("clone again", {"state": "stopped", "clone_name": "CLONE"}),
    ("state clone", {"state": "clone", "clone_name": "CLONE-2"}),
    ("archive", {"state": "stopped", "archive": True, "archive_path": "ARCHIVES"}),
    ("archive without path", {"archive": True}),
    ("unknown state", {"state": "sleeping"}),
    ("item without value", {"state": "stopped", "container_config": ["lxc.start.order"]}),
    ("remove", {"state": "absent"}),
    ("remove again", {"state": "absent"}),
    ("create stopped", {"state": "stopped"}),
    ("unknown key", {"state": "stopped", "container_config": ["lxc.bogus.key=1"]}),
    ("after the unknown key", {"state": "started"}),
]
NAMES = [name for name, _ in TASKS]

# What differs on purpose: {task: {what is seen: (theirs, ours)}}.
DIFFERENT = {
    "check mode": {"changed": (False, True), "state": (None, "absent")},
    # The order of starting matters at the next boot of the host: no reason for a restart.
    "new key": {"boots": (1, 0)},
    "other value": {"boots": (1, 0)},
    "third value": {"boots": (1, 0), "order": (["6"], ["7"])},
    "value back": {"changed": (False, True), "order": (["6"], ["5"])},
    "command": {"made": (False, True)},  # busybox has no bash, which theirs does not tell
    "failing command": {"failed": (False, True), "state": ("running", None)},
    "state clone": {"crashed": (True, False), "failed": (True, False), "changed": (False, True), "state": (None, "stopped"),
                    "cloned": (None, True), "clones": (["-clone"], ["-clone", "-clone2"])},
    "archive": {"crashed": (True, False), "failed": (True, False), "changed": (False, True), "state": (None, "stopped"),
                "archive": ("", "NAME.tar.tgz")},
    "item without value": {"crashed": (True, False)},
    "unknown key": {"failed": (False, True), "changed": (True, False), "real state": ("cannot be read", "STOPPED"),
                    "state": ("stopped", None)},
    "after the unknown key": {"failed": (True, False), "crashed": (True, False), "changed": (False, True), "boots": (0, 1),
                              "real state": ("cannot be read", "RUNNING"), "state": (None, "running")},
}
# Settings are compared where a task asks for them.
ORDER = ("new key", "same key", "other value", "third value", "value back")
ENVIRONMENT = ("two of a list",)


def options_of(name, given, world, image, tmp_path):
    options = dict({"name": name, "template": str(TEMPLATE), "template_options": "--tarball %s --no-include" % image,
                    "config": str(world.directory / "oracle.conf")}, **given)
    if options["template"] == "FAILING":
        failing = tmp_path / "failing"
        failing.write_text("#!/bin/sh\nexit 3\n")
        failing.chmod(0o755)
        options["template"] = str(failing)
    for key in ("clone_name", "archive_path"):
        if key in options:
            options[key] = {"CLONE": name + "-clone", "CLONE-2": name + "-clone2", "ARCHIVES": str(tmp_path)}[options[key]]
    return options


class Theirs:
    """Their module as a program, under the Python that has the binding."""

    def __init__(self, directory):
        self.directory = directory
        self.packages = next((ansible_venv.peers() / "lib").glob("python3.*")) / "site-packages"

    def __call__(self, options) -> dict:
        check = options.pop("check", False)
        path = self.directory / "theirs.json"
        path.write_text(json.dumps({"ANSIBLE_MODULE_ARGS": dict(options, _ansible_check_mode=check)}))
        result = subprocess.run([PYTHON, "-m", "ansible_collections.community.general.plugins.modules.lxc_container", path],
                                env={"PYTHONPATH": str(self.packages), "PATH": os.environ["PATH"], "HOME": str(self.directory)},
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        lines = [line for line in result.stdout.splitlines() if line.startswith("{")]
        if not lines:
            return {"failed": True, "crashed": True, "msg": result.stderr[-500:]}
        return json.loads(lines[-1])


def seen(box, name, result, boots) -> dict:
    """What a play and the machine see after a task before which there had been BOOTS starts."""
    found = {"changed": bool(result.get("changed")), "failed": bool(result.get("failed")), "crashed": bool(result.get("crashed")),
             "exists": box.folder.exists(), "boots": max(0, box.boots() - boots), "made": name == "command" and (box.rootfs / "srv/made").exists(),
             "clones": []}
    if name in ("state clone", "clone"):
        found["clones"] = sorted(path.name[len(box.name):] for path in box.lxcpath.glob(box.name + "-*"))
    try:
        found["real state"] = box.state
        if name in ORDER:
            found["order"] = box.setting("lxc.start.order")
        if name in ENVIRONMENT:
            found["environment"] = box.setting("lxc.environment")
    except LookupError:
        found["real state"] = "cannot be read"
    facts = {} if found["failed"] else result.get("lxc_container") or {}  # after a failure ours has more to tell
    found["state"] = facts.get("state")
    found["cloned"] = facts.get("cloned")
    found["archive"] = os.path.basename(facts.get("archive") or "").replace(box.name, "NAME")
    return found


def steps(box, run, world, image, directory):
    results = {}
    for name, given in TASKS:
        boots = box.boots()
        result = run(options_of(box.name, given, world, image, directory))
        results[name] = dict(seen(box, name, result, boots), msg=result.get("msg"))
    return results


@pytest.fixture(scope="module")
def boxes(world):
    (world.directory / "oracle.conf").write_text("lxc.net.0.type = empty\n")
    boxes = [world.box(lxcpath=DEFAULT) for _ in range(2)]
    yield boxes
    for box in boxes:
        for suffix in ("-clone2", "-clone", ""):
            world.box(box.name + suffix, DEFAULT).destroy()
        box.none_left()


@pytest.fixture(scope="module")
def both(world, boxes, program, image, tmp_path_factory):
    """({task: what was seen} of community.general, the same of ours), run side by side."""
    directories = [tmp_path_factory.mktemp(name) for name in ("theirs", "ours")]
    try:
        run_theirs = Theirs(directories[0])
    except RuntimeError as error:
        pytest.skip("no community.general: %s" % error)

    def run_ours(options):
        check = options.pop("check", False)
        return program(check=check, **options).data

    with ThreadPoolExecutor() as threads:
        runs = [threads.submit(steps, box, run, world, image, directory)
                for box, run, directory in zip(boxes, (run_theirs, run_ours), directories)]
        return [run.result() for run in runs]


@pytest.fixture
def theirs(both):
    return both[0]


@pytest.fixture
def ours(both):
    return both[1]


@pytest.mark.parametrize("name", NAMES)
def test_like_community_general__same_task__same_end(theirs, ours, name):
    expected, found = ({key: value for key, value in result[name].items() if key != "msg"} for result in (theirs, ours))
    for key, (their, our) in DIFFERENT.get(name, {}).items():
        # It still differs as it is said to: what became equal has to leave the list.
        assert (expected.pop(key), found.pop(key)) == (their, our), (name, key, theirs[name]["msg"], ours[name]["msg"])
    assert found == expected, (theirs[name]["msg"], ours[name]["msg"])


def test_like_community_general__differences__are_those_that_are_documented():
    table = DOCUMENT.read_text(encoding="utf-8").split("What a table of tasks")[0]
    rows = re.findall(r"^\| ([a-z ]+?) \|", table, re.MULTILINE)
    assert sorted(rows) == sorted(DIFFERENT)
