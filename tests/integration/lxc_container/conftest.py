"""Containers for the tests of lxc_container: a lxcpath of the session's own, and a fresh name for each test."""
import shutil
import tempfile
from pathlib import Path

import pytest

from servers.lxc import rootfs, traces
from servers.lxc.world import TEMPLATE, World, why_not
from support.module import Module

SUPPRESSIONS = Path(__file__).resolve().parents[2] / "support/liblxc.supp"


@pytest.fixture(scope="session")
def world():
    """The containers of this session. Skips where the machine cannot run any."""
    reason = why_not()
    if reason:
        pytest.skip(reason)
    # Not pytest's own folder: its long path would change how liblxc names its sockets.
    with World(Path(tempfile.mkdtemp(prefix="lxct-"))) as world:
        yield world


@pytest.fixture(scope="session")
def image(world):
    """The tarball of the busybox image."""
    return rootfs.busybox()


@pytest.fixture(scope="session")
def systemd_image(world):
    """The tarball of Debian with systemd."""
    return rootfs.systemd()


@pytest.fixture
def idmap(world):
    """Configuration of a container with users of its own. They must be able to reach its folder."""
    if shutil.which("newuidmap") and "root:100000:65536" not in Path("/etc/subuid").read_text(encoding="utf-8"):
        pytest.skip("this machine gives root no ids for containers in /etc/subuid")
    world.directory.chmod(0o755)
    return ["lxc.idmap = u 0 100000 65536", "lxc.idmap = g 0 100000 65536"]


class Subject:
    """A container and the module that is told to care for it: subject(state="started", …) → Outcome."""

    def __init__(self, box, module, image):
        self.box = box
        self.module = module
        self.image = image
        self.hooks = []

    def given(self, options) -> dict:
        """What every run is told, where the test does not say otherwise. None takes an option out."""
        given = dict({"name": self.box.name, "lxc_path": str(self.box.lxcpath)}, **options)
        return {name: value for name, value in given.items() if value is not None}

    def __call__(self, state="started", check=False, diff=False, env=None, timeout=120, internal=None, **options):
        return self.module(check=check, diff=diff, env=env, timeout=timeout, internal=dict(SHOWN, **(internal or {})),
                           **self.given(dict(options, state=state)))

    def begin(self, state="started", **options):
        """Starts a run and does not wait for it: the Popen object, for end()."""
        return self.module.start(internal=SHOWN, **self.given(dict(options, state=state)))[0]

    def end(self, process, timeout=120):
        return self.module.finish(process, None, timeout)

    def hook(self, text: str) -> str:
        """The path of a script for one of LXC's hooks, which pass arguments that the script ignores."""
        path = self.box.world.directory / ("hook-%s-%d" % (self.box.name, len(self.hooks)))
        self.hooks.append(path)
        path.write_text("#!/bin/sh\n%s\n" % text, encoding="utf-8")
        path.chmod(0o755)
        return str(path)

    def made(self, *lines) -> dict:
        """Options that create the container from the busybox image, with these lines of configuration."""
        return {"template": str(TEMPLATE), "template_options": ["--tarball", str(self.image), "--no-include"],
                "config": str(self.box.world.config(*lines))}

    def create(self, state="present", **options):
        outcome = self(state, **dict(self.made(), **options))
        assert not outcome.failed, outcome.data
        return outcome

    def put(self, *items, **options):
        """Asks for lines of configuration and leaves the state alone."""
        return self("present", container_config=list(items), **options)

    def settled(self, *items, **options):
        """Whether the same again changes nothing."""
        text = self.box.config
        outcome = self.put(*items, **options)
        assert not outcome.failed and not outcome.changed, outcome.data
        return self.box.config == text


# Ansible's flag of the same name would hide what commands print.
SHOWN = {"_ansible_no_log": False}


@pytest.fixture(scope="session")
def program(world, programs, tmp_path_factory):
    # Sanitizer builds: liblxc leaves memory to the end of the process.
    # Their search for leaks now and then stumbles over the thread-local data of libraries that are loaded late.
    quiet = {"LSAN_OPTIONS": "suppressions=%s:print_suppressions=0" % SUPPRESSIONS, "ASAN_OPTIONS": "intercept_tls_get_addr=0"}
    return Module(programs / "lxc_container", tmp_path_factory.mktemp("lxc_container"), quiet)


@pytest.fixture
def subject(world, program, image):
    """A container that does not exist yet. After the test it is destroyed, and nothing of it may be left."""
    yield from look_after(Subject(world.box(), program, image))


@pytest.fixture
def stopped(world, program, image):
    """A stopped busybox container."""
    yield from look_after(Subject(world.make(image=image), program, image))


@pytest.fixture
def running(world, program, image):
    """A running one."""
    yield from look_after(Subject(world.make(image=image, start=True), program, image))


@pytest.fixture
def another(world, program, image):
    """another(lines, start=True): further containers."""
    made = []

    def make(*lines, start=False, name=None, lxcpath=None):
        made.append(Subject(world.make(name, lines, start, image, lxcpath), program, image))
        return made[-1]

    yield make
    for subject in reversed(made):
        finish(subject)


def look_after(subject):
    yield subject
    finish(subject)


def finish(subject):
    subject.box.destroy()
    subject.box.none_left()


@pytest.fixture(scope="session")
def none_left(world):
    """none_left(subject): nothing of a container is left on the machine, right now."""
    def check(subject):
        subject.box.none_left()
        assert not traces.left(subject.box.lxcpath, subject.box.name)
    return check


@pytest.fixture(scope="session")
def systemd_base(world):
    """The unpacked Debian image, the lower layer of all containers that systemd() makes."""
    return rootfs.systemd_tree()


@pytest.fixture
def systemd(world, program, image, systemd_base):
    """systemd(lines, start=True): a container with Debian and systemd, in a tenth of a second."""
    made = []

    def make(*lines, start=False):
        made.append(Subject(world.layer(systemd_base, lines, start), program, image))
        return made[-1]

    yield make
    for subject in reversed(made):
        finish(subject)
