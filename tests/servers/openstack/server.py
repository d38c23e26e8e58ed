#!/usr/bin/env python3
"""OpenStack for tests: Keystone, Glance, Neutron, Nova's API and Magnum with the Cluster API driver, on loopback.

    with OpenStack(tmp_path / "openstack") as cloud:
        token = cloud.login("demo", "demo")
        mark = cloud.mark()
        subprocess.run(["my-program"], env={"OS_CLIENT_CONFIG_FILE": str(cloud.clouds_file), "OS_CLOUD": "demo"})
        assert len(cloud.requests("magnum", mark, agent="my-program")) == 2

There are no agents, no hypervisor and no conductor: templates work, clusters do not. What is there to work with, see
seed.py.

As a command: server.py DIRECTORY starts one, prints NAME=VALUE lines and an empty line, and ends it on SIGTERM, SIGINT
or when the process that called it is gone.
"""
import argparse
import json
import shutil
import sqlite3
import subprocess
import sys
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from servers import pki, processes  # noqa: E402
from servers.openstack import seed, services, template, venv  # noqa: E402
from servers.openstack.cloud import Cloud, HERE  # noqa: E402

ATTEMPTS = 3  # to find ports that nobody takes meanwhile


class OpenStack(Cloud):
    """A running cloud in a directory of its own, which must not hold an older one.

    magnum: its version. expiration: of tokens, in seconds.

    ids: of what was seeded, by kind and name. clouds_file: a clouds.yaml with the clouds admin, demo, reader, other,
    demo-app (an application credential), demo-tls and demo-tls-internal. external_ca, internal_ca: the authorities of
    the TLS interfaces.
    """

    def __init__(self, directory, magnum=venv.NEWEST_MAGNUM, expiration=3600):
        directory = Path(directory).resolve()
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        super().__init__(directory, magnum, expiration)
        shutil.copytree(template.seeded(), directory, dirs_exist_ok=True)
        shutil.copy(template.magnum_database(magnum), directory / "magnum.sqlite")
        self.ids = json.loads((directory / "ids.json").read_text(encoding="ascii"))
        self.pki = pki.Pki(directory / "pki")
        self.external_ca = self.pki.authority("external")
        self.internal_ca = self.pki.authority("internal")
        self.clouds_file = directory / "clouds.yaml"
        self.tokens, self.prototypes = {}, {}  # that tests share, by user
        self.start_somewhere()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def start_somewhere(self) -> None:
        for attempt in range(ATTEMPTS):
            self.configure()
            self.move_endpoints()
            self.write_clouds()
            try:
                self.start()
                self.start_fronts()
                return
            except RuntimeError as error:
                self.stop()
                if attempt == ATTEMPTS - 1 or "in use" not in str(error):
                    raise
                self.choose_ports()
            except BaseException:
                self.stop()
                raise

    def start_fronts(self) -> None:
        """TLS before each service: one port per interface, with certificates of two authorities."""
        entries = []
        for interface, authority in (("public", self.external_ca), ("internal", self.internal_ca)):
            cert, key = authority.server()
            entries += [{"port": port, "target": self.ports[name], "cert": str(cert), "key": str(key)}
                        for name, port in self.tls_ports[interface].items()]
        path = self.directory / "fronts.json"
        path.write_text(json.dumps(entries), encoding="utf-8")
        self.keeper.start("fronts", [sys.executable, HERE / "front.py", path], self.log_file("fronts"), self.directory)

    # For clients

    def auth(self, user: str, project=None, url=None) -> dict:
        """The map `auth` of a login by password."""
        values = {"auth_url": (url or self.url("keystone")) + "/v3", "username": user,
                  "password": services.PASSWORD % user, "user_domain_name": "Default"}
        if project:
            values.update(project_name=project, project_domain_name="Default")
        return values

    def clouds(self) -> dict:
        """What is in clouds_file."""
        def cloud(auth, **more):
            return dict({"auth": auth, "region_name": services.REGION}, **more)

        tls = {interface: {"auth": self.auth("demo", "demo", self.tls_url("keystone", interface)),
                           "region_name": services.TLS_REGION, "interface": interface, "cacert": str(ca.cert_file)}
               for interface, ca in (("public", self.external_ca), ("internal", self.internal_ca))}
        application = {"auth_url": self.url("keystone") + "/v3",
                       "application_credential_id": self.ids["credentials"]["plain"],
                       "application_credential_secret": seed.APP_SECRET}
        return {"clouds": {
            "admin": cloud(self.auth("admin", "admin")), "demo": cloud(self.auth("demo", "demo")),
            "reader": cloud(self.auth("reader", "demo")), "other": cloud(self.auth("other", "other")),
            "demo-app": cloud(application, auth_type="v3applicationcredential"),
            "demo-tls": tls["public"], "demo-tls-internal": tls["internal"]}}

    def write_clouds(self) -> None:
        self.clouds_file.touch(mode=0o600)
        self.clouds_file.write_text(json.dumps(self.clouds(), indent=1) + "\n", encoding="utf-8")  # which is YAML too

    def variables(self) -> dict:
        """What a shell wants to know."""
        return {"OS_CLIENT_CONFIG_FILE": str(self.clouds_file), "OS_CLOUD": "demo",
                "OPENSTACK": str(self.pythons["keystone"] / "bin/openstack"), "OPENSTACK_LOGS": str(self.directory)}

    def openstack(self, *arguments, cloud="demo", check=True) -> str:
        """Runs the real command-line client and returns its stdout."""
        environment = {"OS_CLIENT_CONFIG_FILE": str(self.clouds_file), "OS_CLOUD": cloud, "PATH": "/usr/bin:/bin",
                       "HOME": str(self.directory)}
        result = subprocess.run([str(self.pythons["keystone"] / "bin/openstack"), *map(str, arguments)],
                                env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, check=False)
        if check and result.returncode != 0:
            raise RuntimeError("openstack %s: %s" % (" ".join(map(str, arguments)), result.stderr))
        return result.stdout

    # What reached the services

    def mark(self) -> dict:
        return {name: log.mark() for name, log in self.logs.items()}

    def requests(self, service: str, since=None, agent=None) -> list:
        """Requests to a service, oldest first. agent: only those whose User-Agent contains this text."""
        found = self.logs[service].requests((since or {}).get(service, 0))
        return [each for each in found if agent is None or agent in each["headers"].get("user-agent", "")]

    # Behind Magnum's back

    def add_cluster(self, template_uuid: str, project="demo") -> str:
        """A row in Magnum's table of clusters, so that the template counts as used. Returns the cluster's UUID."""
        cluster = str(uuid.uuid4())
        with self.database("magnum") as database:
            database.execute(
                "INSERT INTO cluster (uuid, name, project_id, user_id, cluster_template_id, status, created_at)"
                " VALUES (?, ?, ?, ?, ?, 'CREATE_COMPLETE', '2026-01-01 00:00:00')",
                (cluster, "cluster-" + cluster[:8], self.ids["projects"][project], self.ids["users"]["demo"],
                 template_uuid))
        database.close()
        return cluster

    def take_row(self, template_uuid: str) -> dict:
        """The row of a template, without its number, which is removed from the table."""
        database = self.database("magnum")
        database.row_factory = sqlite3.Row
        row = dict(database.execute("SELECT * FROM cluster_template WHERE uuid = ?", (template_uuid,)).fetchone())
        database.execute("DELETE FROM cluster_template WHERE uuid = ?", (template_uuid,))
        database.close()
        del row["id"]
        return row

    def put_row(self, row: dict) -> None:
        database = self.database("magnum")
        database.execute("INSERT INTO cluster_template (%s) VALUES (%s)"
                         % (", ".join(row), ", ".join("?" * len(row))), tuple(row.values()))
        database.close()

    def remove_clusters(self) -> None:
        with self.database("magnum") as database:
            database.execute("DELETE FROM cluster")
        database.close()

    def remove_templates(self) -> None:
        """Leaves none, whoever made it."""
        self.remove_clusters()
        with self.database("magnum") as database:
            database.execute("DELETE FROM cluster_template")
        database.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--magnum", default=venv.NEWEST_MAGNUM, help="of %s" % ", ".join(venv.MAGNUMS))
    parser.add_argument("--detached", action="store_true", help="outlive the process that called")
    arguments = parser.parse_args()
    return processes.stay(lambda: OpenStack(arguments.directory, arguments.magnum), arguments.detached)


if __name__ == "__main__":
    sys.exit(main())
