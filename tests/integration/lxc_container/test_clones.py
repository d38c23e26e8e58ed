"""Clones, snapshots and archives: items 98 to 107 of the conformance list."""
import os
import shutil
import signal
import subprocess
import tarfile
import tempfile
import time
from pathlib import Path

import pytest

from support.wait import until


@pytest.fixture
def target(world):
    """The name that a clone shall have."""
    box = world.box()
    yield box
    box.destroy()
    box.none_left()


def clone(subject, target, state="clone", **options):
    return subject(state, clone_name=target.name, **options)


def test_098__snapshot_clone__takes_no_time_and_binds_its_source(stopped, target):
    (stopped.box.rootfs / "srv/data").write_text("of the source")
    begin = time.monotonic()
    outcome = clone(stopped, target, clone_snapshot=True)
    assert outcome.changed and outcome["lxc_container"]["cloned"] is True, outcome.data
    assert time.monotonic() - begin < 5
    assert target.values("lxc.rootfs.path")[-1].startswith("overlay")
    assert target.start().run("cat", "/srv/data") == "of the source"
    outcome = stopped("absent")
    assert outcome.failed and target.name in outcome.msg and stopped.box.exists
    target.destroy()


def test_099__clone_that_exists__is_fine(stopped, target):
    assert clone(stopped, target).changed and target.exists
    outcome = clone(stopped, target)
    assert not outcome.changed and not outcome.failed and outcome["lxc_container"]["cloned"] is False


def test_100__running_source__runs_again_afterwards(running, target):
    pid, config = running.box.pid, running.box.config
    outcome = clone(running, target)
    assert outcome.changed and running.box.state == "RUNNING" and running.box.pid != pid
    assert running.box.config == config and target.state == "STOPPED"
    assert target.setting("lxc.uts.name") == [target.name]


def test_100__other_states__clone_too(running, target):
    outcome = clone(running, target, "stopped")
    assert outcome.changed and target.exists and running.box.state == "STOPPED"


def test_100__source_that_is_waited_for__is_ready_again_at_the_end(running, target):
    """The command succeeds a second after each start, not before."""
    ready = 'boots=$(wc -l </var/log/boots); [ "$(cat /srv/ready)" = $boots ] || { sleep 1; echo $boots >/srv/ready; false; }'
    outcome = clone(running, target, "started", wait_for=["command"], wait_command=ready)
    assert outcome.changed and target.exists, outcome.data
    assert (running.box.rootfs / "srv/ready").read_text() == "2\n" and running.box.boots() == 2


def test_100__frozen_source__is_frozen_again(running, target):
    running.box.ask("freeze")
    assert clone(running, target).changed and running.box.state == "FROZEN"


def test_100__check_mode__clones_nothing(running, target):
    pid = running.box.pid
    assert clone(running, target, check=True).changed and not target.folder.exists() and running.box.pid == pid


def test_101__name_of_the_pair__is_not_taken_along(another, target, world):
    pair = "pair%d" % os.getpid()
    source = another(*world.bridge().lines(), "lxc.net.0.veth.pair = " + pair)
    assert clone(source, target).changed
    assert target.values("lxc.net.0.veth.pair") == [] and source.box.values("lxc.net.0.veth.pair") == [pair]
    source.box.start()
    target.start()
    assert source.box.state == target.state == "RUNNING"


def test_102__full_copy_without_rsync__says_so(stopped, target, tmp_path):
    outcome = clone(stopped, target, env={"PATH": str(tmp_path)})
    assert outcome.failed and "rsync" in outcome.msg and not target.folder.exists()


def snapshot(subject, state, name="snap0", **options):
    return subject("present", snapshot=dict({"state": state, "name": name}, **options))


def cut_off(subject, tmp_path, number, **options):
    """The outcome of a run that is ended with the signal NUMBER while the program rsync copies; None for one that is killed.
    It goes on for a second then, if nobody ends it."""
    begun, folder = tmp_path / "begun", tmp_path / "bin"
    folder.mkdir()
    slow = folder / "rsync"
    slow.write_text("#!/bin/sh\ntouch %s\nsleep 1\nexec %s \"$@\"\n" % (begun, shutil.which("rsync")))
    slow.chmod(0o755)
    process, _ = subject.module.start(env={"PATH": "%s:%s" % (folder, os.environ["PATH"])}, **subject.given(options))
    until(begun.exists)
    process.send_signal(number)
    if number == signal.SIGKILL:
        process.communicate()
        return None
    return subject.end(process)


@pytest.mark.parametrize("kind", ["clone", "snapshot", "restored"])
def test_copy__told_to_end__leaves_nothing_that_counts_as_one(stopped, target, tmp_path, kind):
    if kind == "restored":
        assert stopped("present", snapshot={"state": "present"}).changed
    options = {"clone": {"clone_name": target.name}, "snapshot": {"snapshot": {"state": "present"}},
               "restored": {"snapshot": {"state": "restored", "name": "snap0", "new_name": target.name}}}[kind]
    copy = stopped.box.folder / "snaps/snap0" if kind == "snapshot" else target.folder
    outcome = cut_off(stopped, tmp_path, signal.SIGTERM, state="present", **options)
    assert outcome.failed and "SIGTERM" in outcome.msg and not copy.exists(), outcome.data
    outcome = stopped("present", **options)
    assert outcome.changed and (copy / "rootfs/sbin/init").exists(), outcome.data


def test_copy__killed__goes_on_and_the_next_run_waits_for_it(stopped, target, tmp_path):
    cut_off(stopped, tmp_path, signal.SIGKILL, state="absent", clone_name=target.name)
    outcome = stopped("absent", clone_name=target.name)
    assert outcome.changed and outcome["lxc_container"]["cloned"] is False, outcome.data
    assert (target.rootfs / "sbin/init").exists() and not stopped.box.exists


def half_copy(target, subject):
    """As of a host that lost its power."""
    target.folder.mkdir()
    target.config_file.write_text("lxc.uts.name = %s\n" % subject.box.name)
    (target.rootfs / "half").mkdir(parents=True)


@pytest.mark.parametrize("check", [False, True])
def test_copy__that_is_not_whole__does_not_count(stopped, target, check):
    half_copy(target, stopped)
    outcome = stopped("absent", clone_name=target.name, check=check)
    assert outcome.failed and target.name in outcome.msg and "state: absent" in outcome.msg, outcome.data
    assert stopped.box.exists
    assert stopped("absent", name=target.name).changed and not target.folder.exists()
    assert clone(stopped, target).changed


def test_copy__of_a_snapshot_that_is_not_whole__does_not_count(stopped, target):
    assert stopped("present", snapshot={"state": "present"}).changed
    half_copy(target, stopped)
    outcome = stopped("present", snapshot={"state": "restored", "name": "snap0", "new_name": target.name})
    assert outcome.failed and target.name in outcome.msg and "state: absent" in outcome.msg, outcome.data


@pytest.mark.parametrize("state", ["present", "restored"])
def test_copy__snapshot_that_is_not_whole__does_not_count(stopped, state):
    half = stopped.box.folder / "snaps/snap0"
    (half / "rootfs").mkdir(parents=True)
    (half / "config").write_text("lxc.uts.name = %s\n" % stopped.box.name)
    (half / "ts").write_text("2020:01:01 00:00:00")
    outcome = stopped("present", snapshot={"state": state, "name": "snap0"})
    assert outcome.failed and "snap0" in outcome.msg and "state: absent" in outcome.msg, outcome.data
    assert (stopped.box.rootfs / "sbin/init").exists()
    assert stopped("present", snapshot={"state": "absent", "name": "snap0"}).changed and not half.exists()
    assert stopped("present", snapshot={"state": "present", "name": "snap0"}).changed


def test_103__snapshot__is_made_restored_and_removed(stopped):
    data = stopped.box.rootfs / "srv/data"
    data.write_text("old")
    outcome = stopped("present", snapshot={"state": "present", "name": "snap0", "comment": "before the change"})
    assert outcome.changed, outcome.data
    assert stopped.box.ask("snapshots") == ["snap0"]
    assert [each["name"] for each in outcome["lxc_container"]["snapshots"]] == ["snap0"]
    assert not snapshot(stopped, "present").changed
    data.write_text("new")
    assert snapshot(stopped, "restored").changed and data.read_text() == "old"
    assert snapshot(stopped, "absent").changed and stopped.box.ask("snapshots") == []
    assert not snapshot(stopped, "absent").changed


def test_103__snapshot_restored_under_its_own_name__stops_the_container_too(running):
    assert running("started", snapshot={"state": "present"}).changed
    (running.box.rootfs / "srv/later").touch()
    restored = {"state": "restored", "name": "snap0", "new_name": running.box.name}
    outcome = running("started", snapshot=restored)
    assert not outcome.failed and outcome.changed, outcome.data
    assert running.box.state == "RUNNING" and not (running.box.rootfs / "srv/later").exists()
    assert running("absent", destroy_snapshots=True).changed


def test_103__snapshot_that_is_missing__cannot_be_restored(stopped):
    outcome = snapshot(stopped, "restored", "snap7")
    assert outcome.failed and "snap7" in outcome.msg and stopped.box.exists


def test_104__absent_with_snapshots__needs_leave(stopped, none_left):
    assert snapshot(stopped, "present").changed
    outcome = stopped("absent")
    assert outcome.failed and "snapshot" in outcome.msg and "destroy_snapshots" in outcome.msg and stopped.box.exists
    assert stopped("absent", destroy_snapshots=True).changed
    none_left(stopped)


def test_105__absent_with_leave_but_no_snapshot__is_fine(stopped, none_left):
    assert stopped("absent", destroy_snapshots=True).changed
    none_left(stopped)


SUFFIXES = {"none": ".tar", "gzip": ".tar.tgz", "bzip2": ".tar.bz2"}


@pytest.mark.parametrize("compression", SUFFIXES)
@pytest.mark.parametrize("state", ["started", "frozen"])
def test_106__archive__holds_configuration_and_files(running, tmp_path, compression, state):
    if state == "frozen":
        running.box.ask("freeze")
    outcome = running(state, archive=True, archive_path=str(tmp_path / "made"), archive_compression=compression)
    assert outcome.changed, outcome.data
    path = tmp_path / "made" / (running.box.name + SUFFIXES[compression])
    assert outcome["lxc_container"]["archive"] == str(path)
    assert path.stat().st_mode & 0o777 == 0o600 and os.listdir(path.parent) == [path.name]
    with tarfile.open(path) as package:
        members = {member.name.replace("./", ""): member for member in package.getmembers()}
    prefix = "" if "config" in members else running.box.name + "/"
    assert prefix + "config" in members and members[prefix + "rootfs/etc/passwd"].size > 0
    assert members[prefix + "rootfs/etc/shadow"].mode & 0o777 == 0o640
    assert running.box.state == {"started": "RUNNING", "frozen": "FROZEN"}[state]


def archived_rootfs(outcome) -> set:
    """The names in the root file system that was archived."""
    with tarfile.open(outcome["lxc_container"]["archive"]) as package:
        return {name.partition("/rootfs/")[2] for name in package.getnames() if "/rootfs/" in name}


def test_106__archive_of_an_overlay__holds_what_the_container_sees(world, another, stopped, target, tmp_path):
    clone(stopped, target, clone_snapshot=True)
    target.start().run("sh", "-c", "echo new >/srv/new; rm /etc/hostname")
    outcome = stopped("started", name=target.name, archive=True, archive_path=str(tmp_path), archive_compression="none")
    assert not outcome.failed, outcome.data
    names = archived_rootfs(outcome)
    assert {"srv/new", "sbin/init"} <= names and "etc/hostname" not in names
    assert target.state == "RUNNING"
    target.destroy()


def test_absent__archive_of_an_overlay__holds_what_the_container_saw(stopped, target, tmp_path):
    clone(stopped, target, clone_snapshot=True)
    delta = Path(target.values("lxc.rootfs.path")[-1].rpartition(":")[2])
    (delta / "srv").mkdir(exist_ok=True)
    (delta / "srv/new").write_text("new")
    outcome = stopped("absent", name=target.name, archive=True, archive_path=str(tmp_path), archive_compression="none")
    assert not outcome.failed and not target.folder.exists(), outcome.data
    assert {"srv/new", "sbin/init", "etc/passwd"} <= archived_rootfs(outcome)


@pytest.fixture
def apart(stopped):
    """A stopped container whose root file system is a mount of its own, with a further one in it."""
    box = stopped.box
    config, whole = box.config, box.folder / "whole"
    box.rootfs.rename(whole)
    for place in (box.rootfs, box.rootfs / "srv/inner"):
        place.mkdir(parents=True)
        subprocess.run(["mount", "-t", "tmpfs", "apart", place], check=True)
    subprocess.run(["cp", "-a", "%s/." % whole, box.rootfs], check=True)
    (box.rootfs / "srv/inner/file").touch()
    yield stopped
    subprocess.run(["umount", "--recursive", box.rootfs], check=True)
    box.rootfs.rmdir()
    whole.rename(box.rootfs)
    box.config = config


@pytest.mark.parametrize("store, inner", [("dir", False), ("btrfs", True)])
def test_106__archive_of_a_root_file_system_apart__holds_it(apart, tmp_path, store, inner):
    """Those of btrfs are subvolumes, and containers make some themselves, in places of theirs."""
    apart.box.config = apart.box.config.replace("= dir:", "= %s:" % store)
    outcome = apart("present", archive=True, archive_path=str(tmp_path), archive_compression="none")
    assert not outcome.failed, outcome.data
    names = archived_rootfs(outcome)
    assert {"etc/passwd", "sbin/init"} <= names and ("srv/inner/file" in names) is inner


@pytest.mark.parametrize("inner", [True, False])
def test_106__archive_of_a_root_file_system_elsewhere__holds_it_once(stopped, tmp_path, inner):
    """On the disk of the container's folder, or on another one."""
    other = Path(tempfile.mkdtemp(dir="/dev/shm"))
    tree = (tmp_path if inner else other) / "tree"
    assert (os.stat(tree.parent).st_dev == os.stat(stopped.box.folder).st_dev) is inner
    subprocess.run(["cp", "-a", stopped.box.rootfs, tree], check=True)
    stopped.box.config = stopped.box.config.replace("dir:%s" % stopped.box.rootfs, "dir:%s" % tree)
    shutil.rmtree(stopped.box.rootfs)
    outcome = stopped("absent", archive=True, archive_path=str(tmp_path), archive_compression="none")
    shutil.rmtree(other)
    assert not outcome.failed, outcome.data
    with tarfile.open(outcome["lxc_container"]["archive"]) as package:
        names = package.getnames()
    prefix = stopped.box.name + "/"
    assert {prefix + "config", prefix + "rootfs/sbin/init", prefix + "rootfs/etc/passwd"} <= set(names)
    assert [name for name in names if names.count(name) > 1] == ([] if inner else [prefix + "rootfs"] * 2)


def refused_archive(subject, tmp_path, config) -> str:
    before, subject.box.config = subject.box.config, config
    outcome = subject("absent", archive=True, archive_path=str(tmp_path / "made"))
    subject.box.config = before
    assert outcome.failed and (subject.box.rootfs / "etc/passwd").exists() and not os.listdir(tmp_path / "made")
    return outcome.msg


def test_absent__archive_of_a_data_set_that_cannot_be_mounted__removes_nothing(stopped, tmp_path):
    place = "dir:%s" % stopped.box.rootfs
    assert "tank/none" in refused_archive(stopped, tmp_path, stopped.box.config.replace(place, "zfs:tank/none"))


@pytest.mark.parametrize("inside", [True, False])
def test_absent__archive_of_a_link__removes_nothing(stopped, tmp_path, inside):
    folder = stopped.box.rootfs if inside else stopped.box.folder
    whole = stopped.box.world.directory / "whole"
    folder.rename(whole)
    folder.symlink_to(whole)
    assert "%s is a link" % folder in refused_archive(stopped, tmp_path, stopped.box.config)
    folder.unlink()
    whole.rename(folder)


@pytest.fixture
def tiny(tmp_path):
    """A file system of 200 kB."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200k", "tiny", folder], check=True)
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_107__archive_on_a_full_disk__leaves_no_part(running, tiny):
    outcome = running("started", archive=True, archive_path=str(tiny), archive_compression="none")
    assert outcome.failed and "No space left" in outcome.msg, outcome.msg
    assert os.listdir(tiny) == [] and running.box.state == "RUNNING"


def test_absent__with_archive__its_name_is_on_the_disk_before(stopped, tmp_path):
    """What is renamed into a folder can be gone after a crash until the folder is flushed, and so would the container be."""
    trace = tmp_path / "trace"
    words = ["strace", "-f", "-y", "-o", str(trace), "-e", "trace=fsync,rename,rmdir,unlinkat,unlink"]
    traced = {"ASAN_OPTIONS": "intercept_tls_get_addr=0:detect_leaks=0"}  # not possible under a tracer
    process, _ = stopped.module.start(launcher=words, env=traced, state="absent", archive=True, name=stopped.box.name,
                                      lxc_path=str(stopped.box.lxcpath), archive_path=str(tmp_path / "kept"))
    outcome = stopped.end(process)
    assert outcome.changed, outcome.data
    lines = trace.read_text().splitlines()
    [moved] = [n for n, line in enumerate(lines) if "rename(" in line and outcome["lxc_container"]["archive"] in line]
    [flushed] = [n for n, line in enumerate(lines) if "fsync(" in line and "<%s>" % (tmp_path / "kept") in line]
    removed = [n for n, line in enumerate(lines) if "passwd" in line]
    assert moved < flushed < removed[0], lines


def test_absent__with_archive__keeps_a_copy(stopped, tmp_path, none_left):
    outcome = stopped("absent", archive=True, archive_path=str(tmp_path))
    assert outcome.changed and os.path.exists(outcome["lxc_container"]["archive"])
    none_left(stopped)
