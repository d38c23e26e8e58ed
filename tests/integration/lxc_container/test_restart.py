"""When a running container is restarted: items 76 to 81 of the conformance list."""
import os

import pytest

from support.wait import until

KEY = "lxc.environment"


def environment(subject):
    """Of the first process."""
    with open("/proc/%d/environ" % subject.box.pid, "rb") as file:
        return file.read().decode().split("\0")


def with_value(subject, value, state="started", **options):
    return subject(state, container_config=["%s=MARK=%s" % (KEY, value)], container_config_mode="replace", **options)


def test_076__key_that_needs_it__restarts_exactly_once(running):
    pid = running.box.pid
    outcome = with_value(running, "one")
    assert outcome.changed and outcome["lxc_container"]["restarted"] is True
    assert running.box.pid != pid and running.box.boots() == 2
    assert "MARK=one" in environment(running) and running.box.active(KEY) == ["MARK=one"]
    outcome = with_value(running, "one")
    assert not outcome.changed and running.box.boots() == 2 and not outcome["lxc_container"]["restart_required"]


def test_076__check_mode__tells_of_the_restart(running):
    pid = running.box.pid
    outcome = with_value(running, "one", check=True)
    assert outcome.changed and running.box.pid == pid and running.box.active(KEY) == []


def test_077__never__only_tells_and_goes_on_telling(running):
    pid = running.box.pid
    for changed in (True, False, False):
        outcome = with_value(running, "one", restart="never")
        assert outcome.changed == changed
        assert outcome["lxc_container"]["restart_required"] is True
        assert running.box.pid == pid


FIRST, SECOND = {"name": "eth0"}, {"mtu": 1400, "address": ["10.250.1.1/24"]}


@pytest.mark.parametrize("left", [[FIRST], [FIRST, {"address": ["10.250.1.1/24"]}], []])
def test_077__device_or_key_that_goes__is_told_of_until_the_restart(running, left):
    assert running("started", networks=[FIRST, SECOND]).changed
    pid = running.box.pid
    assert not running("started", networks=[FIRST, SECOND]).changed
    for changed in (True, False):
        outcome = running("started", networks=left, restart="never")
        assert outcome.changed == changed and running.box.pid == pid
        assert outcome["lxc_container"]["restart_required"] is True
    assert running("started", networks=left).changed and running.box.pid != pid
    assert not running("started", networks=left).changed


@pytest.mark.parametrize("folder", [False, True])
def test_076__file_within_an_included_file_changes__restarts(running, tmp_path, folder):
    (tmp_path / "d").mkdir()
    inner = tmp_path / "d/inner.conf"
    inner.write_text("lxc.environment = A=1\n")
    outer = tmp_path / "outer"
    outer.write_text("lxc.include = %s\n" % (inner.parent if folder else inner))
    include = "lxc.include=%s" % outer
    assert running("started", container_config=[include]).changed
    assert not running("started", container_config=[include]).changed
    inner.write_text("lxc.environment = A=2\n")
    outcome = running("started", container_config=[include])
    assert outcome.changed and outcome["lxc_container"]["restarted"], outcome.data
    assert "A=2" in running.box.run("cat", "/proc/1/environ")
    assert not running("started", container_config=[include]).changed


def test_076__included_file_that_the_task_does_not_name__restarts_nothing(running, tmp_path):
    """A template has named LXC's own files, and packages of the host bring others: a task that has an include of its own
    restarts no container for them."""
    packaged = tmp_path / "packaged.conf"
    packaged.write_text("lxc.tty.max = 2\n")
    own = tmp_path / "own.ini"
    own.write_text("lxc.environment = B=1\n")
    running.box.append("lxc.include = %s" % packaged)
    include = "lxc.include=%s" % own
    assert running("started", container_config=[include]).changed
    pid = running.box.pid
    packaged.write_text("lxc.tty.max = 3\n")
    outcome = running("started", container_config=[include])
    assert not outcome.changed and running.box.pid == pid, outcome.data


@pytest.mark.parametrize("whole, remains", [(True, True), (True, False), (False, False)])
def test_077__include_that_goes__is_told_of_until_the_restart(running, tmp_path, whole, remains):
    """Also by its bare key, and when the file itself is gone: then by its devices."""
    file = tmp_path / "eth1.ini"
    file.write_text("lxc.net.1.type = veth\nlxc.net.1.flags = up\n%s = A=b\n" % KEY)
    include = "lxc.include=%s" % file
    assert running("started", container_config=[include]).changed
    pid = running.box.pid
    assert not running("started", container_config=[include]).changed
    absent = [include if whole else "lxc.include"]
    for changed in (True, False):
        outcome = running("started", container_config_absent=absent, restart="never")
        assert outcome.changed == changed and outcome["lxc_container"]["restart_required"] is True
        if not remains:
            file.unlink(missing_ok=True)
    assert running("started", container_config_absent=absent).changed and running.box.pid != pid
    assert not running("started", container_config_absent=absent).changed


def test_078__if_needed_after_never__restarts_although_the_file_is_the_same(running):
    with_value(running, "one", restart="never")
    pid, text = running.box.pid, running.box.config
    outcome = with_value(running, "one", restart="if_needed")
    assert outcome.changed and outcome["lxc_container"]["restarted"] and running.box.config == text
    assert running.box.pid != pid and "MARK=one" in environment(running)


def test_078__changed_back_meanwhile__needs_no_restart(running):
    running.box.append("lxc.start.delay = 1")
    with_value(running, "one", restart="never")
    outcome = running("started", container_config_absent=[KEY])
    assert outcome.changed and not outcome["lxc_container"].get("restarted") and running.box.boots() == 1


@pytest.mark.parametrize("item", ["lxc.start.order=77", "lxc.start.auto=1", "lxc.start.delay=3", "lxc.group=onboot",
                                  "lxc.signal.halt=SIGRTMIN+4", "security.privileged=true", "lxc.log.level=DEBUG"])
def test_079__key_that_matters_later__needs_no_restart(running, item):
    pid = running.box.pid
    outcome = running("started", container_config=[item])
    assert outcome.changed and running.box.pid == pid
    assert outcome["lxc_container"]["restart_required"] is False
    assert not running("started", container_config=[item]).changed


def test_080__frozen__is_restarted_and_frozen_again(running):
    pid = running.box.pid
    running.box.ask("freeze")
    outcome = with_value(running, "one", "frozen")
    assert outcome.changed and running.box.state == "FROZEN" and running.box.pid != pid
    assert running.box.active(KEY) == ["MARK=one"]
    assert not with_value(running, "one", "frozen").changed


def test_080__present__leaves_the_running_container_alone(running):
    pid = running.box.pid
    outcome = with_value(running, "one", "present")
    assert outcome.changed and running.box.pid == pid
    assert outcome["lxc_container"]["restart_required"] is True


def test_081__reboot_inside__does_not_take_the_new_configuration(running):
    with_value(running, "one", restart="never")
    pid = running.box.pid
    running.box.run("reboot", "-f", check=False)
    until(lambda: running.box.boots() == 2 and running.box.pid not in (-1, pid))
    outcome = with_value(running, "one", restart="never")
    assert outcome["lxc_container"]["restart_required"] is True and not outcome.changed
    assert with_value(running, "one").changed and "MARK=one" in environment(running)


def test_restart__always__is_a_restart_each_time(running):
    for boots in (2, 3):
        outcome = running("started", restart="always")
        assert outcome.changed and outcome["lxc_container"]["restarted"] and running.box.boots() == boots


def test_restart__several_keys__are_one_restart(running, tmp_path):
    os.mkdir(tmp_path / "source")
    outcome = running("started", container_config=["lxc.environment=A=1", "lxc.uts.name=other", "lxc.start.order=4"],
                      bind_mounts=[{"source": str(tmp_path / "source"), "target": "mnt"}])
    assert outcome.changed and running.box.boots() == 2
    assert running.box.run("hostname") == "other\n"


def test_restart__unmanaged_key_differs__is_not_our_business(running):
    running.box.append("lxc.environment = SOMEBODY=else")
    outcome = running("started", container_config=["lxc.start.order=4"])
    assert outcome.changed and running.box.boots() == 1
