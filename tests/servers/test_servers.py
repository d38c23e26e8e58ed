"""Tests of the test servers themselves. Run: python3 -m pytest tests/servers"""
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from servers import ansible_venv, cache, capi_bundle, pki, ports, processes  # noqa: E402
from servers.kubernetes import build, go_tool, kubeconfig  # noqa: E402
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
    assert server.request("GET", "/version")[1]["gitVersion"] == "v" + build.DEFAULT_VERSION
    assert build.DEFAULT_VERSION in server.kubectl("version")


def test_server__started_without_controllers__is_ready_within_seconds(tmp_path):
    build.build()
    begin = time.monotonic()
    with KubeServer(tmp_path, controller_manager=False, audit=False) as server:
        assert time.monotonic() - begin < 15
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
    assert servers("status") == "kubernetes: stopped\n"
    assert not list((own_cache / "run" / "kubernetes").glob("data-*"))
    servers("down")


def test_command__process_id_used_by_another__is_left_alone(own_cache):
    child = subprocess.Popen(["sleep", "60"])
    try:
        state = own_cache / "run" / "kubernetes" / "state.json"
        state.parent.mkdir(parents=True)
        state.write_text(json.dumps({"pid": child.pid, "started": 1, "since": "", "variables": {}}))
        assert servers("status") == "kubernetes: stopped\n"
        servers("down")
        assert child.poll() is None
    finally:
        child.kill()
        child.wait()


# The cache


def test_cache__build_fails__leaves_nothing(tmp_path):
    def fail(work):
        (work / "half").touch()
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        cache.build_once(tmp_path / "thing", fail)
    assert [p.name for p in tmp_path.iterdir()] == ["thing.lock"]


def test_cache__builder_was_killed__its_rest_goes(tmp_path):
    (tmp_path / ".thing.abc").mkdir()
    cache.build_once(tmp_path / "thing", lambda work: None)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["thing", "thing.lock"]


def test_cache__two_builders_at_once__build_once(tmp_path):
    built = []

    def slow(work):
        built.append(work)
        time.sleep(0.3)

    threads = [threading.Thread(target=cache.build_once, args=(tmp_path / "thing", slow)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(built) == 1


def test_cache__in_place_build_interrupted__is_built_anew(tmp_path):
    target = tmp_path / "venv"

    def fail(directory):
        directory.mkdir()
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError):
        cache.build_in_place(target, fail)
    cache.build_in_place(target, lambda directory: directory.mkdir())
    cache.build_in_place(target, fail)  # complete: not called


def test_build__second_call__is_quick_and_prints_one_line():
    build.build()
    begin = time.monotonic()
    done = subprocess.run([sys.executable, HERE / "kubernetes" / "build.py"], stdout=subprocess.PIPE, text=True,
                          check=True)
    assert time.monotonic() - begin < 1
    directory = Path(done.stdout[:-1])
    assert {p.name for p in directory.iterdir()} == {"kubernetes", *build.COMMANDS}


def test_build__name_unknown_to_the_program__says_which_are(tmp_path):
    (tmp_path / "kubeadmx").symlink_to(build.build() / "kubernetes")
    done = subprocess.run([tmp_path / "kubeadmx"], stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert all(name in done.stderr for name in build.COMMANDS)


def test_build__rows_of_the_program__are_the_commands_that_are_linked():
    rows = re.findall(r'^\t"([a-z-]+)": +(?:cobraCommand|run)', (build.PROGRAM / "main.go").read_text(), re.M)
    assert sorted(rows) == sorted(build.COMMANDS)


@pytest.mark.parametrize("says, taken", [("go1.19.8", False), ("go1.26.0", True), ("devel", False)])
def test_go__in_path__is_taken_when_new_enough(tmp_path, monkeypatch, says, taken):
    go = tmp_path / "go"
    go.write_text("#!/bin/sh\necho go version %s linux/amd64\n" % says)
    go.chmod(0o755)
    monkeypatch.setenv("PATH", "%s:/usr/bin:/bin" % tmp_path)
    monkeypatch.setattr(go_tool, "install", lambda: Path("/installed"))
    assert go_tool.find_go() == (str(go) if taken else "/installed/go/bin/go")


def test_go__not_in_path__is_installed(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(go_tool, "install", lambda: Path("/installed"))
    assert go_tool.find_go() == "/installed/go/bin/go"


# Certificates


def test_pki__server_certificate__names_the_hosts(tmp_path):
    pair = pki.Pki(tmp_path).authority().server(["localhost", "127.0.0.1", "::1"])
    text = pki.openssl("x509", "-in", pair.cert_file, "-noout", "-ext", "subjectAltName").decode()
    assert re.findall(r"(?:DNS|IP Address):[0-9a-z.:]+", text) == [
        "DNS:localhost", "IP Address:127.0.0.1", "IP Address:0:0:0:0:0:0:0:1"]


def test_pki__same_question_twice__same_files(tmp_path):
    authority = pki.Pki(tmp_path).authority()
    first = authority.client("jane", ["a"])
    content = first.cert_file.read_bytes()
    assert authority.client("jane", ["a"]) == first
    assert first.cert_file.read_bytes() == content
    assert authority.client("jane", ["b"]) != first
    assert authority.client("jane", ["a"], pki.EXPIRED) != first


def test_kubeconfig__no_credentials__is_still_a_kubeconfig(tmp_path):
    ca = pki.Pki(tmp_path).authority()
    path = kubeconfig.write(tmp_path / "config", "https://127.0.0.1:1", ca.cert_file)
    done = subprocess.run([build.build() / "kubectl", "--kubeconfig", path, "config", "view", "-o", "json"],
                          stdout=subprocess.PIPE, check=True)
    assert json.loads(done.stdout)["users"] == [{"name": "admin", "user": {}}]


# Cluster API and Ansible


def test_capi__variables__become_their_defaults():
    assert capi_bundle.with_defaults("a=${A:=1},b=${B:=:8443} ${C:=}") == "a=1,b=:8443 "
    with pytest.raises(RuntimeError, match="NAME has no default"):
        capi_bundle.with_defaults("${NAME}")


def test_capi__core_bundle__is_accepted_by_the_server(server):
    bundle = capi_bundle.bundle()
    assert "${" not in bundle.read_text()
    server.kubectl("apply", "-f", capi_bundle.CERT_MANAGER_CRDS)
    server.kubectl("wait", "--for=condition=Established", "-f", capi_bundle.CERT_MANAGER_CRDS, "--timeout=20s")
    applied = server.kubectl("apply", "--server-side", "-f", bundle).splitlines()
    assert len(applied) == 26
    server.kubectl("delete", "-f", bundle, "--wait=false")


@pytest.mark.parametrize("version", ["2.16.1", "3.0.0"])
def test_ansible__core_unknown__says_which_are_known(version):
    with pytest.raises(RuntimeError, match="2.17.*2.21"):
        ansible_venv.core_of(version)


def test_ansible__constraints__pin_every_package():
    for path in ansible_venv.CONSTRAINTS.glob("*.txt"):
        for line in path.read_text().splitlines():
            assert line.startswith("#") or re.fullmatch(r"[a-z0-9.-]+==[A-Za-z0-9.]+", line), line
