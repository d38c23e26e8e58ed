"""Authentication and transport: items 86 to 102 of the conformance list, 101 in test_lost_answers.py."""
import base64
import http.client
import json
import shutil
import ssl
import stat
import time

import pytest
import yaml

from fakes.script import status_reply, text_reply
from servers.ports import free_port
from support.forward import Forwarder
from support.module import Module
from support.objects import config_map, path_of
from support.relay import Relay
from support.tiny_api import kubeconfig as kubeconfig_of
from support.tiny_api import methods, tiny_api
from support.world import create, exists, get

WRONG = "recognisable-wrong-token"


def encode(text) -> str:
    return base64.b64encode(text.encode()).decode()


def encoded(path) -> str:
    return base64.b64encode(path.read_bytes()).decode()


def config(cluster, user, namespace="default") -> dict:
    """A kubeconfig of one cluster, one user and one context, all called "c"."""
    return {"apiVersion": "v1", "kind": "Config", "current-context": "c",
            "clusters": [{"name": "c", "cluster": cluster}], "users": [{"name": "c", "user": user}],
            "contexts": [{"name": "c", "context": {"cluster": "c", "user": "c", "namespace": namespace}}]}


@pytest.fixture
def pair(server):
    """The client certificate whose requests the fixture k8s counts."""
    return server.pki.authority().client("module", ["system:masters"])


@pytest.fixture
def trusted(server) -> dict:
    """The cluster entry of a kubeconfig."""
    return {"server": server.url, "certificate-authority-data": encoded(server.ca_file)}


@pytest.fixture
def robot(server, ns):
    """The token of a ServiceAccount that may do everything in the namespace, but impersonate nobody."""
    rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/%s/rolebindings" % ns
    assert server.request("POST", "/api/v1/namespaces/%s/serviceaccounts" % ns, {"metadata": {"name": "robot"}})[0] == 201
    assert server.request("POST", rbac, {
        "metadata": {"name": "robot"}, "subjects": [{"kind": "ServiceAccount", "name": "robot", "namespace": ns}],
        "roleRef": {"kind": "ClusterRole", "name": "admin", "apiGroup": "rbac.authorization.k8s.io"}})[0] == 201
    return server.service_account_token(ns, "robot")


@pytest.fixture
def as_robot(k8s, server, ns):
    """k8s, without a kubeconfig; its requests are those of the robot."""
    return Module(k8s.program, k8s.directory, {}, server, user="system:serviceaccount:%s:robot" % ns)


# Kubeconfigs

def test_086__relative_paths__are_relative_to_the_kubeconfig(k8s, ns, server, pair, tmp_path):
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    (home / "keys").mkdir(parents=True)
    (elsewhere / "keys").mkdir(parents=True)
    shutil.copy(server.ca_file, home / "keys/ca.crt")
    shutil.copy(pair.cert_file, home / "keys/me.crt")
    shutil.copy(pair.key_file, home / "keys/me.key")
    for name in ("ca.crt", "me.crt", "me.key"):
        (elsewhere / "keys" / name).write_text("not this one")
    kubeconfig = config({"server": server.url, "certificate-authority": "keys/ca.crt"},
                        {"client-certificate": "keys/me.crt", "client-key": "./keys/me.key"})
    (home / "config").write_text(yaml.safe_dump(kubeconfig))
    for number, options in enumerate(({"kubeconfig": str(home / "config")}, {"kubeconfig": "../home/config"},
                                      {"env": {"KUBECONFIG": str(home / "config")}})):
        outcome = k8s(definition=config_map(ns, "a%d" % number), cwd=elsewhere, **options)
        assert not outcome.failed and outcome.changed, options
        assert exists(server, config_map(ns, "a%d" % number))


@pytest.mark.parametrize("disabled", [False, True])
def test_086__disable_compression__no_answer_is_asked_for_compressed(k8s, ns, server, disabled):
    with Relay(server) as relay:
        kubeconfig = relay.kubeconfig
        kubeconfig["clusters"][0]["cluster"]["disable-compression"] = disabled
        assert k8s(definition=config_map(ns), kubeconfig=kubeconfig).changed
    asked = [request.headers.get("Accept-Encoding") for request in relay.requests]
    assert len(asked) == 3 and set(asked) == {None if disabled else "gzip"}


def test_087__two_kubeconfigs__the_first_wins_entry_by_entry(k8s, ns, server, pair, trusted, tmp_path):
    user = {"client-certificate-data": encoded(pair.cert_file), "client-key-data": encoded(pair.key_file)}
    first = config(trusted, user, namespace=ns)
    second = config({"server": "https://127.0.0.1:%d" % free_port(), "insecure-skip-tls-verify": True},
                    {"token": WRONG}, namespace="default")
    second["current-context"] = "other"
    second["contexts"].append({"name": "other", "context": {"cluster": "c", "user": "c", "namespace": "kube-system"}})
    paths = [tmp_path / "a", tmp_path / "b"]
    for path, content in zip(paths, (first, second)):
        path.write_text(yaml.safe_dump(content))
    definition = config_map(ns)
    del definition["metadata"]["namespace"]
    both = "%s::%s:%s" % (paths[0], tmp_path / "missing", paths[1])
    outcome = k8s(definition=definition, env={"KUBECONFIG": both})
    assert not outcome.failed and outcome.changed
    assert outcome["result"]["metadata"]["namespace"] == ns and exists(server, config_map(ns))
    # A first file without a current context leaves the choice to the second, not the cluster.
    del first["current-context"]
    paths[0].write_text(yaml.safe_dump(first))
    outcome = k8s(definition=dict(definition, metadata={"name": ns}), env={"KUBECONFIG": both})
    assert outcome.changed and outcome["result"]["metadata"]["namespace"] == "kube-system"
    assert server.request("DELETE", "/api/v1/namespaces/kube-system/configmaps/" + ns)[0] == 200
    # And the other way round the other entries are used: nobody is there.
    outcome = k8s(definition=definition, env={"KUBECONFIG": "%s:%s" % (paths[1], paths[0])}, retry_timeout=0)
    assert outcome.failed and "connection refused" in outcome.msg


@pytest.mark.parametrize("where, further, said", [
    ("cluster", {"certificate-authority": "ca"}, "certificate-authority-data and certificate-authority"),
    ("cluster", {"insecure-skip-tls-verify": True}, "insecure"),
    ("user", {"client-certificate": "cert"}, "client-cert-data and client-cert"),
    ("user", {"client-key": "key"}, "client-key-data and client-key"),
], ids=["ca", "insecure", "certificate", "key"])
def test_088__contradicting_entries__are_configuration_errors(k8s, ns, server, pair, trusted, where, further, said):
    files = {"ca": server.ca_file, "cert": pair.cert_file, "key": pair.key_file}
    further = {name: value if value is True else str(files[value]) for name, value in further.items()}
    user = {"client-certificate-data": encoded(pair.cert_file), "client-key-data": encoded(pair.key_file)}
    good = config(dict(trusted), dict(user))
    assert k8s(definition=config_map(ns), kubeconfig=good).changed
    bad = config(dict(trusted, **further) if where == "cluster" else trusted,
                 dict(user, **further) if where == "user" else user)
    outcome = k8s(definition=config_map(ns, "b"), kubeconfig=bad)
    assert outcome.failed and not outcome.changed
    assert said in outcome.msg, outcome.msg
    assert outcome.requests == [] and not exists(server, config_map(ns, "b"))


def test_089__token_and_token_file__the_file_is_used(as_robot, ns, server, trusted, robot, tmp_path):
    (tmp_path / "good").write_text(robot + "\n")
    (tmp_path / "bad").write_text(WRONG)
    outcome = as_robot(definition=config_map(ns),
                       kubeconfig=config(trusted, {"token": WRONG, "tokenFile": str(tmp_path / "good")}))
    assert not outcome.failed and outcome.changed and exists(server, config_map(ns))
    assert outcome.verbs.count(("patch", "configmaps")) == 1
    outcome = as_robot(definition=config_map(ns, "b"),
                       kubeconfig=config(trusted, {"token": robot, "tokenFile": str(tmp_path / "bad")}))
    assert outcome.failed and outcome["status"] == 401 and "credentials" in outcome.msg
    assert not exists(server, config_map(ns, "b"))
    assert robot not in outcome.text and WRONG not in outcome.text


def test_089__token_file_relative_to_its_kubeconfig__is_used(as_robot, ns, server, trusted, robot, tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home/token").write_text(robot)
    (tmp_path / "home/config").write_text(yaml.safe_dump(config(trusted, {"tokenFile": "token"})))
    assert as_robot(definition=config_map(ns), kubeconfig=str(tmp_path / "home/config")).changed
    assert exists(server, config_map(ns))


# Plugins

class Plugin:
    """An exec plugin: prints the tokens that it was given, one a run, the last one for ever."""

    SOURCE = """#!/bin/sh
here=$(dirname "$0")
printf x >>"$here/runs"
printf '%s\\0' "$@" >"$here/arguments"
printf '%s' "$KUBERNETES_EXEC_INFO" >"$here/info"
printf '%s' "$PLUGIN_COLOUR" >"$here/colour"
run=$(wc -c <"$here/runs")
token=$(sed -n "${run}p" "$here/tokens")
[ -n "$token" ] || token=$(tail -n 1 "$here/tokens")
printf '{"kind": "ExecCredential", "apiVersion": "%s", "status": {"token": "%s"}}\\n' "$PLUGIN_VERSION" "$token"
"""

    def __init__(self, directory, tokens):
        self.directory = directory
        directory.mkdir()
        self.program = directory / "my plugin"
        self.program.write_text(self.SOURCE)
        self.program.chmod(stat.S_IRWXU)
        (directory / "tokens").write_text("".join(token + "\n" for token in tokens))

    def user(self, version="v1", **further) -> dict:
        api = "client.authentication.k8s.io/" + version
        entry = {"apiVersion": api, "command": str(self.program), "interactiveMode": "Never",
                 "env": [{"name": "PLUGIN_VERSION", "value": api}, {"name": "PLUGIN_COLOUR", "value": "a; b  $c"}]}
        entry.update(further)
        return {"exec": {name: value for name, value in entry.items() if value is not None}}

    @property
    def runs(self) -> int:
        path = self.directory / "runs"
        return len(path.read_text()) if path.exists() else 0


ARGUMENTS = ["get token", "a;touch pwned", "$(touch pwned)", "`touch pwned`", "'\"\\", "", "*", "--x=a b", "|&<>", "ü\n"]


def test_090__arguments_with_blanks_and_semicolons__are_passed_as_they_are(as_robot, ns, server, trusted, robot,
                                                                          tmp_path):
    plugin = Plugin(tmp_path / "bin", [robot])
    before = {path.name for path in tmp_path.iterdir()}
    outcome = as_robot(definition=config_map(ns), kubeconfig=config(trusted, plugin.user(args=ARGUMENTS)))
    assert not outcome.failed and outcome.changed and exists(server, config_map(ns))
    assert (plugin.directory / "arguments").read_text().split("\0")[:-1] == ARGUMENTS
    assert (plugin.directory / "colour").read_text() == "a; b  $c"
    assert json.loads((plugin.directory / "info").read_text()) == {
        "kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1", "spec": {"interactive": False}}
    assert plugin.runs == 1 and robot not in outcome.text
    assert {path.name for path in tmp_path.iterdir()} - before == {"args-1.json"}
    assert not list(tmp_path.rglob("pwned"))


def test_091__token_of_a_plugin_is_refused_once__the_plugin_runs_again(as_robot, ns, server, trusted, robot, tmp_path):
    plugin = Plugin(tmp_path / "bin", [WRONG, robot])
    outcome = as_robot(definition=config_map(ns), kubeconfig=config(trusted, plugin.user()))
    assert not outcome.failed and outcome.changed and exists(server, config_map(ns))
    assert plugin.runs == 2
    assert WRONG not in outcome.text and robot not in outcome.text


def test_091__token_expires_between_two_requests__the_plugin_runs_again(as_robot, ns, trusted, tmp_path, server):
    plugin = Plugin(tmp_path / "bin", ["first", "second"])

    def refuse_first_token_late(request):
        late = request.method == "PATCH" and request.header("Authorization") == "Bearer first"
        return status_reply(401, "Unauthorized", "Unauthorized") if late else None

    with tiny_api(refuse_first_token_late, tls=server.serving) as scripted:
        outcome = as_robot(definition=config_map(ns), kubeconfig=kubeconfig_of(
            scripted, {"certificate-authority-data": encoded(server.ca_file)}, **plugin.user()))
    assert not outcome.failed and outcome.changed and plugin.runs == 2
    assert [request.header("Authorization") for request in scripted.requests if request.method == "PATCH"] == [
        "Bearer first", "Bearer second"]


def test_091__token_of_a_plugin_is_refused_twice__fails(as_robot, ns, server, trusted, tmp_path):
    plugin = Plugin(tmp_path / "bin", [WRONG])
    outcome = as_robot(definition=config_map(ns), kubeconfig=config(trusted, plugin.user()))
    assert outcome.failed and not outcome.changed and outcome["status"] == 401
    assert "credentials" in outcome.msg and plugin.runs == 2
    assert WRONG not in outcome.text and not exists(server, config_map(ns))


def test_092__plugin_of_v1_without_interactive_mode__is_a_configuration_error(as_robot, ns, server, trusted, robot,
                                                                              tmp_path):
    plugin = Plugin(tmp_path / "bin", [robot])
    outcome = as_robot(definition=config_map(ns), kubeconfig=config(trusted, plugin.user(interactiveMode=None)))
    assert outcome.failed and not outcome.changed
    assert "interactiveMode must be specified for c to use exec authentication plugin" in outcome.msg
    assert plugin.runs == 0 and outcome.requests == []
    outcome = as_robot(definition=config_map(ns), kubeconfig=config(trusted, plugin.user("v1beta1", interactiveMode=None)))
    assert outcome.changed and exists(server, config_map(ns))


@pytest.mark.parametrize("internal", [{}, {"_ansible_no_log": False, "_ansible_verbosity": 4}], ids=["quiet", "loud"])
def test_093__kubeconfig_as_a_mapping__works_and_its_secrets_stay_in(as_robot, ns, server, trusted, robot, pair, internal):
    def secrets_in(user):
        keys = [base64.b64decode(value).decode() for name, value in user.items() if name == "client-key-data"]
        return list(user.values()) + keys + [line for key in keys for line in key.splitlines() if "--" not in line]

    pem = {"client-certificate-data": encoded(pair.cert_file), "client-key-data": encoded(pair.key_file)}
    for number, user in enumerate(({"token": robot}, pem)):
        definition = config_map(ns, "a%d" % number)
        good = as_robot(definition=definition, kubeconfig=config(trusted, user), internal=internal)
        assert not good.failed and good.changed and exists(server, definition)
        refused = as_robot(definition=dict(definition, kind="Gadget"), kubeconfig=config(trusted, user), internal=internal)
        wrong = as_robot(definition=definition, retry_timeout=0, internal=internal,
                         kubeconfig=config({"server": "https://127.0.0.1:%d" % free_port()}, user))
        assert refused.failed and wrong.failed
        for outcome in (good, refused, wrong):
            for secret in secrets_in(user):
                assert secret not in outcome.text


def test_093__every_secret_of_a_mapping__stays_in(as_robot, ns):
    user = {"password": "recognisable-password", "username": "u",
            "auth-provider": {"name": "oidc", "config": {"refresh-token": "recognisable-refresh",
                                                         "id-token": "recognisable-id", "client-secret": "recognisable-secret"}}}
    kubeconfig = config({"server": "https://127.0.0.1:1"}, user)
    for options in ({}, {"kind": 5, "name": ["x"], "state": "nonsense"}, {"definition": "a: [", "src": None},
                    {"definition": None, "kind": None}):
        for given in (kubeconfig, json.dumps(kubeconfig), json.dumps(kubeconfig, indent=1), str(kubeconfig)):
            outcome = as_robot(**dict({"definition": config_map(ns), "kubeconfig": given}, **options))
            assert outcome.failed and "recognisable" not in outcome.text, outcome.text


TELLTALE = """#!/bin/sh
echo "plugin of $PLUGIN_TOKEN and $MY_SECRET_THING" >&2
[ "$PLUGIN_WAY" = fails ] && exit 7
[ "$PLUGIN_WAY" = nonsense ] && echo "{ $PLUGIN_TOKEN" && exit
printf '{"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1", "status": {"token": "%s"}}' "$PLUGIN_TOKEN"
"""
PROXY_USER = "u:recognisable/p4ss"  # in a URL it is "recognisable%2Fp4ss", on its way base64


def with_secrets(program, way, token, cluster, proxy=None) -> dict:
    """A kubeconfig with secrets in the environment of a plugin, and in the address of a proxy."""
    env = {"PLUGIN_WAY": way, "PLUGIN_TOKEN": token, "MY_SECRET_THING": "recognisable-thing"}
    if proxy:
        cluster = dict(cluster, **{"proxy-url": proxy.url.replace("://", "://%s@" % PROXY_USER.replace("/", "%2F"))})
    return config(cluster, {"exec": {
        "apiVersion": "client.authentication.k8s.io/v1", "command": str(program), "interactiveMode": "Never",
        "env": [{"name": name, "value": value} for name, value in env.items()]}})


@pytest.mark.parametrize("way, further, said", [
    ("works", {}, ""), ("refused", {}, "HTTP 401"), ("fails", {}, "exit code 7"), ("nonsense", {}, "plugin"), ("proxy", {}, "403"),
    ("works", {"kind": 5, "name": ["x"], "definition": None}, "kind"), ("works", {"state": "nonsense"}, "state"),
], ids=["works", "refused", "plugin-fails", "plugin-talks-nonsense", "proxy-refuses", "kind", "state"])
def test_093__secrets_of_plugins_and_proxies__are_in_no_result_and_no_log(as_robot, ns, server, trusted, robot, tmp_path, system_log,
                                                                         way, further, said):
    program = tmp_path / "plugin"
    program.write_text(TELLTALE)
    program.chmod(stat.S_IRWXU)
    with tiny_api(lambda request: text_reply("not with " + str(request.header("Proxy-Authorization")), 403)) as proxy:
        kubeconfig = with_secrets(program, way, "recognisable-token" if way == "refused" else robot, trusted,
                                  proxy if way == "proxy" else None)
        outcome = as_robot(**dict({"definition": config_map(ns)}, **further), kubeconfig=kubeconfig, retry_timeout=0, diff=True,
                           internal={"_ansible_no_log": False, "_ansible_verbosity": 4}, launcher=system_log.launcher)
        assert bool(proxy.requests) is (way == "proxy")
    assert outcome.failed is bool(said) and said in outcome.msg, outcome.msg
    logged = system_log.read().decode()
    if "state" in further:
        assert not logged  # options that are refused are not logged
    else:
        assert "Invoked with" in logged and str(program) in logged
    for text in (outcome.text, logged):
        for secret in (robot, "recognisable", encode(PROXY_USER)):
            assert secret not in text, text


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
    trust = {"certificate-authority-data": encoded(server.ca_file)}
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
    user = {"client-certificate-data": encoded(pair.cert_file), "client-key-data": encoded(pair.key_file)}
    named = dict(trusted, **{"tls-server-name": "kubernetes.default.svc"})
    assert k8s(definition=config_map(ns), kubeconfig=config(named, user)).changed
    assert exists(server, config_map(ns))


@pytest.mark.parametrize("user", [{"token": WRONG}, {"username": "u", "password": WRONG}], ids=["token", "basic"])
@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_096__plain_http__carries_no_credentials(k8s, ns, server, user, tls):
    with tiny_api(tls=server.serving if tls else None) as scripted:
        trust = {"certificate-authority-data": encoded(server.ca_file)} if tls else {}
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
    outcome = as_robot(definition=config_map(ns), kubeconfig=config(trusted, {"token": robot}), env=env, **options)
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
            user = {"client-certificate-data": encoded(pair.cert_file), "client-key-data": encoded(pair.key_file)}
            cluster = dict(trusted, server="https://127.0.0.1:%d" % forwarder.port)
            outcome = k8s(definition=[config_map(ns, name="m-%03d" % number) for number in range(250)], parallel=16,
                          kubeconfig=config(cluster, user), return_objects="none")
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
