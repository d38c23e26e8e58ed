"""Ways to log in to a real Keystone, and what its catalog leads to: items 1 to 26 and 54 to 57 as far as a real one
shows them; the rest are in test_lies.py."""
import json

import pytest

from servers.openstack import seed, services
from support.magnum import USUAL, World

SECRETS = (services.PASSWORD % "demo", seed.APP_SECRET)


def info(world, **options):
    """A run that reads, without an entry of clouds.yaml."""
    return world(user=None, state="info", **options)


def posted(outcome) -> dict:
    """The body of the one login."""
    [post] = [each for each in outcome.requests if (each.service, each.method) == ("keystone", "POST")]
    assert post.path.endswith("/v3/auth/tokens")
    return post.body["auth"]


@pytest.fixture
def made(world):
    return world.make()


def assert_reads(outcome, made):
    assert not outcome.failed, outcome.data
    assert [each["uuid"] for each in outcome["cluster_templates"]] == [made["uuid"]]


def test_001__names_with_domains__scope_by_name(world, cloud, made):
    outcome = info(world, auth=cloud.auth("demo", "demo"))
    assert_reads(outcome, made)
    assert posted(outcome) == {
        "identity": {"methods": ["password"], "password": {"user": {
            "name": "demo", "domain": {"name": "Default"}, "password": SECRETS[0]}}},
        "scope": {"project": {"name": "demo", "domain": {"name": "Default"}}}}


def test_002__ids__no_domain_for_the_project(world, cloud, made):
    auth = {"auth_url": cloud.url("keystone") + "/v3", "user_id": cloud.ids["users"]["demo"], "password": SECRETS[0],
            "project_id": cloud.ids["projects"]["demo"]}
    outcome = info(world, auth=auth)
    assert_reads(outcome, made)
    assert posted(outcome)["scope"] == {"project": {"id": auth["project_id"]}}


def test_003__user_by_id__no_user_domain_sent(world, cloud, made):
    auth = dict(cloud.auth("demo", "demo"), user_id=cloud.ids["users"]["demo"])
    del auth["username"]
    outcome = info(world, auth=auth)
    assert_reads(outcome, made)
    assert posted(outcome)["identity"]["password"]["user"] == {"id": auth["user_id"], "password": SECRETS[0]}


def test_004__domain_id_alone_with_a_project__fills_both_domains(world, cloud, made):
    auth = {"auth_url": cloud.url("keystone"), "username": "demo", "password": SECRETS[0], "project_name": "demo",
            "domain_id": "default"}
    outcome = info(world, auth=auth)
    assert_reads(outcome, made)
    sent = posted(outcome)
    assert sent["identity"]["password"]["user"]["domain"] == {"id": "default"}
    assert sent["scope"]["project"]["domain"] == {"id": "default"}


def admin_auth(cloud, **more):
    return dict(cloud.auth("admin"), **more)


def test_005__domain_without_project__needs_a_project(world, cloud):
    outcome = info(world, auth=admin_auth(cloud, domain_name="Default"))
    assert outcome.failed and "project-scoped token" in outcome.msg
    assert not [each for each in outcome.requests if each.service == "magnum"]


def test_006__system_scope__needs_a_project_before_any_request_to_magnum(world, cloud):
    outcome = info(world, auth=admin_auth(cloud, system_scope="all"))
    assert outcome.failed and "project-scoped token" in outcome.msg, outcome.data
    assert posted(outcome)["scope"] == {"system": {"all": True}}
    assert not [each for each in outcome.requests if each.service == "magnum"]


def test_007__no_scope_but_a_default_project__works(world, cloud, made):
    outcome = info(world, auth=cloud.auth("demo"))
    assert_reads(outcome, made)
    assert "scope" not in posted(outcome)


def test_008__token_without_catalog__clear_error(world, cloud):
    outcome = info(world, auth=cloud.auth("nobody"))
    assert outcome.failed and "name a project" in outcome.msg


def test_010__application_credential__sends_no_scope(world, cloud, made, tmp_path):
    entry = dict(cloud.clouds()["clouds"]["demo-app"])
    entry["auth"] = dict(entry["auth"], project_name="demo", project_domain_name="Default")
    path = tmp_path / "clouds.yaml"
    path.write_text(json.dumps({"clouds": {"app": entry}}))
    outcome = world(user="app", env={"OS_CLIENT_CONFIG_FILE": str(path)}, state="info")
    assert_reads(outcome, made)
    assert posted(outcome) == {"identity": {"methods": ["application_credential"], "application_credential": {
        "id": entry["auth"]["application_credential_id"], "secret": seed.APP_SECRET}}}


def test_011__application_credential_by_name__names_the_user(world, cloud, made):
    auth = {"auth_url": cloud.url("keystone"), "username": "demo", "user_domain_name": "Default",
            "application_credential_name": "plain", "application_credential_secret": seed.APP_SECRET}
    outcome = info(world, auth_type="v3applicationcredential", auth=auth)
    assert_reads(outcome, made)
    sent = posted(outcome)["identity"]["application_credential"]
    assert sent["user"] == {"name": "demo", "domain": {"name": "Default"}} and sent["name"] == "plain"


def test_011__application_credential_with_rules__may_list_and_not_create(world, cloud, made):
    auth = {"auth_url": cloud.url("keystone"),
            "application_credential_id": cloud.ids["credentials"]["restricted"],
            "application_credential_secret": seed.APP_SECRET}
    assert_reads(info(world, auth_type="v3applicationcredential", auth=auth), made)
    outcome = world("another", user=None, auth_type="v3applicationcredential", auth=auth, **USUAL)
    assert outcome.failed and len(world.all()) == 1


def test_012__token_with_scope__method_token(world, cloud, made):
    auth = {"auth_url": cloud.url("keystone"), "token": cloud.login("demo"), "project_name": "demo",
            "project_domain_name": "Default"}
    outcome = info(world, auth_type="v3token", auth=auth)
    assert_reads(outcome, made)
    sent = posted(outcome)
    assert sent["identity"] == {"methods": ["token"], "token": {"id": auth["token"]}}
    assert auth["token"] not in outcome.text


def passcode_auth(cloud, user):
    auth = dict(cloud.auth(user, "demo"), passcode=seed.passcode())
    return auth


def test_013__passcode__is_sent_as_a_text(world, cloud, made):
    auth = passcode_auth(cloud, "totp")
    del auth["password"]
    outcome = info(world, auth_type="v3totp", auth=auth)
    assert_reads(outcome, made)
    assert posted(outcome)["identity"]["totp"]["user"]["passcode"] == auth["passcode"]
    assert auth["passcode"] not in outcome.text


def test_014__password_and_passcode__both_methods(world, cloud, made):
    auth = passcode_auth(cloud, "mfa")
    outcome = info(world, auth_type="v3multifactor", auth=dict(auth, auth_methods=["v3password", "v3totp"]))
    assert_reads(outcome, made)
    assert sorted(posted(outcome)["identity"]["methods"]) == ["password", "totp"]


def test_021__password_alone_where_a_passcode_is_needed__names_both_methods(world, cloud):
    outcome = info(world, auth=cloud.auth("mfa", "demo"))
    assert outcome.failed and "totp" in outcome.msg and "password" in outcome.msg
    assert services.PASSWORD % "mfa" not in outcome.text


def test_015__type_that_is_not_supported__is_named(world, cloud):
    outcome = info(world, auth_type="v3oidcpassword", auth=cloud.auth("demo", "demo"))
    assert outcome.failed and "auth_type v3oidcpassword is not supported by this module" in outcome.msg
    assert outcome.requests == []


def test_016__admin_token__no_login_at_all(world, cloud, made):
    auth = {"endpoint": cloud.url("magnum") + "/v1", "token": cloud.login("demo", "demo")}
    for kind in ("admin_token", "token_endpoint"):
        outcome = info(world, auth_type=kind, auth=auth)
        assert_reads(outcome, made)
        assert {each.service for each in outcome.requests} == {"magnum"}
        assert outcome.requests[0].headers["x-auth-token"] == auth["token"]


def test_017__no_login__no_token_header_and_magnums_401(world, cloud):
    outcome = info(world, auth_type="none", auth={"endpoint": cloud.url("magnum") + "/v1"})
    assert outcome.failed and "401" in outcome.msg
    assert all("x-auth-token" not in each.headers for each in outcome.requests)


@pytest.mark.parametrize("suffix", ["", "/", "/v3", "/v3/", "/v2.0"])
def test_018__auth_url_in_each_form__one_login_at_the_same_address(world, cloud, made, suffix):
    outcome = info(world, auth=dict(cloud.auth("demo", "demo"), auth_url=cloud.url("keystone") + suffix))
    assert_reads(outcome, made)
    assert [each.path for each in outcome.requests if each.service == "keystone"] == ["/v3/auth/tokens"]


def test_020__wrong_password__keystones_message_and_no_secret(world, cloud):
    auth = dict(cloud.auth("demo", "demo"), password="not-the-password")
    outcome = info(world, auth=auth)
    assert outcome.failed and "The request you have made requires authentication." in outcome.msg
    for word in (auth["auth_url"], "demo"):
        assert word in outcome.msg
    assert "not-the-password" not in outcome.text


def test_020__user_without_role_in_the_project__401(world, cloud):
    outcome = info(world, auth=cloud.auth("other", "demo"))
    assert outcome.failed and "401" in outcome.msg


def test_026__two_kinds_of_scope__refused_locally(world, cloud):
    outcome = info(world, auth=admin_auth(cloud, system_scope="all", project_name="admin",
                                          project_domain_name="Default"))
    assert outcome.failed and outcome.requests == []
    assert ("Authentication cannot be scoped to multiple targets. Pick one of: project, domain, trust, system or"
            " unscoped") in outcome.msg


@pytest.mark.parametrize("interface", ["public", "internal", "admin"])
def test_057__catalog_with_and_without_version__both_work(world, made, interface):
    assert_reads(world(state="info", interface=interface), made)


def test_056__region_whose_services_are_gone__error_names_the_address(world):
    outcome = world(state="info", user=None, cloud={
        "auth": world.cloud.auth("demo", "demo"), "region_name": services.BROKEN_REGION})
    assert outcome.failed and "127.0.0.1:9" in outcome.msg


def test_058__region_that_does_not_exist__error_tells_what_the_catalog_has(world):
    outcome = world(state="info", user=None, auth=world.cloud.auth("demo", "demo"), region_name="Nowhere")
    assert outcome.failed and "Nowhere" in outcome.msg and "container-infra" in outcome.msg


def test_016__login_per_run__is_one(world: World, made):
    outcome = world(made["name"], **dict(USUAL, dns_nameserver="1.1.1.1"))
    assert outcome.changed
    assert [each.path for each in outcome.requests if each.service == "keystone"] == ["/v3/auth/tokens"]
