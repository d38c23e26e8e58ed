"""Faults: killed at every change of a file, refused at every one, attacked, raced, with a clock that goes back."""
import gzip
import io
import os
import random
import re
import signal
import tarfile
import time
from datetime import datetime, timezone

import pytest

from conftest import is_list, writes
from support.magnum_clusters import PER_CLUSTER
from support.relay import Relay

from test_encryption import PASSPHRASE
from test_pause import THOROUGH, paused
from test_restore import CLASS_OBJECTS, assert_linked, assert_same, live, saved
from test_restore_faults import is_change

# What changes something on a disk; requests go out by other calls.
CHANGES = ("write", "fsync", "fchmod", "fchown", "mkdir", "mkdirat", "rename", "renameat", "renameat2", "link", "linkat",
           "unlink", "unlinkat")
TRACED = {"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}  # not possible under a tracer


def wait_for_a_free_name(backup):
    """Names of archives count seconds."""
    while list(backup.archives.glob("*%s*" % datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ"))):
        time.sleep(0.05)


class Tracer:
    """Runs a backup in mode pause under strace."""

    def __init__(self, backup, tmp_path):
        self.backup = backup
        self.trace = tmp_path / "trace"

    def start(self, calls, fault=None):
        wait_for_a_free_name(self.backup)
        words = ["strace", "-f", "-y", "-o", str(self.trace), "-e", "trace=" + calls]
        if fault:
            words += ["-e", "inject=%s:%s" % (calls, fault)]
        return self.backup.start(state="present", quiesce="pause", launcher=words, env=TRACED)

    def points(self):
        """(system call, its number, line) of each change that an undisturbed run makes; counted per call, as strace does."""
        process, mark = self.start(",".join(CHANGES))
        assert self.backup.finish(process, mark).changed
        numbers, found = {}, []
        for line in self.trace.read_text().splitlines():
            call = re.match(r"\d+ +(\w+)\(", line)
            if call:
                numbers[call[1]] = numbers.get(call[1], 0) + 1
                if "EEXIST" not in line:
                    found.append((call[1], numbers[call[1]], line))
        assert len(found) > 20, found
        return found


def remove_new(backup, good):
    for path in backup.archives.glob("cluster-api-objects-*"):
        if path not in good:
            path.unlink()


def assert_unharmed(cluster, backup, good, point):
    """Nothing paused for good, what was there is there, and the next run is as any other."""
    wait_for_a_free_name(backup)
    outcome = backup.backup(quiesce="none")
    assert outcome.changed and not outcome.failed, (point, outcome.data)
    assert not paused(cluster), point
    assert not list(backup.archives.glob(".*.part")), point
    assert not (backup.state_dir / "quiesce.json").exists(), point
    for path in backup.archives.glob("cluster-api-objects-*.tar.gz"):  # not one that is not whole has the name of one
        backup.unpack(path)
    assert all(path.read_bytes() == content for path, content in good.items()), point
    remove_new(backup, good)


def first_archive(backup) -> dict:
    """{path: content} of what has to stay."""
    wait_for_a_free_name(backup)
    assert backup.backup(quiesce="pause").changed
    return {path: path.read_bytes() for path in backup.archives.glob("cluster-api-objects-*")}


def some(points, first):
    """Every fifth, from one of the first five on; a tracer is slow. MCAPI_THOROUGH: all."""
    return points if THOROUGH else points[first::5]


def test_047__killed_at_every_change_of_a_file__the_next_run_is_as_any_other(cluster, backup, tmp_path):
    good = first_archive(backup)
    tracer = Tracer(backup, tmp_path)
    points = tracer.points()
    remove_new(backup, good)
    for call, number, line in some(points, 0):
        process, _ = tracer.start(call, "signal=SIGKILL:when=%d" % number)
        process.communicate(timeout=120)
        assert process.returncode == -signal.SIGKILL, line
        assert_unharmed(cluster, backup, good, line)


def test_048__a_disk_that_is_full_at_any_change__is_a_clean_failure(cluster, backup, tmp_path):
    good = first_archive(backup)
    tracer = Tracer(backup, tmp_path)
    # Counters of a build for coverage are written when all is done, and are nobody's archive.
    points = [each for each in tracer.points() if each[0] not in ("fchmod", "fchown", "unlink", "unlinkat") and
              "<pipe:" not in each[2] and ".gcda>" not in each[2]]
    remove_new(backup, good)
    for call, number, line in some(points, 1):
        process, mark = tracer.start(call, "error=ENOSPC:when=%d" % number)
        outcome = backup.finish(process, mark)
        assert outcome.failed and "No space left on device" in outcome.msg, (line, outcome.data)
        assert not paused(cluster) and not list(backup.archives.glob(".*.part")), line
        assert_unharmed(cluster, backup, good, line)


def test_030__two_at_once__leave_two_good_archives_or_one_and_a_reason(cluster, backup):
    for _ in range(4):
        wait_for_a_free_name(backup)
        before = set(backup.archives.glob("cluster-api-objects-2*.tar.gz"))
        runs = [backup.start(state="present", quiesce="pause") for _ in range(2)]
        outcomes = [backup.finish(*run) for run in runs]
        made = set(backup.archives.glob("cluster-api-objects-2*.tar.gz")) - before
        assert len(made) == sum(outcome.changed for outcome in outcomes) >= 1
        for outcome in outcomes:
            assert outcome.changed or "exists already" in outcome.msg, outcome.data
        assert not paused(cluster)
    assert all(each["problem"] is None for each in backup(state="listed")["archives"])


def test_056__a_clock_that_stepped_back__loses_nothing(cluster, backup):
    assert backup.backup().changed
    old = backup.newest()
    ahead = old.with_name("cluster-api-objects-20380101T000000Z.tar.gz")
    ahead.write_bytes(old.read_bytes())
    wait_for_a_free_name(backup)
    outcome = backup.backup(keep_last=1, keep_daily=0, keep_weekly=0, keep_monthly=0)
    assert outcome.changed and not outcome.failed, outcome.data
    fresh = outcome["archive"]["path"]
    assert fresh in {str(path) for path in backup.archives.iterdir()}
    listed = {each["name"]: each["problem"] for each in backup(state="listed")["archives"]}
    assert listed[os.path.basename(fresh)] is None
    wait_for_a_free_name(backup)
    assert backup.backup().changed


# ---- archives that somebody made to harm

def member(name, content=b"{}", **fields):
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    for key, value in fields.items():
        setattr(entry, key, value)
    return entry, content if entry.isreg() else None


def packed(*members) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for entry, content in members:
            tar.addfile(entry, io.BytesIO(content) if content is not None else None)
    return out.getvalue()


def broken_header() -> bytes:
    raw = bytearray(packed(member("cluster-api-backup/x.yaml")))
    raw[0] ^= 1
    return bytes(raw)


HOSTILE = {
    "above": packed(member("../x.yaml")),
    "hidden-above": packed(member("cluster-api-backup/../../x.yaml")),
    "absolute": packed(member("/etc/x.yaml")),
    "symlink": packed(member("cluster-api-backup/x.yaml", b"", type=tarfile.SYMTYPE, linkname="/etc/shadow")),
    "hard-link": packed(member("cluster-api-backup/x.yaml", b"", type=tarfile.LNKTYPE, linkname="/etc/shadow")),
    "device": packed(member("cluster-api-backup/x.yaml", b"", type=tarfile.CHRTYPE)),
    "pipe": packed(member("cluster-api-backup/x.yaml", b"", type=tarfile.FIFOTYPE)),
    "twice": packed(member("cluster-api-backup/x.yaml"), member("cluster-api-backup/x.yaml", b'{"a": 1}')),
    "checksum": broken_header(),
    "bomb": packed(member("cluster-api-backup/x.yaml", bytes(64 << 20))),
    "nothing": b"",
    "no-tar": b"\0" * 333,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_043__a_hostile_archive__is_refused_before_anything_is_asked(restore, tmp_path, name):
    path = tmp_path / "hostile.tar.gz"
    path.write_bytes(gzip.compress(HOSTILE[name]))
    before = sorted(tmp_path.rglob("*"))
    for state in ("restored", "verified"):
        outcome = restore(state=state, src=str(path))
        assert outcome.failed and not outcome.changed and outcome.requests == [], outcome.data
    assert [each for each in tmp_path.rglob("*") if each.suffix == ".yaml"] == []
    assert set(before) <= set(tmp_path.rglob("*"))


def test_044__an_archive_that_was_cut_off__restores_nothing_of_itself(magnum, backup, target, restore, tmp_path):
    saved(magnum, backup)
    whole = backup.newest().read_bytes()
    raw = gzip.decompress(whole)
    path = tmp_path / "cut.tar.gz"
    for content in ([whole[:size] for size in range(0, len(whole), len(whole) // 12 + 1)] +
                    [gzip.compress(raw[:size], 1) for size in range(512, len(raw.rstrip(b"\0")), len(raw) // 12 // 512 * 512)]):
        path.write_bytes(content)
        outcome = restore.restored(path)
        assert outcome.failed and writes(outcome) == [], outcome.data
    assert target.wire.request("GET", "/api/v1/namespaces/" + target.namespace)[0] == 404


# ---- others that work meanwhile

def test_extra_resources__one_that_goes_meanwhile__is_not_in_the_archive(cluster, backup, disturbed):
    cluster.secret("extra", labels={"mine": "yes"})
    gone = []

    def hook(request, run):
        if is_list(request, "machines") and not gone:
            gone.append(cluster.delete("v1", "Secret", "extra"))
            gone.append(cluster.delete("v1", "Secret", "kube-aaaaa-cloud-config"))

    outcome = disturbed(hook)(state="present", extra_resources=[
        {"kind": "Secret", "namespace": cluster.namespace, "label_selector": "mine=yes"}])
    assert gone and outcome.changed and outcome["consistent"], outcome.data
    names = {each for _, _, each in backup.unpack().identities}
    assert not names & {"extra", "kube-aaaaa-cloud-config"}


def test_restart__the_api_server_goes_down_during_a_restore__everything_is_there(magnum, backup, target, restore, empty_plane):
    archive = saved(magnum, backup)
    before = live(magnum, archive)
    restarted = []

    def hook(request):
        if is_change(request) and "/machines" in request.path and not restarted:
            restarted.append(True)
            empty_plane.restart_apiserver()

    with Relay(empty_plane, before=hook) as relay:
        outcome = restore.restored(kubeconfig=relay.kubeconfig, request_timeout=60)
    if outcome.failed:  # where it was down for longer than is waited
        outcome = restore.restored()
    assert restarted and not outcome.failed and outcome["left_paused"] == [], outcome.data
    after = live(target, archive)
    assert len(after) == PER_CLUSTER + CLASS_OBJECTS
    assert_same(before, after)
    assert_linked(after)


# ---- readers of foreign bytes, watched by sanitizers: a defect of memory would be text beside the one answer

def changed(content: bytes, luck) -> bytes:
    """The same with a stretch overwritten, left out, said twice, or cut off."""
    place, length = luck.randrange(len(content)), luck.choice((1, 1, 4, 40, 600))
    head, part, tail = content[:place], content[place:place + length], content[place + length:]
    return luck.choice((head + bytes(luck.randrange(256) for _ in part) + tail, head + tail, head + part * 3 + tail, head))


@pytest.mark.parametrize("form", ["tar.gz", "tar", "cms", "object", "manifest"])
def test_094__whatever_an_archive_holds__the_answer_is_one_and_clean(cluster, backup, tmp_path, form):
    assert b"__asan_init" in backup.program.read_bytes()
    options = {"encryption": {"passphrase": PASSPHRASE, "iterations": 100000}} if form == "cms" else {}
    assert backup.backup(**options).changed
    whole = backup.newest().read_bytes()
    options = {"decryption": {"passphrase": PASSPHRASE}} if form == "cms" else {}
    content = gzip.decompress(whole) if form == "tar" else whole
    if form in ("object", "manifest"):
        archive = backup.unpack()
        name = "MANIFEST.json" if form == "manifest" else "cluster-api-backup/Cluster_%s_kube-aaaaa.yaml" % cluster.namespace
        content = (archive.directory / name).read_bytes()
    luck = random.Random("capi_backup " + form)
    for _ in range(300 if THOROUGH else 3 if form == "cms" else 6):
        broken = changed(content, luck)
        path = tmp_path / ("broken.tar.gz.cms" if form == "cms" else "broken." + form)
        if form in ("object", "manifest"):
            broken = packed(member(name, broken))
            path = tmp_path / "broken.tar"
        path.write_bytes(broken)
        outcome = backup(state="verified", src=str(path), ignore_unknown_files=True, **options)
        assert not outcome.changed and (outcome.failed or "problems" in outcome.data), outcome.data


def test_timeout__no_server_answers__ends_it_and_not_four_requests(backup):
    process, mark = backup.start(state="present", host="https://127.0.0.1:1", api_key="t", validate_certs=False, timeout=2)
    outcome = backup.finish(process, mark, 60)  # four times request_timeout are 120 s
    assert outcome.failed and "127.0.0.1:1" in outcome.msg, outcome.data
