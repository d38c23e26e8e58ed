"""Passwords: tried before they are set, rotated, and shown nowhere."""
from support.resources import actions, all_writes, assert_same

CANARY = "kanarienvogel-8f3a"


def user_of(resources, **more):
    return dict({"kind": "user", "name": resources.fresh("user"), "password": CANARY + "-1"}, **more)


def test_password__that_works__is_not_set_again(resources):
    item = user_of(resources)
    resources(item)
    assert resources.password_works(item["name"], CANARY + "-1")
    assert_same(resources(item))


def test_password__that_is_another__is_predicted_and_set(resources):
    item = user_of(resources)
    resources(item)
    rotated = dict(item, password=CANARY + "-2")
    predicted = resources(rotated, check=True, diff=True)
    assert actions(predicted) == ["updated"] and predicted["resources"][0]["changed_fields"] == ["password"]
    assert resources.password_works(item["name"], CANARY + "-1")
    outcome = resources(rotated)
    assert actions(outcome) == ["updated"] and len(all_writes(outcome)) == 1
    assert resources.password_works(item["name"], CANARY + "-2")
    assert not resources.password_works(item["name"], CANARY + "-1")
    assert_same(resources(rotated))


def test_password__on_create__is_neither_tried_nor_set_later(resources):
    item = user_of(resources, update_password="on_create")
    resources(item)
    outcome = resources(dict(item, password=CANARY + "-2"))
    assert_same(outcome)
    assert [each.path for each in outcome.requests].count("/v3/auth/tokens") == 1
    assert resources.password_works(item["name"], CANARY + "-1")


def test_password__of_a_disabled_user__is_left_alone_with_a_warning(resources):
    item = user_of(resources)
    resources(item, {"kind": "role", "name": resources.fresh("role")})
    resources(dict(item, enabled=False))
    outcome = resources(dict(item, password=CANARY + "-2"))
    assert_same(outcome)
    assert any("not enabled" in text for text in outcome.warnings)


def test_password__of_a_user_that_becomes_enabled__is_set_with_that(resources):
    """Nobody can try it before, and an older one is not to work again for a moment."""
    item = user_of(resources)
    resources(item)
    resources(dict(item, enabled=False))
    wanted = dict(item, password=CANARY + "-2", enabled=True)
    predicted = resources(wanted, check=True, diff=True)
    outcome = resources(wanted, diff=True)
    assert actions(outcome) == ["updated"] and outcome["diff"] == predicted["diff"]
    assert sorted(outcome["resources"][0]["changed_fields"]) == ["enabled", "password"]
    assert [method for method, _ in all_writes(outcome)] == ["PATCH"]
    assert resources.password_works(item["name"], CANARY + "-2")
    assert_same(resources(wanted))
    resources(dict(wanted, enabled=False))
    outcome = resources(dict(wanted, password=CANARY + "-3", update_password="on_create"))
    assert outcome["resources"][0]["changed_fields"] == ["enabled"]
    assert resources.password_works(item["name"], CANARY + "-2")


def test_password__in_a_domain_that_is_not_enabled__is_left_alone_until_it_is(resources):
    """Keystone answers to a login there as to a wrong password."""
    domain = {"kind": "domain", "name": resources.fresh("domain")}
    item = user_of(resources, domain=domain["name"])
    resources(domain, item)
    assert_same(resources(domain, item))
    resources(dict(domain, enabled=False), {"kind": "role", "name": resources.fresh("role")})
    outcome = resources(domain, item)
    assert_same(outcome)
    assert any("not enabled" in text for text in outcome.warnings)
    outcome = resources(dict(domain, enabled=True), item)
    assert actions(outcome) == ["updated", "updated"] and outcome.warnings == []
    assert_same(resources(dict(domain, enabled=True), item))


def test_password__with_a_second_factor__is_known_to_be_right(resources, cloud):
    assert_same(resources({"kind": "user", "name": "mfa", "password": "secret-of-mfa"}))
    assert actions(resources({"kind": "user", "name": "mfa", "password": "secret-of-nobody"}, check=True)) == ["updated"]


def test_password__in_everything_that_is_said__is_masked(resources, tmp_path):
    log = tmp_path / "sdk.log"
    item = user_of(resources)
    loud = {"_ansible_verbosity": 4, "_ansible_no_log": False}
    more = {"diff": True, "internal": loud, "sdk_log_path": str(log), "sdk_log_level": "DEBUG"}
    said = [resources(item, **more), resources(item, **more), resources(dict(item, password=CANARY + "-2"), **more),
            resources(dict(item, password=CANARY + "-3"), check=True, **more),
            resources(item, {"kind": "role_assignment", "user": item["name"], "role": "none", "project": "demo"}, **more),
            resources(dict(item, name="x" * 300), **more), resources(dict(item, domain="no-such-domain"), **more),
            resources(dict(item, kind="no-such-kind"), **more), resources(dict(item, vcpus=1), **more),
            resources(item, user="demo", **more)]
    assert [each.failed for each in said] == [False] * 4 + [True] * 6
    for outcome in said:
        assert CANARY not in outcome.text
    assert CANARY not in log.read_text() and "not shown: credentials" in log.read_text()


def test_password__traced__is_masked(resources, tmp_path):
    item = user_of(resources)
    process, _ = resources.module.start(env={"MCAPI_TRACE": "3"}, cloud="admin", resources=[item])
    stdout, stderr = process.communicate(timeout=120)
    assert process.returncode == 0 and stderr
    assert CANARY.encode() not in stdout + stderr
