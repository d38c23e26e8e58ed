"""The files: their rights, retention, full disks."""
import grp
import gzip
import os
import re
import signal
import stat
import subprocess
import time

import pytest

from conftest import is_metadata
from support.magnum_clusters import PER_CLUSTER
from support.wait import until

from test_encryption import PASSPHRASE, QUICK

CLASS_OBJECTS = 5


def test_049__an_archive__has_the_rights_that_were_asked_for(cluster, backup):
    group = grp.getgrgid(os.getgid()).gr_name
    before = os.umask(0o077)
    try:
        outcome = backup.backup(group=group, mode="0640", owner="root")
    finally:
        os.umask(before)
    assert outcome.changed, outcome.data
    status = backup.newest().stat()
    assert stat.S_IMODE(status.st_mode) == 0o640 and status.st_gid == os.getgid()
    assert stat.S_IMODE(backup.archives.stat().st_mode) == 0o750
    assert stat.S_IMODE((backup.archives / ".capi-backup.lock").stat().st_mode) == 0o600


def test_archives__there_is_no_folder__is_told_with_the_option_that_names_it(backup, tmp_path):
    """As on a host to which nobody has brought the archives: that is something else than no archive."""
    nowhere = tmp_path / "nowhere"
    listed = backup(state="listed", path=str(nowhere))
    assert listed["archives"] == [] and listed.warnings == ["there is no folder %s: set path to where the archives are" % nowhere]
    for state in ("verified", "restored"):
        outcome = backup(state=state, src="latest", path=str(nowhere))
        assert outcome.failed and "there is no folder %s: set path to where" % nowhere in outcome.msg
    nowhere.mkdir()
    assert backup(state="listed", path=str(nowhere)).warnings == []
    assert "holds no archive" in backup(state="verified", src="latest", path=str(nowhere)).msg


def test_050__a_directory_that_cannot_be_used__is_a_clean_error(cluster, backup, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(tmp_path)
    outcome = backup.backup(path=str(link))
    assert outcome.failed and "symbolic link" in outcome.msg
    missing = backup.backup(path=str(tmp_path / "missing"), create_path=False)
    assert missing.failed and "No such file" in missing.msg
    file = tmp_path / "file"
    file.write_text("")
    outcome = backup.backup(path=str(file))
    assert outcome.failed and "Not a directory" in outcome.msg


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 64 KiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], check=False).returncode:
        pytest.skip("this machine does not let us mount a file system")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_048__a_full_disk__fails_and_replaces_nothing(cluster, backup, small_disk):
    good = small_disk / "cluster-api-objects.tar.gz"
    good.write_bytes(b"the one before")
    (small_disk / "filling").write_bytes(b"x" * 48 * 1024)
    outcome = backup.backup(path=str(small_disk))
    assert outcome.failed and not outcome.changed and "bytes are free" in outcome.msg, outcome.data
    assert good.read_bytes() == b"the one before"
    assert sorted(path.name for path in small_disk.iterdir()) == [".capi-backup.lock", good.name, "filling"]


def old(backup, *stamps):
    """Copies of the newest archive under the names of other times."""
    for stamp in stamps:
        (backup.archives / ("cluster-api-objects-%s.tar.gz" % stamp)).write_bytes(backup.newest().read_bytes())


def names(outcome) -> list:
    return [each["name"][len("cluster-api-objects-"):][:8] for each in outcome["archives"]]


def test_056__old_archives__are_pruned_after_a_good_one(cluster, backup):
    assert backup.backup().changed
    old(backup, "20200101T000000Z", "20200102T000000Z", "20200103T000000Z", "20200103T120000Z")
    foreign = backup.archives / "notes.txt"
    foreign.write_text("mine")
    keep = dict(keep_last=1, keep_daily=3, keep_weekly=0, keep_monthly=0)
    listed = backup(state="listed")
    assert not listed.changed and len(listed["archives"]) == 5
    assert all(each["consistent"] and each["objects"] == PER_CLUSTER + CLASS_OBJECTS for each in listed["archives"])
    predicted = backup(state="pruned", check=True, **keep)
    assert predicted.changed and len(predicted["archives"]) == 5
    outcome = backup(state="pruned", **keep)
    assert outcome.changed and sorted(outcome["pruned"]) == sorted(predicted["pruned"])
    assert names(outcome)[1:] == ["20200103", "20200102"]
    assert foreign.exists() and not backup(state="pruned", **keep).changed


def test_056__in_check_mode__it_is_told_what_a_new_archive_pushes_out(cluster, backup):
    assert backup.backup().changed
    old(backup, "20200101T000000Z", "20200102T000000Z", "20200103T000000Z")
    keep = dict(keep_last=3, keep_daily=0, keep_weekly=0, keep_monthly=0)
    time.sleep(1)  # names of archives count seconds
    predicted = backup.backup(check=True, **keep)
    assert len(backup(state="listed")["archives"]) == 4
    outcome = backup.backup(**keep)
    assert outcome["pruned"] == predicted["pruned"] and names(backup(state="listed"))[2:] == ["20200103"]
    unchanged = backup.backup(check=True, only_if_changed=True, **dict(keep, keep_last=1))
    assert unchanged.changed and len(unchanged["pruned"]) == 2


@pytest.mark.parametrize("options, known", [({}, True), ({"quiesce": "pause"}, True), ({"quiesce": "none"}, False),
                                            ({"encryption": {"passphrase": PASSPHRASE, "iterations": QUICK}}, True),
                                            ({"encryption": "for a key"}, False)],
                         ids=["verify", "pause", "none", "passphrase", "key"])
def test_056__in_check_mode__what_is_removed_is_what_a_run_removes(cluster, backup, options, known):
    if options.get("encryption") == "for a key":
        reader = cluster.server.pki.authority().client("reader")
        options = {"encryption": {"recipients": [str(reader.cert_file)]}}
    assert backup.backup().changed
    content = backup.newest().read_bytes()
    for path in backup.archives.glob("cluster-api-objects*"):
        path.unlink()
    for day in (1, 2, 3):
        (backup.archives / ("cluster-api-objects-2020010%dT000000Z.tar.gz" % day)).write_bytes(content)
    options = dict(options, keep_last=1, keep_daily=0, keep_weekly=0, keep_monthly=0)
    predicted = backup.backup(check=True, **options)
    outcome = backup.backup(**options)
    assert predicted.changed and outcome.changed, outcome.data
    assert sorted(outcome["pruned"]) == sorted(predicted["pruned"])
    # What is not known to be consistent does not push out the last one that is.
    assert names(backup(state="listed"))[1:] == ([] if known else ["20200103"])


def rewrite(path, before: bytes, after: bytes):
    """Changes what the manifest of an archive says, of the same length."""
    plain = gzip.decompress(path.read_bytes())
    assert before in plain and len(before) == len(after)
    path.write_bytes(gzip.compress(plain.replace(before, after)))


@pytest.mark.parametrize("why", ["rights", "format"])
def test_056__an_archive_that_cannot_be_judged__is_not_pushed_out_by_an_inconsistent_one(cluster, backup, why):
    """It may be the last consistent one: who may not open it, or is too old for it, does not know."""
    assert backup.backup().changed
    old(backup, "20200101T000000Z")
    judged = backup.archives / "cluster-api-objects-20200101T000000Z.tar.gz"
    rewrite(backup.newest(), b'"consistent":true', b'"consistent":null')
    launcher = ()
    if why == "format":
        rewrite(judged, b'"capi-backup/1"', b'"capi-backup/2"')
    else:
        os.chown(judged, 65534, 65534)
        judged.chmod(0o600)
        launcher = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    outcome = backup(state="pruned", launcher=launcher, keep_last=1, keep_daily=0, keep_weekly=0, keep_monthly=0)
    assert not outcome.failed and outcome["pruned"] == [] and judged.exists(), outcome.data
    assert outcome["archives"][1]["problem"]


def test_056__a_broken_archive__is_told_and_is_never_the_latest(cluster, backup):
    assert backup.backup().changed
    good = backup.newest()
    old(backup, "20380101T000000Z")
    broken = backup.newest()
    assert broken != good
    broken.write_bytes(broken.read_bytes()[:-100])
    listed = backup(state="listed")
    assert [each["problem"] is None for each in listed["archives"]] == [False, True]
    latest = backup(state="verified", src="latest")
    assert latest["archive"]["path"] == str(good)


def test_047__killed_at_any_moment__old_archives_stay_and_no_part_is_taken_for_one(cluster, backup):
    assert backup.backup().changed
    good = backup.newest().read_bytes()
    for hundredths in (1, 4, 8, 12, 16, 20, 25, 30):
        process, _ = backup.start(state="present")
        try:
            process.wait(hundredths / 20)
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()
        listed = backup(state="listed")
        assert all(each["problem"] is None for each in listed["archives"]), listed.data
    assert good in {path.read_bytes() for path in backup.archives.glob("cluster-api-objects-*.tar.gz")}
    backup.backup()
    assert not list(backup.archives.glob(".*.part"))


def test_030__a_directory_in_use__is_waited_for(cluster, backup):
    backup.archives.mkdir(mode=0o750)
    with open(backup.archives / ".capi-backup.lock", "w", encoding="utf-8") as lock:
        import fcntl
        fcntl.flock(lock, fcntl.LOCK_EX)
        outcome = backup.backup(lock_timeout=1)
    assert outcome.failed and "another run" in outcome.msg


def test_089__arguments__are_checked_before_anything_is_done(backup):
    for options, text in (
            ({}, "state"),
            ({"state": "restored"}, "src"),
            ({"state": "sideways"}, "value of state must be one of"),
            ({"state": "listed", "pathh": "x"}, "Unsupported parameters"),
            ({"state": "present", "mode": "rw-r--r--"}, "mode"),
            ({"state": "present", "namespaces": ["*", "a"]}, "namespaces"),
            ({"state": "present", "name_prefix": "../x"}, "name_prefix"),
            ({"state": "present", "retries": "many"}, "retries"),
            ({"state": "present", "sign_key": "/x"}, "sign_cert"),
            ({"state": "present", "encryption": {"passphrase": "a" * 20}, "osa_compat": True}, "osa_compat"),
            ({"state": "present", "encryption": {}}, "recipients"),
            ({"state": "verified", "src": "/missing/archive.tar.gz"}, "/missing/archive.tar.gz"),
            ({"state": "present", "group": "no-such-group-x"}, "no-such-group-x"),
            ({"state": "present", "kubeconfig": "/missing/config"}, "/missing/config"),
            ({"state": "present", "magnum_lock": True}, "magnum_lock")):
        outcome = backup(**options)
        assert outcome.failed and text in outcome.msg, (options, outcome.msg)


def test_090__without_home_and_path__it_works(cluster, backup):
    assert backup.backup(env={"HOME": None, "PATH": ""}).changed


# What changes who may read a file, or makes one. (fchmod comes last, on the way to its name.)
TRACED = "openat,open,creat,chmod,fchmod,fchmodat,chown,fchown,fchownat,rename,renameat,renameat2,linkat,umask"


def test_049__from_the_first_moment_on__nobody_else_can_read_it(cluster, backup, tmp_path):
    trace = tmp_path / "trace"
    process, mark = backup.start(state="present", mode="0640", launcher=["strace", "-f", "-y", "-o", str(trace), "-e", TRACED],
                                 # A leak cannot be looked for under a tracer.
                                 env={"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"})
    assert backup.finish(process, mark, 300).changed
    lines = [line for line in trace.read_text().splitlines() if ".part" in line]
    made = [line for line in lines if "O_CREAT" in line]
    assert len(made) == 3  # the archive and two digests
    assert all(re.search(r"O_EXCL.*O_NOFOLLOW.*, 0600\)", line) for line in made), made
    archive = [line for line in lines if re.search(r"\.cluster-api-objects-\w+\.tar\.gz\.[^.]+\.part", line)]
    calls = [re.match(r"\d+ +(\w+)\(", line).group(1) for line in archive]
    assert calls.index("fchmod") > calls.index("openat") and calls[-1].startswith("rename"), calls
    assert [line for line in archive if "fchmod" in line and not line.rstrip().endswith("= 0")] == []
    assert "umask" not in calls and "chmod" not in calls


def test_055__when_it_crashes__nothing_of_an_object_is_in_a_core(cluster, backup, disturbed, tmp_path):
    here = tmp_path / "cores"
    here.mkdir()
    # Whoever was started in the background of a shell ignores this signal.
    shell = ["env", "--default-signal=QUIT", "bash", "-c", 'ulimit -c unlimited && exec "$@"', "bash"]
    control = subprocess.Popen([*shell, "sleep", "60"], cwd=here)
    until(lambda: "sleep" in open("/proc/%d/comm" % control.pid).read())
    control.send_signal(signal.SIGQUIT)
    _, status = os.waitpid(control.pid, 0)
    control.returncode = status
    cores = list(here.iterdir())

    def crash(request, run):
        if is_metadata(request) and run.process.poll() is None:  # every object is in its memory
            run.process.send_signal(signal.SIGQUIT)
            time.sleep(1)

    run = disturbed(crash)
    run(expect_answer=False, state="present", launcher=shell, cwd=here)
    assert run.process.returncode == -signal.SIGQUIT
    assert list(here.iterdir()) == cores
    assert os.WCOREDUMP(status) or not cores  # whether this machine would have written one
