"""A server that refuses everything, and tells what it was sent: what is secret must not come out because of it."""
import contextlib
import http.server
import json
import ssl
import threading

from servers.pki import Pki


class Gossip(http.server.BaseHTTPRequestHandler):
    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        said = "%s %s %s" % (self.headers.get("Authorization", ""), self.headers.get("X-Auth-Token", ""),
                             self.rfile.read(length).decode(errors="replace"))
        body = json.dumps({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 403, "reason": "Forbidden",
                           "message": "I do not take " + said, "error": {"code": 403, "title": "Forbidden", "message": said}}).encode()
        self.send_response(403)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = answer

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def gossip(folder):
    """Gives its URL. With TLS: credentials do not leave without it."""
    pair = Pki(folder).authority().server()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.cert_file, pair.key_file)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gossip)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield "https://127.0.0.1:%d" % server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
