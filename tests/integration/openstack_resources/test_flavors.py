"""Flavors of Nova: figures that nobody changes, and extra specs that come and go."""
import json
import signal
import threading

import pytest

from support.openstack_relay import OpenStackRelay
from support.resources import actions, all_writes, assert_same


def flavor_of(resources, **more):
    return dict({"kind": "flavor", "name": resources.fresh("flavor"), "vcpus": 2, "ram": 4096, "disk": 20}, **more)


def stored(resources, name):
    found = [each for each in resources.ask("nova", "GET", "/flavors/detail?is_public=None").body["flavors"]
             if each["name"] == name]
    assert len(found) == 1, found
    specs = resources.ask("nova", "GET", "/flavors/%s/os-extra_specs" % found[0]["id"]).body["extra_specs"]
    return dict(found[0], extra_specs=specs)


def test_flavor__its_life__in_check_mode_and_for_real(resources):
    item = flavor_of(resources, ephemeral=1, swap=512, is_public=False, extra_specs={"hw:cpu_policy": "dedicated", "a:b": 1})
    predicted = resources(item, check=True, diff=True)
    assert actions(predicted) == ["created"] and all_writes(predicted) == []
    assert actions(resources(item)) == ["created"]
    made = stored(resources, item["name"])
    assert (made["vcpus"], made["ram"], made["disk"], made["OS-FLV-EXT-DATA:ephemeral"], made["swap"]) \
        == (2, 4096, 20, 1, 512)
    assert made["os-flavor-access:is_public"] is False
    assert made["extra_specs"] == {"hw:cpu_policy": "dedicated", "a:b": "1"}
    assert_same(resources(item))
    gone = dict(item, state="absent")
    assert actions(resources(gone, check=True)) == ["removed"]
    assert actions(resources(gone)) == ["removed"]
    assert_same(resources(gone))


def test_flavor__plain_one__is_unchanged_with_the_defaults_written_out(resources):
    item = flavor_of(resources)
    resources(item)
    assert_same(resources(dict(item, ephemeral=0, swap=0, is_public=True, extra_specs={})))


def test_flavor__extra_specs__that_are_named_alone_count(resources):
    item = flavor_of(resources, extra_specs={"keep:me": "1", "change:me": "1", "drop:me": "1"})
    resources(item)
    changed = dict(item, extra_specs={"change:me": True, "drop:me": None, "new:one": "x"})
    predicted = resources(changed, check=True, diff=True)
    assert actions(predicted) == ["updated"] and all_writes(predicted) == []
    outcome = resources(changed, diff=True)
    assert outcome["diff"] == predicted["diff"] and outcome["resources"][0]["changed_fields"] == ["extra_specs"]
    assert stored(resources, item["name"])["extra_specs"] == {"keep:me": "1", "change:me": "true", "new:one": "x"}
    assert_same(resources(changed))
    assert_same(resources(dict(item, extra_specs={"change:me": "True"})))


@pytest.mark.parametrize("key, value", (("vcpus", 4), ("ram", 8192), ("disk", 0), ("ephemeral", 5), ("swap", 1), ("is_public", False)))
def test_flavor__another_figure__is_an_error_that_names_it(resources, key, value):
    item = flavor_of(resources)
    resources(item)
    outcome = resources(dict(item, **{key: value}))
    assert outcome.failed and not outcome.changed and all_writes(outcome) == []
    assert outcome["option"] == "resources[0]." + key and outcome["differences"] == [key]
    assert "on_immutable says what else to do" in outcome.msg


def test_flavor__recreated__keeps_its_id_and_its_specs(resources):
    item = flavor_of(resources, swap=512, extra_specs={"keep:me": "1", "drop:me": "1"})
    key = resources(item)["resources"][0]["id"]
    wanted = {"kind": "flavor", "name": item["name"], "ram": 8192, "extra_specs": {"drop:me": None}, "on_immutable": "recreate"}
    predicted = resources(wanted, check=True)
    assert actions(predicted) == ["recreated"] and all_writes(predicted) == []
    outcome = resources(wanted)
    assert actions(outcome) == ["recreated"] and outcome["resources"][0]["id"] == key
    made = stored(resources, item["name"])
    assert (made["id"], made["vcpus"], made["ram"], made["disk"], made["swap"]) == (key, 2, 8192, 20, 512)
    assert made["extra_specs"] == {"keep:me": "1"}
    assert_same(resources(wanted))


def test_flavor__recreated__is_for_the_same_projects_and_as_before(resources, cloud):
    name = resources.fresh("flavor")
    projects = sorted(cloud.ids["projects"][each] for each in ("demo", "admin"))
    cloud.openstack("--os-compute-api-version", "2.61", "flavor", "create", name, "--vcpus", 1, "--ram", 512, "--disk", 1,
                    "--private", "--rxtx-factor", 2, "--description", "gold", cloud="admin")
    old = stored(resources, name)
    for each in projects:
        answer = resources.ask("nova", "POST", "/flavors/%s/action" % old["id"], {"addTenantAccess": {"tenant": each}})
        assert answer.status == 200, answer
    wanted = {"kind": "flavor", "name": name, "ram": 1024, "on_immutable": "recreate"}
    outcome = resources(wanted)
    assert actions(outcome) == ["recreated"] and outcome.warnings == []
    headers = {"OpenStack-API-Version": "compute 2.61"}
    made = cloud.request("nova", "GET", "/v2.1/flavors/" + old["id"], None, resources.login("admin"), headers).body["flavor"]
    assert (made["ram"], made["rxtx_factor"], made["description"], made["os-flavor-access:is_public"]) \
        == (1024, 2.0, "gold", False)
    access = resources.ask("nova", "GET", "/flavors/%s/os-flavor-access" % old["id"]).body["flavor_access"]
    assert sorted(each["tenant_id"] for each in access) == projects
    assert_same(resources(wanted))
    # One that everybody may use has no such list.
    outcome = resources(dict(wanted, is_public=True))
    assert actions(outcome) == ["recreated"] and outcome.warnings == []
    assert stored(resources, name)["os-flavor-access:is_public"] is True


def test_flavor__recreated__project_that_nova_refuses_is_a_warning(resources, cloud):
    """Nova keeps the access of projects that were deleted."""
    item = flavor_of(resources, is_public=False)
    key = resources(item)["resources"][0]["id"]
    project = resources.make("projects", name=resources.fresh("project"), domain_id="default")["id"]
    resources.ask("nova", "POST", "/flavors/%s/action" % key, {"addTenantAccess": {"tenant": project}})
    resources.remove("projects", project)
    outcome = resources(dict(item, ram=1, on_immutable="recreate"))
    assert actions(outcome) == ["recreated"]
    assert len(outcome.warnings) == 1 and project in outcome.warnings[0]


def test_flavor__recreated_by_a_run_that_is_told_to_stop__is_there_afterwards(resources):
    item = flavor_of(resources, extra_specs={"keep:me": "1"})
    resources(item)
    gone = threading.Event()
    with OpenStackRelay(resources.cloud) as relay:
        relay.before("nova", "DELETE", lambda: (gone.set(), told.wait(20)))
        told = threading.Event()
        entry = dict(resources.cloud.clouds()["clouds"]["admin"], compute_endpoint_override=relay.url("nova") + "/v2.1")
        process, mark = resources.module.start(cloud=entry, resources=[dict(item, ram=1, on_immutable="recreate")])
        assert gone.wait(60)
        process.send_signal(signal.SIGTERM)
        told.set()
        resources.module.finish(process, mark)
    made = stored(resources, item["name"])
    assert (made["ram"], made["extra_specs"]) == (1, {"keep:me": "1"})


@pytest.mark.parametrize("refused", ({"vcpus": 1 << 31}, {"ram": 8192, "extra_specs": {"no spec!": "1"}}))
def test_flavor__whose_successor_nova_refuses__is_there_as_before(resources, cloud, refused):
    item = flavor_of(resources, is_public=False, extra_specs={"keep:me": "1"})
    old = resources(item)["resources"][0]["id"]
    project = cloud.ids["projects"]["demo"]
    resources.ask("nova", "POST", "/flavors/%s/action" % old, {"addTenantAccess": {"tenant": project}})
    before = stored(resources, item["name"])
    outcome = resources(dict(item, on_immutable="recreate", **refused))
    assert outcome.failed and "the old flavor was made again" in outcome.msg and not outcome.changed, outcome.data
    assert stored(resources, item["name"]) == before
    access = resources.ask("nova", "GET", "/flavors/%s/os-flavor-access" % old).body["flavor_access"]
    assert [each["tenant_id"] for each in access] == [project]


def test_flavor__without_what_a_new_one_needs__is_an_error(resources):
    outcome = resources({"kind": "flavor", "name": resources.fresh("flavor"), "vcpus": 1, "ram": 1})
    assert outcome.failed and outcome["option"] == "resources[0].disk" and all_writes(outcome) == []


def test_flavor__of_the_client__is_unchanged(resources, cloud):
    name = resources.fresh("flavor")
    cloud.openstack("flavor", "create", name, "--vcpus", 3, "--ram", 1024, "--disk", 7, "--property", "x:y=z", cloud="admin")
    assert_same(resources({"kind": "flavor", "name": name, "vcpus": 3, "ram": 1024, "disk": 7, "swap": 0,
                           "extra_specs": {"x:y": "z"}}))
    item = flavor_of(resources, extra_specs={"x:y": "z"})
    resources(item)
    seen = json.loads(cloud.openstack("flavor", "show", item["name"], "-f", "json", cloud="admin"))
    assert (seen["vcpus"], seen["ram"], seen["disk"], seen["properties"]) == (2, 4096, 20, {"x:y": "z"})


@pytest.mark.parametrize("specs, text", (({"a": []}, "resources[0].extra_specs.a"), ({"a": {"b": 1}}, "it is a object"),
                                         ("[1", "extra_specs"), (5, "extra_specs")))
def test_flavor__specs_of_a_wrong_kind__are_refused(resources, specs, text):
    outcome = resources(flavor_of(resources, extra_specs=specs))
    assert outcome.failed and text in outcome.msg and outcome.requests == []
