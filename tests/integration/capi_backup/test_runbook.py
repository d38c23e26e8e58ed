"""The runbook of the documentation, typed as it is written: the management cluster is gone, and comes back."""
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import yaml

from roles.staging import stage
from support.magnum_clusters import CORE, NAMESPACE, PER_CLUSTER, Magnum, encoded

from test_restore import CLASS_OBJECTS

ROOT = Path(__file__).resolve().parents[3]
RUNBOOK = ROOT / "collection/docs/backup-restore.md"
CHAPTER = "## The management cluster is gone: what to type\n"
# The folders that are used when nothing is said are those of the test.
INSIDE = 'mount --bind "$0" /var && exec bash -euo pipefail -c "$1"'


def commands(chapter=CHAPTER) -> list:
    """What has to be typed, in order."""
    text = RUNBOOK.read_text(encoding="utf-8").split(chapter)[1].split("\n## ")[0]
    return re.findall(r"^ {7}(\S.*)$", text, re.MULTILINE)


def is_of_another_host(command) -> bool:
    """Those of Magnum's conductors."""
    return "magnum-conductor" in command


class Host:
    """Has the programs, the archives and a kubeconfig file where they are looked for."""

    def __init__(self, directory, programs):
        self.home, self.var = directory / "home", directory / "var"
        for folder in (self.home / ".kube", self.var / "backup", self.var / "lib"):
            folder.mkdir(parents=True)
        stage(directory / "collections", programs)
        tools = Path(sys.executable).parent
        self.environment = {"HOME": str(self.home), "PATH": "%s:%s:%s" % (programs, tools, os.environ["PATH"]),
                            "ANSIBLE_COLLECTIONS_PATH": str(directory / "collections"), "ANSIBLE_NOCOLOR": "1",
                            "ANSIBLE_LOCALHOST_WARNING": "0", "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
                            "LANG": "C.UTF-8", "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "")}

    def use(self, server):
        shutil.copy(server.kubeconfig, self.home / ".kube/config")

    def type(self, command) -> str:
        done = subprocess.run(["unshare", "--mount", "bash", "-c", INSIDE, self.var, command], cwd=self.home, text=True,
                              env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300, check=False)
        assert done.returncode == 0, (command, done.stdout)
        return done.stdout


class Controllers:
    """Instead of them: says of a Cluster that it is ready when it is not paused any more."""

    def __init__(self, magnum, name):
        self.magnum, self.name = magnum, name
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work)

    def __enter__(self):
        self._thread.start()

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def _work(self):
        path = self.magnum.path(CORE, "Cluster", NAMESPACE, self.name)
        while not self._over.wait(0.2):
            status, cluster = self.magnum.get(CORE, "Cluster", self.name)
            if status == 200 and "paused" not in cluster["spec"]:
                self.magnum.wire.request("PATCH", path + "/status", {"status": {"conditions": [
                    {"type": "Available", "status": "True", "reason": "Available", "message": "",
                     "lastTransitionTime": "2026-01-01T00:00:00Z"}]}}, "application/merge-patch+json")
                return


@pytest.fixture
def tenants(plane, kinds):
    """A cluster of Magnum's where Magnum keeps them, with keys that are some."""
    magnum = Magnum(plane)
    pair = plane.pki.authority().client("somebody", ["nobody"])
    certificate, key = (Path(path).read_text(encoding="ascii") for path in (pair.cert_file, pair.key_file))
    config = yaml.safe_dump({"apiVersion": "v1", "kind": "Config", "clusters": [{"name": "c", "cluster": {}}]})
    magnum.add_class()
    magnum.add_cluster("kube-aaaaa")
    for name in ("ca", "etcd", "proxy", "sa"):
        magnum.patch("v1", "Secret", "kube-aaaaa-" + name, {"data": encoded(tls__crt=certificate, tls__key=key)})
    magnum.patch("v1", "Secret", "kube-aaaaa-kubeconfig", {"data": encoded(value=config)})
    return magnum


def test_runbook__followed_literally__brings_the_clusters_back(tenants, empty_plane, tmp_path, programs):
    host = Host(tmp_path, programs)
    host.use(tenants.server)
    host.type("""echo '{"state": "present", "osa_compat": true}' > backup.json && capi_backup backup.json""")
    host.use(empty_plane)
    typed = commands()
    ours = [command for command in typed if not is_of_another_host(command)]
    assert is_of_another_host(typed[0]) and len(ours) == 4, typed
    there = Magnum(empty_plane)
    with Controllers(there, "kube-aaaaa"):
        shown = [host.type(command) for command in ours]
    assert json.loads(shown[0])["archives"][0]["consistent"]
    verified = json.loads(shown[1])
    assert verified["problems"] == [] and verified["expires"]
    assert "kube-aaaaa" in shown[2] and "CHANGED" in shown[2]
    assert '"left_paused": []' in shown[3] and '"created": %d' % (PER_CLUSTER + CLASS_OBJECTS) in shown[3]
    assert "paused" not in there.get(CORE, "Cluster", "kube-aaaaa")[1]["spec"]
    assert there.get("v1", "Secret", "kube-aaaaa-cloud-config")[0] == 200
