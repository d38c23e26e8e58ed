"""The role makes a running service on a host with systemd, through which a client reaches a cluster by its name."""
import json
import os
import platform
import socket
import ssl
import subprocess
import sys
from pathlib import Path

import pytest

from servers.lxc import rootfs, world as containers
from support.magnum_system import NAMESPACE
from support.pack_collection import DAEMON, stage
from support.wait import until

ROOT = Path(__file__).resolve().parents[3]
NETWORK = "5f0c5f0c-1111-2222-3333-444444444444"
NAME = "kube-x." + NAMESPACE
# Runs in the namespace of the tenant, inside the container.
SERVER = """
import socket, ssl
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("/root/cluster.pem")
server = socket.create_server(("10.0.0.5", 6443))
while True:
    connection, _ = server.accept()
    try:
        context.wrap_socket(connection, server_side=True).sendall(b"hello of kube-x")
    except OSError:
        pass
"""
# As in the documentation of Magnum for OpenStack-Ansible.
VARIABLES = """\
mcapi_vexxhost_proxy_hosts: compute_hosts
mcapi_vexxhost_proxy_environment:
  PROXY_BIND: "{{ management_address }}"
  PROXY_PORT: 44355
"""


def portable_programs() -> Path:
    folder = Path(os.environ.get("MCAPI_PORTABLE", ROOT / "build/portable" / platform.machine()))
    if not (folder / DAEMON).is_file():
        pytest.skip("this machine has no programs in %s that run anywhere: ./dev build first, or set MCAPI_PORTABLE" % folder)
    return folder


@pytest.fixture
def collections(tmp_path, programs):
    """The collection as it is installed, with the portable daemon and the modules under test."""
    mixed = tmp_path / "programs"
    mixed.mkdir()
    portable = portable_programs()
    for sidecar in (ROOT / "collection/plugins/modules").glob("*.yml"):
        found = [folder / sidecar.stem for folder in (programs, portable) if (folder / sidecar.stem).is_file()]
        if found:
            (mixed / sidecar.stem).symlink_to(found[0])
        else:
            (mixed / sidecar.stem).write_text("#!/bin/sh\nexit 1\n", encoding="ascii")
    (mixed / DAEMON).symlink_to(portable / DAEMON)
    stage(mixed, tmp_path / "collections/ansible_collections/osa_ops/mcapi_vexxhost")
    return tmp_path / "collections"


@pytest.fixture
def host(tmp_path):
    """A container with systemd, to be started, that shares this host's network, so that it reaches the API server."""
    reason = containers.why_not()
    if reason:
        pytest.skip("this machine: " + reason)
    with containers.World(tmp_path / "lxc") as world:
        box = world.layer(rootfs.systemd_tree(), ["lxc.net.0.type = none"])
        yield box
        box.destroy()


def run_playbook(tmp_path, collections, host, server, *arguments, address="127.0.0.1"):
    inventory = {"compute_hosts": {"hosts": [host.name]}, "k8s_all": {"hosts": ["control"]}, "_meta": {"hostvars": {
        host.name: {"ansible_connection": "lxc_attach", "container_name": host.name, "management_address": address},
        "control": {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}}}}
    script = tmp_path / "inventory.sh"
    script.write_text("#!/bin/sh\ncat <<'END'\n%s\nEND\n" % json.dumps(inventory), encoding="utf-8")
    script.chmod(0o755)
    (tmp_path / "variables.yml").write_text(VARIABLES, encoding="utf-8")
    done = subprocess.run(
        [Path(sys.executable).parent / "ansible-playbook", "-i", script, "-e", "@%s" % (tmp_path / "variables.yml"),
         "-e", "mcapi_vexxhost_k8s_conf_src=%s" % server.kubeconfig, "osa_ops.mcapi_vexxhost.mcapi_proxy", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=900,
        env=dict(os.environ, ANSIBLE_COLLECTIONS_PATH=str(collections), ANSIBLE_HOME=str(tmp_path / "ansible"),
                 ANSIBLE_CONNECTION_PLUGINS=str(ROOT / "tests/aio/connection"), AIO_LXC_PATH=str(host.folder.parent),
                 ANSIBLE_INJECT_FACT_VARS="false", ANSIBLE_PIPELINING="true", ANSIBLE_NOCOLOR="1",
                 ANSIBLE_FORCE_HANDLERS="true"))
    assert done.returncode == 0, done.stdout[-6000:]
    return done.stdout


def changed(output: str, host) -> int:
    line = next(line for line in output.partition("PLAY RECAP")[2].splitlines() if line.startswith(host.name))
    return int(line.partition("changed=")[2].split()[0])


def greeting(authority, port):
    context = ssl.create_default_context(cafile=str(authority.cert_file))
    try:
        with socket.create_connection(("127.0.0.1", port), 10) as plain:
            with context.wrap_socket(plain, server_hostname=NAME) as secure:
                return secure.recv(100).decode()
    except OSError as error:
        return str(error)


def test_087__seeds_variables__make_a_service_that_leads_to_a_cluster_and_absent_undoes_it(
        world, host, collections, tmp_path):
    authority = world.server.pki.authority("workload")
    pair = authority.server([NAME])
    host.write("root/cluster.pem", pair.cert_file.read_text("ascii") + pair.key_file.read_text("ascii"))
    host.write("root/server.py", SERVER)
    # What the Python proxy left.
    host.write("openstack/venvs/magnum-cluster-api-proxy-untagged/bin/python", "")
    host.write("etc/sudoers.d/capi_proxy_sudoers", "# old\n")
    host.start()
    until(lambda: host.run("systemctl", "is-system-running", check=False).strip() in ("running", "degraded"), 240)
    world.add("kube-x", NETWORK, "10.0.0.5")

    def play(*arguments):
        return run_playbook(tmp_path, collections, host, world.server, "-e", '{"capi_proxy_environment": '
                            '{"PROXY_BIND": "{{ management_address }}", "PROXY_PORT": 44355, "POD_IP": "10.1.2.3"}}', *arguments)

    play("--check", "--diff")
    assert host.run("id", "capi_proxy", check=False) == ""
    output = play("--diff")
    assert "token:" not in output and changed(output, host) > 5
    pid = host.run("systemctl", "show", "-P", "MainPID", DAEMON).strip()
    assert host.run("stat", "-c", "%U", "/proc/" + pid).strip() == "capi_proxy"
    assert host.run("systemctl", "is-enabled", DAEMON).strip() == "enabled"
    assert host.run("ls", "/openstack/venvs").strip() == "" and not host.run("ls", "/etc/sudoers.d/capi_proxy_sudoers", check=False)
    # A tenant's network appears.
    host.run("ip", "netns", "add", "qdhcp-" + NETWORK)
    for words in ("link set lo up", "addr add 10.0.0.5/32 dev lo"):
        host.run("ip", "-n", "qdhcp-" + NETWORK, *words.split())
    host.run("systemd-run", "--unit=cluster", "ip", "netns", "exec", "qdhcp-" + NETWORK, "python3", "/root/server.py")
    until(lambda: list(world.slices()) == ["kube-x-" + host.name], 60)
    assert greeting(authority, 44355) == "hello of kube-x"
    # Once more: nothing changes, nothing is restarted.
    output = play()
    assert changed(output, host) == 0, output
    assert host.run("systemctl", "show", "-P", "MainPID", DAEMON).strip() == pid
    # One setting more: one restart.
    output = play("-e", '{"capi_proxy_service_overrides": {"Nice": "5"}}')
    assert changed(output, host) == 2, output
    assert host.run("systemctl", "show", "-P", "MainPID", DAEMON).strip() != pid
    play("-e", "capi_proxy_state=absent")
    assert not world.slices()
    for path in ("/etc/systemd/system/magnum-cluster-api-proxy.service", "/usr/local/sbin/" + DAEMON, "/var/lib/capi_proxy"):
        assert host.run("ls", "-d", path, check=False) == ""
    assert changed(play("-e", "capi_proxy_state=absent"), host) == 0
