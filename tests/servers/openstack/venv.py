#!/usr/bin/env python3
"""venv.py [MAGNUM]: Python environments with OpenStack's services and clients, from PyPI, in the cache.

services(): Keystone, Glance, Neutron, Nova, the newest Magnum, the command-line client, and ansible-core with the
collection openstack.cloud. magnum(VERSION): an older Magnum alone, which then serves beside the others.
Prints the path. The first call installs for some minutes, later calls only look.
"""
import argparse
import glob
import sys
import tempfile
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from servers import ansible_venv, cache  # noqa: E402

PYTHON = ansible_venv.Core((3, 12), (3, 12), ())
NEWEST_MAGNUM = "23.0.0"
OLDER_MAGNUM = "22.0.0"
MAGNUMS = (NEWEST_MAGNUM, OLDER_MAGNUM)
# Newer setuptools lack pkg_resources, which the driver imports.
DRIVER = ("magnum-cluster-api==0.38.2", "setuptools==80.9.0", "uWSGI==2.0.31")
SERVICES = ("keystone==30.0.0", "glance==33.0.0", "neutron==29.0.0", "nova==34.0.0", "magnum==" + NEWEST_MAGNUM,
            "python-novaclient", "python-openstackclient==10.5.0", "python-magnumclient==5.0.0",
            "openstacksdk==4.22.0", "ansible-core==2.19.14", "pytest") + DRIVER
COLLECTIONS = "ansible==12.3.0"  # of which one folder is wanted


def constraints(version: str) -> Path:
    return ansible_venv.CONSTRAINTS / ("openstack-magnum-%s.txt" % version.split(".", maxsplit=1)[0])


def services() -> Path:
    """With Magnum NEWEST_MAGNUM."""
    target = ansible_venv.make("openstack", PYTHON, SERVICES, constraints(NEWEST_MAGNUM))
    cache.build_in_place(target / "collections", lambda folder: add_collection(target, folder))
    return target


def magnum(version: str = NEWEST_MAGNUM) -> Path:
    if version == NEWEST_MAGNUM:
        return services()
    if version not in MAGNUMS:
        raise RuntimeError("Magnum %s: known are %s" % (version, ", ".join(MAGNUMS)))
    return ansible_venv.make("magnum-" + version, PYTHON, ("magnum==" + version, "python-novaclient") + DRIVER,
                             constraints(version))


def add_collection(target: Path, folder: Path) -> None:
    """Unpacks openstack.cloud from the package `ansible` into FOLDER."""
    with tempfile.TemporaryDirectory(prefix="mcapi-wheel-") as work:
        cache.run([target / "bin/pip", "download", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps",
                   "--dest", work, COLLECTIONS], "fetching %s" % COLLECTIONS)
        folder.mkdir(parents=True)
        with zipfile.ZipFile(glob.glob(work + "/*.whl")[0]) as wheel:
            wheel.extractall(folder, [n for n in wheel.namelist() if n.startswith("ansible_collections/openstack/")])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("magnum", nargs="?", default=NEWEST_MAGNUM, help="of %s" % ", ".join(MAGNUMS))
    arguments = parser.parse_args()
    try:
        services()
        print(magnum(arguments.magnum))
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
