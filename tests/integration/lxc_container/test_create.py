"""How containers come to be: items 12 to 28 of the conformance list."""
import fcntl
import os
import struct
import subprocess

import pytest

from servers.lxc import traces
from servers.lxc.world import NO_NETWORK, PLAIN, TEMPLATE


def template(path, text):
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)
    return str(path)


def test_012__absent__is_created_and_stays_stopped(subject):
    outcome = subject.create("present")
    assert outcome.changed and outcome["lxc_container"]["created"] is True
    assert outcome["lxc_container"]["state"] == "stopped" and outcome["lxc_container"]["init_pid"] == -1
    assert outcome["lxc_container"]["interfaces"] == [] and outcome["lxc_container"]["ips"] == []
    assert subject.box.exists and subject.box.state == "STOPPED" and subject.box.boots() == 0
    assert outcome["lxc_container"]["config_file"] == str(subject.box.config_file)
    assert outcome["lxc_container"]["rootfs_path"] == str(subject.box.rootfs)


def test_013__again__changes_nothing(subject):
    subject.create()
    before = subject.box.config
    outcome = subject.create()
    assert not outcome.changed and not outcome["lxc_container"].get("created")
    assert subject.box.config == before


def test_014__template_missing__is_named_and_nothing_left(subject, tmp_path):
    for name in (str(tmp_path / "nowhere"), "no-such-template"):
        outcome = subject("present", **dict(subject.made(), template=name))
        assert outcome.failed and name in outcome.msg and not outcome.changed
        assert not subject.box.folder.exists()


def test_014__no_template_given__is_only_asked_for_when_needed(subject):
    outcome = subject("present")
    assert outcome.failed and "template" in outcome.msg and not subject.box.folder.exists()
    subject.create()
    assert not subject("present").failed


def test_015__template_fails__its_last_words_are_told(subject, tmp_path):
    failing = template(tmp_path / "failing", "seq 1 5000\necho out of luck >&2\nexit 3\n")
    outcome = subject("started", **dict(subject.made(), template=failing, template_options=[]))
    assert outcome.failed and not outcome.changed
    assert "out of luck" in outcome["template_output"] and len(outcome["template_output"]) <= 4200
    assert not subject.box.exists and not subject.box.folder.exists()


def test_016__template_prints__result_is_not_spoilt(subject, tmp_path):
    chatty = template(tmp_path / "chatty", "echo '{\"changed\": false}'\necho to stderr >&2\nexec %s \"$@\"\n" % TEMPLATE)
    outcome = subject.create(template=chatty)
    assert outcome.changed and outcome["lxc_container"]["created"]


@pytest.mark.parametrize("content, said", [(None, "there"), ("lxc.bogus.key = 1\n", "lxc.bogus.key"),
                                           ("lxc.start.auto = 7\n", "lxc.start.auto")])
def test_017__config_file_missing_or_wrong__nothing_is_created(subject, tmp_path, content, said):
    path = tmp_path / "there.conf"
    if content:
        path.write_text(content)
    outcome = subject("present", **dict(subject.made(), config=str(path)))
    assert outcome.failed and said in outcome.msg and "config" in outcome.msg
    assert not subject.box.folder.exists()


def test_018__config_with_unknown_key__fails_before_creation(subject, tmp_path):
    marker = tmp_path / "ran"
    spy = template(tmp_path / "spy", "touch %s\nexec %s \"$@\"\n" % (marker, TEMPLATE))
    (tmp_path / "x.conf").write_text("lxc.network.type = veth\n")
    outcome = subject("present", **dict(subject.made(), template=spy, config=str(tmp_path / "x.conf")))
    assert outcome.failed and not marker.exists() and not subject.box.folder.exists()


@pytest.mark.parametrize("options", ["--note 'two words' --other \"a 'b'\"", ["--note", "two words", "--other", "a 'b'"]])
def test_019__options_with_blanks__reach_the_template_as_they_are(subject, tmp_path, options):
    spy = template(tmp_path / "spy", "printf '%%s\\n' \"$@\" >%s/args\nexec %s --tarball %s --name %s --path %s --rootfs "
                   "%s\n" % (tmp_path, TEMPLATE, subject.image, subject.box.name, subject.box.folder, subject.box.rootfs))
    subject.create(template=spy, template_options=options)
    lines = (tmp_path / "args").read_text().splitlines()
    assert lines[-4:] == ["--note", "two words", "--other", "a 'b'"]


def test_019__template_environment__reaches_the_template_alone(subject, tmp_path):
    spy = template(tmp_path / "spy", "env >%s/env\nexec %s \"$@\"\n" % (tmp_path, TEMPLATE))
    subject.create(template=spy, template_environment={"MIRROR": "http://mirror.example/a b"})
    assert "MIRROR=http://mirror.example/a b" in (tmp_path / "env").read_text().splitlines()


def test_020__loop__is_created_started_and_its_device_freed(subject, none_left):
    outcome = subject.create("started", backing_store="loop", fs_size="200M", fs_type="ext4")
    assert outcome.changed and subject.box.state == "RUNNING" and subject.box.boots() == 0
    assert (subject.box.folder / "rootdev").stat().st_size in range(200 << 20, 201 << 20)
    assert subject.box.run("cat", "/var/log/boots") == "started\n"
    assert traces.loop_devices(subject.box.folder)
    assert outcome["lxc_container"]["backing_store"] == "loop"
    assert subject("absent").changed
    none_left(subject)


def test_021__overlayfs__is_created_and_starts(subject):
    outcome = subject.create("started", backing_store="overlayfs")
    assert outcome.changed and subject.box.state == "RUNNING"
    assert subject.box.values("lxc.rootfs.path")[0].startswith(("overlay:", "overlayfs:"))
    assert subject("absent").changed and not subject.box.folder.exists()


def test_022__lvm_without_volume_group__leaves_no_folder(subject):
    outcome = subject("present", **subject.made(), backing_store="lvm", vg_name="no-such-vg")
    assert outcome.failed and not outcome.changed
    assert not subject.box.folder.exists()


def unpack(subject, folder):
    folder.mkdir()
    subprocess.run(["tar", "-C", folder, "--exclude=./dev/*", "-xf", subject.image], check=True)
    return {"template": "none", "directory": str(folder), "config": str(subject.box.world.config())}


def test_023__directory_not_managed__outlives_its_container(subject, tmp_path):
    tree = tmp_path / "tree"
    outcome = subject("started", **unpack(subject, tree), rootfs_managed=False)
    assert not outcome.failed, outcome.data
    assert subject.box.state == "RUNNING" and subject.box.setting("lxc.rootfs.managed") == ["0"]
    assert subject("absent").changed
    assert not subject.box.folder.exists() and (tree / "var/log/boots").read_text() == "started\n"


def test_024__managed_directory_elsewhere__goes_with_its_container(subject, tmp_path):
    outcome = subject("started", **unpack(subject, tmp_path / "tree"))
    assert not outcome.failed, outcome.data
    assert subject("absent").changed
    assert not subject.box.folder.exists() and not (tmp_path / "tree").exists()


def half_made(subject):
    subject.box.folder.mkdir()
    (subject.box.folder / "partial").touch()
    subject.box.config = "lxc.rootfs.path = dir:%s\n%s\n" % (subject.box.rootfs, NO_NETWORK)


def test_025__creation_that_was_interrupted__is_named_and_repeated_with_force(subject):
    half_made(subject)
    outcome = subject("started", **subject.made())
    assert outcome.failed and "partial" in outcome.msg and "force" in outcome.msg
    assert (subject.box.folder / "partial").exists()
    outcome = subject("started", **subject.made(), force=True)
    assert not outcome.failed and outcome.changed, outcome.data
    assert subject.box.state == "RUNNING" and not (subject.box.folder / "partial").exists()


def test_025__creation_that_was_interrupted__absent_needs_force(subject, none_left):
    half_made(subject)
    assert subject("absent").failed and subject.box.folder.exists()
    assert subject("absent", force=True).changed
    none_left(subject)


def test_026__creation_that_goes_on__is_left_alone(subject):
    half_made(subject)
    with open(subject.box.folder / "partial", "w", encoding="ascii") as held:
        fcntl.fcntl(held, fcntl.F_OFD_SETLK, struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0))
        for options in ({}, {"force": True}):
            outcome = subject("started", **subject.made(), **options)
            assert outcome.failed and "in progress" in outcome.msg
        assert subject("absent", force=True).failed
        assert (subject.box.folder / "partial").exists()


def test_027__idmap__files_belong_to_the_container(subject, idmap):
    outcome = subject.create("started", config=str(subject.box.world.config(*PLAIN, *idmap)))
    assert outcome.changed and (subject.box.rootfs / "sbin/init").stat().st_uid == 100000
    assert subject.box.run("cat", "/proc/self/uid_map").split() == ["0", "100000", "65536"]


@pytest.mark.parametrize("state, then", [("present", "stopped"), ("started", "running"), ("frozen", "frozen"), ("stopped", "stopped")])
def test_028__check_mode__predicts_and_makes_nothing(subject, state, then):
    outcome = subject(state, check=True, diff=True, **subject.made(), container_config=["lxc.start.order=5"])
    assert not outcome.failed and outcome.changed, outcome.data
    assert not subject.box.folder.exists()
    assert then in str(outcome["diff"])


def test_028__check_mode_with_wrong_template__fails_too(subject):
    outcome = subject("present", check=True, **dict(subject.made(), template="/nonexistent"))
    assert outcome.failed and "/nonexistent" in outcome.msg


@pytest.mark.parametrize("state, result", [("stopped", "STOPPED"), ("restarted", "RUNNING"), ("frozen", "FROZEN")])
def test_create__any_state__comes_to_it_in_one_run(subject, state, result):
    outcome = subject.create(state, container_config=["lxc.environment=FIRST=yes"])
    assert outcome.changed and subject.box.state == result
    # Configured before the first start, so that nothing had to be started twice.
    assert subject.box.boots() == (0 if result == "STOPPED" else 1)


def test_create__wrong_container_config__leaves_no_half_configured_container(subject):
    outcome = subject("started", **subject.made(), container_config=["lxc.bogus.key=1"])
    assert outcome.failed and "lxc.bogus.key" in outcome.msg
    assert not subject.box.folder.exists() or subject.box.state == "STOPPED"
    assert "lxc.bogus.key" not in (subject.box.config if subject.box.config_file.exists() else "")
