"""Bad input and bad servers: always one JSON object that says what is wrong, where, and what to do; soon, and without a
secret in it. What a proxy in front may answer is in test_errors.py, hostile YAML in test_input.py, servers that misbehave in
test_hostile_servers.py."""
import json
import os
import subprocess

import pytest
import yaml

from servers import pki
from servers.kubernetes import kubeconfig as kubeconfigs
from support.objects import config_map
from support.recognisable import PASSWORD, TOKEN, VALUE, secret
from support.tiny_api import kubeconfig, tiny_api
from support.wait import SOON
from support.world import create, exists


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
    fails(path, "Permission denied", kubeconfig=kubeconfigs.mapping(trust, user), launcher=unprivileged())
    user = {"client-certificate": str(server.client_cert_file), "client-key": path}
    fails(path, "permission denied", kubeconfig=kubeconfigs.mapping(trust, user), launcher=unprivileged())
    fails(path, "permission denied", kubeconfig=kubeconfigs.mapping(dict(trust, **{"certificate-authority": path}), {"token": TOKEN}),
          launcher=unprivileged())


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
        return kubeconfigs.mapping(dict({"server": server.url, "certificate-authority-data": kubeconfigs.encoded(server.ca_file)}, **cluster), user)
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
    user = {"client-certificate-data": kubeconfigs.encoded(stranger.cert_file), "client-key-data": kubeconfigs.encoded(stranger.key_file)}
    outcome = fails("HTTP 401", "credentials", "context c", kubeconfig=trusting(user))
    assert outcome["status"] == 401


def test_hostile__certificate_and_key_of_two_users__is_a_clean_error(fails, server, trusting):
    one, other = (server.pki.authority().client(name) for name in ("one", "other"))
    user = {"client-certificate-data": kubeconfigs.encoded(one.cert_file), "client-key-data": kubeconfigs.encoded(other.key_file)}
    fails("the private key does not belong to the client certificate", kubeconfig=trusting(user))


@pytest.mark.parametrize("data", ["bm8gcGVt", "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg==", "%%%"], ids=["text", "cut", "base64"])
def test_hostile__certificates_that_are_none__are_clean_errors(fails, server, trusting, data):
    user = {"client-certificate-data": kubeconfigs.encoded(server.client_cert_file), "client-key-data": kubeconfigs.encoded(server.client_key_file)}
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
                    kubeconfig=trusting({"token": TOKEN}, **{"certificate-authority-data": kubeconfigs.encoded(stranger)}))
    assert outcome.requests == []


@pytest.mark.parametrize("make, said", [
    (lambda ca: ca.server(validity=pki.EXPIRED), "expired"), (lambda ca: ca.server(validity=pki.NOT_YET_VALID), "not valid yet"),
    (lambda ca: ca.server(["other.example.com"]), 'not for "127.0.0.1" but for: DNS:other.example.com'),
    (lambda ca: ca.client("a-client"), "certificate"),
], ids=["expired", "early", "other-name", "of-a-client"])
def test_hostile__server_certificate_that_is_bad__gets_no_request(fails, server, make, said):
    with tiny_api(tls=make(server.pki.authority())) as scripted:
        trust = {"certificate-authority-data": kubeconfigs.encoded(server.ca_file)}
        fails(said, "127.0.0.1:%d" % scripted.port, kubeconfig=kubeconfig(scripted, trust, token=TOKEN))
        assert scripted.requests == []


# Standard output

def run_with_stdout(k8s, redirection, **options):
    """(exit status, stdout, stderr) with the shell's redirections."""
    launcher = ["/bin/sh", "-c", 'exec "$0" "$@" ' + redirection]
    process, _ = k8s.start(launcher=launcher, **options)
    stdout, stderr = process.communicate(timeout=SOON)
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
    assert process.wait(SOON) == 1 and exists(server, config_map(ns))
    process.stderr.close()


# Arguments

def run_arguments(k8s, path):
    process = subprocess.run([str(k8s.program), str(path)], env=k8s.environment, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=SOON, check=False)
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
