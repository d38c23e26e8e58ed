"""The smoke test of a management cluster, with a server that is played."""
import json
import sys

import pytest
from plays import include

# An answer per kind. Controllers are available from the first time on that somebody waits for them.
PLAYED = """#!%(python)s
# WANT_JSON
import json, os, sys
told = json.load(open(sys.argv[1]))
with open("%(log)s", "a") as log:
    log.write(json.dumps(told) + "\\n")
if told.get("wait"):
    open("%(ready)s", "w").close()
metadata = {"namespace": told.get("namespace"), "name": "controller"}
found = {
    "Provider": [{"metadata": {"name": "cluster-api"}, "version": "v1.13.6"}],
    "Deployment": [{"metadata": metadata, "spec": {"replicas": 1}, "status": {"availableReplicas": int(os.path.exists("%(ready)s"))}}],
    "CustomResourceDefinition": [{"metadata": {"name": "clusters.cluster.x-k8s.io"}, "status": {
        "storedVersions": %(stored)s, "conditions": [{"type": "Established", "status": "True"}]}}]}
print(json.dumps({"changed": False, "resources": found.get(told.get("kind"), [])}))
"""


@pytest.fixture
def smoke(roles):
    """Runs it; (what came of it, what the server was asked)."""
    def run(stored=("v1beta2",), **variables):
        log = roles.root / "k8s_apply.log"
        path = roles.collections / "ansible_collections/osa_ops/mcapi_vexxhost/plugins/modules/k8s_apply"
        (roles.root / "config").touch()
        path.write_text(PLAYED % {"python": sys.executable, "log": log, "ready": roles.root / "ready", "stored": json.dumps(list(stored))}, encoding="utf-8")
        done = roles.play([include("smoke_test", "main.yml")], variables={
            "smoke_test_kubeconfig": str(roles.root / "config"), "smoke_test_providers": {"cluster-api": "1.13.6"},
            "smoke_test_namespaces": ["one-system", "two-system"],
            "smoke_test_crds": ["clusters.cluster.x-k8s.io"], **variables})
        return done, roles.calls("k8s_apply")
    return run


def test_smoke_test__controllers_come_back_after_an_upgrade__are_waited_for(smoke):
    done, calls = smoke(smoke_test_wait=7)
    assert done.returncode == 0, done.stdout
    assert [(each["namespace"], int(each["wait_timeout"])) for each in calls if each.get("wait")] == [("one-system", 7), ("two-system", 7)]


def test_smoke_test__nobody_shall_wait__it_fails_at_once_and_names_them(smoke):
    done, calls = smoke(smoke_test_wait=0)
    assert done.returncode != 0 and "one-system/controller has 0 of 1 available" in done.stdout, done.stdout
    assert not [each for each in calls if each.get("wait")]


@pytest.mark.parametrize("stored, version, key", [(["v1beta1"], "v1beta1", "apiVersion"), (["v1beta1", "v1beta2"], "v1beta2", "apiGroup")])
def test_smoke_test__a_cluster_in_the_newest_version__is_what_the_server_is_asked_about(smoke, stored, version, key):
    """Of an older one it would warn in each run."""
    done, calls = smoke(stored)
    assert done.returncode == 0, done.stdout
    (asked,) = [each["definition"] for each in calls if each.get("definition")]
    assert asked["apiVersion"] == "cluster.x-k8s.io/" + version
    assert set(asked["spec"]["controlPlaneRef"]) == {key, "kind", "name"}
