"""A restore that is killed, or whose answers are lost, is completed by the same command."""
import os
import signal
import subprocess
import threading

import pytest

from support.magnum_clusters import ADDONS, CORE, PER_CLUSTER, owner
from support.relay import DROP, Relay

from conftest import paused, writes
from test_restore import CLASS_OBJECTS, assert_linked, assert_same, live, saved


def is_change(request):
    return request.is_write() and "accessreview" not in request.path


class Killer:
    """Lets COUNT changes of the process through, then kills it before the next one."""

    def __init__(self):
        self.process = None
        self.left = 0
        self._lock = threading.Lock()
        self._there = threading.Event()

    def watch(self, process, left):
        self.process, self.left = process, left
        self._there.set()

    def __call__(self, request):
        self._there.wait()
        with self._lock:
            if not is_change(request):
                return DROP if self.process.poll() is not None else None
            if self.left == 0:
                os.kill(self.process.pid, signal.SIGKILL)
                return DROP
            self.left -= 1
            return None


def test_068__killed_between_every_two_changes__the_same_command_goes_on(magnum, backup, target, restore, empty_plane):
    archive = saved(magnum, backup)
    before = live(magnum, archive)
    runs = 0
    while True:
        killer = Killer()
        with Relay(empty_plane, before=killer) as relay:
            process, mark = restore.start(state="restored", src="latest", kubeconfig=relay.kubeconfig)
            killer.watch(process, 1 if runs < 12 else 7)
            process.communicate(timeout=120)
        runs += 1
        status, cluster = target.get(CORE, "Cluster", "kube-aaaaa")
        there = live(target, archive)
        if status == 200 and len(there) < len(before):
            assert cluster["spec"]["paused"] is True
        if process.returncode == 0:
            break
        assert process.returncode == -signal.SIGKILL and runs < 100
    assert runs > 14
    assert_same(before, there)
    assert_linked(there)
    assert "paused" not in cluster["spec"] and "annotations" not in cluster["metadata"]
    for value in there.values():
        assert "capi-backup" not in {each["manager"] for each in value["metadata"].get("managedFields", [])}
    assert not restore.restored().changed


def cut_off(restore, plane, changes, **options):
    """A restore that is killed before the change after so many."""
    killer = Killer()
    with Relay(plane, before=killer) as relay:
        process, _ = restore.start(state="restored", src="latest", kubeconfig=relay.kubeconfig, **options)
        killer.watch(process, changes)
        process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL


def test_028__what_a_killed_restore_left__is_told_and_resumed_by_name(magnum, backup, target, restore, empty_plane):
    saved(magnum, backup)
    cut_off(restore, empty_plane, 20)
    left = paused(target)
    assert {kind for kind, _ in left} == {"Cluster", "ClusterClass"}
    told = restore(state="resumed", force=True)
    assert not told.changed and paused(target) == left
    assert any("Cluster %s/kube-aaaaa is paused by a restore that was cut off" % target.namespace in note
               for note in told["notes"]), told.data
    assert any(note.startswith("ClusterClass ") and "its name in clusters" in note for note in told["notes"]), told.data
    outcome = restore(state="resumed", force=True, clusters=["kube-aaaaa"])
    assert outcome.changed and len(outcome["resumed"]) == 2 and not paused(target), outcome.data
    assert not any("restore that was cut off" in note for note in outcome["notes"])
    assert not target.get(CORE, "Cluster", "kube-aaaaa")[1]["metadata"].get("annotations")
    again = restore(state="resumed")
    assert not again.changed and again["notes"] == []


def test_028__a_class_without_a_cluster__is_resumed_by_its_own_name(two, magnum, backup):
    mark = {"metadata": {"annotations": {"capi-backup/restoring": "another", "cluster.x-k8s.io/paused": ""}}}
    magnum.add_class("lonely")
    for name in ("lonely", "magnum-v0.38.1"):
        magnum.patch(CORE, "ClusterClass", name, mark)
    told = backup(state="resumed", force=True)
    assert not told.changed
    assert any("ClusterClass %s/lonely is paused" % magnum.namespace in note and "its name in clusters" in note
               for note in told["notes"]), told.data
    unknown = backup(state="resumed", force=True, clusters=["nobody"])
    assert unknown.failed and "there is no Cluster or ClusterClass nobody" in unknown.msg
    assert backup(state="resumed", force=True, clusters=["kube-aaaaa"], check=True)["resumed"] == [
        "ClusterClass %s/magnum-v0.38.1" % magnum.namespace]
    for named in ("lonely", magnum.namespace + "/magnum-v0.38.1"):
        outcome = backup(state="resumed", force=True, clusters=[named])
        assert outcome.changed and outcome["resumed"] == [
            "ClusterClass %s/%s" % (magnum.namespace, named.split("/")[-1])], outcome.data
    assert not paused(magnum)


def marked(target, archive, paused):
    """Only the mark is left of a restore of that archive, and its pause."""
    target.patch(CORE, "Cluster", "kube-aaaaa", {"metadata": {"annotations": {"capi-backup/restoring": archive["content_sha256"]}},
                                                 "spec": {"paused": paused}})


def test_028__resumed_by_hand_after_a_killed_restore__the_mark_goes_by_name(magnum, backup, target, restore):
    saved(magnum, backup)
    marked(target, restore.restored()["archive"], None)
    assert restore(state="resumed")["notes"] == []
    outcome = restore(state="resumed", force=True, clusters=["kube-aaaaa"])
    assert outcome.changed and not target.get(CORE, "Cluster", "kube-aaaaa")[1]["metadata"].get("annotations"), outcome.data


def test_076__only_the_mark_is_left__check_mode_foresees_what_is_resumed(magnum, backup, target, restore):
    saved(magnum, backup)
    marked(target, restore.restored()["archive"], True)
    for resume, changed in (("never", False), ("auto", True)):
        assert restore.restored(resume=resume, check=True).changed == changed
        assert restore.restored(resume=resume).changed == changed


def test_076__backup_of_what_a_killed_restore_left__does_not_keep_it_paused(magnum, backup, target, restore):
    saved(magnum, backup)
    marked(target, restore.restored()["archive"], True)
    outcome = restore.backup()
    assert {each["paused_before"] for each in outcome["clusters"]} == {False}, outcome.data


@pytest.mark.parametrize("retries", [0, 20])
def test_070__answers_that_are_lost__make_no_duplicates_and_right_owners(magnum, backup, target, restore, empty_plane, retries):
    archive = saved(magnum, backup)
    lost = set()

    def lose(request):
        if request.method != "POST" or not is_change(request) or request.path in lost:
            return False
        lost.add(request.path)
        return True

    with Relay(empty_plane, lose=lose) as relay:
        outcome = restore.restored(kubeconfig=relay.kubeconfig, retries=retries)
    assert outcome.changed and not outcome.failed, outcome.data
    assert len(lost) > 10
    assert outcome["counts"]["created"] == PER_CLUSTER + CLASS_OBJECTS
    assert_linked(live(target, archive))
    assert outcome["left_paused"] == []


def test_071__somebody_who_is_quicker__keeps_the_object_and_its_children_are_attached(magnum, backup, target, restore,
                                                                                     empty_plane):
    archive = saved(magnum, backup)
    theirs = {}

    def race(request):
        if request.method == "POST" and "/machinedeployments" in request.path and not theirs:
            theirs.update(target.make({
                "apiVersion": CORE, "kind": "MachineDeployment",
                "metadata": target.meta("kube-aaaaa-w"),
                "spec": dict(archive.object("MachineDeployment", "kube-aaaaa-w")["spec"], replicas=3)}))

    with Relay(empty_plane, before=race) as relay:
        outcome = restore.restored(kubeconfig=relay.kubeconfig)
    assert not outcome.failed, outcome.data
    _, child = target.get(CORE, "MachineSet", "kube-aaaaa-w-1")
    assert [each["uid"] for each in child["metadata"]["ownerReferences"]] == [theirs["metadata"]["uid"]]
    assert target.get(CORE, "MachineDeployment", "kube-aaaaa-w")[1]["spec"]["replicas"] == 3
    assert owner(theirs)["uid"] == theirs["metadata"]["uid"]


def test_086__requests__are_one_look_and_one_create_for_each_object(magnum, backup, target, restore):
    saved(magnum, backup)
    outcome = restore.restored()
    objects = PER_CLUSTER + CLASS_OBJECTS
    creates = [event for event in writes(outcome) if event["verb"] == "create" and
               event["objectRef"]["resource"] not in ("selfsubjectaccessreviews", "namespaces")]
    assert len(creates) == objects
    per_object = {}
    for event in outcome.requests:
        reference = event.get("objectRef", {})
        if reference.get("namespace") == target.namespace and reference.get("name") and event["verb"] == "get":
            key = (reference["resource"], reference["name"])
            per_object[key] = per_object.get(key, 0) + 1
    assert set(per_object.values()) == {1} and len(per_object) <= objects + 1
    definitions = [event["requestURI"] for event in outcome.requests if "customresourcedefinitions" in event["requestURI"]]
    assert len(definitions) == len(set(definitions)), definitions  # each page once
    assert len({event["sourceIPs"][0] for event in outcome.requests}) == 1


def test_086__managed_fields_are_not_wanted__only_what_is_resumed_is_patched(magnum, backup, target, restore):
    saved(magnum, backup)
    outcome = restore.restored(restore_managed_fields=False)
    assert outcome.changed and not outcome.failed, outcome.data
    patched = [event["objectRef"]["resource"] for event in outcome.requests if event["verb"] in ("patch", "update")]
    assert sorted(patched) == ["clusterclasses", "clusters"]


def test_084__a_set_that_is_shared_and_live__is_linked(magnum, backup, target, restore):
    archive = saved(magnum, backup)
    assert restore.restored().changed
    target.delete(ADDONS, "ClusterResourceSetBinding", "kube-aaaaa")
    outcome = restore.restored(quiesce="pause")
    assert outcome["counts"]["created"] == 1, outcome.data
    assert_linked(live(target, archive))


def test_027__a_signal__ends_a_restore_with_a_result_and_the_next_run_completes_it(magnum, backup, target, restore,
                                                                                   empty_plane):
    archive = saved(magnum, backup)
    seen = []

    def interrupt(request):
        if is_change(request):
            seen.append(request)
            if len(seen) == 8:
                started[0].send_signal(signal.SIGTERM)

    started = []
    with Relay(empty_plane, before=interrupt) as relay:
        process, mark = restore.start(state="restored", src="latest", kubeconfig=relay.kubeconfig)
        started.append(process)
        outcome = restore.finish(process, mark)
    assert outcome.failed and outcome.changed, outcome.data
    assert not restore.restored().failed
    assert_linked(live(target, archive))


def test_055__while_it_runs__nothing_of_an_object_is_in_a_file(magnum, backup, target, restore, tmp_path):
    saved(magnum, backup)
    outcome = restore.restored(env={"TMPDIR": str(tmp_path)})
    assert outcome.changed
    found = subprocess.run(["grep", "-rlaE", "planted|certificate of", str(restore.directory), str(restore.state_dir)],
                           stdout=subprocess.PIPE, text=True, check=False).stdout
    assert found == ""
