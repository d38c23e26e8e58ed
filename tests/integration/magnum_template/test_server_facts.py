"""What real services do, on which the program relies or that surprised. No program runs here; the rows are in
docs/server-facts.md."""
import json
import ssl
import urllib.request
import uuid

import pytest

from support.magnum import STORED


def detail(answer) -> str:
    [error] = answer.body["errors"]
    return error["detail"]


def patch(world, template, *operations, user="demo"):
    return world.magnum("PATCH", "/clustertemplates/" + template["uuid"], list(operations), user)


def replace(path, value):
    return {"op": "replace", "path": path, "value": value}


def post(world, user="demo", **attributes):
    return world.magnum("POST", "/clustertemplates", {"name": world.fresh_name(), **STORED, **attributes}, user)


def test_facts__creation__201_with_location_and_every_attribute(world):
    answer = post(world)
    assert answer.status == 201 and answer.headers["location"].endswith(answer.body["uuid"])
    assert answer.headers["x-openstack-request-id"].startswith("req-")
    assert "id" not in answer.body and {"links", "labels", "tags", "hidden", "created_at"} <= set(answer.body)


def test_facts__names__are_not_unique_and_an_ambiguous_one_is_409(world):
    for _ in range(2):
        assert post(world, name="twice").status == 201
    assert world.magnum("GET", "/clustertemplates/twice").status == 409


@pytest.mark.parametrize("value, stored", [(5, "5"), (True, "True"), (1.5, "1.5"), (30.0, "30.0"), ("x", "x")])
def test_facts__label_values__come_back_as_texts(world, value, stored):
    assert post(world, labels={"x": value}).body["labels"] == {"x": stored}


def test_facts__null_label_or_labels__are_refused_or_500(world, newest):
    assert post(world, labels=None).status >= 400
    assert post(world, labels={"x": None}).status >= 400


def test_facts__chosen_uuid__is_taken_and_409_the_second_time(world):
    chosen = str(uuid.uuid4())
    assert post(world, uuid=chosen).body["uuid"] == chosen
    again = post(world, uuid=chosen)
    assert again.status == 409 and detail(again) == "A ClusterTemplate with UUID %s already exists." % chosen


def test_facts__patch_of_booleans__takes_texts_and_booleans(world):
    made = world.make()
    for value in ("True", "False", True, False):
        answer = patch(world, made, replace("/registry_enabled", value))
        assert answer.status == 200 and answer.body["registry_enabled"] is (str(value) == "True")


def test_facts__patch_of_numbers__takes_integers_only(world, newest):
    made = world.make()
    assert patch(world, made, replace("/docker_volume_size", 20)).body["docker_volume_size"] == 20
    assert patch(world, made, replace("/docker_volume_size", "20")).status == 400


def test_facts__patch_of_labels__takes_a_text_that_holds_a_dictionary(world):
    made = world.make()
    answer = patch(world, made, replace("/labels", '{"a": "b/c", "ü": "\U0001f600"}'))
    assert answer.status == 200 and answer.body["labels"] == {"a": "b/c", "ü": "\U0001f600"}
    assert patch(world, made, replace("/labels", {"a": "b"})).status == 400
    assert patch(world, made, {"op": "add", "path": "/labels/x", "value": "y"}).body["labels"]["x"] == "y"
    assert patch(world, made, {"op": "add", "path": "/labels/x.y", "value": "y"}).status == 400


def test_facts__patch_to_null__is_400_and_remove_does_it(world):
    made = world.make(http_proxy="http://p:1")
    assert patch(world, made, replace("/http_proxy", None)).status == 400
    assert patch(world, made, {"op": "remove", "path": "/http_proxy"}).body["http_proxy"] is None


@pytest.mark.parametrize("name", ["coe", "image_id", "external_network_id", "network_driver", "server_type", "public",
                                  "registry_enabled", "tls_disabled", "hidden"])
def test_facts__mandatory_attributes__cannot_be_removed(world, name):
    answer = patch(world, world.make(), {"op": "remove", "path": "/" + name})
    assert answer.status == 400
    assert detail(answer) == "'/%s' is a mandatory attribute and can not be removed" % name


def test_facts__removed_switches__go_back_to_their_defaults(world):
    made = world.make(floating_ip_enabled=False, master_lb_enabled=True)
    answer = patch(world, made, {"op": "remove", "path": "/floating_ip_enabled"},
                   {"op": "remove", "path": "/master_lb_enabled"})
    assert answer.status == 200, answer
    assert (answer.body["floating_ip_enabled"], answer.body["master_lb_enabled"]) == (True, False)


def test_facts__template_without_flavors__cannot_even_be_renamed(world, newest):
    made = world.make(flavor_id=None, master_flavor_id=None)
    answer = patch(world, made, replace("/name", "other"))
    assert answer.status == 400 and detail(answer) == "Unable to find flavor None."


def test_facts__used_template__one_of_four_attributes_at_a_time(world, cloud):
    made = world.make()
    cloud.add_cluster(made["uuid"])
    text = "ClusterTemplate %s is referenced by one or multiple clusters." % made["uuid"]
    for operations in ([replace("/flavor_id", "m1.large")], [replace("/tags", "a"), replace("/name", "b")],
                       [replace("/name", made["name"])]):
        answer = patch(world, made, *operations)
        assert (answer.status, detail(answer)) == (400, text)
    assert patch(world, made, replace("/tags", "a")).status == 200
    assert patch(world, made, replace("/name", "b")).status == 200
    answer = world.magnum("DELETE", "/clustertemplates/" + made["uuid"])
    assert (answer.status, detail(answer)) == (400, text)


def test_facts__other_image__leaves_the_distribution(world):
    made = world.make()
    answer = patch(world, made, replace("/image_id", "debian-a"))
    assert answer.status == 200 and answer.body["cluster_distro"] == "ubuntu"


def test_facts__public_template__others_read_it_and_may_not_write(world):
    made = world.make(user="admin", public=True)
    path = "/clustertemplates/" + made["uuid"]
    assert world.magnum("GET", path, user="other").status == 200
    assert patch(world, made, replace("/tags", "x"), user="other").status == 403
    assert world.magnum("DELETE", path, user="other").status == 403


def test_facts__private_template__404_for_others_and_for_an_admins_patch(world):
    made = world.make()
    path = "/clustertemplates/" + made["uuid"]
    assert world.magnum("GET", path, user="other").status == 404
    assert world.magnum("GET", path, user="admin").status == 200
    assert patch(world, made, replace("/tags", "x"), user="admin").status == 404
    assert world.magnum("DELETE", path, user="admin").status == 204


def test_facts__deletion__204_then_404(world):
    path = "/clustertemplates/" + world.make()["uuid"]
    assert world.magnum("DELETE", path).status == 204
    assert world.magnum("DELETE", path).status == 404


def test_facts__pages__next_is_absolute_and_absent_at_the_end(world, cloud):
    for _ in range(3):
        world.make()
    first = world.magnum("GET", "/clustertemplates?limit=2").body
    assert len(first["clustertemplates"]) == 2 and first["next"].startswith(cloud.url("magnum"))
    assert "marker=" + first["clustertemplates"][-1]["uuid"] in first["next"]
    assert "next" not in world.magnum("GET", first["next"].split("/v1")[1]).body


def test_facts__unusable_microversions__406(world, cloud):
    token = world.login()
    for version in ("container-infra 1.99", "container-infra x"):
        answer = cloud.request("magnum", "GET", "/v1/clustertemplates", None, token,
                               {"OpenStack-API-Version": version})
        assert answer.status == 406
    answer = cloud.request("magnum", "GET", "/v1/clustertemplates", None, token,
                           {"OpenStack-API-Version": "container-infra 1.99"})
    [error] = answer.body["errors"]
    assert error["min_version"] == "1.1" and error["max_version"].startswith("1.")


def test_facts__no_token__401_in_another_shape(cloud):
    answer = cloud.request("magnum", "GET", "/v1/clustertemplates")
    assert answer.status == 401 and answer.body["error"]["code"] == 401
    assert answer.headers["www-authenticate"].startswith("Keystone uri=")


def test_facts__behind_tls__links_and_next_are_plain_http(world, cloud):
    """The fronts say nothing of TLS, so that `next` would lead astray."""
    for _ in range(2):
        world.make()
    request = urllib.request.Request(cloud.tls_url("magnum") + "/v1/clustertemplates?limit=1",
                                     headers={"X-Auth-Token": world.login()})
    context = ssl.create_default_context(cafile=str(cloud.external_ca.cert_file))
    with urllib.request.urlopen(request, context=context) as answer:
        assert json.load(answer)["next"].startswith("http://127.0.0.1:%d/" % cloud.tls_ports["public"]["magnum"])


def test_facts__catalog__identity_root_is_300_with_versions(cloud):
    answer = cloud.request("keystone", "GET", "/")
    assert answer.status == 300 and answer.body["versions"]["values"][0]["id"].startswith("v3")


def test_facts__keystone_answers__shapes_of_tokens_and_refusals(cloud):
    answer = cloud.request("keystone", "POST", "/v3/auth/tokens", {"auth": {"identity": {
        "methods": ["password"], "password": {"user": {"name": "demo", "domain": {"id": "default"},
                                                       "password": "secret-of-demo"}}}}})
    token = answer.body["token"]
    assert answer.status == 201 and answer.headers["x-subject-token"]
    assert token["project"]["name"] == "demo" and token["catalog"] and token["expires_at"].endswith("Z")
    refused = cloud.request("keystone", "POST", "/v3/auth/tokens", {"auth": {"identity": {
        "methods": ["password"], "password": {"user": {"name": "demo", "domain": {"id": "default"},
                                                       "password": "wrong"}}}}})
    assert refused.status == 401
    assert refused.body["error"]["message"] == "The request you have made requires authentication."


def test_facts__second_factor_missing__401_with_a_receipt(cloud):
    answer = cloud.request("keystone", "POST", "/v3/auth/tokens", {"auth": {"identity": {
        "methods": ["password"], "password": {"user": {"name": "mfa", "domain": {"id": "default"},
                                                       "password": "secret-of-mfa"}}}}})
    assert answer.status == 401 and answer.headers["openstack-auth-receipt"]
    assert [sorted(methods) for methods in answer.body["required_auth_methods"]] == [["password", "totp"]]  # a set of Keystone
