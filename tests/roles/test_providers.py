"""Versions of Cluster API's providers, beside what runs."""
import json

import pytest
from plays import include, words

RUNNING = {"cluster-api": "v1.13.6", "bootstrap-kubeadm": "v1.13.6", "control-plane-kubeadm": "v1.13.6", "infrastructure-openstack": "v0.14.4"}


@pytest.fixture
def providers(roles):
    """Runs what brings them to the wanted versions; (what came of it, whether that was begun)."""
    resources = [{"metadata": {"name": name}, "version": version} for name, version in RUNNING.items()]
    roles.module("k8s_apply", json.dumps({"changed": False, "resources": resources}))
    roles.module("clusterctl_init", '{"changed": true}')
    (roles.root / "etc/kubernetes/admin.conf").touch()

    def run(core, infrastructure, **variables):
        done = roles.play([include("cluster_api", "providers.yml")], variables={
            "cluster_api_version": core, "cluster_api_infrastructure_version": infrastructure, **variables})
        return done, len(roles.calls("clusterctl_init")) == 1
    return run


@pytest.mark.parametrize("core, infrastructure, said", [
    ("1.13.5", "0.14.4", "cluster-api is v1.13.6, and shall be v1.13.5; bootstrap-kubeadm is v1.13.6, and shall be v1.13.5"),
    ("1.9.11", "0.14.4", "control-plane-kubeadm is v1.13.6, and shall be v1.9.11"),
    ("1.13.6", "0.13.10", "infrastructure-openstack is v0.14.4, and shall be v0.13.10")])
def test_cluster_api__an_older_version_than_runs__is_refused_before_anything_is_done(providers, core, infrastructure, said):
    done, begun = providers(core, infrastructure)
    assert done.returncode != 0 and not begun, done.stdout
    assert said in words(done) and "cluster_api_allow_downgrade" in done.stdout, done.stdout


@pytest.mark.parametrize("core, infrastructure, variables", [
    ("1.13.6", "0.14.4", {}), ("1.14.0", "0.14.10", {}), ("1.13.5", "0.14.4", {"cluster_api_allow_downgrade": True})])
def test_cluster_api__the_same_a_newer_one_or_one_that_is_insisted_on__is_brought_about(providers, core, infrastructure, variables):
    done, begun = providers(core, infrastructure, **variables)
    assert done.returncode == 0 and begun, done.stdout
