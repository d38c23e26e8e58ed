"""Lists: what needs each other, in which order things are done, what a long list costs, and whose names are whose."""
import json

from support.magnum import counts
from support.resources import actions, all_writes, assert_same


def deployment(resources, stem):
    """What a service needs, in the worst order."""
    name = resources.fresh(stem)
    user = {"user": name, "role": name, "project": name}
    return [
        {"kind": "role_assignment", "system": "all", **{key: user[key] for key in ("user", "role")}},
        {"kind": "role_assignment", **user},
        {"kind": "role_assignment", "user": name, "user_domain": name, "role": "admin", "domain": name},
        {"kind": "endpoint", "service": name, "interface": "public", "region": "RegionOne", "url": "http://p"},
        {"kind": "endpoint", "service": name + "-type", "interface": "admin", "region": "RegionOne", "url": "http://a"},
        {"kind": "service", "name": name, "type": name + "-type"},
        {"kind": "user", "name": name, "domain": name, "password": "pw-1-" + name},
        {"kind": "user", "name": name, "password": "pw-2-" + name, "default_project": name},
        {"kind": "role", "name": name},
        {"kind": "project", "name": name, "domain": name},
        {"kind": "project", "name": name},
        {"kind": "domain", "name": name},
    ]


def test_list__of_items_that_need_each_other__is_predicted_made_and_taken_back(resources):
    items = deployment(resources, "list")
    predicted = resources(*items, check=True)
    assert actions(predicted) == ["created"] * len(items) and all_writes(predicted) == []
    assert actions(resources(*items)) == ["created"] * len(items)
    assert_same(resources(*items))
    assert_same(resources(*items, check=True))
    gone = [dict(each, state="absent") for each in items]
    assert actions(resources(*gone, check=True)) == ["removed"] * len(items)
    assert actions(resources(*gone)) == ["removed"] * len(items)
    assert_same(resources(*gone))


def test_list__results__are_in_the_order_of_the_task(resources):
    items = deployment(resources, "order")
    outcome = resources(*items)
    assert [each["kind"] for each in outcome["resources"]] == [each["kind"] for each in items]
    paths = [path.split("/")[2] for _, path in all_writes(outcome)]
    assert paths.index("domains") < paths.index("projects") < paths.index("roles") < paths.index("users")
    assert paths.index("services") < paths.index("endpoints")


def test_list__of_twenty_unchanged__costs_one_login_and_a_bounded_number_of_requests(resources):
    items = deployment(resources, "cost")
    items += [{"kind": "role", "name": resources.fresh("cost")} for _ in range(8)]
    resources(*items)
    outcome = resources(*[dict(each, update_password="on_create") if each["kind"] == "user" else each
                          for each in items])
    assert_same(outcome)
    # The login; domains, roles, services, endpoints; a project and a user in two domains each; assignments of two.
    assert counts(outcome) == {"keystone POST": 1, "keystone GET": 4 + 4 + 2}
    outcome = resources(*items)
    assert_same(outcome)
    assert counts(outcome) == {"keystone POST": 1 + 2, "keystone GET": 4 + 4 + 2}
    tokens = {each.headers.get("x-auth-token") for each in outcome.requests} - {None}
    assert len(tokens) == 1


def test_list__with_present_and_absent__does_both(resources):
    old, new = resources.fresh("role"), resources.fresh("role")
    resources({"kind": "role", "name": old})
    outcome = resources({"kind": "role", "name": old}, {"kind": "role", "name": new, "state": "present"}, state="absent")
    assert actions(outcome) == ["removed", "created"]


def test_list__failure_in_the_middle__tells_what_was_done(resources):
    """The second endpoint's URL is refused by Keystone alone."""
    name = resources.fresh("middle")
    items = [{"kind": "service", "name": name, "type": name},
             {"kind": "endpoint", "service": name, "interface": "public", "region": "RegionOne", "url": "http://fine"},
             {"kind": "endpoint", "service": name, "interface": "admin", "region": "RegionOne", "url": "no url"}]
    outcome = resources(*items)
    assert outcome.failed and outcome.changed
    assert outcome["option"] == "resources[2]" and name in outcome["object"]
    assert "Keystone answered 400" in outcome.msg and "url" in outcome.msg
    assert [each["action"] for each in outcome["resources"]] == ["created", "created"]
    items[2]["url"] = "http://fine"
    assert actions(resources(*items)) == ["unchanged", "unchanged", "created"]


def test_names__that_several_have__are_an_error_that_lists_them(resources):
    name = resources.fresh("twin")
    made = [resources.make("services", name=name, type="a")["id"], resources.make("services", name=name, type="b")["id"]]
    outcome = resources({"kind": "service", "name": name, "description": "x"})
    assert outcome.failed and sorted(outcome["ids"]) == sorted(made) and "resources[0]" in outcome.msg
    # The type tells which one.
    assert actions(resources({"kind": "service", "name": name, "type": "a", "description": "x"})) == ["updated"]
    outcome = resources({"kind": "endpoint", "service": name, "interface": "public", "region": "RegionOne", "url": "http://x"})
    assert outcome.failed and outcome["option"] == "resources[0].service" and sorted(outcome["ids"]) == sorted(made)
    # Endpoints under another name are its own.
    assert actions(resources({"kind": "endpoint", "service": "b", "interface": "public", "region": "RegionOne",
                              "url": "http://x"})) == ["created"]


def test_names__that_nobody_has__are_an_error_before_anything_is_written(resources):
    name = resources.fresh("role")
    outcome = resources({"kind": "role", "name": name},
                        {"kind": "role_assignment", "user": "demo", "role": "no-such-role", "project": "demo"})
    assert outcome.failed and outcome["option"] == "resources[1].role"
    assert "there is no role \"no-such-role\"" in outcome.msg and "add an item that makes it" in outcome.msg
    assert all_writes(outcome) == [] and resources.listed("roles", name=name) == []
    outcome = resources({"kind": "project", "name": "x", "domain": "no-such-domain"})
    assert outcome.failed and outcome["option"] == "resources[0].domain"
    # What refers to nothing is not there either.
    assert_same(resources({"kind": "role_assignment", "user": "nobody-x", "role": "r", "project": "p", "state": "absent"},
                          {"kind": "project", "name": "x", "domain": "no-such-domain", "state": "absent"}))


def test_names__that_the_list_removes__cannot_be_referred_to(resources):
    user = resources.make("users", name=resources.fresh("leaving"), domain_id="default")
    outcome = resources({"kind": "role_assignment", "user": user["name"], "role": "reader", "project": "demo"},
                        {"kind": "user", "name": user["name"], "state": "absent"})
    assert outcome.failed and outcome["option"] == "resources[0].user" and "resources[1] removes that" in outcome.msg


def test_login__without_the_right__says_what_is_missing(resources):
    outcome = resources({"kind": "role", "name": resources.fresh("role")}, user="demo")
    assert outcome.failed and "403" in outcome.msg and "Keystone" in outcome.msg


# ---- the real client

def test_oracle__what_the_client_made__is_unchanged(resources, cloud):
    name = resources.fresh("oracle")

    def client(*words):
        return json.loads(cloud.openstack(*words, "-f", "json", cloud="admin"))

    client("domain", "create", name, "--description", "d")
    client("project", "create", name, "--domain", name)
    client("role", "create", name)
    client("user", "create", name, "--domain", name, "--password", "of-client", "--project", name,
           "--project-domain", name, "--email", "a@b.c")
    cloud.openstack("role", "add", name, "--user", name, "--user-domain", name, "--project", name,
                    "--project-domain", name, cloud="admin")
    client("service", "create", "--name", name, "--description", "s", name + "-type")
    client("endpoint", "create", name, "public", "http://p", "--region", "RegionOne")
    assert_same(resources(
        {"kind": "domain", "name": name, "description": "d", "enabled": True},
        {"kind": "project", "name": name, "domain": name, "description": "", "enabled": True},
        {"kind": "role", "name": name, "description": ""},
        {"kind": "user", "name": name, "domain": name, "password": "of-client", "default_project": name,
         "email": "a@b.c", "description": ""},
        {"kind": "role_assignment", "user": name, "user_domain": name, "role": name, "project": name,
         "project_domain": name},
        {"kind": "service", "name": name, "type": name + "-type", "description": "s", "enabled": True},
        {"kind": "endpoint", "service": name, "interface": "public", "region": "RegionOne", "url": "http://p",
         "enabled": True}))


def test_oracle__what_was_made__is_what_the_client_sees(resources, cloud):
    items = deployment(resources, "seen")
    name = items[5]["name"]
    resources(*items)

    def client(*words):
        return json.loads(cloud.openstack(*words, "-f", "json", cloud="admin"))

    assert client("user", "show", name, "--domain", "default")["default_project_id"] \
        == client("project", "show", name, "--domain", "default")["id"]
    assert client("service", "show", name)["type"] == name + "-type"
    listed = client("role", "assignment", "list", "--user", name, "--user-domain", "default", "--names")
    assert {(each["Role"], each["Project"], each["System"]) for each in listed} \
        == {(name, name + "@Default", ""), (name, "", "all")}
    endpoints = client("endpoint", "list", "--service", name)
    assert {(each["Interface"], each["URL"]) for each in endpoints} == {("public", "http://p"), ("admin", "http://a")}
