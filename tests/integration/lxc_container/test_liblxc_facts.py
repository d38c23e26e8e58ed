"""What liblxc does, without the module: it relies on these facts, or protects its users from them. A test here that fails
after an update of LXC says which part of the module to look at; docs/liblxc-facts.md lists them."""
import os
import signal
import subprocess

import pytest

from servers.lxc import traces
from servers.lxc.facts import PYTHON
from servers.lxc.world import Box
from support.wait import until


@pytest.fixture
def box(world, image):
    box = world.make(image=image)
    yield box
    box.destroy()
    box.none_left()


def tool(*argv, timeout=30):
    result = subprocess.run([str(a) for a in argv], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            text=True, check=False, timeout=timeout)
    return result.returncode, result.stdout


@pytest.mark.parametrize("spelling", ["link", "//"])
def test_facts__other_spelling_of_the_lxcpath__sees_a_stopped_container(box, tmp_path, spelling):
    box.start()
    (tmp_path / "link").symlink_to(box.lxcpath)
    path = tmp_path / "link" if spelling == "link" else str(box.lxcpath).replace("/lxc", "//lxc")
    assert box.world.facts.ask(path, box.name, "state") == "STOPPED"
    assert box.state == "RUNNING"


@pytest.mark.parametrize("line", ["lxc.bogus.key = 1", "lxc.utsname = x", "lxc.aa_profile = x", "lxc.start.auto = 7",
                                  "lxc.include = /nonexistent", "lxc.start.order = x", "lxc.foo", "lxc.cap.drop = flying"])
def test_facts__line_that_cannot_be_read__makes_the_container_unusable(box, line):
    box.append(line)
    with pytest.raises(LookupError):
        box.ask("state")
    assert tool("lxc-start", "-P", box.lxcpath, "-n", box.name, "-d")[0] != 0


@pytest.mark.parametrize("line", ["security.privileged = true", "Upper.case = x", "# lxc.bogus.key = 1", ""])
def test_facts__line_that_means_nothing__is_ignored(box, line):
    box.append(line)
    assert box.start().state == "RUNNING"


@pytest.mark.parametrize("line", ["lxc.cgroup.x = y", "lxc.net.0.hwaddr = zz", "lxc.mount.entry = nonsense",
                                  "lxc.rootfs.path = dir:/nonexistent"])
def test_facts__value_that_is_wrong__is_only_found_at_the_start(box, line):
    box.append(line)
    assert box.state == "STOPPED" and box.exists
    assert tool("lxc-start", "-P", box.lxcpath, "-n", box.name, "-d")[0] != 0


def test_facts__two_lines_of_a_scalar__the_last_one_wins(box):
    box.append("lxc.start.order = 5", "lxc.start.order = 6")
    assert box.setting("lxc.start.order") == ["6"]


def test_facts__file_with_a_nul__is_read_up_to_it(box):
    box.append("lxc.start.order = 5", "lxc.start.delay = \0 7", "lxc.start.order = 6")
    assert box.setting("lxc.start.order") == ["5"] and box.state == "STOPPED"


def test_facts__empty_line_of_a_list__resets_it_until_the_next_line(box):
    box.append("lxc.environment = A=1", "lxc.environment =", "lxc.environment = B=2")
    assert box.setting("lxc.environment") == ["B=2"]


def test_facts__type_of_a_network_twice__forgets_its_other_lines(box):
    box.append("lxc.net.1.type = veth", "lxc.net.1.name = eth7", "lxc.net.1.type = veth")
    assert box.setting("lxc.net.1.name") == []


def test_facts__reboot__keeps_the_configuration_of_the_start(box):
    box.start()
    box.append("lxc.environment = LATE=1")
    pid = box.pid
    box.run("reboot", "-f", check=False)
    until(lambda: box.boots() == 2 and box.pid not in (-1, pid))
    assert box.setting("lxc.environment") == ["LATE=1"] and box.active("lxc.environment") == []


def test_facts__file_partial__blocks_every_start(box):
    (box.folder / "partial").touch()
    code, output = tool("lxc-start", "-P", box.lxcpath, "-n", box.name, "-d")
    assert code != 0 and box.state == "STOPPED", output


def test_facts__caller_of_start__is_in_the_monitor_s_cgroup_afterwards(box):
    """So a monitor's cgroup stays until the process that started the container has ended."""
    script = ("import lxc, sys; c = lxc.Container(sys.argv[1], sys.argv[2]); assert c.start(); "
              "print(open('/proc/self/cgroup').read())")
    code, output = tool(PYTHON, "-c", script, box.name, box.lxcpath)
    assert code == 0 and "lxc.monitor." + box.name in output, output


def test_facts__monitor_killed__takes_the_container_along(box):
    box.start()
    [monitor] = traces.monitors(box.lxcpath, box.name)
    os.kill(monitor, signal.SIGKILL)
    until(lambda: not traces.processes(box.name))
    assert box.state == "STOPPED"


def test_facts__attach_to_a_frozen_container__hangs(box):
    box.start()
    box.ask("freeze")
    with pytest.raises(subprocess.TimeoutExpired):
        tool("lxc-attach", "-P", box.lxcpath, "-n", box.name, "--", "true", timeout=2)


def test_facts__clone__copies_the_name_of_the_pair(box, world):
    copy = world.box()
    box.append("lxc.net.0.type = veth", "lxc.net.0.veth.pair = pairx%d" % (os.getpid() % 10000))
    assert tool("lxc-copy", "-P", box.lxcpath, "-n", box.name, "-N", copy.name)[0] == 0
    assert copy.values("lxc.net.0.veth.pair") == box.values("lxc.net.0.veth.pair")
    copy.destroy()


def test_facts__copy_without_rsync__fails_without_a_word(box, world, tmp_path):
    copy = world.box()
    for name in ("lxc-copy",):
        (tmp_path / name).symlink_to("/usr/bin/" + name)
    code, output = tool("env", "PATH=%s" % tmp_path, "/usr/bin/lxc-copy", "-P", box.lxcpath, "-n", box.name, "-N", copy.name)
    assert code != 0 and "rsync" not in output and not copy.exists
    copy.destroy()


def test_facts__missing_bridge__is_the_first_error_of_several(box, tmp_path):
    box.config = box.config.replace("lxc.net.0.type = empty", "lxc.net.0.type = veth\nlxc.net.0.link = nobridge0")
    tool("lxc-start", "-P", box.lxcpath, "-n", box.name, "-d", "-o", tmp_path / "log", "-l", "INFO")
    errors = [line for line in (tmp_path / "log").read_text().splitlines() if " ERROR " in line]
    assert "nobridge0" in errors[0] and len(errors) > 2


def test_facts__destroy__removes_a_managed_folder_elsewhere(box, tmp_path):
    elsewhere = tmp_path / "tree"
    os.rename(box.rootfs, elsewhere)
    box.config = box.config.replace(str(box.rootfs), str(elsewhere))
    assert box.ask("destroy") and not elsewhere.exists()


def test_facts__control_groups__get_every_line_in_order(box):
    """So that of a limit the last counts, while rules and limits of devices add up."""
    first = (traces.CGROUPS / "pids").exists()  # of the two versions of control groups
    group, null, zero = "lxc.cgroup" if first else "lxc.cgroup2", "c 1:3 rwm", "c 1:5 rwm"
    box.append(*("%s.%s" % (group, line) for line in ("pids.max = 100", "pids.max = 200", "devices.deny = a",
                                                      "devices.allow = " + null, "devices.allow = " + zero)))
    box.start()
    limits, rules = (tool("lxc-cgroup", "-P", box.lxcpath, "-n", box.name, name)[1].split("\n")
                     for name in ("pids.max", "devices.list"))
    assert limits[0] == "200"
    # The second version has no file to read the rules from.
    assert not first or ({null, zero} <= set(rules) and "a *:* rwm" not in rules), rules


def test_facts__destroy__empties_what_is_mounted_below(box, tmp_path):
    (tmp_path / "host").mkdir()
    (tmp_path / "host/x").touch()
    place = box.rootfs / "srv"
    place.mkdir(exist_ok=True)
    script = 'mount --bind "$1" "$2" && exec lxc-destroy -P "$3" -n "$4"'
    status, _ = tool("unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", tmp_path / "host", place,
                     box.lxcpath, box.name)
    assert status != 0 and os.listdir(tmp_path / "host") == []


def test_facts__clone_cut_off__has_no_root_file_system_in_its_configuration(box, world, tmp_path):
    copy = world.box()
    slow = tmp_path / "rsync"
    slow.write_text("#!/bin/sh\ntouch %s\nexec sleep 60\n" % (tmp_path / "begun"))
    slow.chmod(0o755)
    process = subprocess.Popen(["lxc-copy", "-P", box.lxcpath, "-n", box.name, "-N", copy.name], start_new_session=True,
                               env=dict(os.environ, PATH="%s:%s" % (tmp_path, os.environ["PATH"])))
    until((tmp_path / "begun").exists)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert copy.config_file.exists() and copy.values("lxc.rootfs.path") == [] and copy.values("lxc.uts.name") == [box.name]
    assert box.values("lxc.rootfs.path") != []
    copy.destroy()
    copy.none_left()


def test_facts__handle_of_a_missing_container__says_stopped(world):
    box = Box(world, "spec-nobody")
    assert (box.exists, box.state, box.pid) == (False, "STOPPED", -1)
