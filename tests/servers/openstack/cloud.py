"""The processes of a cloud in a directory, and plain HTTP to them. What is in its databases is others' business."""
import http.client
import json
import sqlite3
import time
from pathlib import Path
from typing import NamedTuple

from servers import processes
from servers.openstack import services, venv
from servers.ports import free_port

HERE = Path(__file__).resolve().parent
READY_SECONDS = 120
REQUEST_SECONDS = 120  # the very first requests import half the world
INTERFACES = ("public", "internal", "admin")


class Answer(NamedTuple):
    status: int
    body: object   # parsed when it is JSON
    headers: dict  # names in lower case


class RequestLog:
    """The requests that reached one service, in order of their answers. Positions in it are numbers of bytes."""

    def __init__(self, path: Path):
        self.path = path

    def mark(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    def requests(self, since: int = 0) -> list:
        """Entries: time, method, path, query, headers (names in lower case), body, type, status, user."""
        if not self.path.exists():
            return []
        with open(self.path, "rb") as log:
            log.seek(since)
            return [json.loads(line) for line in log.read().split(b"\n")[:-1]]


class Cloud:
    """Five services on loopback. directory holds databases, keys, configuration and logs."""

    def __init__(self, directory: Path, magnum: str = venv.NEWEST_MAGNUM, expiration: int = 3600):
        self.directory = directory
        self.magnum = magnum
        self.expiration = expiration
        self.keeper = None
        self.processes = {}
        self.logs = {each.name: RequestLog(directory / (each.name + ".requests")) for each in services.SERVICES}
        self.pythons = {each.name: venv.services() for each in services.SERVICES}
        self.pythons["magnum"] = venv.magnum(magnum)
        self.choose_ports()

    def choose_ports(self) -> None:
        """ports: of the services; tls_ports: of what stands before them, by interface and service."""
        names = [each.name for each in services.SERVICES]
        self.ports = {name: free_port() for name in names}
        self.tls_ports = {interface: {name: free_port() for name in names} for interface in INTERFACES[:2]}

    # Processes

    def configure(self) -> None:
        # Their example files are in the environment's etc folder.
        etc = {name: python / "etc" for name, python in self.pythons.items()}
        services.write_configs(self.directory, etc, self.ports, self.expiration)

    def start(self) -> None:
        """Starts the services side by side and waits until each answers."""
        if self.keeper is None:
            self.keeper = processes.Keeper(self.directory / "keeper.log")
        for service in services.SERVICES:
            self.start_service(service)
        for service in services.SERVICES:
            self.wait_ready(service.name)

    def start_service(self, service) -> None:
        python = self.pythons[service.name]
        environment = services.environment(self.directory, service, python / "etc")
        argv = ["env", *("%s=%s" % pair for pair in environment.items()), python / "bin/uwsgi"]
        argv += services.uwsgi_arguments(self.directory, service, self.ports[service.name], HERE / "logged.py")
        self.processes[service.name] = self.keeper.start(service.name, argv, self.log_file(service.name),
                                                         self.directory)

    def wait_ready(self, name: str) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline and self.processes[name].alive():
            try:
                if self.request(name, "GET", "/").status < 500:
                    return
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.1)
        raise RuntimeError("%s does not answer; the end of %s:\n%s"
                           % (name, self.log_file(name), processes.last_lines(self.log_file(name), 40)))

    def stop(self) -> None:
        """Ends everything; harmless twice. The directory with logs and data stays."""
        keeper, self.keeper = self.keeper, None
        if keeper is not None:
            keeper.stop(grace=0)

    def log_file(self, name: str) -> Path:
        return self.directory / (name + ".log")

    # Addresses

    def url(self, name: str) -> str:
        return "http://127.0.0.1:%d" % self.ports[name]

    def tls_url(self, name: str, interface: str = "public") -> str:
        return "https://127.0.0.1:%d" % self.tls_ports[interface][name]

    def endpoint(self, service, region: str, interface: str) -> str:
        """What the catalog says. Magnum's internal URL lacks the version, as some deployments have it."""
        path = "" if service.name == "magnum" and interface != "public" else service.path
        if region == services.BROKEN_REGION:
            return "http://127.0.0.1:9" + path
        if region == services.TLS_REGION:
            return self.tls_url(service.name, "public" if interface == "public" else "internal") + path
        return self.url(service.name) + path

    # Requests

    def request(self, name: str, method: str, path: str, body=None, token=None, headers=None) -> Answer:
        """To the service NAME, as nobody unless token is given."""
        sent = {"Accept": "application/json", "User-Agent": "test-servers", **(headers or {})}
        if token:
            sent["X-Auth-Token"] = token
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[name], timeout=REQUEST_SECONDS)
        try:
            connection.request(method, path, data, sent)
            response = connection.getresponse()
            text = response.read()
            lower = {key.lower(): value for key, value in response.getheaders()}
            return Answer(response.status, parsed(text), lower)
        finally:
            connection.close()

    def ok(self, name: str, method: str, path: str, body=None, token=None):
        """The body of an answer that must be a success."""
        answer = self.request(name, method, path, body, token)
        if answer.status >= 300:
            raise RuntimeError("%s %s %s: %d %s" % (name, method, path, answer.status, answer.body))
        return answer.body

    def login(self, user: str, project=None, scope=None, password=None) -> str:
        """A fresh token."""
        who = {"name": user, "domain": {"id": "default"}, "password": password or services.PASSWORD % user}
        auth = {"identity": {"methods": ["password"], "password": {"user": who}}}
        if project:
            scope = {"project": {"name": project, "domain": {"id": "default"}}}
        if scope:
            auth["scope"] = scope
        answer = self.request("keystone", "POST", "/v3/auth/tokens", {"auth": auth})
        if answer.status != 201:
            raise RuntimeError("no token for %s: %s" % (user, answer.body))
        return answer.headers["x-subject-token"]

    # Databases

    def database(self, name: str) -> sqlite3.Connection:
        return sqlite3.connect(self.directory / (name + ".sqlite"), timeout=30, isolation_level=None)

    def move_endpoints(self) -> None:
        """Lets the catalog tell this cloud's ports."""
        known = {each.type: each for each in services.SERVICES}
        with self.database("keystone") as database:
            rows = database.execute("SELECT e.id, s.type, e.region_id, e.interface FROM endpoint e"
                                    " JOIN service s ON s.id = e.service_id").fetchall()
            for key, kind, region, interface in rows:
                if kind in known:
                    url = self.endpoint(known[kind], region, interface)
                    database.execute("UPDATE endpoint SET url = ? WHERE id = ?", (url, key))
        database.close()


def parsed(body: bytes):
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")
