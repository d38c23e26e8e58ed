"""Changes on a real Magnum: items 98 to 115."""
import pytest

from support.magnum import STORED, USUAL, assert_unchanged, patches, writes


def run(world, made, **options):
    return world(made["name"], **options)


def test_096__second_run_with_everything_set__sends_no_write(world):
    options = dict(USUAL, keypair_id="key-of-demo", fixed_network="net1", fixed_subnet="sub1", volume_driver="cinder",
                   docker_storage_driver="overlay2", docker_volume_size=10, server_type="vm", http_proxy="http://p:1",
                   https_proxy="http://p:2", no_proxy=["a", "b"], insecure_registry="r:5000", tags=["t"],
                   driver="k8s_cluster_api_ubuntu", apiserver_port=6443, is_floating_ip_enabled=True,
                   is_registry_enabled=True, is_tls_disabled=False, is_public=False, hidden=False)
    name = world.fresh_name()
    assert world(name, **options).changed
    for _ in range(2):
        outcome = world(name, **options)
        assert_unchanged(outcome)
        assert outcome["action"] == "none" and outcome["changed_attributes"] == []


def test_098__labels_with_slash_and_emoji__arrive_intact(world):
    made = world.make()
    labels = {"kube_tag": "v1.35.5", "container_infra_prefix": "registry.example/a/b", "note": "\U0001f600 \"'\\ ü"}
    outcome = run(world, made, labels=labels, label_check="none")
    assert outcome.changed, outcome.data
    [(_, path, value)] = patches(outcome)
    assert path == "/labels" and isinstance(value, str)
    assert world.one(made["name"])["labels"] == labels
    assert_unchanged(run(world, made, labels=labels, label_check="none"))


def test_099__labels__replace_mode_drops_merge_mode_keeps_and_null_removes(world):
    made = world.make(labels={"kube_tag": "v1.34.8", "b": "2", "c": "3"})
    common = {"label_check": "none"}
    assert run(world, made, labels={"kube_tag": "v1.35.5", "c": None}, labels_mode="merge", **common).changed
    assert world.one(made["name"])["labels"] == {"kube_tag": "v1.35.5", "b": "2"}
    assert_unchanged(run(world, made, labels={"kube_tag": "v1.35.5"}, labels_mode="merge", **common))
    assert run(world, made, labels={"kube_tag": "v1.35.5"}, **common).changed
    assert world.one(made["name"])["labels"] == {"kube_tag": "v1.35.5"}


@pytest.mark.parametrize("stored, wanted", [("True", True), ("true", True), ("10", 10), ("30.0", 30.0), ("no", False)])
def test_100__label_of_another_type__is_no_change(world, stored, wanted):
    made = world.make(labels={"x": stored})
    assert_unchanged(run(world, made, labels={"x": wanted}, label_check="none"))


def test_100__labels_written_by_us__are_what_magnum_makes_of_the_same_json(world):
    labels = {"on": True, "off": False, "number": 10, "negative": -1, "thirty": 30.0, "half": 1.5, "tenth": 0.1,
              "large": 1e16, "larger": 1e22, "text": "v1", "empty": ""}
    theirs = world.post(labels=labels)
    name = world.fresh_name()
    assert world(name, label_check="none", **dict(USUAL, labels=labels)).changed
    assert world.one(name)["labels"] == theirs["labels"]
    assert_unchanged(run(world, theirs, labels=labels, label_check="none"))


def test_100__version_given_as_a_number__is_warned_of(world):
    outcome = world(world.fresh_name(), **dict(USUAL, labels={"kube_tag": "v1.34.8", "cilium_tag": 1.1}))
    assert any("cilium_tag" in warning for warning in outcome.warnings)


def test_101__quoted_values_as_openstack_ansible_has_them__are_no_change(world):
    made = world.make(docker_volume_size=10, registry_enabled=True)
    assert_unchanged(run(world, made, docker_volume_size="10", is_registry_enabled="True", is_tls_disabled="false"))


def test_102__name_and_id_of_the_same_things__are_no_change(world, cloud):
    made = world.make(fixed_network="net1", fixed_subnet="sub1")
    ids = {"image_id": cloud.ids["images"]["ubuntu-a"], "flavor_id": cloud.ids["flavors"]["m1.medium"],
           "external_network_id": cloud.ids["networks"]["public"], "fixed_network": cloud.ids["networks"]["net1"],
           "fixed_subnet": cloud.ids["subnets"]["sub1"]}
    assert_unchanged(run(world, made, **ids))
    outcome = run(world, made, resolve_names="never", **ids)
    assert outcome.changed and set(outcome["changed_attributes"]) == set(ids)
    assert_unchanged(run(world, made, **{key: made[key] for key in ids}))


def test_102__image_with_a_colon_in_its_name__is_found_by_it(world, cloud):
    """Glance takes what is before a colon for an operator."""
    token = cloud.login("admin", "admin")
    image = cloud.ok("glance", "POST", "/v2/images", {
        "name": "ubuntu:22.04", "os_distro": "ubuntu", "visibility": "public", "container_format": "bare",
        "disk_format": "qcow2"}, token)
    made = world.make(image_id=image["id"])
    outcome = run(world, made, image_id="ubuntu:22.04")
    assert_unchanged(outcome)
    assert outcome.warnings == []
    assert_unchanged(run(world, made, image_id="ubuntu:22.04", image_strict=True))
    cloud.request("glance", "DELETE", "/v2/images/" + image["id"], None, token)


def test_102__image_of_the_same_distribution__is_changed_in_place(world):
    made = world.make()
    outcome = run(world, made, image_id="ubuntu-2404-kube-v1.35.5")
    assert outcome.changed and outcome["action"] == "update"
    assert world.one(made["name"])["image_id"] == "ubuntu-2404-kube-v1.35.5"


def test_102__image_of_another_distribution__is_told_to_need_a_new_template(world):
    made = world.make()
    outcome = run(world, made, image_id="debian-a")
    assert outcome.failed and "debian" in outcome.msg and "recreate" in outcome.msg
    assert world.one(made["name"]) == made
    outcome = run(world, made, image_id="debian-a", on_immutable="recreate")
    assert outcome.changed and outcome["action"] == "recreate", outcome.data
    assert world.one(made["name"])["cluster_distro"] == "debian"


def test_105__used_template_with_name_and_hidden__gets_one_patch_each(world, cloud):
    made = world.make(user="admin")
    cloud.add_cluster(made["uuid"])
    outcome = world("new-name", user="admin", uuid=made["uuid"], hidden=True)
    assert outcome.changed, outcome.data
    done = [each for each in writes(outcome) if each.method == "PATCH" and each.status == 200]
    assert [len(each.body) for each in done] == [1, 1]
    stored = world.one("new-name")
    assert stored["uuid"] == made["uuid"] and stored["hidden"] is True


def test_105__used_template_with_another_flavor__fails_in_magnums_words(world, cloud):
    made = world.make()
    cloud.add_cluster(made["uuid"])
    outcome = run(world, made, flavor_id="m1.large")
    assert outcome.failed and "is referenced by one or multiple clusters" in outcome.msg
    for word in ("name", "tags", "public", "hidden"):
        assert word in outcome.msg
    assert world.one(made["name"]) == made


def test_105__used_template_unchanged__sends_nothing(world, cloud):
    made = world.make()
    cloud.add_cluster(made["uuid"])
    assert_unchanged(run(world, made, **USUAL))


def test_105__used_template_with_other_tags__is_changed(world, cloud):
    made = world.make()
    cloud.add_cluster(made["uuid"])
    assert run(world, made, tags=["a"], **USUAL).changed
    assert world.one(made["name"])["tags"] == "a"


def test_106__used_and_public_to_false__is_refused_and_told(world, cloud):
    made = world.make(user="admin", public=True)
    cloud.add_cluster(made["uuid"])
    outcome = world(made["name"], user="admin", is_public=False)
    assert outcome.failed and "public" in outcome.msg
    assert world.one(made["name"])["public"] is True


def test_107__nothing_to_change__no_patch_at_all(world):
    made = world.make()
    outcome = run(world, made)
    assert_unchanged(outcome)
    assert [each.method for each in outcome.requests if each.service == "magnum"] == ["GET"]


def test_108__template_without_flavors__message_explains_and_flavors_help(world, newest):
    made = world.make(flavor_id=None, master_flavor_id=None)
    outcome = run(world, made, dns_nameserver="1.1.1.1")
    assert outcome.failed and "flavor_id" in outcome.msg and "master_flavor_id" in outcome.msg
    assert run(world, made, dns_nameserver="1.1.1.1", flavor_id="m1.medium", master_flavor_id="m1.medium").changed
    assert world.one(made["name"])["dns_nameserver"] == "1.1.1.1"


def test_109__admin_and_a_foreign_private_template__404_is_explained(world):
    made = world.make()
    outcome = world(user="admin", uuid=made["uuid"], dns_nameserver="1.1.1.1")
    assert outcome.failed and made["uuid"] in outcome.msg and "project" in outcome.msg
    assert world.one(made["name"]) == made


def test_110__image_deleted_meanwhile__text_of_magnum_and_a_hint(world, cloud):
    token = cloud.login("admin", "admin")
    image = cloud.ok("glance", "POST", "/v2/images", {
        "name": "short-lived", "os_distro": "ubuntu", "visibility": "public", "container_format": "bare",
        "disk_format": "qcow2"}, token)
    made = world.make(image_id="short-lived")
    cloud.request("glance", "DELETE", "/v2/images/" + image["id"], None, token)
    outcome = run(world, made, dns_nameserver="1.1.1.1")
    assert outcome.failed and "short-lived" in outcome.msg and "image" in outcome.msg
    assert_unchanged(run(world, made, dns_nameserver="9.9.9.9"))


def test_111__update_policy_never__fails_as_the_peer_does(world):
    made = world.make()
    outcome = run(world, made, update_policy="never", dns_nameserver="1.1.1.1", flavor_id="m1.large")
    assert outcome.failed and "Cannot update parameters" in outcome.msg
    assert "dns_nameserver" in outcome.msg and "flavor_id" in outcome.msg and writes(outcome) == []


def test_112__recreate_of_an_unused_template__posts_then_deletes(world):
    made = world.make()
    outcome = run(world, made, update_policy="recreate", **dict(USUAL, dns_nameserver="1.1.1.1"))
    assert outcome.changed and outcome["action"] == "recreate", outcome.data
    assert [each.method for each in writes(outcome)] == ["POST", "DELETE"]
    stored = world.one(made["name"])
    assert stored["uuid"] == outcome["id"] != made["uuid"] and stored["dns_nameserver"] == "1.1.1.1"


@pytest.mark.parametrize("user", ["admin", "demo"])
def test_113__recreate_of_a_used_template__retires_the_old_one(world, cloud, user):
    made = world.make(user=user)
    cloud.add_cluster(made["uuid"], user)
    outcome = world(made["name"], user=user, update_policy="recreate", **dict(USUAL, dns_nameserver="1.1.1.1"))
    assert outcome.changed and outcome["action"] == "recreate", outcome.data
    assert world.one(made["name"])["uuid"] == outcome["id"]
    retired = world.one("%s-retired-%s" % (made["name"], made["uuid"][:8]))
    assert retired["uuid"] == made["uuid"] and retired["hidden"] is (user == "admin")
    assert retired["dns_nameserver"] == "9.9.9.9"


def test_114__recreate_whose_creation_fails__leaves_the_old_one(world):
    made = world.make()
    outcome = run(world, made, update_policy="recreate", **dict(USUAL, image_id="no-such-image"))
    assert outcome.failed
    assert world.all() == [made]


def test_115__diff__shows_before_and_after_of_what_differs(world):
    made = world.make()
    outcome = run(world, made, diff=True, dns_nameserver="1.1.1.1", labels={"kube_tag": "v1.35.5"})
    text = str(outcome["diff"])
    for word in ("9.9.9.9", "1.1.1.1", "v1.34.8", "v1.35.5"):
        assert word in text
    assert "secret-of-demo" not in outcome.text


def test_115__check_mode_of_a_change__has_the_same_diff_and_writes_nothing(world):
    made = world.make()
    predicted = run(world, made, check=True, diff=True, dns_nameserver="1.1.1.1")
    assert predicted.changed and writes(predicted) == [] and world.all() == [made]
    assert run(world, made, diff=True, dns_nameserver="1.1.1.1")["diff"] == predicted["diff"]


def test_098__template_made_elsewhere__only_named_options_are_compared(world):
    made = world.make(http_proxy="http://kept:1", tags="kept")
    assert_unchanged(run(world, made, **USUAL))
    assert run(world, made, dns_nameserver="1.1.1.1").changed
    stored = world.one(made["name"])
    assert (stored["http_proxy"], stored["tags"]) == ("http://kept:1", "kept")
    assert {key: stored[key] for key in STORED if key != "dns_nameserver"} == {
        key: value for key, value in STORED.items() if key != "dns_nameserver"}
