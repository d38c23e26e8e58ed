#!/usr/bin/env python3
"""rootfs.py [busybox | systemd | node | proxy]: a root file system tarball in the cache; prints its path.

busybox: 2 MB, made in a second. systemd: Debian 12 with systemd and an SSH server, made by the program build-rootfs of
the collection; the first call takes one to three minutes. node: the same, with what hosts of Kubernetes need. proxy: the
same, with what the Python proxy of magnum-cluster-api needs.
"""
import subprocess
import sys
import tarfile
import io
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from servers import cache  # noqa: E402
from servers.lxc import packages  # noqa: E402

ROOT = Path(__file__).resolve().parents[3]
TOOLS = ROOT / "collection/lxc"
BUSYBOX = Path("/bin/busybox")

# Process 1 of the busybox image. It ends at once when told to; with /etc/stubborn it ignores every polite signal.
INIT = """#!/bin/sh
test -e /etc/stubborn || trap 'exit 0' PWR TERM INT RTMIN+3 RTMIN+4
test -e /etc/stubborn && trap '' PWR TERM INT HUP
echo started >>/var/log/boots
while :; do
    sleep 3600 &
    wait $!
done
"""
FILES = {
    "etc/passwd": ("root:x:0:0:root:/root:/bin/sh\nguest:x:1000:1000:guest:/home/guest:/bin/sh\n", 0o644),
    "etc/group": ("root:x:0:\nguest:x:1000:\n", 0o644),
    "etc/shadow": ("root:*:19000:0:99999:7:::\n", 0o640),
    "etc/hostname": ("busybox\n", 0o644),
    "sbin/init": (INIT, 0o755),
}
FOLDERS = ("bin", "dev", "etc", "home/guest", "lib", "mnt", "proc", "root", "run", "sbin", "srv", "sys", "tmp", "usr/bin",
           "usr/sbin", "var/log", "var/lib")
# Packages beyond those of build-rootfs.
INCLUDES = {
    "systemd": "iputils-ping",
    # All that a node needs, so that nothing has to be installed later.
    "node": "iputils-ping,iptables,nftables,conntrack,ebtables,ethtool,socat,python3-apt,haproxy,kmod,util-linux,curl",
    "proxy": "iputils-ping,python3-apt,python3-venv,python3-packaging,python3-setuptools,haproxy",
}


def _busybox(target: Path) -> None:
    applets = subprocess.run([BUSYBOX, "--list"], stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    with tarfile.open(target / "rootfs.tar.gz", "w:gz", compresslevel=1) as package:
        def add(name, kind, mode=0o755, content=b"", link=""):
            entry = tarfile.TarInfo("./" + name)
            entry.type, entry.mode, entry.size, entry.linkname = kind, mode, len(content), link
            package.addfile(entry, io.BytesIO(content))

        done = set()
        for folder in FOLDERS:
            for part in reversed([Path(folder), *Path(folder).parents][:-1]):
                if part not in done:
                    add(str(part), tarfile.DIRTYPE, 0o1777 if str(part) == "tmp" else 0o755)
                    done.add(part)
        add("bin/busybox", tarfile.REGTYPE, 0o755, BUSYBOX.read_bytes())
        for applet in applets:
            if applet not in ("busybox", "init"):
                add("bin/" + applet, tarfile.SYMTYPE, 0o777, link="busybox")
        for name, (text, mode) in FILES.items():
            add(name, tarfile.REGTYPE, mode, text.encode())


def busybox() -> Path:
    packages.ensure()
    key = cache.fingerprint(Path(__file__), BUSYBOX)
    return cache.build_once(cache.cache_dir() / ("rootfs-busybox-" + key), _busybox) / "rootfs.tar.gz"


def debian(kind: str) -> Path:
    """The tarball of a row of INCLUDES."""
    packages.ensure()
    builder = TOOLS / "build-rootfs"

    def build(target: Path):
        cache.run([builder, "--output", target / "rootfs.tar.zst", "--release", "bookworm", "--include", INCLUDES[kind]],
                  "building a root file system from Debian")

    key = cache.fingerprint(builder, INCLUDES[kind])
    return cache.build_once(cache.cache_dir() / ("rootfs-%s-%s" % (kind, key)), build) / "rootfs.tar.zst"


def tree(kind: str) -> Path:
    """The same, unpacked: the lower layer of many containers, which none may write to."""
    tarball = debian(kind)

    def unpack(target: Path):
        cache.run(["tar", "-C", target, "--numeric-owner", "--same-owner", "--same-permissions", "--xattrs",
                   "--xattrs-include=security.capability", "-xf", tarball], "unpacking %s" % tarball)

    return cache.build_once(tarball.parent.with_name(tarball.parent.name + "-tree"), unpack)


def systemd() -> Path:
    return debian("systemd")


def systemd_tree() -> Path:
    return tree("systemd")


def main() -> int:
    kinds = dict({kind: lambda kind=kind: debian(kind) for kind in INCLUDES}, busybox=busybox)
    try:
        print(kinds[sys.argv[1] if len(sys.argv) > 1 else "busybox"]())
    except KeyError:
        print(__doc__, file=sys.stderr)
        return 2
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
