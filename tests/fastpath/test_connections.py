"""The fast path through real connections: into real containers, by ssh and without, and with what sudo may ask for.

Each ansible-core begins with caches that are empty, see forget().
"""
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import cases
import pytest
import world as worlds
from conftest import cores, venv
from servers import ansible_venv
from servers.lxc import rootfs
from servers.lxc import world as containers
from servers.lxc.facts import PYTHON
from steps import Step, play

HIT, MISS = 1, 3
# Ansible's own way is five commands or more: a folder, the module, its arguments, rights, the run; then it tidies up.
PLAIN = range(5, 13)
LONG = "y" * 200000
# What a profile may say before the command is run. It breaks off within a line.
PROFILE = "echo Welcome to this container; echo; echo a complaint >&2; printf 'no newline, ends: '\n"
FILL = [Step("box", "miss", {"note": cases.TEXT}), Step("box", "hit", {"note": cases.TEXT}),
        Step("box", "loop", {"note": "{{ item }}"}, keywords={"loop": ["a", "b", "c"]}), Step("box", "long", {"note": LONG}),
        Step("box", "check mode", keywords={"check_mode": True}), Step("box", "failure", {"fail": "no luck"}),
        Step("box", "switched off", {"note": "x"}, variables={"mcapi_fast_path": False})]


def is_plain(seen, before=0):
    return len(seen.commands) - before in PLAIN


def add_libraries(program, tree: Path, lower: Path = None):
    """The program of a build with sanitizers needs libraries that small images do not have."""
    text = subprocess.run(["ldd", program], stdout=subprocess.PIPE, text=True, check=True).stdout
    for path in re.findall(r"(/\S+) \(0x", text):
        # Where /lib is a link to /usr/lib, a folder of that name would hide it.
        place = ("usr" + path if lower else path).lstrip("/")
        if not (lower and (lower / place).exists()):
            target = tree / place
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)


@pytest.fixture(scope="module")
def boxes(world):
    """Running containers: `box` has nothing but busybox, `full` has Debian with sudo, and a user `guest`."""
    reason = containers.why_not()
    if reason:
        pytest.skip(reason)
    with containers.World(Path(tempfile.mkdtemp(prefix="mfpc-"))) as made:
        made.directory.chmod(0o755)
        box = made.make()
        add_libraries(world.program, box.rootfs)
        lower = rootfs.systemd_tree()
        full = made.layer(lower)
        add_libraries(world.program, full.upper, lower)
        full.write("etc/passwd", (lower / "etc/passwd").read_text(encoding="utf-8") + "guest:x:1000:1000::/home/guest:/bin/sh\n")
        (full.upper / "home/guest").mkdir(parents=True)
        shutil.chown(full.upper / "home/guest", 1000, 1000)
        for one in (box, full):
            one.write("etc/profile", PROFILE)
            one.start()
        yield {"box": box, "full": full}


def forget(world, boxes):
    """No cache anywhere."""
    for box in boxes.values():
        box.run("sh", "-c", "rm -rf /root/.cache /home/guest/.cache")
    for name in ("sl", "sp", "st", "so", "sr"):
        subprocess.run([worlds.HERE / "state.sh", "none", world.home(name), world.user(name), world.program, world.digest],
                       check=True)


class ByCore:
    """The plays of each ansible-core, done once, when they are first asked for."""

    def __init__(self, make):
        self._make = make
        self._done = {}

    def __call__(self, core):
        if core not in self._done:
            self._done[core] = None
            try:
                self._done[core] = self._make(core)
            except pytest.skip.Exception:
                del self._done[core]  # the next one says so too
                raise
        return self._done[core] or pytest.fail("the playbook failed before")


# ---- by ssh

def ssh_hosts(world, boxes):
    common = world.ssh_variables()
    hosts = {name: dict(common, ansible_user=world.user("sr"), ansible_connection="osa_shape", container_name=box.name,
                        container_path=str(box.lxcpath), ansible_remote_tmp="/root/.ansible/tmp") for name, box in boxes.items()}
    hosts["password"] = dict(common, ansible_user=world.user("sp"), ansible_become_password=worlds.PASSWORD)
    hosts["wrong"] = dict(common, ansible_user=world.user("sp"), ansible_become_password="open:Barley")
    hosts["terminal"] = dict(common, ansible_user=world.user("st"))
    for name in ("password", "wrong", "terminal"):
        hosts[name].update(ansible_admin_users=["root", world.user("sr")], ansible_remote_tmp=str(world.home(
            hosts[name]["ansible_user"][-2:]) / "tmp"))
    return hosts


def ssh_steps(world):
    root = world.user("sr")
    off = {"mcapi_fast_path": False}
    yield from FILL
    yield from (Step("full", "guest, miss", {"note": cases.TEXT}, "guest"), Step("full", "guest, hit", {"note": "x"}, "guest"),
                Step("full", "hit after guest", {"note": "x"}))
    yield from (Step("password", "miss", {"note": cases.TEXT}, root), Step("password", "hit", {"note": cases.TEXT}, root),
                Step("password", "long", {"note": LONG}, root),
                Step("password", "loop", {"note": "{{ item }}"}, root, {"loop": ["a", "b", "c"]}))
    yield from (Step("wrong", "ours", {}, root), Step("wrong", "Ansible's", {}, root, variables=off))
    yield from (Step("terminal", "first", {"note": cases.TEXT}, root), Step("terminal", "second", {"note": "x"}, root),
                Step("terminal", "loop", {"note": "{{ item }}"}, root, {"loop": ["a", "b", "c"]}),
                Step("terminal", "without become", {"note": "x"}), Step("terminal", "switched off", {"note": "x"}, root, variables=off))


@pytest.fixture(scope="module")
def by_ssh(world, boxes):
    """by_ssh(core): what became of ssh_steps, and what Ansible printed."""
    def make(core):
        forget(world, boxes)
        environment = venv(core)
        return play(world.root / ("connections-" + core), [environment / "bin/ansible-playbook"], ssh_hosts(world, boxes),
                    list(ssh_steps(world)), world.notes["there"], ANSIBLE_COLLECTIONS_PATH=world.root,
                    ANSIBLE_SSH_CONTROL_PATH_DIR=world.root / "cp", HOME=world.home("me"))

    return ByCore(make)


@pytest.fixture(params=cores())
def ssh(request, by_ssh):
    return by_ssh(request.param)


def check_filling(seen, misses=(MISS,)):
    """The steps of FILL: how each ended, and how often it went to the target. misses: the counts that the first may have."""
    for name, counts in (("miss", misses), ("hit", (HIT,))):
        assert seen["box", name].result.get("note") == cases.TEXT, seen["box", name].text()
        assert len(seen["box", name].commands) in counts, seen["box", name].text()
    assert [r["note"] for r in seen["box", "loop"].result["results"]] == ["a", "b", "c"]
    assert len(seen["box", "loop"].commands) == 3, seen["box", "loop"].text()
    assert seen["box", "long"].result["note"] == LONG
    assert seen["box", "check mode"].result["predicted"] and not seen["box", "check mode"].result["applied"]
    assert (seen["box", "failure"].result["failed"], seen["box", "failure"].result["msg"]) == (True, "no luck")
    for name in ("long", "check mode", "failure"):
        assert len(seen["box", name].commands) == HIT, seen["box", name].text()
    assert seen["box", "switched off"].result.get("note") == "x", seen["box", "switched off"].text()
    assert is_plain(seen["box", "switched off"]), seen["box", "switched off"].text()


def check_place(world, box, owner, home):
    files = box.run("find", home + "/.cache/mcapi", "-exec", "stat", "-c", "%a %u %n", "{}", ";").split("\n")
    assert "500 %d %s/.cache/mcapi/%s" % (owner, home, world.digest) in files
    assert "700 %d %s/.cache/mcapi" % (owner, home) in files


def test_container_behind_ssh__any_task__costs_one_command(ssh, world, boxes):
    check_filling(ssh[0])
    assert not [c for c in ssh[0]["box", "hit"].commands if not c.startswith("sudo lxc-attach --clear-env -P ")]
    check_place(world, boxes["box"], 0, "/root")
    assert boxes["box"].run("sh", "-c", "command -v python3", check=False) == "", "the image should have no Python"


def test_container_behind_ssh__become_another_user__uses_that_user_s_cache(ssh, world, boxes):
    for name, count, user in (("guest, miss", MISS, 1000), ("guest, hit", HIT, 1000), ("hit after guest", MISS, 0)):
        seen = ssh[0]["full", name]
        assert seen.result["user"] == user, seen.text()
        assert len(seen.commands) == count, seen.text()
    check_place(world, boxes["full"], 1000, "/home/guest")


def test_containers__afterwards__hold_no_temporary_files(ssh, boxes):
    for box in boxes.values():
        left = box.run("find", "/root", "/home", "-name", "ansible-tmp*", "-o", "-name", ".new.*", "-o", "-name", ".try.*")
        assert left == ""


def test_sudo_password__right__costs_one_command(ssh, world):
    seen = ssh[0]
    for name, count in (("miss", MISS), ("hit", HIT), ("long", HIT), ("loop", 3)):
        assert not seen["password", name].result.get("failed"), seen["password", name].text()
        assert len(seen["password", name].commands) == count, seen["password", name].text()
    assert seen["password", "hit"].result["note"] == cases.TEXT
    assert seen["password", "hit"].result["user"] == 0
    assert seen["password", "long"].result["note"] == LONG
    assert (world.home("sr") / ".cache/mcapi" / world.digest).exists()


def test_sudo_password__wrong__is_ansible_s_own_error(ssh):
    ours, own = (ssh[0]["wrong", name] for name in ("ours", "Ansible's"))
    assert "ncorrect sudo password" in ours.result["msg"], ours.text()
    assert ours.result["msg"] == own.result["msg"]
    assert len(ours.commands) == 1, ours.text()


def test_sudo_password__any_task__is_told_to_nobody(ssh, world):
    for word in (worlds.PASSWORD, "Sesame", "open:Barley"):
        assert word not in ssh[1]
        assert word not in world.notes["there"].read_text(encoding="utf-8")


def test_requiretty__first_task__goes_ansible_s_way_after_one_attempt(ssh):
    seen = ssh[0]["terminal", "first"]
    assert (seen.result.get("note"), seen.result.get("user")) == (cases.TEXT, 0), seen.text()
    assert is_plain(seen, before=1), seen.text()
    assert "is not used: sudo wants a terminal" in ssh[1]


def test_requiretty__later_tasks__do_not_try_again(ssh):
    seen = ssh[0]
    usual = len(seen["terminal", "switched off"].commands)
    assert (seen["terminal", "second"].result["note"], seen["terminal", "second"].result["user"]) == ("x", 0)
    assert len(seen["terminal", "second"].commands) == usual, seen["terminal", "second"].text()
    assert [r["note"] for r in seen["terminal", "loop"].result["results"]] == ["a", "b", "c"]
    assert len(seen["terminal", "first"].commands) == usual + 1


def test_requiretty__task_without_become__costs_one_command_still(ssh):
    seen = ssh[0]["terminal", "without become"]
    assert seen.result["note"] == "x"
    assert len(seen.commands) == MISS, seen.text()


# ---- without ssh

def with_binding(directory: Path, core: str) -> list:
    """Words that start ansible-playbook of CORE in the Python that Debian's liblxc binding is for, with community.general.

    All that it needs of the environments is pure Python, so links to that will do; it asks for the version of jinja2.
    """
    directory.mkdir()
    own, peers = (next(path.glob("lib/python3*/site-packages")) for path in (venv(core), ansible_venv.peers()))
    for path in (*(own / name for name in ("ansible", "jinja2", "markupsafe", "yaml", "packaging", "resolvelib")), *own.glob("jinja2-*.dist-info")):
        (directory / path.name).symlink_to(path)
    (directory / "ansible_collections").symlink_to(peers / "ansible_collections")
    return [PYTHON, "-c", "import sys; sys.path.insert(0, %r)\n"
            "from ansible.cli.playbook import main; main()" % str(directory)]


@pytest.fixture(scope="module")
def by_liblxc(world, boxes):
    """by_liblxc(core): what became of the steps."""
    def make(core):
        core_of = ansible_venv.core_of(core)
        system = ansible_venv.python_version(PYTHON)
        if not core_of.oldest_python <= system <= core_of.newest_python:
            pytest.skip("this machine has liblxc's binding for Python %d.%d, which ansible-core %s does not know" % (*system, core))
        forget(world, boxes)
        notes = world.root / "notes.lxc"
        hosts = {name: {"ansible_connection": "noted_lxc", "ansible_host": box.name, "note_file": str(notes),
                        "container_path": str(box.lxcpath)} for name, box in boxes.items()}
        words = with_binding(world.root / ("binding-" + core), core)
        # In a container of its own: whether the program was placed in the end depends on who was faster.
        steps = [Step("full", "long, nothing there", {"note": LONG})] + FILL
        return play(world.root / ("liblxc-" + core), words, hosts, steps, notes, ANSIBLE_COLLECTIONS_PATH=world.root,
                    ANSIBLE_CONNECTION_PLUGINS=worlds.HERE / "connection_lxc", HOME=world.home("me"))

    return ByCore(make)


@pytest.mark.parametrize("core", cores())
def test_community_general_lxc__any_task__costs_one_command(by_liblxc, world, boxes, core):
    # Its pipes do not block, so a long input arrives or not, depending on who is faster. Where it does not, ours is uploaded:
    # where is home, a folder, the file, a second attempt, and the removal.
    check_filling(by_liblxc(core)[0], (MISS, MISS + 5))
    check_place(world, boxes["box"], 0, "/root")


@pytest.mark.parametrize("core", cores())
def test_community_general_lxc__long_arguments_that_nobody_takes__go_ansible_s_way(by_liblxc, core):
    seen = by_liblxc(core)[0]["full", "long, nothing there"]
    assert seen.result.get("note") == LONG, seen.text()
    assert len(seen.commands) == MISS or is_plain(seen, before=1), seen.text()
