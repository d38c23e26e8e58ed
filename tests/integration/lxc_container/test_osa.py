"""As OpenStack-Ansible uses containers: items 121 to 128 of the conformance list, and its management cluster's."""
import os
import subprocess
import time
from pathlib import Path

import pytest

from servers.lxc.world import COMMON, TEMPLATE

# What OpenStack-Ansible puts into the container of the management cluster, in one task.
K8S_CONFIG = ["lxc.apparmor.profile=unconfined", "lxc.mount.auto=proc:rw sys:rw cgroup:rw:force", "lxc.cap.drop=",
              "lxc.cgroup.devices.allow=a", "lxc.cgroup2.devices.allow=a", "lxc.signal.halt=SIGRTMIN+4",
              "lxc.start.order=100", "security.privileged=true", "security.nested=true"]


@pytest.fixture(autouse=True)
def settings_of_the_machine():
    """With proc:rw a container's systemd sets them for the whole machine."""
    paths = [Path("/proc/sys") / name for name in
             ("kernel/pid_max", "kernel/sysrq", "fs/protected_hardlinks", "fs/protected_symlinks", "fs/protected_fifos",
              "fs/protected_regular", "vm/max_map_count")]
    before = {path: path.read_text(encoding="ascii") for path in paths if path.exists()}
    yield
    for path, value in before.items():
        if path.read_text(encoding="ascii") != value:
            path.write_text(value, encoding="ascii")


def mounts(tmp_path):
    for name in ("modules", "src", "backup", "log"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "witness").write_text(name)
    return [{"source": str(tmp_path / "modules"), "target": "/usr/lib/modules"},
            {"source": str(tmp_path / "src"), "target": "/usr/src"},
            {"source": str(tmp_path / "backup"), "target": "/var/backup"},
            {"source": str(tmp_path / "new/log"), "target": "/var/log", "create_source": True},
            {"source": "/dev/kmsg", "target": "/dev/kmsg", "create": "file"}]


@pytest.fixture
def cluster(subject, systemd_image, tmp_path, world):
    """Options of the one task that makes the management cluster's container."""
    hook = tmp_path / "autodev"
    hook.write_text("#!/bin/sh\nmkdir -p ${LXC_ROOTFS_MOUNT}/dev/net\nmknod ${LXC_ROOTFS_MOUNT}/dev/net/tun c 10 200\n"
                    "chmod 0666 ${LXC_ROOTFS_MOUNT}/dev/net/tun\n")
    hook.chmod(0o755)
    bridge = world.bridge()
    return {"template": str(TEMPLATE), "template_options": ["--tarball=%s" % systemd_image],
            "config": str(world.config("lxc.start.auto = 1")),
            "container_config": K8S_CONFIG + ["lxc.autodev=1", "lxc.hook.autodev=%s" % hook],
            "bind_mounts": mounts(tmp_path), "wait_for": ["systemd", "network"],
            "networks": [{"name": "eth0", "link": bridge.name, "address": [bridge.address(30) + "/24"],
                          "veth_pair": "k8s%d_eth0" % (os.getpid() % 100000), "hwaddr": "00:16:3e:00:00:30", "mtu": 1500}]}


def capabilities(subject):
    """Effective ones of a process inside, as a number."""
    text = subject.box.run("cat", "/proc/self/status")
    return int(next(line.split()[1] for line in text.splitlines() if line.startswith("CapEff")), 16)


def test_acceptance__management_cluster__comes_up_from_one_task_and_stays(subject, cluster, world, none_left):
    outcome = subject("started", **cluster)
    assert not outcome.failed and outcome.changed, outcome.data
    assert outcome["lxc_container"]["systemd_state"] == "running"
    assert outcome["lxc_container"]["ips"] == [world.bridge().address(30)]
    box, pid = subject.box, subject.box.pid
    # Never started unconfigured: one boot, with everything.
    assert box.run("journalctl", "--list-boots", "-q").count("\n") == 1
    assert box.setting("lxc.cap.drop") == [] and bin(capabilities(subject)).count("1") >= 38
    assert box.run("cat", "/usr/lib/modules/witness") == "modules" and box.run("cat", "/usr/src/witness") == "src"
    assert box.run("stat", "-c", "%F %t:%T", "/dev/kmsg").strip() == "character special file 1:b"
    assert box.run("stat", "-c", "%t:%T %a", "/dev/net/tun").strip() == "a:c8 666"

    outcome = subject("started", **cluster)
    assert not outcome.failed and not outcome.changed, outcome.data
    assert box.pid == pid

    changed = dict(cluster, container_config=cluster["container_config"] + ["lxc.environment=MARK=two"])
    outcome = subject("started", **changed)
    assert outcome.changed and outcome["lxc_container"]["restarted"] is True, outcome.data
    assert outcome["lxc_container"]["systemd_state"] == "running" and box.pid != pid
    second = box.pid
    assert not subject("started", **changed).changed and box.pid == second
    assert subject("absent").changed
    none_left(subject)


def test_121__osa_keys__are_exactly_the_lines_of_its_roles(stopped, tmp_path):
    (tmp_path / "eth0.ini").write_text("lxc.net.0.type = empty\n")
    stopped.box.config = "%s\nlxc.rootfs.path = dir:%s\n" % (COMMON, stopped.box.rootfs)
    before = stopped.box.config.splitlines()
    config = ["lxc.autodev=1", "lxc.hook.autodev=/bin/true", "lxc.apparmor.profile=unconfined", "lxc.mount.auto=proc:rw sys:rw",
              "lxc.include=%s" % (tmp_path / "eth0.ini"), "lxc.hook.pre-start=/bin/true", "lxc.hook.post-stop=/bin/true",
              "lxc.signal.halt=SIGRTMIN+4", "lxc.cap.drop=", "lxc.cgroup.devices.allow=a", "lxc.cgroup2.devices.allow=a",
              "lxc.start.order=100"]
    assert stopped("present", container_config=config, bind_mounts=mounts(tmp_path)).changed
    lines = stopped.box.config.splitlines()
    assert lines[0] == before[0]
    expected = before + [item.replace("=", " = ", 1).rstrip() for item in config]
    expected += ["lxc.mount.entry = %s %s none bind,create=%s 0 0" % (m["source"], m["target"].lstrip("/"), m.get("create", "dir"))
                 for m in mounts_again(tmp_path)]
    assert sorted(lines) == sorted(expected)
    assert not stopped("present", container_config=config, bind_mounts=mounts_again(tmp_path)).changed


def mounts_again(tmp_path):
    return [{"source": str(tmp_path / name), "target": target} for name, target in
            (("modules", "/usr/lib/modules"), ("src", "/usr/src"), ("backup", "/var/backup"), ("new/log", "/var/log"))] \
        + [{"source": "/dev/kmsg", "target": "/dev/kmsg", "create": "file"}]


def test_122__kubernetes_settings__let_the_container_do_its_work(systemd):
    subject = systemd()
    with open("/proc/sys/net/ipv4/ip_forward", encoding="ascii") as file:
        of_the_host = file.read()
    outcome = subject("started", container_config=K8S_CONFIG, wait_for=["systemd"],
                      bind_mounts=[{"source": "/dev/kmsg", "target": "dev/kmsg", "create": "file"}])
    assert not outcome.failed and outcome["lxc_container"]["systemd_state"] == "running", outcome.data
    box = subject.box
    assert box.run("sh", "-c", "timeout 5 dd if=/dev/kmsg bs=8192 count=1 2>/dev/null | wc -l").strip() != "0"
    assert bin(capabilities(subject)).count("1") >= 38
    box.run("sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")
    assert box.run("cat", "/proc/sys/net/ipv4/ip_forward").strip() == "1"
    with open("/proc/sys/net/ipv4/ip_forward", encoding="ascii") as file:
        assert file.read() == of_the_host  # the setting is its network's own
    box.run("sh", "-c", "mkdir -p /run/o/l /run/o/u /run/o/w /run/o/m && mount -t overlay overlay -o "
            "lowerdir=/run/o/l,upperdir=/run/o/u,workdir=/run/o/w /run/o/m && umount /run/o/m")
    assert "cpu" in box.run("sh", "-c", "ls /sys/fs/cgroup")


def osa(subject, *more, **options):
    return subject("started", container_config=["lxc.start.order=100", *more], **options)


def test_125__restarts_forbidden_and_later_allowed__the_pending_change_is_applied(running):
    pid = running.box.pid
    outcome = osa(running, "lxc.cap.drop=", "lxc.environment=A=1", restart="never")
    assert outcome.changed and outcome["lxc_container"]["restart_required"] and running.box.pid == pid
    outcome = osa(running, "lxc.cap.drop=", "lxc.environment=A=1")
    assert outcome.changed and outcome["lxc_container"]["restarted"] and running.box.active("lxc.environment") == ["A=1"]
    assert not osa(running, "lxc.cap.drop=", "lxc.environment=A=1").changed


def test_126__file_that_is_included__counts_for_the_restart(running, tmp_path):
    (tmp_path / "more.ini").write_text("lxc.environment = FROM=include\n")
    items = ["lxc.include=%s" % (tmp_path / "more.ini"), "lxc.environment=OWN=1"]
    outcome = osa(running, *items)
    assert outcome["lxc_container"]["restarted"] and sorted(running.box.active("lxc.environment")) == ["FROM=include", "OWN=1"]
    assert not osa(running, *items).changed
    (tmp_path / "more.ini").write_text("lxc.environment = FROM=elsewhere\n")
    outcome = osa(running, *items)
    assert outcome.changed and outcome["lxc_container"]["restarted"]
    assert sorted(running.box.active("lxc.environment")) == ["FROM=elsewhere", "OWN=1"]


def test_127__hooks__run_at_a_restart(running, tmp_path):
    log = tmp_path / "log"
    items = ["lxc.hook.%s=%s" % (name, running.hook("echo %s >>%s" % (name, log))) for name in ("pre-start", "post-stop")]
    outcome = osa(running, *items)
    assert outcome["lxc_container"]["restarted"] and log.read_text().split() == ["pre-start"]
    assert running("restarted").changed
    assert log.read_text().split() == ["pre-start", "post-stop", "pre-start"]


def test_128__connection_of_osa__works_on_what_we_made(systemd):
    subject = systemd()
    assert not subject("started", wait_for=["systemd"]).failed
    result = subprocess.run(["lxc-attach", "--clear-env", "-P", subject.box.lxcpath, "--name", subject.box.name, "--", "su", "-",
                             "root", "-c", "echo $HOME; id -un; hostname"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            text=True, check=True)
    assert result.stdout.split() == ["/root", "root", subject.box.name]
    pid = subprocess.run(["lxc-info", "-P", subject.box.lxcpath, "-Hpn", subject.box.name], stdout=subprocess.PIPE, text=True,
                         check=True).stdout.strip()
    assert os.path.exists("/proc/%s/root/etc/debian_version" % pid)


def test_osa__tarball_to_running__is_quick_enough_to_notice_trouble(subject, cluster):
    """The figure itself is the benchmark's; this is no race, only a bound that a hang would break."""
    begin = time.monotonic()
    assert not subject("started", **cluster).failed
    assert time.monotonic() - begin < 60
