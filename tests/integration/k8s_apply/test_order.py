"""The order in which objects are written: item 61 of the conformance list."""
import pytest
import yaml

from support.gadgets import DEFINITIONS, created, custom, definition_of, namespace
from support.objects import config_map
from support.world import exists, get, writes


def test_061__resource_definition_and_namespace_the_wrong_way_round__are_all_created(k8s, ns, server, group):
    own = ns + "-61"
    wanted = [custom(group, own, size=1), definition_of(group), namespace(own)]
    outcome = k8s(definition=yaml.safe_dump_all(wanted))
    assert not outcome.failed, outcome.msg
    assert created(outcome) == ["namespaces", "customresourcedefinitions", "gadgets"]
    assert [r["method"] for r in outcome.results] == ["create"] * 3
    assert [r["result"]["kind"] for r in outcome.results] == ["Gadget", "CustomResourceDefinition", "Namespace"]
    assert get(server, wanted[0])["spec"] == {"size": 1}
    assert not k8s(definition=wanted).changed
    assert k8s(definition=wanted, state="absent").changed


def test_061__wrong_way_round_in_check_mode__is_predicted(k8s, ns, server, group):
    wanted = [custom(group, ns + "-61", size=1), definition_of(group), namespace(ns + "-61")]
    outcome = k8s(definition=wanted, check=True)
    assert not outcome.failed and [r["changed"] for r in outcome.results] == [True] * 3
    assert server.request("GET", DEFINITIONS + "gadgets." + group)[0] == 404


@pytest.mark.parametrize("check", [False, True], ids=["real", "check"])
def test_061__wrong_way_round_without_sort__fails_before_the_first_write(k8s, ns, server, group, check):
    wanted = [config_map(ns), custom(group, ns), definition_of(group)]
    outcome = k8s(definition=wanted, sort=False, check=check)
    assert outcome.failed and not outcome.changed and "Gadget %s/g" % ns in outcome.msg and "sort" in outcome.msg
    assert not writes(outcome) and not exists(server, config_map(ns))


def test_061__right_way_round_without_sort__keeps_the_order(k8s, ns, group):
    wanted = [config_map(ns), definition_of(group), custom(group, ns), config_map(ns, "b")]
    outcome = k8s(definition=wanted, sort=False)
    assert not outcome.failed, outcome.msg
    assert created(outcome) == ["configmaps", "customresourcedefinitions", "gadgets", "configmaps"]
