"""What the module is told: items 1 to 11 of the conformance list."""
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from servers.lxc import traces
from support.module import Module


@pytest.mark.parametrize("options, said", [
    ({"name": None}, ["name"]),
    ({"state": "paused"}, ["state", "started", "frozen", "clone"]),
    ({"archive": True}, ["archive_path"]),
    ({"state": "clone"}, ["clone_name"]),
    ({"backing_store": "loop", "fs_size": "10Q"}, ["fs_size", "10Q"]),
    ({"zfs_root": "tank/lxc"}, ["zfs_root", "dir"]),
    ({"fs_size": "5G"}, ["fs_size", "dir"]),
    ({"container_config": ["lxc.start.auto"]}, ["container_config", "lxc.start.auto"]),
    ({"archive": True, "archive_path": "/tmp", "archive_compression": "lzma"}, ["archive_compression", "gzip"]),
    ({"stop_timeout": -1}, ["stop_timeout"]),
    ({"wait_for": ["sunrise"]}, ["wait_for", "systemd"]),
    ({"nmae": "x"}, ["nmae"]),
], ids=lambda value: next(iter(value)) if isinstance(value, dict) else "")
def test_001__wrong_option__is_named(subject, options, said):
    outcome = subject(**dict(subject.made(), **options))
    assert outcome.failed and not outcome.changed
    for word in said:
        assert word in outcome.msg
    assert not subject.box.folder.exists()


@pytest.mark.parametrize("word", ["no", "n", "0", "off", "false"])
def test_007__word_that_means_false__is_taken_as_a_name(subject, word):
    outcome = subject("present", **subject.made(), backing_store="lvm", lv_name=word, vg_name="nonexistent-" + word)
    assert outcome.failed and "nonexistent-" + word in str(outcome.data)
    assert not subject.box.folder.exists()


def test_008__trailing_slash__is_the_same_container(running):
    pid = running.box.pid
    outcome = running("started", lxc_path=str(running.box.lxcpath) + "/")
    assert not outcome.failed and not outcome.changed
    assert outcome["lxc_container"]["init_pid"] == running.box.pid == pid
    assert outcome["lxc_container"]["lxc_path"] == str(running.box.lxcpath)


def test_009__double_slash__is_the_same_container(running):
    pid = running.box.pid
    outcome = running("started", lxc_path=str(running.box.lxcpath).replace("/lxc", "///lxc"))
    assert not outcome.failed and not outcome.changed and outcome["lxc_container"]["state"] == "running"
    assert running.box.pid == pid and running.box.boots() == 1


@pytest.fixture
def in_default_path(world, another):
    """A running container below /var/lib/lxc."""
    subject = another(start=True, lxcpath="/var/lib/lxc")
    yield subject


def test_009__link_to_the_default_path__is_the_default_path(in_default_path, tmp_path):
    subject, pid = in_default_path, in_default_path.box.pid
    (tmp_path / "link").symlink_to("/var/lib/lxc")
    for spelling in ("/var/lib//lxc", "/var/lib/../lib/lxc", str(tmp_path / "link"), None):
        outcome = subject("started", lxc_path=spelling)
        assert not outcome.failed and not outcome.changed, outcome.data
        assert outcome["lxc_container"]["state"] == "running" and outcome["lxc_container"]["init_pid"] == pid
    assert subject.box.boots() == 1


def test_009__link_to_another_path_while_running__starts_no_second_instance(running, tmp_path):
    pid = running.box.pid
    (tmp_path / "link").symlink_to(running.box.lxcpath)
    outcome = running("started", lxc_path=str(tmp_path / "link"))
    assert running.box.pid == pid and running.box.boots() == 1
    assert len(traces.monitors(tmp_path / "link")) == 0
    assert outcome.failed or not outcome.changed


@pytest.fixture
def as_nobody(world, running):
    """Runs the module as a user without any rights."""
    directory = Path(world.directory) / "nobody"
    directory.mkdir(exist_ok=True)
    for folder in (world.directory, directory):
        folder.chmod(0o755)
    coverage = directory / "coverage"  # what a build that counts lines wants to write
    coverage.mkdir(exist_ok=True)
    coverage.chmod(0o777)
    program = directory / "lxc_container"
    shutil.copy(running.module.program, program)
    module = Module(program, directory)

    def run(**options):
        process, _ = module.start(launcher=["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"],
                                  env={"HOME": "/nonexistent", "XDG_RUNTIME_DIR": None,
                                       "GCOV_PREFIX": str(coverage)}, **running.given(options))
        return module.finish(process, None)
    return run


@pytest.mark.parametrize("state", ["started", "stopped", "absent", "frozen"])
def test_010__not_root__fails_and_changes_nothing(running, as_nobody, state):
    pid = running.box.pid
    outcome = as_nobody(state=state)
    assert outcome.failed and not outcome.changed
    assert running.box.pid == pid and running.box.state == "RUNNING" and running.box.exists


def test_011__no_liblxc__is_said(running):
    library = subprocess.run(["ldconfig", "-p"], stdout=subprocess.PIPE, text=True, check=True).stdout
    paths = [line.split()[-1] for line in library.splitlines() if line.split()[0] == "liblxc.so.1"]
    hide = "".join("mount --bind /dev/null %s && " % os.path.realpath(path) for path in paths)
    process, _ = running.module.start(launcher=["unshare", "--mount", "sh", "-c", hide + 'exec "$@"', "sh"],
                                      **running.given({"state": "started"}))
    outcome = running.module.finish(process, None)
    assert outcome.failed and "liblxc" in outcome.msg


HOSTILE = ["..", ".", ".hidden", "a/b", "../escaped", "/etc", "a b", "a\nlxc.include = x", "-n", "ü", "x" * 300, " ", "a;b",
           "$(touch escaped)", "a\tb", "%s%n", "a:b"]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile__name__makes_nothing_anywhere_else(subject, world, name):
    before = sorted(world.lxcpath.iterdir()), sorted(world.directory.iterdir())
    for state in ("present", "absent", "stopped"):
        outcome = subject(state, **dict(subject.made(), name=name))
        made = set(world.lxcpath.iterdir()) - set(before[0])
        assert all(path.parent == world.lxcpath and path.name == name for path in made)
        if outcome.failed:
            assert "name" in outcome.msg or "container" in outcome.msg
        if made:  # a name that LXC has nothing against
            assert not subject("absent", name=name).failed
    after = sorted(world.lxcpath.iterdir()), [p for p in sorted(world.directory.iterdir()) if not p.name.startswith("config-")]
    assert after[0] == before[0] and set(after[1]) <= set(before[1])


def test_hostile__name_that_leads_out__is_refused(subject):
    for name in ("..", ".", "a/b", "../escaped", "/etc", "", "a\nb"):
        outcome = subject("present", **dict(subject.made(), name=name))
        assert outcome.failed and "name" in outcome.msg, name


def test_hostile__relative_lxc_path__is_refused(subject):
    outcome = subject("present", **dict(subject.made(), lxc_path="relative/lxc"))
    assert outcome.failed and "lxc_path" in outcome.msg


def test_hostile__long_lxc_path__still_finds_its_container(world, another):
    deep = world.directory / ("d" * 120) / "lxc"
    deep.mkdir(parents=True)
    subject = another(start=True, lxcpath=deep)
    assert not subject("started").changed
    assert subject("stopped").changed and subject.box.state == "STOPPED"
    assert subject("started").changed and subject.box.boots() == 2


def test_hostile__config_is_a_link_to_somewhere_else__target_is_untouched(stopped, tmp_path):
    target = tmp_path / "precious"
    target.write_text(stopped.box.config)
    text = target.read_text()
    stopped.box.config_file.unlink()
    stopped.box.config_file.symlink_to(target)
    outcome = stopped("present", container_config=["lxc.start.order=5"])
    assert outcome.failed or outcome.changed
    # Either it refuses, or the link is followed as LXC follows it, or it is replaced; never half of a file.
    assert target.read_text() in (text, text + "lxc.start.order = 5\n")
    stopped.box.config_file.unlink()
    stopped.box.config = text
