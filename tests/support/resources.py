"""A real cloud with the program openstack_resources in front of it: runs, and what the services have afterwards."""
import itertools
import os

from support.magnum import WRITES, World

_numbers = itertools.count(1)
ROOTS = {"keystone": "/v3", "nova": "/v2.1", "glance": "/v2"}


class Resources(World):
    """resources({"kind": …}, …, check=True) → Outcome."""

    def __call__(self, *items, user="admin", **options):
        options.setdefault("resources", list(items))
        if user is not None:
            options.setdefault("cloud", user)
        return self.module(**options)

    @staticmethod
    def fresh(stem: str) -> str:
        """A name that no other test uses."""
        return "%s-%d-%d" % (stem, os.getpid(), next(_numbers))

    # Beside the program

    def ask(self, service, method, path, body=None):
        """The answer to a request of the admin."""
        return self.cloud.request(service, method, ROOTS[service] + path, body, self.login("admin"))

    def listed(self, kind: str, **query) -> list:
        """Keystone's objects of a kind: listed("users", name="x")."""
        text = "&".join("%s=%s" % pair for pair in query.items())
        answer = self.ask("keystone", "GET", "/%s?%s" % (kind, text))
        assert answer.status == 200, answer
        return answer.body[kind]

    def one(self, kind: str, **query) -> dict:
        found = self.listed(kind, **query)
        assert len(found) == 1, found
        return found[0]

    def make(self, kind: str, **attributes) -> dict:
        """An object made by a plain request: make("users", name="x", domain_id="default")."""
        member = kind[:-1]
        answer = self.ask("keystone", "POST", "/" + kind, {member: attributes})
        assert answer.status == 201, answer
        return answer.body[member]

    def remove(self, kind: str, key: str) -> None:
        answer = self.ask("keystone", "DELETE", "/%s/%s" % (kind, key))
        assert answer.status == 204, answer

    def password_works(self, user: str, password: str, domain="default") -> bool:
        who = {"name": user, "domain": {"id": domain}, "password": password}
        body = {"auth": {"identity": {"methods": ["password"], "password": {"user": who}}, "scope": "unscoped"}}
        return self.cloud.request("keystone", "POST", "/v3/auth/tokens", body).status == 201


def actions(outcome) -> list:
    assert not outcome.failed, outcome.data
    return [each["action"] for each in outcome["resources"]]


def all_writes(outcome) -> list:
    """(method, path) of the requests of a run that may have changed something: all but logins."""
    return [(each.method, each.path) for each in outcome.requests
            if each.method in WRITES and not each.path.endswith("/auth/tokens")]


def assert_same(outcome) -> None:
    """Nothing was to be done, and nothing was."""
    assert set(actions(outcome)) == {"unchanged"}, outcome.data
    assert not outcome.changed
    assert all_writes(outcome) == []
