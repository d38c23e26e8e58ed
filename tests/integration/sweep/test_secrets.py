"""What is secret is nowhere to be read afterwards: not in the result at -vvv, not in a diff, trace, file or the system log.

Each module is given a word that must not come out, in every option that holds secrets, and talks to a server that refuses it with a
message that repeats what it was sent, or to none at all. lxc_container has no option that holds one; the daemon's are looked for in
mcapi_proxy/test_discretion.py.
"""
import base64
import json
import subprocess
from pathlib import Path

import pytest

from support.gossip import gossip

WORD = "Canary-3f9b2c7d"
KEPT = "Canary-a805d61e"  # in no option that is a secret as a whole
SPELLINGS = (WORD, KEPT, base64.b64encode(WORD.encode()).decode().rstrip("="), base64.b64encode(KEPT.encode()).decode().rstrip("="),
             base64.b64encode(b"user:" + WORD.encode()).decode().rstrip("="))
SECRET = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": "default"}, "stringData": {"key": KEPT}}


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


@pytest.fixture(scope="module")
def gossip_url(tmp_path_factory):
    with gossip(tmp_path_factory.mktemp("pki")) as url:
        yield url


def files_below(folder: Path):
    return [path for path in folder.rglob("*") if path.is_file() and path.name != "args.json"]


@pytest.mark.parametrize("module, way, server, check", CASES, ids=["%s, %s, %s, %s" % case for case in CASES])
def test_secrets__whatever_happens__are_nowhere_to_be_read(module, way, server, check, gossip_url, programs, tmp_path, system_log):
    ways, options = WORK[module]
    told = dict(options, **ways(gossip_url if server == "gossip" else "https://127.0.0.1:1")[way], validate_certs=False,
                _ansible_verbosity=3, _ansible_diff=True,
                _ansible_check_mode=check, _ansible_module_name=module, _ansible_remote_tmp=str(tmp_path), _ansible_debug=True)
    (tmp_path / "args.json").write_text(json.dumps(told), encoding="utf-8")
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "TMPDIR": str(tmp_path), "MCAPI_TRACE": "3",
                   "ASAN_OPTIONS": "detect_leaks=0", "UBSAN_OPTIONS": "print_stacktrace=1"}
    done = subprocess.run([*system_log.launcher, programs / module, tmp_path / "args.json"], cwd=tmp_path, env=environment,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=90, check=False)
    assert json.loads(done.stdout)["failed"] and done.returncode == 1, done.stdout
    logged = system_log.read()
    assert b"Invoked with" in logged, done.stderr
    outputs = {"result": done.stdout, "trace": done.stderr, "system log": logged,
               **{str(path): path.read_bytes() for path in files_below(tmp_path)}}
    if server == "gossip" and way in ("token", "password", "kubeconfig, token"):
        assert b"********" in done.stdout, done.stdout  # it came back, and was recognised
    found = [(name, spelling) for name, content in outputs.items() for spelling in SPELLINGS if spelling.encode() in content]
    assert not found, (found, done.stdout[:2000], done.stderr[-2000:])
    for path in files_below(tmp_path):
        assert path.stat().st_mode & 0o077 == 0 or path.suffix != ".kubeconfig", path
