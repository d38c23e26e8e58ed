"""Mode pause: nothing stays paused that was not, whatever happens."""
import fcntl
import json
import os
import signal
import threading
import time

import pytest

from conftest import PAUSED_BY, Backup, is_list, is_metadata, paused, writes
from support.magnum_clusters import CORE
from servers.clusterctl.client import Clusterctl
from support.relay import Relay

THOROUGH = os.environ.get("MCAPI_THOROUGH")
RESTORING = "capi-backup/restoring"


def is_patch(request, plural=None) -> bool:
    return request.method == "PATCH" and (plural is None or "/" + plural + "/" in request.path)


def test_025__everything_is_paused_and_resumed_with_these_bodies(two, magnum, backup, disturbed):
    seen = []
    run = disturbed(lambda request, run: seen.append(paused(magnum)) if is_metadata(request) and not seen else None)
    outcome = run(state="present", quiesce="pause")
    assert outcome.changed and outcome["consistent"], outcome.data
    assert seen == [{("Cluster", "kube-aaaaa"), ("Cluster", "kube-bbbbb"), ("ClusterClass", "magnum-v0.38.1")}]
    assert not paused(magnum)
    bodies = [(request.path.split("/")[-2], request.content_type, json.loads(request.body))
              for request in run.writes()]
    identifier = backup.unpack().manifest["run_id"]
    merge = "application/merge-patch+json"
    cluster = {"metadata": {"annotations": {PAUSED_BY: identifier}}, "spec": {"paused": True}}
    cls = {"metadata": {"annotations": {PAUSED_BY: identifier, "cluster.x-k8s.io/paused": ""}}}
    assert bodies == [
        ("clusters", merge, cluster), ("clusters", merge, cluster), ("clusterclasses", merge, cls),
        ("clusterclasses", merge, {"metadata": {"annotations": {PAUSED_BY: None, "cluster.x-k8s.io/paused": None}}}),
        *[("clusters", merge, {"metadata": {"annotations": {PAUSED_BY: None}}, "spec": {"paused": None}})] * 2]
    archive = backup.unpack()
    assert not any(each["paused_before"] for each in archive.manifest["clusters"])
    assert PAUSED_BY not in json.dumps([value["metadata"].get("annotations") for value in archive.files.values()])
    assert not (backup.state_dir / "quiesce.json").exists()


def test_026__a_failure_while_reading__resumes(two, magnum, disturbed):
    def hook(request, run):
        if is_list(request, "machines"):
            return 500, [("Content-Type", "application/json")], b'{"kind": "Status", "code": 500, "message": "broken"}'
        return None

    outcome = disturbed(hook)(state="present", quiesce="pause")
    assert outcome.failed and "broken" in outcome.msg
    assert not paused(magnum) and outcome["left_paused"] == []


def test_026__a_cluster_that_cannot_be_resumed__is_told(two, magnum, disturbed):
    def hook(request, run):
        if is_patch(request, "clusters") and "kube-bbbbb" in request.path and b"null" in request.body:
            return 403, [("Content-Type", "application/json")], b'{"kind": "Status", "code": 403, "message": "not now"}'
        return None

    outcome = disturbed(hook)(state="present", quiesce="pause")
    assert outcome.failed and paused(magnum) == {("Cluster", "kube-bbbbb")}
    assert outcome["left_paused"] == [{"kind": "Cluster", "namespace": magnum.namespace, "name": "kube-bbbbb",
                                       "reason": "resuming it failed"}]


PHASES = {
    "heads": lambda request: is_list(request, "clusters"),
    "first pause": lambda request: is_patch(request, "clusters"),
    "class": lambda request: is_patch(request, "clusterclasses"),
    "bodies": lambda request: is_list(request, "machines"),
    "second look": is_metadata,
}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
@pytest.mark.parametrize("phase", PHASES)
def test_027__a_signal_in_each_phase__resumes(two, magnum, disturbed, phase, number):
    struck = []

    def hook(request, run):
        if PHASES[phase](request) and not struck:
            struck.append(request)
            run.process.send_signal(number)
            time.sleep(0.2)

    outcome = disturbed(hook)(state="present", quiesce="pause")
    assert struck and outcome.failed and number.name in outcome.msg
    assert not paused(magnum) and outcome["left_paused"] == []


def test_027__a_signal_while_resuming__is_heeded_afterwards(two, magnum, disturbed):
    struck = []

    def hook(request, run):
        if is_patch(request) and json.loads(request.body)["metadata"]["annotations"][PAUSED_BY] is None and not struck:
            struck.append(request)
            run.process.send_signal(signal.SIGTERM)
            time.sleep(0.2)

    outcome = disturbed(hook)(state="present", quiesce="pause")
    assert struck and outcome.failed
    assert not paused(magnum)


def kill_at(number):
    """A hook that kills the program at its request NUMBER."""
    count = []

    def hook(request, run):
        count.append(request)
        if len(count) == number:
            run.process.kill()
            run.process.wait()
            from support.relay import DROP
            return DROP
        return None
    return hook


def test_028__killed_between_any_two_requests__the_next_run_repairs(two, magnum, backup, disturbed):
    counted = disturbed(lambda request, run: None)
    assert counted(state="present", quiesce="pause").changed
    kinds = [index for index, request in enumerate(counted.requests, 1) if request.is_write()]
    points = range(1, len(counted.requests) + 2) if THOROUGH else sorted(
        {point for each in kinds for point in (each, each + 1)} | {1, len(counted.requests)})
    left = 0
    for point in points:
        disturbed(kill_at(point))(expect_answer=False, state="present", quiesce="pause")
        left += bool(paused(magnum))
        if point % 2:
            outcome = backup(state="resumed")
        else:
            outcome = backup.backup(quiesce="verify", only_if_changed=True)
        assert not outcome.failed, (point, outcome.data)
        assert not paused(magnum), point
    assert left > 2  # some of them did leave a pause


def test_028__what_was_left__is_told(two, magnum, backup, disturbed):
    point = []

    def hook(request, run):
        if is_metadata(request) and not point:
            point.append(request)
            run.process.kill()
            run.process.wait()

    disturbed(hook)(expect_answer=False, state="present", quiesce="pause")
    assert len(paused(magnum)) == 3
    assert (backup.state_dir / "quiesce.json").stat().st_mode & 0o777 == 0o600
    check = backup(state="resumed", check=True)
    assert check.changed and not writes(check) and len(paused(magnum)) == 3
    outcome = backup(state="resumed")
    assert outcome.changed and len(outcome["resumed"]) == 3
    assert not paused(magnum)
    assert not backup(state="resumed").changed


def test_029__what_an_operator_has_paused__stays_so(two, magnum, backup):
    magnum.patch(CORE, "Cluster", "kube-aaaaa", {"spec": {"paused": True}})
    outcome = backup.backup(quiesce="pause")
    assert outcome.changed and outcome["consistent"]
    assert paused(magnum) == {("Cluster", "kube-aaaaa")}
    assert any("kube-aaaaa was paused before" in note for note in outcome["notes"])
    before = {each["name"]: each["paused_before"] for each in backup.unpack().manifest["clusters"]}
    assert before == {"kube-aaaaa": True, "kube-bbbbb": False}
    assert not backup(state="resumed").changed
    assert paused(magnum) == {("Cluster", "kube-aaaaa")}


def test_029__what_a_restore_pauses_meanwhile__stays_so_until_the_restore_ends(two, magnum, disturbed):
    """It is paused between the backup's look and the backup's own pause, and later."""
    for phase in ("first pause", "second look"):
        struck = []

        def hook(request, run, phase=phase, struck=struck):
            if PHASES[phase](request) and not struck:
                struck.append(request)
                magnum.patch(CORE, "Cluster", "kube-aaaaa", {
                    "metadata": {"annotations": {RESTORING: "another"}}, "spec": {"paused": True}})

        outcome = disturbed(hook)(state="present", quiesce="pause", retries=5)
        assert struck and outcome.changed and outcome["left_paused"] == [], outcome.data
        cluster = magnum.get(CORE, "Cluster", "kube-aaaaa")[1]
        assert cluster["spec"]["paused"] and cluster["metadata"]["annotations"] == {RESTORING: "another"}, phase
        assert paused(magnum) == {("Cluster", "kube-aaaaa")}
        assert any("kube-aaaaa has the mark of a restore" in note for note in outcome["notes"]), outcome.data
        magnum.patch(CORE, "Cluster", "kube-aaaaa", {
            "metadata": {"annotations": {RESTORING: None}}, "spec": {"paused": None}})


def test_029__resumed_by_hand_in_a_restore__is_not_paused_and_said_so(two, magnum, backup):
    magnum.patch(CORE, "Cluster", "kube-aaaaa", {"metadata": {"annotations": {RESTORING: "another"}}})
    outcome = backup.backup(quiesce="pause")
    assert any("kube-aaaaa has the mark of a restore and is not paused" in note for note in outcome["notes"]), outcome.data
    cluster = magnum.get(CORE, "Cluster", "kube-aaaaa")[1]
    assert cluster["metadata"]["annotations"] == {RESTORING: "another"} and "paused" not in cluster["spec"]


def test_029__a_dead_backup_and_a_restore__each_gives_back_its_own(two, magnum, backup):
    magnum.patch(CORE, "Cluster", "kube-aaaaa", {
        "metadata": {"annotations": {RESTORING: "another", PAUSED_BY: "elsewhere:1:1-1"}}, "spec": {"paused": True}})
    outcome = backup(state="resumed")
    assert not outcome.changed and outcome["resumed"] == [], outcome.data
    cluster = magnum.get(CORE, "Cluster", "kube-aaaaa")[1]
    assert cluster["spec"]["paused"] and cluster["metadata"]["annotations"] == {RESTORING: "another"}
    assert backup(state="resumed", force=True, clusters=["kube-aaaaa"]).changed and not paused(magnum)


def test_030__a_second_run__waits_for_the_lock_and_leaves_the_other_pause_alone(two, magnum, plane, backup, tmp_path,
                                                                              disturbed, programs):
    held, go_on = threading.Event(), threading.Event()

    def hook(request, run):
        if is_metadata(request) and not held.is_set():
            held.set()
            go_on.wait(60)

    answers = []
    first = threading.Thread(target=lambda: answers.append(disturbed(hook)(state="present", quiesce="pause")))
    first.start()
    assert held.wait(60)
    (tmp_path / "second").mkdir()
    second = Backup(programs / "capi_backup", tmp_path / "second", plane, magnum.namespace)
    second.state_dir = backup.state_dir
    try:
        outcome = second.backup(quiesce="pause", lock_timeout=1)
        assert outcome.failed and "is held by another run that pauses clusters" in outcome.msg
        assert len(paused(magnum)) == 3
        for check in (True, False):
            outcome = second(state="resumed", lock_timeout=1, check=check)
            assert outcome.failed and "is held by another run" in outcome.msg and len(paused(magnum)) == 3
        other_host = second.backup(quiesce="verify", retries=0, allow_inconsistent=True)
        assert not other_host.failed and len(paused(magnum)) == 3
    finally:
        go_on.set()
        first.join()
    assert answers[0].changed and not paused(magnum)


def test_030__in_check_mode__the_lock_is_only_looked_at(two, backup):
    assert not backup(state="resumed", check=True).failed and not backup.state_dir.exists()
    assert not backup(state="resumed").failed
    with open(backup.state_dir / "lock", "rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)  # another that looks
        assert not backup(state="resumed", check=True, lock_timeout=1).failed
        fcntl.flock(lock, fcntl.LOCK_EX)
        started = time.monotonic()
        assert backup(state="resumed", check=True, lock_timeout=1).failed and time.monotonic() - started >= 1
    assert not backup(state="resumed", check=True, lock_timeout=1).failed


def test_paused_condition__a_controller_that_does_not_notice__is_waited_for_and_told(two, magnum, backup):
    path = magnum.path(CORE, "Cluster", magnum.namespace, "kube-aaaaa")
    status, _ = magnum.wire.request("PATCH", path + "/status", {"status": {"conditions": [
        {"type": "Paused", "status": "False", "reason": "NotPaused", "message": "", "observedGeneration": 1,
         "lastTransitionTime": "2026-01-01T00:00:00Z"}]}}, "application/merge-patch+json")
    assert status == 200
    outcome = backup.backup(quiesce="pause", pause_timeout=1)
    assert outcome.changed
    assert any("kube-aaaaa does not say within 1 s that it is paused" in text for text in outcome.warnings)


def test_095__clusterctl_pauses_and_writes_even_in_its_dry_run(two, magnum, plane, tmp_path):
    folder = tmp_path / "theirs"
    folder.mkdir()
    tool = Clusterctl(tmp_path, plane)
    answer = tool("move", "--dry-run", "--to-directory", folder, "--namespace", magnum.namespace, "--kubeconfig",
                  tool.kubeconfig)
    assert answer.rc == 0 and list(folder.iterdir())
    assert [event for event in answer.requests if event["verb"] == "patch"]


def test_096__a_pause_that_clusterctl_left__is_repaired_by_name(two, magnum, plane, backup, tmp_path):
    (tmp_path / "theirs").mkdir()
    tool = Clusterctl(tmp_path, plane)
    box, struck = [], []

    def before(request):
        if not struck and request.method == "GET" and "/secrets/" in request.path:
            struck.append(request)
            box[0].kill()
        return None

    with Relay(plane, before) as relay:
        path = tmp_path / "relay.kubeconfig"
        path.write_text(json.dumps(relay.kubeconfig))
        process, _ = tool.start("move", "--to-directory", tmp_path / "theirs", "--namespace", magnum.namespace,
                                "--kubeconfig", path)
        box.append(process)
        process.communicate(timeout=120)
    assert struck and len(paused(magnum)) == 3
    again = tool("move", "--to-directory", tmp_path / "theirs", "--namespace", magnum.namespace, "--kubeconfig",
                 tool.kubeconfig)
    assert again.rc == 1 and "cannot start operation while the following Clusters are paused" in again.error
    assert not backup(state="resumed", force=True).changed
    outcome = backup(state="resumed", force=True, clusters=["kube-aaaaa", "kube-bbbbb"])
    assert outcome.changed and not paused(magnum)
