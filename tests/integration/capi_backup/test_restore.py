"""Bringing back what was saved, into an empty cluster and into one where something is left."""
import json

from support.capi_same import resumed
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
        assert "conditions" not in cluster.get("status", {})  # controllers make it anew


def saved(magnum, backup, **options):
    """One cluster, backed up: its archive."""
    magnum.add_class()
    magnum.add_cluster("kube-aaaaa")
    outcome = backup.backup(**options)
    assert outcome.changed, outcome.data
    return backup.unpack()


def edited(backup, archive, edit):
    """A directory, as clusterctl writes it, with the objects of the archive after edit(object); None leaves it out."""
    folder = backup.directory / "edited"
    folder.mkdir()
    for name, value in archive.files.items():
        value = edit(json.loads(json.dumps(value)))
        if value is not None:
            (folder / name).write_text(json.dumps(value))
    return folder


def of_kind(kind, change):
    def edit(value):
        return change(value) if value["kind"] == kind else value
    return edit


def test_067__a_second_time__writes_nothing(magnum, backup, target, restore):
    saved(magnum, backup)
    assert restore.restored().changed
    again = restore.restored()
    assert not again.changed and not again.failed, again.data
    assert [event for event in writes(again) if "accessreview" not in event["requestURI"]] == []
    assert again["counts"]["created"] == 0 and again["counts"]["skipped"] == PER_CLUSTER + CLASS_OBJECTS


def test_069__what_exists_and_differs__is_treated_as_asked(magnum, backup, target, restore):
    archive = saved(magnum, backup)
    assert restore.restored().changed
    name = "kube-aaaaa-cloud-config"
    target.patch("v1", "Secret", name, {"data": {"cacert": "WFg=", "more": "WFg="},
                                        "metadata": {"finalizers": ["example.com/mine"]}})
    _, before = target.get("v1", "Secret", name)

    skipped = restore.restored()
    assert not skipped.changed
    assert [each["name"] for each in skipped["left_out"]] == [name]
    assert target.get("v1", "Secret", name)[1] == before

    refused = restore.restored(conflict="fail")
    assert refused.failed and not refused.changed and "conflict is fail" in refused.msg

    other = restore.restored(conflict="uid_match")
    assert other.failed and "another object" in other.msg

    predicted = restore.restored(conflict="update", check=True)
    assert predicted.changed and target.get("v1", "Secret", name)[1] == before
    assert [each["name"] for each in predicted["plan"] if each["step"] == "update"] == [name]
    updated = restore.restored(conflict="update")
    assert updated.changed and updated["counts"]["updated"] == 1, updated.data
    _, after = target.get("v1", "Secret", name)
    assert after["data"] == archive.object("Secret", name)["data"]
    assert after["metadata"]["finalizers"] == ["example.com/mine"]
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    target.patch("v1", "Secret", name, {"metadata": {"finalizers": None}})
    assert not restore.restored(conflict="update").changed


def test_069__the_very_same_objects__pass_uid_match(magnum, backup):
    saved(magnum, backup)
    magnum.delete("v1", "Secret", "kube-aaaaa-cloud-config")
    outcome = backup.restored(conflict="uid_match")
    assert outcome["counts"]["created"] == 1, outcome.data


def test_073__a_missing_namespace__is_made_with_the_labels_it_had(magnum, backup, target, restore):
    saved(magnum, backup)
    assert restore.restored().changed
    _, made = target.wire.request("GET", "/api/v1/namespaces/" + target.namespace)
    assert made["metadata"]["labels"]["pod-security"] == "restricted"


def test_074__an_object_that_is_refused__stops_or_goes_on_and_leaves_its_cluster_paused(magnum, backup, target, restore):
    magnum.add_class()
    for name in ("kube-aaaaa", "kube-bbbbb"):
        magnum.add_cluster(name)
    backup.backup()

    def spoil(value):
        if value["metadata"]["name"] == "kube-aaaaa-w":
            value["spec"]["replicas"] = "planted-secret"
        return value

    folder = edited(backup, backup.unpack(), of_kind("MachineDeployment", spoil))
    stopped = restore.restored(folder)
    assert stopped.failed and stopped.changed
    assert "MachineDeployment %s/kube-aaaaa-w: the server refuses it (Invalid, HTTP 422)" % target.namespace in stopped.msg
    assert "spec.replicas" in stopped.msg and "planted" not in stopped.text
    assert {each["name"] for each in stopped["left_paused"] if each["kind"] == "Cluster"} == {"kube-aaaaa", "kube-bbbbb"}
    assert target.get(CORE, "MachineSet", "kube-bbbbb-w-1")[0] == 404

    went_on = restore.restored(folder, on_error="continue")
    assert went_on.failed
    assert [each["name"] for each in went_on["left_paused"]] == ["kube-aaaaa"]
    assert target.get(CORE, "MachineSet", "kube-bbbbb-w-1")[0] == 200
    assert target.get(CORE, "MachineSet", "kube-aaaaa-w-1")[0] == 404
    assert target.get(CORE, "Cluster", "kube-aaaaa")[1]["spec"]["paused"] is True
    assert "paused" not in target.get(CORE, "Cluster", "kube-bbbbb")[1]["spec"]

    other = restore.restored()
    assert other.failed and "Cluster %s/kube-aaaaa is being restored from another archive" % target.namespace in other.text
    completed = restore.restored(force=True)
    assert not completed.failed and completed["left_paused"] == [], completed.data
    assert "paused" not in target.get(CORE, "Cluster", "kube-aaaaa")[1]["spec"]


def test_075__what_was_being_deleted__is_treated_as_asked(magnum, backup, target, restore):
    archive = saved(magnum, backup)

    def dying(value):
        value["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
        return value

    folder = edited(backup, archive, of_kind("MachineSet", dying))
    outcome = restore.restored(folder)
    assert outcome.failed and "was being deleted" in outcome.msg
    skipped = restore.restored(folder, deleting="skip")
    assert skipped["left_paused"] == [] and "paused" not in target.get(CORE, "Cluster", "kube-aaaaa")[1]["spec"]
    assert target.get(CORE, "MachineSet", "kube-aaaaa-w-1")[0] == 404
    assert target.get(CORE, "Machine", "kube-aaaaa-w-1-a")[0] == 404
    assert {each["kind"] for each in skipped["left_out"]} >= {"MachineSet", "Machine", "KubeadmConfig"}
    restore.restored(folder, deleting="restore", quiesce="pause")
    assert "deletionTimestamp" not in target.get(CORE, "MachineSet", "kube-aaaaa-w-1")[1]["metadata"]


def test_076__what_its_operator_had_paused__stays_paused(magnum, backup, target, restore):
    magnum.add_class()
    magnum.add_cluster("kube-aaaaa", paused=True)
    assert backup.backup().changed
    outcome = restore.restored()
    assert [each["name"] for each in outcome["left_paused"]] == ["kube-aaaaa"]
    _, cluster = target.get(CORE, "Cluster", "kube-aaaaa")
    assert cluster["spec"]["paused"] is True and "annotations" not in cluster["metadata"]
    assert not restore.restored().changed


def test_077__a_live_cluster__is_neither_paused_nor_resumed(magnum, backup, target, restore):
    saved(magnum, backup)
    assert restore.restored().changed
    target.patch(CORE, "Cluster", "kube-aaaaa", {"spec": {"paused": True}})
    _, before = target.get(CORE, "Cluster", "kube-aaaaa")
    outcome = restore.restored()
    assert not outcome.changed and target.get(CORE, "Cluster", "kube-aaaaa")[1] == before


def test_080__one_of_two_clusters__comes_with_what_it_needs(magnum, backup, target, restore):
    two_clusters(magnum)
    backup.backup()
    assert restore.restored(clusters=["kube-aaaaa"]).changed
    assert target.get(CORE, "Cluster", "kube-aaaaa")[0] == 200
    assert target.get("v1", "Secret", "kube-aaaaa-cloud-config")[0] == 200
    assert target.get(CORE, "Cluster", "kube-bbbbb")[0] == 404
    assert target.get("v1", "Secret", "kube-bbbbb-ca")[0] == 404
    second = restore.restored(clusters=["kube-bbbbb"])
    assert second.changed and second["counts"]["skipped"] == CLASS_OBJECTS, second.data
    assert_linked(live(target, backup.unpack()))
    unknown = restore.restored(clusters=["kube-nnnnn"])
    assert unknown.failed and "kube-nnnnn" in unknown.msg


def managers(value):
    return {(each["manager"], each["operation"], each.get("subresource", ""))
            for each in value["metadata"].get("managedFields", [])}


def test_081__managed_fields__are_those_that_were_saved(magnum, backup, target, restore):
    archive = saved(magnum, backup)
    assert restore.restored().changed
    for identity, value in live(target, archive).items():
        before = next(each for each in archive.files.values() if identity_of(each) == identity)
        assert not {name for name, _, _ in managers(value)} & {"capi-backup"}, identity
        assert managers(value) <= managers(before) | {("", "", "")}, identity


def test_082__credentials_are_there__before_anything_is_resumed(magnum, backup, target, restore):
    saved(magnum, backup)
    outcome = restore.restored()
    order = [(event["verb"], event["objectRef"]["resource"], event["objectRef"].get("name"))
             for event in outcome.requests if event["verb"] in ("create", "patch")]
    last_secret = max(place for place, (verb, what, _) in enumerate(order) if (verb, what) == ("create", "secrets"))
    resumes = [place for place, (verb, what, name) in enumerate(order)
               if verb == "patch" and what == "clusters"]
    classes = [place for place, (verb, what, _) in enumerate(order) if (verb, what) == ("patch", "clusterclasses")]
    assert last_secret < resumes[-1] and classes[-1] < resumes[-1]


def test_084__a_live_cluster_that_lacks_children__is_refused_or_paused_meanwhile(magnum, backup, target, restore):
    saved(magnum, backup)
    assert restore.restored().changed
    target.delete(CORE, "MachineDeployment", "kube-aaaaa-w")
    outcome = restore.restored()
    assert outcome.failed and "is live and nobody keeps it paused" in outcome.msg
    outcome = restore.restored(quiesce="pause")
    assert outcome.changed and not outcome.failed, outcome.data
    patches = [event["objectRef"]["resource"] for event in outcome.requests if event["verb"] == "patch"]
    assert patches[0] == "clusters" and patches[-1] == "clusters"
    _, cluster = target.get(CORE, "Cluster", "kube-aaaaa")
    assert "paused" not in cluster["spec"] and "annotations" not in cluster["metadata"]


def test_084__a_live_cluster_that_a_backup_has_paused__is_not_taken_for_paused(magnum, backup, target, restore):
    """The backup resumes it when it has read, whether the restore is done or not."""
    saved(magnum, backup)
    assert restore.restored().changed
    target.delete(CORE, "MachineDeployment", "kube-aaaaa-w")
    target.patch(CORE, "Cluster", "kube-aaaaa", {
        "metadata": {"annotations": {"capi-backup/paused-by": "elsewhere:9999999999:1-1"}}, "spec": {"paused": True}})
    outcome = restore.restored()
    assert outcome.failed and "is live and nobody keeps it paused" in outcome.msg
    outcome = restore.restored(quiesce="pause")
    assert outcome.changed and [each["name"] for each in outcome["clusters"] if each["action"] == "resumed"] == ["kube-aaaaa"]
    assert "paused" not in target.get(CORE, "Cluster", "kube-aaaaa")[1]["spec"]


def test_085__in_check_mode__nothing_is_written(magnum, backup, target, restore):
    saved(magnum, backup)
    outcome = restore.restored(check=True, diff=True)
    assert outcome.changed and not outcome.failed, outcome.data
    assert not [event for event in writes(outcome) if "accessreview" not in event["requestURI"]]
    assert {each["step"] for each in outcome["plan"]} == {"create"}
    assert len(outcome["plan"]) == PER_CLUSTER + CLASS_OBJECTS
    assert "Cluster %s/kube-aaaaa: create" % target.namespace in str(outcome["diff"])
    assert target.wire.request("GET", "/api/v1/namespaces/" + target.namespace)[0] == 404


def test_087__of_secrets__nothing_is_told(magnum, backup, target, restore):
    saved(magnum, backup)
    for outcome in (restore.restored(check=True, diff=True), restore.restored(diff=True), restore.restored(diff=True)):
        assert "planted" not in outcome.text
        for value in ("certificate of", "LS0tLS1CRUdJTg", "Y2xvdWRz"):
            assert value not in outcome.text
