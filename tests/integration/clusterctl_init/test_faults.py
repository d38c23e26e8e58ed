"""The API server dies in the middle: at every step of an installation and of an upgrade, each time followed by the same
command. What is left in the end is what an undisturbed clusterctl leaves (cases 74 and 86)."""
import pytest

from support.providers import CORE, INFRASTRUCTURE, OLD_CORE, OLD_INFRASTRUCTURE
from support.relay import DROP, Relay

CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
APPS = "/apis/apps/v1/namespaces/%s/deployments"
INVENTORY = "/apis/clusterctl.cluster.x-k8s.io/v1alpha3/namespaces/%s/providers"


def request_for(core, infrastructure):
    return {"core": "cluster-api:" + core, "bootstrap": "-", "control_plane": "-",
            "infrastructure": "openstack:" + infrastructure}


# Each row: method, path, text in the body. They come in the order in which the program gets there. It writes the same
# kinds of both providers at once: a row per wave.
INSTALLATION = [
    ("POST", CRDS, "providers.clusterctl"),
    ("POST", "/api/v1/namespaces", "capi-system"),
    ("POST", CRDS, "clusters.cluster.x-k8s.io"),
    ("POST", "/apis/cert-manager.io/v1/namespaces/capi-system/issuers", ""),
    ("POST", APPS % "capi-system", ""),
    ("POST", "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations", "capi"),
    ("POST", INVENTORY % "capi-system", ""),
    ("POST", INVENTORY % "capo-system", ""),
]
UPGRADE = [
    ("PATCH", APPS % "capi-system" + "/capi-controller-manager", '"replicas":0'),
    ("DELETE", APPS % "capi-system" + "/capi-controller-manager", ""),
    ("PATCH", CRDS + "/clusters.cluster.x-k8s.io", ""),
    ("POST", APPS % "capi-system", ""),
    ("PATCH", INVENTORY % "capi-system" + "/cluster-api", ""),
    ("DELETE", "/api/v1/namespaces/capo-system/services/capo-webhook-service", ""),
    ("POST", APPS % "capo-system", ""),
    ("PATCH", INVENTORY % "capo-system" + "/infrastructure-openstack", ""),
]


class Killer:
    """A hook for a relay: at the first request of a row the server dies, the request is lost, and the server comes
    back."""

    def __init__(self, server, row):
        self.server = server
        self.row = row
        self.struck = False

    def __call__(self, request):
        method, path, text = self.row
        if (self.struck or request.method != method or request.path.partition("?")[0] != path
                or text.encode() not in (request.body or b"")):
            return None
        self.struck = True
        self.server.apiserver.kill()
        self.server.apiserver.start()
        return DROP


def run_through(pair, rows, state, **request):
    """One run for each row, which the row interrupts, and a last one without."""
    for row in rows:
        killer = Killer(pair.ours.server, row)
        with Relay(pair.ours.server, killer) as relay:
            ours = pair.run_ours(state, more={"kubeconfig": relay.kubeconfig, "write_attempts": 1}, **request)
        assert killer.struck, (row, [(r.method, r.path) for r in relay.writes()], ours.msg)
        assert ours.failed, row
        assert ours.msg
    ours = pair.run_ours(state, **request)
    assert not ours.failed, ours.data
    return ours


def test_074__server_dies_at_every_step_of_an_installation__the_last_run_completes_it(empty_pair):
    request = request_for(CORE, INFRASTRUCTURE)
    ours = run_through(empty_pair, INSTALLATION, "present", **request)
    assert ours.changed
    assert not empty_pair.run_theirs(**request).failed
    empty_pair.assert_same_world()
    assert not empty_pair.run_ours(**request).changed


def test_086__server_dies_at_every_step_of_an_upgrade__the_last_run_completes_it(pair):
    old, new = request_for(OLD_CORE, OLD_INFRASTRUCTURE), request_for(CORE, INFRASTRUCTURE)
    new = {name: value for name, value in new.items() if value != "-"}
    assert pair.run(**old).ok
    run_through(pair, UPGRADE, "upgraded", **new)
    assert not pair.run_theirs("upgraded", **new).failed
    pair.assert_same_world()


def test_073__server_dies_and_comes_back__one_run_is_enough_with_the_usual_patience(pair):
    request = request_for(CORE, INFRASTRUCTURE)
    killer = Killer(pair.ours.server, ("POST", APPS % "capi-system", ""))
    with Relay(pair.ours.server, killer) as relay:
        ours = pair.run_ours(more={"kubeconfig": relay.kubeconfig}, **request)
    assert killer.struck and not ours.failed, ours.data
    assert not pair.run_theirs(**request).failed
    pair.assert_same_world()


@pytest.mark.parametrize("path", [CRDS, APPS % "capo-system", INVENTORY % "capo-system"])
def test_073__answer_that_is_lost__is_no_failure(pair, path):
    """The object is there when the request is repeated."""
    lost = []

    def lose(request):
        hit = request.method == "POST" and request.path.partition("?")[0] == path and not lost
        if hit:
            lost.append(request)
        return hit

    request = request_for(CORE, INFRASTRUCTURE)
    with Relay(pair.ours.server, lose=lose) as relay:
        ours = pair.run_ours(more={"kubeconfig": relay.kubeconfig}, **request)
    assert lost and not ours.failed, ours.data
    assert not pair.run_theirs(**request).failed
    pair.assert_same_world()
