"""Every kind of Keystone through its life: made, left alone, changed, removed; each also in check mode and with diff."""
import pytest

from support.resources import actions, all_writes, assert_same

# By kind: the item, what changes in it, and what Keystone then says. PROJECT and the like are made beforehand.
CASES = {
    "domain": ({"description": "one"}, {"description": "two"}),
    "project": ({"description": "one"}, {"description": "two", "enabled": False}),
    "role": ({}, {"description": "two"}),
    "user": ({"email": "a@example.com"}, {"email": "b@example.com", "description": "two"}),
    "service": ({"type": "test-one", "description": "one"}, {"type": "test-two"}),
}


def item_of(resources, kind, **more):
    return {"kind": kind, "name": resources.fresh(kind), **CASES[kind][0], **more}


@pytest.mark.parametrize("kind", sorted(CASES))
def test_kinds__check_mode_of_something_new__predicts_and_makes_nothing(resources, kind):
    item = item_of(resources, kind)
    outcome = resources(item, check=True, diff=True)
    assert actions(outcome) == ["created"] and outcome.changed
    assert outcome["resources"][0]["id"] is None
    assert all_writes(outcome) == []
    assert resources.listed(kind + "s", name=item["name"]) == []
    assert item["name"] in outcome["diff"][0]["after"] and outcome["diff"][0]["before"] == ""


@pytest.mark.parametrize("kind", sorted(CASES))
def test_kinds__something_new__is_made_once(resources, kind):
    item = item_of(resources, kind)
    outcome = resources(item)
    assert actions(outcome) == ["created"] and outcome.changed
    made = resources.one(kind + "s", name=item["name"])
    assert outcome["resources"][0]["id"] == made["id"]
    for key, value in CASES[kind][0].items():
        assert made[key] == value
    assert_same(resources(item))


@pytest.mark.parametrize("kind", sorted(CASES))
def test_kinds__another_value__is_predicted_then_written_alone(resources, kind):
    item = item_of(resources, kind)
    key = resources(item)["resources"][0]["id"]
    changed = {**item, **CASES[kind][1]}
    predicted = resources(changed, check=True, diff=True)
    assert actions(predicted) == ["updated"] and all_writes(predicted) == []
    outcome = resources(changed, diff=True)
    assert actions(outcome) == ["updated"]
    assert sorted(outcome["resources"][0]["changed_fields"]) == sorted(CASES[kind][1])
    assert predicted["resources"] == outcome["resources"] and predicted["diff"] == outcome["diff"]
    assert all_writes(outcome) == [("PATCH", "/v3/%ss/%s" % (kind, key))]
    made = resources.one(kind + "s", name=item["name"])
    for name, value in CASES[kind][1].items():
        assert made[name] == value
    assert_same(resources(changed))


@pytest.mark.parametrize("kind", sorted(CASES))
def test_kinds__absent__is_predicted_then_gone_and_stays_so(resources, kind):
    item = item_of(resources, kind)
    resources(item)
    gone = dict(item, state="absent")
    predicted = resources(gone, check=True, diff=True)
    assert actions(predicted) == ["removed"] and all_writes(predicted) == []
    assert actions(resources(gone)) == ["removed"]
    assert resources.listed(kind + "s", name=item["name"]) == []
    assert_same(resources(gone))


def endpoint_of(service, **more):
    return dict({"kind": "endpoint", "service": service, "interface": "public", "region": "RegionOne",
                 "url": "http://one.example/v1"}, **more)


def test_endpoint__its_life__by_name_and_by_type_of_the_service(resources):
    service = resources.make("services", name=resources.fresh("endpoint"), type=resources.fresh("type"))
    item = endpoint_of(service["name"])
    assert actions(resources(item, check=True)) == ["created"]
    assert actions(resources(item)) == ["created"]
    assert_same(resources(endpoint_of(service["type"])))
    moved = endpoint_of(service["type"], url="http://two.example/v1")
    outcome = resources(moved, diff=True)
    assert actions(outcome) == ["updated"] and outcome["resources"][0]["changed_fields"] == ["url"]
    assert [method for method, _ in all_writes(outcome)] == ["PATCH"]
    assert '"http://one.example/v1"' in outcome["diff"][0]["before"]
    found = resources.one("endpoints", service_id=service["id"])
    assert (found["url"], found["interface"], found["region_id"]) == ("http://two.example/v1", "public", "RegionOne")
    assert actions(resources(endpoint_of(service["name"], interface="internal"))) == ["created"]
    assert actions(resources(dict(moved, state="absent"))) == ["removed"]
    assert [each["interface"] for each in resources.listed("endpoints", service_id=service["id"])] == ["internal"]
    assert_same(resources(dict(moved, state="absent")))


def test_endpoint__region_that_is_new__is_made(resources):
    service = resources.make("services", name=resources.fresh("endpoint"), type=resources.fresh("type"))
    region = resources.fresh("Region")
    item = endpoint_of(service["name"], region=region)
    assert actions(resources(item)) == ["created"]
    assert resources.one("endpoints", service_id=service["id"])["region_id"] == region
    assert_same(resources(item))


@pytest.mark.parametrize("place", ("project", "domain", "system"))
def test_role_assignment__its_life__in_each_place(resources, place):
    user = resources.make("users", name=resources.fresh("assigned"), domain_id="default")
    name = {"project": "demo", "domain": "magnum", "system": "all"}[place]
    item = {"kind": "role_assignment", "user": user["name"], "role": "reader", place: name}
    predicted = resources(item, check=True, diff=True)
    assert actions(predicted) == ["created"] and all_writes(predicted) == []
    assert actions(resources(item)) == ["created"]
    assert_same(resources(item))
    found = resources.ask("keystone", "GET", "/role_assignments?user.id=" + user["id"]).body["role_assignments"]
    assert len(found) == 1 and place in found[0]["scope"]
    # Another role in the same place is another assignment.
    assert actions(resources(dict(item, role="member"))) == ["created"]
    assert actions(resources(dict(item, state="absent"))) == ["removed"]
    assert_same(resources(dict(item, state="absent")))
    found = resources.ask("keystone", "GET", "/role_assignments?user.id=" + user["id"]).body["role_assignments"]
    assert len(found) == 1


def test_role_assignment__inherited_one__is_another(resources):
    user = resources.make("users", name=resources.fresh("assigned"), domain_id="default")
    role = resources.one("roles", name="reader")["id"]
    path = "/OS-INHERIT/projects/%s/users/%s/roles/%s/inherited_to_projects" \
        % (resources.cloud.ids["projects"]["demo"], user["id"], role)
    assert resources.ask("keystone", "PUT", path).status == 204
    assert actions(resources({"kind": "role_assignment", "user": user["name"], "role": "reader",
                              "project": "demo"})) == ["created"]


def test_user__default_project__is_compared_by_what_the_name_stands_for(resources):
    item = {"kind": "user", "name": resources.fresh("user"), "default_project": "demo"}
    resources(item)
    made = resources.one("users", name=item["name"])
    assert made["default_project_id"] == resources.cloud.ids["projects"]["demo"]
    assert_same(resources(item))
    outcome = resources(dict(item, default_project="other"))
    assert outcome["resources"][0]["changed_fields"] == ["default_project"]


def test_user__same_name_in_two_domains__are_two(resources):
    name = resources.fresh("user")
    items = [{"kind": "user", "name": name}, {"kind": "user", "name": name, "domain": "magnum"}]
    assert actions(resources(*items)) == ["created", "created"]
    assert len(resources.listed("users", name=name)) == 2
    assert_same(resources(*items))
    assert actions(resources(dict(items[1], state="absent"), items[0])) == ["removed", "unchanged"]


def test_domain__by_its_id__is_the_same(resources):
    name = resources.fresh("user")
    domain = resources.one("domains", name="magnum")["id"]
    resources({"kind": "user", "name": name, "domain": "magnum"})
    assert_same(resources({"kind": "user", "name": name, "domain": domain}))


def test_information__of_a_name_and_of_a_kind__is_read_only(resources):
    outcome = resources({"kind": "service", "state": "info"}, {"kind": "user", "name": "demo", "state": "info"},
                        {"kind": "user", "name": "nobody-at-all", "state": "info"},
                        {"kind": "endpoint", "service": "magnum", "interface": "internal", "state": "info"})
    assert actions(outcome) == ["found", "found", "missing", "found"] and not outcome.changed
    services, users, none, endpoints = (each["objects"] for each in outcome["resources"])
    assert {"keystone", "glance", "magnum"} <= {each["name"] for each in services}
    assert [each["id"] for each in users] == [resources.cloud.ids["users"]["demo"]] and none == []
    assert {each["region_id"] for each in endpoints} == {"RegionOne", "RegionTwo", "RegionTls"}
    assert all_writes(outcome) == []


def test_catalog__of_the_region__is_told(resources):
    outcome = resources()
    assert outcome["resources"] == [] and not outcome.changed
    assert outcome["catalog"]["identity"]["public"] == resources.cloud.url("keystone") + "/v3"
    assert set(outcome["catalog"]) >= {"identity", "image", "network", "compute", "container-infra"}  # others' tests add more
