"""A backup of a cluster that moves: what is seen, what is read again, what is told."""
import concurrent.futures
import itertools
import json
import re
import time

import pytest

from conftest import is_list, is_metadata, writes
from support.magnum_clusters import CORE, owner

EMPTY = (200, [("Content-Type", "application/json")], json.dumps(
    {"kind": "CustomResourceDefinitionList", "apiVersion": "apiextensions.k8s.io/v1", "metadata": {}, "items": []}
).encode())


@pytest.fixture
def one(magnum):
    """A cluster, "kube-aaaaa", and its class."""
    magnum.add_class()
    return magnum.add_cluster("kube-aaaaa")


def failure(status, reason, message="injected", **more):
    body = dict({"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": reason, "message": message,
                 "code": status}, **more)
    return status, [("Content-Type", "application/json")], json.dumps(body).encode()


def test_017__no_labelled_definitions__is_a_failure(one, disturbed):
    outcome = disturbed(lambda request, run: EMPTY if "customresourcedefinitions" in request.path else None)(
        state="present")
    assert outcome.failed
    assert outcome.msg.startswith("no clusterctl-labelled CRDs")


def test_020__many_secrets__are_read_page_by_page_and_an_expired_list_anew(one, magnum, backup, disturbed):
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda n: magnum.secret("many-%04d" % n, data="x"), range(1100)))
    expired = []

    def hook(request, run):
        if is_list(request, "secrets") and "continue=" in request.path and not expired:
            expired.append(request.path)
            return failure(410, "Expired", metadata={"continue": "inconsistent"})
        return None

    outcome = disturbed(hook)(state="present")
    assert outcome.changed and outcome["consistent"] and expired
    archive = backup.unpack()
    assert len([each for each in archive.manifest["skipped"] if each["name"].startswith("many-")]) == 1100
    assert outcome["left_out_total"] >= 1100 and len(outcome["left_out"]) == 200


def test_021__mode_verify__writes_nothing_to_the_cluster(one, backup):
    outcome = backup.backup()
    assert outcome.changed and outcome["consistent"]
    assert not writes(outcome)


def test_022__an_object_that_appears_between_the_passes__is_read(one, magnum, backup, disturbed):
    made = []

    def hook(request, run):
        if is_metadata(request) and not made:
            made.append(magnum.secret("late", [owner(one)], data="x"))

    outcome = disturbed(hook)(state="present")
    assert outcome.changed and outcome["consistent"] and outcome["rounds"] == 2
    assert ("Secret", magnum.namespace, "late") in backup.unpack().identities


def test_023__an_object_that_never_rests__is_a_failure_or_told(one, magnum, backup, disturbed):
    def hook(request, run):
        if is_metadata(request) and is_list(request, "secrets"):
            magnum.patch("v1", "Secret", "kube-aaaaa-ca", {"metadata": {"annotations": {"now": str(time.time())}}})

    outcome = disturbed(hook)(state="present", retries=2)
    assert outcome.failed
    assert outcome.msg == ("the cluster did not stand still while it was read, 3 times: Secret %s/kube-aaaaa-ca has "
                           "changed; try quiesce: pause, or allow_inconsistent" % magnum.namespace)
    assert not list(backup.archives.iterdir()) or not list(backup.archives.glob("*.tar.gz"))
    outcome = disturbed(hook)(state="present", retries=1, allow_inconsistent=True)
    assert outcome.changed and outcome["consistent"] is False
    assert any("not consistent" in text for text in outcome.warnings)
    assert backup.unpack().manifest["consistent"] is False


def test_024__states_that_change__do_not_count(one, magnum, backup, disturbed):
    phases = itertools.cycle(["Running", "Provisioned"])

    def hook(request, run):
        if is_metadata(request) and is_list(request, "machines"):
            path = magnum.path(CORE, "Machine", magnum.namespace, "kube-aaaaa-w-1-a")
            status, _ = magnum.wire.request("PATCH", path + "/status", {"status": {"phase": next(phases)}},
                                            "application/merge-patch+json")
            assert status == 200

    outcome = disturbed(hook)(state="present")
    assert outcome.changed and outcome["consistent"] and outcome["rounds"] == 1


def reasons_in(message) -> tuple:
    """(what comes before them, the reasons in order); kinds left out, which clusterctl 1.13.6 prints as "/, Kind="."""
    message = re.sub(r'"[^"]*, Kind=[^"]*"', "KIND", message)
    before, _, rest = message.partition("[")
    return before, sorted(rest.rstrip("]").replace(", cannot", "\ncannot").splitlines())


def test_033__a_cluster_that_is_not_ready__is_flagged_refused_or_left_out(magnum, backup, clusterctl_move):
    magnum.add_class()
    magnum.add_cluster("kube-aaaaa")
    magnum.add_cluster("kube-new00", ready=False)
    outcome = backup.backup()
    assert outcome.changed and any("1 clusters are not ready" in text for text in outcome.warnings)
    archive = backup.unpack()
    states = {each["name"]: each["ready"] for each in archive.manifest["clusters"]}
    assert states == {"kube-aaaaa": True, "kube-new00": False}
    assert ("Cluster", magnum.namespace, "kube-new00") in archive.identities

    strict = backup.backup(readiness="strict")
    assert strict.failed
    refused, _ = clusterctl_move(check=False)
    assert refused.rc == 1
    assert reasons_in(strict.msg) == reasons_in(refused.error)

    skip = backup.backup(readiness="skip", path=str(backup.directory / "second"))
    archive = backup.unpack(skip["archive"]["path"])
    assert not [name for _, _, name in archive.identities if name.startswith("kube-new00") and
                not name.endswith("cloud-provider")]
    assert ("Cluster", magnum.namespace, "kube-aaaaa") in archive.identities
    assert {each["name"]: each["action"] for each in skip["clusters"]} == {"kube-aaaaa": "saved",
                                                                          "kube-new00": "skipped"}


def test_034__a_machine_without_node__is_a_reason(one, magnum, backup):
    path = magnum.path(CORE, "Machine", magnum.namespace, "kube-aaaaa-w-1-a")
    status, _ = magnum.wire.request("PATCH", path + "/status", {"status": {"nodeRef": None, "phase": "Pending"}},
                                    "application/merge-patch+json")
    assert status == 200
    outcome = backup.backup()
    assert outcome["clusters"][0]["ready"] is False
    assert outcome["clusters"][0]["reasons"] == [
        'cannot start the move operation while "cluster.x-k8s.io/v1beta2, Kind=Machine" %s/kube-aaaaa-w-1-a is still '
        "provisioning the node" % magnum.namespace]
    assert backup.backup(readiness="strict").failed


def test_035__a_cluster_that_is_deleted_meanwhile__is_not_in_the_next_round(one, magnum, backup, disturbed):
    magnum.make({"apiVersion": CORE, "kind": "Cluster", "metadata": magnum.meta("short"),
                 "spec": {"infrastructureRef": {"apiGroup": "x.cluster.x-k8s.io", "kind": "X", "name": "x"}}})
    gone = []

    def hook(request, run):
        if is_metadata(request) and not gone:
            gone.append(magnum.delete(CORE, "Cluster", "short"))

    outcome = disturbed(hook)(state="present")
    assert outcome.changed and outcome["rounds"] == 2
    assert ("Cluster", magnum.namespace, "short") not in backup.unpack().identities


def test_057__only_if_changed__a_new_state_is_no_change_but_a_label_is(one, magnum, backup):
    assert backup.backup(only_if_changed=True).changed
    again = backup.backup(only_if_changed=True)
    assert not again.changed and "archive" not in again.data
    path = magnum.path(CORE, "Machine", magnum.namespace, "kube-aaaaa-w-1-a")
    status, _ = magnum.wire.request("PATCH", path + "/status", {"status": {"phase": "Running"}},
                                    "application/merge-patch+json")
    assert status == 200
    assert not backup.backup(only_if_changed=True).changed
    assert not backup.backup(only_if_changed=True, check=True).changed
    magnum.patch(CORE, "Machine", "kube-aaaaa-w-1-a", {"metadata": {"labels": {"new": "one"}}})
    assert backup.backup(only_if_changed=True, check=True).changed
    time.sleep(1)  # names of archives count seconds
    assert backup.backup(only_if_changed=True).changed


def test_057__only_if_changed__a_pause_and_a_label_of_the_namespace_are_changes(one, magnum, backup):
    def is_new(**options):
        time.sleep(1)  # names of archives count seconds
        return backup.backup(only_if_changed=True, **options).changed

    assert is_new() and not is_new(quiesce="pause")
    magnum.patch(CORE, "Cluster", "kube-aaaaa", {"spec": {"paused": True}})
    assert is_new() and not is_new(quiesce="pause")
    magnum.patch(CORE, "Cluster", "kube-aaaaa", {"spec": {"paused": None}})
    assert is_new() and not is_new()
    magnum.patch("v1", "Namespace", magnum.namespace, {"metadata": {"labels": {"new": "one"}}}, namespace="")
    assert is_new() and not is_new()


def test_085__check_mode__asks_only_and_leaves_no_file(one, backup):
    for quiesce in ("verify", "pause", "none"):
        outcome = backup.backup(check=True, quiesce=quiesce)
        assert outcome.changed and not writes(outcome)
        assert outcome["counts"]["objects"] == 25
    assert not backup.archives.exists() and not backup.state_dir.exists()
    outcome = backup(state="resumed", check=True)
    assert not outcome.changed and not writes(outcome) and not backup.state_dir.exists()


def test_091__secrets_of_providers_that_may_not_be_read__are_a_warning(one, backup, disturbed):
    outcome = disturbed(lambda request, run: failure(403, "Forbidden") if is_list(request, "secrets") and
                        "/capo-system/" in request.path else None)(state="present")
    assert outcome.changed and outcome["consistent"]
    assert [text for text in outcome.warnings if "provider's namespace capo-system" in text]


def test_091__other_secrets_that_may_not_be_read__are_a_failure_that_names_them(one, magnum, disturbed):
    outcome = disturbed(lambda request, run: failure(403, "Forbidden", "secrets is forbidden") if
                        is_list(request, "secrets") and magnum.namespace in request.path else None)(state="present")
    assert outcome.failed
    assert outcome.msg.startswith("list of Secret in %s: secrets is forbidden" % magnum.namespace)


def test_092__a_busy_or_hanging_server__is_asked_again(one, disturbed):
    busy, hung = [], []

    def hook(request, run):
        if is_list(request, "machines") and not busy:
            busy.append(time.monotonic())
            return 429, [("Retry-After", "1"), ("Content-Type", "application/json")], b"{}"
        if is_list(request, "machinesets") and not hung:
            hung.append(request)
            time.sleep(5)
        return None

    began = time.monotonic()
    outcome = disturbed(hook)(state="present", request_timeout=3)
    assert outcome.changed and outcome["consistent"]
    assert busy and hung and time.monotonic() - began > 1


def test_restart__the_api_server_goes_down_while_it_is_asked__the_backup_is_whole(one, plane, backup, disturbed):
    restarted = []

    def hook(request, run):
        if is_list(request, "machines") and not restarted:
            restarted.append(True)
            plane.restart_apiserver()

    # However long a busy machine takes to start it: the answer that was asked for meanwhile comes, others are asked for again.
    outcome = disturbed(hook)(state="present", request_timeout=60)
    assert outcome.changed and outcome["consistent"] and restarted
