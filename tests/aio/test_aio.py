"""From an empty host to Cluster API, and what a second run does. The tests build on each other, in this order."""
import json

from osa import recap

PLAYBOOK = "openstack.osa.k8s"


def succeeded(done):
    assert done.returncode == 0, done.stdout[-6000:]
    return recap(done.stdout)


def changes(done):
    return sum(counts["changed"] for counts in succeeded(done).values())


def nodes(aio):
    return json.loads(aio.kubectl("get", "nodes", "-o", "json"))["items"]


def test_015__a_limit_and_no_facts__the_containers_are_made(aio):
    done = aio.run("osa_ops.mcapi_vexxhost.containers", "--limit", "k8s_all")
    assert changes(done) == 1
    assert aio.container().state == "RUNNING"


def test_028__the_container__has_each_line_once(aio):
    box = aio.container()
    assert box.values("lxc.cap.drop") == [""]
    assert box.values("lxc.cgroup.devices.allow") == ["a"]
    assert [value for value in box.values("lxc.mount.entry") if value.startswith("/dev/kmsg")] == ["/dev/kmsg dev/kmsg none bind,create=file 0 0"]


def test_039__haproxy_was_not_configured__an_error_names_the_variable(aio):
    done = aio.run(PLAYBOOK, "--limit", "k8s_all", "--tags", "k8s-install")
    assert done.returncode != 0 and "kubernetes_hostname" in done.stdout, done.stdout[-3000:]


def test_033__one_host__the_node_is_ready(aio):
    succeeded(aio.run(PLAYBOOK, "--skip-tags", "cluster-api"))
    (node,) = nodes(aio)
    aio.kubectl("wait", "--for=condition=Ready", "node", "--all", "--timeout=90s")
    assert node["metadata"]["labels"]["openstack-control-plane"] == "enabled"
    assert "taints" not in node["spec"]
    assert node["status"]["nodeInfo"]["kubeletVersion"] == "v" + aio.version
    aio.kubectl("-n", "kube-system", "wait", "--for=condition=Available", "deployment/coredns", "--timeout=120s")


def test_038__after_the_run__no_token_is_left(aio):
    assert "bootstrap-token" not in aio.kubectl("-n", "kube-system", "get", "secrets", "-o", "name")
    assert "kubeadm-certs" not in aio.kubectl("-n", "kube-system", "get", "secrets", "-o", "name")
    assert "token" not in aio.container().run("cat", "/etc/kubernetes/kubeadm.yaml")


def test_039__the_api__answers_on_the_internal_vip_alone(aio):
    config = aio.haproxy.run("cat", "/etc/haproxy/haproxy.cfg")
    assert "bind %s:6443" % aio.vip in config and "203.0.113.10" not in config and "bind *:6443" not in config
    assert aio.container().run("curl", "-sk", "https://%s:6443/healthz" % aio.vip) == "ok"


def test_052__cluster_api__is_installed_and_available(aio):
    succeeded(aio.run(PLAYBOOK, "--tags", "cluster-api"))
    providers = json.loads(aio.kubectl("get", "providers", "-A", "-o", "json"))["items"]
    assert len(providers) == 4
    for namespace in ("capi-system", "capi-kubeadm-bootstrap-system", "capi-kubeadm-control-plane-system"):
        aio.kubectl("-n", namespace, "wait", "--for=condition=Available", "deployment", "--all", "--timeout=120s")


def test_023__a_second_run_without_network__changes_nothing(aio):
    with aio.network_cut():
        done = aio.run(PLAYBOOK)
    assert changes(done) == 0, [line for line in done.stdout.splitlines() if line.startswith("changed")]


def test_019__check_mode_on_the_deployed_cluster__predicts_nothing(aio):
    before = aio.state()
    assert changes(aio.run(PLAYBOOK, "--check", "--diff")) == 0
    assert aio.state() == before


def test_024__a_label_was_removed__one_change_brings_it_back(aio):
    aio.kubectl("label", "node", "--all", "openstack-control-plane-")
    assert changes(aio.run(PLAYBOOK, "--tags", "k8s-install")) == 1
    assert nodes(aio)[0]["metadata"]["labels"]["openstack-control-plane"] == "enabled"


def test_027__crictl_yaml_was_removed__only_it_comes_back(aio):
    aio.container().run("rm", "/etc/crictl.yaml")
    assert changes(aio.run(PLAYBOOK, "--tags", "k8s-install")) == 1
