"""A server with Cluster API's kinds and Magnum-like clusters, capi_backup, and the real clusterctl beside it."""
import itertools
import json
import os
import subprocess
import tarfile
import threading
from pathlib import Path

import pytest

from servers.clusterctl.client import Clusterctl
from servers.kubernetes.server import KubeServer
from support.magnum_clusters import CORE, Magnum, identity_of, read_files
from support.module import Module
from support.relay import Relay

PAUSED_BY = "capi-backup/paused-by"
PATIENCE = 300  # seconds; what is disturbed waits, and machines are busy
WRITES = ("create", "update", "patch", "delete", "deletecollection")


class Backup(Module):
    """Runs capi_backup with an archive directory and a state directory of the test's own."""

    def __init__(self, program, directory, server, namespace):
        pair = server.pki.authority().client("module", ["system:masters"])
        super().__init__(program, directory, {"KUBECONFIG": str(server.kubeconfig_for("module", pair))}, server)
        self.archives = directory / "archives"
        self.state_dir = directory / "state"
        self.namespace = namespace

    def start(self, check=False, diff=False, env=None, cwd=None, internal=None, launcher=(), **options):
        defaults = {"path": str(self.archives), "state_dir": str(self.state_dir), "namespaces": [self.namespace],
                    "retry_delay": 0}
        return super().start(check, diff, env, cwd, internal, launcher, **dict(defaults, **options))

    def backup(self, **options):
        return self(state="present", **options)

    def restored(self, src="latest", **options):
        return self(state="restored", src=str(src), **options)

    def newest(self) -> Path:
        return max(path for path in self.archives.glob("cluster-api-objects-*.tar.gz*")
                   if path.name.endswith((".tar.gz", ".cms")))

    def unpack(self, archive=None) -> "Archive":
        return Archive(archive or self.newest(), self.directory)


class Archive:
    """What is in one, unpacked by GNU tar."""

    _numbers = itertools.count(1)

    def __init__(self, path, directory):
        self.directory = directory / ("unpacked-%d" % next(self._numbers))
        self.directory.mkdir()
        subprocess.run(["tar", "-xzf", str(path), "-C", str(self.directory)], check=True)
        self.manifest = json.loads((self.directory / "MANIFEST.json").read_text())
        self.folder = self.directory / "cluster-api-backup"
        self.files = read_files(self.folder)
        with tarfile.open(path) as tar:
            self.members = tar.getnames()

    @property
    def identities(self) -> set:
        return {identity_of(value) for value in self.files.values()}

    def entry(self, kind, name) -> dict:
        return next(each for each in self.manifest["objects"] if (each["kind"], each["name"]) == (kind, name))

    def skipped(self, kind, name):
        """The reason, or None."""
        return next((each["reason"] for each in self.manifest["skipped"]
                     if (each["kind"], each["name"]) == (kind, name)), None)

    def object(self, kind, name) -> dict:
        return next(value for value in self.files.values() if identity_of(value)[::2] == (kind, name))


@pytest.fixture(scope="session")
def plane(tmp_path_factory):
    """A server without controllers: nothing changes by itself."""
    with KubeServer(tmp_path_factory.mktemp("capi-backup") / "plane", controller_manager=False) as server:
        yield server


@pytest.fixture(scope="session")
def empty_plane(tmp_path_factory):
    """Another one, to restore into."""
    with KubeServer(tmp_path_factory.mktemp("capi-restore") / "plane", controller_manager=False) as server:
        Magnum(server).install()
        yield server


_namespaces = itertools.count(1)


@pytest.fixture(scope="session")
def kinds(plane):
    """Cluster API's kinds are served."""
    magnum = Magnum(plane)
    magnum.install()
    return magnum


@pytest.fixture
def magnum(plane, kinds):
    """A namespace of the test's own, in which it makes clusters."""
    name = "magnum-%d-%d" % (os.getpid(), next(_namespaces))
    kinds.post("/api/v1/namespaces", {"metadata": {"name": name, "labels": {"pod-security": "restricted"}}})
    return Magnum(plane, name)


@pytest.fixture
def cluster(magnum):
    """One cluster to save."""
    magnum.add_class()
    magnum.add_cluster("kube-aaaaa")
    return magnum


@pytest.fixture
def two(magnum):
    """Two clusters of one class."""
    magnum.add_class()
    return [magnum.add_cluster(name) for name in ("kube-aaaaa", "kube-bbbbb")]


@pytest.fixture
def backup(plane, magnum, programs, tmp_path):
    """backup(state=…, …) → Outcome, on the namespace of the test."""
    return Backup(programs / "capi_backup", tmp_path, plane, magnum.namespace)


@pytest.fixture
def clusterctl_move(plane, magnum, tmp_path):
    """clusterctl_move() → {file name: object} of clusterctl's move --to-directory; raises when it fails."""
    def move(version=None, namespace=None, check=True):
        folder = tmp_path / ("theirs-%d" % len(list(tmp_path.iterdir())))
        folder.mkdir()
        home = tmp_path / ("home-" + folder.name)
        home.mkdir()
        tool = Clusterctl(home, plane, **({"version": version} if version else {}))
        answer = tool("move", "--to-directory", folder, "--namespace", namespace or magnum.namespace,
                      "--kubeconfig", tool.kubeconfig)
        if check:
            assert answer.rc == 0, answer
            return read_files(folder)
        return answer, read_files(folder)

    return move


@pytest.fixture
def target(empty_plane, magnum, kinds):
    """The namespace of the test on the other server, where it does not exist yet: a Magnum to look with."""
    return Magnum(empty_plane, magnum.namespace)


@pytest.fixture
def restore(empty_plane, backup, programs, tmp_path):
    """restore(state="restored", …) → Outcome, on the other server and with the archives of backup."""
    folder = tmp_path / "restore"
    folder.mkdir()
    module = Backup(programs / "capi_backup", folder, empty_plane, backup.namespace)
    module.archives = backup.archives
    return module


def writes(outcome) -> list:
    """The requests of a run that change something, dry runs included."""
    return [event for event in outcome.requests if event["verb"] in WRITES]


class Disturbed:
    """Runs capi_backup through a relay that calls hook(request, run) before each request; run.process is the program."""

    def __init__(self, backup, hook):
        self.backup = backup
        self.hook = hook
        self.process = None
        self.requests = []

    def __call__(self, expect_answer=True, **options):
        started = threading.Event()

        def before(request):
            started.wait(30)
            return self.hook(request, self)

        with Relay(self.backup.server, before) as relay:
            self.requests = relay.requests
            self.process, mark = self.backup.start(kubeconfig=relay.kubeconfig, **options)
            started.set()
            if expect_answer:
                return self.backup.finish(self.process, mark, PATIENCE)
            self.process.communicate(timeout=PATIENCE)
            return None

    def writes(self) -> list:
        return [request for request in self.requests if request.is_write()]


@pytest.fixture
def disturbed(backup):
    """disturbed(hook) → a Disturbed"""
    return lambda hook: Disturbed(backup, hook)


def paused(magnum) -> set:
    """What is paused, or bears our mark."""
    found = set()
    for kind, plural in (("Cluster", "clusters"), ("ClusterClass", "clusterclasses")):
        _, answer = magnum.wire.request("GET", "/apis/%s/namespaces/%s/%s" % (CORE, magnum.namespace, plural))
        for item in answer["items"]:
            annotations = item["metadata"].get("annotations", {})
            if item["spec"].get("paused") or "cluster.x-k8s.io/paused" in annotations or PAUSED_BY in annotations:
                found.add((kind, item["metadata"]["name"]))
    return found


def is_metadata(request) -> bool:
    """Whether a request is one of the second look."""
    return "PartialObjectMetadata" in (request.headers.get("Accept") or "")


def is_list(request, plural) -> bool:
    return request.method == "GET" and ("/" + plural + "?") in request.path
