#!/usr/bin/env python3
"""magnum_tree.py: the root file system of a host of Magnum, with a database, a broker and HAProxy, in the cache; prints its folder.

The one with systemd (rootfs.py), with MariaDB, RabbitMQ, HAProxy and what a Python environment needs added. The first call takes some minutes.
"""
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from servers import cache  # noqa: E402
from servers.lxc import rootfs  # noqa: E402

PACKAGES = ("python3-venv", "python3-apt", "mariadb-server", "rabbitmq-server", "haproxy", "openssl", "curl")
SCRIPT = """
cd %s
mount -t proc proc proc && mount --rbind /dev dev
# The first time some wait for what others need before they are even unpacked.
chroot . sh -c 'dpkg --force-unsafe-io --install /var/cache/apt/archives/*.deb' || true
chroot . sh -c 'dpkg --force-unsafe-io --install --skip-same-version /var/cache/apt/archives/*.deb && dpkg --configure --pending'
rm -f var/cache/apt/archives/*.deb
"""


def tree() -> Path:
    lower = rootfs.systemd_tree()

    def build(target: Path):
        cache.run(["cp", "-a", "%s/." % lower, target], "copying %s" % lower)
        archives = target / "var/cache/apt/archives"
        # It has no keys of its own: this machine's apt looks up and verifies what is missing there.
        cache.run(["apt-get", "-q", "-y", "--no-install-recommends", "--download-only", "-o", "Dir::State::status=%s/var/lib/dpkg/status" % target,
                   "-o", "Dir::Cache::archives=%s" % archives, "install", *PACKAGES], "fetching a database and a broker")
        (target / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n", encoding="ascii")  # nothing shall start here
        (target / "usr/sbin/policy-rc.d").chmod(0o755)
        cache.run(["unshare", "--mount", "sh", "-ec", SCRIPT % target], "installing a database and a broker",
                  env=dict(os.environ, DEBIAN_FRONTEND="noninteractive", LC_ALL="C"))
        (target / "usr/sbin/policy-rc.d").unlink()

    key = cache.fingerprint(repr(PACKAGES), lower.name)
    return cache.build_once(cache.cache_dir() / ("rootfs-magnum-" + key), build)


if __name__ == "__main__":
    try:
        print(tree())
    except RuntimeError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
