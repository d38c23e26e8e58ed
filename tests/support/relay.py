"""A plain HTTP relay in front of an API server: for what has to happen between two requests of a program, and for
answers that the server itself would not give."""
import http.client
import itertools
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

# What belongs to one connection and is not passed on.
HOP_HEADERS = ("connection", "keep-alive", "transfer-encoding", "host", "content-length", "accept-encoding")


DROP = object()


class Request:
    """One request of the program: method, path with query, body as bytes, headers by name in any case."""

    def __init__(self, method, path, body, headers=None):
        self.method = method
        self.path = path
        self.body = body
        self.headers = headers or {}
        self.content_type = self.headers.get("Content-Type")

    def is_write(self) -> bool:
        return self.method != "GET"


class Relay:
    """Passes requests on as cluster administrator.

    before(request): called first; returns None to pass the request on, (status, headers, body) to answer instead, or
        DROP to close the connection without a word.
    extra_headers(request): a list of (name, value) that the server's answer gets in addition.
    lose(request): True when the server's answer shall not arrive: the connection closes instead.
    others: further API servers of the same control plane; they take turns.
    requests: every Request so far, in order of arrival.
    """

    def __init__(self, server, before=None, extra_headers=None, lose=None, others=()):
        self.before = before or (lambda request: None)
        self.extra_headers = extra_headers or (lambda request: [])
        self.lose = lose or (lambda request: False)
        self.requests = []
        self._targets = itertools.cycle([urlsplit(each.url) for each in (server, *others)])
        self._context = ssl.create_default_context(cafile=str(server.ca_file))
        self._context.load_cert_chain(str(server.client_cert_file), str(server.client_key_file))
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return "http://127.0.0.1:%d" % self._http.server_address[1]

    @property
    def kubeconfig(self) -> dict:
        """For the option kubeconfig."""
        return {"apiVersion": "v1", "kind": "Config", "current-context": "relay",
                "clusters": [{"name": "relay", "cluster": {"server": self.url}}],
                "users": [{"name": "relay", "user": {}}],
                "contexts": [{"name": "relay", "context": {"cluster": "relay", "user": "relay"}}]}

    def writes(self) -> list:
        return [request for request in self.requests if request.is_write()]

    # Inside

    def _handler(self):
        relay = self

        class Handler(BaseHTTPRequestHandler):
            def _serve(self):
                length = int(self.headers.get("Content-Length") or 0)
                request = Request(self.command, self.path, self.rfile.read(length), self.headers)
                relay.requests.append(request)
                answer = relay.before(request)
                if answer is None:
                    relay._forward(self, request)
                elif answer is not DROP:
                    relay._answer(self, *answer)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

            def log_message(self, *_):
                pass

        return Handler

    @staticmethod
    def _answer(handler, status, headers, body):
        handler.send_response(status)
        for name, value in headers:
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def _forward(self, handler, request):
        """The answer ends with the connection, so that watches are passed on as they come."""
        target = next(self._targets)
        connection = http.client.HTTPSConnection(target.hostname, target.port, context=self._context)
        try:
            headers = {name: value for name, value in handler.headers.items() if name.lower() not in HOP_HEADERS}
            connection.request(request.method, request.path, request.body or None, headers)
            response = connection.getresponse()
            if self.lose(request):
                return
            handler.send_response(response.status)
            for name, value in response.getheaders():
                if name.lower() not in HOP_HEADERS:
                    handler.send_header(name, value)
            for name, value in self.extra_headers(request):
                handler.send_header(name, value)
            handler.end_headers()
            while True:
                part = response.read1(65536)
                if not part:
                    return
                handler.wfile.write(part)
                handler.wfile.flush()
        except (BrokenPipeError, ConnectionResetError):
            pass  # the program has seen enough
        finally:
            connection.close()
