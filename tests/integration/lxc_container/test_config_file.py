"""The file of the configuration and what it includes: items 65 to 75 of the conformance list."""
import os
import threading
import time

import pytest


def test_065__quotes__do_not_count(stopped):
    stopped.box.append('lxc.uts.name = "quoted"', "lxc.environment = 'A=1'")
    assert stopped.settled("lxc.uts.name=quoted", "lxc.environment=A=1")
    stopped.box.config = stopped.box.config.replace('"quoted"', "quoted")
    assert stopped.settled('lxc.uts.name="quoted"')


def test_066__key_that_a_later_include_sets__becomes_effective(stopped, tmp_path):
    (tmp_path / "more.conf").write_text("lxc.start.order = 9\n")
    stopped.box.append("lxc.start.order = 1", "lxc.include = %s" % (tmp_path / "more.conf"))
    assert stopped.put("lxc.start.order=5").changed
    assert stopped.box.setting("lxc.start.order") == ["5"] and stopped.box.values("lxc.start.order") == ["5"]
    assert stopped.settled("lxc.start.order=5")


def test_066__include_sets_what_is_wanted__is_enough_or_made_explicit(stopped, tmp_path):
    (tmp_path / "more.conf").write_text("lxc.start.order = 5\n")
    stopped.box.append("lxc.include = %s" % (tmp_path / "more.conf"))
    stopped.put("lxc.start.order=5")
    assert stopped.box.setting("lxc.start.order") == ["5"] and stopped.settled("lxc.start.order=5")


def test_067__type_of_a_network__comes_before_its_other_lines(another):
    subject = another("lxc.net.1.link = nobridge", "lxc.net.1.name = eth7", "lxc.net.0.type = empty")
    assert subject.put("lxc.net.1.type=veth").changed
    keys = [line.split(" ")[0] for line in subject.box.config.splitlines() if line.startswith("lxc.net.1")]
    assert keys == ["lxc.net.1.type", "lxc.net.1.link", "lxc.net.1.name"]
    assert subject.box.setting("lxc.net.1.name") == ["eth7"]
    assert subject.settled("lxc.net.1.type=veth")


def test_067__networks__become_lines_of_their_index(stopped, world):
    bridge = world.bridge()
    networks = [{"name": "eth0", "link": bridge.name, "address": [bridge.address(21) + "/24"], "mtu": 1400,
                 "hwaddr": "00:16:3e:00:00:21"},
                {"type": "empty"}]
    assert stopped("present", networks=networks[:1]).changed
    assert stopped.box.setting("lxc.net.0.type") == ["veth"] and stopped.box.setting("lxc.net.0.mtu") == ["1400"]
    assert not stopped("present", networks=networks[:1]).changed
    outcome = stopped("started", networks=networks[:1])
    assert outcome["lxc_container"]["ips"] == [bridge.address(21)]
    assert stopped.box.run("cat", "/sys/class/net/eth0/address").strip() == "00:16:3e:00:00:21"
    stopped("stopped")
    assert stopped("present", networks=networks[1:]).changed
    assert stopped.box.setting("lxc.net.0.type") == ["empty"] and stopped.box.values("lxc.net.0.link") == []


def test_068__hardware_address_with_x__is_stable(another):
    subject = another("lxc.net.0.type = veth")
    assert subject.put("lxc.net.0.hwaddr=00:16:3e:xx:xx:xx").changed
    assert subject.settled("lxc.net.0.hwaddr=00:16:3e:xx:xx:xx")
    assert subject("started", container_config=["lxc.net.0.hwaddr=00:16:3e:xx:xx:xx"])["lxc_container"]["started"]
    pid = subject.box.pid
    outcome = subject("started", container_config=["lxc.net.0.hwaddr=00:16:3e:xx:xx:xx"])
    assert not outcome.changed and not outcome["lxc_container"]["restart_required"] and subject.box.pid == pid


@pytest.mark.parametrize("deeper", [False, True])
def test_068__hardware_address_with_x_of_an_include__is_stable(another, tmp_path, deeper):
    """Of a file that the task does not name, and of one in a folder that such a file includes."""
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "addresses.conf").write_text("lxc.net.0.hwaddr = 00:16:3e:xx:xx:xx\n")
    (tmp_path / "more.conf").write_text("lxc.include = %s\n" % folder)
    file = tmp_path / "more.conf" if deeper else folder / "addresses.conf"
    subject = another("lxc.net.0.type = veth", "lxc.include = %s" % file)
    assert subject("started", networks=[{"name": "eth0"}])["lxc_container"]["started"]
    pid = subject.box.pid
    outcome = subject("started", networks=[{"name": "eth0"}])
    assert not outcome.changed and not outcome["lxc_container"]["restart_required"] and subject.box.pid == pid


def test_068__hardware_address_behind_an_include_with_x__is_compared(running):
    """Another address than the one that was started with, written by somebody else."""
    file = running.box.folder / "address.conf"
    file.write_text("lxc.net.0.hwaddr = 00:16:3e:xx:xx:xx\n")
    given = ["lxc.net.0.type=veth", "lxc.net.0.hwaddr=00:16:3e:00:00:22"]
    running.box.append("lxc.include = %s" % file)
    assert running("started", container_config=given)["lxc_container"]["restarted"]
    assert not running("started", container_config=given).changed
    running.box.config = running.box.config.replace("00:00:22", "00:00:23")
    given[1] = given[1].replace("00:00:22", "00:00:23")
    assert running("started", container_config=given)["lxc_container"]["restarted"]
    assert not running("started", container_config=given).changed


def test_069__diff__is_the_file_before_and_after(stopped):
    before = stopped.box.append("lxc.start.order = 5")
    outcome = stopped.put("lxc.start.order=6", diff=True)
    entries = outcome["diff"] if isinstance(outcome["diff"], list) else [outcome["diff"]]
    [entry] = [each for each in entries if each.get("before_header") == str(stopped.box.config_file)]
    assert entry["before"] == before and entry["after"] == stopped.box.config
    assert entry["after_header"] == str(stopped.box.config_file)


def test_070__check_mode__touches_nothing(stopped):
    path = stopped.box.config_file
    before, stamp, folder = stopped.box.config, path.stat(), stopped.box.folder.stat().st_mtime_ns
    outcome = stopped.put("lxc.start.order=6", check=True, diff=True)
    assert outcome.changed and "lxc.start.order = 6" in str(outcome["diff"])
    assert stopped.box.config == before and path.stat() == stamp
    assert sorted(os.listdir(stopped.box.folder)) == ["config", "rootfs"]
    assert stopped.box.folder.stat().st_mtime_ns >= folder  # a file may have come and gone


def test_071__mode_and_owner__are_kept(stopped):
    path = stopped.box.config_file
    path.chmod(0o640)
    os.chown(path, 1234, 4321)
    assert stopped.put("lxc.start.order=6").changed
    status = path.stat()
    assert (status.st_mode & 0o7777, status.st_uid, status.st_gid) == (0o640, 1234, 4321)


def test_071__killed_while_writing__leaves_the_old_or_the_new_file(stopped):
    old = stopped.box.append(*("lxc.environment = V%d=%s" % (n, "x" * 200) for n in range(500)))
    new = old + "lxc.start.order = 6\n"
    seen = set()
    for step in range(25):
        stopped.box.config = old
        process = stopped.begin("present", container_config=["lxc.start.order=6"])
        time.sleep(0.004 * step)
        process.kill()
        process.communicate()
        seen.add(stopped.box.config)
        assert stopped.box.config in (old, new)
        assert stopped.box.exists and stopped.box.setting("lxc.start.order") in (["6"], ["0"], [])
    assert not stopped.put("lxc.start.order=6").failed and stopped.box.config == new
    left = set(os.listdir(stopped.box.folder)) - {"config", "rootfs"}
    assert not left, "temporary files of runs that were killed pile up: %s" % left


def test_072__backup__is_made_once_per_change(stopped):
    before = stopped.box.config
    assert stopped.put("lxc.start.order=6", backup=True).changed
    [copy] = stopped.box.folder.glob("config.*~")
    assert copy.read_text() == before and copy.stat().st_mode == stopped.box.config_file.stat().st_mode
    assert not stopped.put("lxc.start.order=6", backup=True).changed
    stopped.put("lxc.start.order=7", backup=True, check=True)
    assert list(stopped.box.folder.glob("config.*~")) == [copy]


def test_073__last_line_without_end__gets_one(stopped):
    stopped.box.config = stopped.box.config + "lxc.start.delay = 3"
    assert stopped.put("lxc.start.order=6").changed
    assert stopped.box.config.endswith("lxc.start.delay = 3\nlxc.start.order = 6\n")
    assert stopped.box.setting("lxc.start.delay") == ["3"]


def test_073__lines_of_windows__are_understood(stopped):
    stopped.box.config = stopped.box.config.replace("\n", "\r\n") + "lxc.start.order = 5\r\n"
    untouched = stopped.box.config.splitlines(keepends=True)[:-1]
    outcome = stopped.put("lxc.start.order=5")
    assert not outcome.failed, outcome.data
    assert stopped.put("lxc.start.order=6").changed or outcome.changed
    assert stopped.box.setting("lxc.start.order") == ["6"]
    assert stopped.box.config.splitlines(keepends=True)[:len(untouched)] == untouched
    assert stopped.settled("lxc.start.order=6")


def test_073__empty_file__is_filled(stopped):
    rootfs = "lxc.rootfs.path=dir:%s" % stopped.box.rootfs
    stopped.box.config = ""
    assert stopped.put(rootfs, "lxc.net.0.type=empty").changed
    assert stopped.box.config == "lxc.rootfs.path = dir:%s\nlxc.net.0.type = empty\n" % stopped.box.rootfs


def test_074__absent__removes_all_lines_of_a_key_or_one_value(stopped):
    before = stopped.box.config
    stopped.box.append("lxc.environment = A=1", "lxc.start.order = 5", "lxc.environment = B=2")
    assert stopped.put(container_config_absent=["lxc.environment=A=1"]).changed
    assert stopped.box.values("lxc.environment") == ["B=2"]
    outcome = stopped.put(container_config_absent=["lxc.environment", "lxc.start.order"])
    assert outcome.changed and stopped.box.config == before
    assert not stopped.put(container_config_absent=["lxc.environment", "lxc.start.order"]).changed


def test_075__thousands_of_lines__are_no_trouble(stopped):
    before = stopped.box.append(*("lxc.environment = V%d=%d" % (n, n) for n in range(5000)))
    begin = time.monotonic()
    assert stopped.put("lxc.environment=V17=17", "lxc.start.order=5", "lxc.environment=NEW=1").changed
    assert time.monotonic() - begin < 20
    assert stopped.box.config == before + "lxc.environment = NEW=1\nlxc.start.order = 5\n"
    assert stopped.settled("lxc.environment=NEW=1", "lxc.start.order=5")


def test_075__long_value__is_kept_whole_and_needs_no_restart_twice(stopped):
    long = "LONG=" + "v" * 10240
    assert stopped("started", container_config=["lxc.environment=" + long]).changed
    pid = stopped.box.pid
    outcome = stopped("started", container_config=["lxc.environment=" + long])
    assert not outcome.changed and stopped.box.pid == pid and stopped.box.values("lxc.environment") == [long]


class Pipe:
    """An included file that answers each reader, and acts before the nth."""

    def __init__(self, path, number, action):
        os.mkfifo(path)
        self.path, self.number, self.action = path, number, action
        self.served = 0
        self._end = False
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while True:
            with open(self.path, "w", encoding="ascii") as pipe:  # waits for a reader
                if self._end:
                    return
                self.served += 1
                if self.served == self.number:
                    self.action()
                pipe.write("# nothing\n")
            time.sleep(0.02)  # so that the reader closes before the next writer comes

    def close(self):
        self._end = True
        with open(self.path, "rb"):
            self._thread.join(5)
        os.unlink(self.path)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_fault__edited_by_somebody_between_reading_and_writing__no_line_is_lost(stopped, tmp_path, number):
    """liblxc reads an included pipe each time it reads the configuration: somebody edits the file meanwhile."""
    def edit():
        with open(stopped.box.config_file, "a", encoding="ascii") as config:
            config.write("# somebody was here\n")

    stopped.box.append("lxc.include = %s" % (tmp_path / "pipe"))
    pipe = Pipe(tmp_path / "pipe", number, edit)
    try:
        outcome = stopped.put("lxc.start.order=6", timeout=30)
        assert pipe.served >= 1
        if pipe.served >= number:
            text = stopped.box.config
            assert "# somebody was here\n" in text, outcome.data
            assert outcome.failed or "lxc.start.order = 6\n" in text
    finally:
        pipe.close()
        stopped.box.config = stopped.box.config.replace("lxc.include", "#")
