"""Servers that misbehave: always one JSON object that names them; soon, and without a secret in it."""
import json
import signal
import socket
import time

import pytest

from fakes.script import Reply, json_reply, redirect, text_reply
from servers.kubernetes import kubeconfig as kubeconfigs
from servers.ports import free_port
from support.objects import config_map
from support.recognisable import TOKEN
from support.relay import Relay
from support.tiny_api import CONFIG_MAPS, kubeconfig, methods, tiny_api
from support.wait import SOON, until


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
        trust = {"certificate-authority-data": kubeconfigs.encoded(server.ca_file)}
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
          kubeconfig=kubeconfigs.mapping({"server": "https://127.0.0.1:%d" % port}, {"token": TOKEN}))
    assert time.monotonic() - begin > 0.4  # it was tried again


def test_hostile__no_such_host__is_named(fails):
    fails("no-such-host.invalid", "no such host", retry_timeout=0,
          kubeconfig=kubeconfigs.mapping({"server": "https://no-such-host.invalid"}, {"token": TOKEN}))


def test_hostile__tls_is_never_answered__fails_after_ten_seconds(fails):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = "https://127.0.0.1:%d" % silent.getsockname()[1]
        fails("no connection within 10 s", server.partition("//")[2], retry_timeout=1,
              kubeconfig=kubeconfigs.mapping({"server": server}, {"token": TOKEN}))


def test_hostile__http_where_tls_is_expected__says_so(fails, server):
    with Relay(server) as plain:
        fails("does not speak TLS", retry_timeout=0,
              kubeconfig=kubeconfigs.mapping({"server": plain.url.replace("http:", "https:")}, {"token": TOKEN}))


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
            assert time.monotonic() - begin < SOON
        assert outcome.failed and said in outcome.msg


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_hostile__signal_while_a_server_hangs__ends_with_a_result(k8s, ns, number):
    with tiny_api(lambda request: Reply(fault="hang") if request.method == "PATCH" else None) as scripted:
        process, _ = k8s.start(definition=config_map(ns), kubeconfig=kubeconfig(scripted))
        until(lambda: "PATCH" in methods(scripted))
        begin = time.monotonic()
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=SOON)
        assert time.monotonic() - begin < 5
    result = json.loads(stdout)
    assert result["failed"] and process.returncode != 0 and not stderr
    assert number.name in result["msg"]
