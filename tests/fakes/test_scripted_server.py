"""Tests of the scripted server, with Python's own client or bare sockets."""
import gzip
import http.client
import json
import socket
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))
from fakes.script import (Reply, Route, html_reply, json_reply,  # noqa: E402
                          redirect, retry_after, status_reply, text_reply, watch_reply)
from fakes.scripted_server import ScriptedServer, load_script  # noqa: E402
from servers import pki  # noqa: E402


def ask(server, path="/", method="GET", body=None, headers=None, timeout=10):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=timeout)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers
    finally:
        connection.close()


def raw(server, path="/"):
    """All bytes that come back for a GET until the server closes or a second of silence."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=1) as sock:
        sock.sendall(b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n" % path.encode())
        received = b""
        try:
            while len(received) < 1 << 20:
                part = sock.recv(65536)
                if not part:
                    return received, "closed"
                received += part
        except socket.timeout:
            return received, "silent"
        except ConnectionResetError:
            return received, "reset"
        return received, "endless"


def test_route__method_path_and_query__choose_the_reply():
    routes = [Route("GET", "/a", text_reply("get")), Route("GET|PUT", "/a", text_reply("put")),
              Route("GET", "/b", text_reply("blue"), query="color=blue green"),
              Route("GET", "/b/.*", text_reply("below"))]
    with ScriptedServer(routes) as server:
        assert ask(server, "/a")[1] == b"get"
        assert ask(server, "/a", "PUT")[1] == b"put"
        assert ask(server, "/b?x=1&color=blue%20green")[1] == b"blue"
        assert ask(server, "/b/c/d")[1] == b"below"
        assert ask(server, "/b")[:2] == (404, b"404 page not found\n")
        assert ask(server, "/aa")[0] == 404


def test_replies__one_after_the_other__the_last_for_ever():
    with ScriptedServer([Route("GET", "/", retry_after(2, 7) + [text_reply("a"), text_reply("b")])]) as server:
        answers = [ask(server) for _ in range(6)]
    assert [status for status, _, _ in answers] == [429, 429, 200, 200, 200, 200]
    assert answers[1][2]["Retry-After"] == "7"
    assert json.loads(answers[0][1])["kind"] == "Status"
    assert [body for _, body, _ in answers[2:]] == [b"a", b"b", b"b", b"b"]


def test_reply__made_by_a_function__sees_the_request():
    with ScriptedServer([Route("POST", "/", lambda request: json_reply(request.json(), 201))]) as server:
        status, body, headers = ask(server, method="POST", body='{"a": 1}')
    assert (status, json.loads(body), headers["Content-Type"]) == (201, {"a": 1}, "application/json")


def test_requests__are_written_down_in_order():
    with ScriptedServer([Route(".*", ".*", text_reply("x"))]) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        connection.request("PATCH", "/p%2Fq?a=1&a=2&b=", b"body \xff", {"X-A": "1"})
        connection.getresponse().read()
        connection.request("POST", "/", iter([b"in ", b"chunks"]), encode_chunked=True)
        connection.getresponse().read()
        connection.close()
        ask(server, "/third")
        first, second, third = server.requests
        assert (first.method, first.path, first.query, first.body) == \
            ("PATCH", "/p%2Fq", {"a": ["1", "2"], "b": [""]}, b"body \xff")
        assert (first.header("x-a"), first.header("absent"), first.header_all("X-A")) == ("1", None, ["1"])
        assert second.body == b"in chunks"
        assert [r.connection for r in (first, second, third)] == [1, 1, 2]
        assert first.time <= second.time <= third.time
        server.clear()
        assert server.requests == []


def test_headers__may_repeat_and_replace_ours():
    reply = Reply(headers=[("Warning", "one"), ("Warning", "two"), ("content-length", "2")], body=b"okay")
    with ScriptedServer([Route("GET", "/", reply)]) as server:
        received, _ = raw(server)
    assert received.count(b"Warning: ") == 2
    assert received.lower().count(b"content-length") == 1


@pytest.mark.parametrize("reply, body, end", [
    (Reply(body=b"0123456789", fault="cut", after=4), b"0123", "closed"),
    (Reply(body=b"0123456789", fault="stall", after=4), b"0123", "silent"),
    (Reply(body=b"0123", fault="drip", pause=0.01), b"0123", "silent"),
    (Reply(body=b"0123"), b"0123", "silent"),
    (Reply(body=b"0123", headers={"Connection": "close"}), b"0123", "closed"),
])
def test_fault__in_the_body(reply, body, end):
    with ScriptedServer([Route("GET", "/", reply)]) as server:
        received, how = raw(server)
    assert received.split(b"\r\n\r\n", 1)[1] == body
    assert how == end


@pytest.mark.parametrize("reply, received, end", [
    (Reply(fault="close"), b"", "closed"),
    (Reply(fault="reset"), b"", "reset"),
    (Reply(fault="hang"), b"", "silent"),
    (Reply(fault="raw", body=b"SSH-2.0\r\n"), b"SSH-2.0\r\n", "closed"),
])
def test_fault__instead_of_an_answer(reply, received, end):
    with ScriptedServer([Route("GET", "/", reply)]) as server:
        assert raw(server) == (received, end)


def test_fault__flood__has_no_end():
    with ScriptedServer([Route("GET", "/", Reply(fault="flood"))]) as server:
        received, how = raw(server)
    assert how == "endless" and len(received) >= 1 << 20


def test_fault__misspelt__is_refused():
    with pytest.raises(ValueError, match="unknown fault 'cutt'"):
        Reply(fault="cutt")


def test_delay__comes_before_the_answer():
    with ScriptedServer([Route("GET", "/", text_reply("x", delay=0.2))]) as server:
        before = time.monotonic()
        ask(server)
        assert time.monotonic() - before >= 0.2


def test_watch__lines_come_one_by_one_and_the_end_may_be_held():
    with ScriptedServer([Route("GET", "/", watch_reply([{"a": 1}, {"a": 2}], pause=0.05, hold=True))]) as server:
        received, how = raw(server)
    assert received.count(b'{"a": ') == 2
    assert how == "silent" and not received.endswith(b"0\r\n\r\n")


def test_gzip__only_for_those_who_accept_it():
    with ScriptedServer([Route("GET", "/", text_reply("x" * 1000, gzip=True))]) as server:
        assert gzip.decompress(ask(server, headers={"Accept-Encoding": "gzip"})[1]) == b"x" * 1000
        assert ask(server)[1] == b"x" * 1000


def test_ready_made_replies__have_status_and_type():
    assert redirect("http://x/").header_list() == [("Location", "http://x/")]
    assert html_reply("<html>").status == 502
    status = json.loads(status_reply(422, "Invalid", "bad", details={"causes": []}).body)
    assert (status["code"], status["reason"], status["details"]) == (422, "Invalid", {"causes": []})


def test_many_at_once__are_answered_at_once():
    with ScriptedServer([Route("GET", "/", text_reply("x", delay=0.3))]) as server:
        before = time.monotonic()
        threads = [threading.Thread(target=ask, args=(server,)) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(server.requests) == 20
        assert time.monotonic() - before < 3


def test_stop__while_somebody_hangs__is_quick():
    server = ScriptedServer([Route("GET", "/", Reply(fault="hang"))]).start()
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\n\r\n")
        while not server.requests:
            time.sleep(0.01)
        before = time.monotonic()
        server.stop()
        assert sock.recv(1) == b""
        assert time.monotonic() - before < 3


def test_tls__with_and_without_a_client_certificate(tmp_path):
    authority = pki.Pki(tmp_path).authority()
    server_pair, client_pair = authority.server(["127.0.0.1"]), authority.client("jane")
    with ScriptedServer([Route("GET", "/", text_reply("x"))], tls=server_pair,
                        client_ca=authority.cert_file) as server:
        assert server.url.startswith("https://")
        context = ssl.create_default_context(cafile=str(authority.cert_file))
        for known in (False, True):
            if known:
                context.load_cert_chain(*map(str, client_pair))
            connection = http.client.HTTPSConnection("127.0.0.1", server.port, context=context, timeout=5)
            if known:
                connection.request("GET", "/")
                assert connection.getresponse().read() == b"x"
            else:
                with pytest.raises((ssl.SSLError, OSError)):
                    connection.request("GET", "/")
                    connection.getresponse()
            connection.close()


def test_script__in_json__is_the_same():
    script = {"routes": [{"method": "GET", "path": "/api", "replies": [
        {"status": 429, "headers": {"Retry-After": "1"}, "times": 2},
        {"json": {"kind": "APIVersions"}, "headers": [["Warning", "a"], ["Warning", "b"]]}]}]}
    with load_script(script) as server:
        assert [ask(server, "/api")[0] for _ in range(3)] == [429, 429, 200]
        status, body, headers = ask(server, "/api")
    assert (json.loads(body), headers.get_all("Warning")) == ({"kind": "APIVersions"}, ["a", "b"])
    with pytest.raises(ValueError, match="unknown key rotes"):
        load_script({"rotes": []})


def test_program__prints_its_url_logs_requests_and_ends_with_its_input(tmp_path):
    script, log = tmp_path / "script.json", tmp_path / "log"
    script.write_text(json.dumps({"routes": [{"replies": [{"body": "hello"}]}]}))
    program = [sys.executable, str(TESTS / "fakes" / "scripted_server.py"), str(script), "--log", str(log)]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        port = json.loads(process.stdout.readline())["port"]
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("POST", "/x?y=z", "text")
        assert connection.getresponse().read() == b"hello"
        connection.close()
        process.stdin.close()
        assert process.wait(10) == 0
    line = json.loads(log.read_text())
    assert (line["method"], line["path"], line["query"], line["body"]) == ("POST", "/x", {"y": ["z"]}, "text")
