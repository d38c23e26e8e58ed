"""Kubeconfigs and their plugins: items 86 to 93 of the conformance list."""
import base64
import json
import shutil
import stat

import pytest
import yaml

from fakes.script import status_reply, text_reply
from servers.kubernetes import kubeconfig as kubeconfigs
from servers.ports import free_port
from support.exec_plugin import Plugin
from support.objects import config_map
from support.relay import Relay
from support.tiny_api import kubeconfig as kubeconfig_of
from support.tiny_api import tiny_api
from support.world import exists

WRONG = "recognisable-wrong-token"


def encode(text) -> str:
    return base64.b64encode(text.encode()).decode()


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
    kubeconfig = kubeconfigs.mapping({"server": server.url, "certificate-authority": "keys/ca.crt"},
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
    user = {"client-certificate-data": kubeconfigs.encoded(pair.cert_file), "client-key-data": kubeconfigs.encoded(pair.key_file)}
    first = kubeconfigs.mapping(trusted, user, namespace=ns)
    second = kubeconfigs.mapping({"server": "https://127.0.0.1:%d" % free_port(), "insecure-skip-tls-verify": True},
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
    user = {"client-certificate-data": kubeconfigs.encoded(pair.cert_file), "client-key-data": kubeconfigs.encoded(pair.key_file)}
    good = kubeconfigs.mapping(dict(trusted), dict(user))
    assert k8s(definition=config_map(ns), kubeconfig=good).changed
    bad = kubeconfigs.mapping(dict(trusted, **further) if where == "cluster" else trusted,
                 dict(user, **further) if where == "user" else user)
    outcome = k8s(definition=config_map(ns, "b"), kubeconfig=bad)
    assert outcome.failed and not outcome.changed
    assert said in outcome.msg, outcome.msg
    assert outcome.requests == [] and not exists(server, config_map(ns, "b"))


def test_089__token_and_token_file__the_file_is_used(as_robot, ns, server, trusted, robot, tmp_path):
    (tmp_path / "good").write_text(robot + "\n")
    (tmp_path / "bad").write_text(WRONG)
    outcome = as_robot(definition=config_map(ns),
                       kubeconfig=kubeconfigs.mapping(trusted, {"token": WRONG, "tokenFile": str(tmp_path / "good")}))
    assert not outcome.failed and outcome.changed and exists(server, config_map(ns))
    assert outcome.verbs.count(("patch", "configmaps")) == 1
    outcome = as_robot(definition=config_map(ns, "b"),
                       kubeconfig=kubeconfigs.mapping(trusted, {"token": robot, "tokenFile": str(tmp_path / "bad")}))
    assert outcome.failed and outcome["status"] == 401 and "credentials" in outcome.msg
    assert not exists(server, config_map(ns, "b"))
    assert robot not in outcome.text and WRONG not in outcome.text


def test_089__token_file_relative_to_its_kubeconfig__is_used(as_robot, ns, server, trusted, robot, tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home/token").write_text(robot)
    (tmp_path / "home/config").write_text(yaml.safe_dump(kubeconfigs.mapping(trusted, {"tokenFile": "token"})))
    assert as_robot(definition=config_map(ns), kubeconfig=str(tmp_path / "home/config")).changed
    assert exists(server, config_map(ns))


# Plugins

ARGUMENTS = ["get token", "a;touch pwned", "$(touch pwned)", "`touch pwned`", "'\"\\", "", "*", "--x=a b", "|&<>", "ü\n"]


def test_090__arguments_with_blanks_and_semicolons__are_passed_as_they_are(as_robot, ns, server, trusted, robot,
                                                                          tmp_path):
    plugin = Plugin(tmp_path / "bin", [robot])
    before = {path.name for path in tmp_path.iterdir()}
    outcome = as_robot(definition=config_map(ns), kubeconfig=kubeconfigs.mapping(trusted, plugin.user(args=ARGUMENTS)))
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
    outcome = as_robot(definition=config_map(ns), kubeconfig=kubeconfigs.mapping(trusted, plugin.user()))
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
            scripted, {"certificate-authority-data": kubeconfigs.encoded(server.ca_file)}, **plugin.user()))
    assert not outcome.failed and outcome.changed and plugin.runs == 2
    assert [request.header("Authorization") for request in scripted.requests if request.method == "PATCH"] == [
        "Bearer first", "Bearer second"]


def test_091__token_of_a_plugin_is_refused_twice__fails(as_robot, ns, server, trusted, tmp_path):
    plugin = Plugin(tmp_path / "bin", [WRONG])
    outcome = as_robot(definition=config_map(ns), kubeconfig=kubeconfigs.mapping(trusted, plugin.user()))
    assert outcome.failed and not outcome.changed and outcome["status"] == 401
    assert "credentials" in outcome.msg and plugin.runs == 2
    assert WRONG not in outcome.text and not exists(server, config_map(ns))


def test_092__plugin_of_v1_without_interactive_mode__is_a_configuration_error(as_robot, ns, server, trusted, robot,
                                                                              tmp_path):
    plugin = Plugin(tmp_path / "bin", [robot])
    outcome = as_robot(definition=config_map(ns), kubeconfig=kubeconfigs.mapping(trusted, plugin.user(interactiveMode=None)))
    assert outcome.failed and not outcome.changed
    assert "interactiveMode must be specified for c to use exec authentication plugin" in outcome.msg
    assert plugin.runs == 0 and outcome.requests == []
    outcome = as_robot(definition=config_map(ns), kubeconfig=kubeconfigs.mapping(trusted, plugin.user("v1beta1", interactiveMode=None)))
    assert outcome.changed and exists(server, config_map(ns))


@pytest.mark.parametrize("internal", [{}, {"_ansible_no_log": False, "_ansible_verbosity": 4}], ids=["quiet", "loud"])
def test_093__kubeconfig_as_a_mapping__works_and_its_secrets_stay_in(as_robot, ns, server, trusted, robot, pair, internal):
    def secrets_in(user):
        keys = [base64.b64decode(value).decode() for name, value in user.items() if name == "client-key-data"]
        return list(user.values()) + keys + [line for key in keys for line in key.splitlines() if "--" not in line]

    pem = {"client-certificate-data": kubeconfigs.encoded(pair.cert_file), "client-key-data": kubeconfigs.encoded(pair.key_file)}
    for number, user in enumerate(({"token": robot}, pem)):
        definition = config_map(ns, "a%d" % number)
        good = as_robot(definition=definition, kubeconfig=kubeconfigs.mapping(trusted, user), internal=internal)
        assert not good.failed and good.changed and exists(server, definition)
        refused = as_robot(definition=dict(definition, kind="Gadget"), kubeconfig=kubeconfigs.mapping(trusted, user), internal=internal)
        wrong = as_robot(definition=definition, retry_timeout=0, internal=internal,
                         kubeconfig=kubeconfigs.mapping({"server": "https://127.0.0.1:%d" % free_port()}, user))
        assert refused.failed and wrong.failed
        for outcome in (good, refused, wrong):
            for secret in secrets_in(user):
                assert secret not in outcome.text


def test_093__every_secret_of_a_mapping__stays_in(as_robot, ns):
    user = {"password": "recognisable-password", "username": "u",
            "auth-provider": {"name": "oidc", "config": {"refresh-token": "recognisable-refresh",
                                                         "id-token": "recognisable-id", "client-secret": "recognisable-secret"}}}
    kubeconfig = kubeconfigs.mapping({"server": "https://127.0.0.1:1"}, user)
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
    return kubeconfigs.mapping(cluster, {"exec": {
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
