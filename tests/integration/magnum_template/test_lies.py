"""Services that lie, dawdle or break off: what a real cloud does not do. Items 8, 9, 18, 19, 22 to 25, 53 to 58, 60 to
68, 78, 81, 92, 95 and 120."""
import time

import pytest

from fakes.script import Reply, html_reply, json_reply, redirect
from fakes.scripted_server import ScriptedServer
from servers import pki
from support.fake_cloud import BLANK, PASSWORD, FakeCloud, error
from support.magnum import World

TEMPLATE = {"coe": "kubernetes", "image_id": "ubuntu-a", "is_floating_ip_enabled": False, "label_check": "none",
            "resolve_names": "never"}


class Alone(World):
    """Runs without a real cloud."""

    def __init__(self, program, directory):
        class Nowhere:
            clouds_file = directory / "no-clouds.yaml"

        super().__init__(Nowhere, program, directory)
        self.module.server = None


@pytest.fixture
def run(programs, tmp_path):
    return Alone(programs / "magnum_template", tmp_path)


@pytest.fixture
def fake():
    with FakeCloud() as running:
        yield running


def info(run, fake, **more):
    return run(state="info", **fake.login(**more))


# Login


def test_008__token_without_catalog__says_what_is_missing(run, fake):
    fake.catalog, fake.token = None, {}
    outcome = info(run, fake)
    assert outcome.failed and "project" in outcome.msg


def test_009__unscoped_token_and_an_override__magnums_403_is_told(run, fake):
    fake.catalog, fake.token = None, {}
    fake.first("GET", "/other/v1/clustertemplates", error(403, "Policy doesn't allow clustertemplate:get_all."))
    entry = {"auth": dict(fake.login()["auth"], project_name=""),
             "container_infra_endpoint_override": fake.url + "/other/v1"}
    outcome = run(user=None, cloud=entry, state="info")
    assert outcome.failed and "Policy doesn't allow clustertemplate:get_all." in outcome.msg


@pytest.mark.parametrize("prefix", ["", "/identity", "/a/b"])
def test_018__prefix_in_the_address__is_kept(run, prefix):
    with FakeCloud(prefix=prefix) as fake:
        outcome = run(state="info", **fake.login())
        assert not outcome.failed, outcome.data
        assert fake.paths() == ["POST %s/v3/auth/tokens" % prefix, "GET %s/v1/clustertemplates" % prefix]


def versions(href):
    return json_reply({"versions": {"values": [
        {"id": "v2.0", "status": "deprecated", "links": [{"rel": "self", "href": href + "/v2.0/"}]},
        {"id": "v3.14", "status": "stable", "links": [{"rel": "self", "href": href + "/odd/v3/"}]}]}}, 300)


def test_019__address_that_needs_discovery__advertised_host_is_ignored(run, fake):
    fake.first("POST", "/v3/auth/tokens", versions("http://inside.example:5000"))
    fake.first("GET", "/?", versions("http://inside.example:5000"))
    fake.first("POST", "/odd/v3/auth/tokens", lambda _: fake._login())
    auth = dict(fake.login()["auth"], auth_url=fake.url)
    outcome = run(user=None, auth=auth, state="info")
    assert not outcome.failed, outcome.data
    assert "POST /odd/v3/auth/tokens" in fake.paths()


def test_022__token_header_in_lower_case__is_found(run, fake):
    fake.token_headers = lambda _: {"x-subject-token": "small"}
    assert not info(run, fake).failed
    assert fake.requests[-1].header("X-Auth-Token") == "small"


def test_023__no_token_in_the_headers__error(run, fake):
    fake.token_headers = lambda _: {}
    outcome = info(run, fake)
    assert outcome.failed and "X-Subject-Token" in outcome.msg


def test_024__token_that_has_expired_already__one_more_login(run, fake):
    fake.token["expires_at"] = "2020-01-01T00:00:00.000000Z"
    outcome = info(run, fake)
    assert fake.logins == 2, fake.paths()
    assert not outcome.failed or "expire" in outcome.msg


def unauthorized():
    return json_reply({"error": {"code": 401, "title": "Unauthorized", "message": "The request you have made requires "
                                 "authentication."}}, 401, {"WWW-Authenticate": 'Keystone uri="x"'})


def test_025__magnum_says_401_once__new_token_and_success(run, fake):
    fake.first("GET", "/v1/clustertemplates", unauthorized(), once=True)
    assert not info(run, fake).failed
    assert fake.logins == 2
    assert [r.header("X-Auth-Token") for r in fake.requests if r.method == "GET"] == ["token-1", "token-2"]


def test_025__magnum_says_401_for_ever__two_tries(run, fake):
    fake.first("GET", "/v1/clustertemplates", unauthorized())
    outcome = info(run, fake)
    assert outcome.failed and "401" in outcome.msg and fake.logins == 2


def test_025__token_of_the_user_and_401__no_new_login(run, fake):
    fake.first("GET", "/v1/clustertemplates", unauthorized())
    outcome = run(user=None, auth_type="admin_token", auth={"endpoint": fake.url + "/v1", "token": "given"},
                  state="info")
    assert outcome.failed and fake.logins == 0 and len(fake.requests) == 1 and "given" not in outcome.text


@pytest.mark.parametrize("reply", [
    html_reply("<html>" + "x" * 500 + "</html>"), Reply(201, {"X-Subject-Token": "t"}, b"{"),
    json_reply([], 201, {"X-Subject-Token": "t"}), json_reply({"token": "x"}, 201, {"X-Subject-Token": "t"}),
    json_reply({"token": {"catalog": "x"}}, 201, {"X-Subject-Token": "t"}),
    json_reply({"token": {"project": 5, "catalog": [5, {"endpoints": 5}, {"type": 5, "endpoints": [5, {"url": 5}]}]}},
               201, {"X-Subject-Token": "t"}),
    Reply(fault="close"), Reply(fault="reset"), Reply(201, {}, b"x" * 1000, fault="cut", after=10)])
def test_065__keystone_talks_nonsense__error_and_no_crash(run, fake, reply):
    fake.first("POST", "/v3/auth/tokens", reply)
    outcome = info(run, fake)
    assert outcome.failed and PASSWORD not in outcome.text and len(outcome.msg) < 2000


# Catalog


OFFICIAL, ALIAS = "container-infrastructure-management", "container-infra"


@pytest.mark.parametrize("types, chosen", [([OFFICIAL], 0), ([ALIAS], 0), ([ALIAS, OFFICIAL], 1), ([OFFICIAL, ALIAS], 0),
                                           (["container-infrastructure", ALIAS], 0), (["container", ALIAS], 1)])
def test_054__types_in_the_catalog__official_first_then_the_aliases(run, fake, types, chosen):
    fake.catalog = [fake.service(kind, "%s/%d/v1" % (fake.url, number)) for number, kind in enumerate(types)]
    fake.first("GET", "/[0-9]/v1/clustertemplates", json_reply({"clustertemplates": []}))
    assert not info(run, fake).failed
    assert fake.paths("/%d/" % chosen) == ["GET /%d/v1/clustertemplates" % chosen]


def test_055__interfaces_as_a_list__first_that_exists(run, fake):
    fake.catalog = [fake.service(ALIAS, fake.url + "/internal/v1", interfaces=("internal",))]
    fake.first("GET", "/internal/v1/clustertemplates", json_reply({"clustertemplates": []}))
    entry = {"auth": fake.login()["auth"], "container_infra_interface": ["admin", "internal"]}
    outcome = run(user=None, cloud=entry, state="info")
    assert not outcome.failed, outcome.data


def test_056__regions__wanted_one_else_the_first(run, fake):
    fake.catalog = [fake.service(ALIAS, fake.url + "/a/v1", region="A")]
    fake.catalog[0]["endpoints"] += fake.service(ALIAS, fake.url + "/b/v1", region="B")["endpoints"]
    fake.first("GET", "/[ab]/v1/clustertemplates", json_reply({"clustertemplates": []}))
    assert not info(run, fake, region_name="B").failed and fake.paths("/b/")
    assert not fake.paths("/a/")
    assert not info(run, fake).failed and fake.paths("/a/")
    assert info(run, fake, region_name="b").failed


@pytest.mark.parametrize("tail", ["", "/", "/v1", "/v1/", "/container-infra", "/container-infra/v1/", "//"])
def test_057__address_in_the_catalog__version_is_added_where_it_lacks(run, fake, tail):
    fake.catalog = [fake.service(ALIAS, fake.url + tail)]
    fake.first("GET", "/container-infra/v1/clustertemplates", json_reply({"clustertemplates": []}))
    outcome = info(run, fake)
    assert not outcome.failed, (outcome.data, fake.paths())


def test_058__service_not_in_the_catalog__types_offered_are_told(run, fake):
    fake.catalog = [fake.service("image", fake.url), fake.service("compute", fake.url)]
    outcome = info(run, fake)
    assert outcome.failed and "image" in outcome.msg and "compute" in outcome.msg and ALIAS in outcome.msg


# Transport


def test_053__slow_service__ends_after_the_timeout(run, fake):
    fake.first("GET", "/v1/clustertemplates", Reply(fault="hang"))
    begin = time.monotonic()
    outcome = info(run, fake, api_timeout=1)
    assert outcome.failed and time.monotonic() - begin < 30
    assert fake.url.split("//")[1] in outcome.msg


def test_053__slow_but_in_time__is_waited_for(run, fake):
    fake.first("GET", "/v1/clustertemplates", json_reply({"clustertemplates": []}, delay=1.5))
    assert not info(run, fake, api_timeout=60).failed


def test_060__client_certificate__separate_and_combined(run, tmp_path):
    keys = pki.Pki(tmp_path / "pki")
    authority = keys.authority("clients")
    client, server = authority.client("someone"), authority.server()
    both = tmp_path / "both.pem"
    both.write_text(client.cert_file.read_text() + client.key_file.read_text())
    with FakeCloud(tls=server, client_ca=authority.cert_file) as fake:
        common = {"ca_cert": str(authority.cert_file)}
        pairs = ({"client_cert": str(client.cert_file), "client_key": str(client.key_file)},
                 {"client_cert": str(both)})
        for options in pairs:
            outcome = info(run, fake, **common, **options)
            assert not outcome.failed, outcome.data
        assert info(run, fake, **common).failed


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_061__redirect_to_another_host__is_not_followed(run, fake, status):
    with ScriptedServer() as other:
        fake.first("GET", "/v1/clustertemplates", redirect(other.url + "/v1/clustertemplates", status))
        outcome = info(run, fake)
        assert outcome.failed and "token-1" not in outcome.text
        assert other.requests == []


def test_062__proxy_of_the_environment__is_used_unless_excepted(run, fake):
    with ScriptedServer() as proxy:
        environment = {"http_proxy": proxy.url}
        assert info(run, fake, env=environment).failed
        assert [r.method for r in proxy.requests] == ["POST"] and fake.requests == []
        assert not info(run, fake, env=dict(environment, no_proxy="127.0.0.1")).failed
        assert len(proxy.requests) == 1


@pytest.mark.parametrize("status", [200, 404, 500, 502, 503])
def test_064__page_of_a_proxy__short_message_with_the_status(run, fake, status):
    fake.first("GET", "/v1/clustertemplates", html_reply("<html><body>\x01" + "nginx " * 500 + "</body></html>", status))
    outcome = info(run, fake)
    assert outcome.failed and len(outcome.msg) < 1000 and "\x01" not in outcome.msg
    assert status == 200 or str(status) in outcome.msg


@pytest.mark.parametrize("reply", [
    Reply(body=b'{"clustertemplates": ['), Reply(body=b"", status=200), json_reply([]), json_reply({}),
    json_reply({"clustertemplates": {}}), json_reply({"clustertemplates": [5]}),
    json_reply({"clustertemplates": [{"name": 5, "uuid": None}]}), json_reply({"clustertemplates": [], "next": 5}),
    Reply(body=b'{"clustertemplates": ["\xff"]}'), Reply(body=b"[" * 100000), Reply(fault="close"),
    Reply(fault="reset"), Reply(body=b"x" * 1000, fault="cut", after=10), Reply(body=b"not HTTP at all", fault="raw"),
    json_reply({"clustertemplates": [{"name": "n", "uuid": "u", "labels": 5, "project_id": "a" * 32}]})])
def test_065__magnum_talks_nonsense__error_or_nothing_but_no_crash(run, fake, reply):
    fake.first("GET", "/v1/clustertemplates", reply)
    outcome = run("n", **fake.login(), **TEMPLATE)
    assert outcome.failed or outcome.changed or outcome["action"] == "none"


def test_065__endless_body__is_cut_off(run, fake):
    fake.first("GET", "/v1/clustertemplates", Reply(fault="flood"))
    outcome = info(run, fake, api_timeout=60)
    assert outcome.failed


# Lists


def test_067__next_with_another_host__only_its_marker_is_used(run, fake):
    fake.page, fake.next_url = 2, "https://inside.example:9511/v1"
    for number in range(5):
        fake.add(name="t%d" % number)
    outcome = info(run, fake)
    assert [each["name"] for each in outcome["cluster_templates"]] == ["t0", "t1", "t2", "t3", "t4"]


def test_067__last_page_is_full__empty_page_ends_the_list(run, fake):
    fake.page = 2
    fake.add(name="a")
    fake.add(name="b")
    assert len(info(run, fake)["cluster_templates"]) == 2


def test_068__same_marker_again__error_and_no_endless_loop(run, fake):
    made = fake.add(name="a")
    fake.first("GET", "/v1/clustertemplates", json_reply({"clustertemplates": [made], "next": (
        fake.url + "/v1/clustertemplates?marker=" + made["uuid"])}))
    outcome = info(run, fake)
    assert outcome.failed and made["uuid"] in outcome.msg and len(fake.requests) < 6


# Writes


def creation(run, fake, reply, **more):
    fake.first("POST", "/v1/clustertemplates", reply)
    return run("new", **fake.login(), **dict(TEMPLATE, **more))


def test_078__magnum_22_and_a_missing_image__hint_at_the_image(run, fake):
    outcome = creation(run, fake, error(400, "Cluster type (vm, Unset, kubernetes) not supported."))
    assert outcome.failed and "Cluster type (vm, Unset, kubernetes) not supported." in outcome.msg
    assert "image_id" in outcome.msg


def test_081__magnum_20_without_flavors__hint_at_the_flavors(run, fake):
    outcome = creation(run, fake, error(500, "'flavor_id'"))
    assert outcome.failed and "flavor_id" in outcome.msg and "500" in outcome.msg


def test_091__magnum_that_knows_no_driver__hint(run, fake):
    outcome = creation(run, fake, error(400, "Unknown attribute for argument cluster_template: driver"), driver="x")
    assert outcome.failed and "driver" in outcome.msg


def test_092__uuid_is_taken_meanwhile__read_again_and_compared(run, fake):
    def conflict(request):
        fake.templates.append({**BLANK, **request.json()})
        return error(409, "A ClusterTemplate with UUID %s already exists." % request.json()["uuid"])

    outcome = creation(run, fake, conflict, uuid_from_name=True)
    assert not outcome.failed and not outcome.changed, outcome.data


def test_095__location_that_lies__body_is_believed(run, fake):
    outcome = run("new", **fake.login(), **TEMPLATE)
    assert outcome.changed and outcome["id"] == fake.templates[0]["uuid"]


@pytest.mark.parametrize("fault", ["close", "reset"])
def test_065__connection_ends_without_an_answer_to_a_write__is_told_and_not_repeated(run, fake, fault):
    outcome = creation(run, fake, Reply(fault=fault))
    assert outcome.failed
    assert fake.paths("/v1") == ["GET /v1/clustertemplates", "POST /v1/clustertemplates"]


def test_120__404_between_list_and_delete__is_no_change(run, fake):
    made = fake.add(name="gone")
    fake.first("DELETE", "/v1/clustertemplates/" + made["uuid"], error(404, "ClusterTemplate could not be found."))
    outcome = run("gone", state="absent", **fake.login())
    assert not outcome.failed and not outcome.changed
