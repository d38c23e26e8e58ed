"""From state to state: items 29 to 47 of the conformance list."""
import subprocess
import threading
import time

import pytest

from servers.lxc.world import NO_NETWORK
from support.wait import until


def test_029__stopped__is_started(stopped):
    outcome = stopped("started")
    assert outcome.changed and outcome["lxc_container"]["started"] is True
    assert outcome["lxc_container"]["init_pid"] == stopped.box.pid > 0
    assert outcome["lxc_container"]["state"] == "running" and stopped.box.state == "RUNNING"


def test_030__started__stays_as_it_is(running):
    pid = running.box.pid
    outcome = running("started")
    assert not outcome.changed and running.box.pid == pid and running.box.boots() == 1


def test_031__frozen__goes_on(running):
    pid = running.box.pid
    running.box.ask("freeze")
    outcome = running("started")
    assert outcome.changed and running.box.state == "RUNNING" and running.box.pid == pid
    assert not running("started").changed


def test_032__systemd__is_shut_down_in_order(systemd):
    subject = systemd()
    subject.box.write("etc/systemd/system/witness.service", "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n"
                      "ExecStop=/bin/touch /var/stopped-in-order\n[Install]\nWantedBy=multi-user.target\n")
    subject.box.link("etc/systemd/system/multi-user.target.wants/witness.service", "../witness.service")
    assert not subject("started", wait_for=["systemd"]).failed
    begin = time.monotonic()
    outcome = subject("stopped", stop_timeout=30)
    assert outcome.changed and subject.box.state == "STOPPED"
    assert time.monotonic() - begin < 25
    assert (subject.box.upper / "var/stopped-in-order").exists()


def stubborn(subject):
    """Its first process ignores every polite signal."""
    (subject.box.rootfs / "etc/stubborn").touch()
    subject.box.start()
    until(lambda: subject.box.boots() == 1)
    return subject


def test_033__init_that_ignores_the_signal__is_killed_after_the_timeout(stopped):
    stubborn(stopped)
    begin = time.monotonic()
    outcome = stopped("stopped", stop_timeout=1)
    assert outcome.changed and stopped.box.state == "STOPPED"
    assert time.monotonic() - begin >= 1


def test_033__no_timeout__is_killed_at_once(stopped):
    stubborn(stopped)
    begin = time.monotonic()
    assert stopped("stopped", stop_timeout=0).changed and stopped.box.state == "STOPPED"
    assert time.monotonic() - begin < 5


def test_034__init_that_ignores_the_signal__may_not_be_killed(stopped):
    stubborn(stopped)
    pid = stopped.box.pid
    outcome = stopped("stopped", stop_timeout=1, force_stop=False)
    assert outcome.failed and "force_stop" in outcome.msg and not outcome.changed
    assert stopped.box.state == "RUNNING" and stopped.box.pid == pid


def test_035__frozen__is_thawed_and_stopped(running):
    running.box.ask("freeze")
    begin = time.monotonic()
    outcome = running("stopped", stop_timeout=20)
    assert outcome.changed and running.box.state == "STOPPED" and time.monotonic() - begin < 15


def test_036__stopped__stays_so(stopped):
    assert not stopped("stopped").changed and stopped.box.boots() == 0


def test_037__restarted__is_another_process_each_time(running):
    pids = [running.box.pid]
    for _ in range(2):
        outcome = running("restarted")
        assert outcome.changed and outcome["lxc_container"]["restarted"] is True
        pids.append(running.box.pid)
        assert outcome["lxc_container"]["init_pid"] == pids[-1]
    assert len(set(pids)) == 3 and running.box.boots() == 3


def test_038__restarted_but_stopped__is_started(stopped):
    outcome = stopped("restarted")
    assert outcome.changed and stopped.box.state == "RUNNING" and stopped.box.boots() == 1


def test_039__frozen__from_running_and_from_stopped(running):
    pid = running.box.pid
    assert running("frozen").changed and running.box.state == "FROZEN" and running.box.pid == pid
    running("stopped")
    outcome = running("frozen")
    assert outcome.changed and running.box.state == "FROZEN" and outcome["lxc_container"]["state"] == "frozen"


def test_040__frozen__stays_so(running):
    running.box.ask("freeze")
    outcome = running("frozen")
    assert not outcome.changed and running.box.state == "FROZEN"


@pytest.mark.parametrize("state", ["RUNNING", "FROZEN", "STOPPED"])
def test_041__absent__leaves_nothing(stopped, none_left, state):
    if state != "STOPPED":
        stopped.box.start()
    if state == "FROZEN":
        stopped.box.ask("freeze")
    outcome = stopped("absent")
    assert outcome.changed and outcome["lxc_container"]["state"] == "absent"
    none_left(stopped)
    outcome = stopped("absent")
    assert not outcome.changed and not outcome.failed and outcome["lxc_container"]["state"] == "absent"


def test_041__empty_folder__is_removed(subject):
    subject.box.folder.mkdir()
    assert subject("absent").changed and not subject.box.folder.exists()


def test_042__bridge_missing__is_the_reason_that_is_told(another):
    subject = another("lxc.net.0.type = veth", "lxc.net.0.link = nobridge0", "lxc.net.0.flags = up")
    begin = time.monotonic()
    outcome = subject("started")
    assert outcome.failed and time.monotonic() - begin < 5
    assert "nobridge0" in outcome.msg, outcome.msg
    assert subject.box.state == "STOPPED"


@pytest.fixture
def taken(world):
    """The name of an interface that exists already."""
    name = "taken%d" % (world.facts.ask(world.lxcpath, "x", "pid") + 1000)
    subprocess.run(["ip", "link", "add", name, "type", "bridge"], check=True)
    yield name
    subprocess.run(["ip", "link", "delete", name], check=True)


def test_043__name_of_the_pair_in_use__is_the_reason_that_is_told(another, taken):
    subject = another("lxc.net.0.type = veth", "lxc.net.0.veth.pair = " + taken)
    outcome = subject("started")
    assert outcome.failed and taken in outcome.msg and "exists" in outcome.msg, outcome.msg
    assert 'state "ABORTING"' not in outcome.msg.split("\n")[0]


def test_044__source_of_a_mount_missing__is_named(another, tmp_path):
    missing = tmp_path / "missing"
    subject = another("lxc.mount.entry = %s mnt none bind 0 0" % missing)
    outcome = subject("started")
    assert outcome.failed and str(missing) in outcome.msg, outcome.msg
    subject.box.config = subject.box.config.replace("none bind", "none bind,optional")
    assert subject("started").changed


def test_045__no_root_file_system__is_never_started(subject):
    subject.box.folder.mkdir()
    subject.box.config = NO_NETWORK + "\nlxc.uts.name = x\n"
    outcome = subject("started")
    assert outcome.failed and "lxc.rootfs.path" in outcome.msg
    assert subject.box.state == "STOPPED"
    for state in ("restarted", "frozen"):
        assert subject(state).failed and subject.box.state == "STOPPED"


SAME = {("STOPPED", "stopped"), ("RUNNING", "started"), ("FROZEN", "frozen")}


@pytest.mark.parametrize("before", ["STOPPED", "RUNNING", "FROZEN"])
def test_046__check_mode__predicts_every_transition_and_does_none(stopped, before):
    if before != "STOPPED":
        stopped.box.start()
    if before == "FROZEN":
        stopped.box.ask("freeze")
    pid, config = stopped.box.pid, stopped.box.config
    for after in ("started", "stopped", "restarted", "frozen", "absent", "present"):
        outcome = stopped(after, check=True, diff=True)
        expected = after != "present" and (before, after) not in SAME
        assert not outcome.failed and outcome.changed == expected, (before, after, outcome.data)
        # A restart ends where it began: that is no difference.
        assert ("diff" in outcome.data) == (expected and (before, after) != ("RUNNING", "restarted"))
        assert (stopped.box.state, stopped.box.pid, stopped.box.config) == (before, pid, config)


def test_047__starting__is_waited_for(stopped, tmp_path):
    stopped.box.append("lxc.hook.pre-start = " + stopped.hook("touch %s; sleep 2" % (tmp_path / "begun")))
    starter = threading.Thread(target=stopped.box.start)
    starter.start()
    until((tmp_path / "begun").exists)
    outcome = stopped("started")
    starter.join()
    assert not outcome.failed and not outcome.changed, outcome.data
    assert stopped.box.state == "RUNNING" and stopped.box.boots() == 1


def test_047__stopping__is_waited_for(running, tmp_path):
    running("stopped")
    running.box.append("lxc.hook.post-stop = " + running.hook("touch %s; sleep 2" % (tmp_path / "begun")))
    running.box.start()
    stopper = subprocess.Popen(["lxc-stop", "-P", running.box.lxcpath, "-n", running.box.name, "-k"])
    try:
        until((tmp_path / "begun").exists)
        outcome = running("started")
    finally:
        stopper.wait()
    assert not outcome.failed and outcome.changed, outcome.data
    assert running.box.state == "RUNNING" and running.box.boots() == 3


def test_states__facts_of_a_running_container__are_told(another, world):
    subject = another(*world.bridge().lines(9), start=True)
    facts = subject("started")["lxc_container"]
    assert facts["interfaces"] == ["lo", "eth0"] or sorted(facts["interfaces"]) == ["eth0", "lo"]
    assert facts["ips"] == [world.bridge().address(9)]
    assert facts["name"] == subject.box.name and facts["lxc_path"] == str(world.lxcpath)
