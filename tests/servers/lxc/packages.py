"""The Debian packages that real containers need, installed where they are missing."""
import os
import subprocess

from servers import cache

# rsync: without it liblxc's full copies fail with no text at all. python3-lxc: facts.py.
NEEDED = ("lxc", "lxc-dev", "python3-lxc", "busybox-static", "rsync", "debootstrap", "iproute2", "zstd", "bzip2", "openssh-client")


def missing(packages=NEEDED) -> list:
    return [package for package in packages if subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Status}", package], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        check=False).stdout != b"installed"]


def ensure(packages=NEEDED) -> None:
    """Installs what is missing. Raises RuntimeError where that cannot be done."""
    if not missing(packages):
        return
    with cache.lock(cache.cache_dir() / "apt.lock"):
        wanted = missing(packages)
        if not wanted:
            return
        environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        command = ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=600"]
        what = "installing from Debian: %s" % " ".join(wanted)
        arguments = ["install", "-y", "--no-install-recommends"] + wanted
        try:
            cache.run(command + arguments, what, env=environment)
        except RuntimeError:  # most often because the lists are older than the archive
            cache.run(command + ["update"], "reading Debian's package lists", env=environment)
            cache.run(command + arguments, what, env=environment)


def unpacked(name: str, *packages: str):
    """The cached folder NAME with the files of packages that are not installed: some would start services."""
    def unpack(target):
        cache.run(["apt-get", "-q", "download", *packages], "fetching %s from Debian" % " ".join(packages), cwd=target)
        for package in target.glob("*.deb"):
            cache.run(["dpkg-deb", "-x", package, target], "unpacking %s" % package.name)
            package.unlink()

    return cache.build_once(cache.cache_dir() / name, unpack)


def containerd():
    """A folder with containerd, ctr and runc as Debian 12 has them."""
    return unpacked("containerd-bookworm", "containerd", "runc")
