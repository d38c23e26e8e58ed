#!/usr/bin/env python3
"""An HTTP/1.1 server that answers from a script, misbehaves on demand and writes down every request.

As a library:

    routes = [
        Route("GET", "/api", retry_after(2) + [json_reply({"kind": "APIVersions"})]),
        Route("PATCH", "/api/v1/.*", [Reply(fault="close"), echo]),
    ]
    with ScriptedServer(routes, tls=("server.crt", "server.key")) as server:
        ...server.url...
    assert [r.path for r in server.requests] == [...]

As a program: scripted_server.py SCRIPT.json [--port N] [--log FILE]; see load_script for the format. It prints one
line {"url": …, "port": …}, logs requests as lines of JSON, and ends on SIGTERM or when its standard input closes.

The first route whose method and path fit answers; its replies serve one after the other, the last one for ever.
Nothing fits: 404 with the text that Go's servers send. It listens on 127.0.0.1 only. Standard library, Python 3.9.
"""
import argparse
import gzip
import json
import signal
import socket
import socketserver
import ssl
import struct
import sys
import threading
import time
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from fakes.script import Answer, Reply, Request, Route, load_reply, text_reply  # noqa: E402


class Stopped(Exception):
    """The server is being stopped."""


class Connection(socketserver.BaseRequestHandler):
    """Speaks HTTP/1.1 by hand: http.server would mend what a script wants broken."""
    server: "Listener"

    def setup(self) -> None:
        self.number = self.server.owner.count_connection()
        self.abrupt = False
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.server.owner.context:
            self.request = self.server.owner.context.wrap_socket(self.request, server_side=True)
        self.reader = self.request.makefile("rb")

    def handle(self) -> None:
        try:
            while True:
                request = self.receive()
                if not request or not self.answer(request, self.server.owner.choose(request)):
                    return
        except (OSError, Stopped):
            pass

    def finish(self) -> None:
        self.reader.close()
        if self.abrupt:
            self.request.close()  # without a FIN before it: a reset
        else:
            self.server.shutdown_request(self.request)  # the plain socket, or TLS around it

    # Requests

    def receive(self) -> Optional[Request]:
        line = self.reader.readline(65536).decode("latin-1").split()
        if len(line) != 3:
            return None
        headers = []
        for raw in iter(lambda: self.reader.readline(65536).rstrip(b"\r\n"), b""):
            name, _, value = raw.decode("latin-1").partition(":")
            headers.append((name, value.strip()))
        path, _, query = line[1].partition("?")
        request = Request(line[0], path, query, headers, b"", time.monotonic(), self.number)
        request.body = self.receive_body(request)
        return request

    def receive_body(self, request: Request) -> bytes:
        if (request.header("Expect") or "").lower() == "100-continue":
            self.request.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        if (request.header("Transfer-Encoding") or "").lower() != "chunked":
            return self.reader.read(int(request.header("Content-Length") or 0))
        parts = []
        while True:
            size = int(self.reader.readline().split(b";")[0], 16)
            parts.append(self.reader.read(size))
            self.reader.readline()
            if not size:
                return b"".join(parts)

    # Answers

    def pause(self, seconds: Optional[float]) -> None:
        if self.server.owner.stopping.wait(seconds):
            raise Stopped()

    def answer(self, request: Request, reply: Reply) -> bool:
        """Returns whether the connection goes on."""
        if reply.delay:
            self.pause(reply.delay)
        if reply.fault == "hang":
            self.pause(None)
        if reply.fault == "reset":
            self.abrupt = True
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if reply.fault == "raw":
            self.request.sendall(reply.body)
        if reply.fault in ("close", "reset", "raw"):
            return False
        if reply.fault == "flood":
            return self.flood(reply)
        if reply.chunks:
            return self.send_chunks(reply)
        return self.send_whole(request, reply)

    def send_head(self, reply: Reply, headers: Sequence[Tuple[str, str]]) -> None:
        lines = ["HTTP/1.1 %d Scripted" % reply.status]
        given = {name.lower() for name, _ in reply.header_list()}
        lines += ["%s: %s" % pair for pair in reply.header_list()]
        lines += ["%s: %s" % pair for pair in headers if pair[0].lower() not in given]
        self.request.sendall("\r\n".join(lines + ["", ""]).encode("latin-1"))

    def send_whole(self, request: Request, reply: Reply) -> bool:
        body, more = reply.body, []
        if reply.gzip and "gzip" in (request.header("Accept-Encoding") or ""):
            body, more = gzip.compress(body), [("Content-Encoding", "gzip")]
        self.send_head(reply, more + [("Content-Length", str(len(body)))])
        if request.method == "HEAD":
            return True
        if reply.fault == "cut":
            self.request.sendall(body[:reply.after])
            return False
        if reply.fault == "stall":
            self.request.sendall(body[:reply.after])
            self.pause(None)
        if reply.fault == "drip":
            for at in range(len(body)):
                self.request.sendall(body[at:at + 1])
                self.pause(reply.pause)
            return True
        self.request.sendall(body)
        return "close" not in [v.lower() for n, v in reply.header_list() if n.lower() == "connection"]

    def send_chunks(self, reply: Reply) -> bool:
        self.send_head(reply, [("Transfer-Encoding", "chunked")])
        for seconds, chunk in reply.chunks:
            if seconds:
                self.pause(seconds)
            self.request.sendall(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        if reply.hold:
            self.pause(None)
        self.request.sendall(b"0\r\n\r\n")
        return True

    def flood(self, reply: Reply) -> bool:
        self.send_head(reply, [("Connection", "close")])
        block = (reply.body or b"x") * (65536 // len(reply.body or b"x") + 1)
        while True:
            self.request.sendall(block)
            self.pause(0)


class Listener(socketserver.ThreadingTCPServer):
    """The listening socket; a thread for each connection."""
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128
    owner: "ScriptedServer"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that break off, or do not like our certificate, are what tests are about."""

    def shutdown_request(self, request: Any) -> None:
        try:
            request.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        self.close_request(request)


class ScriptedServer:
    """See the top of this file. TLS: (certificate file, key file); CLIENT_CA: file of the authority of clients."""

    def __init__(self, routes: Sequence[Route] = (), tls: Optional[Tuple[Any, Any]] = None,
                 client_ca: Optional[Any] = None, port: int = 0):
        self.routes = list(routes)
        self.context: Optional[ssl.SSLContext] = None
        self.stopping = threading.Event()
        self.connections = 0
        self._requests: List[Request] = []
        self._lock = threading.Lock()
        self._listeners: List[Callable[[Request], None]] = []
        if tls:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(str(tls[0]), str(tls[1]))
        if client_ca:
            assert self.context, "client_ca needs tls"
            self.context.load_verify_locations(str(client_ca))
            self.context.verify_mode = ssl.CERT_REQUIRED
        self._listener = Listener(("127.0.0.1", port), Connection)
        self._listener.owner = self
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        return self._listener.server_address[1]

    @property
    def url(self) -> str:
        return "%s://127.0.0.1:%d" % ("https" if self.context else "http", self.port)

    @property
    def requests(self) -> List[Request]:
        """What has come so far."""
        with self._lock:
            return list(self._requests)

    def clear(self) -> None:
        """Forgets the requests, not how far the replies are."""
        with self._lock:
            self._requests.clear()

    def on_request(self, listener: Callable[[Request], None]) -> None:
        """LISTENER is told of every request before it is answered."""
        self._listeners.append(listener)

    def start(self) -> "ScriptedServer":
        self._thread.start()
        return self

    def stop(self) -> None:
        self.stopping.set()
        self._listener.shutdown()
        self._listener.server_close()

    def __enter__(self) -> "ScriptedServer":
        return self.start()

    def __exit__(self, *exc: Any) -> None:
        self.stop()

    # For connections

    def count_connection(self) -> int:
        with self._lock:
            self.connections += 1
            return self.connections

    def choose(self, request: Request) -> Reply:
        with self._lock:
            self._requests.append(request)
            route = next((r for r in self.routes if r.fits(request)), None)
            answer: Answer = route.next() if route else text_reply("404 page not found\n", 404)
        for listener in self._listeners:
            listener(request)
        return answer if isinstance(answer, Reply) else answer(request)


# Scripts in JSON


def load_script(data: Dict[str, Any], **options: Any) -> ScriptedServer:
    """A server from JSON:

    {"tls": {"certificate": FILE, "key": FILE, "client_ca": FILE},
     "routes": [{"method": "GET", "path": "/api", "query": "", "replies": [
         {"status": 429, "headers": {"Retry-After": "1"}, "times": 2},
         {"json": {"kind": "APIVersions"}},
         {"body": "text", "fault": "cut", "after": 2, "delay": 0.5}]}]}
    """
    unknown = set(data) - {"tls", "routes"}
    if unknown:
        raise ValueError("unknown key %s" % ", ".join(sorted(unknown)))
    routes = [Route(r.get("method", ".*"), r.get("path", ".*"), [load_reply(a) for a in r["replies"]],
                    r.get("query", "")) for r in data.get("routes", [])]
    tls = data.get("tls")
    if tls:
        options.update(tls=(tls["certificate"], tls["key"]), client_ca=tls.get("client_ca"))
    return ScriptedServer(routes, **options)


def main() -> int:
    parser = argparse.ArgumentParser(description="An HTTP server that answers from a script.")
    parser.add_argument("script", type=Path, help="JSON file, see load_script")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; default: a free one")
    parser.add_argument("--log", type=Path, help="file for the requests, one line of JSON each")
    options = parser.parse_args()
    server = load_script(json.loads(options.script.read_text(encoding="utf-8")), port=options.port)
    if options.log:
        log = options.log.open("a", encoding="utf-8")
        lock = threading.Lock()

        def write(request: Request) -> None:
            with lock:
                log.write(json.dumps(request.as_dict()) + "\n")
                log.flush()

        server.on_request(write)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with server:
        print(json.dumps({"url": server.url, "port": server.port}), flush=True)
        sys.stdin.read()
    return 0


if __name__ == "__main__":
    sys.exit(main())
