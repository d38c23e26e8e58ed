"""Bringing back what was saved, into an empty cluster and into one where something is left."""
import json

from support.capi_same import normalised, resumed
from support.magnum_clusters import CORE, PER_CLUSTER, identity_of

from conftest import writes

CLASS_OBJECTS = 5


def two_clusters(magnum):
    magnum.add_class()
    for name in ("kube-aaaaa", "kube-bbbbb"):
        magnum.add_cluster(name)


def live(magnum, archive):
    """{identity: object} of what lives of the objects in an archive."""
    found = {}
    for value in archive.files.values():
        status, answer = magnum.get(value["apiVersion"], value["kind"], value["metadata"]["name"],
                                    value["metadata"].get("namespace", ""))
        if status == 200:
            found[identity_of(value)] = answer
    return found


def assert_same(source, target):
    """Objects of two clusters, both {identity: object}."""
    assert set(source) == set(target)
    for identity, value in source.items():
        assert resumed(value) == resumed(target[identity]), identity


def assert_linked(objects):
    """Every reference to an owner is to one that lives."""
    uids = {value["metadata"]["uid"] for value in objects.values()}
    for identity, value in objects.items():
        for owner in value["metadata"].get("ownerReferences", []):
            assert owner["uid"] in uids, (identity, owner)


def test_066__into_an_empty_cluster__everything_is_there_and_linked_anew(magnum, backup, target, restore):
    two_clusters(magnum)
    assert backup.backup().changed
    archive = backup.unpack()
    before = live(magnum, archive)
    outcome = restore.restored()
    assert outcome.changed and not outcome.failed, outcome.data
    after = live(target, archive)
    assert_same(before, after)
    assert_linked(after)
    assert outcome["counts"]["created"] == 2 * PER_CLUSTER + CLASS_OBJECTS
    assert outcome["left_paused"] == []
    assert {(each["name"], each["action"]) for each in outcome["clusters"]} == {
        ("kube-aaaaa", "resumed"), ("kube-bbbbb", "resumed")}
    for name in ("kube-aaaaa", "kube-bbbbb"):
        _, cluster = target.get(CORE, "Cluster", name)
        assert "paused" not in cluster["spec"]
        assert not cluster["metadata"].get("annotations")
