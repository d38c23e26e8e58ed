"""Waiting for the managers: case 85 of the conformance list. There are no controllers, so that tests say when a Deployment
is available."""
import contextlib
import threading
import time

import pytest

from support.pair import Wire
from support.providers import CORE, INFRASTRUCTURE, deployment

SECOND = "infrastructure-second"
REQUEST = {"core": "cluster-api:" + CORE, "bootstrap": "-", "control_plane": "-",
           "infrastructure": "second:" + INFRASTRUCTURE}
SLOW = "/apis/apps/v1/namespaces/second-system/deployments/second-controller-manager"


def with_managers(objects):
    return objects + [deployment("sidekick", "second-system", "r.io/x:1", container="other")]


@pytest.fixture
def waiting(make_pair, repo):
    repo.add(SECOND, INFRASTRUCTURE, change=with_managers)
    return make_pair(repo.entries(CORE, INFRASTRUCTURE, (SECOND, INFRASTRUCTURE)))


@contextlib.contextmanager
def meanwhile(side, act):
    """Calls act(wire) again and again until it returns True or the block ends."""
    done = threading.Event()
    wire = Wire(side.server)

    def loop():
        while not done.is_set() and not act(wire):
            time.sleep(0.05)

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def make_available(names, seconds=0.0):
    """An act: sets the condition of Deployments of these names, not before they are some seconds old."""
    seen = {}

    def act(wire):
        for item in wire.request("GET", "/apis/apps/v1/deployments")[1]["items"]:
            meta = item["metadata"]
            first = seen.setdefault(meta["name"], time.monotonic())
            if meta["name"] in names and not item["status"].get("conditions") and time.monotonic() - first >= seconds:
                wire.request("PATCH", "/apis/apps/v1/namespaces/%s/deployments/%s/status" % (meta["namespace"], meta["name"]),
                             {"status": {"conditions": [{"type": "Available", "status": "True", "reason": "r"}]}},
                             "application/merge-patch+json")
        return False

    return act


MANAGERS = ("capi-controller-manager", "second-controller-manager")


def run_ours(pair, act, **request):
    with meanwhile(pair.ours, act):
        return pair.run_ours(**{**REQUEST, **request})


def run_theirs(pair, act, **request):
    with meanwhile(pair.theirs, act):
        return pair.run_theirs(**{**REQUEST, **request})


def test_085__managers_become_available__is_success_and_other_deployments_do_not_count(waiting):
    theirs = run_theirs(waiting, make_available(MANAGERS, 1), wait=True)
    assert not theirs.failed, theirs
    begin = time.monotonic()
    ours = run_ours(waiting, make_available(MANAGERS, 1), wait=True)
    assert not ours.failed, ours.data
    assert time.monotonic() - begin >= 1
    line = "Waiting for providers to be available..."
    assert line in theirs.log and line in ours["log"]


def test_085__manager_never_available__is_an_error_with_its_name(waiting):
    act = make_available(MANAGERS[:1])
    theirs = run_theirs(waiting, act, wait=True, wait_timeout=1)
    ours = run_ours(waiting, make_available(MANAGERS[:1]), wait=True, wait_timeout=1)
    begin, end = 'deployment "second-controller-manager" is not ready after 1s: ', "context deadline exceeded"
    assert theirs.error.startswith(begin) and theirs.error.endswith(end)  # its rate limiter may speak in between
    assert ours.failed and ours.msg.startswith(begin + end)
    assert waiting.ours.versions() == waiting.theirs.versions() and SECOND in waiting.ours.versions()


def vanish(wire):
    """Takes the Deployment away once the provider is recorded."""
    status, _ = wire.request("GET", "/apis/clusterctl.cluster.x-k8s.io/v1alpha3/namespaces/second-system/providers/" + SECOND)
    if status != 200:
        return False
    wire.request("DELETE", SLOW)
    return True


def test_085__manager_that_is_deleted_meanwhile__fails_at_once(waiting):
    def act(first):
        available = make_available(MANAGERS[:1])
        return lambda wire: available(wire) or vanish(wire)

    begin = time.monotonic()
    theirs = run_theirs(waiting, act(0), wait=True, wait_timeout=120)
    ours = run_ours(waiting, act(0), wait=True, wait_timeout=120)
    assert time.monotonic() - begin < 100
    assert 'deployments.apps "second-controller-manager" not found' in theirs.error
    assert ours.failed and '"second-controller-manager"' in ours.msg and ours.msg.endswith("it does not exist")


def test_085__installed_providers__are_not_waited_for(waiting):
    assert not waiting.run_ours(**REQUEST).failed
    ours = waiting.run_ours(wait=True, wait_timeout=5, **REQUEST)
    assert not ours.failed, ours.data
