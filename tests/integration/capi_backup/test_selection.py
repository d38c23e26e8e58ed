"""Which objects are saved: as the real clusterctl, and the credentials; and what is said of the rest."""
import pytest

from support.magnum_clusters import ADDONS, CORE, PER_CLUSTER, definition, identity_of, owner

CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


def test_001__two_clusters__the_same_objects_as_clusterctl_and_their_credentials(magnum, backup, clusterctl_move):
    magnum.add_class()
    magnum.add_class("unused")
    for name in ("kube-aaaaa", "kube-bbbbb"):
        magnum.add_cluster(name)
    magnum.secret("stray", data="x")
    outcome = backup.backup()
    assert outcome.changed and outcome["consistent"], outcome.data
    ours = backup.unpack().identities
    theirs = {identity_of(value) for value in clusterctl_move().values()}
    assert ours - theirs == {("Secret", magnum.namespace, name + "-cloud-config")
                             for name in ("kube-aaaaa", "kube-bbbbb")}
    assert not theirs - ours
    assert len(ours) == 2 * PER_CLUSTER + 2 * 5


def test_003__strays__are_left_out_and_told(magnum, backup):
    magnum.add_class()
    magnum.add_cluster("kube-aaaaa")
    magnum.secret("stray", data="x")
    magnum.make({"apiVersion": "v1", "kind": "ConfigMap", "metadata": magnum.meta("stray-map"), "data": {"a": "b"}})
    assert backup.backup().changed
    archive = backup.unpack()
    assert archive.skipped("Secret", "stray") == "no-tenant"
    assert archive.skipped("ConfigMap", "stray-map") == "no-tenant"
    assert not {"stray", "stray-map"} & {name for _, _, name in archive.identities}


def test_004__a_secret_named_after_a_cluster__is_saved_unless_somebody_owns_it(magnum, backup, clusterctl_move):
    magnum.add_class()
    magnum.add_cluster("kube-aaaaa")
    magnum.make({"apiVersion": CORE, "kind": "Cluster", "metadata": magnum.meta("plain"),
                 "spec": {"infrastructureRef": {"apiGroup": "infrastructure.cluster.x-k8s.io", "kind": "OpenStackCluster",
                                                "name": "x"}}},
                {"initialization": {"infrastructureProvisioned": True, "controlPlaneInitialized": True},
                 "conditions": [{"type": "ControlPlaneInitialized", "status": "True", "reason": "R", "message": "",
                                 "lastTransitionTime": "2026-01-01T00:00:00Z"}]})
    magnum.secret("plain-ca", tls__crt="x")
    foreign = magnum.make({"apiVersion": "v1", "kind": "ConfigMap", "metadata": magnum.meta("foreign")})
    magnum.secret("plain-etcd", [owner(foreign)], tls__crt="x")
    assert backup.backup().changed
    archive = backup.unpack()
    assert archive.entry("Secret", "plain-ca")["why"] == "soft"
    assert archive.entry("Secret", "kube-aaaaa-sa")["why"] == "soft"
    assert archive.skipped("Secret", "plain-etcd") == "no-tenant"
    theirs = {identity_of(value) for value in clusterctl_move().values()}
    assert theirs <= archive.identities


def test_005__the_purpose_with_dashes__is_told_and_can_be_asked_for(magnum, backup, clusterctl_move):
    magnum.add_class()
    magnum.add_cluster("kube-aaaaa")
    name = "kube-aaaaa-apiserver-etcd-client"
    magnum.secret(name, tls__crt="x")
    backup.backup()
    assert backup.unpack().skipped("Secret", name) == "no-tenant"
    assert name not in {value["metadata"]["name"] for value in clusterctl_move().values()}
    outcome = backup.backup(path=str(backup.directory / "second"), extra_resources=[
        {"kind": "Secret", "name": name, "namespace": magnum.namespace}])
    assert outcome.changed, outcome.data
    archive = backup.unpack(outcome["archive"]["path"])
    assert archive.entry("Secret", name)["why"] == "extra"


def test_006__cloud_configs__are_saved_by_us_alone(magnum, backup, clusterctl_move):
    magnum.add_class()
    magnum.add_cluster("kube-aaaaa")
    backup.backup()
    archive = backup.unpack()
    entry = archive.entry("Secret", "kube-aaaaa-cloud-config")
    assert (entry["why"], entry["modified"]) == ("extra", ["label:clusterctl.cluster.x-k8s.io/move"])
    assert archive.object("Secret", "kube-aaaaa-cloud-config")["metadata"]["labels"][
        "clusterctl.cluster.x-k8s.io/move"] == ""
    assert archive.manifest["clusters"][0]["credentials_secret"] == "kube-aaaaa-cloud-config"
    assert "kube-aaaaa-cloud-config" not in {value["metadata"]["name"] for value in clusterctl_move().values()}


def test_007__a_free_secret_with_the_label__is_saved(magnum, backup, clusterctl_move):
    magnum.secret("free", labels={"clusterctl.cluster.x-k8s.io/move": ""}, data="x")
    assert backup.backup().changed
    assert backup.unpack().entry("Secret", "free")["why"] == "force"
    assert {value["metadata"]["name"] for value in clusterctl_move().values()} == {"free"}


@pytest.fixture(scope="module")
def labelled(kinds):
    """Kinds Moving and Heading, the second one of the whole cluster; their labels say "false", which says nothing."""
    both = [definition("test.example", "Moving", "v1", **{"clusterctl.cluster.x-k8s.io/move": "false"}),
            definition("test.example", "Heading", "v1", "Cluster",
                       **{"clusterctl.cluster.x-k8s.io/move-hierarchy": "false"})]
    for each in both:
        kinds.post(CRDS, each)
    kinds.wait_served(both)
    yield "test.example/v1"
    for each in both:
        kinds.wire.request("DELETE", CRDS + "/" + each["metadata"]["name"])


def test_008__a_kind_with_the_label__takes_its_objects_along(labelled, magnum, backup, clusterctl_move):
    magnum.make({"apiVersion": labelled, "kind": "Moving", "metadata": magnum.meta("m")})
    backup.backup()
    archive = backup.unpack()
    assert archive.entry("Moving", "m")["why"] == "force"
    assert {identity_of(value) for value in clusterctl_move().values()} == archive.identities


def test_009__a_global_kind_that_heads_a_hierarchy__takes_what_it_owns_along(labelled, magnum, backup, clusterctl_move):
    head = magnum.make({"apiVersion": labelled, "kind": "Heading", "metadata": {"name": magnum.namespace}})
    magnum.secret("of-heading", [owner(head)], namespace="capo-system", data="x")
    try:
        backup.backup()
        archive = backup.unpack()
        assert archive.entry("Heading", magnum.namespace)["global"] is True
        assert archive.entry("Secret", "of-heading")["namespace"] == "capo-system"
        assert {identity_of(value) for value in clusterctl_move().values()} == archive.identities
    finally:
        magnum.delete("v1", "Secret", "of-heading", "capo-system")
        magnum.delete(labelled, "Heading", magnum.namespace, "")


def test_010__labels_that_say_false__count_as_any_other(magnum, backup, clusterctl_move):
    magnum.secret("free", labels={"clusterctl.cluster.x-k8s.io/move": "false"}, data="x")
    magnum.secret("head", labels={"clusterctl.cluster.x-k8s.io/move-hierarchy": "false"}, data="x")
    backup.backup()
    assert {name for _, _, name in backup.unpack().identities} == {"free", "head"}
    assert {value["metadata"]["name"] for value in clusterctl_move().values()} == {"free", "head"}


def test_011__a_class_of_another_namespace__is_saved_with_its_templates(magnum, backup, clusterctl_move):
    other = magnum.namespace + "-classes"
    magnum.post("/api/v1/namespaces", {"metadata": {"name": other}})
    magnum.add_class("shared", namespace=other)
    magnum.add_cluster("kube-aaaaa", "shared", class_namespace=other)
    magnum.add_cluster("kube-bbbbb", "shared", class_namespace=other)
    wanted = {("ClusterClass", other, "shared"), ("OpenStackClusterTemplate", other, "shared"),
              ("OpenStackMachineTemplate", other, "shared"), ("KubeadmControlPlaneTemplate", other, "shared"),
              ("KubeadmConfigTemplate", other, "shared")}
    theirs = {identity_of(value) for value in clusterctl_move().values()}
    assert wanted <= theirs
    backup.backup()
    ours = backup.unpack().identities
    assert theirs <= ours
    outcome = backup.backup(clusters=["kube-aaaaa"], path=str(backup.directory / "second"))
    one = backup.unpack(outcome["archive"]["path"]).identities
    assert wanted <= one
    assert not [name for _, _, name in one if name.startswith("kube-bbbbb")]
    assert len(one) == PER_CLUSTER + len(wanted)


def test_012__a_class_that_nobody_uses__is_saved_as_asked(magnum, backup):
    magnum.add_class()
    magnum.add_class("unused")
    magnum.add_cluster("kube-aaaaa")
    backup.backup()
    assert ("ClusterClass", magnum.namespace, "unused") in backup.unpack().identities
    outcome = backup.backup(include_unused_classes=False, path=str(backup.directory / "second"))
    archive = backup.unpack(outcome["archive"]["path"])
    assert "unused" not in {name for _, _, name in archive.identities}
    assert archive.skipped("KubeadmConfigTemplate", "unused") == "filtered"


def test_013__a_shared_resource_set__stays_whole_for_one_cluster(magnum, backup):
    magnum.add_class()
    for name in ("kube-aaaaa", "kube-bbbbb"):
        magnum.add_cluster(name)
    shared = magnum.make({"apiVersion": ADDONS, "kind": "ClusterResourceSet", "metadata": magnum.meta("shared"),
                          "spec": {"clusterSelector": {"matchLabels": {"cni": "x"}}, "strategy": "ApplyOnce",
                                   "resources": [{"kind": "Secret", "name": "shared"}]}})
    magnum.secret("shared", [owner(shared)], kind="addons.cluster.x-k8s.io/resource-set", data="x")
    magnum.make({"apiVersion": "v1", "kind": "ConfigMap", "metadata": magnum.meta("shared", [owner(shared)])})
    for name in ("kube-aaaaa", "kube-bbbbb"):
        reference = owner(shared)
        _, binding = magnum.get(ADDONS, "ClusterResourceSetBinding", name)
        magnum.patch(ADDONS, "ClusterResourceSetBinding", name, {
            "metadata": {"ownerReferences": binding["metadata"]["ownerReferences"] + [reference]}})
    backup.backup(clusters=["kube-aaaaa"])
    ours = backup.unpack().identities
    assert {("ClusterResourceSet", magnum.namespace, "shared"), ("Secret", magnum.namespace, "shared"),
            ("ConfigMap", magnum.namespace, "shared"),
            ("ClusterResourceSetBinding", magnum.namespace, "kube-aaaaa")} <= ours
    assert ("ClusterResourceSetBinding", magnum.namespace, "kube-bbbbb") not in ours


def test_014__an_owner_that_does_not_travel__is_told(magnum, backup, clusterctl_move):
    magnum.add_class()
    cluster = magnum.add_cluster("kube-aaaaa")
    foreign = magnum.make({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": magnum.meta("foreign")})
    magnum.secret("two-owners", [owner(cluster), owner(foreign)], data="x")
    outcome = backup.backup()
    assert {"kind": "Secret", "name": "two-owners", "reason": "owner-not-in-set"}.items() <= outcome["left_out"][0].items()
    assert backup.unpack().skipped("Secret", "two-owners") == "owner-not-in-set"
    assert "two-owners" not in {value["metadata"]["name"] for value in clusterctl_move().values()}


def test_015__owners_in_a_circle__are_told(magnum, backup):
    magnum.add_class()
    cluster = magnum.add_cluster("kube-aaaaa")
    first = magnum.secret("first", [owner(cluster)], data="x")
    second = magnum.secret("second", [owner(first)], data="x")
    magnum.patch("v1", "Secret", "first", {"metadata": {"ownerReferences": [owner(cluster), owner(second)]}})
    assert backup.backup(timeout=60).changed
    archive = backup.unpack()
    assert {archive.skipped("Secret", name) for name in ("first", "second")} == {"cycle"}


def test_016__a_secret_of_another_namespace__is_not_linked(magnum, backup):
    magnum.add_class()
    magnum.add_cluster("kube-aaaaa")
    other = magnum.namespace + "-x"
    magnum.post("/api/v1/namespaces", {"metadata": {"name": other}})
    magnum.secret("kube-aaaaa-ca", namespace=other, tls__crt="x")
    backup.backup(namespaces=[magnum.namespace, other])
    archive = backup.unpack()
    assert ("Secret", other, "kube-aaaaa-ca") not in archive.identities
    assert ("Secret", magnum.namespace, "kube-aaaaa-ca") in archive.identities


def test_018__one_name_in_two_groups__gives_two_files(magnum, backup):
    label = {"clusterctl.cluster.x-k8s.io/move": ""}
    both = [definition(group, "Twin", "v1", **label) for group in ("one.example", "two.example")]
    for each in both:
        magnum.post(CRDS, each)
    magnum.wait_served(both)
    try:
        for group in ("one.example", "two.example"):
            magnum.make({"apiVersion": group + "/v1", "kind": "Twin", "metadata": magnum.meta("t")})
        backup.backup()
        archive = backup.unpack()
        assert {value["apiVersion"] for value in archive.files.values()} == {"one.example/v1", "two.example/v1"}
    finally:
        for each in both:
            magnum.wire.request("DELETE", CRDS + "/" + each["metadata"]["name"])


def test_019__a_stored_version_that_is_not_served__is_an_error_before_anything_is_read(magnum, backup):
    odd = definition("odd.example", "Odd", "v1")
    odd["spec"]["versions"].append(dict(odd["spec"]["versions"][0], name="v2", storage=False))
    odd["spec"]["versions"][0]["served"] = False
    magnum.post(CRDS, odd)
    try:
        outcome = backup.backup()
        assert outcome.failed
        assert outcome.msg == ('CustomResourceDefinition odds.odd.example stores version "v1" but does not serve it, so '
                               "its objects cannot be read as they are: set served: true for that version")
    finally:
        magnum.wire.request("DELETE", CRDS + "/" + odd["metadata"]["name"])


def test_identities__a_cluster_identity_and_its_secret__are_saved(magnum, backup):
    name = "identity-of-" + magnum.namespace
    magnum.add_class()
    magnum.secret(name, namespace="capo-system", clouds__yaml="planted")
    magnum.make({"apiVersion": "infrastructure.cluster.x-k8s.io/v1alpha1", "kind": "OpenStackClusterIdentity",
                 "metadata": {"name": name}, "spec": {"secretRef": {"name": name, "namespace": "capo-system"}}})
    magnum.add_cluster("kube-aaaaa", identity={"type": "ClusterIdentity", "name": name, "cloudName": "default"})
    outcome = backup.backup()
    assert outcome.changed, outcome.data
    archive = backup.unpack()
    assert archive.entry("OpenStackClusterIdentity", name)["why"] == "identity"
    assert archive.entry("Secret", name)["why"] == "identity"
    outcome = backup.backup(identities=False, path=str(backup.directory / "second"))
    assert name not in {each for _, _, each in backup.unpack(outcome["archive"]["path"]).identities}


def test_extra_resources__by_selector__are_saved_detached(magnum, backup):
    foreign = magnum.make({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": magnum.meta("foreign")})
    for number in (1, 2):
        magnum.secret("sh.helm.release.v1.x.v%d" % number, [owner(foreign)], {"owner": "helm"}, release="x")
    outcome = backup.backup(extra_resources=[{"kind": "Secret", "namespace": magnum.namespace,
                                              "label_selector": "owner=helm"}])
    assert outcome.changed, outcome.data
    archive = backup.unpack()
    assert len(archive.files) == 2
    for value in archive.files.values():
        assert "ownerReferences" not in value["metadata"]

