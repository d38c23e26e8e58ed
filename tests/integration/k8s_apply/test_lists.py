"""Managers that hand over, and lists that fail in the middle: items 122 to 124 of the conformance list."""
import pytest

from support.objects import config_map
from support.world import create, exists, fields_of, get, managers, version_of, writes

OLD = "OpenAPI-Generator"  # what kubernetes.core wrote without server-side apply


def test_122__migrated_manager__leaves_one_owner_and_no_old_fields(k8s, ns, server):
    create(server, config_map(ns, data={"k": "v", "old": "x"}, labels={"gone": "1"}), manager=OLD)
    # Without the option what left the manifest stays, since its owner still is the old manager.
    assert k8s(definition=config_map(ns)).changed
    assert get(server, config_map(ns))["data"] == {"k": "v", "old": "x"}
    before = version_of(get(server, config_map(ns)))
    outcome = k8s(definition=config_map(ns), migrate_managers=[OLD], check=True)
    assert outcome.changed and not outcome.failed and version_of(get(server, config_map(ns))) == before
    assert [text for text in outcome.warnings if "migrated managers" in text]
    outcome = k8s(definition=config_map(ns), migrate_managers=[OLD])
    assert not outcome.failed and outcome.changed and outcome["result"]["data"] == {"k": "v"}
    stored = get(server, config_map(ns))
    assert stored["data"] == {"k": "v"} and "labels" not in stored["metadata"]
    assert managers(stored) == [("ansible", "Apply")]
    assert fields_of(stored, "ansible") == {"f:data": {"f:k": {}}}
    again = k8s(definition=config_map(ns), migrate_managers=[OLD])
    assert not again.changed and version_of(get(server, config_map(ns))) == version_of(stored)


def test_122__other_managers__keep_what_they_own(k8s, ns, server):
    create(server, config_map(ns, data={"k": "v", "theirs": "x"}), manager="somebody-else")
    outcome = k8s(definition=config_map(ns), migrate_managers=[OLD])
    assert not outcome.failed and get(server, config_map(ns))["data"] == {"k": "v", "theirs": "x"}
    assert ("somebody-else", "Update") in managers(get(server, config_map(ns)))


def three(ns) -> list:
    """The second one is invalid: a key with a blank."""
    return [config_map(ns, "one"), config_map(ns, "two", {"not a key": "v"}), config_map(ns, "three")]


@pytest.mark.parametrize("options", [{}, {"sort": False}, {"parallel": 1}, {"apply_mode": "update"}],
                         ids=["default", "unsorted", "one-by-one", "update"])
def test_123__second_of_three_fails__the_first_is_reported_and_the_third_untouched(k8s, ns, server, options):
    outcome = k8s(definition=three(ns), **options)
    assert outcome.failed and outcome.changed
    assert outcome["status"] == 422 and "ConfigMap %s/two" % ns in outcome.msg and "not a key" in outcome.msg
    assert [exists(server, each) for each in three(ns)] == [True, False, False]
    assert len(writes(outcome)) == 2
    first, second = outcome.results
    assert first["changed"] and first["method"] == "create" and first["result"]["metadata"]["name"] == "one"
    assert not second["changed"] and second["failed"] and "not a key" in second["msg"]


def test_123__unchanged_before_the_failure__is_no_change(k8s, ns, server):
    assert k8s(definition=config_map(ns, "one")).changed
    outcome = k8s(definition=three(ns), parallel=1)
    assert outcome.failed and not outcome.changed and len(outcome.results) == 2
    assert not exists(server, config_map(ns, "three"))


def test_123__failure_that_shows_before_writing__writes_nothing(k8s, ns, server):
    objects = [config_map(ns, "one"), dict(config_map(ns, "two"), kind="Gadget"), config_map(ns, "three")]
    outcome = k8s(definition=objects)
    assert outcome.failed and not outcome.changed and writes(outcome) == []
    assert not [each for each in ("one", "three") if exists(server, config_map(ns, each))]


@pytest.mark.parametrize("options", [{}, {"sort": False}], ids=["default", "unsorted"])
def test_124__continue_on_error__applies_the_others_and_fails_at_the_end(k8s, ns, server, options):
    outcome = k8s(definition=three(ns), continue_on_error=True, **options)
    assert outcome.failed and outcome.changed
    assert "ConfigMap %s/two" % ns in outcome.msg and "not a key" in outcome.msg and outcome["status"] == 422
    assert [exists(server, each) for each in three(ns)] == [True, False, True]
    assert [each["changed"] for each in outcome.results] == [True, False, True]
    assert [each.get("failed", False) for each in outcome.results] == [False, True, False]
    error = outcome.results[1]["error"]
    assert error["status"] == 422 and error["reason"] == "Unprocessable Entity" and "not a key" in error["msg"]


def test_124__two_failures__are_counted(k8s, ns, server):
    objects = three(ns) + [config_map(ns, "four", {"also not": "v"}), dict(config_map(ns, "five"), kind="Gadget")]
    outcome = k8s(definition=objects, continue_on_error=True)
    assert outcome.failed and outcome.changed and "3 of 5 objects failed" in outcome.msg
    assert [each.get("failed", False) for each in outcome.results] == [False, True, False, True, True]
    assert exists(server, config_map(ns, "one")) and exists(server, config_map(ns, "three"))


def test_124__ignored_errors__let_the_task_succeed(k8s, ns, server):
    outcome = k8s(definition=three(ns), continue_on_error="ignore")
    assert not outcome.failed and outcome.changed
    assert "not a key" in outcome.results[1]["error"]["msg"] and exists(server, config_map(ns, "three"))


@pytest.mark.parametrize("check", [False, True], ids=["real", "check"])
def test_124__ignored_error_of_the_only_object__lets_the_task_succeed(k8s, ns, check):
    outcome = k8s(definition=three(ns)[1], continue_on_error="ignore", check=check)
    assert not outcome.failed and not outcome.changed and "failed" not in outcome.data
    assert outcome["error"]["status"] == 422 and "not a key" in outcome["error"]["msg"] and "not a key" in outcome.msg


def test_124__continue_on_error_in_check_mode__predicts_the_failure(k8s, ns, server):
    outcome = k8s(definition=three(ns), continue_on_error=True, check=True)
    assert outcome.failed and outcome.changed and "not a key" in outcome.msg
    assert [each["changed"] for each in outcome.results] == [True, False, True]
    assert not [each for each in three(ns) if exists(server, each)]
