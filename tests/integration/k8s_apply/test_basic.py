"""Basic apply: items 1 to 25 of the conformance list. The number of a test's name is the item's."""
from support.objects import config_map, path_of


def managers(obj):
    return [(entry["manager"], entry["operation"]) for entry in obj["metadata"]["managedFields"]]


def test_001__absent_config_map__is_created_with_one_manager(k8s, ns):
    outcome = k8s(definition=config_map(ns))
    assert outcome.changed and outcome["method"] == "create"
    assert managers(outcome["result"]) == [("ansible", "Apply")]


def test_002__same_config_map_again__changes_nothing(k8s, ns, server):
    before = k8s(definition=config_map(ns))["result"]["metadata"]["resourceVersion"]
    outcome = k8s(definition=config_map(ns), diff=True)
    assert not outcome.changed and "diff" not in outcome.data
    assert server.request("GET", path_of(config_map(ns)))[1]["metadata"]["resourceVersion"] == before
