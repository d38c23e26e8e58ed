"""The second command of a deployment, for real. The tests build on each other, in this order."""
import base64
import configparser
import json
import re
import time

import pytest
from osa import recap
from service import EXTERNAL, FLAVOR, IMAGE, INTERNAL, TEMPLATE

from servers.openstack import services

PLAYBOOK = "openstack.osa.magnum"
PREFIX = "reg.example/mirror"


def succeeded(lab, done):
    assert done.returncode == 0, done.stdout[-8000:]
    for name, secret in lab.canaries().items():
        assert secret not in done.stdout, name
    return recap(done.stdout)


def changes(lab, done) -> int:
    return sum(counts["changed"] for counts in succeeded(lab, done).values())


def refused(lab, *words, **variables):
    """The deployment stops before it changes anything, and says all the words."""
    lab.write_variables(**variables)
    done = lab.run(PLAYBOOK)
    lab.write_variables()
    assert done.returncode != 0, done.stdout[-3000:]
    assert sum(counts["changed"] for counts in recap(done.stdout).values()) == 0, done.stdout[-3000:]
    text = re.sub(r"\s+", " ", done.stdout)
    for word in words:
        assert word in text, done.stdout[-3000:]


def test_checks__wrong_authority__is_found_before_anything_is_changed(lab):
    refused(lab, "magnum_capi_external_ca_file", "does not verify", magnum_capi_external_ca_file="/etc/magnum-ca/internal.pem")
    assert lab.host.run("id", "magnum", check=False) == ""


def test_checks__file_without_a_certificate__is_found(lab):
    refused(lab, "magnum_capi_internal_ca_file", "holds no certificate", magnum_capi_internal_ca_file="/etc/magnum-ca/none.pem")


def test_checks__management_api_that_does_not_answer__is_found(lab):
    text = lab.kubernetes.kubeconfig.read_text(encoding="utf-8").replace(lab.kubernetes.url, "https://127.0.0.1:9")
    (lab.folder / "elsewhere").write_text(text, encoding="utf-8")
    refused(lab, "magnum_capi_k8s_conf_src", "127.0.0.1:9", magnum_capi_k8s_conf_src=str(lab.folder / "elsewhere"), magnum_capi_timeout=2)


def test_checks__image_without_a_distribution__is_found(lab):
    refused(lab, "magnum_glance_images", "os_distro", magnum_glance_images=[{"name": "x", "url": "http://127.0.0.1:9/x"}])


def test_checks__no_octavia__is_found_where_it_is_asked_for(lab):
    refused(lab, "magnum_capi_octavia", "Octavia", magnum_capi_octavia="fail")


def test_071__many_authorities__are_told_of(lab):
    """What the end finds wrong has nothing to do with it."""
    refused(lab, "WARNING: magnum_capi_external_ca_file", "go into each workload cluster twice", magnum_capi_octavia="fail",
            magnum_capi_external_ca_file="/etc/magnum-ca/many.pem")


def test_071__too_many_authorities__are_refused_before_kubernetes_does(lab):
    refused(lab, "magnum_capi_external_ca_file: with", "Kubernetes takes 1048576", magnum_capi_external_ca_file="/etc/magnum-ca/too-many.pem")


def test_069__the_documented_variables__make_a_magnum(lab):
    done = lab.run(PLAYBOOK, "--diff", "-vvv")
    assert changes(lab, done) > 15
    plays = re.findall(r"^PLAY \[([^\]]+)", done.stdout, re.M)
    assert plays == ["Make and configure the containers", "Gather facts of Magnum's hosts, and check what is wanted", "Let HAProxy lead to Magnum",
                     "Install Magnum", "Make what users choose from"], plays
    assert "endpoint_type = internalURL is written in its place" in re.sub(r"\s+", " ", done.stdout)
    config = configparser.ConfigParser(interpolation=None, strict=False, default_section="none")
    config.read_string(lab.host.run("cat", "/etc/magnum/magnum.conf"))
    assert dict(config["capi_client"]) == {"endpoint_type": "internalURL", "ca_file": "/etc/magnum-ca/internal.pem"}
    assert config["drivers"]["openstack_ca_file"] == "/etc/magnum-ca/external.pem"
    assert config["cluster_template"]["kubernetes_allowed_network_drivers"] == "calico"
    assert config["cluster_template"]["kubernetes_default_network_driver"] == "calico"
    assert config["nova_client"]["api_version"] == "2.15"
    for path, wanted in (("/etc/magnum/magnum.conf", "640 root magnum"), ("/var/lib/magnum/.kube/config", "600 magnum magnum")):
        assert lab.host.run("stat", "-c", "%a %U %G", path).strip() == wanted
    for unit in ("magnum-api", "magnum-conductor"):
        assert lab.host.run("systemctl", "is-active", unit).strip() == "active", lab.log(unit)
        assert lab.host.run("systemctl", "is-enabled", unit).strip() == "enabled"


def test_133__a_second_run__changes_nothing_and_restarts_nothing(lab):
    before = [lab.pid("magnum-api"), lab.pid("magnum-conductor")]
    done = lab.run(PLAYBOOK)
    assert changes(lab, done) == 0, done.stdout[-6000:]
    assert [lab.pid("magnum-api"), lab.pid("magnum-conductor")] == before


def test_019__check_mode_on_what_is_deployed__sees_no_change(lab):
    done = lab.run(PLAYBOOK, "--check", "--diff")
    assert changes(lab, done) == 0, done.stdout[-6000:]


def test_073__image_flavor_and_template__are_there_once(lab):
    """Of the run above, and not touched by the one after it."""
    token = lab.cloud.login("admin", "admin")
    found = lab.cloud.ok("glance", "GET", "/v2/images?name=" + IMAGE, None, token)["images"]
    assert [(each["status"], each["os_distro"], each["visibility"]) for each in found] == [("active", "ubuntu", "public")]
    uploads = [each for each in lab.cloud.requests("glance") if each["method"] == "PUT" and each["path"].endswith("/file")]
    assert len(uploads) == 1, uploads
    assert FLAVOR in lab.cloud.openstack("flavor", "list", "-f", "json", cloud="admin")
    assert TEMPLATE["name"] in lab.cloud.openstack("coe", "cluster", "template", "list", "-f", "json")


def test_073__a_template__is_changed_once(lab):
    lab.write_variables(magnum_cluster_templates=[dict(TEMPLATE, dns_nameserver="8.8.4.4")])
    assert changes(lab, lab.run(PLAYBOOK, "--tags", "magnum-resources")) == 1
    assert changes(lab, lab.run(PLAYBOOK, "--tags", "magnum-resources")) == 0
    lab.write_variables()
    assert changes(lab, lab.run(PLAYBOOK, "--tags", "magnum-resources")) == 1


def ask_for_cluster(lab, name: str, *arguments) -> dict:
    """By the real client. Its object, as soon as there is one."""
    known = {each["metadata"]["name"] for each in lab.cluster_objects()}
    lab.cloud.openstack("coe", "cluster", "create", name, "--cluster-template", TEMPLATE["name"], "--keypair", "key-of-demo", "--node-count", "1",
                        *arguments)
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        new = [each for each in lab.cluster_objects() if each["metadata"]["name"] not in known]
        if new:
            return new[0]
        status = json.loads(lab.cloud.openstack("coe", "cluster", "show", name, "-f", "json"))
        assert "FAILED" not in status["status"], (status["status_reason"], lab.log("magnum-conductor"))
        time.sleep(3)
    raise AssertionError(lab.log("magnum-conductor"))


@pytest.fixture(scope="module")
def cluster(lab):
    return ask_for_cluster(lab, "test")


def test_070__a_cluster_through_the_real_client__becomes_objects_with_the_right_authorities(lab, cluster):
    name = cluster["metadata"]["name"]
    assert cluster["spec"]["topology"]["version"] == "v1.34.8"
    secrets = lab.secrets()
    internal, external = (each.cert_file.read_text("ascii") for each in (lab.cloud.internal_ca, lab.cloud.external_ca))
    credentials = secrets[name + "-cloud-config"]
    assert base64.b64decode(credentials["cacert"]).decode().strip() == internal.strip()
    assert lab.cloud.url("keystone") in base64.b64decode(credentials["clouds.yaml"]).decode()
    manifests = base64.b64decode(secrets[name + "-cloud-provider"]["cloud-config-secret.yaml"]).decode()
    assert external.splitlines()[3] in manifests and internal.splitlines()[3] not in manifests
    # By helm, from a chart of the driver.
    controller = base64.b64decode(secrets[name + "-cloud-provider"]["cloud-controller-manager.yaml"]).decode()
    assert "kind: DaemonSet" in controller and "openstack-cloud-controller-manager:v1.34.1" in controller
    for purpose in ("ca", "etcd", "proxy", "sa"):
        assert "%s-%s" % (name, purpose) in secrets
    for path, group in (("clusterclasses", "cluster.x-k8s.io/v1beta1"), ("openstackclustertemplates", "infrastructure.cluster.x-k8s.io/v1beta1"),
                        ("clusterresourcesets", "addons.cluster.x-k8s.io/v1beta1")):
        assert lab.cluster_objects(path, group), path


def test_070__a_conductor_that_was_restarted__takes_another_cluster(lab, cluster):
    """It looks after the first one, in a thread of its own, before it hears of the second."""
    lab.host.run("systemctl", "restart", "magnum-conductor", timeout=60)
    time.sleep(15)
    assert ask_for_cluster(lab, "second")["metadata"]["name"] != cluster["metadata"]["name"]


# Keeps what crane would be told to copy.
CRANE = """#!/bin/sh
echo "$@" >>@LOG@
"""


def test_image_mirror__workload_cluster_with_a_prefix__finds_its_images(lab, cluster, tmp_path):
    """Each image that the driver names in what it installs is copied, under the name that it has there."""
    (tmp_path / "crane").write_text(CRANE.replace("@LOG@", str(tmp_path / "log")), encoding="ascii")
    (tmp_path / "crane").chmod(0o755)
    told = {"capi_image_mirror_tool": str(tmp_path / "crane"), "capi_image_mirror_destination": PREFIX,
            "capi_image_mirror_workload_versions": ["1.34.8"]}
    succeeded(lab, lab.run("osa_ops.mcapi_vexxhost.image_mirror", "-e", json.dumps(told)))
    copied = {line.split()[-1] for line in (tmp_path / "log").read_text(encoding="ascii").splitlines()}
    made = ask_for_cluster(lab, "prefixed", "--merge-labels", "--labels", "container_infra_prefix=" + PREFIX)["metadata"]["name"]
    secrets = lab.secrets()
    (uuid,) = [each["uuid"] for each in json.loads(lab.cloud.openstack("coe", "cluster", "list", "-f", "json")) if each["name"] == "prefixed"]
    texts = [base64.b64decode(text).decode() for name in (made + "-cloud-provider", uuid) for text in secrets[name].values()]
    named = set(re.findall(r"image: *[\"']?([^\s\"']+)", "\n".join(texts)))
    assert len(named) > 10 and {image.partition("/")[0] for image in named} == {PREFIX.partition("/")[0]}
    assert named <= copied, named - copied


def test_071__size_of_the_largest_secret__is_as_the_check_computes(lab, cluster):
    sizes = {name: sum(len(base64.b64decode(value)) for value in data.values()) for name, data in lab.secrets().items()}
    external = len(lab.cloud.external_ca.cert_file.read_text("ascii"))
    largest = max(sizes.values())
    assert largest <= 350000 + 16384 + 2.1 * external <= 1048576, sizes


def test_086__least_privilege__is_no_administrator(lab):
    """What the driver has done until here it did with that kubeconfig."""
    config = lab.host.run("cat", "/var/lib/magnum/.kube/config")
    assert "token:" in config and "client-certificate-data" not in config
    assert "forbidden" not in lab.log("magnum-conductor", 3000).lower(), lab.log("magnum-conductor", 3000)


def test_072__new_credentials__restart_each_service_once(lab):
    lab.kubernetes.request("DELETE", "/api/v1/namespaces/magnum-system/secrets/magnum-token")
    before = [lab.pid("magnum-api"), lab.pid("magnum-conductor")]
    started = lab.host.run("journalctl", "-u", "magnum-conductor", "--no-pager").count("Started ")
    succeeded(lab, lab.run(PLAYBOOK, "--tags", "magnum_k8s_conf"))
    after = [lab.pid("magnum-api"), lab.pid("magnum-conductor")]
    assert all(old != new for old, new in zip(before, after))
    assert lab.host.run("journalctl", "-u", "magnum-conductor", "--no-pager").count("Started ") == started + 1
    assert changes(lab, lab.run(PLAYBOOK)) == 0
    assert [lab.pid("magnum-api"), lab.pid("magnum-conductor")] == after


def test_134__endpoints__have_no_version_and_the_right_type(lab):
    token = lab.cloud.login("admin", "admin")
    service = lab.cloud.ok("keystone", "GET", "/v3/services?name=magnum", None, token)["services"][0]
    assert service["type"] == "container-infra"
    found = lab.cloud.ok("keystone", "GET", "/v3/endpoints?service_id=%s" % service["id"], None, token)["endpoints"]
    urls = {each["url"] for each in found if each["region"] == services.REGION}
    assert urls == {"http://%s:%d" % (address, lab.ports["magnum"]) for address in (INTERNAL, EXTERNAL)}
