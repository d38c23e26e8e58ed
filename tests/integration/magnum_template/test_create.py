"""Creation on a real Magnum: items 66 to 95 as far as a real one shows them."""
import uuid

import pytest

from support.magnum import STORED, USUAL, assert_unchanged, writes


def without(*names):
    return {key: value for key, value in USUAL.items() if key not in names}


def test_066__absent__is_created(world):
    name = world.fresh_name()
    outcome = world(name, **USUAL)
    assert outcome.changed and outcome["action"] == "create"
    stored = world.one(name)
    assert {key: stored[key] for key in STORED} == STORED
    assert outcome["id"] == stored["uuid"]


def test_069__two_own_templates_of_the_name__failure_lists_both(world):
    first, second = world.make(name="twice"), world.make(name="twice")
    before = world.all()
    outcome = world("twice", **dict(USUAL, dns_nameserver="1.1.1.1"))
    assert outcome.failed and first["uuid"] in outcome.msg and second["uuid"] in outcome.msg
    assert writes(outcome) == [] and world.all() == before


def test_070__own_and_foreign_public_of_the_name__own_is_meant(world):
    foreign = world.make(user="admin", name="shared", public=True)
    own = world.make(name="shared")
    outcome = world("shared", dns_nameserver="1.1.1.1")
    assert outcome.changed and outcome["id"] == own["uuid"]
    assert {t["uuid"]: t["dns_nameserver"] for t in world.named("shared")} == {
        own["uuid"]: "1.1.1.1", foreign["uuid"]: "9.9.9.9"}


def test_071__only_a_foreign_public_one__own_is_created_unless_the_scope_is_any(world):
    foreign = world.make(user="admin", name="shared", public=True)
    outcome = world("shared", scope="any", **USUAL)
    assert not outcome.failed and not outcome.changed and outcome["id"] == foreign["uuid"], outcome.data
    outcome = world("shared", **USUAL)
    assert outcome.changed and outcome["action"] == "create"
    assert len(world.named("shared")) == 2


def test_071__foreign_public_one_differs_with_scope_any__is_not_touched(world):
    world.make(user="admin", name="shared", public=True)
    before = world.all()
    outcome = world("shared", scope="any", **dict(USUAL, dns_nameserver="1.1.1.1"))
    assert writes(outcome) == []
    assert outcome.failed, outcome.data
    assert world.all() == before


def test_072__name_that_looks_like_a_uuid__is_found_by_name(world):
    made = world.make(name=uuid.uuid4().hex)
    assert_unchanged(world(made["name"], **USUAL))
    assert world(made["name"], state="absent").changed
    assert world.all() == []


def test_073__glob_characters_in_the_name__are_literal(world):
    world.make(name="k8s-1")
    assert world("k8s*", state="absent").changed is False
    assert world("k8s*", check=True, **USUAL)["action"] == "create"


NAMES = ("with blank", 'quote"d', "100%", "ümläut ☃", "v1.34.8.x", "a/b", "UPPER", "-", "a,b:c=d", "\\", "..")


def test_063__names_with_special_characters__are_found_and_removed(world):
    for name in NAMES:
        world.make(name=name)
    outcome = world(templates=[{"name": name, **USUAL} for name in NAMES])
    assert_unchanged(outcome)
    assert [each["name"] for each in outcome["templates"]] == list(NAMES)
    assert world(templates=[{"name": name, "state": "absent"} for name in NAMES]).changed
    assert world.all() == []


def test_063__name_with_special_characters__is_stored_as_it_is(world):
    name = 'ü ☃ "100%" \\ a/b..'
    assert world(name, **USUAL).changed
    assert world.one(name)["name"] == name


def test_074__hidden_own_template__is_found(world):
    made = world.make(user="admin", hidden=True)
    assert_unchanged(world(made["name"], user="admin", **USUAL))


def test_075__admin__ignores_the_same_name_of_another_project(world):
    made = world.make(name="same")
    outcome = world("same", user="admin", **USUAL)
    assert outcome.changed and outcome["action"] == "create" and outcome["id"] != made["uuid"]
    assert world("same", user="admin", state="absent").changed
    assert [t["uuid"] for t in world.named("same")] == [made["uuid"]]


def test_076__minimal__body_has_only_what_was_set(world):
    name = world.fresh_name()
    outcome = world(name, coe="kubernetes", image_id="ubuntu-a", is_floating_ip_enabled=False)
    [post] = writes(outcome)
    assert post.body == {"name": name, "coe": "kubernetes", "image_id": "ubuntu-a", "floating_ip_enabled": False,
                         "master_lb_enabled": False}


def test_077__creation__sends_no_null_and_no_empty_text(world):
    outcome = world(world.fresh_name(), **dict(USUAL, http_proxy="", keypair_id=None, labels={"a": "b", "gone": None}))
    [post] = writes(outcome)
    assert not [value for value in post.body.values() if value is None or value == ""]
    assert post.body["labels"] == {"a": "b"}


def test_078__image_by_name_and_by_id__are_both_good(world, cloud):
    for image in ("debian-a", cloud.ids["images"]["debian-a"]):
        name = world.fresh_name()
        assert world(name, **dict(USUAL, image_id=image)).changed
        stored = world.one(name)
        assert (stored["cluster_distro"], stored["image_id"]) == ("debian", image)


def fails_on_creation(world, **options):
    name = world.fresh_name()
    outcome = world(name, **dict(USUAL, **options))
    assert outcome.failed and not outcome.changed, outcome.data
    assert world.named(name) == []
    return outcome


def test_078__image_missing__text_of_magnum_with_a_hint(world, cloud):
    outcome = fails_on_creation(world, image_id="no-such-image")
    assert "no-such-image" in outcome.msg and "image" in outcome.msg
    if cloud.magnum.startswith("23"):
        assert "Image no-such-image could not be found." in outcome.msg


def test_079__image_without_distro_or_ambiguous__text_names_it(world, newest):
    assert "Image nodistro doesn't contain os_distro field." in fails_on_creation(world, image_id="nodistro").msg
    # Of two images of one name Magnum says the same, although both have one.
    assert "Image dup doesn't contain os_distro field." in fails_on_creation(world, image_id="dup").msg


def test_079__image_of_another_project__is_as_good_as_missing(world, cloud):
    outcome = fails_on_creation(world, image_id=cloud.ids["images"]["private-of-other"])
    assert "image" in outcome.msg.lower()


def test_080__flavors__missing_and_diskless_ones_are_refused(world):
    assert "Unable to find flavor no-such-flavor." in fails_on_creation(world, flavor_id="no-such-flavor").msg
    outcome = fails_on_creation(world, flavor_id="zero")
    assert "Flavor with zero root volume size is not supported when boot_volume_size is zero." in outcome.msg
    assert world(world.fresh_name(), **dict(USUAL, flavor_id="zero", labels={"boot_volume_size": 10})).changed


def test_082__external_network__missing_ambiguous_and_internal_ones_are_refused(world):
    outcome = fails_on_creation(world, external_network_id="no-such-network")
    assert "Unable to find external network no-such-network." in outcome.msg
    outcome = fails_on_creation(world, external_network_id="dupext")
    assert "Multiple external networks exist with same name 'dupext'" in outcome.msg
    assert "Unable to find external network net1." in fails_on_creation(world, external_network_id="net1").msg


def test_083__fixed_network_and_subnet__missing_ones_are_refused(world):
    assert "Unable to find fixed network nowhere." in fails_on_creation(world, fixed_network="nowhere").msg
    outcome = fails_on_creation(world, fixed_network="net1", fixed_subnet="nowhere")
    assert "Unable to find fixed subnet nowhere." in outcome.msg


def test_084__network_driver_not_allowed_or_unknown__texts_of_magnum(world):
    assert "Network driver type cilium is not allowed" in fails_on_creation(world, network_driver="cilium").msg
    assert "Network driver type docker is not supported" in fails_on_creation(world, network_driver="docker").msg


def test_085__volume_driver_rexray__is_refused(world):
    assert "Volume driver type rexray is not supported" in fails_on_creation(world, volume_driver="rexray").msg


def test_086__devicemapper__needs_three_gigabytes(world):
    options = {"docker_storage_driver": "devicemapper"}
    outcome = fails_on_creation(world, docker_volume_size=2, **options)
    assert "expecting minimum value 3GB for devicemapper" in outcome.msg
    assert world(world.fresh_name(), docker_volume_size=3, **options, **USUAL).changed


def test_087__name_servers__list_is_joined_and_ipv6_refused(world):
    name = world.fresh_name()
    assert world(name, **dict(USUAL, dns_nameserver=["8.8.8.8", "1.1.1.1"])).changed
    assert world.one(name)["dns_nameserver"] == "8.8.8.8,1.1.1.1"
    assert_unchanged(world(name, **dict(USUAL, dns_nameserver="8.8.8.8, 1.1.1.1")))
    outcome = fails_on_creation(world, dns_nameserver="2001:4860:4860::8888")
    assert "2001:4860:4860::8888" in outcome.msg


def test_088__public__admin_may_and_member_may_not(world):
    outcome = fails_on_creation(world, is_public=True)
    assert "Not authorized to set public or hidden flag for cluster template." in outcome.msg
    name = world.fresh_name()
    assert world(name, user="admin", is_public=True, **USUAL).changed
    assert world.one(name, user="other")["public"] is True


def test_089__floating_ip_without_external_network__fails_before_any_change(world):
    name = world.fresh_name()
    outcome = world(name, is_floating_ip_enabled=True, **without("external_network_id"))
    assert outcome.failed
    assert "is_floating_ip_enabled is True but external_network_id is missing" in outcome.msg
    assert writes(outcome) == []


def test_090__tags__list_is_joined_and_too_much_refused_locally(world):
    name = world.fresh_name()
    assert world(name, tags=["a", "b"], **USUAL).changed
    assert world.one(name)["tags"] == "a,b"
    assert_unchanged(world(name, tags=["b", "a"], **USUAL))
    outcome = world(world.fresh_name(), tags=["x" * 200, "y" * 100], **USUAL)
    assert outcome.failed and "tags" in outcome.msg and "255" in outcome.msg and writes(outcome) == []


def test_091__unknown_driver__is_refused(world, newest):
    outcome = fails_on_creation(world, driver="no_such_driver")
    assert "Cluster driver (no_such_driver) not supported." in outcome.msg


def test_092__uuid_from_name__follows_from_project_and_name(world):
    first = world("fixed", uuid_from_name=True, **USUAL)
    assert first.changed
    assert world("fixed", state="absent").changed
    assert world("fixed", uuid_from_name=True, **USUAL)["id"] == first["id"]
    other = world("fixed", user="admin", uuid_from_name=True, **USUAL)
    assert other.changed and other["id"] != first["id"]


def test_093__check_mode__predicts_and_sends_no_write(world):
    name = world.fresh_name()
    outcome = world(name, check=True, **USUAL)
    assert outcome.changed and outcome["action"] == "create" and writes(outcome) == []
    assert world.all() == []


@pytest.mark.parametrize("version", ["1.1", "1.9", "latest"])
def test_094__microversion__is_sent_under_the_old_name_and_accepted(world, version):
    outcome = world(state="info", microversion=version)
    assert not outcome.failed, outcome.data
    sent = {each.headers.get("openstack-api-version") for each in outcome.requests if each.service == "magnum"}
    assert sent == {"container-infra " + version}


def test_094__microversion_out_of_range__is_told_with_the_range(world):
    outcome = world(state="info", microversion="1.99")
    assert outcome.failed and "1.99" in outcome.msg and "1.1" in outcome.msg


def test_095__result_of_a_creation__is_what_magnum_has(world):
    name = world.fresh_name()
    outcome = world(name, **USUAL)
    stored, told = world.one(name), outcome["cluster_template"]
    renamed = {"is_floating_ip_enabled": "floating_ip_enabled", "is_master_lb_enabled": "master_lb_enabled",
               "is_public": "public", "is_registry_enabled": "registry_enabled", "is_tls_disabled": "tls_disabled",
               "is_hidden": "hidden", "id": "uuid"}
    for key, value in told.items():
        assert value == stored[renamed.get(key, key)], key
    assert set(stored) - {"links"} <= {renamed.get(key, key) for key in told}


def test_128__result__has_all_keys_and_types(world):
    outcome = world(world.fresh_name(), **USUAL)
    template = outcome["cluster_template"]
    wanted = ("apiserver_port cluster_distro coe created_at dns_nameserver docker_storage_driver docker_volume_size"
              " external_network_id fixed_network fixed_subnet flavor_id http_proxy https_proxy id image_id"
              " insecure_registry is_floating_ip_enabled is_hidden is_master_lb_enabled is_public is_registry_enabled"
              " is_tls_disabled keypair_id labels master_flavor_id name network_driver no_proxy server_type updated_at"
              " uuid volume_driver tags driver project_id user_id").split()
    assert set(wanted) <= set(template)
    assert all(isinstance(value, bool) for key, value in template.items() if key.startswith("is_"))
    assert all(isinstance(value, str) for value in template["labels"].values())
    assert {"changed", "id", "action", "changed_attributes", "request_id"} <= set(outcome.data)
    assert outcome["request_id"].startswith("req-") and outcome["id"] == template["uuid"] == template["id"]
