"""From an empty host to Cluster API, and what a second run does. The tests build on each other, in this order."""
import json
import shutil

from outcome import changed_tasks, changes, succeeded

from support.wait import until

PLAYBOOK = "openstack.osa.k8s"
NAMESPACES = ("cert-manager", "capi-system", "capi-kubeadm-bootstrap-system", "capi-kubeadm-control-plane-system",
              "sample-system")
BACKUPS = "/var/backup/cluster-api-backup"


def wait(aio, namespace, what, condition="Available", seconds=180):
    aio.kubectl("-n", namespace, "wait", "--for=condition=" + condition, what, "--all", "--timeout=%ds" % seconds)


def available_since(deployment):
    """When its Pods were available for the first time; a busy machine may have made them wait for each other later."""
    (since,) = [c["lastUpdateTime"] for c in deployment["status"]["conditions"]
                if c["type"] == "Progressing" and c["reason"] == "NewReplicaSetAvailable"]
    return since


def test_033__an_empty_host__becomes_a_management_cluster(aio):
    succeeded(aio.run(PLAYBOOK, timeout=1800))
    aio.kubectl("wait", "--for=condition=Ready", "node", "--all", "--timeout=90s")
    (node,) = aio.objects("nodes")
    assert node["metadata"]["labels"]["openstack-control-plane"] == "enabled"
    assert "taints" not in node["spec"]
    assert node["status"]["nodeInfo"]["kubeletVersion"] == "v" + aio.version
    wait(aio, "kube-system", "deployment")


def test_052__cluster_api__has_the_wanted_versions_and_is_available(aio):
    providers = {p["metadata"]["name"]: p["version"] for p in aio.objects("providers", "-A")}
    wanted = "v" + aio.cluster_api_version
    assert providers == {"cluster-api": wanted, "bootstrap-kubeadm": wanted, "control-plane-kubeadm": wanted,
                         "infrastructure-sample": "v" + aio.sample_version}
    for namespace in NAMESPACES:
        wait(aio, namespace, "deployment")
    restarts = [status["restartCount"] for pod in aio.objects("pods", "-n", "capi-system")
                for status in pod["status"]["containerStatuses"]]
    assert restarts == [0]


def test_050__cert_manager__was_available_before_the_providers_came(aio):
    webhook = json.loads(aio.kubectl("-n", "cert-manager", "get", "deployment", "cert-manager-webhook", "-o", "json"))
    core = json.loads(aio.kubectl("get", "namespace", "capi-system", "-o", "json"))
    assert available_since(webhook) <= core["metadata"]["creationTimestamp"]


def test_095__a_cluster__is_refused_by_the_webhook_that_is_really_there(aio):
    """The webhook answers over the network of Services, with the certificate that cert-manager made."""
    broken = {"apiVersion": "cluster.x-k8s.io/v1beta2", "kind": "Cluster",
              "metadata": {"name": "x", "namespace": "default"},
              "spec": {"topology": {"classRef": {"name": "none"}, "version": "no version"}}}
    aio.container().write("root/broken.json", json.dumps(broken))
    answer = aio.kubectl_fails("apply", "-f", "/root/broken.json")
    assert "version must be a valid semantic version" in answer


def test_038__after_the_run__no_token_is_left(aio):
    assert "bootstrap-token" not in aio.kubectl("-n", "kube-system", "get", "secrets", "-o", "name")
    assert "kubeadm-certs" not in aio.kubectl("-n", "kube-system", "get", "secrets", "-o", "name")
    assert "token" not in aio.container().run("cat", "/etc/kubernetes/kubeadm.yaml")


def test_039__the_api__answers_on_the_internal_vip_alone(aio):
    config = aio.haproxy.run("cat", "/etc/haproxy/haproxy.cfg")
    assert "bind %s:6443" % aio.vip in config and "203.0.113.10" not in config and "bind *:6443" not in config
    assert aio.container().run("curl", "-sk", "https://%s:6443/healthz" % aio.vip) == "ok"


def test_090__the_lists__are_what_was_fetched(aio, tmp_path):
    succeeded(aio.run("osa_ops.mcapi_vexxhost.offline_list", "-e", "offline_list_path=%s" % tmp_path))
    lines = (tmp_path / "files.txt").read_text(encoding="utf-8").splitlines()
    files = {line.split()[0].partition("://")[2] for line in lines}
    images = set((tmp_path / "images.txt").read_text(encoding="utf-8").split())
    fetched_files, fetched_images = aio.fetched()
    assert files == fetched_files
    # Only an issuer that asks an ACME server starts this one.
    assert {name for name in images if "acmesolver" not in name} == fetched_images


def test_023__a_second_run_without_network__changes_nothing(aio):
    with aio.network_cut():
        done = aio.run(PLAYBOOK)
    assert changed_tasks(done) == [] and changes(done) == 0


def test_019__check_mode_on_the_deployed_cluster__predicts_nothing(aio):
    before = aio.state()
    done = aio.run(PLAYBOOK, "--check", "--diff")
    assert changed_tasks(done) == [] and changes(done) == 0
    assert aio.state() == before
    for secret in ("PRIVATE KEY", "client-key-data", "token:"):
        assert secret not in done.stdout


def test_024_027__a_label_and_a_file_were_removed__nothing_else_is_repaired(aio):
    aio.kubectl("label", "node", "--all", "openstack-control-plane-")
    aio.container().run("rm", "/etc/crictl.yaml")
    done = aio.run(PLAYBOOK, "--tags", "k8s-install")
    assert changed_tasks(done) == ["Tell crictl where containerd is", "Label the node"] and changes(done) == 2
    assert aio.objects("nodes")[0]["metadata"]["labels"]["openstack-control-plane"] == "enabled"


def test_015__a_limit_and_no_facts__the_containers_are_as_they_were(aio):
    shutil.rmtree(aio.osa.config / "ansible_facts")
    assert changes(aio.run("osa_ops.mcapi_vexxhost.containers", "--limit", "k8s_all")) == 0
    assert aio.container().state == "RUNNING"


def test_028__the_container__has_each_line_once(aio):
    box = aio.container()
    assert box.values("lxc.cap.drop") == [""]
    assert box.values("lxc.cgroup.devices.allow") == ["a"]
    mounts = [value for value in box.values("lxc.mount.entry") if value.startswith("/dev/kmsg")]
    assert mounts == ["/dev/kmsg dev/kmsg none bind,create=file 0 0"]


def test_039__haproxy_does_not_listen__an_error_names_the_variable(aio):
    aio.haproxy.run("systemctl", "stop", "haproxy")
    done = aio.run(PLAYBOOK, "--limit", "k8s_all", "--tags", "k8s-install")
    aio.haproxy.run("systemctl", "start", "haproxy")
    assert done.returncode != 0 and "kubernetes_hostname" in done.stdout, done.stdout[-3000:]


def test_026__a_line_of_somebody_else__stays_and_restarts_nothing(aio):
    box = aio.container()
    boot = box.run("cat", "/proc/sys/kernel/random/boot_id") + box.run("stat", "-c", "%Y", "/proc/1")
    box.append("lxc.environment = MINE=1")
    assert changes(aio.run(PLAYBOOK, "--tags", "k8s-container")) == 0
    assert box.values("lxc.environment") == ["MINE=1"]
    assert box.run("cat", "/proc/sys/kernel/random/boot_id") + box.run("stat", "-c", "%Y", "/proc/1") == boot


def test_063__backups_are_wanted__a_timer_runs_and_its_service_leaves_a_good_archive(aio):
    aio.more_variables({"cluster_api_backups_enabled": True})
    assert changes(aio.run(PLAYBOOK, "--tags", "k8s-backups")) > 0
    box = aio.container()
    assert box.run("systemctl", "is-active", "cluster-api-backup.timer").strip() == "active"
    box.run("systemctl", "start", "cluster-api-backup.service", timeout=120)
    archives = box.run("sh", "-c", "stat -c '%%a %%G %%n' %s/cluster-api-objects-*.tar.gz" % BACKUPS).splitlines()
    assert len(archives) == 1 and archives[0].startswith("640 backups "), archives


def test_067__an_object_was_lost__the_newest_archive_brings_it_back(aio):
    secret = {"apiVersion": "v1", "kind": "Secret",
              "metadata": {"name": "kube-cloud-config", "namespace": "magnum-system"}}
    behind = {"apiGroup": "infrastructure.cluster.x-k8s.io", "kind": "SampleCluster", "name": "kube"}
    aio.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "magnum-system"}},
              {"apiVersion": "cluster.x-k8s.io/v1beta2", "kind": "Cluster",
               "metadata": {"name": "kube", "namespace": "magnum-system"},
               "spec": {"paused": True, "infrastructureRef": behind}},
              dict(secret, stringData={"clouds.yaml": "clouds: {}\n"}))
    succeeded(aio.run("osa_ops.mcapi_vexxhost.backup"))
    # Nothing is behind this Cluster, which was never up: that is told, and nothing is wrong.
    verified = aio.backup_program(state="verified", src="latest")
    assert not verified.get("failed") and verified["problems"] == [], verified
    assert [text for text in verified["warnings"] if "infrastructureRef SampleCluster" in text], verified
    aio.kubectl("-n", "magnum-system", "delete", "secret", "kube-cloud-config")
    done = aio.run("osa_ops.mcapi_vexxhost.restore")
    assert changes(done) == 1
    back = aio.kubectl("-n", "magnum-system", "get", "secret", "kube-cloud-config", "-o", "name")
    assert back.strip() == "secret/kube-cloud-config"
    assert changes(aio.run("osa_ops.mcapi_vexxhost.restore")) == 0


def test_063__backups_are_not_wanted_any_more__the_timer_goes_and_archives_stay(aio):
    aio.more_variables({})
    assert changes(aio.run(PLAYBOOK, "--tags", "k8s-backups")) > 0
    box = aio.container()
    assert box.run("systemctl", "is-enabled", "cluster-api-backup.timer", check=False).strip() != "enabled"
    assert "cluster-api-objects" in box.run("ls", BACKUPS)


def test_034__a_second_host__joins_the_control_plane(aio):
    aio.grow(2)
    succeeded(aio.run(PLAYBOOK, "--skip-tags", "cluster-api"))
    aio.kubectl("wait", "--for=condition=Ready", "node", "--all", "--timeout=120s")
    assert len(aio.objects("nodes")) == 2
    until(lambda: len(aio.objects("pods", "-n", "kube-system", "-l", "component=etcd")) == 2, seconds=60, pause=1)
    assert "bootstrap-token" not in aio.kubectl("-n", "kube-system", "get", "secrets", "-o", "name")
