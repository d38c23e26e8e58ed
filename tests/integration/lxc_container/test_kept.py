"""Files that were there before a container, or that outlive it: nothing that the module or liblxc does takes them away."""
import os
import signal
import subprocess

import pytest

from support.wait import until


def template(path, text):
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)
    return {"template": str(path), "template_options": []}


@pytest.fixture
def failing(tmp_path):
    """Options with a template that fails."""
    return template(tmp_path / "failing", "exit 1\n")


def keep(folder):
    """A file in FOLDER that must not go."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "x"
    file.write_text("kept")
    return file


def beside_mount(subject, source, place, state, check=False, **options):
    """The outcome of a run in a mount namespace of its own, where the folder SOURCE is mounted on PLACE as well."""
    script = 'mount --bind "$1" "$2" && shift 2 && exec "$@"'
    inside = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", str(source), str(place)]
    place.mkdir(parents=True, exist_ok=True)
    process, _ = subject.module.start(launcher=inside, check=check, **subject.given(dict(options, state=state)))
    return subject.end(process)


@pytest.fixture
def apart():
    """apart(subject, state, before="", meanwhile="", …): the outcome of a run in a mount namespace that all runs of this test
    share, after the shell commands BEFORE there, and beside those of MEANWHILE, to which the run is $$."""
    holder = subprocess.Popen(["unshare", "--mount", "--propagation", "private", "sh", "-c", "echo; exec sleep 300"],
                              stdout=subprocess.PIPE)
    holder.stdout.readline()

    def run(subject, state, before="", meanwhile="", check=False, **options):
        beside = "(%s) >/dev/null 2>&1 &\n" % meanwhile if meanwhile else ""
        inside = ["nsenter", "--mount=/proc/%d/ns/mnt" % holder.pid, "sh", "-ec", before + "\n" + beside + 'exec "$@"', "sh"]
        process, _ = subject.module.start(launcher=inside, check=check, **subject.given(dict(options, state=state)))
        return subject.end(process)

    yield run
    holder.terminate()
    holder.wait()
    holder.stdout.close()


# ---- before a creation

@pytest.mark.parametrize("place", ["rootfs/data", "scripts"])
@pytest.mark.parametrize("check", [False, True])
def test_create__folder_without_configuration__is_not_touched(subject, failing, place, check):
    file = keep(subject.box.folder / place)
    for options in (failing, {}):
        outcome = subject("present", check=check, **dict(subject.made(), **options))
        assert outcome.failed and str(subject.box.folder) in outcome.msg and "force" in outcome.msg, outcome.data
        assert file.read_text() == "kept"


def test_create__folder_without_configuration__goes_with_force_and_is_named(subject):
    file = keep(subject.box.rootfs / "data")
    keep(subject.box.folder / "scripts")
    foreseen = subject("present", check=True, **subject.made(), force=True)
    assert foreseen.changed and file.exists()
    outcome = subject.create(force=True)
    assert outcome.changed and not file.exists() and subject.box.exists
    for warnings in (foreseen.warnings, outcome.warnings):
        assert len(warnings) == 1 and "%s: rootfs, scripts" % subject.box.folder in warnings[0], warnings


def test_create__folder_of_the_host_mounted_where_force_removes__is_named_and_stays(subject, tmp_path):
    file = keep(tmp_path / "host")
    place = subject.box.rootfs / "srv"
    keep(place.parent)
    outcome = beside_mount(subject, tmp_path / "host", place, "present", force=True, **subject.made())
    assert outcome.changed and file.read_text() == "kept" and "unmounted: %s" % place in outcome.warnings[0], outcome.data


@pytest.mark.parametrize("state", ["present", "absent"])
@pytest.mark.parametrize("left", ["", "partial", "config"])
def test_force__clones_share_the_files_of_what_is_left__is_refused(subject, state, left):
    """A configuration that cannot be read is only removed by absent."""
    file = keep(subject.box.rootfs / "data")
    (subject.box.folder / "lxc_snapshots").write_text("%s\nspec-clone\n" % subject.box.lxcpath)
    if left:
        (subject.box.folder / left).write_text("lxc.bogus.key = 1\n")
    outcome = subject(state, force=True, **(subject.made() if state == "present" else {}))
    assert outcome.failed and ("spec-clone" in outcome.msg or (state, left) == ("present", "config")), outcome.data
    assert file.read_text() == "kept"


@pytest.mark.parametrize("options", [{}, {"rootfs_managed": False}, {"force": True}, {"backing_store": "btrfs"}])
@pytest.mark.parametrize("check", [False, True])
def test_create__directory_with_files__is_not_touched(subject, failing, tmp_path, options, check):
    file = keep(tmp_path / "root/data")
    for given in (failing, {}):
        outcome = subject("present", check=check, directory=str(tmp_path / "root"), **dict(subject.made(), **given, **options))
        assert outcome.failed and str(tmp_path / "root") in outcome.msg and "directory" in outcome.msg, outcome.data
        assert file.read_text() == "kept" and not subject.box.folder.exists()


def test_create__fresh_file_systems__are_used(subject, tmp_path):
    for folder in (tmp_path / "root/lost+found", subject.box.folder / "lost+found", subject.box.rootfs / "lost+found"):
        folder.mkdir(parents=True)
    outcome = subject.create(directory=str(tmp_path / "root"))
    assert outcome.changed and (tmp_path / "root/sbin/init").exists()
    assert subject("absent").changed


@pytest.mark.parametrize("made", [True, False])
def test_create__own_root_file_system_and_template_fails__nothing_but_that_is_left(subject, tmp_path, made):
    root = tmp_path / "root"
    options = dict(subject.made(), config=str(subject.box.world.config("lxc.rootfs.path = dir:%s" % root)))
    if made:
        keep(root)
    failing = template(tmp_path / "failing", "echo out of luck\nexit 1\n")
    outcome = subject("present", **dict(options, **failing))
    assert outcome.failed and not outcome.changed and not subject.box.folder.exists(), outcome.data
    assert outcome["lxc_container"]["state"] == "absent"
    assert not made or os.listdir(root) == ["x"]
    again = subject("present", **dict(options, **failing))
    assert again.failed and not again.changed, again.data


@pytest.fixture
def half_made(subject, tmp_path):
    """A creation below the option directory that goes on: (its Popen object, the folder, the process of the template)."""
    root = tmp_path / "root"
    slow = template(tmp_path / "slow", "mkdir -p %s\necho $$ >%s/half\nsleep 60\n" % (root, root))
    process = subject.begin("present", **dict(subject.made(), **slow), directory=str(root))
    until(lambda: (root / "half").exists() and (root / "half").read_text())
    return process, root, int((root / "half").read_text())


def test_create__told_to_end__the_directory_is_empty_again(subject, half_made):
    process, root, _ = half_made
    process.send_signal(signal.SIGTERM)
    assert subject.end(process).failed and os.listdir(root) == [] and not subject.box.folder.exists()


def test_create__killed__force_takes_the_directory_that_it_filled(subject, half_made):
    process, root, inner = half_made
    process.kill()
    os.killpg(os.getpgid(inner), signal.SIGKILL)
    process.communicate()
    assert "partial" in subject("present", **subject.made(), directory=str(root)).msg
    outcome = subject.create(directory=str(root), force=True)
    assert outcome.changed and (root / "sbin/init").exists()
    assert subject("absent").changed and not root.exists()


# ---- a disk that was mounted for the container

@pytest.mark.parametrize("state, place", [("present", "rootfs"), ("present", "rootfs/srv"), ("present", "elsewhere/srv"),
                                          ("absent", "rootfs")])
@pytest.mark.parametrize("check", [False, True])
def test_force__disk_in_what_a_creation_left__is_not_unmounted(subject, tmp_path, state, place, check):
    """The next creation would fill the folder beneath, and the disk would keep half a container."""
    file = keep(tmp_path / "host")
    box, elsewhere = subject.box, tmp_path / "elsewhere"
    keep(box.rootfs)
    (box.folder / "partial").touch()
    options = subject.made() if state == "present" else {}
    if place.startswith("elsewhere"):
        box.config_file.write_text("lxc.rootfs.path = dir:%s\n" % elsewhere)
        keep(elsewhere)
        options["directory"] = str(elsewhere)
    mounted = (tmp_path if place.startswith("elsewhere") else box.folder) / place
    outcome = beside_mount(subject, tmp_path / "host", mounted, state, check, force=True, **options)
    assert outcome.failed and not outcome.changed, outcome.data
    assert "mounted on %s" % mounted in outcome.msg and "unmount it first" in outcome.msg
    assert file.read_text() == "kept" and (box.folder / "partial").exists() and (box.rootfs / "x").exists()


def test_create__told_to_end__the_disk_for_it_stays_mounted(subject, apart, tmp_path):
    box, begun = subject.box, tmp_path / "begun"
    box.rootfs.mkdir(parents=True)
    slow = template(tmp_path / "slow", "touch %s\nexec sleep 60\n" % begun)
    options = dict(subject.made(), **slow)
    outcome = apart(subject, "present", before="mount -t tmpfs disk %s" % box.rootfs,
                    meanwhile="until [ -e %s ]; do sleep 0.1; done; kill -TERM $$" % begun, **options)
    assert outcome.failed and "SIGTERM" in outcome.msg, outcome.data
    again = apart(subject, "present", before="mountpoint -q %s" % box.rootfs, **options)
    assert again.failed and "interrupted" in again.msg, again.data
    forced = apart(subject, "present", force=True, **options)
    assert forced.failed and "mounted on %s" % box.rootfs in forced.msg, forced.data
    assert apart(subject, "absent", before="umount %s" % box.rootfs, force=True).changed and not box.folder.exists()


# ---- a root file system that is not managed

def unmanaged(box, rootfs):
    """Its configuration with another root file system, which outlives it."""
    box.config = box.config.replace("dir:%s" % box.rootfs, "dir:%s" % rootfs) + "lxc.rootfs.managed = 0\n"


def test_absent__not_managed_and_reached_through_a_link__stays(stopped, tmp_path):
    file = keep(stopped.box.rootfs / "data")
    (tmp_path / "link").symlink_to(stopped.box.lxcpath)
    unmanaged(stopped.box, tmp_path / "link" / stopped.box.name / "rootfs")
    outcome = stopped("absent")
    assert outcome.changed and file.read_text() == "kept" and os.listdir(stopped.box.folder) == ["rootfs"]
    assert not stopped("absent").changed and file.exists()


@pytest.mark.parametrize("linked", [False, True])
def test_absent__not_managed_with_a_folder_of_the_host__stays(stopped, tmp_path, linked):
    file = keep(tmp_path / "host")
    tree = tmp_path / "tree"
    stopped.box.rootfs.rename(tree)
    stopped.box.rootfs.mkdir()
    unmanaged(stopped.box, tree)
    (tmp_path / "link").symlink_to(stopped.box.lxcpath)
    lxcpath = str(tmp_path / "link" if linked else stopped.box.lxcpath)
    outcome = beside_mount(stopped, tmp_path / "host", stopped.box.folder / "mnt", "absent", lxc_path=lxcpath)
    assert outcome.changed and outcome["lxc_container"]["state"] == "absent", outcome.data
    assert file.read_text() == "kept" and (tree / "sbin/init").exists() and not stopped.box.config_file.exists()


def test_absent__not_managed__only_files_of_others_stay(stopped, tmp_path):
    tree = tmp_path / "tree"
    stopped.box.rootfs.rename(tree)
    stopped.box.rootfs.mkdir()
    unmanaged(stopped.box, tree)
    assert stopped.put("lxc.start.order=5", backup=True).changed
    file = keep(stopped.box.folder / "scripts")
    assert stopped("absent").changed and file.exists() and os.listdir(stopped.box.folder) == ["scripts"]


def test_absent__leftover_behind_a_link__what_is_mounted_there_stays(subject, tmp_path):
    file = keep(tmp_path / "host")
    subject.box.folder.mkdir()
    (tmp_path / "link").symlink_to(subject.box.lxcpath)
    outcome = beside_mount(subject, tmp_path / "host", subject.box.rootfs / "mnt", "absent", force=True,
                           lxc_path=str(tmp_path / "link"))
    assert outcome.changed and file.read_text() == "kept" and not subject.box.folder.exists()


# ---- a folder of the host that is mounted in what goes

@pytest.mark.parametrize("place", ["rootfs", "rootfs/srv/data", "mnt", "snaps/snap0/rootfs"])
@pytest.mark.parametrize("check", [False, True])
def test_absent__folder_of_the_host_mounted_in_what_goes__is_refused(running, tmp_path, place, check):
    file = keep(tmp_path / "host")
    outcome = beside_mount(running, tmp_path / "host", running.box.folder / place, "absent", check, destroy_snapshots=True)
    assert outcome.failed and str(running.box.folder / place) in outcome.msg and not outcome.changed, outcome.data
    assert file.read_text() == "kept" and running.box.state == "RUNNING" and running.box.exists


def test_absent__folder_of_the_host_mounted_in_a_root_file_system_elsewhere__is_refused(stopped, tmp_path):
    file = keep(tmp_path / "host")
    tree = tmp_path / "tree"
    stopped.box.rootfs.rename(tree)
    (tmp_path / "link").symlink_to(tree)
    stopped.box.config = stopped.box.config.replace("dir:%s" % stopped.box.rootfs, "dir:%s" % (tmp_path / "link"))
    outcome = beside_mount(stopped, tmp_path / "host", tree / "srv", "absent")
    assert outcome.failed and str(tree / "srv") in outcome.msg, outcome.data
    assert file.read_text() == "kept" and (tree / "sbin/init").exists()
    tree.rename(stopped.box.rootfs)


def test_restored__folder_of_the_host_mounted_in_what_goes__is_refused(stopped, tmp_path):
    file = keep(tmp_path / "host")
    assert stopped("present", snapshot={"state": "present"}).changed
    outcome = beside_mount(stopped, tmp_path / "host", stopped.box.rootfs / "srv", "present",
                           snapshot={"state": "restored", "name": "snap0"})
    assert outcome.failed and str(stopped.box.rootfs / "srv") in outcome.msg, outcome.data
    assert file.read_text() == "kept" and stopped.box.exists


@pytest.fixture
def hooked(another):
    """hooked(unmounts): a stopped container whose start mounts something in its folder, for the host to see."""
    def make(unmounts):
        subject = another()
        place = subject.box.folder / "mnt"
        subject.box.append("lxc.hook.pre-start = " + subject.hook("mkdir -p %s && mount -t tmpfs hooked %s" % (place, place)),
                           "lxc.hook.post-stop = " + subject.hook("sleep 1; umount %s" % place if unmounts else "true"))
        return subject, place

    return make


@pytest.mark.parametrize("state", ["absent", "restored"])
def test_absent__what_its_own_hooks_mounted_and_unmount__is_not_in_the_way(hooked, apart, state):
    subject, _ = hooked(True)
    restored = {"state": "restored", "name": "snap0"}
    if state == "restored":
        assert subject("present", snapshot={"state": "present"}).changed
    assert apart(subject, "started").changed
    options = {"snapshot": restored} if state == "restored" else {}
    outcome = apart(subject, "absent" if state == "absent" else "started", **options)
    assert outcome.changed and not outcome.failed, outcome.data
    assert outcome["lxc_container"]["state"] == ("absent" if state == "absent" else "running")


def test_absent__what_hooks_of_its_end_leave_mounted__is_refused_before_anything_goes(hooked, apart):
    subject, place = hooked(False)
    assert apart(subject, "started").changed
    outcome = apart(subject, "absent", before="echo kept >%s/x" % place)
    assert outcome.failed and "mounted on %s" % place in outcome.msg and "unmount it first" in outcome.msg, outcome.data
    assert outcome["lxc_container"]["state"] == "stopped" and (subject.box.rootfs / "sbin/init").exists()
    again = apart(subject, "absent", before="grep -q kept %s/x" % place)
    assert again.failed and "mounted on %s" % place in again.msg and not again.changed, again.data
    assert apart(subject, "absent", before="umount %s" % place).changed and not subject.box.exists


# ---- an archive of what goes

@pytest.mark.parametrize("place", ["folder", "folder/new/er", "rootfs", "elsewhere", "elsewhere/x"])
@pytest.mark.parametrize("check", [False, True])
def test_absent__archive_in_what_goes__is_refused(stopped, tmp_path, place, check):
    tree = tmp_path / "elsewhere"
    if place.startswith("elsewhere"):
        stopped.box.rootfs.rename(tree)
        stopped.box.config = stopped.box.config.replace(str(stopped.box.rootfs), str(tree))
    (tmp_path / "folder").symlink_to(stopped.box.folder)
    (tmp_path / "rootfs").symlink_to(stopped.box.rootfs)
    outcome = stopped("absent", check=check, archive=True, archive_path=str(tmp_path / place))
    assert outcome.failed and "archive_path" in outcome.msg, outcome.data
    assert stopped.box.exists and sorted(os.listdir(stopped.box.folder)) in (["config", "rootfs"], ["config"])
    tree.exists() and tree.rename(stopped.box.rootfs)


def test_absent__archive_beside_the_container__outlives_it(stopped):
    beside = stopped.box.lxcpath.parent / (stopped.box.name + "-kept")
    outcome = stopped("absent", archive=True, archive_path=str(beside))
    assert outcome.changed and os.path.exists(outcome["lxc_container"]["archive"]) and not stopped.box.folder.exists()
