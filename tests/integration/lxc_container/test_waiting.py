"""Waiting and network: items 115 to 120 of the conformance list."""
import subprocess
import time

from support.wait import until


def test_115__systemd__is_waited_for(systemd):
    subject = systemd()
    outcome = subject("started", wait_for=["systemd"])
    assert not outcome.failed and outcome["lxc_container"]["systemd_state"] == "running", outcome.data
    outcome = subject("started", wait_for=["systemd"])
    assert not outcome.changed and outcome["lxc_container"]["systemd_state"] == "running"


def test_115__unit_that_fails__is_accepted_and_told(systemd):
    subject = systemd()
    subject.box.write("etc/systemd/system/broken.service", "[Service]\nType=oneshot\nExecStart=/bin/false\n")
    subject.box.link("etc/systemd/system/multi-user.target.wants/broken.service", "../broken.service")
    outcome = subject("started", wait_for=["systemd"])
    assert not outcome.failed and outcome["lxc_container"]["systemd_state"] == "degraded"


def test_115__boot_that_does_not_end__fails_in_time_with_the_state(systemd):
    subject = systemd()
    subject.box.write("etc/systemd/system/endless.service", "[Service]\nType=oneshot\nExecStart=/bin/sleep 600\n")
    subject.box.link("etc/systemd/system/multi-user.target.wants/endless.service", "../endless.service")
    begin = time.monotonic()
    outcome = subject("started", wait_for=["systemd"], wait_timeout=8)
    assert outcome.failed and "systemd was not met within 8 s: starting" in outcome.msg, outcome.data
    assert time.monotonic() - begin < 20 and subject.box.state == "RUNNING"
    left = subject.box.run("sh", "-c", "grep -la is-system-runnin[g] /proc/[0-9]*/cmdline", check=False)
    assert left.strip() == ""


def test_116__no_systemd__is_said_at_once(stopped):
    begin = time.monotonic()
    outcome = stopped("started", wait_for=["systemd"])
    assert outcome.failed and "systemctl" in outcome.msg and time.monotonic() - begin < 10
    assert stopped.box.state == "RUNNING"


def test_117__static_address__is_there_after_the_start(another, world):
    subject = another(*world.bridge().lines(17))
    outcome = subject("started", wait_for=["network"], wait_timeout=10)
    assert outcome["lxc_container"]["ips"] == [world.bridge().address(17)]


def test_118__dhcp__is_waited_for(systemd, world):
    world.serve_dhcp()
    subject = systemd(*world.bridge().lines(), "lxc.mount.auto = proc:mixed sys:mixed")
    subject.box.write("etc/systemd/network/eth0.network", "[Match]\nName=eth0\n[Network]\nDHCP=ipv4\nLinkLocalAddressing=no\n")
    subject.box.link("etc/systemd/system/multi-user.target.wants/systemd-networkd.service",
                     "/lib/systemd/system/systemd-networkd.service")
    outcome = subject("started", wait_for=["network"], wait_interface="eth0", wait_timeout=30)
    assert not outcome.failed, outcome.data
    [address] = outcome["lxc_container"]["ips"]
    assert address.startswith(world.bridge().prefix + ".1")


def test_119__no_address_in_time__fails_and_leaves_it_running(another, world):
    subject = another(*world.bridge().lines())
    begin = time.monotonic()
    outcome = subject("started", wait_for=["network"], wait_timeout=1)
    assert outcome.failed and "network" in outcome.msg and 1 <= time.monotonic() - begin < 8
    assert subject.box.state == "RUNNING"
    assert outcome["lxc_container"]["state"] == "running"


def test_119__command__is_tried_until_it_succeeds(stopped):
    outcome = stopped("started", wait_for=["command"], wait_timeout=15,
                      wait_command="echo x >>/srv/tries; test $(wc -l </srv/tries) -ge 3")
    assert not outcome.failed, outcome.data
    assert (stopped.box.rootfs / "srv/tries").read_text() == "x\nx\nx\n"
    outcome = stopped("started", wait_for=["command"], wait_timeout=1, wait_command="echo still not >&2; exit 1")
    assert outcome.failed and "still not" in str(outcome.data)


def test_119__container_ends_meanwhile__fails_at_once(stopped):
    stopped.box.write("sbin/init", "#!/bin/sh\nsleep 1\nexit 0\n")
    begin = time.monotonic()
    outcome = stopped("started", wait_for=["network"], wait_timeout=30)
    assert outcome.failed and time.monotonic() - begin < 15
    assert outcome["lxc_container"]["state"] == "stopped"


def test_120__ssh__answers(systemd, world, tmp_path):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "key"], check=True)
    subject = systemd(*world.bridge().lines(20))
    subject.box.write("root/.ssh/authorized_keys", (tmp_path / "key.pub").read_text())
    for path, mode in (("root", 0o700), ("root/.ssh", 0o700), ("root/.ssh/authorized_keys", 0o600)):
        (subject.box.upper / path).chmod(mode)
    assert not subject("started", wait_for=["systemd", "network"]).failed
    command = ["ssh", "-i", tmp_path / "key", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o",
               "BatchMode=yes", "-o", "LogLevel=ERROR", "root@" + world.bridge().address(20), "hostname"]
    answer = until(lambda: subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                                          check=False).stdout, seconds=15, pause=0.3)
    assert answer.strip() == subject.box.name
