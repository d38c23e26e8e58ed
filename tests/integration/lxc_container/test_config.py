"""Lines of configuration: items 48 to 64 of the conformance list."""
import pytest

from servers.lxc.world import COMMON


def test_048__new_key__is_appended(stopped):
    before = stopped.box.config
    outcome = stopped.put("lxc.start.order=5")
    assert outcome.changed and outcome["lxc_container"]["config_changed"] is True
    assert stopped.box.config == before + "lxc.start.order = 5\n"
    assert outcome["lxc_container"]["config_changes"] == [{"key": "lxc.start.order", "before": [], "after": ["5"]}]


@pytest.mark.parametrize("item", ["lxc.start.order=5", "lxc.start.order = 5", " lxc.start.order\t=\t5 ",
                                  {"key": "lxc.start.order", "value": 5}])
def test_049__same_in_any_spelling__changes_nothing(stopped, item):
    stopped.box.append("lxc.start.order = 5")
    assert stopped.settled(item)


def test_049__mapping_of_keys__is_understood(stopped):
    wanted = {"lxc.start.order": 5, "lxc.environment": ["A=1", "B=2"], "lxc.start.auto": "1"}
    assert stopped("present", container_config=wanted).changed
    assert stopped.box.values("lxc.environment") == ["A=1", "B=2"]
    assert stopped.box.setting("lxc.start.order") == ["5"] and stopped.box.setting("lxc.start.auto") == ["1"]
    assert not stopped("present", container_config=wanted).changed


def test_050__changed_twice__stays_one_line(stopped):
    for number in ("5", "6", "7"):
        assert stopped.put("lxc.start.order=" + number).changed
        assert stopped.box.values("lxc.start.order") == [number] == stopped.box.setting("lxc.start.order")
        assert stopped.settled("lxc.start.order=" + number)


def test_051__changed_back__is_effective(stopped):
    stopped.box.append("lxc.start.order = 5", "lxc.uts.name = after")
    assert stopped.put("lxc.start.order=6").changed
    assert stopped.put("lxc.start.order=5").changed
    assert stopped.box.values("lxc.start.order") == ["5"] == stopped.box.setting("lxc.start.order")
    assert stopped.box.config.endswith("lxc.start.order = 5\nlxc.uts.name = after\n")


def test_052__commented_line__is_none_and_an_indented_one_is(stopped):
    stopped.box.append("#lxc.start.order = 5")
    assert stopped.put("lxc.start.order=5").changed
    assert stopped.box.config.endswith("#lxc.start.order = 5\nlxc.start.order = 5\n")
    stopped.box.config = stopped.box.config.replace("\nlxc.start.order = 5", "\n\t lxc.start.order=5")
    assert stopped.settled("lxc.start.order=5")
    assert stopped.put("lxc.start.order=6").changed
    assert stopped.box.values("lxc.start.order") == ["6"]


ODD = ("# a comment", "", "   ", "security.nested   =  true", "  # another", "lxc.start.delay=3   ", "\t", "Upper.case = x", "",
       "#")


def test_053__other_lines__stay_byte_for_byte(stopped):
    before = stopped.box.append(*ODD)
    stopped.put("lxc.start.order=5")
    assert stopped.box.config == before + "lxc.start.order = 5\n"
    stopped.put("lxc.start.order=6")
    assert stopped.box.config == before + "lxc.start.order = 6\n"


def test_054__list__gets_what_is_missing(stopped):
    stopped.box.append("lxc.environment = A=1", "lxc.start.order = 5")
    assert stopped.put("lxc.environment=A=1", "lxc.environment=B=2").changed
    assert stopped.box.config.endswith("lxc.environment = A=1\nlxc.environment = B=2\nlxc.start.order = 5\n")
    assert stopped.settled("lxc.environment=A=1", "lxc.environment=B=2")
    assert stopped.settled("lxc.environment=B=2") and stopped.settled("lxc.environment=B=2", "lxc.environment=A=1")


def test_055__list_in_mode_replace__has_exactly_these_lines(stopped):
    stopped.box.append("lxc.environment = A=1", "lxc.start.order = 5", "lxc.environment = B=2")
    assert stopped.put("lxc.environment=C=3", container_config_mode="replace").changed
    assert stopped.box.values("lxc.environment") == ["C=3"] == stopped.box.setting("lxc.environment")
    assert stopped.box.values("lxc.start.order") == ["5"]
    assert stopped.settled("lxc.environment=C=3", container_config_mode="replace")


def test_056__emptied_list_behind_an_include__stays_empty(stopped):
    stopped.box.config = COMMON + "\n" + stopped.box.config
    assert "sys_time" in stopped.box.setting("lxc.cap.drop")
    assert stopped.put("lxc.cap.drop=").changed
    assert stopped.box.setting("lxc.cap.drop") == [] and stopped.box.values("lxc.cap.drop") == [""]
    assert stopped.settled("lxc.cap.drop=")
    stopped.box.append(COMMON)  # whose capabilities come back
    assert stopped.put("lxc.cap.drop=").changed and stopped.box.setting("lxc.cap.drop") == []
    assert stopped.settled("lxc.cap.drop=")


def test_057__emptied_and_filled__is_this_list_alone(stopped):
    stopped.box.config = COMMON + "\n" + stopped.box.config
    wanted = ("lxc.cap.drop=", "lxc.cap.drop=sys_time", "lxc.cap.drop=sys_boot")
    assert stopped.put(*wanted).changed
    assert stopped.box.setting("lxc.cap.drop") == ["sys_time", "sys_boot"]
    assert stopped.settled(*wanted)
    stopped.box.append("lxc.cap.drop = mknod")
    assert stopped.put(*wanted).changed and stopped.box.setting("lxc.cap.drop") == ["sys_time", "sys_boot"]


WRONG = [
    ("lxc.bogus.key=1", ["lxc.bogus.key"]),
    ("lxc.start.auto=7", ["lxc.start.auto"]),
    ("lxc.start.order=first", ["lxc.start.order"]),
    ("lxc.net.x.type=veth", ["lxc.net.x.type"]),
    ("lxc.mount.auto=everything:rw", ["lxc.mount.auto"]),
    ("lxc.idmap=nonsense", ["lxc.idmap"]),
    ("lxc.include=/nonexistent/file", ["/nonexistent/file"]),
    ("lxc.cap.drop=flying", ["flying"]),
    ("lxc.aa_profile=unconfined", ["lxc.aa_profile", "lxc.apparmor.profile"]),
    ("lxc.network.type=veth", ["lxc.network.type", "lxc.net."]),
    ("lxc.utsname=x", ["lxc.utsname", "lxc.uts.name"]),
    ("lxc.start.order", ["lxc.start.order", "="]),
    ("=5", ["container_config"]),
    ("lxc.start.order=5\nlxc.bogus=1", ["container_config"]),
]


@pytest.mark.parametrize("item, said", WRONG, ids=lambda value: value.split("=")[0] if isinstance(value, str) else "")
def test_058__line_that_cannot_be_read__is_refused_and_nothing_touched(running, item, said):
    before, pid, stamp = running.box.config, running.box.pid, running.box.config_file.stat()
    outcome = running("started", container_config=["lxc.start.delay=2", item])
    assert outcome.failed and not outcome.changed
    for word in said:
        assert word in outcome.msg, outcome.msg
    assert running.box.config == before and running.box.config_file.stat() == stamp
    assert running.box.pid == pid and running.box.state == "RUNNING"
    assert sorted(path.name for path in running.box.folder.iterdir()) == ["config", "rootfs"]


def test_059__item_without_equals_sign__is_refused_in_check_mode_too(stopped):
    for check in (False, True):
        outcome = stopped.put("lxc.start.order", check=check)
        assert outcome.failed and "lxc.start.order" in outcome.msg


def test_060__old_name__is_hinted_at(stopped):
    outcome = stopped.put("lxc.rootfs=/x")
    assert outcome.failed and "lxc.rootfs.path" in outcome.msg


def test_061__value_that_reads_badly__is_refused_in_check_mode_too(stopped):
    before = stopped.box.config
    outcome = stopped.put("lxc.start.auto=7", check=True)
    assert outcome.failed and stopped.box.config == before
    assert sorted(path.name for path in stopped.box.folder.iterdir()) == ["config", "rootfs"]


def test_062__unsupported_key__can_be_left_out(stopped):
    outcome = stopped.put("lxc.bogus.key=1", "lxc.start.order=5", skip_unsupported_config=True)
    assert outcome.changed and any("lxc.bogus.key" in warning for warning in outcome.warnings)
    assert stopped.box.values("lxc.bogus.key") == [] and stopped.box.values("lxc.start.order") == ["5"]
    outcome = stopped.put("lxc.bogus.key=1", "lxc.start.order=5", skip_unsupported_config=True)
    assert not outcome.changed


def test_063__key_that_lxc_ignores__is_stored_and_needs_no_restart(running):
    pid = running.box.pid
    outcome = running("started", container_config=["security.privileged=true", "security.nested=true"])
    assert outcome.changed and not outcome["lxc_container"]["restart_required"]
    assert running.box.pid == pid and running.box.values("security.privileged") == ["true"]
    assert not running("started", container_config=["security.privileged=true", "security.nested=true"]).changed


def test_064__mount_on_the_same_target__is_replaced(stopped):
    stopped.box.append("lxc.mount.entry = /usr/src  mnt\tnone   bind,create=dir 0 0", "lxc.start.order = 1")
    assert stopped.settled("lxc.mount.entry=/usr/src mnt none bind,create=dir 0 0")
    assert stopped.put("lxc.mount.entry=/usr/lib/modules mnt none bind,create=dir 0 0").changed
    assert stopped.box.values("lxc.mount.entry") == ["/usr/lib/modules mnt none bind,create=dir 0 0"]
    assert stopped.box.config.endswith("0 0\nlxc.start.order = 1\n")
    assert stopped.put("lxc.mount.entry=/usr/src srv none bind,create=dir 0 0").changed
    assert len(stopped.box.values("lxc.mount.entry")) == 2


def test_064__bind_mounts__become_mount_entries(stopped, tmp_path):
    source = tmp_path / "made/for/it"
    mounts = [{"source": str(source), "target": "/srv/data", "create_source": True},
              {"source": "/dev/kmsg", "target": "dev/kmsg", "create": "file", "optional": True, "options": ["ro"]}]
    assert stopped("present", bind_mounts=mounts).changed
    first, second = stopped.box.values("lxc.mount.entry")
    assert first.split() == [str(source), "srv/data", "none", "bind,create=dir", "0", "0"] and source.is_dir()
    fields = second.split()
    assert fields[:3] == ["/dev/kmsg", "dev/kmsg", "none"] and set(fields[3].split(",")) == {"bind", "create=file", "optional", "ro"}
    assert not stopped("present", bind_mounts=mounts).changed
    (source / "witness").write_text("seen")
    assert stopped("started").changed and stopped.box.run("cat", "/srv/data/witness") == "seen"
