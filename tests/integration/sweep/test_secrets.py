"""What is secret is nowhere to be read afterwards: not in the result at -vvv, not in a diff, not in the trace, not in a file.

Each module is given a word that must not come out, in every option that holds secrets, and talks to a server that refuses it with a
message that repeats what it was sent, or to none at all.
"""
import base64
import http.server
import json
import ssl
import subprocess
import threading
from pathlib import Path

import pytest

from servers.pki import Pki

WORD = "Canary-3f9b2c7d"
SPELLINGS = (WORD, base64.b64encode(WORD.encode()).decode().rstrip("="), base64.b64encode(b"user:" + WORD.encode()).decode().rstrip("="))
SECRET = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": "default"}, "stringData": {"key": WORD}}


def kubeconfig(url, **user):
    return {"apiVersion": "v1", "kind": "Config", "current-context": "c", "clusters": [{"name": "c", "cluster": {"server": url}}],
            "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}], "users": [{"name": "u", "user": user}]}


def kubernetes(url):
    """Ways to log in."""
    headers = {"proxy_headers": {"basic_auth": "user:" + WORD, "proxy_basic_auth": "user:" + WORD}, "proxy": url}
    return {"token": {"host": url, "api_key": WORD}, "password": {"host": url, "username": "user", "password": WORD},
            "kubeconfig, token": {"kubeconfig": kubeconfig(url, token=WORD)}, "proxy": dict(headers, host=url, api_key=WORD),
            "kubeconfig, key": {"kubeconfig": kubeconfig(url, **{"client-certificate-data": "eA==", "client-key-data": WORD})}}


def openstack(url):
    auth = {"auth_url": url, "username": "user", "project_name": "p", "user_domain_id": "default", "project_domain_id": "default"}
    return {"password": {"auth": dict(auth, password=WORD)}, "token": {"auth_type": "token", "auth": {"auth_url": url, "token": WORD}},
            "application credential": {"auth_type": "v3applicationcredential", "auth": {
                "auth_url": url, "application_credential_id": "x", "application_credential_secret": WORD}}}


WORK = {
    "k8s_apply": (kubernetes, {"definition": SECRET, "retry_timeout": 0}),
    "clusterctl_init": (kubernetes, {"state": "present", "core_provider": "cluster-api:v1.13.6", "variables": {"OPENSTACK_PASSWORD": WORD}}),
    "capi_backup": (kubernetes, {"state": "present", "path": "archives", "state_dir": "state", "retries": 0, "retry_delay": 0,
                                 "request_timeout": 1, "encryption": {"passphrase": WORD}}),
    "magnum_template": (openstack, {"name": "a", "coe": "kubernetes", "image_id": "i"}),
    "openstack_resources": (openstack, {"resources": [{"kind": "user", "name": "u", "password": WORD}]}),
}
CASES = [(module, way, "gossip", check) for module, (ways, _) in WORK.items() for way in ways("") for check in (False, True)]
CASES += [(module, next(iter(ways(""))), "nobody", False) for module, (ways, _) in WORK.items()]


class Gossip(http.server.BaseHTTPRequestHandler):
    """Refuses everything, and tells what it was sent."""

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


@pytest.fixture(scope="module")
def gossip(tmp_path_factory):
    """With TLS: credentials do not leave without it."""
    pair = Pki(tmp_path_factory.mktemp("pki")).authority().server()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.cert_file, pair.key_file)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gossip)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield "https://127.0.0.1:%d" % server.server_address[1]
    server.shutdown()
    server.server_close()


def files_below(folder: Path):
    return [path for path in folder.rglob("*") if path.is_file() and path.name != "args.json"]


@pytest.mark.parametrize("module, way, server, check", CASES, ids=["%s, %s, %s, %s" % case for case in CASES])
def test_secrets__whatever_happens__are_nowhere_to_be_read(module, way, server, check, gossip, programs, tmp_path):
    ways, options = WORK[module]
    told = dict(options, **ways(gossip if server == "gossip" else "https://127.0.0.1:1")[way], validate_certs=False,
                _ansible_verbosity=3, _ansible_diff=True,
                _ansible_check_mode=check, _ansible_module_name=module, _ansible_remote_tmp=str(tmp_path), _ansible_debug=True)
    (tmp_path / "args.json").write_text(json.dumps(told), encoding="utf-8")
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "TMPDIR": str(tmp_path), "MCAPI_TRACE": "3",
                   "ASAN_OPTIONS": "detect_leaks=0", "UBSAN_OPTIONS": "print_stacktrace=1"}
    done = subprocess.run([programs / module, tmp_path / "args.json"], cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=90, check=False)
    assert json.loads(done.stdout)["failed"] and done.returncode == 1, done.stdout
    outputs = {"result": done.stdout, "trace": done.stderr, **{str(path): path.read_bytes() for path in files_below(tmp_path)}}
    if server == "gossip" and way in ("token", "password", "kubeconfig, token"):
        assert b"********" in done.stdout, done.stdout  # it came back, and was recognised
    found = [(name, spelling) for name, content in outputs.items() for spelling in SPELLINGS if spelling.encode() in content]
    assert not found, (found, done.stdout[:2000], done.stderr[-2000:])
    for path in files_below(tmp_path):
        assert path.stat().st_mode & 0o077 == 0 or path.suffix != ".kubeconfig", path
