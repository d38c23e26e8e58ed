"""Deletion and reading on a real Magnum: items 116 to 121."""
from support.magnum import USUAL, writes


def test_116__absent_twice__changed_once(world):
    made = world.make()
    outcome = world(made["name"], state="absent")
    assert outcome.changed and outcome["action"] == "delete"
    assert outcome["cluster_template"]["uuid"] == made["uuid"]
    outcome = world(made["name"], state="absent")
    assert not outcome.changed and not outcome.failed and outcome["cluster_template"]["name"] == made["name"]
    assert world.all() == []


def test_117__used_template__failure_in_magnums_words(world, cloud):
    made = world.make()
    cloud.add_cluster(made["uuid"])
    outcome = world(made["name"], state="absent")
    assert outcome.failed and "is referenced by one or multiple clusters" in outcome.msg
    assert world.all() == [made]


def test_118__foreign_public_template__is_not_touched(world):
    world.make(user="admin", name="shared", public=True)
    for options in ({}, {"scope": "any"}):
        outcome = world("shared", state="absent", **options)
        assert not outcome.changed and writes(outcome) == []
    assert len(world.all()) == 1


def test_119__two_of_the_name__failure_and_both_stay(world):
    world.make(name="twice")
    world.make(name="twice")
    outcome = world("twice", state="absent")
    assert outcome.failed and len(world.all()) == 2


def test_121__check_mode__predicts_and_deletes_nothing(world):
    made = world.make()
    outcome = world(made["name"], check=True, state="absent")
    assert outcome.changed and outcome["action"] == "delete" and writes(outcome) == []
    assert world.all() == [made]


def test_116__by_uuid__one_of_two_of_the_name_goes(world):
    first, second = world.make(name="twice"), world.make(name="twice")
    assert world(state="absent", uuid=second["uuid"]).changed
    assert [each["uuid"] for each in world.all()] == [first["uuid"]]
    assert not world(state="absent", uuid=second["uuid"]).changed


def test_119__info__tells_what_is_there_and_changes_nothing(world):
    names = sorted(world.make()["name"] for _ in range(2))
    outcome = world(state="info")
    assert not outcome.changed and sorted(t["name"] for t in outcome["cluster_templates"]) == names
    outcome = world(names[0], state="info")
    assert [t["name"] for t in outcome["cluster_templates"]] == names[:1]
    assert world("nothing", state="info")["cluster_templates"] == []
    assert USUAL["image_id"] == world(names[0], state="info")["cluster_templates"][0]["image_id"]
