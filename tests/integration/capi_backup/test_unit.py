"""The service that the role capi_backup installs, on a host with systemd."""
import json
import re

import pytest

from conftest import paused
from servers.lxc import rootfs, world as containers
from support import hosts
from support.magnum_clusters import CORE
from support.wait import until

SERVICE = "cluster-api-backup.service"
ARCHIVES = "/var/backup/cluster-api-backup"
PLAY = [{"hosts": "k8s_all", "roles": ["osa_ops.mcapi_vexxhost.capi_backup"]}]


@pytest.fixture
def host(plane, tmp_path):
    with containers.World(tmp_path / "lxc") as world:
        box = hosts.make(world, rootfs.systemd_tree())
        box.write("root/admin.conf", plane.kubeconfig.read_text(encoding="ascii"))
        hosts.boot(box)
        yield box
        box.destroy()


@pytest.fixture
def backed_up(magnum, host, tmp_path):
    """Its clusters are saved by a service, and paused meanwhile; the second run of the role changed nothing."""
    programs = hosts.portable_programs()
    collections = hosts.install(tmp_path, programs, daemon=programs)
    (tmp_path / "play.yml").write_text(json.dumps(PLAY), encoding="ascii")
    settings = {"cluster_api_backups_enabled": True, "capi_backup_kubeconfig": "/root/admin.conf", "capi_backup_options": {
        "quiesce": "pause", "pause_timeout": 100, "timeout": 5, "namespaces": [magnum.namespace]}}
    inventory = {"k8s_all": {"hosts": [host.name], "vars": settings}, "_meta": {"hostvars": {host.name: hosts.variables(host)}}}
    hosts.play(tmp_path, collections, host, inventory, tmp_path / "play.yml")
    assert hosts.changed(hosts.play(tmp_path, collections, host, inventory, tmp_path / "play.yml"), host) == 0
    return host


def notices(magnum, name: str, whether: str) -> None:
    """A controller says WHETHER ("True" or "False") it has noticed that the cluster is paused."""
    status, _ = magnum.wire.request("PATCH", magnum.path(CORE, "Cluster", magnum.namespace, name) + "/status", {"status": {"conditions": [
        {"type": "Paused", "status": whether, "reason": "X", "message": "", "observedGeneration": 9,
         "lastTransitionTime": "2026-01-01T00:00:00Z"}]}}, "application/merge-patch+json")
    assert status == 200


def show(host, what: str) -> str:
    return host.run("systemctl", "show", "-P", what, SERVICE).strip()


def contents(host) -> str:
    """Mode, group and name of each file in the folder, hidden ones too."""
    return host.run("sh", "-c", "cd %s && stat -L -c '%%a %%G %%n' $(ls -A)" % ARCHIVES)


def test_028__the_service_is_killed_while_clusters_are_paused__they_are_resumed_by_its_unit(two, magnum, backed_up):
    names = [cluster["metadata"]["name"] for cluster in two]
    notices(magnum, names[0], "False")
    backed_up.run("systemctl", "start", "--no-block", SERVICE)
    until(lambda: len(paused(magnum)) == 3, 60)
    backed_up.run("systemctl", "kill", "--kill-who=main", "--signal=KILL", SERVICE)
    until(lambda: show(backed_up, "ActiveState") == "failed", 60)
    assert not paused(magnum), backed_up.run("journalctl", "-u", SERVICE)
    # Nobody has to repair anything.
    notices(magnum, names[0], "True")
    backed_up.run("systemctl", "start", SERVICE, timeout=120)
    archives = contents(backed_up)
    assert show(backed_up, "Result") == "success" and not paused(magnum)
    assert re.sub(r"\d+T\d+Z", "TIME", archives).split("\n")[1:-1:2] == [  # the others are their digests
        "640 backups cluster-api-objects-TIME.tar.gz", "640 backups cluster-api-objects.tar.gz"], archives
    # Nor when there is no server to ask: the unit fails, and what was there stays.
    backed_up.run("sed", "-i", "s|server: .*|server: https://127.0.0.1:1|", "/root/admin.conf")
    backed_up.run("systemctl", "start", SERVICE, check=False, timeout=240)
    assert show(backed_up, "ActiveState") == "failed" and show(backed_up, "ExecMainStatus") == "1"
    assert contents(backed_up) == archives
