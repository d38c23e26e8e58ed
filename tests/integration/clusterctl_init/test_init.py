"""Installing: cases 56 to 72 and 77 of the conformance list, beside the real clusterctl."""
import json

import pytest

from support.providers import (CORE, INFRASTRUCTURE, OLD_CORE, OLD_INFRASTRUCTURE, STANDARD, crd, pinned, small)

CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
CLUSTER_ROLE = "/apis/rbac.authorization.k8s.io/v1/clusterroles/capi-manager-role"
INVENTORY = "providers.clusterctl.cluster.x-k8s.io"
LABEL = "infrastructure-openstack"
SECOND = "infrastructure-second"
USAGE = "Your management cluster has been initialized successfully!"


def lines(log) -> list:
    return [line for line in log if line.strip()]


def installed_alike(pair, **request):
    both = pair.run(**request)
    assert both.ok, both.theirs
    pair.assert_same_world()
    return both


def fails_alike(pair, text, **request):
    both = pair.run(**request)
    assert text in both.theirs.error, both.theirs
    both.assert_same_error()
    return both


def writes(requests) -> list:
    """Of a run, but for the probe of cert-manager, which for us is a dry run."""
    return [e for e in requests if e["verb"] not in ("get", "list", "watch") and "dryRun=All" not in e["requestURI"]
            and "cert-manager-test" not in (e["objectRef"].get("namespace"), e["objectRef"].get("name"))]


# ---- the whole thing

def test_056__four_pinned_providers__are_installed_as_clusterctl_does(empty_pair):
    both = installed_alike(empty_pair, **pinned())
    assert both.ours.changed and both.ours["first_run"] is True
    assert [(p["label"], p["action"], p["version"]) for p in both.ours["providers"]] == [
        ("cluster-api", "installed", CORE), ("bootstrap-kubeadm", "installed", CORE),
        ("control-plane-kubeadm", "installed", CORE), (LABEL, "installed", INFRASTRUCTURE)]
    made = empty_pair.ours.made()
    for key, obj in made.items():
        labels = obj["metadata"]["labels"]
        assert "clusterctl.cluster.x-k8s.io" in labels or INVENTORY in key
        assert labels.get("cluster.x-k8s.io/provider") in STANDARD or INVENTORY in key
    provider = empty_pair.ours.providers()[LABEL]
    assert {k: v for k, v in provider.items() if k != "metadata"} == {
        "apiVersion": "clusterctl.cluster.x-k8s.io/v1alpha3", "kind": "Provider", "providerName": "openstack",
        "type": "InfrastructureProvider", "version": INFRASTRUCTURE}


def test_056__lines_of_the_log__are_those_of_clusterctl(pair):
    both = pair.run(**pinned())
    assert both.ok, both.theirs
    assert both.ours["log"] == both.theirs.log and USAGE in both.theirs.log


def test_056__objects_of_cert_manager__are_made_after_the_namespace_and_backwards(pair):
    """Their order in the file is Certificate, Issuer. Ours makes several objects at once, but no namespace later than
    what is in it."""
    both = pair.run(**pinned())
    theirs, ours = ([e["objectRef"]["resource"] for e in writes(requests)]
                    for requests in (both.theirs.requests, both.ours.requests))
    begins = [i for i, resource in enumerate(theirs) if resource == "issuers"]
    assert len(begins) == 4
    assert all(theirs[i - 1:i + 2] == ["namespaces", "issuers", "certificates"] for i in begins)
    assert sorted(theirs) == sorted(ours)
    assert ours.index("namespaces") < ours.index("issuers")


def test_057__infrastructure_alone__gets_the_three_others_with_it(pair):
    both = installed_alike(pair, infrastructure="openstack")
    assert pair.ours.versions() == {label: INFRASTRUCTURE if label == LABEL else CORE for label in STANDARD}
    assert both.ours["first_run"] is True


def test_058__dash__is_no_provider(pair):
    installed_alike(pair, bootstrap="-", infrastructure="openstack:" + INFRASTRUCTURE)
    assert set(pair.ours.versions()) == set(STANDARD) - {"bootstrap-kubeadm"}


def test_059__dash_for_core__is_an_error(pair):
    fails_alike(pair, "the '-' value can not be used for the core provider", **dict(small(), core="-"))


def test_060__same_again__writes_nothing_but_the_probe(initialised):
    both = initialised.run(**small())
    assert both.ok and not both.ours.changed
    assert writes(both.ours.requests) == writes(both.theirs.requests) == []
    assert lines(both.ours["log"]) == lines(both.theirs.log)
    assert both.ours["first_run"] is False
    assert {p["action"] for p in both.ours["providers"]} <= {"skipped"}


@pytest.fixture
def initialised(make_installed, standard):
    return make_installed(standard.entries(CORE, INFRASTRUCTURE), **small())


def test_061__other_version_of_an_installed_provider__is_an_error(initialised):
    fails_alike(initialised, 'there is already an instance of the "%s" provider installed in the "capo-system" namespace'
                % LABEL, **small(infrastructure=OLD_INFRASTRUCTURE))


def test_062__and_063__other_namespace__is_an_error_that_can_be_switched_off(initialised):
    request = {"infrastructure": "openstack:" + INFRASTRUCTURE, "target_namespace": "foo"}
    fails_alike(initialised, 'there is already an instance of the "%s"' % LABEL, **request)
    both = installed_alike(initialised, validate=False, **request)
    [warning] = [line for line in both.theirs.log if line.startswith("Ignoring validation errors")]
    assert any(line.startswith("Ignoring validation errors") for line in both.ours["log"]), (both.ours["log"], warning)


def test_063__validation_switched_off__installs_what_is_refused(initialised):
    both = installed_alike(initialised, infrastructure="openstack:" + INFRASTRUCTURE, target_namespace="bar",
                           validate=False)
    assert both.ours.changed


def test_064__second_infrastructure_provider__comes_alone(make_pair, repo):
    repo.add(SECOND, INFRASTRUCTURE)
    pair = make_pair(repo.entries(CORE, INFRASTRUCTURE, (SECOND, INFRASTRUCTURE)))
    pair.run(core="cluster-api:" + CORE, bootstrap="-", control_plane="-", infrastructure="openstack")
    both = installed_alike(pair, infrastructure="second:" + INFRASTRUCTURE)
    assert set(pair.ours.versions()) == {"cluster-api", LABEL, SECOND}
    assert both.ours["first_run"] is False


def test_064__all_types_of_providers__are_installed_in_their_order(make_pair, repo):
    others = ("ipam-in-cluster", "runtime-extension-test", "addon-helm")
    for label in others:
        repo.add(label, INFRASTRUCTURE)
    pair = make_pair(repo.entries(CORE, INFRASTRUCTURE, *((label, INFRASTRUCTURE) for label in others)))
    both = installed_alike(pair, addon="helm", ipam="in-cluster", runtime_extension="test", bootstrap="-",
                           control_plane="-", core="cluster-api:" + CORE)
    assert both.ours["log"] == both.theirs.log
    assert [p["label"] for p in both.ours["providers"]] == ["cluster-api", *others]


# ---- contracts

def test_065__newer_contract__is_refused_by_the_older_generation(pair):
    pair.own_contract = "v1beta1"
    ours = pair.run_ours(**small())
    assert ours.failed and pair.ours.versions() == {}
    assert "current version of clusterctl is only compatible with v1beta1 providers, detected v1beta2" in ours.msg


def test_066__provider_of_the_older_contract__fits_a_core_of_the_newer_one(pair):
    installed_alike(pair, **small(infrastructure=OLD_INFRASTRUCTURE))


def test_067__core_of_the_older_contract__is_installed_and_then_refuses_the_next_init(pair):
    installed_alike(pair, **small(OLD_CORE, OLD_INFRASTRUCTURE))
    fails_alike(pair, 'this version of clusterctl could be used only with "v1beta2" management clusters, "v1beta1" '
                "detected", **small(OLD_CORE, OLD_INFRASTRUCTURE))


def test_067__provider_of_a_newer_contract_than_core__is_an_error(pair):
    fails_alike(pair, 'installing provider "bootstrap-kubeadm" could lead to a non functioning management cluster: the '
                "target version for the provider implements the v1beta2 contract version, while the core provider is "
                "compatible with v1beta1 contract versions", **dict(pinned(), core="cluster-api:" + OLD_CORE))


def test_068__cluster_of_another_contract__is_refused_after_the_inventory_was_defined(empty_pair):
    for side in (empty_pair.ours, empty_pair.theirs):
        side.post(CRDS, crd("cluster.x-k8s.io", "Cluster"))
    fails_alike(empty_pair, 'could be used only with "v1beta2" management clusters, "v1beta1" detected', **small())
    for side in (empty_pair.ours, empty_pair.theirs):
        assert INVENTORY in side.names(CRDS)


def inventory_entry(side, namespace, name="cluster-api", kind="CoreProvider", version=CORE):
    side.request("POST", "/api/v1/namespaces", {"metadata": {"name": namespace}})
    side.post("/apis/clusterctl.cluster.x-k8s.io/v1alpha3/namespaces/%s/providers" % namespace, {
        "apiVersion": "clusterctl.cluster.x-k8s.io/v1alpha3", "kind": "Provider", "providerName": name, "type": kind,
        "version": version, "metadata": {"name": name, "labels": {
            "clusterctl.cluster.x-k8s.io": "", "cluster.x-k8s.io/provider": name,
            "clusterctl.cluster.x-k8s.io/core": "inventory"}}})


def test_069__two_core_providers_in_the_inventory__are_an_error(make_pair, repo):
    repo.add(SECOND, INFRASTRUCTURE)
    pair = make_pair(repo.entries(CORE, INFRASTRUCTURE, (SECOND, INFRASTRUCTURE)))
    pair.run(core="cluster-api:" + CORE, bootstrap="-", control_plane="-")
    for side in (pair.ours, pair.theirs):
        inventory_entry(side, "other")
    fails_alike(pair, "invalid management cluster: there must be one core provider, found 2", infrastructure="second")


def test_070__definition_with_an_irregular_name__is_an_error_unless_annotated(make_pair, repo):
    bad = crd("infrastructure.cluster.x-k8s.io", "Bar")
    bad["metadata"]["name"] = "foo.infrastructure.cluster.x-k8s.io"
    bad["spec"]["names"]["plural"] = "foo"
    repo.add(LABEL, INFRASTRUCTURE, change=lambda objects: objects + [bad])
    pair = make_pair(repo.entries(CORE, INFRASTRUCTURE))
    both = pair.run(**small())
    assert both.theirs.error.startswith(
        'ERROR: CRD name "foo.infrastructure.cluster.x-k8s.io" is invalid for a CRD referenced in a core '
        'Cluster API CRD,it should be "bars.infrastructure.cluster.x-k8s.io".')
    both.assert_same_error(both.theirs.error.replace("\"' annotation", '" annotation'))  # a stray quote of theirs
    bad["metadata"]["annotations"] = {"clusterctl.cluster.x-k8s.io/skip-crd-name-preflight-check": ""}
    repo.add(LABEL, INFRASTRUCTURE, change=lambda objects: objects + [bad])
    installed_alike(pair, core="cluster-api:" + CORE, bootstrap="-", control_plane="-", infrastructure="openstack")


# ---- what is there already

def test_071__namespace_that_exists__keeps_its_labels_and_gets_ours(pair):
    for side in (pair.ours, pair.theirs):
        side.post("/api/v1/namespaces", {"metadata": {"name": "capi-system", "labels": {"a": "b"}}})
    both = installed_alike(pair, **small())
    labels = pair.ours.get("/api/v1/namespaces/capi-system")["metadata"]["labels"]
    assert labels["a"] == "b" and labels["cluster.x-k8s.io/provider"] == "cluster-api"
    for requests in (both.ours.requests, both.theirs.requests):
        assert [e["verb"] for e in requests if e["requestURI"].startswith("/api/v1/namespaces/capi-system?")
                or e["requestURI"] == "/api/v1/namespaces/capi-system"] == ["get", "patch"]


def test_072__role_that_exists__has_its_rules_replaced_and_its_labels_kept(pair):
    for side in (pair.ours, pair.theirs):
        side.post(CLUSTER_ROLE.rpartition("/")[0], {"metadata": {"name": "capi-manager-role", "labels": {"a": "b"}},
                                                    "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}] * 2})
    installed_alike(pair, **small())
    made = pair.ours.get(CLUSTER_ROLE)
    assert len(made["rules"]) == 1 and made["rules"][0]["apiGroups"] == ["cluster.x-k8s.io"]
    assert made["metadata"]["labels"]["a"] == "b"


# ---- check mode

def test_077__check_mode__makes_nothing_and_tells_what_it_would(empty_pair):
    before = empty_pair.ours.server.audit.mark()
    ours = empty_pair.run_ours(check=True, **pinned())
    assert not ours.failed and ours.changed, ours.data
    assert [e for e in empty_pair.ours.server.requests(before, user="module")
            if e["verb"] not in ("get", "list") and "dryRun=All" not in e["requestURI"]] == []
    assert empty_pair.ours.made() == {}
    assert [p["label"] for p in ours["providers"]] == list(STANDARD)
    assert any("capo-controller-manager" in json.dumps(o) for o in ours["objects"])


def test_077__check_mode_of_what_is_installed__changes_nothing(pair):
    assert not pair.run_ours(**small()).failed
    ours = pair.run_ours(check=True, diff=True, **small())
    assert not ours.failed and not ours.changed, ours.data


def test_077__check_mode__fails_as_the_run_would(pair):
    ours = pair.run_ours(check=True, **dict(pinned(), core="cluster-api:" + OLD_CORE))
    assert ours.failed and "could lead to a non functioning management cluster" in ours.msg


def test_077__diff__shows_the_versions(pair):
    ours = pair.run_ours(diff=True, **small())
    text = json.dumps(ours["diff"])
    assert INFRASTRUCTURE in text and LABEL in text


def test_056__program__sends_no_more_than_clusterctl(pair):
    """What a busy server refused for the moment does not count; clusterctl asks once more now and then."""
    def answered(requests):
        return [e for e in requests if e["responseStatus"]["code"] not in (409, 429) and e["responseStatus"]["code"] < 500]

    both = pair.run(**small())
    ours, theirs = answered(both.ours.requests), answered(both.theirs.requests)
    assert 0 < len(writes(ours)) <= len(writes(theirs)), (writes(ours), writes(theirs))
    assert len(ours) <= len(theirs) + 10


def test_056__records_of_a_first_install__are_not_held_by_the_server(empty_pair):
    """A POST of a kind that was defined a moment ago waits there for two seconds, an apply does not."""
    def verbs(requests):
        return {e["verb"] for e in writes(requests) if e["requestURI"].startswith("/apis/clusterctl.cluster.x-k8s.io/")}

    both = empty_pair.run(**small())
    assert both.ok and (verbs(both.theirs.requests), verbs(both.ours.requests)) == ({"create"}, {"patch"})
    empty_pair.assert_same_world()


def test_056__fields__are_owned_by_an_update_of_the_program(pair):
    """clusterctl sends no name: the server takes the first word of the User-Agent."""
    assert pair.run(**small()).ok
    path = "/apis/apps/v1/namespaces/capo-system/deployments/capo-controller-manager"
    [theirs] = pair.theirs.get(path)["metadata"]["managedFields"]
    [ours] = pair.ours.get(path)["metadata"]["managedFields"]
    assert (theirs["manager"], theirs["operation"]) == ("clusterctl", "Update")
    assert ours["operation"] == "Update" and ours["fieldsV1"] == theirs["fieldsV1"]
