"""A real cloud with the program magnum_template in front of it: runs, and what Magnum has afterwards."""
import itertools
import json
import uuid
from typing import NamedTuple

from servers.openstack import services
from support.module import Module, Outcome

AGENT = "mcapi"       # in the program's User-Agent
WRITES = ("POST", "PATCH", "PUT", "DELETE")
# A template as one would make it for the Cluster API driver.
USUAL = {"coe": "kubernetes", "image_id": "ubuntu-a", "flavor_id": "m1.medium", "master_flavor_id": "m1.medium",
         "external_network_id": "public", "dns_nameserver": "9.9.9.9", "network_driver": "calico",
         "is_master_lb_enabled": True, "labels": {"kube_tag": "v1.34.8"}}
# The same in Magnum's own words.
STORED = dict({key: value for key, value in USUAL.items() if not key.startswith("is_")}, master_lb_enabled=True)

_numbers = itertools.count(1)


class Seen(NamedTuple):
    """One request that reached a service."""
    service: str
    method: str
    path: str
    query: str
    headers: dict
    body: object  # parsed when it is JSON
    status: int


def seen(service: str, entry: dict) -> Seen:
    try:
        body = json.loads(entry["body"])
    except ValueError:
        body = entry["body"]
    return Seen(service, entry["method"], entry["path"], entry["query"], entry["headers"], body, entry["status"])


class Watch:
    """What Module wants to know of a server: which requests a run sent. Here: to all services, in order."""

    def __init__(self, cloud):
        self.cloud = cloud
        self.audit = self

    def mark(self):
        return self.cloud.mark()

    def requests(self, mark, user=AGENT) -> list:
        found = [(entry["time"], seen(each.name, entry)) for each in services.SERVICES
                 for entry in self.cloud.requests(each.name, mark, agent=user)]
        return [each for _, each in sorted(found, key=lambda pair: pair[0])]


class World:
    """The program, a user's cloud entry, and plain requests to Magnum beside it."""

    def __init__(self, cloud, program, directory):
        self.cloud = cloud
        self.module = Module(program, directory, {"OS_CLIENT_CONFIG_FILE": str(cloud.clouds_file),
                                                  "HOME": str(directory)}, Watch(cloud), AGENT)
        for name in [name for name in self.module.environment if name.startswith("OS_")]:
            if name != "OS_CLIENT_CONFIG_FILE":
                del self.module.environment[name]

    def __call__(self, name=None, user="demo", **options) -> Outcome:
        """Runs the program for the template NAME as USER, an entry of clouds.yaml (None: the options say it all)."""
        if name is not None:
            options["name"] = name
        if user is not None:
            options.setdefault("cloud", user)
        return self.module(**options)

    # Beside the program

    @staticmethod
    def fresh_name() -> str:
        return "template-%d" % next(_numbers)

    def login(self, user="demo") -> str:
        """A token, the same one for all tests: each new one is checked by every service that it reaches."""
        if user not in self.cloud.tokens:
            self.cloud.tokens[user] = self.cloud.login(user, "demo" if user == "reader" else user)
        return self.cloud.tokens[user]

    def magnum(self, method, path, body=None, user="demo"):
        """The answer of Magnum to a request of USER."""
        return self.cloud.request("magnum", method, "/v1" + path, body, self.login(user))

    def post(self, user="demo", **attributes) -> dict:
        """A template made by a request of USER; attributes in Magnum's words, above the usual ones."""
        answer = self.magnum("POST", "/clustertemplates", {"name": self.fresh_name(), **STORED, **attributes}, user)
        assert answer.status == 201, answer
        return answer.body

    def make(self, user="demo", **attributes) -> dict:
        """As post(), but without Magnum's checks and at no cost: a changed copy of a row that Magnum wrote. (To create
        one costs seventeen requests among the services.)"""
        if user not in self.cloud.prototypes:
            posted = self.post(user)
            self.cloud.prototypes[user] = self.cloud.take_row(posted["uuid"]), json.dumps(posted)
        row, text = self.cloud.prototypes[user]
        fresh = str(uuid.uuid4())
        body = json.loads(text.replace(row["uuid"], fresh))
        body.update({"name": self.fresh_name()}, **attributes)
        known = {key: body[key] for key in row if key in body and key != "created_at"}
        self.cloud.put_row({**row, **known, "labels": json.dumps(body["labels"])})
        return body

    def all(self, user="admin") -> list:
        """What USER sees; admin sees everything."""
        answer = self.magnum("GET", "/clustertemplates", user=user)
        assert answer.status == 200, answer
        return answer.body["clustertemplates"]

    def named(self, name, user="admin") -> list:
        return [each for each in self.all(user) if each["name"] == name]

    def one(self, name, user="admin") -> dict:
        found = self.named(name, user)
        assert len(found) == 1, found
        return found[0]


def writes(outcome, service="magnum") -> list:
    """The requests of a run to SERVICE that may have changed something."""
    return [each for each in outcome.requests if each.service == service and each.method in WRITES]


def patches(outcome) -> list:
    """[(operation, path, value), …] of all patches of a run."""
    return [(each["op"], each["path"], each.get("value")) for request in writes(outcome) if request.method == "PATCH"
            for each in request.body]


def counts(outcome) -> dict:
    """{"keystone POST": 1, …}"""
    found = {}
    for each in outcome.requests:
        key = "%s %s" % (each.service, each.method)
        found[key] = found.get(key, 0) + 1
    return found


def assert_unchanged(outcome) -> None:
    assert not outcome.failed, outcome.data
    assert not outcome.changed, outcome.data
    assert writes(outcome) == []
