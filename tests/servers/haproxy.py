#!/usr/bin/env python3
"""Debian's HAProxy, unpacked into the cache and not installed: its package would start a service. Prints the program's path."""
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from servers import cache  # noqa: E402

PACKAGES = ("haproxy", "liblua5.3-0", "libopentracing-c-wrapper0", "libopentracing1")


class Unavailable(RuntimeError):
    pass


def program() -> Path:
    """Of HAProxy; it wants environment() too."""
    def build(work: Path):
        for package in PACKAGES:
            subprocess.run(["apt-get", "download", "-q", package], cwd=work, check=True, stdout=subprocess.DEVNULL,
                           stderr=subprocess.PIPE)
        for package in work.glob("*.deb"):
            subprocess.run(["dpkg", "-x", package, work / "root"], check=True)
            package.unlink()

    try:
        place = cache.cache_dir() / ("haproxy-" + cache.fingerprint(" ".join(PACKAGES)))
        root = cache.build_once(place, build) / "root"
    except (subprocess.CalledProcessError, OSError) as error:
        raise Unavailable("this machine cannot fetch haproxy: %s" % error) from error
    return root / "usr/sbin/haproxy"


def environment(path: Path) -> dict:
    libraries = sorted({str(p.parent) for p in path.parents[2].rglob("*.so*")})
    return {"LD_LIBRARY_PATH": ":".join(libraries)}


if __name__ == "__main__":
    print(program())
