"""Authentication and transport: items 94 to 102 of the conformance list; 86 to 93 are in
test_kubeconfig.py, 101 in test_lost_answers.py."""
import http.client
import json
import ssl
import time

import pytest

from fakes.script import text_reply
from servers.kubernetes import kubeconfig as kubeconfigs
from support.exec_plugin import Plugin
from support.forward import Forwarder
from support.objects import config_map, path_of
from support.relay import Relay
from support.tiny_api import kubeconfig as kubeconfig_of
from support.tiny_api import methods, tiny_api
from support.world import create, exists

WRONG = "recognisable-wrong-token"


# Options

def test_094__host_and_key_from_the_environment__no_kubeconfig_is_read(as_robot, ns, server, robot, tmp_path):
    home = tmp_path / "home"
    (home / ".kube").mkdir(parents=True)
    for path in (home / ".kube/config", tmp_path / "broken"):
        path.write_text("{ this: is no kubeconfig")
    variables = {"KUBECONFIG": str(tmp_path / "broken"), "HOME": str(home), "K8S_AUTH_HOST": server.url + "/"}
    outcome = as_robot(definition=config_map(ns), ca_cert=str(server.ca_file),
                       env=dict(variables, K8S_AUTH_API_KEY=robot))
    assert not outcome.failed and outcome.changed and exists(server, config_map(ns))
    assert robot not in outcome.text
    # It is the key that makes the difference: host alone looks for credentials elsewhere.
    outcome = as_robot(definition=config_map(ns), ca_cert=str(server.ca_file), env=variables)
    assert outcome.failed and str(tmp_path / "broken") in outcome.msg


def test_094__option_beats_the_environment(as_robot, ns, server, robot):
    outcome = as_robot(definition=config_map(ns), host=server.url, api_key=robot, ca_cert=str(server.ca_file),
                       env={"K8S_AUTH_HOST": "https://127.0.0.1:1", "K8S_AUTH_API_KEY": WRONG})
    assert outcome.changed and exists(server, config_map(ns))


def test_095__tls_server_name__is_verified_instead_of_the_host(k8s, ns, server):
    serving = server.pki.authority().server(["api.example.com"])
    trust = {"certificate-authority-data": kubeconfigs.encoded(server.ca_file)}
    with tiny_api(tls=serving) as scripted:
        outcome = k8s(definition=config_map(ns), kubeconfig=kubeconfig_of(scripted, trust))
        assert outcome.failed and 'not for "127.0.0.1"' in outcome.msg and "api.example.com" in outcome.msg
        assert scripted.requests == []
        named = dict(trust, **{"tls-server-name": "api.example.com"})
        outcome = k8s(definition=config_map(ns), kubeconfig=kubeconfig_of(scripted, named))
        assert not outcome.failed and outcome.changed
        assert scripted.server_names[-1] == "api.example.com"
        for request in scripted.requests:
            assert request.header("Host") == "127.0.0.1:%d" % scripted.port
        other = dict(trust, **{"tls-server-name": "other.example.com"})
        outcome = k8s(definition=config_map(ns), kubeconfig=kubeconfig_of(scripted, other))
        assert outcome.failed and 'not for "other.example.com"' in outcome.msg


def test_095__tls_server_name_on_a_real_server__works(k8s, ns, server, pair, trusted):
    user = {"client-certificate-data": kubeconfigs.encoded(pair.cert_file), "client-key-data": kubeconfigs.encoded(pair.key_file)}
    named = dict(trusted, **{"tls-server-name": "kubernetes.default.svc"})
    assert k8s(definition=config_map(ns), kubeconfig=kubeconfigs.mapping(named, user)).changed
    assert exists(server, config_map(ns))


@pytest.mark.parametrize("user", [{"token": WRONG}, {"username": "u", "password": WRONG}], ids=["token", "basic"])
@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_096__plain_http__carries_no_credentials(k8s, ns, server, user, tls):
    with tiny_api(tls=server.serving if tls else None) as scripted:
        trust = {"certificate-authority-data": kubeconfigs.encoded(server.ca_file)} if tls else {}
        assert k8s(definition=config_map(ns), kubeconfig=kubeconfig_of(scripted, trust, **user)).changed
    assert "PATCH" in methods(scripted)
    for request in scripted.requests:
        assert bool(request.header("Authorization")) == tls
        assert tls or WRONG not in str(request.headers)


def test_096__plain_http_with_a_plugin__does_not_even_run_it(k8s, ns, tmp_path):
    plugin = Plugin(tmp_path / "bin", [WRONG])
    with tiny_api() as scripted:
        assert k8s(definition=config_map(ns), kubeconfig=kubeconfig_of(scripted, **plugin.user())).changed
    assert plugin.runs == 0 and not [r for r in scripted.requests if r.header("Authorization")]


PROXY_VARIABLES = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")


def test_097__proxies_of_the_environment__are_not_used(k8s, ns, server):
    with tiny_api(lambda request: text_reply("no", 403)) as proxy:
        environment = {name: proxy.url for name in PROXY_VARIABLES}
        outcome = k8s(definition=config_map(ns), env=environment)
        assert not outcome.failed and outcome.changed and exists(server, config_map(ns))
        assert proxy.requests == []
        # The option and its own variable are.
        for options in ({"proxy": proxy.url}, {"env": {"K8S_AUTH_PROXY": proxy.url}}):
            outcome = k8s(definition=config_map(ns, "b"), retry_timeout=0, **options)
            assert outcome.failed and "proxy" in outcome.msg and "403" in outcome.msg
        assert [(r.method, r.path) for r in proxy.requests] == 2 * [("CONNECT", "127.0.0.1:%d" % server.port)]
        outcome = k8s(definition=config_map(ns, "b"), proxy=proxy.url, no_proxy="127.0.0.0/8")
        assert outcome.changed and exists(server, config_map(ns, "b"))


@pytest.mark.parametrize("options, env", [
    ({"impersonate_user": "jane", "impersonate_groups": ["developers", "ops, all"]}, {}),
    ({}, {"K8S_AUTH_IMPERSONATE_USER": "jane", "K8S_AUTH_IMPERSONATE_GROUPS": "developers,,ops"}),
], ids=["options", "environment"])
def test_098__impersonation__needs_a_right(as_robot, k8s, ns, server, trusted, robot, options, env):
    outcome = as_robot(definition=config_map(ns), kubeconfig=kubeconfigs.mapping(trusted, {"token": robot}), env=env, **options)
    assert outcome.failed and not outcome.changed
    assert outcome["status"] == 403 and outcome["reason"] == "Forbidden"
    assert "cannot impersonate" in outcome.msg and ":robot" in outcome.msg
    assert not exists(server, config_map(ns))
    # With the right it works, and it is jane who is not allowed to write.
    outcome = k8s(definition=config_map(ns), env=env, **options)
    assert outcome.failed and outcome["status"] == 403 and 'User "jane" cannot' in outcome.msg
    last = "ops, all" if options else "ops"
    for event in outcome.requests:
        assert event["impersonatedUser"]["username"] == "jane"
        assert event["impersonatedUser"]["groups"][:2] == ["developers", last]


# Patience

def refuse_patches(answers):
    """A hook for a relay: the first PATCHes are answered by these (status, headers, body)."""
    left = list(answers)
    return lambda request: left.pop(0) if request.method == "PATCH" and left else None


def patches(relay) -> list:
    return [request for request in relay.requests if request.method == "PATCH"]


def test_099__429_with_retry_after__is_repeated_after_that_time(k8s, ns, server):
    busy = (429, [("Retry-After", "1")], b"Too many requests, please try again later.\n")
    with Relay(server, refuse_patches([busy, busy])) as relay:
        begin = time.monotonic()
        outcome = k8s(definition=config_map(ns), kubeconfig=relay.kubeconfig)
        duration = time.monotonic() - begin
    assert not outcome.failed and outcome.changed and exists(server, config_map(ns))
    assert len(patches(relay)) == 3 and duration >= 2


def test_099__503_without_retry_after__is_repeated(k8s, ns, server):
    with Relay(server, refuse_patches([(503, [], b"service unavailable\n")])) as relay:
        outcome = k8s(definition=config_map(ns), kubeconfig=relay.kubeconfig)
    assert not outcome.failed and outcome.changed and exists(server, config_map(ns))
    assert len(patches(relay)) == 2


def test_099__retry_after_beyond_the_budget__fails_at_once_and_says_it(k8s, ns, server):
    busy = (429, [("Retry-After", "30")], b"Too many requests, please try again later.\n")
    with Relay(server, refuse_patches([busy])) as relay:
        outcome = k8s(definition=config_map(ns), kubeconfig=relay.kubeconfig, retry_timeout=5)
    assert outcome.failed and outcome["status"] == 429 and outcome["reason"] == "Too Many Requests"
    assert "please try again later" in outcome.msg and len(patches(relay)) == 1


@pytest.mark.parametrize("retry_after", [[], [("Retry-After", "1")]], ids=["plain", "retry-after"])
def test_100__500_about_the_schema__is_final(k8s, ns, server, retry_after):
    text = ("failed to create typed patch object (%s/a; /v1, Kind=ConfigMap): .foo: field not declared in schema" % ns)
    body = json.dumps({"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": text, "code": 500}).encode()
    with Relay(server, refuse_patches([(500, [("Content-Type", "application/json")] + retry_after, body)])) as relay:
        outcome = k8s(definition=config_map(ns), kubeconfig=relay.kubeconfig)
    if retry_after:
        # Whoever sends this header knows that it passes; client-go believes it as well.
        assert outcome.changed and len(patches(relay)) == 2
    else:
        assert outcome.failed and outcome["status"] == 500 and "field not declared in schema" in outcome.msg
        assert len(patches(relay)) == 1 and not exists(server, config_map(ns))


# Pages

def fill(server, ns, count) -> None:
    """COUNT ConfigMaps, by one connection."""
    context = ssl.create_default_context(cafile=str(server.ca_file))
    context.load_cert_chain(str(server.client_cert_file), str(server.client_key_file))
    connection = http.client.HTTPSConnection("127.0.0.1", server.port, context=context)
    for number in range(count):
        connection.request("POST", "/api/v1/namespaces/%s/configmaps" % ns,
                           json.dumps(config_map(ns, "many-%04d" % number)), {"Content-Type": "application/json"})
        response = connection.getresponse()
        response.read()
        assert response.status == 201
    connection.close()


def lists(outcome) -> list:
    """The queries of the lists that the server was asked for."""
    return [event["requestURI"].partition("?")[2] for event in outcome.requests if event["verb"] == "list"]


def names(server, ns) -> set:
    items = server.request("GET", "/api/v1/namespaces/%s/configmaps" % ns)[1]["items"]
    return {item["metadata"]["name"] for item in items} - {"kube-root-ca.crt"}


def test_102__1200_config_maps__are_listed_in_three_pages_and_all_deleted(k8s, ns, server):
    fill(server, ns, 1200)
    create(server, config_map("default", ns))
    assert len(names(server, ns)) == 1200
    outcome = k8s(state="absent", kind="ConfigMap", namespace=ns, delete_all=True, return_objects="none")
    assert not outcome.failed and outcome.changed
    queries = lists(outcome)
    assert len(queries) == 3 and all("limit=500" in query for query in queries)
    assert ["continue=" in query for query in queries] == [False, True, True]
    assert outcome.verbs.count(("delete", "configmaps")) in (1200, 1201)  # kube-root-ca.crt goes and comes
    assert names(server, ns) == set()
    assert server.request("DELETE", path_of(config_map("default", ns)))[0] == 200  # another namespace is not meant


def gone(token=None):
    body = {"kind": "Status", "apiVersion": "v1", "metadata": {"continue": token} if token else {}, "status": "Failure",
            "message": "The provided continue parameter is too old", "reason": "Expired", "code": 410}
    return 410, [("Content-Type", "application/json")], json.dumps(body).encode()


def test_connection__server_says_goaway_again_and_again__nothing_is_lost(k8s, ns, server, trusted, pair):
    """With --goaway-chance the server asks to leave the HTTP/2 connection after one request in fifty."""
    impatient = server.start_apiserver(["--goaway-chance=0.02"])
    try:
        with Forwarder(impatient.port) as forwarder:
            user = {"client-certificate-data": kubeconfigs.encoded(pair.cert_file), "client-key-data": kubeconfigs.encoded(pair.key_file)}
            cluster = dict(trusted, server="https://127.0.0.1:%d" % forwarder.port)
            outcome = k8s(definition=[config_map(ns, name="m-%03d" % number) for number in range(250)], parallel=16,
                          kubeconfig=kubeconfigs.mapping(cluster, user), return_objects="none")
        assert not outcome.failed, outcome.msg
        assert all(result["changed"] and result["method"] == "create" for result in outcome.results)
        assert forwarder.connections > 1
    finally:
        impatient.stop()


@pytest.mark.parametrize("with_token", [True, False], ids=["goes-on", "starts-again"])
def test_102__list_expires_between_two_pages__every_object_is_found_once(k8s, ns, server, with_token):
    fill(server, ns, 501)
    left = [True]

    def expire(request):
        if "continue=" not in request.path or not left:
            return None
        left.clear()
        token = request.path.partition("continue=")[2].partition("&")[0]
        return gone(token.replace("%3D", "=") if with_token else None)

    with Relay(server, expire) as relay:
        outcome = k8s(state="info", kind="ConfigMap", namespace=ns, kubeconfig=relay.kubeconfig)
    found = [item["metadata"]["name"] for item in outcome["resources"]]
    assert not left and len(found) == len(set(found)) and set(found) - {"kube-root-ca.crt"} == names(server, ns)
    pages = [request for request in relay.requests if "limit=500" in request.path]
    assert len(pages) == (3 if with_token else 4)
