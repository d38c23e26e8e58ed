"""What is secret is not in what the proxy writes: the credentials it logs in with, the keys of the clusters it leads to."""
import base64
import json
import subprocess

from support.gossip import gossip

WORD = "Canary-3f9b2c7d"
NETWORK = "22222222-2222-2222-2222-222222222222"


def run(programs, environment, *arguments, **changes):
    done = subprocess.run([programs / "magnum-cluster-api-proxy", *arguments], capture_output=True, timeout=60, check=False,
                          env=dict(environment, PROXY_PORT="44356", MCAPI_TRACE="3", **changes))
    return done.returncode, done.stdout + done.stderr


def test_086_server_repeats_the_token__it_is_not_in_the_log(programs, environment, tmp_path):
    with gossip(tmp_path / "pki") as url:
        config = {"apiVersion": "v1", "kind": "Config", "current-context": "c", "users": [{"name": "u", "user": {"token": WORD}}],
                  "clusters": [{"name": "c", "cluster": {"server": url, "insecure-skip-tls-verify": True}}],
                  "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}]}
        path = tmp_path / "config"
        path.write_text(json.dumps(config), encoding="utf-8")
        status, said = run(programs, environment, "--once", KUBECONFIG=str(path))
    assert status != 0 and b"I do not take" in said, said
    assert WORD.encode() not in said, said


def test_086_kubeconfig_of_a_cluster__is_rewritten_and_not_shown(programs, environment, world, tmp_path):
    (tmp_path / "netns").mkdir()
    (tmp_path / "netns" / ("qdhcp-" + NETWORK)).touch()
    world.add("kube-x", NETWORK, "10.0.0.5")
    config = {"apiVersion": "v1", "kind": "Config", "clusters": [{"name": "kube-x", "cluster": {"server": "https://10.0.0.5:6443"}}],
              "users": [{"name": "u", "user": {"token": WORD, "client-key-data": base64.b64encode(WORD.encode()).decode()}}]}
    world.add_kubeconfig("kube-x", config)
    world.add("kube-y", NETWORK, "10.0.0.6")
    world.add_kubeconfig("kube-y", "users: [{token: %s\n  broken" % WORD)
    for arguments in (["--once"], ["--dump"], ["--once"]):
        _, said = run(programs, environment, *arguments)
        assert WORD.encode() not in said and base64.b64encode(WORD.encode()) not in said, said
    kept = base64.b64decode(world.secret("kube-x")["data"]["value"]).decode()
    assert WORD in kept and "https://10.0.0.5" not in kept
