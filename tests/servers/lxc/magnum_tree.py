#!/usr/bin/env python3
"""magnum_tree.py: the root file system of a host of Magnum, with a database and a broker, in the cache; prints its folder.

Debian 12 with systemd, MariaDB, RabbitMQ and what a Python environment needs. The first call takes some minutes.
"""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from servers import cache  # noqa: E402
from servers.lxc import packages  # noqa: E402
from servers.lxc.rootfs import TOOLS  # noqa: E402

PACKAGES = "python3-venv,python3-apt,mariadb-server,rabbitmq-server,openssl,curl,iproute2"


def tree() -> Path:
    packages.ensure()
    builder = TOOLS / "build-rootfs"

    def build(target: Path):
        tarball = target.parent / (target.name + ".tar.zst")
        cache.run([builder, "--output", tarball, "--release", "bookworm", "--include", PACKAGES], "building the root file system of Magnum's host")
        cache.run(["tar", "-C", target, "--numeric-owner", "-xf", tarball], "unpacking %s" % tarball)
        tarball.unlink()

    return cache.build_once(cache.cache_dir() / ("rootfs-magnum-" + cache.fingerprint(builder, PACKAGES)), build)


if __name__ == "__main__":
    try:
        print(tree())
    except RuntimeError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
