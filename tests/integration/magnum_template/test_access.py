"""Who may what: roles, projects, tokens that end, and what of it reaches the output. Items 9, 24, 25, 103, 118, 130."""
import pytest

from servers.openstack import services
from support.magnum import USUAL, assert_unchanged, writes
from support.openstack_relay import OpenStackRelay


def test_118__reader__may_read_and_not_write(world):
    made = world.make()
    assert_unchanged(world(made["name"], user="reader", **USUAL))
    for options in (dict(dns_nameserver="1.1.1.1"), dict(state="absent")):
        outcome = world(made["name"], user="reader", **options)
        assert outcome.failed and "Policy doesn't allow clustertemplate:" in outcome.msg, outcome.data
    outcome = world("another", user="reader", **USUAL)
    assert outcome.failed and "Policy doesn't allow clustertemplate:create to be performed." in outcome.msg
    assert world.all() == [made]


def test_118__private_template_of_another_project__is_as_good_as_absent(world):
    made = world.make()
    assert world(state="info", user="other")["cluster_templates"] == []
    outcome = world(made["name"], user="other", state="absent")
    assert not outcome.changed and writes(outcome) == []
    outcome = world(user="other", uuid=made["uuid"], dns_nameserver="1.1.1.1")
    assert outcome.failed and world.all() == [made]


def test_118__hidden_template_of_another_project__is_not_seen(world):
    world.make(user="admin", public=True, hidden=True)
    assert world(state="info", user="demo")["cluster_templates"] == []


def test_118__public_template_by_uuid__cannot_be_changed_by_another_project(world):
    made = world.make(user="admin", public=True)
    for options in (dict(dns_nameserver="1.1.1.1"), dict(state="absent")):
        outcome = world(user="demo", uuid=made["uuid"], **options)
        assert not outcome.changed
    assert world.all() == [made]


def test_088__member_publishes_an_own_template__403_in_magnums_words(world):
    made = world.make()
    for options in (dict(is_public=True), dict(hidden=True)):
        outcome = world(made["name"], **options)
        assert outcome.failed and "Not authorized to set public or hidden flag for cluster template." in outcome.msg
    assert world.all() == [made]


@pytest.mark.parametrize("when", [1, 2])
def test_025__token_revoked_during_the_run__logs_in_once_more(world, when):
    """when: at which request to Magnum; 1 is the list, 2 the write."""
    made = world.make()
    with OpenStackRelay(world.cloud) as relay:
        relay.revoke_at("magnum", when)
        outcome = relay.run(world, made["name"], dns_nameserver="1.1.1.1")
        assert outcome.changed, outcome.data
        assert relay.count("keystone", "/v3/auth/tokens") == 2
    assert world.one(made["name"])["dns_nameserver"] == "1.1.1.1"


def test_025__every_token_revoked__fails_after_one_more_login(world):
    made = world.make()
    with OpenStackRelay(world.cloud) as relay:
        relay.revoke_always("magnum")
        outcome = relay.run(world, made["name"], dns_nameserver="1.1.1.1")
        assert outcome.failed and "401" in outcome.msg
        assert relay.count("keystone", "/v3/auth/tokens") == 2
    assert world.all() == [made]


def test_103__look_up_of_names_forbidden__difference_with_a_warning(world):
    made = world.make()
    with OpenStackRelay(world.cloud) as relay:
        relay.answer("glance", 403)
        outcome = relay.run(world, made["name"], check=True, image_id=world.cloud.ids["images"]["ubuntu-a"])
        assert outcome.changed and any("image" in each for each in outcome.warnings), outcome.data


def test_120__gone_between_list_and_delete__is_no_change(world):
    made = world.make()
    with OpenStackRelay(world.cloud) as relay:
        relay.before("magnum", "DELETE", lambda: world.magnum("DELETE", "/clustertemplates/" + made["uuid"]))
        outcome = relay.run(world, made["name"], state="absent")
    assert not outcome.failed and not outcome.changed
    assert world.all() == []


def test_067__pages__template_on_the_last_one_is_found(world, cloud):
    for number in range(5):
        world.make(name="page-%d" % number)
    with OpenStackRelay(world.cloud) as relay:
        relay.add_query("magnum", "limit=2")
        outcome = relay.run(world, "page-4", **USUAL)
        assert not outcome.failed and not outcome.changed, outcome.data
        assert relay.count("magnum", "/v1/clustertemplates") == 3


def test_130__debug_log_and_outputs__hold_no_secret(world, tmp_path):
    log = tmp_path / "sdk.log"
    secrets = [services.PASSWORD % "demo", "wrong-" + services.PASSWORD % "demo"]
    options = dict(USUAL, sdk_log_path=str(log), sdk_log_level="DEBUG", diff=True)
    good = world("logged", **options)
    assert good.changed and log.stat().st_mode & 0o777 == 0o600
    bad = world("logged", user=None, auth=dict(world.cloud.auth("demo", "demo"), password=secrets[1]), **options)
    assert bad.failed
    tokens = [each.headers["x-auth-token"] for each in good.requests if "x-auth-token" in each.headers]
    assert tokens
    for text in (log.read_text(), good.text, bad.text):
        assert not [each for each in secrets + tokens if each in text]
