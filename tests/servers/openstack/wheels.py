#!/usr/bin/env python3
"""wheels.py: a package index with the wheels that the role `magnum` installs, in the cache; prints its folder.

The folder has the shape of an offline mirror: pypi.org/simple/NAME/FILE, which any web server that lists folders serves. The wheels are
for the Python of Debian 12, as its containers have it. The first call takes some minutes.
"""
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from servers import ansible_venv, cache  # noqa: E402
from servers.lxc import packages  # noqa: E402

ROOT = Path(__file__).resolve().parents[3]
CONSTRAINTS = ROOT / "roles/magnum/files/constraints.txt"
PYTHON = Path("/usr/bin/python3")
REQUIREMENTS = ("magnum==23.0.0", "magnum-cluster-api==0.38.2", "setuptools<81", "pyuwsgi", "PyMySQL", "pymemcache", "python-memcached",
                "python-novaclient")


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def index() -> Path:
    packages.ensure(("python3-venv", "python3-dev", "gcc"))  # a few have no wheels

    def build(target: Path):
        wheels = target / "wheels"
        cache.run([PYTHON, "-m", "venv", target / "venv"], "creating an environment")
        # Two of them are sources only.
        cache.run([target / "venv/bin/pip", "install", "--quiet", "--disable-pip-version-check", "wheel"], "installing wheel")
        cache.run([target / "venv/bin/pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-input", "-w", wheels, "-c", CONSTRAINTS,
                   *REQUIREMENTS], "building the wheels of Magnum")
        cache.run(["rm", "-rf", target / "venv"], "removing the environment")
        for wheel in sorted(wheels.iterdir()):
            folder = target / "pypi.org/simple" / normalised(wheel.name.split("-")[0])
            folder.mkdir(parents=True, exist_ok=True)
            wheel.rename(folder / wheel.name)
        wheels.rmdir()

    key = cache.fingerprint(CONSTRAINTS, repr(REQUIREMENTS), repr(ansible_venv.python_version(str(PYTHON))))[:8]
    return cache.build_once(cache.cache_dir() / ("wheels-magnum-" + key), build)


if __name__ == "__main__":
    try:
        print(index())
    except RuntimeError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
