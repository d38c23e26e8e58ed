"""Bad input: one failure that names the item's key, and no request at all."""
import pytest

GOOD = {"domain": {"name": "x"}, "project": {"name": "x"}, "role": {"name": "x"}, "user": {"name": "x"},
        "role_assignment": {"user": "u", "role": "r", "project": "p"}, "service": {"name": "x"},
        "endpoint": {"service": "s", "interface": "public", "region": "r"}, "image": {"name": "x"},
        "flavor": {"name": "x"}}
NEEDED = [(kind, key) for kind, keys in GOOD.items() for key in keys if key != "project"]
# (item, what the message names)
BAD = [
    ({"kind": "nonsense", "name": "x"}, "value of kind must be one of: domain"),
    ({"name": "x"}, "missing required arguments: kind found in resources[1]"),
    ({"kind": "role", "name": "x", "colour": "red"}, "resources[1].colour"),
    ({"kind": "role", "name": "x", "password": "unused-secret"}, "resources[1].password"),
    ({"kind": "role", "name": "x", "state": "gone"}, "value of state must be one of: present, absent, info, got: gone"),
    ({"kind": "role", "name": ""}, "resources[1].name"),
    ({"kind": "role", "name": None}, "resources[1].name"),
    ({"kind": "user", "name": "x", "domain": ""}, "resources[1].domain"),
    ({"kind": "user", "name": "x", "enabled": "perhaps"}, "argument 'enabled' is of type"),
    ({"kind": "user", "name": "x", "update_password": "never"}, "value of update_password must be one of"),
    ({"kind": "endpoint", "service": "s", "region": "r", "interface": "outer"}, "value of interface must be one of"),
    ({"kind": "role_assignment", "user": "u", "role": "r"}, "give one of project, domain and system (all), not none"),
    ({"kind": "role_assignment", "user": "u", "role": "r", "project": "p", "system": "all"}, "not several"),
    ({"kind": "role", "name": "first"}, "resources[0] describes the same"),
]


@pytest.mark.parametrize("item, text", BAD, ids=range(len(BAD)))
def test_input__bad_item__names_its_key(resources, item, text):
    outcome = resources({"kind": "role", "name": "first"}, item)
    assert outcome.failed and not outcome.changed
    assert text in outcome.msg, outcome.msg
    assert "resources[1]" in outcome.msg
    assert outcome.requests == []


@pytest.mark.parametrize("kind, key", NEEDED)
def test_input__key_that_is_missing__is_named(resources, kind, key):
    item = {"kind": kind, **{name: value for name, value in GOOD[kind].items() if name != key}}
    outcome = resources(item)
    assert outcome.failed and "resources[0].%s" % key in outcome.msg, outcome.msg
    assert outcome["option"] == "resources[0].%s" % key
    assert outcome.requests == []


@pytest.mark.parametrize("value", ("text", 5, {"kind": "role"}, [1], ["text"], None))
def test_input__no_list_of_items__is_refused(resources, value):
    outcome = resources(resources=value)
    assert outcome.failed
    assert "resources" in outcome.msg or "dictionary requested" in outcome.msg  # Ansible's own words
    assert outcome.requests == []


def test_input__huge_list__is_worked_through(resources):
    """Two thousand roles of which none is there."""
    items = [{"kind": "role", "name": "huge-%d" % number, "state": "absent"} for number in range(2000)]
    outcome = resources(*items)
    assert not outcome.failed and not outcome.changed and len(outcome["resources"]) == 2000
    assert len(outcome.requests) == 2


def test_input__huge_name__is_refused_by_keystone_in_its_words(resources):
    outcome = resources({"kind": "role", "name": "x" * 300})
    assert outcome.failed and "Keystone answered 400" in outcome.msg and outcome["option"] == "resources[0]"
