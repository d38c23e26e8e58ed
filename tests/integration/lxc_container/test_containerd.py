"""Containers inside: item 123 of the conformance list."""
import hashlib
import io
import json
import subprocess
import tarfile

import pytest

from servers.lxc import packages, rootfs

# What containerd and a kubelet need of the container of the management cluster.
CONFIG = ["lxc.mount.auto=proc:rw sys:rw cgroup:rw:force", "lxc.cap.drop=", "lxc.cgroup.devices.allow=a",
          "lxc.cgroup2.devices.allow=a", "lxc.apparmor.profile=unconfined"]


@pytest.fixture(scope="module")
def containerd(world):
    return packages.containerd()


def image_of_busybox(path):
    """An image of one program, as `docker save` writes it."""
    def add(package, name, data):
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = len(data), 0o755
        package.addfile(entry, io.BytesIO(data))

    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as package:
        add(package, "busybox", rootfs.BUSYBOX.read_bytes())
    digest = hashlib.sha256(layer.getvalue()).hexdigest()
    config = {"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {"type": "layers", "diff_ids": ["sha256:" + digest]}}
    manifest = [{"Config": "config.json", "RepoTags": ["docker.io/library/tiny:1"], "Layers": ["layer.tar"]}]
    with tarfile.open(path, "w") as package:
        add(package, "layer.tar", layer.getvalue())
        add(package, "config.json", json.dumps(config).encode())
        add(package, "manifest.json", json.dumps(manifest).encode())


def test_123__containerd__runs_a_container_inside(systemd, containerd):
    subject = systemd()
    # Not the folder lib, which would take the place of the link to usr/lib.
    subprocess.run(["cp", "-a", containerd / "usr", subject.box.upper], check=True)
    subject.box.write("etc/systemd/system/containerd.service",
                      (containerd / "lib/systemd/system/containerd.service").read_text(encoding="utf-8"))
    image_of_busybox(subject.box.upper / "tiny.tar")
    assert not subject("started", container_config=CONFIG, wait_for=["systemd"]).failed
    # The container's own files are an overlay, on which no further overlay can be laid.
    subject.box.run("sh", "-c", "mkdir -p /var/lib/containerd && mount -t tmpfs tmpfs /var/lib/containerd")
    subject.box.run("systemctl", "start", "containerd", timeout=60)
    subject.box.run("ctr", "image", "import", "/tiny.tar", timeout=60)
    assert subject.box.run("ctr", "run", "--rm", "docker.io/library/tiny:1", "one", "/busybox", "echo", "from inside",
                           timeout=60) == "from inside\n"
