"""A list of templates for five versions of Kubernetes, as an operator would keep them, and what it costs in requests."""
import json

from servers.openstack.seed import KUBERNETES
from support.magnum import USUAL, assert_unchanged, counts, patches, writes


def template(version, **labels):
    return {"name": "k8s-" + version, "image_id": "ubuntu-2404-kube-" + version, "keypair_id": "key-of-demo",
            "labels": dict({"kube_tag": version, "octavia_provider": "ovn"}, **labels)}


COMMON = {key: value for key, value in USUAL.items() if key not in ("image_id", "labels")}


def run(world, templates, **more):
    outcome = world(templates=templates, label_check_level="error", **COMMON, **more)
    assert not outcome.failed, outcome.data
    return outcome


def test_096__five_templates__created_repeated_changed_seen_and_removed(world, cloud):
    templates = [template(version) for version in KUBERNETES]
    outcome = run(world, templates)
    assert outcome.changed and [each["action"] for each in outcome["templates"]] == ["create"] * 5
    assert counts(outcome)["keystone POST"] == 1 and counts(outcome)["magnum POST"] == 5
    assert counts(outcome)["magnum GET"] == 1
    shown = json.loads(cloud.openstack("coe", "cluster", "template", "list", "-f", "json"))
    assert sorted(each["name"] for each in shown) == ["k8s-" + version for version in KUBERNETES]

    again = run(world, templates)
    assert_unchanged(again)
    assert [each["action"] for each in again["templates"]] == ["none"] * 5
    assert counts(again)["keystone POST"] == counts(again)["magnum GET"] == 1

    templates[2] = template(KUBERNETES[2], audit_log_enabled="true")
    changed = run(world, templates)
    assert [each["action"] for each in changed["templates"]] == ["none", "none", "update", "none", "none"]
    [(op, path, value)] = patches(changed)
    assert (op, path) == ("replace", "/labels") and "audit_log_enabled" in value
    shown = json.loads(cloud.openstack("coe", "cluster", "template", "show", "k8s-" + KUBERNETES[2], "-f", "json"))
    assert shown["labels"] == templates[2]["labels"]
    assert_unchanged(run(world, templates))

    gone = run(world, [dict(name=each["name"], state="absent") for each in templates])
    assert [each["action"] for each in gone["templates"]] == ["delete"] * 5
    assert [each.method for each in writes(gone)] == ["DELETE"] * 5
    assert world.all() == []


def test_096__unchanged_template__costs_two_requests(world):
    made = world.make()
    outcome = world(made["name"], **USUAL)
    assert_unchanged(outcome)
    assert counts(outcome) == {"keystone POST": 1, "magnum GET": 1}


def test_066__new_template__costs_three_requests(world):
    outcome = world("new", **USUAL)
    assert outcome.changed and counts(outcome) == {"keystone POST": 1, "magnum GET": 1, "magnum POST": 1}


def test_097__changed_template__costs_three_requests(world):
    made = world.make()
    outcome = world(made["name"], **dict(USUAL, labels={"kube_tag": "v1.35.5"}))
    assert outcome.changed and counts(outcome) == {"keystone POST": 1, "magnum GET": 1, "magnum PATCH": 1}


def test_116__removed_template__costs_three_requests(world):
    made = world.make()
    outcome = world(made["name"], state="absent")
    assert outcome.changed and counts(outcome) == {"keystone POST": 1, "magnum GET": 1, "magnum DELETE": 1}
