"""Two programs of others on the same real Magnum: the command-line client, and openstack.cloud.coe_cluster_template.
What one makes the other sees unchanged. Items 128 and 129."""
import json

import pytest

from support.magnum import USUAL, assert_unchanged, writes
from support.peer_module import PeerModule

# All that the peer can set.
WIDE = {"name": "wide", "coe": "kubernetes", "image_id": "ubuntu-a", "flavor_id": "m1.medium",
        "master_flavor_id": "m1.large", "keypair_id": "key-of-demo", "external_network_id": "public",
        "fixed_network": "net1", "fixed_subnet": "sub1", "dns_nameserver": "8.8.8.8,1.1.1.1", "docker_volume_size": 10,
        "docker_storage_driver": "overlay2", "network_driver": "calico", "server_type": "vm",
        "volume_driver": "cinder", "http_proxy": "http://proxy.example:3128", "https_proxy": "http://proxy.example:3129",
        "no_proxy": "localhost,10.0.0.0/8", "insecure_registry": "registry.example:5000",
        "labels": {"kube_tag": "v1.34.8", "octavia_provider": "amphora"}, "is_floating_ip_enabled": True,
        "is_master_lb_enabled": True, "is_registry_enabled": True, "is_tls_disabled": False, "is_public": False}


@pytest.fixture(scope="session")
def peer(cloud):
    return PeerModule(cloud)


def shown(cloud, name) -> dict:
    return json.loads(cloud.openstack("coe", "cluster", "template", "show", name, "-f", "json"))


def test_129__made_by_the_peer__is_unchanged_for_us(world, peer):
    assert peer(**WIDE)["changed"]
    assert_unchanged(world(**WIDE))


def test_129__made_by_us__is_unchanged_for_the_peer(world, peer):
    assert world(**WIDE).changed
    again = peer(**WIDE)
    assert not again["failed"] and not again["changed"], again


def test_129__same_task_by_both__same_template_and_same_result(world, peer):
    theirs = peer(**dict(WIDE, name="theirs"))["cluster_template"]
    ours = world(**dict(WIDE, name="ours"))["cluster_template"]
    own = {"id", "uuid", "name", "created_at", "updated_at"}
    for key in set(theirs) - own:
        if key in ours:
            assert ours[key] == theirs[key], key
    assert set(theirs) - set(ours) <= {"location"}
    first, second = world.one("theirs"), world.one("ours")
    assert {k: v for k, v in first.items() if k not in own | {"links"}} == {
        k: v for k, v in second.items() if k not in own | {"links"}}


@pytest.mark.parametrize("labels", ["kube_tag:v1.34.8,octavia_provider:amphora", {"a": "b"}])
def test_129__labels_in_both_forms__are_stored_alike(world, peer, labels):
    theirs = peer(**dict(WIDE, name="theirs", labels=labels))
    assert world(**dict(WIDE, name="ours", labels=labels)).changed
    assert theirs["changed"] and world.one("ours")["labels"] == world.one("theirs")["labels"]


def test_129__absent_by_either__is_absent_for_the_other(world, peer):
    for one, other in ((peer, world), (world, peer)):
        world.make(name="gone")
        assert one(name="gone", state="absent")["changed"]
        again = other(name="gone", state="absent")
        assert not again.get("failed") and not again["changed"]


def test_129__difference__peer_fails_and_we_too_with_its_policy(world, peer):
    assert peer(**WIDE)["changed"]
    failed = peer(**dict(WIDE, flavor_id="m1.large"))
    ours = world(update_policy="never", **dict(WIDE, flavor_id="m1.large"))
    assert failed["failed"] and ours.failed
    assert "Cannot update parameters" in failed["msg"] and "Cannot update parameters" in ours.msg


def test_129__keypair__is_accepted_under_the_name_that_openstack_ansible_uses(world, peer):
    task = {key: value for key, value in WIDE.items() if key != "keypair_id"}
    assert peer(keypair="key-of-demo", **task)["failed"]
    assert world(keypair="key-of-demo", **task).changed
    assert world.one("wide")["keypair_id"] == "key-of-demo"


def test_129__floating_ip_without_network__same_words(world, peer):
    task = {"name": "x", "coe": "kubernetes", "image_id": "ubuntu-a", "is_floating_ip_enabled": True}
    text = "is_floating_ip_enabled is True but external_network_id is missing"
    theirs = peer(**task)
    assert theirs["failed"] and text in json.dumps(theirs)
    assert text in world(**task).msg


def test_128__made_by_us__the_client_shows_the_same(world, cloud):
    ours = world(**dict(WIDE, tags=["a", "b"], hidden=None))["cluster_template"]
    theirs = shown(cloud, "wide")
    renamed = {"floating_ip_enabled": "is_floating_ip_enabled", "master_lb_enabled": "is_master_lb_enabled",
               "public": "is_public", "registry_enabled": "is_registry_enabled", "tls_disabled": "is_tls_disabled",
               "hidden": "is_hidden"}
    compared = 0
    for key, value in theirs.items():
        if renamed.get(key, key) in ours:
            assert value in (ours[renamed.get(key, key)], "-" if ours[renamed.get(key, key)] is None else value), key
            mine = ours[renamed.get(key, key)]
            assert value == ("-" if mine is None else mine), key
            compared += 1
    assert compared >= 28


def test_128__made_by_the_client__is_unchanged_for_us(world, cloud):
    cloud.openstack("coe", "cluster", "template", "create", "by-client", "--coe", "kubernetes", "--image", "ubuntu-a",
                    "--external-network", "public", "--flavor", "m1.medium", "--master-flavor", "m1.medium",
                    "--dns-nameserver", "9.9.9.9", "--network-driver", "calico", "--master-lb-enabled", "--labels",
                    "kube_tag=v1.34.8", "--keypair", "key-of-demo", "--docker-volume-size", "10", "--tags", "a,b",
                    "--floating-ip-disabled")
    assert_unchanged(world("by-client", keypair_id="key-of-demo", docker_volume_size=10, tags=["b", "a"],
                           is_floating_ip_enabled=False, **USUAL))


def test_128__changed_by_the_client__is_changed_back_by_us(world, cloud):
    name = world.fresh_name()
    assert world(name, **USUAL).changed
    cloud.openstack("coe", "cluster", "template", "update", "--dns-nameserver", "1.1.1.1", name)
    assert world.one(name)["dns_nameserver"] == "1.1.1.1"
    outcome = world(name, **USUAL)
    assert outcome["changed_attributes"] == ["dns_nameserver"] and len(writes(outcome)) == 1
    assert world.one(name)["dns_nameserver"] == "9.9.9.9"
