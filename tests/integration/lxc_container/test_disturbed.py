"""What is broken, what happens at once, and what is killed: items 108 to 114 of the conformance list, and faults."""
import errno
import fcntl
import os
import signal
import struct
import subprocess
import time

import pytest

from servers.lxc import traces
from servers.lxc.world import TEMPLATE
from support.wait import until


def test_108__configuration_that_cannot_be_read__is_told_with_its_line(stopped, none_left):
    stopped.box.append("lxc.bogus.key = 1")
    for state in ("started", "stopped", "present", "absent"):
        outcome = stopped(state)
        assert outcome.failed and "lxc.bogus.key" in outcome.msg, outcome.data
    assert "force" in outcome.msg and stopped.box.folder.exists()
    assert stopped("absent", force=True).changed
    none_left(stopped)


def test_108__broken_while_running__force_ends_it_too(running, none_left):
    running.box.append("lxc.bogus.key = 1")
    assert running("absent").failed and traces.processes(running.box.name)
    assert running("absent", force=True).changed
    none_left(running)


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("garbage", [b"\0" * 64, b"\xff\xfe = \x80\n", bytes(range(256))], ids=["nul", "latin", "all"])
def test_108__file_that_is_no_text__absent_removes_it(running, none_left, garbage, whole):
    """liblxc reads it up to the first NUL, and so this is no container that needs force."""
    text = b"" if whole else running.box.config_file.read_bytes()
    running.box.config_file.write_bytes(text + garbage)
    outcome = running("absent", diff=True)
    assert not outcome.failed and outcome.changed and outcome["lxc_container"]["state"] == "absent", outcome.data
    none_left(running)


def test_absent__configuration_too_long_to_be_edited__is_removed(stopped, tmp_path):
    """Of blank lines, the only ones that liblxc does not collect, which takes it minutes among sanitizers."""
    stopped.box.config = (" " * (1 << 20) + "\n") * 17 + stopped.box.config
    assert "16" in stopped("present").msg
    outcome = stopped("absent", archive=True, archive_path=str(tmp_path / "archive"))
    assert not outcome.failed and outcome.changed, outcome.data
    assert not stopped.box.folder.exists()


def test_108__file_that_is_no_text__is_not_edited(stopped):
    broken = stopped.box.config_file.read_bytes() + b"\0lxc.start.order = 5\n"
    stopped.box.config_file.write_bytes(broken)
    outcome = stopped.put("lxc.start.order=6")
    assert outcome.failed and "is no text" in outcome.msg and stopped.box.config_file.read_bytes() == broken


def test_108__check_mode_with_force__removes_nothing(stopped):
    stopped.box.append("lxc.bogus.key = 1")
    outcome = stopped("absent", force=True, check=True)
    assert outcome.changed and stopped.box.folder.exists()


def test_109__two_at_once__one_creates_and_the_other_finds_it(subject):
    runs = [subject.begin("started", **subject.made()) for _ in range(2)]
    outcomes = [subject.end(run) for run in runs]
    assert not any(outcome.failed for outcome in outcomes), [outcome.data for outcome in outcomes]
    assert sorted(outcome.changed for outcome in outcomes) == [False, True]
    assert subject.box.state == "RUNNING" and subject.box.boots() == 1


def test_109__absent_and_started_at_once__end_in_one_of_the_two(running):
    for _ in range(3):
        runs = [running.begin("absent"), running.begin("started", **running.made()), running.begin("absent"),
                running.begin("started", **running.made())]
        outcomes = [running.end(run) for run in runs]
        assert not any(outcome.failed for outcome in outcomes), [outcome.data for outcome in outcomes]
        assert running.box.state == "RUNNING" or not running.box.folder.exists()
        assert not running("started", **running.made()).failed


def test_110__ten_changes_at_once__are_all_there(stopped):
    runs = [stopped.begin("present", container_config=["lxc.environment=V%d=%d" % (n, n)]) for n in range(10)]
    assert all(stopped.end(run).changed for run in runs)
    assert sorted(stopped.box.values("lxc.environment")) == ["V%d=%d" % (n, n) for n in range(10)]


def test_111__lock_held__is_told_after_the_timeout(stopped, another, tmp_path):
    slow = another()
    slow.box.append("lxc.hook.pre-start = " + slow.hook("touch %s; for i in $(seq 600); do [ -e %s ] && break; sleep 0.1; done"
                                                        % (tmp_path / "begun", tmp_path / "enough")))
    first = slow.begin("started")
    until((tmp_path / "begun").exists)
    begin = time.monotonic()
    outcome = slow("started", lock_timeout=1)
    assert outcome.failed and "another run" in outcome.msg and slow.box.name in outcome.msg
    assert time.monotonic() - begin >= 0.9
    assert not stopped("stopped", lock_timeout=1).failed  # the lock is one container's
    (tmp_path / "enough").touch()
    assert slow.end(first).changed


def test_112__killed_in_the_middle_of_a_start__the_next_run_recovers(another):
    subject = another()
    subject.box.append("lxc.hook.pre-start = " + subject.hook("sleep 1"))
    for delay in (0.02, 0.1, 0.4, 0.9):
        process = subject.begin("started")
        time.sleep(delay)
        process.kill()
        process.communicate()
        outcome = subject("started")
        assert not outcome.failed, outcome.data
        assert subject.box.state == "RUNNING" and len(traces.alive(traces.monitors(subject.box.lxcpath, subject.box.name))) == 1
        assert subject("stopped", stop_timeout=5).changed


def test_113__monitor_killed__the_container_is_found_stopped_and_starts(running):
    [monitor] = traces.monitors(running.box.lxcpath, running.box.name)
    os.kill(monitor, signal.SIGKILL)
    until(lambda: not traces.processes(running.box.name))
    outcome = running("stopped")
    assert not outcome.failed and outcome["lxc_container"]["state"] == "stopped"
    assert running("started").changed and running.box.state == "RUNNING" and running.box.boots() == 2


def test_114__many_cycles__leave_nothing_in_the_way(running):
    for _ in range(20):
        assert running("stopped", stop_timeout=20).changed
        assert running("started").changed
    assert running.box.boots() == 21 and running.box.state == "RUNNING"


# ---- killed without a chance to tidy up

def slow_template(tmp_path, seconds):
    path = tmp_path / "slow"
    path.write_text("#!/bin/sh\n%s \"$@\" || exit 1\nsleep %s\n" % (TEMPLATE, seconds))
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize("delay", [0.05, 0.3, 1.0])
def test_fault__killed_while_creating__force_makes_it_anew(subject, tmp_path, delay):
    options = dict(subject.made(), template=slow_template(tmp_path, 2))
    process = subject.begin("started", **options)
    time.sleep(delay)
    process.kill()
    process.communicate()
    outcome = subject("started", **subject.made())
    # While the template still runs it is in progress; a half-made one is named; a run killed early left nothing.
    assert not outcome.failed or "partial" in outcome.msg or "in progress" in outcome.msg, outcome.data
    until(lambda: not subject("started", **subject.made(), force=True).failed, seconds=20, pause=0.5)
    assert subject.box.state == "RUNNING" and not (subject.box.folder / "partial").exists()
    assert subject.box.run("cat", "/etc/hostname").strip() == subject.box.name


@pytest.mark.parametrize("delay", [0.02, 0.06, 0.12, 0.25])
def test_fault__killed_while_cloning__the_next_run_ends_it(running, world, delay):
    target = world.box()
    (running.box.rootfs / "srv/ballast").write_bytes(os.urandom(20 << 20))
    process = running.begin("clone", clone_name=target.name)
    time.sleep(delay)
    process.kill()
    process.communicate()
    outcome = running("clone", clone_name=target.name)
    if outcome.failed:  # the half-made one is named, and can be removed
        assert target.name in outcome.msg, outcome.data
        until(lambda: not running("absent", name=target.name, force=True).failed, seconds=10)
        outcome = running("clone", clone_name=target.name)
    assert not outcome.failed, outcome.data
    assert (target.rootfs / "srv/ballast").stat().st_size == 20 << 20, "half a copy counts as a clone"
    assert not running("started").failed and running.box.state == "RUNNING"
    target.destroy()
    target.none_left()


def test_fault__killed_while_stopping__the_next_run_goes_on(stopped):
    (stopped.box.rootfs / "etc/stubborn").touch()
    stopped.box.start()
    until(lambda: stopped.box.boots() == 1)
    process = stopped.begin("stopped", stop_timeout=30)
    time.sleep(0.5)
    process.kill()
    # Nothing of the dead run waits on, its output or the lock in hand.
    process.communicate(timeout=10)
    assert stopped("stopped", stop_timeout=1, lock_timeout=5).changed and stopped.box.state == "STOPPED"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_fault__told_to_end_while_stopping__says_so_and_leaves_no_lock(stopped, number):
    (stopped.box.rootfs / "etc/stubborn").touch()
    stopped.box.start()
    until(lambda: stopped.box.boots() == 1)
    process = stopped.begin("stopped", stop_timeout=30)
    time.sleep(0.7)
    process.send_signal(number)
    outcome = stopped.end(process, timeout=10)
    assert outcome.failed
    assert stopped("stopped", stop_timeout=0, lock_timeout=2).changed


# ---- full disks

@pytest.fixture
def small_disk(world):
    """A lxcpath on a file system of 8 MB."""
    folder = world.directory / "small"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m,mode=755", "small", folder], check=True)
    yield folder
    subprocess.run(["umount", folder], check=True)
    folder.rmdir()


def fill(folder):
    """Takes all the space there is."""
    file = os.open(folder / "ballast", os.O_WRONLY | os.O_CREAT)
    try:
        while True:
            os.write(file, b"x" * 65536)
    except OSError as error:
        assert error.errno == errno.ENOSPC
    finally:
        os.close(file)


def test_fault__no_space_for_the_configuration__the_old_one_stays(another, small_disk):
    subject = another(lxcpath=small_disk)
    before = subject.box.append("# a comment that takes space " + "x" * 9000)
    fill(small_disk)
    outcome = subject("present", container_config=["lxc.environment=A=" + "b" * 5000])
    assert outcome.failed and "No space left" in outcome.msg, outcome.data
    assert subject.box.config == before and sorted(os.listdir(subject.box.folder)) == ["config", "rootfs"]
    (small_disk / "ballast").unlink()
    assert subject("present", container_config=["lxc.environment=A=b"]).changed


def test_fault__no_space_for_the_files__nothing_is_left(subject, small_disk, world):
    box = world.box(lxcpath=small_disk)
    (small_disk / "ballast").write_bytes(b"x" * (7 << 20))
    outcome = subject("started", **dict(subject.made(), name=box.name, lxc_path=str(small_disk)))
    assert outcome.failed and not box.exists
    assert not box.folder.exists(), list(box.folder.iterdir())


def test_fault__held_by_a_dead_run__the_lock_is_free(stopped):
    """The kernel drops a lock with its holder: a file that is left means nothing."""
    process = stopped.begin("present", container_config=["lxc.start.order=1"])
    process.kill()
    process.communicate()
    assert not stopped("present", lock_timeout=1).failed


def test_fault__liblxc_s_own_lock_held__is_waited_for(stopped):
    path = "/run/lxc/lock%s/.%s" % (stopped.box.lxcpath, stopped.box.name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="ascii") as held:
        fcntl.fcntl(held, fcntl.F_OFD_SETLK, struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0))
        process = stopped.begin("present", container_config=["lxc.start.order=6"])
        time.sleep(0.5)
        text = stopped.box.config
    outcome = stopped.end(process, timeout=20)
    assert outcome.changed and "lxc.start.order" not in text and stopped.box.values("lxc.start.order") == ["6"]
