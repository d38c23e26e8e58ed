"""Upgrades: cases 86 to 101 of the conformance list, beside the real clusterctl."""
import time

import pytest

from support.pair import CRDS, Pair, reset
from support.providers import (CORE, INFRASTRUCTURE, OLD_CORE, OLD_INFRASTRUCTURE, SERIES, Repository, crd,
                               find, metadata, pinned, small, targets)

LABEL = "infrastructure-openstack"
SECOND = "infrastructure-second"
NAMESPACES = {"cluster-api": "capi-system", "bootstrap-kubeadm": "capi-kubeadm-bootstrap-system",
              "control-plane-kubeadm": "capi-kubeadm-control-plane-system", LABEL: "capo-system"}
NEW = {"cluster-api": CORE, LABEL: INFRASTRUCTURE}
OLD = {"cluster-api": OLD_CORE, LABEL: OLD_INFRASTRUCTURE}
CAPO = "/apis/apps/v1/namespaces/capo-system/deployments/capo-controller-manager"


def with_namespaces(request) -> dict:
    """References in the older form, namespace/name:version."""
    labels = {"core": "cluster-api", "bootstrap": "bootstrap-kubeadm", "control_plane": "control-plane-kubeadm",
              "infrastructure": LABEL}
    return {name: "%s/%s" % (NAMESPACES[labels[name]], value) for name, value in request.items()}


def uids(side) -> dict:
    return {key: side_object["metadata"]["uid"] for key, side_object in side.everything().items()}


@pytest.fixture
def old(make_installed, standard):
    """Core and infrastructure in the old versions."""
    return make_installed(standard.entries(CORE, INFRASTRUCTURE), **small(OLD_CORE, OLD_INFRASTRUCTURE))


def log_of(theirs) -> list:
    """Without the warnings of the server, which clusterctl prints and we return as such."""
    return [line for line in theirs.log if not line.startswith("v1 ")]


@pytest.mark.parametrize("form", [with_namespaces, dict], ids=["namespaced", "plain"])
def test_086__everything_to_the_next_contract__is_as_clusterctl_leaves_it(old, form):
    before = {side: uids(side) for side in (old.ours, old.theirs)}
    both = old.run("upgraded", **form(targets()))
    assert both.ok, both.theirs
    old.assert_same_world()
    assert both.ours["log"] == log_of(both.theirs)
    assert old.ours.versions() == NEW
    kept = {}
    for side in (old.ours, old.theirs):
        after = uids(side)
        kept[side] = {key for key in after if before[side].get(key) == after[key]}
    assert kept[old.ours] == kept[old.theirs]
    kinds = {key.split()[1] for key in kept[old.ours]}
    assert {"Namespace", "CustomResourceDefinition", "ClusterRole", "ClusterRoleBinding", "Provider"} <= kinds
    assert not {"Deployment", "Service", "Role", "MutatingWebhookConfiguration"} & {
        key.split()[1] for key in kept[old.ours] if "capo" in key or "capi" in key}
    definition = old.ours.get(CRDS + "/clusters.cluster.x-k8s.io")
    assert [v["name"] for v in definition["spec"]["versions"] if v["storage"]] == ["v1beta2"]
    assert {p["action"] for p in both.ours["providers"]} == {"upgraded"}
    assert {p["label"]: p["previous_version"] for p in both.ours["providers"]} == OLD


def test_086__four_providers__are_upgraded_in_their_order(make_pair, standard):
    pair = make_pair(standard.entries(CORE, INFRASTRUCTURE))
    assert pair.run(**pinned(OLD_CORE, OLD_INFRASTRUCTURE)).ok
    both = pair.run("upgraded", **pinned())
    assert both.ok, both.theirs
    pair.assert_same_world()
    assert both.ours["log"] == log_of(both.theirs)
    assert len(pair.ours.versions()) == 4 and not set(pair.ours.versions().values()) & {OLD_CORE, OLD_INFRASTRUCTURE}


def test_087__references_without_namespace_in_another_order__are_the_same(old):
    both = old.run("upgraded", infrastructure="openstack:" + INFRASTRUCTURE, core="cluster-api:" + CORE)
    assert both.ok, both.theirs
    assert old.ours.versions() == NEW


def test_089__core_alone__is_fine_too(old):
    both = old.run("upgraded", core="cluster-api:" + CORE)
    assert both.ok, both.theirs
    old.assert_same_world()
    assert old.ours.versions() == {**OLD, "cluster-api": CORE}


def test_092__contract__upgrades_everything_and_then_nothing(old):
    both = old.run("upgraded", contract="v1beta2")
    assert both.ok, both.theirs
    old.assert_same_world()
    assert old.ours.versions() == NEW
    again = old.run("upgraded", contract="v1beta2")
    assert again.ok and not again.ours.changed
    assert [e for e in again.ours.requests if e["verb"] not in ("get", "list")] == []
    assert {p["label"]: (p["version"], p["action"]) for p in again.ours["providers"]} == {
        label: (version, "skipped") for label, version in NEW.items()}


def test_092__contract_when_all_is_current__still_brings_overrides(old):
    options = {"deployment_overrides": [{"providers": [LABEL], "replicas": 2}]}
    assert not old.run_ours("upgraded", contract="v1beta2").failed
    ours = old.run_ours("upgraded", contract="v1beta2", more=options)
    assert not ours.failed and ours.changed and not ours.warnings, ours.data
    assert old.ours.get(CAPO)["spec"]["replicas"] == 2
    assert not old.run_ours("upgraded", contract="v1beta2", more=options).changed


def test_091__files_that_are_missing__stop_us_before_anything_is_touched(old):
    """clusterctl has upgraded core by then, and stopped the controller of the other provider."""
    both = old.run("upgraded", **targets(infrastructure="v0.2.99"))
    assert "v0.2.99/infrastructure-components.yaml: no such file or directory" in both.theirs.error
    assert old.theirs.versions()["cluster-api"] == CORE and old.theirs.get(CAPO)["spec"]["replicas"] == 0
    assert both.ours.failed and "v0.2.99" in both.ours.msg and "no such file or directory" in both.ours.msg
    assert old.ours.versions() == OLD and old.ours.get(CAPO)["spec"]["replicas"] == 1


# ---- refused: nothing is changed, so that all of them share one installation

@pytest.fixture(scope="module")
def refusing(sides, programs, tmp_path_factory):
    """Old providers, and a repository with more versions: a skip of four minors, an infrastructure provider of a
    contract that nobody knows."""
    repo = Repository(tmp_path_factory.mktemp("refusing") / "repository").add_standard()
    reset(sides)
    pair = Pair(*sides, tmp_path_factory.mktemp("refusing"), programs / "clusterctl_init",
                repo.entries(CORE, INFRASTRUCTURE))
    pair.repo = repo
    return pair


@pytest.fixture
def refused(refusing):
    """refused(text, request) after making sure that the old versions are there."""
    if refusing.ours.versions() != OLD or refusing.theirs.versions() != OLD:
        reset((refusing.ours, refusing.theirs))
        both = refusing.run(**small(OLD_CORE, OLD_INFRASTRUCTURE))
        assert both.ok, both.theirs

    def check(text, same=True, own_contract="v1beta2", **request):
        refusing.own_contract = own_contract
        both = refusing.run("upgraded", **request)
        assert text in both.theirs.error, both.theirs
        if same:
            both.assert_same_error()
        assert both.ours.failed
        assert refusing.ours.versions() == refusing.theirs.versions() == OLD
        assert refusing.ours.get(CAPO)["spec"]["replicas"] == 1
        return both

    return check


def test_088__infrastructure_while_core_stays_old__is_an_error(refused):
    refused("current version of clusterctl could only upgrade the core provider to v1beta2 contract version, requested "
            "v1beta1", infrastructure="openstack:" + INFRASTRUCTURE)


def test_090__provider_that_is_not_installed__is_an_error(refused):
    refused("unable to perform upgrade: the provider /infrastructure-second in not part of the management cluster",
            core="cluster-api:" + CORE, infrastructure="second:" + INFRASTRUCTURE)


def test_090__provider_in_another_namespace__is_an_error(refused):
    refused("the provider other/infrastructure-openstack in not part of the management cluster",
            core="cluster-api:" + CORE, infrastructure="other/openstack:" + INFRASTRUCTURE)


@pytest.mark.parametrize("reference, text", [
    ("openstack", "Provider name should be in the form namespace/provider:version or provider:version"),
    ("capo-system/openstack", "Provider name should be in the form namespace/name:version and version cannot be empty"),
    ("a/b/c:v1", "Provider name should be in the form namespace/provider:version or provider:version"),
    ("/openstack:v1", "Provider name should be in the form namespace/provider:version or provider:version"),
])
def test_091__reference_without_version_or_malformed__is_an_error(refused, reference, text):
    refused(text, core="cluster-api:" + CORE, infrastructure=reference)


def test_093__contract_of_the_older_generation__is_an_error(refused):
    refused("current version of clusterctl could only upgrade to v1beta2 contract, requested v1beta1",
            contract="v1beta1")


def test_094__contract_and_providers__is_an_error(refused):
    both = refused("The --contract flag can't be used in combination with --core", same=False, contract="v1beta2",
                   core="cluster-api:" + CORE)
    assert "contract" in both.ours.msg and "core_provider" in both.ours.msg


def test_094__neither_contract_nor_providers__is_an_error(refused):
    both = refused("Either the --contract flag or at least one of the following flags has to be set: --core",
                   same=False)
    assert "contract" in both.ours.msg and "core_provider" in both.ours.msg


def test_095__version_without_a_series_in_the_newest_metadata__is_an_error(refused, refusing):
    repo = refusing.repo
    extra = repo.add(LABEL, "v0.9.0")
    try:
        refused("invalid provider metadata: version v0.9.0 (one of the available versions) for the provider "
                "capo-system/infrastructure-openstack does not match any release series", contract="v1beta2")
    finally:
        for file in extra.iterdir():
            file.unlink()
        extra.rmdir()


def test_096__four_minor_versions_at_once__are_an_error_for_core(refused, refusing):
    refusing.repo.add("cluster-api", "v1.14.0", contract="v1beta2", meta=metadata(SERIES + [(1, 14, "v1beta2")]))
    refused("upgrade for capi-system/cluster-api provider can't skip more than 3 versions", core="cluster-api:v1.14.0")


# ---- again

@pytest.fixture
def fresh(make_installed, repo):
    """Core and the infrastructure provider, both new."""
    pair = make_installed(repo.entries(CORE, INFRASTRUCTURE), **small())
    pair.repo = repo
    return pair


def test_097__same_version__is_left_alone_unless_told_otherwise(fresh):
    uid = fresh.ours.get(CAPO)["metadata"]["uid"]
    ours = fresh.run_ours("upgraded", more={"force_reinstall": False}, infrastructure="openstack:" + INFRASTRUCTURE)
    assert not ours.failed and not ours.changed
    assert fresh.ours.get(CAPO)["metadata"]["uid"] == uid


def test_097__same_version_with_force__is_installed_again_as_by_clusterctl(fresh):
    uid = fresh.ours.get(CAPO)["metadata"]["uid"]
    both = fresh.run("upgraded", infrastructure="openstack:" + INFRASTRUCTURE)
    assert both.ok and both.ours.changed, both.theirs
    fresh.assert_same_world()
    assert fresh.ours.get(CAPO)["metadata"]["uid"] != uid
    assert [p["action"] for p in both.ours["providers"] if p["label"] == LABEL] == ["reinstalled"]


def test_096__infrastructure__may_skip_what_it_likes(fresh):
    fresh.repo.add(LABEL, "v0.9.0", contract="v1beta2", meta=metadata([(0, 9, "v1beta2"), (0, 2, "v1beta2")]))
    both = fresh.run("upgraded", infrastructure="openstack:v0.9.0")
    assert both.ok, both.theirs
    fresh.assert_same_world()


def test_097__older_version__is_accepted_as_by_clusterctl(fresh):
    """Of the same contract: the server refuses a definition without the version that it stores."""
    fresh.repo.add(LABEL, "v0.2.3")
    both = fresh.run("upgraded", infrastructure="openstack:v0.2.3")
    assert both.ok, both.theirs
    assert fresh.ours.versions()[LABEL] == "v0.2.3"
    fresh.assert_same_world()


def second_instance(side):
    side.post("/api/v1/namespaces", {"metadata": {"name": "other"}})
    entry = side.providers()[LABEL]
    entry["metadata"] = {"name": LABEL, "namespace": "other", "labels": entry["metadata"]["labels"]}
    side.post("/apis/clusterctl.cluster.x-k8s.io/v1alpha3/namespaces/other/providers", entry)


def test_098__same_provider_in_two_namespaces__is_an_error_before_anything_is_deleted(fresh):
    for side in (fresh.ours, fresh.theirs):
        second_instance(side)
    before = fresh.ours.get(CAPO)["metadata"]["uid"]
    both = fresh.run("upgraded", infrastructure="capo-system/openstack:" + INFRASTRUCTURE)
    assert "detected multiple instances of the same provider" in both.theirs.error
    both.assert_same_error()
    assert fresh.ours.get(CAPO)["metadata"]["uid"] == before


def test_099__controller_that_does_not_stop__is_an_error_and_nothing_is_deleted(fresh):
    """clusterctl waits for 60 to 84 seconds: a test of its own would be too slow, see docs/server-facts.md."""
    fresh.ours.request("PATCH", CAPO + "/status", {"status": {"replicas": 1}}, "application/merge-patch+json")
    process, mark = fresh.module.start(**fresh.options("upgraded", infrastructure="openstack:" + INFRASTRUCTURE))
    try:
        deadline = time.monotonic() + 30
        while fresh.ours.get(CAPO)["spec"]["replicas"] != 0:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        time.sleep(1.5)
        assert process.poll() is None
        assert fresh.ours.get(CAPO)["metadata"].get("deletionTimestamp") is None
        fresh.ours.request("PATCH", CAPO + "/status", {"status": {"replicas": 0}}, "application/merge-patch+json")
        ours = fresh.module.finish(process, mark)
    finally:
        if process.poll() is None:
            process.kill()
    assert not ours.failed, ours.data


def test_101__what_was_changed_by_hand__is_lost_by_an_upgrade_and_partly_kept_by_a_merge(fresh):
    patch = {"spec": {"template": {"spec": {"nodeSelector": {"a": "b"}}}}}
    env = {"spec": {"template": {"spec": {"containers": [{"name": "manager", "env": [{"name": "MINE", "value": "1"}]}]}}}}
    for side in (fresh.ours, fresh.theirs):
        side.patch(CAPO, patch)
        status, answer = side.request("PATCH", CAPO, env, "application/strategic-merge-patch+json")
        assert status == 200, answer
        side.delete("/apis/clusterctl.cluster.x-k8s.io/v1alpha3/namespaces/capo-system/providers/" + LABEL)
    both = fresh.run(infrastructure="openstack:" + INFRASTRUCTURE)
    assert both.ok, both.theirs
    fresh.assert_same_world()
    spec = fresh.ours.get(CAPO)["spec"]["template"]["spec"]
    assert spec["nodeSelector"] == {"a": "b"}
    assert [e["name"] for e in spec["containers"][0]["env"]] == ["OF_THE_RELEASE"]
    both = fresh.run("upgraded", infrastructure="openstack:" + INFRASTRUCTURE)
    assert both.ok, both.theirs
    assert "nodeSelector" not in fresh.ours.get(CAPO)["spec"]["template"]["spec"]
    fresh.assert_same_world()


# ---- stored versions of definitions

GROUP = "infrastructure.cluster.x-k8s.io"
MIGRATED = CRDS + "/openstackclusters." + GROUP


def stored(side):
    return side.get(MIGRATED)["status"]["storedVersions"]


@pytest.fixture
def aged(fresh):
    """Where the definition of the infrastructure provider once stored v1alpha4, and holds an object."""
    for side in (fresh.ours, fresh.theirs):
        definition = side.get(MIGRATED)
        versions = [dict(v, storage=v["name"] == "v1beta1") for v in definition["spec"]["versions"]
                    if v["name"] == "v1beta1"] + [dict(definition["spec"]["versions"][0], name="v1alpha4", storage=False)]
        definition["spec"]["versions"] = versions
        definition["status"]["storedVersions"] = ["v1beta1"]
        side.request("PUT", MIGRATED + "/status", definition)
        current = side.get(MIGRATED)
        current["spec"]["versions"] = versions
        status, answer = side.request("PUT", MIGRATED, current)
        assert status == 200, answer
        current = side.get(MIGRATED)
        current["status"]["storedVersions"] = ["v1alpha4", "v1beta1"]
        status, answer = side.request("PUT", MIGRATED + "/status", current)
        assert status == 200, answer
        path = "/apis/%s/v1beta1/namespaces/default/openstackclusters" % GROUP
        side.wait_for(path)
        side.post(path, {"apiVersion": GROUP + "/v1beta1", "kind": "OpenStackCluster", "metadata": {"name": "x"}})
    return fresh


def test_100__migration_of_stored_versions__rewrites_objects_and_forgets_the_old_one(aged):
    assert stored(aged.ours) == ["v1alpha4", "v1beta1"]
    ours = aged.run_ours("upgraded", more={"crd_storage_migration": True}, infrastructure="openstack:" + INFRASTRUCTURE)
    assert not ours.failed, ours.data
    assert stored(aged.ours)[0] == "v1beta1" and "v1alpha4" not in stored(aged.ours)
    assert any(line.startswith("CR migration required") for line in ours["log"])
    assert any(e["verb"] == "update" and e["objectRef"]["resource"] == "openstackclusters" for e in ours.requests)


def test_100__storage_version_that_the_new_definition_lacks__is_an_error_with_migration(aged):
    def drop(objects):
        find(objects, "CustomResourceDefinition")["spec"]["versions"] = crd(GROUP, "OpenStackCluster", ("v1beta2",))["spec"]["versions"]

    aged.repo.add(LABEL, "v0.2.5", change=drop)
    ours = aged.run_ours("upgraded", more={"crd_storage_migration": True}, infrastructure="openstack:v0.2.5")
    assert ours.failed
    assert ('unable to upgrade CRD "openstackclusters.%s" because the new CRD does not contain the storage version '
            '"v1beta1" of the current CRD, thus not allowing CR migration' % GROUP) in ours.msg
    assert aged.ours.versions()[LABEL] == INFRASTRUCTURE and aged.ours.get(CAPO)["spec"]["replicas"] == 1


def test_100__without_migration__the_server_refuses_the_definition(aged):
    ours = aged.run_ours("upgraded", more={"write_attempts": 2, "retry_refused": True},
                         infrastructure="openstack:" + INFRASTRUCTURE)
    assert ours.failed and "status.storedVersions" in ours.msg and "openstackclusters" in ours.msg
    assert aged.ours.versions()[LABEL] == INFRASTRUCTURE


def test_086__check_mode_of_an_upgrade__changes_nothing_and_tells(old):
    ours = old.run_ours("upgraded", check=True, **targets())
    assert not ours.failed and ours.changed, ours.data
    assert old.ours.versions() == OLD
    assert {p["label"]: p["version"] for p in ours["providers"]} == NEW
    assert [e for e in ours.requests if e["verb"] not in ("get", "list") and "dryRun=All" not in e["requestURI"]] == []
