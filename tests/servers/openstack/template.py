#!/usr/bin/env python3
"""template.py [MAGNUM…]: databases and keys of a cloud that is set up and seeded, made once and kept in the cache, to
be copied. Prints the path. Installs what is missing; with everything at hand it only looks."""
import argparse
import base64
import json
import os
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from servers import cache  # noqa: E402
from servers.openstack import seed, services, venv  # noqa: E402
from servers.openstack.cloud import Cloud, HERE  # noqa: E402

SOURCES = [HERE / name for name in ("schema.py", "seed.py", "template.py")]
NAMES = repr((services.SERVICES, services.PASSWORD, services.REGION, services.BROKEN_REGION, services.TLS_REGION))


def seeded() -> Path:
    """A folder with the databases, keys/, and ids.json. Magnum's database is not in it."""
    key = cache.fingerprint(*SOURCES, NAMES, venv.constraints(venv.NEWEST_MAGNUM))[:8]
    return cache.build_once(cache.cache_dir() / ("openstack-seed-" + key), make)


def magnum_database(version: str) -> Path:
    """An empty database of that Magnum."""
    key = cache.fingerprint(HERE / "schema.py", venv.constraints(version))[:8]
    folder = cache.build_once(cache.cache_dir() / ("openstack-magnum-%s-%s" % (version, key)),
                              lambda work: schema(venv.magnum(version), "magnum", work / "magnum.sqlite"))
    return folder / "magnum.sqlite"


def schema(python: Path, service: str, database: Path) -> None:
    cache.run([python / "bin/python", HERE / "schema.py", service, database], "making the tables of %s" % service)
    write_ahead(database)


def write_ahead(database: Path) -> None:
    """Readers and a writer at once; without it "database is locked" comes up."""
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA journal_mode = wal")
    connection.close()


def make_keys(folder: Path) -> None:
    """As keystone-manage fernet_setup does, without its need of a user and a group: 0 is the next key, 1 the first."""
    folder.mkdir(parents=True, mode=0o700)
    for name in ("0", "1"):
        (folder / name).touch(mode=0o600)
        (folder / name).write_bytes(base64.urlsafe_b64encode(os.urandom(32)))


def make(target: Path) -> None:
    with cache.progress("seeding OpenStack"):
        work = target / "work"
        work.mkdir()
        cloud = Cloud(work)
        cloud.configure()
        prepare(cloud)
        try:
            cloud.start()
            ids = seed.seed(cloud)
        finally:
            cloud.stop()
        (work / "magnum.sqlite").unlink()
        for database in sorted(work.glob("*.sqlite")):
            connection = sqlite3.connect(database)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()
            database.rename(target / database.name)
        (work / "keys").rename(target / "keys")
        (target / "ids.json").write_text(json.dumps(ids, indent=1), encoding="ascii")
        cache.run(["rm", "-rf", work], "removing the rest")


def prepare(cloud: Cloud) -> None:
    """Databases and keys, before any service runs. Two at a time: it is all waiting for Python."""
    directory, python = cloud.directory, venv.services()

    def manage(service, *arguments):
        cache.run([python / ("bin/%s-manage" % service), "--config-file",
                   services.config_file(directory, service), *arguments], "preparing %s" % service)

    def keystone():
        for kind in ("fernet", "credential"):
            make_keys(directory / "keys" / kind)
        manage("keystone", "db_sync")
        url = cloud.url("keystone") + "/v3"
        manage("keystone", "bootstrap", "--bootstrap-password", services.PASSWORD % "admin", "--bootstrap-region-id",
               services.REGION, *(word for interface in ("admin", "internal", "public")
                                  for word in ("--bootstrap-%s-url" % interface, url)))

    def nova():
        manage("nova", "api_db", "sync")
        manage("nova", "cell_v2", "map_cell0", "--database_connection", "sqlite://")
        manage("nova", "db", "sync", "--local_cell")

    jobs = (keystone, nova, lambda: manage("glance", "db_sync"),
            lambda: schema(python, "neutron", directory / "neutron.sqlite"),
            lambda: schema(python, "magnum", directory / "magnum.sqlite"))
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(job) for job in jobs]:
            done.result()
    for database in directory.glob("*.sqlite"):
        write_ahead(database)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("magnum", nargs="*", default=[venv.NEWEST_MAGNUM],
                        help="versions of %s; default: the newest" % ", ".join(venv.MAGNUMS))
    try:
        for version in parser.parse_args().magnum:
            magnum_database(version)
        print(seeded())
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
