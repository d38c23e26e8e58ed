#!/usr/bin/env python3
"""ansible_venv.py [CORE_VERSION | --peers]: a Python environment with ansible-core, from PyPI, in the cache.

CORE_VERSION: ansible-core with pytest, and from 2.18 on molecule and ansible-lint. --peers: the PyPI package
`ansible` with the Python packages that kubernetes.core needs, to run its modules beside ours. Prints the path of the
environment. The first call installs for about half a minute (--peers: two minutes), later calls only look.
"""
import argparse
import functools
import glob
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple, Tuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from servers import cache  # noqa: E402

CONSTRAINTS = Path(__file__).resolve().parent / "constraints"
DEFAULT_CORE = "2.19.14"
PEERS_CORE = "2.19.14"


class Core(NamedTuple):
    oldest_python: Tuple[int, int]
    newest_python: Tuple[int, int]
    tools: Tuple[str, ...]


TOOLS = ("pytest", "molecule", "ansible-lint")
CORES = {
    "2.17": Core((3, 10), (3, 12), ("pytest",)),  # too old for the pinned molecule
    "2.18": Core((3, 11), (3, 13), TOOLS),
    "2.19": Core((3, 11), (3, 13), TOOLS),
    "2.20": Core((3, 12), (3, 14), TOOLS),
    "2.21": Core((3, 12), (3, 14), TOOLS),
}
PEERS = ("ansible==12.3.0", "kubernetes", "PyYAML", "jsonpatch", "pytest")


@functools.lru_cache(maxsize=None)
def python_version(python: str):
    """(3, 12), or None where this is no Python that can make an environment."""
    probe = "import sys, venv, ensurepip; print(*sys.version_info[:2])"
    try:
        text = subprocess.run([python, "-c", probe], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                              check=True).stdout
        major, minor = text.split()
        return int(major), int(minor)
    except (OSError, ValueError, subprocess.CalledProcessError):
        return None


def find_python(core: Core) -> str:
    """An interpreter that the core supports: of the named versions the one that most cores share first."""
    wanted = [(3, 12), (3, 11), (3, 13), (3, 14), (3, 10)]
    wanted = [v for v in wanted if core.oldest_python <= v <= core.newest_python]
    pyenv = sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/*/bin/python3")))
    for version in wanted:
        named = shutil.which("python%d.%d" % version)
        for python in filter(None, [named, shutil.which("python3"), sys.executable] + pyenv):
            if python_version(python) == version:
                return python
    raise RuntimeError("no Python %s to %s with venv found (searched PATH and ~/.pyenv/versions)"
                       % tuple(".".join(map(str, v)) for v in (core.oldest_python, core.newest_python)))


def make(name: str, core: Core, requirements, constraints: Path) -> Path:
    python = find_python(core)
    key = cache.fingerprint(constraints, repr(requirements), repr(python_version(python)))[:8]

    def build(target: Path):
        cache.run([python, "-m", "venv", target], "creating %s" % target)
        cache.run([target / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input",
                   "-c", constraints] + list(requirements), "installing %s and what goes with it" % requirements[0])

    return cache.build_in_place(cache.cache_dir() / ("venv-%s-%s" % (name, key)), build)


def core_of(version: str) -> Core:
    series = ".".join(version.split(".")[:2])
    if series not in CORES:
        raise RuntimeError("ansible-core %s: known are %s" % (version, ", ".join(CORES)))
    return CORES[series]


def ansible(version: str = DEFAULT_CORE) -> Path:
    core = core_of(version)
    return make("ansible-" + version, core, ("ansible-core==" + version,) + core.tools, CONSTRAINTS / "ansible.txt")


def peers() -> Path:
    return make("peers", core_of(PEERS_CORE), ("ansible-core==" + PEERS_CORE,) + PEERS, CONSTRAINTS / "peers.txt")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("core_version", nargs="?", default=DEFAULT_CORE, help="default: %(default)s")
    parser.add_argument("--peers", action="store_true", help="the environment with kubernetes.core")
    arguments = parser.parse_args()
    try:
        print(peers() if arguments.peers else ansible(arguments.core_version))
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
