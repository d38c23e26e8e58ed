"""Installing with servers that fail, are old or were interrupted: cases 73 to 76 of the conformance list."""
import json

import pytest

from support.pair import INVENTORY
from support.providers import CORE, INFRASTRUCTURE, crd, pinned, small
from support.relay import Relay

from test_init import CRDS, LABEL


def failing(times, status, path, method="POST"):
    """A hook for a relay: answers the first `times` requests to a path with a status."""
    left = [times]

    def before(request):
        if request.method != method or request.path.partition("?")[0] != path or left[0] <= 0:
            return None
        left[0] -= 1
        body = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Invalid", "message": "refused",
                "code": status}
        return status, [("Content-Type", "application/json")], json.dumps(body).encode()

    return before


def kubeconfig_of(relay, tmp_path):
    path = tmp_path / ("relay-%d.kubeconfig" % id(relay))
    path.write_text(json.dumps(relay.kubeconfig))
    return path


DEPLOYMENTS = "/apis/apps/v1/namespaces/capi-kubeadm-control-plane-system/deployments"


def test_073__two_answers_500__are_repeated(pair, tmp_path):
    request = dict(pinned(), bootstrap="-")
    with Relay(pair.theirs.server, failing(2, 500, DEPLOYMENTS)) as relay:
        theirs = pair.run_theirs(kubeconfig=kubeconfig_of(relay, tmp_path), **request)
    with Relay(pair.ours.server, failing(2, 500, DEPLOYMENTS)) as relay:
        ours = pair.run_ours(more={"kubeconfig": relay.kubeconfig}, **request)
    assert not theirs.failed, theirs
    assert not ours.failed, ours.data
    pair.assert_same_world()


def test_073__refusal_without_end__names_the_object_after_the_last_attempt(pair):
    request = pinned()
    with Relay(pair.ours.server, failing(99, 422, DEPLOYMENTS)) as relay:
        ours = pair.run_ours(more={"kubeconfig": relay.kubeconfig, "write_attempts": 2, "retry_refused": True}, **request)
    assert ours.failed and ours.changed
    assert ours.msg.startswith("action failed after 2 attempts: failed to create provider object apps/v1, Kind=Deployment, "
                               "capi-kubeadm-control-plane-system/capi-kubeadm-control-plane-controller-manager: ")
    assert ours["failed_object"]["kind"] == "Deployment"
    assert set(pair.ours.versions()) == {"cluster-api", "bootstrap-kubeadm"}


def interrupted(pair):
    """Installs with a server that never accepts the Deployment of the control plane."""
    with Relay(pair.ours.server, failing(99, 422, DEPLOYMENTS)) as relay:
        return pair.run_ours(more={"kubeconfig": relay.kubeconfig}, infrastructure="openstack")


def test_073__refusal__is_not_repeated_by_default(pair):
    with Relay(pair.ours.server, failing(99, 422, DEPLOYMENTS)) as relay:
        ours = pair.run_ours(more={"kubeconfig": relay.kubeconfig}, **pinned())
        assert [r.path.partition("?")[0] for r in relay.writes()].count(DEPLOYMENTS) == 1
    assert ours.failed and "capi-kubeadm-control-plane-controller-manager" in ours.msg


def test_074__interrupted_installation__is_completed_when_all_are_named(pair):
    assert interrupted(pair).failed
    assert set(pair.ours.versions()) == {"cluster-api", "bootstrap-kubeadm"}
    ours = pair.run_ours(**pinned())
    assert not ours.failed and ours.changed
    assert not pair.run_theirs(**pinned()).failed
    pair.assert_same_world()


def test_074__interrupted_installation__is_not_completed_by_defaults(pair):
    interrupted(pair)
    ours = pair.run_ours(infrastructure="openstack")
    assert not ours.failed and ours["first_run"] is False
    assert set(pair.ours.versions()) == {"cluster-api", "bootstrap-kubeadm", LABEL}


def versioned(text):
    """A hook that makes the server another version."""
    major, minor = text.lstrip("v").split(".")[:2]
    body = {"major": major, "minor": minor, "gitVersion": text, "platform": "linux/amd64"}

    def before(request):
        if request.path.partition("?")[0] != "/version":
            return None
        return 200, [("Content-Type", "application/json")], json.dumps(body).encode()

    return before


@pytest.mark.parametrize("version, env, minimum", [("v1.19.0", {}, "v1.20.0"), ("v1.21.5", {"CLUSTER_TOPOLOGY": "true"}, "v1.22.0"),
                                                   ("v1.21.5", {"CLUSTER_TOPOLOGY": "T"}, "v1.22.0")])
def test_075__old_server__is_refused(pair, tmp_path, version, env, minimum):
    with Relay(pair.theirs.server, versioned(version)) as relay:
        theirs = pair.run_theirs(kubeconfig=kubeconfig_of(relay, tmp_path), env=env, **small())
    with Relay(pair.ours.server, versioned(version)) as relay:
        ours = pair.run_ours(more={"kubeconfig": relay.kubeconfig}, env=env, **small())
    assert theirs.error == "unsupported management cluster server version: %s - minimum required version is %s" % (
        version, minimum)
    assert ours.failed and ours.msg == theirs.error


def test_075__option_for_the_topology__asks_for_the_newer_server_too(pair):
    with Relay(pair.ours.server, versioned("v1.21.5")) as relay:
        ours = pair.run_ours(more={"kubeconfig": relay.kubeconfig, "variables": {"CLUSTER_TOPOLOGY": "true"}}, **small())
    assert ours.failed and "minimum required version is v1.22.0" in ours.msg


def test_076__inventory_of_another_version__is_an_error(empty_pair):
    """clusterctl looks nine times."""
    for side in (empty_pair.ours, empty_pair.theirs):
        side.post(CRDS, crd("clusterctl.cluster.x-k8s.io", "Provider", ("v1alpha4",)))
    both = empty_pair.run(**small())
    error = "clusterctl inventory CRD does not defines the v1alpha3 version"
    assert both.theirs.error == "action failed after 9 attempts: " + error
    both.assert_same_error(error)


def test_076__inventory_of_another_version__is_gone_for_the_next_test(make_pair, standard):
    entries = standard.entries(CORE, INFRASTRUCTURE)
    pair = make_pair(entries, empty=True)
    pair.ours.post(CRDS, crd("clusterctl.cluster.x-k8s.io", "Provider", ("v1alpha4",)))
    assert INVENTORY not in make_pair(entries).ours.names(CRDS)
