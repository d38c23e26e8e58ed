"""One round of control, without a data thread: what is published, with the rights of the role alone."""
import base64
import json
import subprocess

import pytest

from support.magnum_system import PREFIX, SLICES, floating_ip_disabled

NETWORK = "b7f3c2f0-5a0e-4c55-9d0c-111111111111"


@pytest.fixture
def once(programs, environment, tmp_path):
    """Runs one round; a namespace is a mere name here."""
    folder = tmp_path / "netns"
    folder.mkdir()
    (folder / ("qdhcp-" + NETWORK)).touch()

    def run(*arguments, **changes):
        done = subprocess.run([programs / "magnum-cluster-api-proxy", *(arguments or ["--once"])], capture_output=True,
                              text=True, env=dict(environment, PROXY_PORT="44355", **changes), timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        assert "ERROR" not in done.stderr
        return done

    return run


def test_078__slice_and_service__are_upstreams_in_names_labels_annotation_and_ports(world, once):
    world.add("kube-x", NETWORK, "10.0.0.5")
    once()
    (name, made), = world.slices().items()
    assert name == "kube-x-infra1"
    assert made["metadata"]["labels"] == {
        "kubernetes.io/service-name": "kube-x", PREFIX + "node": "infra1", PREFIX + "proxied-cluster": "kube-x",
        PREFIX + "proxied-service": "true", "endpointslice.kubernetes.io/managed-by": "magnum-cluster-api-proxy"}
    assert list(made["metadata"]["annotations"]) == [PREFIX + "timestamp"]
    assert made["addressType"] == "IPv4"
    assert made["endpoints"] == [{"addresses": ["10.1.2.3"], "conditions": {"ready": True}, "nodeName": "infra1"}]
    assert made["ports"] == [{"name": "https", "port": 44355, "protocol": "TCP"}]
    service = world.services()["kube-x"]
    assert service["metadata"]["labels"] == {PREFIX + "proxied-service": "true"}
    assert service["spec"]["ports"] == [{"name": "https", "port": 6443, "targetPort": 6443, "protocol": "TCP"}]
    assert "selector" not in service["spec"]


def test_086__second_round__writes_nothing_and_the_rights_suffice(world, once):
    world.add("kube-x", NETWORK, "10.0.0.5")
    world.add_kubeconfig("kube-x", {"clusters": [{"name": "kube-x", "cluster": {"server": "https://10.0.0.5:6443"}}]})
    once()
    mark = world.server.audit.mark()
    done = once()
    requests = world.server.requests(mark, agent="magnum-cluster-api-proxy")
    assert requests and not [r for r in requests if r["responseStatus"]["code"] >= 400]
    assert {r["user"]["username"] for r in requests} == {"system:serviceaccount:magnum-system:magnum-cluster-api-proxy"}
    assert not world.writes(mark, "magnum-cluster-api-proxy")
    assert "wrote" not in done.stderr


def test_085__ipv6_address__has_its_family(world, once):
    world.add("kube-x", NETWORK, "10.0.0.5")
    once(POD_IP="fd00::1")
    (made,) = world.slices().values()
    assert (made["addressType"], made["endpoints"][0]["addresses"]) == ("IPv6", ["fd00::1"])


@pytest.mark.parametrize("bind,published", [("192.0.2.7", "192.0.2.7"), ("[fd00::7]", "fd00::7")])
def test_085__no_address_to_publish__it_is_the_one_that_is_bound(world, once, bind, published):
    world.add("kube-x", NETWORK, "10.0.0.5")
    once(POD_IP="", PROXY_BIND=bind)
    (made,) = world.slices().values()
    assert made["endpoints"][0]["addresses"] == [published]


def test_085__another_family_than_before__is_deleted_first_then_made_anew(world, once):
    world.add("kube-x", NETWORK, "10.0.0.5")
    once()
    once(POD_IP="fd00::1")
    assert not world.slices()
    once(POD_IP="fd00::1")
    assert [s["addressType"] for s in world.slices().values()] == ["IPv6"]


def test_085__always__takes_clusters_with_a_floating_ip_too(world, once):
    world.add("kube-x", NETWORK, "10.0.0.5", spec={"disableAPIServerFloatingIP": False})
    once()
    assert not world.slices() and not world.services()
    once(PROXY_ALWAYS="1")
    assert list(world.slices()) == ["kube-x-infra1"]


def test_082__service__goes_with_the_cluster_and_not_before(world, once):
    world.add("kube-x", NETWORK, "10.0.0.5")
    once()
    world.patch(SLICES.replace("discovery.k8s.io/v1", "infrastructure.cluster.x-k8s.io/v1beta1").replace(
        "endpointslices", "openstackclusters") + "/kube-x", {"spec": {"disableAPIServerFloatingIP": False}})
    once()
    assert not world.slices() and "kube-x" in world.services()
    world.remove("kube-x")
    once()
    assert "kube-x" not in world.services()


def test_082__slice_of_another_host_remains__service_remains(world, once):
    world.add("kube-x", NETWORK, "10.0.0.5")
    once()
    world.put_foreign_slice("kube-x", "peer")
    world.remove("kube-x")
    once()
    once()
    assert list(world.slices()) == ["kube-x-peer"] and "kube-x" in world.services()
    world.server.request("DELETE", SLICES + "/kube-x-peer")
    once()
    assert not world.services()


def test_083__kubeconfig__only_the_server_changes_and_a_right_one_is_not_written(world, once):
    world.add("kube-x", NETWORK, "10.0.0.5")
    document = {"apiVersion": "v1", "kind": "Config", "x-mine": [1, "two"], "preferences": {},
                "clusters": [{"name": "other", "cluster": {"server": "https://192.0.2.1"}},
                             {"name": "kube-x", "cluster": {"server": "https://10.0.0.5:6443", "x": True}}],
                "contexts": [{"name": "a", "context": {"cluster": "kube-x", "user": "u"}},
                             {"name": "b", "context": {"cluster": "other", "user": "v"}}],
                "users": [{"name": "u", "user": {"token": "0123"}}, {"name": "v", "user": {"username": "yes"}}]}
    world.add_kubeconfig("kube-x", document)
    once()
    secret = world.secret("kube-x")
    import yaml
    document["clusters"][1]["cluster"]["server"] = "https://kube-x.magnum-system:6443"
    assert yaml.safe_load(base64.b64decode(secret["data"]["value"])) == document
    once()
    assert world.secret("kube-x")["metadata"]["resourceVersion"] == secret["metadata"]["resourceVersion"]


def test_083__restore__gives_a_cluster_its_own_endpoint_back_when_asked_to(world, once):
    endpoint = {"host": "203.0.113.7", "port": 6443}
    world.add("kube-x", NETWORK, "10.0.0.5", spec={"controlPlaneEndpoint": endpoint})
    world.add_kubeconfig("kube-x", {"clusters": [
        {"name": "kube-x", "cluster": {"server": "https://kube-x.magnum-system:6443"}}]})
    once()
    before = world.secret("kube-x")["data"]
    assert b"magnum-system" in base64.b64decode(before["value"])
    once(PROXY_RESTORE_KUBECONFIG="1")
    assert b"https://203.0.113.7:6443" in base64.b64decode(world.secret("kube-x")["data"]["value"])


def test_once__port_is_left_to_chance__is_refused(programs):
    done = subprocess.run([programs / "magnum-cluster-api-proxy", "--once"], capture_output=True, text=True,
                          env={"KUBECONFIG": "/nowhere"}, timeout=60, check=False)
    assert done.returncode == 78 and "PROXY_PORT" in done.stderr, done.stderr


def test_once__beside_a_running_proxy__names_in_its_hosts_file_stay(world, once, tmp_path):
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.1 localhost\n# BEGIN magnum-cluster-api-proxy\n127.0.0.44 kube-x.magnum-system\n"
                     "# END magnum-cluster-api-proxy\n", encoding="ascii")
    before = hosts.read_text(encoding="ascii")
    once(PROXY_FORWARD_BIND="127.0.0.44:6443", PROXY_FORWARD_HOSTS=str(hosts))
    assert hosts.read_text(encoding="ascii") == before


def test_once__one_broken_object__does_not_hold_up_the_others(world, once):
    world.add("kube-a", NETWORK, "10.0.0.5", labels={})
    world.add("kube-b", NETWORK, "10.0.0.5")
    world.add_kubeconfig("kube-b", "- not: [a kubeconfig")
    world.add("kube-c", NETWORK, "10.0.0.6")
    done = once()
    assert sorted(world.slices()) == ["kube-b-infra1", "kube-c-infra1"]
    assert "kube-b-kubeconfig" in done.stderr


def test_074__dump__says_which_qualify_and_what_leads_to_them(world, once):
    world.add("kube-a", NETWORK, "10.0.0.5", **floating_ip_disabled(NETWORK, "10.0.0.5",
                                                                    controlPlaneEndpoint={"host": "x", "port": 443}))
    world.add("kube-b", NETWORK, "10.0.0.6", spec={})
    world.add("kube-c", "another", "10.0.0.7")
    dump = json.loads(once("--dump").stdout)
    assert (dump["host"], dump["address"]) == ("infra1", "10.1.2.3")
    assert sorted(dump["clusters"], key=lambda c: c["object"]) == [
        {"object": "kube-a", "cluster": "kube-a", "qualifies": True, "network": NETWORK, "address": "10.0.0.5",
         "port": 443, "namespaces": ["qdhcp-" + NETWORK]},
        {"object": "kube-b", "cluster": "kube-b", "qualifies": False, "reason": "has a floating IP"},
        {"object": "kube-c", "cluster": "kube-c", "qualifies": True, "network": "another", "address": "10.0.0.7",
         "port": 6443, "namespaces": []}]
    assert not world.slices()
