"""The role makes a running service on a host with systemd, through which a client reaches a cluster by its name."""
import json
import shutil
import socket
import ssl
import sys
from pathlib import Path

import pytest

from servers.lxc import rootfs, world as containers
from servers.openstack import wheels
from support import hosts
from support.magnum_system import NAMESPACE
from support.pack_collection import DAEMON
from support.wait import until

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


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    return tmp_path_factory.mktemp("role")


@pytest.fixture(scope="module")
def collections(work, programs):
    """The collection as it is installed, with the portable daemon and the modules under test."""
    portable = hosts.portable_programs()
    return hosts.install(work, Path(programs), portable, daemon=portable)


@pytest.fixture(scope="module")
def host(work, session_world, collections):
    """A container with systemd that shares this host's network, so that it reaches the API server. The first test finds
    the files of a Python proxy there; each test ends with the role having removed everything."""
    pair = session_world.server.pki.authority("workload").server([NAME])
    with containers.World(work / "lxc") as world:
        box = hosts.make(world, rootfs.tree("proxy"))
        box.write("root/cluster.pem", pair.cert_file.read_text("ascii") + pair.key_file.read_text("ascii"))
        box.write("root/server.py", SERVER)
        (box.upper / "opt/wheels").mkdir(parents=True)
        for wheel in wheels.index().rglob("*.whl"):
            shutil.copy(wheel, box.upper / "opt/wheels")
        hosts.boot(box)
        yield box
        box.destroy()


@pytest.fixture(scope="module")
def tenant(host):
    """A tenant's network with an API server appears on the host."""
    host.run("ip", "netns", "add", "qdhcp-" + NETWORK)
    for words in ("link set lo up", "addr add 10.0.0.5/32 dev lo"):
        host.run("ip", "-n", "qdhcp-" + NETWORK, *words.split())
    host.run("systemd-run", "--unit=cluster", "ip", "netns", "exec", "qdhcp-" + NETWORK, "python3", "/root/server.py")


@pytest.fixture
def play(work, collections, host, world):
    """play("-e", …): runs the playbook, and returns what it says."""
    control = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    inventory = {"compute_hosts": {"hosts": [host.name]}, "k8s_all": {"hosts": ["control"]}, "_meta": {"hostvars": {
        host.name: hosts.variables(host, management_address="127.0.0.1"), "control": control}}}
    (work / "variables.yml").write_text(VARIABLES, encoding="utf-8")
    usual = ("-e", "@%s" % (work / "variables.yml"), "-e", "mcapi_vexxhost_k8s_conf_src=%s" % world.server.kubeconfig,
             "osa_ops.mcapi_vexxhost.mcapi_proxy")
    return lambda *arguments: hosts.play(work, collections, host, inventory, *usual, *arguments)


def variables(**given) -> tuple:
    return "-e", json.dumps({"capi_proxy_environment": dict({"PROXY_BIND": "{{ management_address }}", "PROXY_PORT": 44355,
                                                             "POD_IP": "10.1.2.3"}, **given.pop("environment", {})), **given})


def greeting(authority, port):
    context = ssl.create_default_context(cafile=str(authority.cert_file))
    try:
        with socket.create_connection(("127.0.0.1", port), 10) as plain:
            with context.wrap_socket(plain, server_hostname=NAME) as secure:
                return secure.recv(100).decode()
    except OSError as error:
        return str(error)


def pid_of(host) -> str:
    return host.run("systemctl", "show", "-P", "MainPID", DAEMON).strip()


def there(host, *paths) -> str:
    return host.run("ls", "-d", *paths, check=False)


def assert_gone(host):
    assert not there(host, "/etc/systemd/system/magnum-cluster-api-proxy.service", "/usr/local/sbin/" + DAEMON,
                     "/var/lib/capi_proxy", "/etc/sudoers.d/capi_proxy_sudoers")


def leave_python_proxy(host):
    """What a run of the predecessor's role leaves: a service that runs from its environment, and its files."""
    bin_dir = "/openstack/venvs/magnum-cluster-api-proxy-untagged/bin"
    host.run("useradd", "--system", "--user-group", "--create-home", "--home-dir", "/var/lib/capi_proxy", "capi_proxy")
    host.run("mkdir", "-p", bin_dir, "/var/lib/capi_proxy/.magnum-cluster-api-proxy")
    for path, text in (("/etc/sudoers.d/capi_proxy_sudoers", "# old"),
                       ("/var/lib/capi_proxy/.magnum-cluster-api-proxy/haproxy.cfg", "# old"),
                       (bin_dir + "/magnum-cluster-api-proxy", "#!/bin/sh\nsleep 9999 &\nwait"),  # a child, as HAProxy is one
                       ("/etc/systemd/system/magnum-cluster-api-proxy.service",
                        "[Service]\nExecStart=%s/magnum-cluster-api-proxy\n[Install]\nWantedBy=multi-user.target" % bin_dir)):
        host.run("sh", "-c", 'printf "%b\n" "$1" >"$2"', "sh", text, path)
    host.run("chmod", "755", bin_dir + "/magnum-cluster-api-proxy")
    host.run("systemctl", "daemon-reload")
    host.run("systemctl", "enable", "--now", DAEMON)
    assert host.run("systemctl", "is-active", DAEMON).strip() == "active"


def test_087__python_proxy_runs__makes_way_for_a_service_that_leads_to_a_cluster_and_absent_undoes_it(
        world, host, play, request):
    authority = world.server.pki.authority("workload")
    leave_python_proxy(host)
    old = pid_of(host)
    world.add("kube-x", NETWORK, "10.0.0.5")
    play("--check", "--diff", *variables())
    assert not there(host, "/usr/local/sbin/" + DAEMON) and pid_of(host) == old
    output = play("--diff", *variables())
    assert "token:" not in output and hosts.changed(output, host) > 5
    pid = pid_of(host)
    assert pid != old and not there(host, "/proc/" + old)
    assert host.run("pgrep", "-f", "sleep 9999", check=False) == ""
    assert host.run("stat", "-c", "%U", "/proc/" + pid).strip() == "capi_proxy"
    assert host.run("systemctl", "is-enabled", DAEMON).strip() == "enabled"
    assert host.run("ls", "/openstack/venvs").strip() == ""
    assert not there(host, "/etc/sudoers.d/capi_proxy_sudoers", "/var/lib/capi_proxy/.magnum-cluster-api-proxy")
    request.getfixturevalue("tenant")
    until(lambda: list(world.slices()) == ["kube-x-" + host.name], 60)
    assert greeting(authority, 44355) == "hello of kube-x"
    # Once more: nothing changes, nothing is restarted.
    output = play(*variables())
    assert hosts.changed(output, host) == 0, output
    assert pid_of(host) == pid
    # One setting more, another program, other credentials, by whoever it was: put right, and one restart.
    host.run("sh", "-c", "cd /usr/local/sbin && cp %s new && echo >>new && mv new %s && echo >>/var/lib/capi_proxy/.kube/config"
             % (DAEMON, DAEMON))
    output = play(*variables(capi_proxy_service_overrides={"Nice": "5"}))
    assert hosts.changed(output, host) == 4, output
    pid, before = pid_of(host), pid
    assert pid != before
    # It was killed: systemd starts it again.
    host.run("systemctl", "kill", "--signal=KILL", DAEMON)
    until(lambda: pid_of(host) not in ("0", pid), 30)
    play(*variables(capi_proxy_state="absent"))
    assert not world.slices()
    assert_gone(host)


def test_implementation__upstream__runs_from_its_environment_with_haproxy_and_makes_way_for_native(
        world, host, play, tenant):
    """From wheels on the host, as an operator without a network has them."""
    authority = world.server.pki.authority("workload")
    world.add("kube-x", NETWORK, "10.0.0.5")
    theirs = variables(capi_proxy_implementation="upstream", capi_proxy_git_constraints=["--no-index", "--find-links /opt/wheels"],
                       capi_proxy_pip_packages=["magnum-cluster-api", "python-novaclient", "setuptools<81"])
    play(*variables())
    play("--check", *theirs)
    assert not there(host, "/openstack/venvs/*", "/etc/sudoers.d/capi_proxy_sudoers")
    play(*theirs)
    pid = pid_of(host)
    assert not there(host, "/usr/local/sbin/" + DAEMON)
    assert "/openstack/venvs/magnum-cluster-api-proxy-untagged/bin/" in host.run("cat", "/proc/%s/cmdline" % pid)
    until(lambda: list(world.slices()) == ["kube-x-" + host.name], 300)
    published = world.slices()["kube-x-" + host.name]
    assert greeting(authority, published["ports"][0]["port"]) == "hello of kube-x"
    output = play(*theirs)
    assert hosts.changed(output, host) == 0, output
    assert pid_of(host) == pid
    # And back, while the cluster is in use.
    play(*variables())
    assert pid_of(host) != pid and not there(host, "/proc/" + pid)
    assert not there(host, "/openstack/venvs/magnum-cluster-api-proxy-untagged", "/etc/sudoers.d/capi_proxy_sudoers")
    until(lambda: greeting(authority, 44355) == "hello of kube-x", 60)
    play(*variables(capi_proxy_state="absent"))
    assert_gone(host)


def test_forward__host_outside_the_management_cluster__reaches_a_cluster_by_its_name_until_it_is_removed(
        world, host, play, start, tenants):
    """A host as Magnum's conductors have it: no network of a tenant, but a name that leads to a proxy that has."""
    authority = world.server.pki.authority("workload")
    network = tenants.add("qdhcp-", "10.0.0.9", greeting="hello of kube-f", pair=authority.server([NAME]))
    world.add("kube-x", network, "10.0.0.9")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:  # an address of this machine that is no loopback
        probe.connect(("192.0.2.1", 1))
        own = probe.getsockname()[0]
    start(PROXY_BIND=own, POD_IP=own)
    until(lambda: list(world.slices()) == ["kube-x-infra1"], 60)
    before = host.run("cat", "/etc/hosts")
    play(*variables(capi_proxy_forward=True))
    assert host.run("grep", "CapEff", "/proc/%s/status" % pid_of(host)).split()[1] == "%016x" % (1 << 21)  # CAP_SYS_ADMIN
    until(lambda: host.run("getent", "hosts", NAME, check=False).split()[:1] == ["127.0.0.44"], 30)
    client = ("import socket, ssl; context = ssl.create_default_context(cafile='/root/authority.pem'); "
              "print(context.wrap_socket(socket.create_connection(('%s', 6443), 10), server_hostname='%s').recv(100).decode())")
    host.run("sh", "-c", 'printf "%s" "$1" >/root/authority.pem', "sh", authority.cert_file.read_text("ascii"))
    assert until(lambda: host.run("python3", "-c", client % (NAME, NAME), check=False)).strip() == "hello of kube-f"
    assert list(world.slices()) == ["kube-x-infra1"]  # who only forwards publishes nothing
    output = play(*variables())
    assert hosts.changed(output, host) == 3, output  # unit, handler, the right to write
    assert host.run("cat", "/etc/hosts") == before
    assert host.run("stat", "-c", "%G %a", "/etc/hosts").strip() == "root 644"
    # As one leaves it that was killed with its host.
    host.run("sh", "-c", "printf '# BEGIN %s\\n127.0.0.44 x\\n# END %s\\n' >>/etc/hosts" % (DAEMON, DAEMON))
    play(*variables(capi_proxy_state="absent", capi_proxy_forward=True))
    assert host.run("cat", "/etc/hosts") == before
    assert_gone(host)
    assert hosts.changed(play(*variables(capi_proxy_state="absent")), host) == 0
