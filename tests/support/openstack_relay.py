"""Plain HTTP relays in front of a real cloud's services, for what has to happen between two requests of a program."""
import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from servers.openstack import services

# What belongs to one connection and is not passed on.
HOP_HEADERS = ("connection", "keep-alive", "transfer-encoding", "host", "content-length", "accept-encoding")


class OpenStackRelay:
    """One relay per service; run() lets the program use them through overrides of the endpoints."""

    def __init__(self, cloud):
        self.cloud = cloud
        self.requests = []  # (service, method, path without query)
        self._rules = []    # called with (service, method, path, headers) before a request is passed on
        self._queries = {}  # by service
        self._lock = threading.Lock()
        self._servers = {each.name: ThreadingHTTPServer(("127.0.0.1", 0), self._handler(each.name))
                         for each in services.SERVICES}
        self._threads = [threading.Thread(target=each.serve_forever, args=(0.05,), daemon=True)
                         for each in self._servers.values()]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        for server in self._servers.values():
            server.shutdown()
            server.server_close()

    def url(self, name: str) -> str:
        return "http://127.0.0.1:%d" % self._servers[name].server_address[1]

    def run(self, world, name, user="demo", **options):
        """As world(), through the relays."""
        entry = dict(self.cloud.clouds()["clouds"][user])
        entry["auth"] = dict(entry["auth"], auth_url=self.url("keystone") + "/v3")
        entry.update({"container_infra_endpoint_override": self.url("magnum") + "/v1",
                      "image_endpoint_override": self.url("glance"),
                      "compute_endpoint_override": self.url("nova") + "/v2.1",
                      "network_endpoint_override": self.url("neutron")})
        return world(name, user=None, cloud=entry, **options)

    def count(self, service: str, path: str) -> int:
        return [(name, where) for name, _, where in self.requests].count((service, path))

    # What shall happen

    def revoke_at(self, service: str, number: int) -> None:
        """The token of the NUMBER-th request to SERVICE is revoked before it arrives."""
        seen = []

        def rule(name, _method, _path, headers):
            if name == service:
                seen.append(name)
                if len(seen) == number:
                    self._revoke(headers["x-auth-token"])

        self._rules.append(rule)

    def revoke_always(self, service: str) -> None:
        self._rules.append(lambda name, _method, _path, headers: self._revoke(headers["x-auth-token"])
                           if name == service else None)

    def answer(self, service: str, status: int) -> None:
        """SERVICE answers nothing but STATUS."""
        self._rules.append(lambda name, *_: status if name == service else None)

    def refuse(self, service: str, method: str, status: int) -> None:
        """SERVICE answers requests of METHOD with STATUS alone."""
        self._rules.append(lambda name, verb, *_: status if (name, verb) == (service, method) else None)

    def before(self, service: str, method: str, action) -> None:
        """ACTION is called before each request of METHOD to SERVICE."""
        def rule(name, verb, _path, _headers):
            if (name, verb) == (service, method):
                action()

        self._rules.append(rule)

    def add_query(self, service: str, query: str) -> None:
        """Requests to read get QUERY in addition."""
        self._queries[service] = query

    # Inside

    def _revoke(self, token: str) -> None:
        answer = self.cloud.request("keystone", "DELETE", "/v3/auth/tokens", None, token,
                                    headers={"X-Subject-Token": token})
        assert answer.status == 204, answer

    def _pass_on(self, name, method, path, headers, body):
        """(status, headers, body) of the service."""
        for rule in self._rules:
            status = rule(name, method, path.partition("?")[0], headers)
            if status:
                return status, [], b"{}"
        if method == "GET" and name in self._queries:
            path += ("&" if "?" in path else "?") + self._queries[name]
        connection = http.client.HTTPConnection("127.0.0.1", self.cloud.ports[name], timeout=60)
        connection.request(method, path, body, {k: v for k, v in headers.items() if k not in HOP_HEADERS})
        response = connection.getresponse()
        content = response.read()
        connection.close()
        return response.status, response.getheaders(), content

    def _handler(self, name):
        relay = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {key.lower(): value for key, value in self.headers.items()}
                with relay._lock:
                    relay.requests.append((name, self.command, self.path.partition("?")[0]))
                    status, answered, content = relay._pass_on(name, self.command, self.path, headers, body or None)
                self.send_response(status)
                for key, value in answered:
                    if key.lower() not in HOP_HEADERS:
                        self.send_header(key, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = _serve

            def log_message(self, *_):
                pass

        return Handler
