"""The cloud that the tests stand on: that it is real, listens on loopback alone, counts well, and ends."""
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from servers import ports, processes
from servers.openstack import services
from support.magnum import STORED

SERVER = Path(services.__file__).parent / "server.py"


def listening():
    """Addresses in the kernel's words."""
    return {line.split()[1] for table in ("tcp", "tcp6") for line in Path("/proc/net/" + table).read_text().splitlines()
            if line.split()[3] == "0A"}


def test_cloud__all_its_sockets__are_on_loopback(cloud):
    ours = list(cloud.ports.values()) + [port for each in cloud.tls_ports.values() for port in each.values()]
    found = [address for address in listening() if int(address.split(":")[1], 16) in ours]
    assert len(found) == len(ours) == 15
    assert {address.split(":")[0] for address in found} == {"0100007F"}


def test_cloud__requests__are_in_the_log_once_and_before_their_answer(cloud, world):
    for _ in range(20):
        mark = cloud.mark()
        cloud.request("magnum", "GET", "/v1/clustertemplates?limit=1", None, world.login(), {"User-Agent": "counting"})
        [entry] = cloud.requests("magnum", mark, agent="counting")
        assert (entry["method"], entry["path"], entry["query"]) == ("GET", "/v1/clustertemplates", "limit=1")
        assert (entry["status"], entry["user"]) == (200, "demo")
        assert cloud.requests("keystone", mark, agent="counting") == []


def test_cloud__creation__magnum_asks_the_real_others(cloud, world):
    mark = cloud.mark()
    assert world.post()["cluster_distro"] == "ubuntu"
    asked = {(name, each["path"]) for name in ("glance", "nova", "neutron") for each in cloud.requests(name, mark)}
    assert {("glance", "/v2/images"), ("nova", "/v2.1/flavors/detail"), ("neutron", "/v2.0/networks")} <= asked


def test_cloud__copied_template__is_as_if_magnum_had_made_it(world):
    made = world.make(http_proxy="http://p:1", docker_volume_size=5, labels={"a": "b"}, hidden=True, user="admin")
    assert world.all() == [made]
    posted = world.post(**dict(STORED, name="other", http_proxy="http://p:1", docker_volume_size=5, labels={"a": "b"},
                               hidden=True), user="admin")
    differing = {key for key in made if made[key] != posted[key]}
    assert differing == {"uuid", "name", "links", "created_at"}


def test_cloud__command_is_ended__no_process_and_no_port_is_left(tmp_path):
    command = subprocess.Popen([sys.executable, SERVER, tmp_path / "second"], stdout=subprocess.PIPE, text=True)
    try:
        variables = {}
        for line in command.stdout:
            if line == "\n":
                break
            name, value = line.rstrip("\n").split("=", 1)
            variables[name] = value
        assert set(variables) == {"OS_CLIENT_CONFIG_FILE", "OS_CLOUD", "OPENSTACK", "OPENSTACK_LOGS"}
        auth = json.loads(Path(variables["OS_CLIENT_CONFIG_FILE"]).read_text())["clouds"]["demo"]["auth"]
        port = int(re.search(r":(\d+)", auth["auth_url"]).group(1))
        assert not ports.is_free(port)
        family = family_of(command.pid)
        assert len(family) >= 7  # keeper, five services, TLS
    finally:
        command.terminate()
        command.wait()
        command.stdout.close()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and any(processes.is_alive(*each) for each in family):
        time.sleep(0.1)
    assert not [each for each in family if processes.is_alive(*each)]
    assert ports.is_free(port)


def family_of(pid) -> list:
    """(id, start time) of all that descend from PID."""
    found, wanted = [], [pid]
    while wanted:
        parent = wanted.pop()
        for task in os.listdir("/proc/%d/task" % parent):
            for child in map(int, Path("/proc/%d/task/%s/children" % (parent, task)).read_text().split()):
                found.append((child, processes.start_time(child)))
                wanted.append(child)
    return found
