"""Waiting: items 73 to 85 of the conformance list. The controllers are real, the test plays the nodes."""
import datetime
import json
import signal
import subprocess
import time

import pytest

from servers.kubernetes.server import KubeServer
from support import kubelet
from support.module import Outcome
from support.objects import config_map, deployment, path_of
from support.relay import Relay
from support.wait import until
from support.world import create, exists, get, merge, version_of, writes

NEW = "example.invalid/c:2"


class Run:
    """A run of the module that waits, while the test changes the world."""

    def __init__(self, k8s, **options):
        self.server = k8s.server
        self.started = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        self.process, self.mark = k8s.start(**dict({"wait": True, "wait_timeout": 120}, **options))

    def requests(self):
        """The audit log also gets the ends of watches that an earlier run had opened."""
        return [event for event in self.server.requests(self.mark, user="module")
                if event["requestReceivedTimestamp"] >= self.started]

    def watches(self) -> int:
        return len([event for event in self.requests() if event["verb"] == "watch"])

    def until_watching(self, count=1):
        until(lambda: self.process.poll() is not None or self.watches() >= count)
        self.assert_waiting()
        return self

    def assert_waiting(self):
        assert self.process.poll() is None, self.process.communicate()

    def play(self, step):
        """Repeats a step of the test's until the run has ended, and returns the outcome."""
        until(lambda: (step(), self.process.poll() is not None)[1], seconds=90)
        return self.end()

    def end(self, timeout=90) -> Outcome:
        stdout, stderr = self.process.communicate(timeout=timeout)
        return Outcome(subprocess.CompletedProcess([], self.process.returncode, stdout, stderr), self.requests())


def counts(obj):
    status = obj["status"]
    return [status.get(name, 0) for name in ("replicas", "updatedReplicas", "availableReplicas")]


def rolled_out(k8s, server, ns, definition):
    """DEFINITION is applied and its first Pods run."""
    kubelet.wait_for_account(server, ns)
    assert k8s(definition=definition).changed
    replicas = definition["spec"]["replicas"]

    def ready():
        kubelet.make_ready(server, ns)
        return get(server, definition)["status"].get("readyReplicas", 0) == replicas

    until(ready)


# 73 to 78: workloads


def test_073__updated_deployment__is_ready_when_every_new_pod_is(k8s, ns, server):
    rolled_out(k8s, server, ns, deployment(ns, replicas=2))
    run = Run(k8s, definition=deployment(ns, replicas=2, image=NEW)).until_watching()
    until(lambda: [p for p in kubelet.pods_of(server, ns) if p["spec"]["containers"][0]["image"] == NEW])
    # The old Pods are there and available: to kubernetes.core that looks finished.
    assert get(server, deployment(ns))["status"]["availableReplicas"] == 2
    run.assert_waiting()
    outcome = run.play(lambda: kubelet.make_ready(server, ns, NEW))
    assert not outcome.failed and outcome.changed and outcome["method"] == "apply"
    assert counts(outcome["result"]) == [2, 2, 2]
    assert outcome["result"]["status"]["observedGeneration"] == outcome["result"]["metadata"]["generation"]
    assert {p["spec"]["containers"][0]["image"] for p in kubelet.pods_of(server, ns)} == {NEW}
    assert isinstance(outcome["duration"], int)


def test_074__unchanged_deployment_that_rolls_out__is_waited_for_without_a_change(k8s, ns, server):
    kubelet.wait_for_account(server, ns)
    assert k8s(definition=deployment(ns)).changed
    run = Run(k8s, definition=deployment(ns), diff=True).until_watching()
    until(lambda: kubelet.pods_of(server, ns))
    run.assert_waiting()
    outcome = run.play(lambda: kubelet.make_ready(server, ns))
    # The status moved on while it waited: that is no change of the task's.
    assert not outcome.failed and not outcome.changed and "diff" not in outcome.data
    assert counts(outcome["result"]) == [1, 1, 1]


def test_075__progress_deadline__fails_early(k8s, ns, server):
    definition = deployment(ns)
    definition["spec"]["progressDeadlineSeconds"] = 1
    started = time.monotonic()
    outcome = Run(k8s, definition=definition, wait_timeout=120).end()
    assert outcome.failed and outcome.changed and 'deployment "d" exceeded its progress deadline' in outcome.msg
    assert "Timed out" not in outcome.msg and time.monotonic() - started < 60
    assert outcome["result"]["metadata"]["name"] == "d" and outcome["method"] == "create"


def test_076__bad_image__times_out_and_returns_the_object(k8s, ns, server):
    kubelet.wait_for_account(server, ns)
    started = time.monotonic()
    run = Run(k8s, definition=deployment(ns), wait_timeout=3, wait_sleep=1).until_watching()
    until(lambda: kubelet.fail_to_pull(server, ns))
    outcome = run.end()
    assert 3 <= time.monotonic() - started < 10
    assert outcome.failed and outcome.changed
    assert '"Deployment" "d": Timed out waiting on resource' in outcome.msg
    assert "0 of 1 updated replicas are available" in outcome.msg
    assert outcome["method"] == "create" and 3 <= outcome["duration"] <= 4
    assert outcome["result"]["status"]["unavailableReplicas"] == 1  # as it was last seen


def pod(ns, name="p"):
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": ns},
            "spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "example.invalid/c:1"}]}}


def test_076__pod_with_a_bad_image__says_so(k8s, ns, server):
    kubelet.wait_for_account(server, ns)
    run = Run(k8s, definition=pod(ns), wait_timeout=3, wait_sleep=1).until_watching()
    kubelet.fail_to_pull(server, ns)
    outcome = run.end()
    assert outcome.failed and '"Pod" "p": Timed out waiting on resource' in outcome.msg
    assert "ImagePullBackOff" in outcome.msg


def daemon_set(ns, **selector):
    template = deployment(ns, "ds")["spec"]["template"]
    template["spec"]["nodeSelector"] = selector
    return {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "ds", "namespace": ns},
            "spec": {"selector": {"matchLabels": {"app": "ds"}}, "template": template}}


@pytest.mark.parametrize("make", [lambda ns: daemon_set(ns, nowhere="here"), lambda ns: deployment(ns, replicas=0)],
                         ids=["daemon-set", "deployment"])
def test_077__nothing_to_run__is_ready_at_once(k8s, ns, server, make):
    outcome = k8s(definition=make(ns), wait=True, wait_timeout=60)
    assert not outcome.failed and outcome.changed and outcome["duration"] < 20
    assert outcome["result"]["status"]["observedGeneration"] == 1  # the controller has seen it


def stateful_set(ns, image="example.invalid/c:1", partition=1):
    template = deployment(ns, "ss", image=image)["spec"]["template"]
    return {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "ss", "namespace": ns},
            "spec": {"replicas": 2, "serviceName": "ss", "selector": {"matchLabels": {"app": "ss"}},
                     "template": template,
                     "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": partition}}}}


def test_078__partition_one_of_two__is_ready_when_one_is_updated(k8s, ns, server):
    rolled_out(k8s, server, ns, stateful_set(ns))
    run = Run(k8s, definition=stateful_set(ns, NEW)).until_watching()
    outcome = run.play(lambda: kubelet.make_ready(server, ns, NEW))
    assert not outcome.failed and outcome.changed
    status = outcome["result"]["status"]
    assert status["updatedReplicas"] == 1 and status["readyReplicas"] == 2
    images = {p["metadata"]["name"]: p["spec"]["containers"][0]["image"] for p in kubelet.pods_of(server, ns)}
    assert images == {"ss-0": "example.invalid/c:1", "ss-1": NEW}


# 79, 80: what ends


def test_079__pod_that_completes__is_a_success(k8s, ns, server):
    kubelet.wait_for_account(server, ns)
    run = Run(k8s, definition=pod(ns)).until_watching()
    kubelet.report(server, pod(ns), phase="Running", conditions=[{"type": "Ready", "status": "False"}])
    run.assert_waiting()
    kubelet.report(server, pod(ns), phase="Succeeded",
                   conditions=[{"type": "Ready", "status": "False", "reason": "PodCompleted"}])
    outcome = run.end()
    assert not outcome.failed and outcome["result"]["status"]["phase"] == "Succeeded"
    again = k8s(definition=pod(ns), wait=True)  # also when it had completed before
    assert not again.failed and not again.changed


def test_079__pod_that_fails__fails_early(k8s, ns, server):
    kubelet.wait_for_account(server, ns)
    run = Run(k8s, definition=pod(ns)).until_watching()
    kubelet.report(server, pod(ns), phase="Failed", reason="Evicted", message="The node was low on memory.")
    outcome = run.end()
    assert outcome.failed and 'pod "p" failed: Evicted: The node was low on memory.' in outcome.msg


def job(ns):
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "j", "namespace": ns},
            "spec": {"backoffLimit": 0, "template": {"spec": pod(ns)["spec"]}}}


def test_080__job_that_fails__is_an_error(k8s, ns, server):
    kubelet.wait_for_account(server, ns)
    run = Run(k8s, definition=job(ns)).until_watching()
    until(lambda: kubelet.pods_of(server, ns))
    run.assert_waiting()  # that it exists is not enough
    kubelet.report(server, kubelet.pods_of(server, ns)[0], phase="Failed")
    outcome = run.end()
    assert outcome.failed and outcome.changed and 'job "j" failed: BackoffLimitExceeded' in outcome.msg
    assert "Timed out" not in outcome.msg


def test_080__job_that_completes__is_a_success(k8s, ns, server):
    kubelet.wait_for_account(server, ns)
    run = Run(k8s, definition=job(ns)).until_watching()
    until(lambda: kubelet.pods_of(server, ns))
    kubelet.report(server, kubelet.pods_of(server, ns)[0], phase="Succeeded")
    outcome = run.end()
    assert not outcome.failed and outcome["result"]["status"]["succeeded"] == 1


# 81, 82: conditions


def widget(ns, name="w", **spec):
    return {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": name, "namespace": ns}, "spec": spec}


def condition(server, definition, kind, status, **more):
    merge(server, definition, {"status": {"conditions": [dict({"type": kind, "status": status}, **more)]}},
          subresource="/status")


def satisfied_by(outcome):
    """The condition of the object as it was when the wait ended."""
    assert not outcome.failed, outcome.msg
    return outcome["result"]["status"]["conditions"][0]


def test_081__condition_of_an_older_generation__does_not_satisfy(k8s, ns, server, widgets):
    k8s(definition=widget(ns, size=1))
    condition(server, widget(ns), "Available", "True", observedGeneration=1)
    run = Run(k8s, definition=widget(ns, size=2), wait_condition={"type": "Available"}).until_watching()
    condition(server, widget(ns), "Available", "True", observedGeneration=1, reason="StillOld")
    run.assert_waiting()
    condition(server, widget(ns), "Available", "True", observedGeneration=2, reason="New")
    assert satisfied_by(run.end())["reason"] == "New"


def test_081__status_of_an_older_generation__does_not_satisfy_either(k8s, ns, server, widgets):
    k8s(definition=widget(ns, size=1))
    condition(server, widget(ns), "Available", "True")
    merge(server, widget(ns), {"status": {"observedGeneration": 1}}, subresource="/status")
    k8s(definition=widget(ns, size=2))
    outcome = k8s(definition=widget(ns, size=2), wait=True, wait_condition={"type": "Available"}, wait_timeout=1)
    assert outcome.failed and "is of generation 1, the object of 2" in outcome.msg
    merge(server, widget(ns), {"status": {"observedGeneration": 2}}, subresource="/status")
    assert not k8s(definition=widget(ns, size=2), wait=True, wait_condition={"type": "Available"}).failed


def test_082__other_status_or_reason__does_not_satisfy(k8s, ns, server, widgets):
    run = Run(k8s, definition=widget(ns), wait_condition={"type": "Ready", "status": "Unknown"}).until_watching()
    condition(server, widget(ns), "Ready", "False")
    condition(server, widget(ns), "ready", "Unknown")
    condition(server, widget(ns), "Ready", "Unknown", reason="AtLast")
    assert satisfied_by(run.end())["reason"] == "AtLast"
    run = Run(k8s, definition=widget(ns), wait_condition={"type": "Ready", "status": True, "reason": "Right"})
    run.until_watching()
    condition(server, widget(ns), "Ready", "True", reason="Wrong")
    condition(server, widget(ns), "Ready", "False", reason="Right")
    condition(server, widget(ns), "Ready", "True", reason="Right", message="both")
    assert satisfied_by(run.end())["message"] == "both"


def test_082__several_conditions__must_all_hold(k8s, ns, server, widgets):
    wanted = [{"type": "A"}, {"type": "B", "status": False}]
    run = Run(k8s, definition=widget(ns), wait_condition=wanted).until_watching()
    condition(server, widget(ns), "A", "True")
    condition(server, widget(ns), "B", "False")
    merge(server, widget(ns), {"status": {"conditions": [{"type": "B", "status": "False"},
                                                         {"type": "A", "status": "True"}]}}, subresource="/status")
    outcome = run.end()
    assert not outcome.failed and len(outcome["result"]["status"]["conditions"]) == 2


def test_082__condition_that_never_comes__is_named_in_the_timeout(k8s, ns, server, widgets):
    k8s(definition=widget(ns))
    condition(server, widget(ns), "Ready", "False", reason="NoQuota", message="no cores left")
    outcome = k8s(definition=widget(ns), wait=True, wait_condition={"type": "Ready"}, wait_timeout=1)
    assert outcome.failed and not outcome.changed
    assert "condition Ready is False (NoQuota): no cores left" in outcome.msg


# 83: jsonpath, and claims


def claim(ns, name="c", storage_class=""):
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name, "namespace": ns},
            "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": storage_class,
                     "resources": {"requests": {"storage": "1Gi"}}}}


@pytest.fixture
def volume(server, ns):
    """volume() makes the PersistentVolume that the claim "c" of the test can be bound to."""
    definition = {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": ns},
                  "spec": {"accessModes": ["ReadWriteOnce"], "capacity": {"storage": "1Gi"}, "storageClassName": "",
                           "persistentVolumeReclaimPolicy": "Retain", "hostPath": {"path": "/nowhere"},
                           "claimRef": {"namespace": ns, "name": "c"}}}
    yield lambda: create(server, definition)
    server.request("DELETE", path_of(definition))


@pytest.mark.parametrize("options", [{"wait_jsonpath": ".status.phase=Bound"}, {}], ids=["jsonpath", "rule-of-the-kind"])
def test_083__claim__is_waited_for_until_it_is_bound(k8s, ns, server, volume, options):
    run = Run(k8s, definition=claim(ns), **options).until_watching()
    assert get(server, claim(ns))["status"]["phase"] == "Pending"
    volume()
    merge(server, claim(ns), {"metadata": {"labels": {"look": "again"}}})  # else the binder comes in 15 seconds
    outcome = run.end()
    assert not outcome.failed and outcome["result"]["status"]["phase"] == "Bound"
    assert outcome["result"]["spec"]["volumeName"] == ns


def test_083__jsonpath_of_a_custom_resource__waits_for_the_value(k8s, ns, server, widgets):
    path = ".status.addresses[?(@.type==\"Internal\")].address=10.0.0.2"
    run = Run(k8s, definition=widget(ns), wait_jsonpath=path).until_watching()
    for kind, address in (("Internal", "10.0.0.1"), ("External", "10.0.0.2"), ("Internal", "10.0.0.2")):
        merge(server, widget(ns), {"status": {"addresses": [{"type": kind, "address": address}]}}, subresource="/status")
    outcome = run.end()
    assert not outcome.failed
    assert outcome["result"]["status"]["addresses"] == [{"type": "Internal", "address": "10.0.0.2"}]


@pytest.fixture
def storage_class(server, ns):
    """storage_class(mode) makes a StorageClass that provides nothing by itself and returns its name."""
    names = []

    def make(mode):
        names.append("%s-%s" % (ns, mode.lower()))
        assert server.request("POST", "/apis/storage.k8s.io/v1/storageclasses", {
            "metadata": {"name": names[-1]}, "provisioner": "kubernetes.io/no-provisioner",
            "volumeBindingMode": mode})[0] == 201
        return names[-1]

    yield make
    for name in names:
        server.request("DELETE", "/apis/storage.k8s.io/v1/storageclasses/" + name)


def class_looks(outcome):
    return [event["objectRef"]["name"] for event in outcome.requests
            if event.get("objectRef", {}).get("resource") == "storageclasses"]


def test_083__claim_that_waits_for_its_first_consumer__is_ready(k8s, ns, server, storage_class):
    name = storage_class("WaitForFirstConsumer")
    outcome = k8s(definition=claim(ns, storage_class=name), wait=True, wait_timeout=60)
    assert not outcome.failed and outcome["duration"] < 30, outcome.msg
    assert outcome["result"]["status"]["phase"] == "Pending" and class_looks(outcome) == [name]
    assert "mcapi.internal" not in outcome.text
    info = k8s(kind="PersistentVolumeClaim", name="c", namespace=ns, state="info", wait=True, wait_timeout=60)
    assert not info.failed and class_looks(info) == [name]


def test_083__claim_of_a_class_that_binds_at_once__is_waited_for(k8s, ns, server, storage_class):
    name = storage_class("Immediate")
    run = Run(k8s, definition=claim(ns, storage_class=name), wait_timeout=2, wait_sleep=1).until_watching()
    merge(server, claim(ns), {"metadata": {"labels": {"a": "b"}}})
    outcome = run.end()
    assert outcome.failed and "its phase is Pending" in outcome.msg and class_looks(outcome) == [name]


def test_083__claim_of_a_class_that_is_missing__is_waited_for(k8s, ns):
    outcome = k8s(definition=claim(ns, storage_class=ns), wait=True, wait_timeout=1)
    assert outcome.failed and "its phase is Pending" in outcome.msg and class_looks(outcome) == [ns]


# 84: a server that goes and comes


def test_084__api_server_restarted_during_the_wait__is_waited_on(k8s_on, tmp_path):
    with KubeServer(tmp_path / "plane", controller_manager=False) as plane:
        run = Run(k8s_on(plane), definition=claim("default"), wait_sleep=1, wait_timeout=300)
        until(lambda: run.watches() >= 1)
        plane.restart_apiserver()
        run.assert_waiting()
        merge(plane, claim("default"), {"status": {"phase": "Bound"}}, subresource="/status")
        outcome = run.end()
        assert not outcome.failed and outcome.changed, outcome.msg
        assert outcome["result"]["status"]["phase"] == "Bound"


# 85: several objects


def test_085__first_object_needs_the_second__both_become_ready(k8s, ns, server, widgets):
    first, second = widget(ns, "first"), widget(ns, "second")

    def control():
        """A controller: the first is ready once the second exists."""
        if exists(server, first) and exists(server, second):
            condition(server, second, "Ready", "True")
            condition(server, first, "Ready", "True")

    outcome = Run(k8s, definition=[first, second], sort=False, wait_condition={"type": "Ready"}).play(control)
    assert not outcome.failed and [r["changed"] for r in outcome.results] == [True, True]
    assert all(r["result"]["status"]["conditions"][0]["status"] == "True" for r in outcome.results)


def test_085__one_of_two_never_ready__both_results_are_returned(k8s, ns, server, widgets):
    k8s(definition=[widget(ns, "good"), widget(ns, "bad")])
    condition(server, widget(ns, "good"), "Ready", "True")
    outcome = k8s(definition=[widget(ns, "bad"), widget(ns, "good")], wait=True, wait_condition={"type": "Ready"},
                  wait_timeout=1)
    bad, good = outcome.results
    assert outcome.failed and not outcome.changed and '"Widget" "bad"' in outcome.msg
    assert bad["failed"] and "failed" not in good and good["duration"] == 0


def test_wait__more_objects_than_watches__are_all_seen(k8s, ns, server, widgets):
    many = [widget(ns, "w-%d" % i) for i in range(40)]
    run = Run(k8s, definition=many, wait_condition={"type": "Ready"}, wait_sleep=1, return_objects="summary")
    run.until_watching(8)
    for definition in reversed(many):
        condition(server, definition, "Ready", "True")
    outcome = run.end()
    assert not outcome.failed and len(outcome.results) == 40
    # A watch that ends makes room for another, so how many there were in all depends on the machine's mood.
    assert outcome.verbs.count(("watch", "widgets")) <= 40


# What a wait does not need, and what it says


def test_wait__nothing_to_wait_for__costs_one_look(k8s, ns):
    outcome = k8s(definition=config_map(ns), wait=True)
    assert not outcome.failed and outcome["duration"] == 0
    assert [verb for verb in outcome.verbs if verb[1] == "configmaps"] \
        == [("get", "configmaps"), ("patch", "configmaps"), ("get", "configmaps")]


def test_wait__check_mode__does_not_wait(k8s, ns, server):
    outcome = k8s(definition=deployment(ns), wait=True, check=True)
    assert not outcome.failed and outcome.changed and not exists(server, deployment(ns))
    assert not [event for event in writes(outcome) if "dryRun=All" not in event["requestURI"]]


def test_wait__paused_deployment__is_ready_with_a_warning(k8s, ns, server):
    definition = deployment(ns)
    definition["spec"]["paused"] = True
    outcome = k8s(definition=definition, wait=True, wait_timeout=60)
    assert not outcome.failed
    assert outcome.warnings == ['Deployment %s/d: deployment "d" is paused: nothing rolls it out' % ns]
    info = k8s(api_version="apps/v1", kind="Deployment", name="d", namespace=ns, state="info", wait=True)
    assert not info.failed and [w for w in info.warnings if "is paused" in w]
    assert k8s(definition=definition).warnings == []  # only who waits wants to know


def watch_answer(*answer):
    """A hook for a relay: watches get this answer, everything else is passed on."""
    return lambda request: answer if "watch=true" in request.path else None


@pytest.mark.parametrize("answer", [
    (200, [("Content-Type", "application/json")], b""),
    (403, [("Content-Type", "text/plain")], b"no"),
    (200, [], b'{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired"}}\n'),
    (410, [], b'{"kind":"Status","code":410,"reason":"Expired","message":"too old"}'),
    (200, [], b"<html>nonsense\n"),
], ids=["cut", "forbidden", "expired-event", "expired", "nonsense"])
def test_wait__watches_that_do_not_work__become_looks_with_pauses(k8s, ns, server, widgets, answer):
    with Relay(server, watch_answer(*answer)) as relay:
        run = Run(k8s, definition=widget(ns), wait_condition={"type": "Ready"}, wait_sleep=1,
                  kubeconfig=relay.kubeconfig)
        until(lambda: [r for r in relay.requests if "watch=true" in r.path])
        condition(server, widget(ns), "Other", "True")
        time.sleep(1)  # a busy loop would make thousands of requests now
        condition(server, widget(ns), "Ready", "True")
        assert satisfied_by(run.end())["type"] == "Ready"
    assert len([r for r in relay.requests if "watch=true" in r.path]) == 1
    assert len(relay.requests) < 20


def failing(times, status, body=b"no"):
    """A hook for a relay: the looks at a Widget, once it was written, fail so many times."""
    state = {"written": False, "left": times}

    def before(request):
        state["written"] = state["written"] or request.is_write()
        if not state["written"] or request.is_write() or "/widgets" not in request.path or not state["left"]:
            return None
        state["left"] -= 1
        return status, [], body

    return before, state


@pytest.mark.parametrize("status", [404, 429, 500, 503])
def test_wait__looks_that_fail_in_passing__are_not_the_end(k8s, ns, server, widgets, status):
    before, state = failing(3, status)
    with Relay(server, before) as relay:
        run = Run(k8s, definition=widget(ns), wait_condition={"type": "Ready"}, wait_sleep=1,
                  kubeconfig=relay.kubeconfig)
        until(lambda: exists(server, widget(ns)))
        condition(server, widget(ns), "Ready", "True")
        assert satisfied_by(run.end())["type"] == "Ready"
    assert state["left"] == 0


def test_wait__look_that_is_forbidden__is_the_end(k8s, ns, server, widgets):
    before, _ = failing(1, 403)
    with Relay(server, before) as relay:
        outcome = Run(k8s, definition=widget(ns), wait_condition={"type": "Ready"}, kubeconfig=relay.kubeconfig).end()
    assert outcome.failed and outcome.changed and "403" in outcome.msg


def test_signal__in_the_middle_of_a_wait__names_what_was_done(k8s, ns, server, widgets):
    run = Run(k8s, definition=[config_map(ns), widget(ns)], wait_condition={"type": "Ready"}).until_watching()
    started = time.monotonic()
    run.process.send_signal(signal.SIGTERM)
    outcome = run.end()
    assert time.monotonic() - started < 5
    assert outcome.rc == 1 and outcome.failed and outcome.changed and "SIGTERM" in outcome.msg
    assert [(r["changed"], r["result"]["metadata"]["name"]) for r in outcome.results] == [(True, "a"), (True, "w")]
    assert version_of(get(server, widget(ns))) == version_of(outcome.results[1]["result"])


def test_signal__while_polling__ends_the_wait(k8s, ns, server, widgets):
    with Relay(server, watch_answer(403, [], b"no")) as relay:
        run = Run(k8s, definition=widget(ns), wait_condition={"type": "Ready"}, wait_sleep=60,
                  kubeconfig=relay.kubeconfig)
        until(lambda: len([r for r in relay.requests if r.path.endswith("/w")]) >= 3)
        started = time.monotonic()
        run.process.send_signal(signal.SIGTERM)
        outcome = run.end()
        assert time.monotonic() - started < 5
    assert outcome.failed and outcome.changed and "SIGTERM" in outcome.msg
    assert json.loads(outcome.stdout)["result"]["metadata"]["name"] == "w"
