"""An admission webhook of the test's own: an HTTPS server on loopback that starts and answers as the test wants."""
import base64
import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from servers.ports import free_port

CONFIGURATIONS = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"


class Webhook:
    """url and port are known before start(), so that it can be registered while nobody listens.

    decide(request) gets each AdmissionReview's request and returns None to allow it or the text of the refusal.
    """

    def __init__(self, server, decide=None):
        self.decide = decide or (lambda request: None)
        self.requests = []
        self.port = free_port()
        self._pki = server.pki
        self._http = self._thread = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def url(self) -> str:
        return "https://127.0.0.1:%d/review" % self.port

    def client_config(self) -> dict:
        """What a webhook configuration says about it; the certificate authority is the server's own."""
        return {"url": self.url, "caBundle": bundle(self._pki.authority())}

    def start(self, authority="ca"):
        """authority: who signed its certificate; another name than "ca" is nobody whom the API server trusts."""
        pair = self._pki.authority(authority).server()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(str(pair.cert_file), str(pair.key_file))
        self._http = ThreadingHTTPServer(("127.0.0.1", self.port), self._handler())
        self._http.daemon_threads = True
        self._http.handle_error = lambda *_: None  # a client that does not like the certificate
        self._http.socket = context.wrap_socket(self._http.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def stop(self):
        if self._http is not None:
            self._http.shutdown()
            self._http.server_close()
            self._thread.join()
            self._http = None

    def _handler(self):
        webhook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                review = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                webhook.requests.append(review["request"])
                refusal = webhook.decide(review["request"])
                response = {"uid": review["request"]["uid"], "allowed": refusal is None}
                if refusal is not None:
                    response["status"] = {"code": 403, "message": refusal}
                body = json.dumps(dict(review, request=None, response=response)).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        return Handler


def bundle(authority) -> str:
    """The certificate of an authority as webhook configurations want it."""
    return base64.b64encode(authority.cert_file.read_bytes()).decode()


def configuration(name, client_config, rule, **more):
    """A ValidatingWebhookConfiguration with one webhook. rule: apiGroups, resources, …; more: further fields of it."""
    hook = {"name": name + ".example.com", "clientConfig": client_config, "admissionReviewVersions": ["v1"],
            "sideEffects": "None", "timeoutSeconds": 5,
            "rules": [dict({"apiVersions": ["*"], "operations": ["CREATE", "UPDATE"], "scope": "*"}, **rule)]}
    return {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
            "metadata": {"name": name}, "webhooks": [dict(hook, **more)]}


def of_namespace(namespace) -> dict:
    """A namespaceSelector: everybody else's objects are none of its business."""
    return {"matchLabels": {"kubernetes.io/metadata.name": namespace}}
