"""Bad input and bad servers: always one JSON object that says what is wrong, where, and what to do; soon, and without a
secret in it. What a proxy in front may answer is in test_errors.py, hostile YAML in test_input.py."""
import base64
import json
import os
import signal
import socket
import subprocess
import time

import pytest
import yaml

from fakes.script import Reply, json_reply, redirect, text_reply
from servers import pki
from servers.kubernetes import kubeconfig as kubeconfigs
from servers.ports import free_port
from support.objects import config_map
from support.relay import Relay
from support.tiny_api import CONFIG_MAPS, kubeconfig, methods, tiny_api
from support.wait import until
from support.world import create, exists

TOKEN = "recognisable-token-4711"
VALUE = "recognisable-value-4712"
PASSWORD = "recognisable-password-4713"
SECONDS = 20  # far more than any of them needs, on a machine that is busy with other things


def encoded(path) -> str:
    return base64.b64encode(path.read_bytes()).decode()


def secret(ns):
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": ns}, "stringData": {"p": VALUE}}


@pytest.fixture
def fails(k8s, ns):
    """fails(*texts, **options): the run fails soon, says the texts and no secret."""
    def run(*texts, **options):
        if not {"definition", "src", "state"} & set(options):
            options["definition"] = [config_map(ns), secret(ns)]
        options.setdefault("internal", {"_ansible_no_log": False, "_ansible_verbosity": 4})
        begin = time.monotonic()
        outcome = k8s(diff=True, **options)
        assert time.monotonic() - begin < SECONDS
        assert outcome.failed and not outcome.changed
        for text in texts:
            assert text in outcome.msg, outcome.msg
        assert len(outcome.msg) < 10000
        for word in (TOKEN, VALUE, PASSWORD, base64.b64encode(VALUE.encode()).decode()):
            assert word not in outcome.text
        return outcome
    return run


def unprivileged() -> list:
    """A launcher under which file permissions count, for root too."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"]


def locked(path, text=TOKEN):
    path.write_text(text)
    path.chmod(0)
    return str(path)


# Files

def test_hostile__unreadable_kubeconfig__is_named(fails, tmp_path):
    path = locked(tmp_path / "config")
    fails("config file", path, "Permission denied", kubeconfig=path, launcher=unprivileged())
    fails("config file", path, "Permission denied", env={"KUBECONFIG": path}, launcher=unprivileged())


@pytest.mark.parametrize("content, said", [
    (None, "no such file or directory"), ("", "current-context"), ("\x00\x01\x02", "control characters"),
    ("- a\n- list\n", "object"), ("kind: Pod\napiVersion: v1\n", "Pod"), ("{ not: [yaml", "line"),
    ("apiVersion: v2\nkind: Config\n", "v2"), ("users: 7\n", "users"),
    ("users: [{name: u, user: {token: [%s]}}]\n" % TOKEN, "token"),
    ("users: [{name: u, user: {token: %s}}\n" % TOKEN, "line"),
], ids=["missing", "empty", "binary", "list", "other-kind", "cut", "version", "number", "wrong-type", "unclosed"])
def test_hostile__kubeconfig_that_is_none__is_named(fails, tmp_path, content, said):
    path = tmp_path / "config"
    if content is not None:
        path.write_text(content)
    outcome = fails(str(path), said, kubeconfig=str(path))
    assert outcome.requests == []


def test_hostile__directory_as_kubeconfig__is_named(fails, tmp_path):
    fails(str(tmp_path), "directory", kubeconfig=str(tmp_path))


def test_hostile__unknown_context__is_named(fails, module_user):
    fails("nowhere", "does not exist", str(module_user), context="nowhere")


def test_hostile__no_configuration_at_all__names_what_was_tried(fails, tmp_path):
    fails(str(tmp_path / ".kube/config"), "kubeconfig", "host", env={"KUBECONFIG": None, "HOME": str(tmp_path)})


def test_hostile__unreadable_token_file_and_key__are_named(fails, server, tmp_path):
    trust = {"server": server.url, "certificate-authority": str(server.ca_file)}
    path = locked(tmp_path / "locked")
    user = {"tokenFile": path}
    fails(path, "Permission denied", kubeconfig=config(trust, user), launcher=unprivileged())
    user = {"client-certificate": str(server.client_cert_file), "client-key": path}
    fails(path, "permission denied", kubeconfig=config(trust, user), launcher=unprivileged())
    fails(path, "permission denied", kubeconfig=config(dict(trust, **{"certificate-authority": path}), {"token": TOKEN}),
          launcher=unprivileged())


def config(cluster, user) -> dict:
    return {"apiVersion": "v1", "kind": "Config", "current-context": "c",
            "clusters": [{"name": "c", "cluster": cluster}], "users": [{"name": "c", "user": user}],
            "contexts": [{"name": "c", "context": {"cluster": "c", "user": "c"}}]}


@pytest.mark.parametrize("content, said", [
    (b"kind: ConfigMap\nmetadata: {name: a}\ndata: {k: 'a\x00b'}\n", "control characters"),
    (b"kind: ConfigMap\nmetadata: {name: a}\ndata: {k: 'a\xffb'}\n", "UTF-8"),
    (b"\x1f\x8b\x08\x00\x00\x00\x00\x00", "control characters"), (b"just text\n", "object"), (b"- [1]\n", "object"),
    (b"kind: ConfigMap\nmetadata: {name: a}\ndata: {k: [\n", "line"), (b"{\"kind\": \"ConfigMap\"", "line"),
    (b"{\"kind\": \"ConfigMap\xff\"}", "decode byte 0xff"), (b"<html>\n", "object"), (b"kind: &a [*b]\n", "unknown anchor"),
    (b"metadata: {name: a}\n", "Kind"), (b"kind: ConfigMap\nmetadata: []\n", "metadata"),
    (b"kind: ConfigMap\nmetadata: {name: 5}\n", "metadata.name"), (b"kind: [ConfigMap]\n", "kind"),
    (b"kind: ConfigMap\nmetadata: {name: ../a}\n", "metadata.name"),
    (b"kind: ConfigMap\nmetadata: {name: a, labels: {x: 1}}\n", "metadata.labels.x"),
    (b"%YAML 9.9\n---\nkind: ConfigMap\n", "line"), (b"kind: !!int x\n", "line"), (b"? [a]\n: b\n", "line"),
], ids=range(19))
def test_hostile__manifest_that_is_none__is_named(fails, tmp_path, content, said):
    path = tmp_path / "manifest"
    path.write_bytes(content)
    outcome = fails("manifest", said, src=str(path))
    assert outcome.requests == []


def test_hostile__src_that_cannot_be_read__is_named(fails, tmp_path):
    for path, said in ((str(tmp_path), "directory"), (str(tmp_path / "missing"), "No such file"),
                       (str(tmp_path / "args-1.json/x"), "Not a directory"), ("/dev/zero", "larger")):
        outcome = fails("src", path, said, src=path)
        assert outcome.requests == []
    path = locked(tmp_path / "locked")
    fails("src", path, "Permission denied", src=path, launcher=unprivileged())


def test_hostile__three_megabytes_of_manifest__are_applied_within_limits(k8s, ns, server, tmp_path):
    objects = [config_map(ns, "big-%d" % number, {"k": "x" * 600000}) for number in range(5)]
    path = tmp_path / "manifest"
    path.write_text(yaml.safe_dump_all(objects))
    assert path.stat().st_size > 3e6
    outcome, seconds, memory = k8s.measured(src=str(path), return_objects="none")
    assert not outcome.failed and outcome.changed and memory < 150e6 and seconds < 10
    assert all(exists(server, each) for each in objects)
    assert not k8s(src=str(path), return_objects="none").changed


# TLS and credentials

@pytest.fixture
def trusting(server):
    """trusting(user, **cluster): a kubeconfig of the session's server."""
    def make(user, **cluster):
        return config(dict({"server": server.url, "certificate-authority-data": encoded(server.ca_file)}, **cluster), user)
    return make


def test_hostile__expired_client_certificate__is_named_with_its_date(fails, server, trusting, tmp_path):
    old = server.pki.authority().client("module", ["system:masters"], pki.EXPIRED)
    user = {"client-certificate": str(old.cert_file), "client-key": str(old.key_file)}
    outcome = fails("HTTP 401", str(old.cert_file), "expired on", "CN = module", kubeconfig=trusting(user))
    assert outcome["status"] == 401 and outcome["reason"] == "Unauthorized"
    path = kubeconfigs.write(tmp_path / "old", server.url, server.ca_file, old)
    fails("expired on", str(path), kubeconfig=str(path))


def test_hostile__client_certificate_of_another_authority__is_refused(fails, server, trusting):
    stranger = server.pki.authority("stranger").client("module", ["system:masters"])
    user = {"client-certificate-data": encoded(stranger.cert_file), "client-key-data": encoded(stranger.key_file)}
    outcome = fails("HTTP 401", "credentials", "context c", kubeconfig=trusting(user))
    assert outcome["status"] == 401


def test_hostile__certificate_and_key_of_two_users__is_a_clean_error(fails, server, trusting):
    one, other = (server.pki.authority().client(name) for name in ("one", "other"))
    user = {"client-certificate-data": encoded(one.cert_file), "client-key-data": encoded(other.key_file)}
    fails("the private key does not belong to the client certificate", kubeconfig=trusting(user))


@pytest.mark.parametrize("data", ["bm8gcGVt", "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg==", "%%%"], ids=["text", "cut", "base64"])
def test_hostile__certificates_that_are_none__are_clean_errors(fails, server, trusting, data):
    user = {"client-certificate-data": encoded(server.client_cert_file), "client-key-data": encoded(server.client_key_file)}
    fails("c", kubeconfig=trusting(user, **{"certificate-authority-data": data}))
    fails("c", kubeconfig=trusting(dict(user, **{"client-certificate-data": data})))
    fails("c", kubeconfig=trusting(dict(user, **{"client-key-data": data})))


def test_hostile__token_that_is_none__is_refused_without_showing_it(fails, trusting):
    outcome = fails("HTTP 401", "credentials", kubeconfig=trusting({"token": TOKEN}))
    assert outcome["status"] == 401
    # Nobody knows the scheme Basic any more, so that the server takes us for somebody unknown.
    fails("HTTP 403", "system:anonymous", kubeconfig=trusting({"username": "u", "password": PASSWORD}))
    fails("line break", kubeconfig=trusting({"token": TOKEN + "\nX-Evil: 1"}))


def test_hostile__wrong_ca__fails_at_once_and_says_so(fails, server, trusting):
    stranger = server.pki.authority("stranger").cert_file
    outcome = fails("not signed by an authority that is trusted", "127.0.0.1:%d" % server.port, "context c",
                    kubeconfig=trusting({"token": TOKEN}, **{"certificate-authority-data": encoded(stranger)}))
    assert outcome.requests == []


@pytest.mark.parametrize("make, said", [
    (lambda ca: ca.server(validity=pki.EXPIRED), "expired"), (lambda ca: ca.server(validity=pki.NOT_YET_VALID), "not valid yet"),
    (lambda ca: ca.server(["other.example.com"]), 'not for "127.0.0.1" but for: DNS:other.example.com'),
    (lambda ca: ca.client("a-client"), "certificate"),
], ids=["expired", "early", "other-name", "of-a-client"])
def test_hostile__server_certificate_that_is_bad__gets_no_request(fails, server, make, said):
    with tiny_api(tls=make(server.pki.authority())) as scripted:
        trust = {"certificate-authority-data": encoded(server.ca_file)}
        fails(said, "127.0.0.1:%d" % scripted.port, kubeconfig=kubeconfig(scripted, trust, token=TOKEN))
        assert scripted.requests == []


# Servers that misbehave

BAD_ANSWERS = {
    "html": (text_reply("<!DOCTYPE html><p>Log in", 200), "JSON"),
    "cut": (Reply(200, {"Content-Type": "application/json"}, b'{"kind": "APIResourceList", "resources": []}', fault="cut",
                  after=12), "cut"),
    "cut-json": (text_reply('{"kind": "APIResourceList", "resources": [', 200), "JSON"),
    "close": (Reply(fault="close"), "connection was "),
    "raw": (Reply(body=b"SSH-2.0-OpenSSH_9.2\r\n", fault="raw"), "127.0.0.1"),
    "flood": (Reply(200, {"Content-Type": "application/json"}, b" ", fault="flood"), "larger than"),
    "flood-of-headers": (Reply(200, [("X-%d" % n, "x" * 60000) for n in range(8)], b"{}"), "headers"),
    "redirect": (redirect("https://evil.example.com/steal"), "evil.example.com"),
    "redirect-nowhere": (Reply(307), "redirect"),
    "empty": (text_reply("", 200), "JSON"),
    "list": (json_reply([1, 2]), ""), "text": (json_reply("text"), ""), "null": (json_reply(None), ""),
    "number": (json_reply(7), ""), "wrong-types": (json_reply({"kind": 5, "metadata": 7, "resources": {"a": "b"}}), ""),
    "deep": (text_reply("[" * 100000, 200), ""), "binary": (Reply(200, {}, b"\x00\xff\xfe{}"), ""),
    "odd-status": (Reply(999, {}, b"?"), "999"), "teapot": (text_reply("short and stout", 418), "stout"),
    "informational": (Reply(body=b"HTTP/1.1 100 Continue\r\n\r\n" * 3, fault="raw"), "127.0.0.1"),
}


@pytest.mark.parametrize("stage", ["discovery", "read", "write"])
@pytest.mark.parametrize("name", BAD_ANSWERS)
def test_hostile__server_that_misbehaves__is_named(fails, ns, server, name, stage):
    reply, said = BAD_ANSWERS[name]

    def script(request):
        now = ("discovery" if request.path == "/api/v1" else "read" if request.method == "GET" else "write")
        return reply if now == stage else None

    with tiny_api(script, tls=server.serving) as scripted:
        trust = {"certificate-authority-data": encoded(server.ca_file)}
        outcome = fails(said, definition=config_map(ns), retry_timeout=0,
                        kubeconfig=kubeconfig(scripted, trust, token=TOKEN))
    if stage != "discovery":
        assert "ConfigMap %s/a" % ns in outcome.msg
    assert "evil" not in [request.header("Host") for request in scripted.requests]
    assert methods(scripted)[-1] == ("PATCH" if stage == "write" else "GET")


def test_hostile__error_body_of_megabytes__is_cut_short(fails, ns, server):
    page = text_reply("x" * 5_000_000, 500)
    status = json_reply({"kind": "Status", "message": "m" * 5_000_000, "reason": "R" * 1000, "code": 400}, 400)
    for reply in (page, status):
        with tiny_api(lambda request: reply if request.method == "PATCH" else None) as scripted:
            fails("ConfigMap %s/a" % ns, definition=config_map(ns), kubeconfig=kubeconfig(scripted), retry_timeout=0)


def test_hostile__lists_that_never_end__fail(fails, server):
    """A continue token that always leads to another page is followed, but an empty page with the same token is not."""
    page = json_reply({"kind": "ConfigMapList", "apiVersion": "v1", "metadata": {"continue": "again"}, "items": []})
    resources = json_reply(CONFIG_MAPS)
    with tiny_api(lambda request: resources if request.path == "/api/v1" else page) as scripted:
        fails("does not end", state="info", kind="ConfigMap", kubeconfig=kubeconfig(scripted))
    assert len(scripted.requests) < 10


def test_hostile__nobody_listens__fails_when_the_budget_is_spent(fails, ns):
    port = free_port()
    begin = time.monotonic()
    fails("connection refused", "127.0.0.1:%d" % port, "context c", retry_timeout=1,
          kubeconfig=config({"server": "https://127.0.0.1:%d" % port}, {"token": TOKEN}))
    assert time.monotonic() - begin > 0.4  # it was tried again


def test_hostile__no_such_host__is_named(fails):
    fails("no-such-host.invalid", "no such host", retry_timeout=0,
          kubeconfig=config({"server": "https://no-such-host.invalid"}, {"token": TOKEN}))


def test_hostile__tls_is_never_answered__fails_after_ten_seconds(fails):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = "https://127.0.0.1:%d" % silent.getsockname()[1]
        fails("no connection within 10 s", server.partition("//")[2], retry_timeout=1,
              kubeconfig=config({"server": server}, {"token": TOKEN}))


def test_hostile__http_where_tls_is_expected__says_so(fails, server):
    with Relay(server) as plain:
        fails("does not speak TLS", retry_timeout=0,
              kubeconfig=config({"server": plain.url.replace("http:", "https:")}, {"token": TOKEN}))


def quiet_after(method):
    """A script: what is asked after the first request of METHOD, and not of discovery, is never answered."""
    seen = []

    def script(request):
        if request.path == "/api/v1":
            return None
        silent = bool(seen)
        seen.extend([request] if request.method == method else [])
        return Reply(fault="hang") if silent else None
    return script


def test_hostile__silence_in_a_wait__ends_with_its_time(k8s, ns):
    options = {"wait": True, "wait_timeout": 2, "wait_condition": {"type": "Ready"}}
    for method, said, more in (("PATCH", "Timed out waiting on resource after 2 s", {"definition": config_map(ns)}),
                               ("GET", "no answer within", {"state": "info", "kind": "ConfigMap", "name": "a"}),
                               ("GET", "no answer within", {"state": "info", "kind": "ConfigMap"})):
        with tiny_api(quiet_after(method)) as scripted:
            begin = time.monotonic()
            outcome = k8s(kubeconfig=kubeconfig(scripted), **options, **more)
            assert time.monotonic() - begin < SECONDS
        assert outcome.failed and said in outcome.msg


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_hostile__signal_while_a_server_hangs__ends_with_a_result(k8s, ns, number):
    with tiny_api(lambda request: Reply(fault="hang") if request.method == "PATCH" else None) as scripted:
        process, _ = k8s.start(definition=config_map(ns), kubeconfig=kubeconfig(scripted))
        until(lambda: "PATCH" in methods(scripted))
        begin = time.monotonic()
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=SECONDS)
        assert time.monotonic() - begin < 5
    result = json.loads(stdout)
    assert result["failed"] and process.returncode != 0 and not stderr
    assert number.name in result["msg"]


# Standard output

def run_with_stdout(k8s, redirection, **options):
    """(exit status, stdout, stderr) with the shell's redirections."""
    launcher = ["/bin/sh", "-c", 'exec "$0" "$@" ' + redirection]
    process, _ = k8s.start(launcher=launcher, **options)
    stdout, stderr = process.communicate(timeout=SECONDS)
    return process.returncode, stdout, stderr


@pytest.mark.parametrize("redirection", [">/dev/full", ">&-", "<&- >&-", ">&- 2>&-", "<&- >&- 2>&-", "</dev/null >/dev/full 2>/dev/full"])
def test_hostile__stdout_that_takes_nothing__exits_with_1(k8s, ns, server, redirection, tmp_path):
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    status, stdout, _ = run_with_stdout(k8s, redirection, definition=[config_map(ns), secret(ns)])
    assert status == 1 and stdout == b""
    assert exists(server, config_map(ns))  # the work itself was done
    after = {path: path.read_bytes() for path in tmp_path.iterdir() if not path.name.startswith("args-")}
    assert before == after


@pytest.mark.parametrize("redirection", ["<&-", "2>&-", "<&- 2>&-", "2>/dev/full"])
def test_hostile__other_streams_closed__work_all_the_same(k8s, ns, server, redirection):
    status, stdout, _ = run_with_stdout(k8s, redirection, definition=config_map(ns))
    assert status == 0 and json.loads(stdout)["changed"] and exists(server, config_map(ns))


def test_hostile__reader_that_leaves__exits_with_1(k8s, ns, server):
    process, _ = k8s.start(definition=config_map(ns, data={"k": "x" * 500000}))
    process.stdout.close()
    assert process.wait(SECONDS) == 1 and exists(server, config_map(ns))
    process.stderr.close()


# Arguments

def run_arguments(k8s, path):
    process = subprocess.run([str(k8s.program), str(path)], env=k8s.environment, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=SECONDS, check=False)
    lines = [line for line in process.stdout.decode().split("\n") if line]
    assert len(lines) == 1 and process.returncode == 1 and not process.stderr
    result = json.loads(lines[0])
    assert result["failed"] and result["changed"] is False and VALUE not in lines[0] and len(lines[0]) < 10000
    return result["msg"]


GOOD = json.dumps({"kind": "ConfigMap", "name": "a", "api_key": VALUE, "definition": {"data": {"k": VALUE}}})


@pytest.mark.parametrize("content", [
    "", "\n", "{", GOOD[:-1], GOOD[:40], GOOD + "}", "[]", "null", "7", '"' + VALUE + '"', "not JSON " + VALUE,
    "kind=ConfigMap name=a", GOOD.replace('"k"', '"\\ud800"'), GOOD.replace('"a"', '1e999'), GOOD.replace(VALUE, "\x01" + VALUE),
    GOOD.replace('"a"', "[" * 5000 + "]" * 5000), "#!/bin/sh\n", "\ufeff", "\x00",
], ids=range(19))
def test_hostile__arguments_that_are_none__are_a_clean_error(k8s, tmp_path, content):
    path = tmp_path / "arguments"
    path.write_bytes(content.encode(errors="surrogatepass"))
    assert run_arguments(k8s, path)


def test_hostile__arguments_in_no_utf8__are_a_clean_error(k8s, tmp_path):
    path = tmp_path / "arguments"
    path.write_bytes(GOOD.encode().replace(b'"a"', b'"\xff\xfe"'))
    assert "UTF-8" in run_arguments(k8s, path)


def test_hostile__arguments_file_that_is_none__is_named(k8s, tmp_path):
    for path in (tmp_path, tmp_path / "missing"):
        assert str(path) in run_arguments(k8s, path)
    huge = tmp_path / "huge"
    with open(huge, "wb") as sparse:
        sparse.truncate(1 << 40)
    assert str(huge) in run_arguments(k8s, huge)
    with open(huge, "wb") as sparse:
        sparse.truncate(30 << 20)
    assert run_arguments(k8s, huge)


@pytest.mark.parametrize("options", [
    {"state": "frobnicated"}, {"wait_timeout": "soon"}, {"wait_timeout": -1}, {"retry_timeout": 10 ** 30},
    {"parallel": 0}, {"patch": "text"}, {"patch": [1]}, {"merge_type": "json"}, {"delete_options": {"frob": 1}},
    {"server_side_apply": {}}, {"validate": 7}, {"proxy_headers": {"basic_auth": PASSWORD}}, {"unknown_option": 1},
    {"wait_condition": {"typo": "x"}}, {"wait_jsonpath": "{.a[", "wait": True}, {"hidden_fields": ["a["]},
    {"kubeconfig": 7}, {"kubeconfig": []}, {"host": "ftp://x", "api_key": TOKEN}, {"host": "https://u:%s@h" % PASSWORD},
    {"proxy": "http://u:%s@127.0.0.1:1" % PASSWORD, "retry_timeout": 0}, {"api_key": TOKEN, "password": PASSWORD},
    {"label_selectors": ["a in ("]}, {"definition": 7}, {"definition": [[{}]]}, {"definition": True}, {"continue_on_error": "x"},
], ids=lambda options: "-".join(options))
def test_hostile__options_that_make_no_sense__are_named(fails, options):
    outcome = fails(**options)
    names = {"host": "server", "label_selectors": "label selector", "definition": "document"}
    assert any(name in outcome.msg or names.get(name, name) in outcome.msg for name in options), outcome.msg
    assert [event for event in outcome.requests if event["verb"] not in ("get", "list")] == []


def test_hostile__secret_that_the_server_quotes__stays_in(k8s, ns, server):
    definition = secret(ns)
    definition["stringData"] = {"not a key": VALUE}
    outcome = k8s(definition=definition, diff=True, internal={"_ansible_no_log": False, "_ansible_verbosity": 4})
    assert outcome.failed and "not a key" in outcome.msg and VALUE not in outcome.text
    create(server, secret(ns))
    patch = [{"op": "add", "path": "/data/x", "value": VALUE}]
    outcome = k8s(kind="Secret", name="s", namespace=ns, patch=patch, diff=True, internal={"_ansible_no_log": False})
    assert outcome.failed and VALUE not in outcome.text
