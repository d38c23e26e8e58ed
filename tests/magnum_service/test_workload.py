"""The functional test of workload clusters, on the Magnum that test_service.py has deployed."""
import json
import os
import re
import time

import pytest
from controllers import Controllers
from osa import recap
from service import IMAGE

from servers.openstack import services

PLAYBOOK = "osa_ops.mcapi_vexxhost.functional_test"
# Whoever calls it gets the answers of a program that has finished with this status.
SONOBUOY = """#!/bin/sh
echo "$@" >>@LOG@
case "$1" in
retrieve) : >"$2/results.tar.gz" ;;
results) printf 'Plugin: e2e\\nStatus: @STATUS@\\nTotal: 1\\n' ;;
esac
"""


@pytest.fixture(scope="module", autouse=True)
def deployed(lab):
    if lab.host.run("systemctl", "is-active", "magnum-conductor", check=False).strip() != "active":
        done = lab.run("openstack.osa.magnum")
        assert done.returncode == 0, done.stdout[-6000:]


def run(lab, *arguments, environment=None, **variables):
    values = {"functional_test_clouds_file": str(lab.cloud.clouds_file), "functional_test_cloud": "admin", "functional_test_create_compute_image": False,
              "functional_test_image_name": IMAGE, "functional_test_k8s_version": "v1.34.8", "functional_test_hosts": "localhost",
              "functional_test_control_kubeconfig": str(lab.kubernetes.kubeconfig), "functional_test_dump_path": str(lab.folder / "dump"),
              "functional_test_kubeconfig_file": str(lab.folder / "test/config"), "functional_test_delay": 2, "functional_test_sonobuoy": False}
    return lab.run(PLAYBOOK, "-e", json.dumps(dict(values, **variables)), *arguments, environment=environment)


def flat(done) -> str:
    return re.sub(r"\s+", " ", done.stdout)


def nothing_is_left(lab) -> None:
    assert "functional-test" not in lab.cloud.openstack("coe", "cluster", "list", "-f", "json", cloud="admin")
    assert "functional-test" not in lab.cloud.openstack("coe", "cluster", "template", "list", "-f", "json", cloud="admin")
    assert not (lab.folder / "test").exists()


def test_094__without_octavia__it_passes_and_says_what_it_left_out(lab):
    before = {each["metadata"]["name"] for each in lab.cluster_objects()}
    done = run(lab, "-vvv")
    assert done.returncode == 0, done.stdout[-6000:]
    assert "has passed; left out: a cluster (no load-balancer service in the catalog" in flat(done), done.stdout[-3000:]
    assert services.PASSWORD % "admin" not in done.stdout and "gAAAA" not in done.stdout
    nothing_is_left(lab)
    assert {each["metadata"]["name"] for each in lab.cluster_objects()} == before


@pytest.fixture(scope="module")
def octavia(lab, deployed):
    """The entry of the catalog, and a server that knows no load balancer: the driver asks it before it deletes a cluster."""
    token = lab.cloud.login("admin", "admin")
    made = lab.cloud.ok("keystone", "POST", "/v3/services", {"service": {"name": "octavia", "type": "load-balancer"}}, token)["service"]
    for interface in ("public", "internal", "admin"):
        lab.cloud.ok("keystone", "POST", "/v3/endpoints", {"endpoint": {
            "service_id": made["id"], "interface": interface, "region_id": services.REGION, "url": lab.octavia_url()}}, token)


def test_094__a_request_alone__is_written_by_the_driver_and_deleted_twice(lab, octavia):
    before = {each["metadata"]["name"] for each in lab.cluster_objects()}
    for _ in range(2):
        done = run(lab, "-vvv", functional_test_depth="request")
        assert done.returncode == 0, done.stdout[-6000:]
        assert "has passed; left out: waiting for the cluster and using it" in flat(done), done.stdout[-3000:]
        assert "gAAAA" not in done.stdout
        nothing_is_left(lab)
        assert {each["metadata"]["name"] for each in lab.cluster_objects()} == before


@pytest.fixture
def broken_charts(lab):
    """The driver fails, in the conductor, where it wants the first chart."""
    text = '#!/bin/sh\nif [ "$1" = template ]; then echo "the chart is broken" >&2; exit 1; fi\nexec /usr/bin/helm.kept "$@"\n'
    lab.host.run("mv", "/usr/bin/helm", "/usr/bin/helm.kept")
    lab.host.run("sh", "-c", "printf '%s' \"$0\" >/usr/bin/helm && chmod 755 /usr/bin/helm", text)
    yield
    lab.host.run("mv", "/usr/bin/helm.kept", "/usr/bin/helm")


def test_094__a_cluster_that_fails__ends_it_at_once_with_what_cluster_api_says(lab, octavia, broken_charts):
    begin = time.monotonic()
    done = run(lab)
    assert done.returncode != 0 and "CREATE_FAILED" in done.stdout, done.stdout[-5000:]
    assert "Cluster API says" in flat(done)
    assert time.monotonic() - begin < 200  # it would wait for many minutes
    nothing_is_left(lab)


def test_094__a_cluster_that_magnum_refuses__ends_it_with_its_words(lab, octavia):
    """The driver wants an odd number of masters."""
    done = run(lab, functional_test_master_count=2)
    assert done.returncode != 0 and "Ask Magnum for a cluster" in flat(done), done.stdout[-5000:]
    assert re.search(r"HTTP Error 400: Bad Request: [^;]*master", flat(done), re.I), done.stdout[-3000:]
    nothing_is_left(lab)


def program(lab, status: str) -> dict:
    folder = lab.folder / ("sonobuoy-" + status)
    folder.mkdir()
    path = folder / "sonobuoy"
    path.write_text(SONOBUOY.replace("@LOG@", str(folder / "calls")).replace("@STATUS@", status), encoding="utf-8")
    path.chmod(0o755)
    return {"PATH": "%s:%s" % (folder, os.environ["PATH"])}


def test_094__a_cluster_that_works__is_used_and_removed(lab, octavia):
    with Controllers(lab, lab.folder / "c1") as controllers:
        done = run(lab, "-vvv", environment=program(lab, "passed"), functional_test_sonobuoy="auto",
                   functional_test_sonobuoy_results=str(lab.folder / "results"))
        assert done.returncode == 0, done.stdout[-6000:]
        assert len(controllers.servers) == 1
        server = next(iter(controllers.servers.values()))
        assert server.request("GET", "/api/v1/namespaces/functional-test")[0] == 404
    assert "has passed; left out: a volume claim (no storage class" in flat(done), done.stdout[-3000:]
    assert "PRIVATE KEY" not in done.stdout and "client-key-data" not in done.stdout and "gAAAA" not in done.stdout
    calls = (lab.folder / "sonobuoy-passed/calls").read_text("utf-8").splitlines()
    assert [call.split()[0] for call in calls] == ["version", "delete", "run", "retrieve", "results", "delete"]
    nothing_is_left(lab)


def test_094__failed_tests_of_sonobuoy__fail_it(lab, octavia):
    with Controllers(lab, lab.folder / "c2"):
        done = run(lab, environment=program(lab, "failed"), functional_test_sonobuoy="auto",
                   functional_test_sonobuoy_results=str(lab.folder / "results"))
    assert done.returncode != 0 and "Status: failed" in done.stdout, done.stdout[-5000:]
    assert recap(done.stdout)["localhost"]["failed"] == 1
    nothing_is_left(lab)


def test_094__pods_that_never_run__fail_it(lab, octavia):
    with Controllers(lab, lab.folder / "c3", running=False):
        done = run(lab, functional_test_workload_timeout=15)
    assert done.returncode != 0 and "Run a Deployment with a Service, and a volume claim" in flat(done), done.stdout[-5000:]
    nothing_is_left(lab)
