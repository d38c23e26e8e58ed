"""Every attribute on a real Magnum: created, repeated, changed, repeated, removed, repeated. Items 96, 97 and 104."""
from typing import NamedTuple

import pytest

from support.magnum import USUAL, assert_unchanged, patches, writes


class Field(NamedTuple):
    option: str
    first: object
    second: object = None         # None: there is no other value
    attribute: str = ""           # in Magnum; "": as the option
    stored: tuple = ()            # how Magnum has both; (): as given
    cleared: object = "mandatory"  # what Magnum has after the removal; "mandatory": it cannot be removed
    user: str = "demo"


FIELDS = (
    Field("image_id", "ubuntu-a", "ubuntu-2404-kube-v1.34.8"),
    Field("flavor_id", "m1.medium", "m1.large", cleared="refused"),
    Field("master_flavor_id", "m1.medium", "m1.large", cleared="refused"),
    Field("keypair_id", "key-of-demo", "key-2-of-demo", cleared=None),
    Field("external_network_id", "public", "public2"),
    Field("fixed_network", "net1", "net2", cleared=None),
    Field("fixed_subnet", "sub1", "sub2", cleared=None),
    Field("dns_nameserver", "8.8.8.8", ["1.1.1.1", "8.8.4.4"], stored=("8.8.8.8", "1.1.1.1,8.8.4.4"), cleared=None),
    Field("network_driver", "calico", "flannel"),
    Field("volume_driver", "cinder", cleared=None),
    Field("docker_storage_driver", "overlay2", "overlay", cleared=None),
    Field("docker_volume_size", 10, 20, cleared=None),
    Field("server_type", "vm"),
    Field("http_proxy", "http://proxy.example:3128", "http://proxy2.example:3128", cleared=None),
    Field("https_proxy", "http://proxy.example:3128", "http://proxy2.example:3128", cleared=None),
    Field("no_proxy", ["localhost", "10.0.0.0/8"], "localhost", stored=("localhost,10.0.0.0/8", "localhost"),
          cleared=None),
    Field("insecure_registry", "registry.example:5000", "registry2.example:5000", cleared=None),
    Field("labels", {"kube_tag": "v1.34.8", "boot_volume_size": 20}, {"kube_tag": "v1.35.5"},
          stored=({"kube_tag": "v1.34.8", "boot_volume_size": "20"}, {"kube_tag": "v1.35.5"}), cleared={}),
    Field("tags", ["blue", "new"], "green", stored=("blue,new", "green"), cleared=None),
    Field("driver", "k8s_cluster_api_ubuntu", "k8s_cluster_api_debian", cleared=None),
    Field("apiserver_port", 6443, 8443, cleared=None),
    Field("is_floating_ip_enabled", False, True, "floating_ip_enabled", cleared=True),
    Field("is_master_lb_enabled", True, False, "master_lb_enabled", cleared=False),
    Field("is_registry_enabled", True, False, "registry_enabled"),
    Field("is_tls_disabled", True, False, "tls_disabled"),
    Field("is_public", True, False, "public", user="admin"),
    Field("hidden", True, False, user="admin"),
)


NOT_FOR = (("admin", "fixed_network"), ("admin", "fixed_subnet"))  # they are demo's


def options_of(field, value):
    return {**USUAL, "label_check": "none", "user": field.user, field.option: value}


def attribute_of(field):
    return field.attribute or field.option


def stored_of(field, number):
    return field.stored[number] if field.stored else (field.first, field.second)[number]


@pytest.fixture(params=FIELDS, ids=lambda field: field.option)
def field(request):
    return request.param


@pytest.fixture
def made(world, field):
    """A template that has the field's first value."""
    return world.make(field.user, **{attribute_of(field): stored_of(field, 0)})


@pytest.mark.parametrize("user", ["demo", "admin"])
def test_096__created_with_every_attribute__is_stored_and_then_unchanged(world, user):
    """Member and admin, who may set two more."""
    fields = [each for each in FIELDS if each.user in (user, "demo") and (user, each.option) not in NOT_FOR]
    options = {**USUAL, "label_check": "none", **{each.option: each.first for each in fields}}
    name = world.fresh_name()
    outcome = world(name, user=user, **options)
    assert outcome.changed and outcome["action"] == "create", outcome.data
    assert [each.method for each in writes(outcome)] == ["POST"]
    stored = world.one(name)
    for field in fields:
        assert stored[attribute_of(field)] == stored_of(field, 0), field.option
    assert_unchanged(world(name, user=user, **options))
    assert_unchanged(world(name, user=user))


def test_097__attribute_changed_alone__is_patched_alone(world, field, made):
    if field.second is None:
        return
    attribute = attribute_of(field)
    outcome = world(made["name"], **options_of(field, field.second))
    assert outcome.changed and outcome["action"] == "update", outcome.data
    assert outcome["changed_attributes"] == [field.option]
    assert [(op, path) for op, path, _ in patches(outcome)] == [("replace", "/" + attribute)]
    after = world.one(made["name"])
    assert after[attribute] == stored_of(field, 1)
    differing = {key for key in made if made[key] != after[key]}
    assert differing == {attribute, "updated_at"}
    assert_unchanged(world(made["name"], **options_of(field, field.second)))


def test_104__attribute_unset__is_removed_or_refused_locally(world, field, made):
    attribute, name = attribute_of(field), made["name"]
    outcome = world(name, user=field.user, unset=[field.option])
    if field.cleared == "mandatory":
        assert outcome.failed and field.option in outcome.msg and "mandatory" in outcome.msg
        assert outcome.requests == []
    elif field.cleared == "refused":  # by Magnum, which wants to look up the flavor that is none
        assert outcome.failed and "flavor" in outcome.msg
        assert world.one(name) == made
    else:
        assert outcome.changed and outcome["changed_attributes"] == [field.option], outcome.data
        how = "remove" if field.cleared is None else "replace"  # by what Magnum fills in, so that a diff can tell it
        assert [(op, path) for op, path, _ in patches(outcome)] == [(how, "/" + attribute)]
        assert world.one(name)[attribute] == field.cleared
        assert_unchanged(world(name, user=field.user, unset=[field.option]))


def test_104__attribute_given_as_empty_text__is_removed(world):
    name = world.make(http_proxy="http://proxy.example:3128")["name"]
    outcome = world(name, http_proxy="")
    assert outcome.changed and patches(outcome) == [("remove", "/http_proxy", None)]
    assert world.one(name)["http_proxy"] is None
    assert_unchanged(world(name, http_proxy=""))
