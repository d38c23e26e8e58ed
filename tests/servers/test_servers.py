"""Tests of the servers: what they serve, what they count, and when they end."""
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from servers import cache, capi_bundle, pki, ports, processes  # noqa: E402
from servers.kubernetes import audit, build  # noqa: E402
from servers.kubernetes.server import ADMIN, KubeServer  # noqa: E402

HERE = Path(__file__).resolve().parent
REVIEW = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
REVIEW_PATH = "/apis/authentication.k8s.io/v1/selfsubjectreviews"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with KubeServer(tmp_path_factory.mktemp("kubernetes") / "server") as running:
        yield running


def eventually(condition, seconds=15):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def config_map(name, **data):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def put(server, name, **data):
    status, answer = server.request("POST", "/api/v1/namespaces/default/configmaps", config_map(name, **data))
    assert status == 201, answer


def user_info(server, **login):
    status, answer = server.request("POST", REVIEW_PATH, REVIEW, **login)
    return answer["status"]["userInfo"] if status == 201 else status


# The control plane


def test_server__asked_for_its_version__says_the_one_that_was_built(server):
    assert server.request("GET", "/version")[1]["gitVersion"] == "v" + build.wanted_version()
    assert build.wanted_version() in server.kubectl("version")


def test_server__started_without_controllers__is_ready_within_seconds(tmp_path):
    build.build()
    begin = time.monotonic()
    with KubeServer(tmp_path, controller_manager=False, audit=False) as server:
        assert time.monotonic() - begin < 30
        assert server.request("GET", "/readyz") == (200, "ok")
        assert server.audit_log is None
        assert "AUDIT_LOG" not in server.variables()


def test_server__all_listening_sockets__are_on_loopback(server):
    listening = {line.split()[1] for table in ("tcp", "tcp6")
                 for line in Path("/proc/net/" + table).read_text().splitlines() if line.split()[3] == "0A"}
    mine = [a for a in listening if a.endswith(":%04X" % server.port)]
    assert mine == ["0100007F:%04X" % server.port]


def test_server__deployment__gets_pods_from_the_controllers(server):
    labels = {"app": "web"}
    server.request("POST", "/apis/apps/v1/namespaces/default/deployments", {
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
        "spec": {"replicas": 2, "selector": {"matchLabels": labels}, "template": {
            "metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": "none"}]}}}})
    pods = "/api/v1/namespaces/default/pods?labelSelector=app%3Dweb"
    assert eventually(lambda: len(server.request("GET", pods)[1]["items"]) == 2)


def test_server__namespace_deleted__goes_away(server):
    server.kubectl("create", "namespace", "shortlived")
    server.kubectl("delete", "namespace", "shortlived", "--timeout=20s")
    assert server.request("GET", "/api/v1/namespaces/shortlived")[0] == 404


def test_server__wrong_flag__failure_shows_the_log(tmp_path):
    with pytest.raises(RuntimeError, match="no-such-flag"):
        KubeServer(tmp_path, controller_manager=False, extra_apiserver_args=["--no-such-flag=1"])


def test_server__port_taken_meanwhile__moves_to_another(tmp_path, monkeypatch, server):
    answers = iter([server.port, ports.free_port()])
    monkeypatch.setattr("servers.kubernetes.apiserver.free_port", lambda: next(answers))
    with KubeServer(tmp_path, controller_manager=False) as second:
        assert second.port != server.port
        assert str(second.port) in second.kubeconfig.read_text()


def test_server__restarted__keeps_port_and_data(server):
    put(server, "before-restart")
    port, pid = server.port, server.apiserver.pid
    server.restart_apiserver()
    assert (server.port, server.apiserver.pid != pid) == (port, True)
    assert server.request("GET", "/api/v1/namespaces/default/configmaps/before-restart")[0] == 200


def test_server__killed_and_started__keeps_data(server):
    put(server, "before-crash")
    server.apiserver.kill()
    assert not server.apiserver.alive()
    server.apiserver.start()
    assert server.request("GET", "/api/v1/namespaces/default/configmaps/before-crash")[0] == 200


def test_server__second_apiserver__shares_the_data_but_not_the_audit_log(server):
    put(server, "shared", key="value")
    second = server.start_apiserver()
    try:
        mark, first_mark = second.audit.mark(), server.audit.mark()
        assert second.request("GET", "/api/v1/namespaces/default/configmaps/shared")[1]["data"] == {"key": "value"}
        assert len(second.requests(mark, user=ADMIN)) == 1
        assert server.requests(first_mark, user=ADMIN) == []
    finally:
        second.stop()


# A real load


def test_capi__core_bundle__is_accepted_by_the_server(server):
    bundle = capi_bundle.bundle()
    assert "${" not in bundle.read_text()
    server.kubectl("apply", "-f", capi_bundle.CERT_MANAGER_CRDS)
    server.kubectl("wait", "--for=condition=Established", "-f", capi_bundle.CERT_MANAGER_CRDS, "--timeout=20s")
    applied = server.kubectl("apply", "--server-side", "-f", bundle).splitlines()
    assert len(applied) == 26
    server.kubectl("delete", "-f", bundle, "--wait=false", "--ignore-not-found")


# Users


def test_client__certificate_with_groups__is_that_user(server):
    jane = server.pki.authority().client("jane/doe", ["developers", "a=b"])
    info = user_info(server, client=jane)
    assert info["username"] == "jane/doe"
    assert set(info["groups"]) == {"developers", "a=b", "system:authenticated"}


@pytest.mark.parametrize("authority, validity", [("ca", pki.EXPIRED), ("stranger", pki.VALID)])
def test_client__expired_or_foreign_certificate__is_refused(server, authority, validity):
    client = server.pki.authority(authority).client("jane", validity=validity)
    assert user_info(server, client=client) == 401


def test_client__service_account_token__is_that_account(server):
    token = server.service_account_token("default", "default")
    assert user_info(server, token=token)["username"] == "system:serviceaccount:default:default"


def test_client__token_in_kubeconfig__works_with_kubectl(server):
    path = server.kubeconfig_for("robot", token=server.service_account_token("default", "default"))
    done = subprocess.run([server.kubectl_path, "--kubeconfig", path, "auth", "whoami", "-o", "json"],
                          stdout=subprocess.PIPE, check=True)
    assert json.loads(done.stdout)["status"]["userInfo"]["username"] == "system:serviceaccount:default:default"


def test_kubeconfig__written__is_readable_by_the_owner_alone(server):
    assert server.kubeconfig.stat().st_mode & 0o777 == 0o600
    assert server.client_key_file.stat().st_mode & 0o777 == 0o600


# Audit


def test_audit__event_half_written_at_the_mark__is_left_out(tmp_path):
    log = audit.AuditLog(tmp_path / "audit.log")
    event = '{"auditID": "%s", "user": {}}'
    log.path.write_text((event % "before") + "\n" + (event % "half")[:9], encoding="ascii")
    mark = log.mark()
    with log.path.open("a", encoding="ascii") as more:
        more.write((event % "half")[9:] + "\n" + (event % "after") + "\n")
    assert [e["auditID"] for e in log.requests(mark)] == ["after"]
    assert [e["auditID"] for e in log.requests()] == ["before", "half", "after"]


def test_audit__requests_made__are_listed_once_each(server):
    robot = server.pki.authority().client("counting-robot", ["system:masters"])
    mark = server.audit.mark()
    server.request("GET", "/api/v1/namespaces", client=robot)
    server.request("GET", "/api/v1/namespaces/default/configmaps/absent", client=robot)
    events = server.requests(mark, user="counting-robot")
    assert [(e["verb"], e["requestURI"], e["responseStatus"]["code"], e["stage"]) for e in events] == [
        ("list", "/api/v1/namespaces", 200, "ResponseComplete"),
        ("get", "/api/v1/namespaces/default/configmaps/absent", 404, "ResponseComplete")]
    assert server.requests(server.audit.mark(), user="counting-robot") == []
    assert server.requests(mark, user="counting-robot", agent="somebody else") == []


# Lifetime

OWNER = """
    import json, sys, time
    sys.path.insert(0, {tests!r})
    from servers.kubernetes.server import KubeServer
    server = KubeServer({directory!r})
    print(json.dumps([server.keeper.pid, server.etcd.pid, server.apiserver.pid, server.controller_manager.pid]),
          flush=True)
    {then}
    time.sleep(600)
"""
# The child holds a copy of every descriptor of its parent.
FORK = "import os; os.fork() or (time.sleep(8), os._exit(0))"


@contextlib.contextmanager
def owner_of_a_server(directory, then=""):
    """A program that has a server: it and (id, start time) of the keeper, etcd and the rest."""
    script = textwrap.dedent(OWNER).format(tests=str(HERE.parent), directory=str(directory), then=then)
    owner = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    started = []
    try:
        started += [(pid, processes.start_time(pid)) for pid in json.loads(owner.stdout.readline())]
        assert all(processes.is_alive(*p) for p in started)
        yield owner, started
    finally:
        owner.kill()
        owner.wait()
        owner.stdout.close()
        for process in started:
            processes.end(*process)


def all_end(started, seconds=15):
    return eventually(lambda: not any(processes.is_alive(*p) for p in started), seconds)


@pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_lifetime__owner_killed__everything_ends(tmp_path, signal_number):
    with owner_of_a_server(tmp_path) as (owner, started):
        owner.send_signal(signal_number)
        owner.wait()
        assert all_end(started)


def test_lifetime__owner_killed_while_its_fork_lives__everything_ends(tmp_path):
    with owner_of_a_server(tmp_path, FORK) as (owner, started):
        time.sleep(0.3)
        owner.kill()
        owner.wait()
        assert all_end(started, 6)


def test_lifetime__keeper_killed__servers_end(tmp_path):
    with owner_of_a_server(tmp_path) as (_, started):
        os.kill(started[0][0], signal.SIGKILL)
        assert all_end(started)


def test_lifetime__stopped_twice__is_harmless(tmp_path):
    server = KubeServer(tmp_path, controller_manager=False)
    started = [(p.pid, p.started) for p in (server.etcd, server.apiserver._process)]
    server.stop()
    assert not any(processes.is_alive(*p) for p in started)
    server.stop()


def test_lifetime__command_and_its_caller_killed__server_ends(tmp_path):
    caller = subprocess.Popen(["sh", "-c", '"$@" & wait', "sh", sys.executable, HERE / "kubernetes" / "server.py",
                               tmp_path, "--no-controller-manager"], stdout=subprocess.PIPE, text=True)
    variables = {}
    for line in caller.stdout:
        if line == "\n":
            break
        name, value = line.rstrip("\n").split("=", 1)
        variables[name] = value
    port = int(variables["KUBE_SERVER"].rsplit(":", 1)[1])
    assert not ports.is_free(port)
    caller.kill()
    caller.communicate()
    assert eventually(lambda: ports.is_free(port))


def test_processes__start_time_differs__process_is_not_ended():
    child = subprocess.Popen(["sleep", "60"])
    try:
        processes.end(child.pid, processes.start_time(child.pid) - 1)
        assert child.poll() is None
        processes.end(child.pid, processes.start_time(child.pid))
        assert child.wait() == -signal.SIGTERM
    finally:
        child.kill()


# The command `servers`


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    """A cache directory of its own that shares the compiled program."""
    real = build.build().parent
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    cache.cache_dir().mkdir()
    (cache.cache_dir() / real.name).symlink_to(real)
    yield cache.cache_dir()
    servers("down")


def servers(*arguments):
    return subprocess.run([sys.executable, HERE / "servers", *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=True).stdout


def test_command__up_twice__prints_the_same_lines_and_starts_one_server(own_cache):
    first = servers("up")
    assert re.findall(r"^(\w+)=", first, re.M) == ["KUBECONFIG", "KUBECTL", "KUBE_SERVER", "AUDIT_LOG"]
    assert servers("up", "kubernetes") == first
    assert len(list((own_cache / "run" / "kubernetes").glob("data-*"))) == 1
    shell = 'eval "$1"; export KUBECONFIG; "$KUBECTL" get --raw /readyz'
    assert subprocess.run(["sh", "-c", shell, "sh", first], stdout=subprocess.PIPE, check=True).stdout == b"ok"
    assert "running" in servers("status")


def test_command__down__ends_it_and_again_is_harmless(own_cache):
    port = int(re.search(r"KUBE_SERVER=https://127.0.0.1:(\d+)", servers("up")).group(1))
    servers("down")
    assert ports.is_free(port)
    assert servers("status", "kubernetes") == "kubernetes: stopped\n"
    assert not list((own_cache / "run" / "kubernetes").glob("data-*"))
    servers("down")


def test_command__process_id_used_by_another__is_left_alone(own_cache):
    child = subprocess.Popen(["sleep", "60"])
    try:
        state = own_cache / "run" / "kubernetes" / "state.json"
        state.parent.mkdir(parents=True)
        state.write_text(json.dumps({"pid": child.pid, "started": 1, "since": "", "variables": {}}))
        assert servers("status", "kubernetes") == "kubernetes: stopped\n"
        servers("down")
        assert child.poll() is None
    finally:
        child.kill()
        child.wait()
