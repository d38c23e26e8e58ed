"""state: verified finds what is wrong with an archive."""
import base64

import yaml

from support.magnum_clusters import encoded, owner

from test_restore import edited, saved


def good_archive(magnum, backup):
    """An archive with real certificates, keys and kubeconfig."""
    archive = saved(magnum, backup)
    authority = magnum.server.pki.authority()
    pair = authority.client("somebody", ["nobody"])
    certificate, key = (open(path, encoding="ascii").read() for path in (pair.cert_file, pair.key_file))
    config = yaml.safe_dump({"apiVersion": "v1", "kind": "Config", "clusters": [{"name": "c", "cluster": {}}]})

    def real(value):
        if value["kind"] == "Secret" and value.get("type") == "cluster.x-k8s.io/secret":
            if "tls.crt" in value["data"]:
                value["data"] = encoded(tls__crt=certificate, tls__key=key)
            elif value["metadata"]["name"].endswith("-kubeconfig"):
                value["data"] = encoded(value=config)
        return value

    return edited(backup, archive, real)


def rewrite(folder, name, change):
    import json
    path = next(path for path in folder.iterdir() if path.name.endswith("_%s.yaml" % name) and
                path.name.startswith("Secret"))
    value = json.loads(path.read_text())
    change(value)
    path.write_text(json.dumps(value))


def test_093__a_whole_archive__has_no_problems_and_says_when_certificates_end(magnum, backup):
    folder = good_archive(magnum, backup)
    outcome = backup(state="verified", src=str(folder))
    assert not outcome.failed and outcome["problems"] == [] and not outcome.changed, outcome.data
    assert len(outcome["expires"]) == 4
    assert all(each["not_after"].endswith("Z") for each in outcome["expires"])


def test_093__each_defect__is_found(magnum, backup):
    folder = good_archive(magnum, backup)
    other = magnum.server.pki.authority().client("other", ["nobody"])
    foreign = open(other.key_file, encoding="ascii").read()

    def set_key(key, text):
        def change(value):
            value["data"][key] = base64.b64encode(text.encode()).decode()
        return change

    defects = (
        ("kube-aaaaa-ca", set_key("tls.key", foreign), "tls.key belongs to another certificate"),
        ("kube-aaaaa-etcd", set_key("tls.crt", "planted nonsense"), "tls.crt is no certificate"),
        ("kube-aaaaa-proxy", lambda value: value["data"].pop("tls.key"), "tls.key is missing"),
        ("kube-aaaaa-kubeconfig", set_key("value", "planted: [1"), "value is no kubeconfig"),
        ("kube-aaaaa-cloud-config", set_key("clouds.yaml", "clouds: {other: {planted: 1}}"), "no cloud default"),
    )
    for name, change, _ in defects:
        rewrite(folder, name, change)
    outcome = backup(state="verified", src=str(folder))
    assert outcome.failed and "planted" not in outcome.text
    problems = "\n".join(outcome["problems"])
    for name, _, text in defects:
        assert "Secret %s/%s: " % (magnum.namespace, name) in problems and text in problems

    for kind in ("OpenStackCluster", "MachineSet"):
        next(folder.glob(kind + "_*")).unlink()
    problems = "\n".join(backup(state="verified", src=str(folder))["problems"])
    assert "infrastructureRef OpenStackCluster" in problems
    assert "its owner MachineSet kube-aaaaa-w-1 is not in the archive" in problems


def test_093__a_cluster_that_never_came_up__is_a_warning_and_does_not_stop_a_restore(magnum, backup, restore):
    magnum.add_class()
    magnum.add_cluster("kube-new00", ready=False)
    magnum.delete("v1", "Secret", "kube-new00-kubeconfig")
    assert backup.backup().changed
    missing = "Secret %s/kube-new00-kubeconfig" % magnum.namespace
    verified = backup(state="verified", src="latest")
    assert not [text for text in verified["problems"] if missing in text], verified.data
    assert [text for text in verified.warnings if missing in text]
    restored = restore.restored()
    assert not restored.failed and restored["left_paused"] == [], restored.data
    assert [text for text in restored.warnings if missing in text]


def test_093__compared_with_the_cluster__same_differs_and_missing(magnum, backup):
    folder = good_archive(magnum, backup)
    magnum.delete("v1", "Secret", "kube-aaaaa-sa")
    outcome = backup(state="verified", src=str(folder), compare=True)
    assert not outcome.failed, outcome.data
    verdicts = {each["name"]: each["verdict"] for each in outcome["compared"]}
    assert verdicts["kube-aaaaa-sa"] == "missing" and verdicts["kube-aaaaa-ca"] == "differs"
    assert "extra" not in verdicts.values()
    assert outcome["counts"]["same"] == outcome["counts"]["objects"] - len(verdicts)
    assert not [event for event in outcome.requests if event["verb"] in ("update", "patch", "delete")]


def test_093__compared_with_the_cluster__what_came_later_is_extra(magnum, backup):
    folder = good_archive(magnum, backup)
    magnum.secret("kube-aaaaa-late", labels={"cluster.x-k8s.io/cluster-name": "kube-aaaaa"})
    magnum.secret("child", [owner(magnum.get("cluster.x-k8s.io/v1beta2", "Machine", "kube-aaaaa-w-1-a")[1])])
    magnum.secret("stray")
    magnum.secret("kube-bbbbb-late", labels={"cluster.x-k8s.io/cluster-name": "kube-bbbbb"})
    outcome = backup(state="verified", src=str(folder), compare=True)
    assert not outcome.failed, outcome.data
    extra = {(each["kind"], each["namespace"], each["name"]) for each in outcome["compared"] if each["verdict"] == "extra"}
    assert extra == {("Secret", magnum.namespace, "kube-aaaaa-late"), ("Secret", magnum.namespace, "child")}


def test_093__a_drill__finds_what_the_server_would_refuse(magnum, backup, target, restore):
    folder = good_archive(magnum, backup)
    target.post("/api/v1/namespaces", {"metadata": {"name": target.namespace}})
    assert not restore(state="verified", src=str(folder), drill=True).failed

    import json
    path = next(folder.glob("MachineDeployment_*"))
    value = json.loads(path.read_text())
    value["spec"]["replicas"] = "planted"
    path.write_text(json.dumps(value))
    outcome = restore(state="verified", src=str(folder), drill=True)
    assert outcome.failed and "planted" not in outcome.text
    assert outcome["problems"] == [
        "drill: MachineDeployment %s/kube-aaaaa-w would be refused (Invalid, HTTP 422)" % target.namespace]
    assert target.wire.request("GET", target.path("v1", "Secret", target.namespace))[1]["items"] == []


def test_093__archive_of_a_cluster_that_holds_nothing__is_whole_and_can_be_restored(backup, restore):
    outcome = backup(state="present")
    assert outcome.changed, outcome.data
    archive = outcome["archive"]["path"]
    verified = backup(state="verified", src=archive)
    assert not verified.failed and verified["problems"] == [], verified.data
    assert not restore(state="restored", src=archive).failed
