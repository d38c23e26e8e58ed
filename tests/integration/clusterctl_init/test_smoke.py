"""What clusterctl_init does beyond clusterctl: predictions, overrides, manifests of others, the wanted versions in one
task, and what it says of a half-done one."""
import pytest
import yaml

from support.providers import CORE, INFRASTRUCTURE, OLD_CORE, OLD_INFRASTRUCTURE, crd, pinned
from support.relay import Relay

CAPO = "/apis/apps/v1/namespaces/capo-system/deployments/capo-controller-manager"
CAPI = "/apis/apps/v1/namespaces/capi-system/deployments/capi-controller-manager"
MANAGER = "clusterctl_init-overrides"
LABELS = ["cluster-api", "bootstrap-kubeadm", "control-plane-kubeadm", "infrastructure-openstack"]


def actions(outcome) -> dict:
    return {p["label"]: p["action"] for p in outcome["providers"]}


def writes(outcome) -> list:
    """Requests that could have changed something."""
    return [(e["verb"], e["requestURI"]) for e in outcome.requests
            if e["verb"] not in ("get", "list", "watch") and "dryRun=All" not in e["requestURI"]]


def manager(deployment) -> dict:
    [found] = [c for c in deployment["spec"]["template"]["spec"]["containers"] if c["name"] == "manager"]
    return found


def env_of(deployment) -> dict:
    return {v["name"]: v.get("value") for v in manager(deployment).get("env", [])}


def install(pair, **options):
    outcome = pair.run_ours(**pinned(), more=options)
    assert not outcome.failed, outcome.data
    return outcome


def test_install__empty_cluster__is_complete_and_repeats_without_writes(pair):
    first = install(pair)
    assert first.changed and first["first_run"]
    assert actions(first) == dict.fromkeys(LABELS, "installed")
    assert pair.ours.versions() == dict(dict.fromkeys(LABELS[:3], CORE), **{LABELS[3]: INFRASTRUCTURE})
    again = install(pair)
    assert not again.changed and not writes(again)
    assert actions(again) == dict.fromkeys(LABELS, "skipped")


def test_install__check_mode__predicts_the_same_objects_and_writes_nothing(empty_pair):
    predicted = empty_pair.run_ours(check=True, diff=True, **pinned())
    assert predicted.changed and not writes(predicted), predicted.data
    assert empty_pair.ours.made() == {}
    done = empty_pair.run_ours(**pinned())
    assert not done.failed, done.data

    def keys(outcome):
        return sorted((o["kind"], o["namespace"] or "", o["name"], o["action"]) for o in outcome["objects"])

    assert keys(predicted) == keys(done)
    headers = [entry["after_header"] for entry in predicted["diff"]]
    assert headers[0] == "providers" and "Deployment capo-system/capo-controller-manager" in headers
    assert yaml.safe_load(predicted["diff"][0]["after"])[LABELS[3]]["version"] == INFRASTRUCTURE


def test_upgrade__check_mode__predicts_the_same_objects(pair):
    assert not pair.run_ours(**pinned(OLD_CORE, OLD_INFRASTRUCTURE), more={"own_contract": "v1beta1"}).failed
    before = pair.ours.made()
    predicted = pair.run_ours(state="upgraded", check=True, **pinned())
    assert predicted.changed and not writes(predicted), predicted.data
    assert actions(predicted) == dict.fromkeys(LABELS, "upgraded")
    assert pair.ours.made() == before
    done = pair.run_ours(state="upgraded", **pinned())
    assert not done.failed, done.data

    def keys(outcome):
        return sorted((o["kind"], o["namespace"] or "", o["name"], o["action"]) for o in outcome["objects"])

    assert keys(predicted) == keys(done)


def test_latest_requested__whatever_is_there__becomes_what_is_wanted(pair):
    options = {"own_contract": "auto"}
    first = pair.run_ours(state="latest_requested", **pinned(OLD_CORE, OLD_INFRASTRUCTURE), more=options)
    assert not first.failed and actions(first) == dict.fromkeys(LABELS, "installed"), first.data
    second = pair.run_ours(state="latest_requested", **pinned(CORE, OLD_INFRASTRUCTURE), more=options)
    assert actions(second) == dict(dict.fromkeys(LABELS[:3], "upgraded"), **{LABELS[3]: "skipped"}), second.data
    third = pair.run_ours(state="latest_requested", **pinned(), more=options)
    assert actions(third) == dict(dict.fromkeys(LABELS[:3], "skipped"), **{LABELS[3]: "upgraded"}), third.data
    fourth = pair.run_ours(state="latest_requested", **pinned(), more=options)
    assert not fourth.changed and not writes(fourth), fourth.data
    assert actions(fourth) == dict.fromkeys(LABELS, "skipped")


def test_latest_requested__provider_missing_beside_an_old_one__both_are_dealt_with(pair):
    options = {"own_contract": "auto"}
    request = pinned(OLD_CORE, OLD_INFRASTRUCTURE)
    del request["infrastructure"]
    assert not pair.run_ours(state="latest_requested", **request, more=options).failed
    outcome = pair.run_ours(state="latest_requested", **pinned(), more=options)
    assert not outcome.failed, outcome.data
    assert actions(outcome) == dict(dict.fromkeys(LABELS[:3], "upgraded"), **{LABELS[3]: "installed"})


def test_latest_requested__version_that_nobody_names__is_asked_for(make_pair, repo):
    pair = make_pair([])
    options = {"repository_path": str(repo.base)}
    install(pair, **options)
    outcome = pair.run_ours(state="latest_requested", **dict(pinned(), infrastructure="openstack"), more=options)
    assert outcome.failed and not writes(outcome)
    assert outcome.msg.startswith('failed to get provider components for the "openstack" provider: the version of provider '
                                  "infrastructure-openstack has to be given, as openstack:v1.2.3"), outcome.msg


def test_latest_requested__pre_release_in_upper_case__keeps_its_name(make_pair, repo):
    version = INFRASTRUCTURE + "-RC1"
    repo.add(LABELS[3], version)
    pair = make_pair(repo.entries(CORE, INFRASTRUCTURE))
    install(pair)
    outcome = pair.run_ours(state="latest_requested", **pinned(CORE, version))
    assert not outcome.failed, outcome.data
    assert pair.ours.versions()[LABELS[3]] == version


OVERRIDES = [
    {"node_selector": {"role": "control"}, "tolerations": [{"key": "a", "operator": "Exists"}]},
    {"providers": ["infrastructure-openstack"], "env": {"TIMEOUT": 10}, "replicas": 2,
     "resources": {"limits": {"memory": "1Gi"}}},
]


def test_overrides__of_an_installation__are_there_from_the_first_generation_on(pair):
    install(pair, deployment_overrides=OVERRIDES)
    capo, capi = pair.ours.get(CAPO), pair.ours.get(CAPI)
    for deployment in (capo, capi):
        assert deployment["metadata"]["generation"] == 1
        assert deployment["spec"]["template"]["spec"]["nodeSelector"] == {"role": "control"}
        assert [t["key"] for t in deployment["spec"]["template"]["spec"]["tolerations"]] == ["a"]
        assert MANAGER in [m["manager"] for m in deployment["metadata"]["managedFields"]]
    assert env_of(capo) == {"OF_THE_RELEASE": "1", "TIMEOUT": "10"} and env_of(capi) == {"OF_THE_RELEASE": "1"}
    assert capo["spec"]["replicas"] == 2 and manager(capo)["resources"] == {"limits": {"memory": "1Gi"}}
    again = install(pair, deployment_overrides=OVERRIDES)
    assert not again.changed and not writes(again)


def test_overrides__of_what_is_installed__leave_what_others_set(pair):
    install(pair)
    pair.ours.patch(CAPO, {"spec": {"template": {"spec": {"nodeSelector": {"mine": "1"}, "tolerations": [
        {"key": "mine", "operator": "Exists"}]}}}})
    predicted = pair.run_ours(check=True, **pinned(), more={"deployment_overrides": OVERRIDES})
    assert predicted.changed and not writes(predicted)
    outcome = install(pair, deployment_overrides=OVERRIDES)
    assert outcome.changed
    assert sorted(o["name"] for o in outcome["objects"]) == sorted(
        ["capi-controller-manager", "capi-kubeadm-bootstrap-controller-manager",
         "capi-kubeadm-control-plane-controller-manager", "capo-controller-manager"])
    spec = pair.ours.get(CAPO)["spec"]["template"]["spec"]
    assert spec["nodeSelector"] == {"mine": "1", "role": "control"}
    assert [t["key"] for t in spec["tolerations"]] == ["mine", "a"]
    assert not install(pair, deployment_overrides=OVERRIDES).changed


def test_overrides__written_otherwise_than_the_server_does__are_predicted_as_they_hold(pair):
    overrides = [{"providers": ["infrastructure-openstack"], "env": {"EMPTY": ""},
                  "resources": {"limits": {"cpu": 2, "memory": "1024Mi"}, "requests": {"cpu": "0.5"}}}]
    install(pair, deployment_overrides=overrides)
    assert manager(pair.ours.get(CAPO))["resources"] == {"limits": {"cpu": "2", "memory": "1Gi"}, "requests": {"cpu": "500m"}}
    again = install(pair, deployment_overrides=overrides)
    predicted = pair.run_ours(check=True, **pinned(), more={"deployment_overrides": overrides})
    assert not predicted.changed and not again.changed and not predicted["objects"]
    overrides[0]["resources"]["limits"]["cpu"] = 3
    assert pair.run_ours(check=True, **pinned(), more={"deployment_overrides": overrides}).changed


def test_overrides__while_a_controller_writes_the_status__are_unchanged(pair):
    overrides = [{"providers": ["infrastructure-openstack"], "resources": {"limits": {"memory": "1024Mi"}}}]
    install(pair, deployment_overrides=overrides)

    def write_status(request):
        if request.method == "PATCH" and request.path.startswith(CAPO):
            pair.ours.patch(CAPO + "/status", {"status": {"replicas": 1}})

    with Relay(pair.ours.server, write_status) as relay:
        outcome = install(pair, deployment_overrides=overrides, kubeconfig=relay.kubeconfig)
    assert pair.ours.get(CAPO)["status"]["replicas"] == 1 and not outcome.changed


def test_overrides__through_an_upgrade__stay(pair):
    options = {"deployment_overrides": OVERRIDES}
    assert not pair.run_ours(**pinned(OLD_CORE, OLD_INFRASTRUCTURE), more=dict(options, own_contract="v1beta1")).failed
    uid = pair.ours.get(CAPO)["metadata"]["uid"]
    outcome = pair.run_ours(state="upgraded", **pinned(), more=options)
    assert not outcome.failed, outcome.data
    capo = pair.ours.get(CAPO)
    assert capo["metadata"]["uid"] != uid and capo["metadata"]["generation"] == 1
    assert env_of(capo)["TIMEOUT"] == "10" and capo["spec"]["replicas"] == 2


def test_overrides__for_a_provider_that_is_not_named__warn(pair):
    outcome = install(pair, deployment_overrides=[{"providers": ["infrastructure-x"], "replicas": 2}])
    assert "infrastructure-x" in " ".join(outcome.warnings)


@pytest.fixture
def manifest(tmp_path):
    path = tmp_path / "orc.yaml"
    path.write_text(yaml.safe_dump_all([
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "orc-system"}},
        crd("openstack.k-orc.cloud", "Image"),
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "orc", "namespace": "orc-system"}},
    ]))
    return path


def test_extra_manifests__before_their_provider__are_movable_and_unchanged_later(pair, manifest):
    options = {"extra_manifests": [{"src": str(manifest)}]}
    outcome = install(pair, **options)
    posted = [e["requestURI"].split("?")[0].rsplit("/", 1)[1] for e in outcome.requests
              if e["verb"] in ("create", "patch") and "dryRun" not in e["requestURI"]]
    assert posted.index("images.openstack.k-orc.cloud") < posted.index("deployments")
    labels = pair.ours.get("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/images.openstack.k-orc.cloud")[
        "metadata"]["labels"]
    assert labels == {"clusterctl.cluster.x-k8s.io": "", "clusterctl.cluster.x-k8s.io/move-hierarchy": ""}
    again = install(pair, **options)
    assert not again.changed and not writes(again)


def test_extra_manifests__with_less_than_before__lose_what_is_not_wanted_any_more(pair, manifest):
    path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/images.openstack.k-orc.cloud"
    objects = list(yaml.safe_load_all(manifest.read_text()))
    objects[1]["metadata"]["annotations"] = {"mine": "1"}
    manifest.write_text(yaml.safe_dump_all(objects))
    install(pair, extra_manifests=[{"src": str(manifest)}])
    assert pair.ours.get(path)["metadata"]["annotations"] == {"mine": "1"}
    del objects[1]["metadata"]["annotations"]
    manifest.write_text(yaml.safe_dump_all(objects))
    less = {"extra_manifests": [{"src": str(manifest), "movable": False}]}
    assert pair.run_ours(check=True, **pinned(), more=less).changed
    assert install(pair, **less).changed
    metadata = pair.ours.get(path)["metadata"]
    assert "labels" not in metadata and "mine" not in metadata.get("annotations", {})
    again = install(pair, **less)
    assert not again.changed and not writes(again)


def test_extra_manifests__of_a_provider_that_is_not_named__are_left_alone(pair, manifest):
    install(pair, extra_manifests=[{"src": str(manifest), "before": "infrastructure-other"}])
    assert "orc-system" not in pair.ours.names("/api/v1/namespaces")


def test_extra_manifests__file_missing__is_an_error_before_anything_is_written(empty_pair):
    outcome = empty_pair.run_ours(**pinned(), more={"extra_manifests": [{"src": "/nonexistent.yaml"}]})
    assert outcome.failed and "extra_manifests, entry 1" in outcome.msg and "/nonexistent.yaml" in outcome.msg
    assert not writes(outcome)


def test_failure__half_way__says_what_was_done_and_what_comes_next(make_pair, repo):
    def spoil(objects):
        for definition in (o for o in objects if o["kind"] == "Service"):
            definition["spec"]["ports"] = [{"port": 999999}]

    repo.add("control-plane-kubeadm", CORE, spoil)
    pair = make_pair(repo.entries(CORE, INFRASTRUCTURE))
    outcome = pair.run_ours(**pinned())
    assert outcome.failed and outcome.changed
    assert outcome["failed_object"]["kind"] == "Service"
    assert "failed to create provider object /v1, Kind=Service, capi-kubeadm-control-plane-system/" in outcome.msg
    assert "cluster-api: %s is installed and recorded" % CORE in outcome["done"]
    assert "leaves cluster-api alone" in outcome["next_run"]
    assert "installs control-plane-kubeadm %s" % CORE in outcome["next_run"]
    assert pair.ours.versions() == dict.fromkeys(LABELS[:2], CORE)
    repo.add("control-plane-kubeadm", CORE)
    again = install(pair)
    assert actions(again) == {LABELS[0]: "skipped", LABELS[1]: "skipped", LABELS[2]: "installed", LABELS[3]: "installed"}


def test_absent__provider__is_gone_and_repeats(pair):
    install(pair)
    predicted = pair.run_ours(state="absent", check=True, infrastructure="openstack")
    assert predicted.changed and not writes(predicted)
    outcome = pair.run_ours(state="absent", infrastructure="openstack")
    assert not outcome.failed and actions(outcome) == {LABELS[3]: "deleted"}, outcome.data
    assert sorted(map(str, predicted["objects"])) == sorted(map(str, outcome["objects"]))
    assert LABELS[3] not in pair.ours.versions()
    again = pair.run_ours(state="absent", infrastructure="openstack")
    assert not again.failed and not again.changed and not writes(again)


def test_cert_manager__required_and_missing__fails_before_anything_is_written(empty_pair):
    empty_pair.ours.delete("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/issuers.cert-manager.io")
    empty_pair.ours.wait_for("/apis/cert-manager.io/v1/issuers", 404)
    outcome = empty_pair.run_ours(**pinned(), more={"cert_manager": {"mode": "require"}})
    assert outcome.failed and "cert-manager" in outcome.msg and "cert_manager.mode" in outcome.msg
    assert not writes(outcome)
