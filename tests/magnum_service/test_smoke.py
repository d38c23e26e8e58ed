"""The smoke test of a management cluster: a real API server with Cluster API's kinds, and a Deployment whose Pod a test calls ready."""
import json
import re

import pytest
from controllers import MERGE, conditions

from support.wait import until

PLAYBOOK = "osa_ops.mcapi_vexxhost.smoke_test"
SPACE = "smoke-system"
PODS = "/api/v1/namespaces/%s/pods" % SPACE
DEPLOYMENT = "/apis/apps/v1/namespaces/%s/deployments/controller" % SPACE


@pytest.fixture(scope="module")
def controller(lab):
    """A function that scales it, and waits until that many Pods are available."""
    server, labels = lab.kubernetes, {"app": "controller"}
    server.request("POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SPACE}})
    server.request("POST", DEPLOYMENT.rpartition("/")[0], {
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "controller"}, "spec": {
            "replicas": 1, "selector": {"matchLabels": labels}, "template": {
                "metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": "i"}]}}}})

    def scale(count):
        code, answer = server.request("PATCH", DEPLOYMENT, {"spec": {"replicas": count}}, MERGE)
        assert code == 200, answer

        def is_there():
            for pod in server.request("GET", PODS)[1]["items"]:
                server.request("PATCH", "%s/%s/status" % (PODS, pod["metadata"]["name"]),
                               {"status": {"phase": "Running", "conditions": conditions("Ready")}}, MERGE)
            return server.request("GET", DEPLOYMENT)[1].get("status", {}).get("availableReplicas", 0) == count

        until(is_there, 60, 0.5)

    yield scale
    server.request("DELETE", "/api/v1/namespaces/" + SPACE)


def run(lab, **variables):
    values = dict({"smoke_test_kubeconfig": str(lab.kubernetes.kubeconfig), "smoke_test_namespaces": [SPACE],
                   "smoke_test_namespace": "magnum-system", "smoke_test_providers": {"cluster-api": "1.13.6"}}, **variables)
    done = lab.run(PLAYBOOK, "-e", json.dumps(values))
    return done, re.sub(r"\s+", " ", done.stdout)


def test_095__controllers_that_are_available__pass(lab, controller):
    controller(1)
    done, _ = run(lab)
    assert done.returncode == 0, done.stdout[-5000:]
    assert lab.kubernetes.request("GET", "/apis/cluster.x-k8s.io/v1beta1/namespaces/magnum-system/clusters/smoke-test")[0] == 404


def test_095__a_provider_without_replicas__fails_and_is_named(lab, controller):
    controller(0)
    done, text = run(lab)
    assert done.returncode != 0 and "%s/controller has 0 of 0 available" % SPACE in text, done.stdout[-5000:]


def test_095__another_version__fails_and_is_named(lab, controller):
    controller(1)
    done, text = run(lab, smoke_test_providers={"cluster-api": "1.14.0"})
    assert done.returncode != 0 and "cluster-api is 1.13.6, wanted 1.14.0" in text, done.stdout[-5000:]
