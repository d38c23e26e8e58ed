"""Our reading of kubeconfigs against the real kubectl: the same files, the same configuration, the same complaints.

What may differ, and why, is decided in COMPLAINTS.
"""
import base64
import http.server
import json
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TESTS))
from servers import cache  # noqa: E402

CA = (TESTS / "unit/kube/certificates.h").read_text(encoding="utf-8")


def pem(name):
    """The text of macro NAME of certificates.h, where every line is one quoted string."""
    body = CA.split("#define %s " % name)[1].split("\n\n")[0]
    return "".join(line + "\n" for line in re.findall(r'"([^"\\]*)\\n"', body))


def b64(text):
    return base64.b64encode(text.encode()).decode()


def config(cluster="server: 'https://127.0.0.1:1'", user="token: t", context="", name="c"):
    return ("apiVersion: v1\nkind: Config\ncurrent-context: {0}\n"
            "contexts: [{{name: {0}, context: {{cluster: k, user: u{3}}}}}]\n"
            "clusters: [{{name: k, cluster: {{{1}}}}}]\nusers: [{{name: u, user: {{{2}}}}}]\n"
            ).format(name, cluster, user, context and ", " + context)


def pair(key):
    return "client-certificate-data: %s, client-key-data: %s" % (b64(pem("CLIENT_CERT")), b64(pem(key)))


SERVER = "server: 'https://127.0.0.1:1'"
EXEC = "exec: {apiVersion: client.authentication.k8s.io/%s, command: %s%s}"
PAIR = "client-certificate: c.pem, client-key: k.pem"

# name → files; KUBECONFIG is the list of those whose name does not end in .pem, in this order.
GOOD = {
    "plain": {"config": config()},
    "json": {"config": json.dumps({"current-context": "c", "contexts": [{"name": "c", "context": {"cluster": "k"}}],
                                   "clusters": [{"name": "k", "cluster": {"server": "https://h"}}]})},
    "path-prefix": {"config": config("server: 'https://127.0.0.1:1/pre/'")},
    "namespace": {"config": config(context="namespace: ns")},
    "ca-file": {"config": config(SERVER + ", certificate-authority: ca.pem"), "ca.pem": pem("CA")},
    "ca-file-in-directory": {"deep/config": config(SERVER + ", certificate-authority: ../pki/./ca.pem"),
                             "pki/ca.pem": pem("CA")},
    "ca-data": {"config": config(SERVER + ", certificate-authority-data: " + b64(pem("CA")))},
    "ca-data-with-newlines": {"config": config(
        SERVER + ', certificate-authority-data: "%s"' % re.sub("(.{64})", r"\1\\n", b64(pem("CA"))))},
    "insecure": {"config": config(SERVER + ", insecure-skip-tls-verify: true")},
    "tls-server-name": {"config": config(SERVER + ", tls-server-name: api")},
    "proxy": {"config": config(SERVER + ", proxy-url: 'socks5://127.0.0.1:1'")},
    "disable-compression": {"config": config(SERVER + ", disable-compression: true")},
    "client-certificate-files": {"config": config(user=PAIR), "c.pem": pem("CLIENT_CERT"), "k.pem": pem("CLIENT_KEY")},
    "client-certificate-chain": {"config": config(user=PAIR), "c.pem": pem("CLIENT_CERT") + pem("CA"),
                                 "k.pem": pem("CLIENT_KEY")},
    "client-certificate-data": {"config": config(user=pair("CLIENT_KEY"))},
    "token-and-certificate": {"config": config(user="token: t, " + PAIR), "c.pem": pem("CLIENT_CERT"),
                              "k.pem": pem("CLIENT_KEY")},
    "token-file": {"config": config(user="tokenFile: sub/t.pem"), "sub/t.pem": "t"},
    "basic": {"config": config(user="username: joe, password: pw")},
    "exec": {"config": config(user=EXEC % ("v1", "plugin", ", interactiveMode: Never, args: ['a b', '; c'], "
                                           "env: [{name: A, value: b}], provideClusterInfo: true"))},
    "exec-extension": {"config": config(SERVER + ", extensions: [{name: client.authentication.k8s.io/exec, "
                                        "extension: {audience: x}}]")},
    "unknown-fields": {"config": config(SERVER + ", unknown: 1", "token: t, more: [1]") + "further: {a: b}\n"},
    "two-documents": {"config": config() + "---\n" + config("server: 'https://other'")},
    "merge-first-wins": {"a": config("server: 'https://a', tls-server-name: a", "token: ta", name="ca"),
                         "b": config("server: 'https://b', proxy-url: 'http://b'", "token: tb, as: joe", name="cb")},
    "merge-missing-and-empty": {"none": None, "empty": "", "b": config(name="cb")},
    "merge-parts": {"a": "clusters: [{name: k, cluster: {server: 'https://a', certificate-authority: x/ca.pem}}]\n",
                    "deep/b": config("server: 'https://b'", "tokenFile: t.pem", name="cb"), "x/ca.pem": pem("CA"),
                    "deep/t.pem": "t"},
    "duplicate-yaml-keys": {"config": config() + "current-context: d\ncurrent-context: c\n"},
}

BAD = {
    "api-version": {"config": "apiVersion: v2\nkind: Config\n"},
    "kind": {"config": "apiVersion: v1\nkind: Pod\n"},
    "malformed-yaml": {"config": "a: b: c\n"},
    "second-file-malformed": {"a": config(), "b": "a: b: c\n"},
    "duplicate-cluster": {"config": "clusters: [{name: k, cluster: {server: 'https://a'}}, {name: k}]\n"},
    "duplicate-user": {"config": "users: [{name: u}, {name: u}]\n"},
    "token-is-a-number": {"config": config(user="token: 123")},
    "boolean-is-a-string": {"config": config(SERVER + ", insecure-skip-tls-verify: 'yes'")},
    "clusters-is-a-mapping": {"config": "clusters: {a: b}\n"},
    "bad-base64": {"config": config(SERVER + ", certificate-authority-data: '%%%'")},
    "bad-base64-elsewhere": {"config": config() + "extensions: []\n", "b":
                             "users: [{name: other, user: {client-key-data: 'YQ='}}]\n"},
    "current-context-missing": {"config": config().replace("current-context: c", "current-context: zz")},
    "ca-data-and-file": {"config": config(SERVER + ", certificate-authority-data: %s, certificate-authority: ca.pem"
                                          % b64(pem("CA"))), "ca.pem": pem("CA")},
    "ca-missing": {"config": config(SERVER + ", certificate-authority: sub/ca.pem")},
    "insecure-and-ca": {"config": config(SERVER + ", insecure-skip-tls-verify: true, certificate-authority: ca.pem"),
                        "ca.pem": pem("CA")},
    "ca-is-no-pem": {"config": config(SERVER + ", certificate-authority: ca.pem"), "ca.pem": "hello"},
    "certificate-without-key": {"config": config(user="client-certificate-data: " + b64(pem("CLIENT_CERT")))},
    "certificate-data-and-file": {"config": config(user=PAIR + ", client-certificate-data: %s" % b64(
        pem("CLIENT_CERT"))), "c.pem": pem("CLIENT_CERT"), "k.pem": pem("CLIENT_KEY")},
    "key-data-and-file": {"config": config(user=PAIR + ", client-key-data: %s" % b64(pem("CLIENT_KEY"))),
                          "c.pem": pem("CLIENT_CERT"), "k.pem": pem("CLIENT_KEY")},
    "certificate-and-key-missing": {"config": config(user=PAIR)},
    "other-key": {"config": config(user=pair("OTHER_KEY"))},
    "encrypted-key": {"config": config(user=pair("ENCRYPTED_KEY"))},
    "encrypted-old-key": {"config": config(user=pair("ENCRYPTED_OLD_KEY"))},
    "token-and-basic": {"config": config(user="token: t, username: joe")},
    "token-file-and-basic": {"config": config(user="tokenFile: t.pem, username: joe"), "t.pem": "t"},
    "token-with-line-break": {"config": config(user='token: "a\\nb"')},
    "groups-without-user": {"config": config(user="token: t, as-groups: [g]")},
    "proxy-ftp": {"config": config(SERVER + ", proxy-url: 'ftp://x'")},
    "proxy-without-scheme": {"config": config(SERVER + ", proxy-url: '127.0.0.1:3128'")},
    "server-with-path-but-no-scheme": {"config": config("server: '127.0.0.1:1/pre'")},
    "server-ftp": {"config": config("server: 'ftp://127.0.0.1:1'")},
    "auth-provider": {"config": config(user="auth-provider: {name: gcp}")},
    "exec-v1alpha1": {"config": config(user=EXEC % ("v1alpha1", "p", ""))},
    "exec-without-mode": {"config": config(user=EXEC % ("v1", "p", ""))},
    "exec-bad-mode": {"config": config(user=EXEC % ("v1beta1", "p", ", interactiveMode: Foo"))},
    "exec-empty": {"config": config(user="exec: {env: [{value: x}]}")},
    "many-problems": {"config": config(SERVER + ", proxy-url: 'ftp://x', certificate-authority: nope.pem",
                                       "token: a, username: b, client-certificate: c.pem, as-groups: [g]")},
}

# Of kubectl's complaints → of ours; for texts that come from Go's libraries, and for what we say more plainly.
COMPLAINTS = [
    (r" in scheme \".*", ""),
    (r"error converting .*: (duplicate name \S+ in list).*", r"\1"),
    (r"json: cannot unmarshal (number|string|object|array|bool) into Go .*", r"expected .*, got"),
    (r"yaml: .*", r"line 1, column \\d+"),
    (r"[.;] \S+ will override\.?$", ""),
    (r"invalid 'proxy-url' \"[^\"]*\" for cluster (\S+):", r"invalid proxy-url for cluster \1:"),
    (r"tls: private key does not match public key", "the private key does not belong to the client certificate"),
    (r"tls: failed to .*|x509: .*", "the private key is encrypted"),
    (r"net/http: invalid header field value for \"Authorization\"", "no header may hold"),
    (r"username/password or bearer token may be set, but not both", "username/password or bearer token may be set"),
    (r"The gcp auth plugin has been removed.*", "auth-provider \"gcp\" of u is not supported"),
]


@pytest.fixture(scope="module")
def kubectl():
    found = sorted(cache.cache_dir().glob("kubernetes-*/bin/kubectl"))
    if not found:
        pytest.skip("no kubectl in %s" % cache.cache_dir())
    return str(found[-1])


@pytest.fixture(scope="module")
def probe():
    program = os.environ.get("KUBECONFIG_PROBE", str(TESTS.parent / "build/dev/tests/kubeconfig_probe"))
    if not os.access(program, os.X_OK):
        pytest.skip("%s is not built" % program)
    return program


def write(files, directory):
    """Writes FILES and returns the environment that makes them the kubeconfig."""
    names = []
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is not None:
            path.write_text(text, encoding="utf-8")
        if not name.endswith(".pem"):
            names.append(str(path))
    return {"PATH": os.environ["PATH"], "HOME": str(directory), "KUBECONFIG": ":".join(names)}


def run(command, environment):
    return subprocess.run(command, env=environment, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=60)


def ours(probe, environment, **options):
    answer = run([probe, json.dumps(options)], environment)
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


def expected(view):
    """What our loader has to say when kubectl's view is VIEW."""
    cluster = view["clusters"][0]["cluster"]
    user = view["users"][0]["user"] if view.get("users") else {}
    want = {key: cluster[key] for key in ("tls-server-name", "proxy-url") if key in cluster}
    want["server"] = cluster["server"].rstrip("/")
    for key in ("insecure-skip-tls-verify", "disable-compression"):
        want[key] = cluster.get(key, False)
    for key in ("token", "tokenFile", "username", "password"):
        if key in user:
            want[key] = user[key]
    for source, key in ((cluster, "certificate-authority"), (user, "client-certificate"), (user, "client-key")):
        if key + "-data" in source:
            want[key] = base64.b64decode(source[key + "-data"]).decode()
    context = view["contexts"][0]["context"]
    if "namespace" in context:
        want["namespace"] = context["namespace"]
    extensions = [e["extension"] for e in cluster.get("extensions", []) if e["name"].endswith("/exec")]
    if extensions:
        want["exec-config"] = extensions[0]
    want["impersonate"] = ["Impersonate-User: " + user["as"]] if "as" in user else []
    return want, user.get("exec")


@pytest.mark.parametrize("name", GOOD)
def test_good(name, kubectl, probe, tmp_path):
    environment = write(GOOD[name], tmp_path)
    answer = run([kubectl, "config", "view", "--raw", "--flatten", "--minify", "-o", "json"], environment)
    assert answer.returncode == 0, answer.stderr
    want, plugin = expected(json.loads(answer.stdout))
    got = ours(probe, environment)
    # The view shows a token file as its kubeconfig does.
    if "tokenFile" in want:
        assert got["tokenFile"].endswith("/" + want.pop("tokenFile"))
        assert Path(got.pop("tokenFile")).exists()
    # kubectl writes the defaults of exec out.
    exec_got = got.pop("exec", None)
    assert got == want
    assert (exec_got is None) == (plugin is None)
    for key in exec_got or {}:
        assert exec_got[key] == plugin[key]


def complaints(stderr):
    """The single problems in what kubectl printed."""
    text = re.sub(r"^(error: |Error in configuration: \n?|Unable to connect to the server: )", "", stderr.strip())
    text = re.sub(r'^error loading config file "[^"]*": ', "", text)
    lines = [re.sub(r"^\* ", "", line) for line in text.split("\n")]
    return lines if stderr.startswith("Error in configuration: \n") else lines[:1]


@pytest.mark.parametrize("name", BAD)
def test_bad(name, kubectl, probe, tmp_path):
    environment = write(BAD[name], tmp_path)
    answer = run([kubectl, "get", "--raw", "/api"], environment)
    assert answer.returncode != 0
    assert "was refused" not in answer.stderr, "kubectl takes this configuration"
    error = ours(probe, environment).get("error")
    assert error, answer.stderr
    for complaint in complaints(answer.stderr):
        wanted = re.escape(complaint)
        for theirs, mine in COMPLAINTS:
            if re.search(theirs, complaint):
                before, _, _ = complaint.partition(re.search(theirs, complaint).group(0))
                wanted = re.escape(before) + re.sub(theirs, mine, re.search(theirs, complaint).group(0))
                break
        assert re.search(wanted, error), "%s\nis not in\n%s" % (wanted, error)


def test_context_option(kubectl, probe, tmp_path):
    environment = write({"a": config(name="one"), "b": config(name="two", context="namespace: n2")}, tmp_path)
    assert ours(probe, environment, context="two")["namespace"] == "n2"
    theirs = run([kubectl, "--context", "zz", "get", "--raw", "/api"], environment)
    assert theirs.stderr.strip().split("error: ")[1] in ours(probe, environment, context="zz")["error"]


class Recorder(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.seen.append(self.headers.items())
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


@pytest.fixture
def recorder():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    server.seen = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("arguments,options", [((), {}), (("--as", "eve"), {"impersonate_user": "eve"})])
def test_impersonation_headers(arguments, options, kubectl, probe, recorder, tmp_path):
    user = "token: t, as: joe, as-uid: '7', as-groups: [a, 'b c'], as-user-extra: {k/x: [v1, v2], 'Ab%é ': [z]}"
    environment = write({"config": config("server: 'http://127.0.0.1:%d'" % recorder.server_port, user)}, tmp_path)
    answer = run([kubectl, *arguments, "get", "--raw", "/api"], environment)
    assert answer.returncode == 0, answer.stderr
    theirs = [(k.lower(), v) for k, v in recorder.seen[-1] if k.lower().startswith("impersonate-")]
    assert "Authorization" not in dict(recorder.seen[-1])
    mine = [header.split(": ", 1) for header in ours(probe, environment, **options)["impersonate"]]
    assert sorted((k.lower(), v) for k, v in mine) == sorted(theirs)
