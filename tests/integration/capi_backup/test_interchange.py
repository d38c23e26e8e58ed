"""Archives and directories pass between the real clusterctl, the scripts of OpenStack-Ansible, and this module."""
import base64
import json
import shutil
import subprocess

import pytest

from servers.clusterctl.client import Clusterctl
from support.magnum_clusters import CORE, PER_CLUSTER

from test_restore import CLASS_OBJECTS, assert_linked, assert_same, edited, live, of_kind, saved


NEWER = "1.14.2"


def clusterctl_on(tmp_path, server, name="clusterctl-home", **options):
    home = tmp_path / name
    home.mkdir()
    return Clusterctl(home, server, **options)


def import_directory(tool, folder):
    answer = tool("move", "--from-directory", folder, "--to-kubeconfig", tool.kubeconfig)
    assert answer.rc == 0, answer


def test_058__our_archive__is_restored_by_clusterctl(magnum, backup, target, tmp_path):
    archive = saved(magnum, backup, osa_compat=False)
    before = live(magnum, archive)
    import_directory(clusterctl_on(tmp_path, target.server), archive.folder)
    after = live(target, archive)
    # What the label was for: clusterctl took the credentials along.
    credentials = ("Secret", target.namespace, "kube-aaaaa-cloud-config")
    assert after[credentials]["metadata"]["labels"].pop("clusterctl.cluster.x-k8s.io/move") == ""
    assert_same(before, after)
    assert_linked(after)
    assert "paused" not in target.get(CORE, "Cluster", "kube-aaaaa")[1]["spec"]


def test_059__a_directory_of_clusterctl__is_restored_by_us(magnum, backup, target, restore, tmp_path):
    archive = saved(magnum, backup)
    folder = tmp_path / "by-clusterctl"
    folder.mkdir()
    tool = clusterctl_on(tmp_path, magnum.server)
    answer = tool("move", "--to-directory", folder, "--namespace", magnum.namespace, "--kubeconfig", tool.kubeconfig)
    assert answer.rc == 0, answer
    before = live(magnum, archive)
    target.post("/api/v1/namespaces", {"metadata": {"name": target.namespace}})
    # clusterctl leaves the credentials behind, which is why a restore of its directory alone is refused.
    refused = restore.restored(folder)
    assert refused.failed and "kube-aaaaa-cloud-config" in str(refused["problems"])
    target.secret("kube-aaaaa-cloud-config", clouds__yaml="x")
    outcome = restore.restored(folder)
    assert outcome.changed and not outcome.failed, outcome.data
    assert any("has no manifest" in text for text in outcome.warnings)
    after = live(target, archive)
    credentials = ("Secret", target.namespace, "kube-aaaaa-cloud-config")
    del before[credentials], after[credentials]
    assert_same(before, after)
    assert_linked(dict(after))
    assert outcome["counts"]["created"] == PER_CLUSTER + CLASS_OBJECTS - 1


def test_061__an_archive_of_openstack_ansible__is_restored_with_its_credentials(magnum, backup, target, restore, tmp_path):
    """As the export script makes it: clusterctl's directory, decoded credentials beside the objects, GNU tar."""
    archive = saved(magnum, backup)
    root = tmp_path / "export"
    folder = root / "cluster-api-backup"
    folder.mkdir(parents=True)
    tool = clusterctl_on(tmp_path, magnum.server)
    assert tool("move", "--to-directory", folder, "--namespace", magnum.namespace,
                "--kubeconfig", tool.kubeconfig).rc == 0
    secret = archive.object("Secret", "kube-aaaaa-cloud-config")
    (folder / "cluster-names.txt").write_text("kube-aaaaa\n")
    (folder / "clouds-yaml-kube-aaaaa.txt").write_bytes(base64.b64decode(secret["data"]["clouds.yaml"]))
    (folder / "cacert-kube-aaaaa.txt").write_bytes(b"")  # what the script leaves where there is none
    tarball = tmp_path / "cluster-api-objects.tar.gz"
    subprocess.run(["tar", "-czf", tarball, "-C", root, "cluster-api-backup"], check=True)
    outcome = restore.restored(tarball)
    assert outcome.changed and not outcome.failed, outcome.data
    made = target.get("v1", "Secret", "kube-aaaaa-cloud-config")[1]
    assert made["data"] == {"clouds.yaml": secret["data"]["clouds.yaml"]}
    assert made["type"] == "Opaque"
    assert made["metadata"]["labels"] == {"cluster-uuid": secret["metadata"]["labels"]["cluster-uuid"]}


def test_062__our_archive__is_what_the_import_script_of_openstack_ansible_wants(magnum, backup, target, tmp_path):
    """Its steps: unpack, move the text files away, clusterctl, a Secret from the files of each name."""
    saved(magnum, backup)
    fixed = backup.archives / "cluster-api-objects.tar.gz"
    assert fixed.stat().st_ino == backup.newest().stat().st_ino
    work = tmp_path / "import"
    secrets = work / "secrets"
    secrets.mkdir(parents=True)
    subprocess.run(["tar", "-xf", fixed, "-C", work], check=True)
    for path in (work / "cluster-api-backup").glob("*.txt"):
        shutil.move(str(path), secrets / path.name)
    import_directory(clusterctl_on(tmp_path, target.server), work / "cluster-api-backup")
    names = (secrets / "cluster-names.txt").read_text().splitlines()
    assert names == ["kube-aaaaa"]
    there = target.get("v1", "Secret", "kube-aaaaa-cloud-config")[1]["data"]
    assert base64.b64decode(there["clouds.yaml"]) == (secrets / "clouds-yaml-kube-aaaaa.txt").read_bytes()
    assert base64.b64decode(there["cacert"]) == (secrets / "cacert-kube-aaaaa.txt").read_bytes()


def test_065__a_reference_in_an_old_version__does_not_become_the_version_of_its_owner(magnum, backup, target, tmp_path):
    """clusterctl creates an owner in the version of the reference that it meets first."""
    magnum.add_class()
    magnum.add_cluster("kube-aaaaa", stale=True)
    assert backup.backup(osa_compat=False).changed
    archive = backup.unpack()
    owners = {owner["apiVersion"] for value in archive.files.values()
              for owner in value["metadata"].get("ownerReferences", []) if owner["kind"] == "Machine"}
    assert owners == {CORE}
    import_directory(clusterctl_on(tmp_path, target.server), archive.folder)
    assert target.get(CORE, "Machine", "kube-aaaaa-w-1-a")[1]["spec"]["version"] == "v1.34.0"


def test_065__a_directory_with_old_references__is_restored_in_the_versions_of_the_bodies(magnum, backup, target, restore):
    archive = saved(magnum, backup)

    def age(value):
        for owner in value["metadata"].get("ownerReferences", []):
            if owner["kind"] == "Machine":
                owner["apiVersion"] = "cluster.x-k8s.io/v1beta1"
        return value

    folder = edited(backup, archive, age)
    outcome = restore.restored(folder)
    assert outcome.changed and not outcome.failed, outcome.data
    owner, = target.get("bootstrap.cluster.x-k8s.io/v1beta2", "KubeadmConfig",
                        "kube-aaaaa-w-1-a")[1]["metadata"]["ownerReferences"]
    assert owner["apiVersion"] == CORE


def test_041__busybox_and_gnu_tar__unpack_our_archive_alike(magnum, backup, tmp_path):
    archive = saved(magnum, backup)
    other = tmp_path / "busybox"
    other.mkdir()
    subprocess.run(["busybox", "tar", "-xzf", backup.newest(), "-C", other], check=True)
    for path in archive.directory.rglob("*"):
        if path.is_file():
            assert (other / path.relative_to(archive.directory)).read_bytes() == path.read_bytes()
    sums = subprocess.run(["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=archive.directory, check=True,
                          stdout=subprocess.PIPE, text=True)
    assert sums.stdout.count(": OK") == len(archive.manifest["objects"]) + 4
    assert json.loads((archive.directory / "MANIFEST.json").read_text())["format"] == "capi-backup/1"


def test_078__clusterctl_tries_on_and_on__where_we_refuse_at_once(magnum, backup, target, tmp_path):
    """It gives up after two and a half minutes."""
    archive = saved(magnum, backup, osa_compat=False)
    folder = edited(backup, archive, of_kind("Cluster", lambda value: None))
    tool = clusterctl_on(tmp_path, target.server)
    with pytest.raises(subprocess.TimeoutExpired):
        tool("move", "--from-directory", folder, "--to-kubeconfig", tool.kubeconfig, timeout=10)


def test_064__our_archive__is_restored_by_a_newer_clusterctl(magnum, backup, target, tmp_path):
    archive = saved(magnum, backup, osa_compat=False)
    before = live(magnum, archive)
    import_directory(clusterctl_on(tmp_path, target.server, version=NEWER), archive.folder)
    after = live(target, archive)
    credentials = ("Secret", target.namespace, "kube-aaaaa-cloud-config")
    assert after[credentials]["metadata"]["labels"].pop("clusterctl.cluster.x-k8s.io/move") == ""
    assert_same(before, after)
    assert_linked(after)


@pytest.mark.parametrize("form", ["v7", "ustar", "oldgnu", "gnu", "pax"])
def test_042__every_form_of_tar__is_read(magnum, backup, tmp_path, form):
    archive = saved(magnum, backup)
    path = tmp_path / "other.tar.gz"
    subprocess.run(["tar", "--format", form, "-czf", path, "-C", archive.directory, "./MANIFEST.json", "./SHA256SUMS",
                    "./cluster-api-backup"], check=True)
    outcome = backup(state="verified", src=str(path), compare=True)
    assert outcome["counts"]["same"] == outcome["counts"]["objects"] - len(outcome["compared"]), outcome.data
    assert not any("manifest" in text for text in outcome.warnings), outcome.warnings


def test_017__without_labels__clusterctl_saves_nothing_and_is_content(magnum, backup, plane, tmp_path):
    """Where we fail."""
    magnum.add_class()
    magnum.add_cluster("kube-aaaaa")
    base = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    label = "clusterctl.cluster.x-k8s.io"
    names = [each["metadata"]["name"] for each in magnum.wire.request("GET", base + "?labelSelector=" + label)[1]["items"]]

    def set_label(value):
        for name in names:
            status, answer = magnum.wire.request("PATCH", "%s/%s" % (base, name), {"metadata": {"labels": {label: value}}},
                                                 "application/merge-patch+json")
            assert status == 200, answer

    folder = tmp_path / "by-clusterctl"
    folder.mkdir()
    set_label(None)
    try:
        tool = clusterctl_on(tmp_path, plane)
        answer = tool("move", "--to-directory", folder, "--namespace", magnum.namespace, "--kubeconfig", tool.kubeconfig)
        outcome = backup.backup()
    finally:
        set_label("")
    assert answer.rc == 0 and list(folder.iterdir()) == []
    assert outcome.failed and "no clusterctl-labelled CRDs" in outcome.msg
