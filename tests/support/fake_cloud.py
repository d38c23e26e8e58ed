"""Keystone and Magnum out of a table in memory, for what real ones do not do: lie, dawdle, break off."""
import json
import re
import uuid

from fakes.script import Reply, Route, json_reply
from fakes.scripted_server import ScriptedServer

PROJECT, USER = "a" * 32, "b" * 32
PASSWORD = "secret-of-fake"
# What Magnum stores for what is not given.
BLANK = {name: None for name in (
    "flavor_id master_flavor_id keypair_id external_network_id fixed_network fixed_subnet dns_nameserver volume_driver"
    " docker_volume_size docker_storage_driver apiserver_port http_proxy https_proxy no_proxy insecure_registry tags"
    " driver updated_at").split()}
BLANK.update(network_driver="flannel", server_type="vm", registry_enabled=False, tls_disabled=False, public=False,
             hidden=False, master_lb_enabled=False, floating_ip_enabled=True, labels={}, cluster_distro="ubuntu",
             created_at="2026-01-01T00:00:00+00:00", project_id=PROJECT, user_id=USER, links=[])


def error(status: int, detail: str) -> Reply:
    """In Magnum's shape."""
    return json_reply({"errors": [{"request_id": "", "code": "client", "status": status, "title": detail.split(".")[0],
                                   "detail": detail, "links": []}]}, status,
                      {"x-openstack-request-id": "req-" + str(uuid.uuid4())})


class FakeCloud:
    """with FakeCloud() as fake: fake.first("GET", "/v1/clustertemplates", Reply(...)); world(..., **fake.login()).

    first() puts replies before the usual behaviour: the last one is given for ever unless once is true. catalog: the
    token's; token: what else is in it; token_headers: of the answer to a login; page: templates per answer.
    """

    def __init__(self, tls=None, client_ca=None, prefix=""):
        self.prefix = prefix
        self.server = ScriptedServer([Route(".*", ".*", self._answer)], tls, client_ca)
        self.url = self.server.url + prefix
        self.templates = []
        self.page = 1000
        self.next_url = None  # of `next`, else this server's
        self.logins = 0
        self.catalog = [self.service("container-infra", self.url + "/v1")]
        self.token = {"project": {"id": PROJECT, "name": "fake", "domain": {"id": "default", "name": "Default"}},
                      "roles": [{"id": "1", "name": "member"}], "expires_at": "2099-01-01T00:00:00.000000Z"}
        self.token_headers = lambda number: {"X-Subject-Token": "token-%d" % number}
        self._first = []

    def __enter__(self):
        self.server.start()
        return self

    def __exit__(self, *_):
        self.server.stop()

    @property
    def requests(self):
        return self.server.requests

    def paths(self, prefix="") -> list:
        return ["%s %s" % (each.method, each.path) for each in self.requests if each.path.startswith(prefix)]

    @staticmethod
    def service(kind, url, region="RegionOne", interfaces=("public", "internal", "admin")) -> dict:
        """An entry of the catalog."""
        return {"type": kind, "name": kind, "id": kind, "endpoints": [
            {"id": kind + each, "interface": each, "region": region, "region_id": region, "url": url}
            for each in interfaces]}

    def login(self, **more) -> dict:
        """Options of a run against this cloud."""
        auth = {"auth_url": self.url + "/v3", "username": "fake", "password": PASSWORD, "project_name": "fake",
                "user_domain_name": "Default", "project_domain_name": "Default"}
        return dict({"user": None, "auth": auth}, **more)

    def first(self, method, path, *replies, once=False) -> None:
        """PATH is a regular expression for the whole."""
        route = Route(method, path, list(replies))
        self._first.append([route, len(replies) if once else None])

    def add(self, **attributes) -> dict:
        made = dict(BLANK, uuid=str(uuid.uuid4()), coe="kubernetes", image_id="ubuntu-a", **attributes)
        self.templates.append(made)
        return made

    # Inside

    def _answer(self, request) -> Reply:
        for entry in self._first:
            route, left = entry
            if route.fits(request) and left != 0:
                entry[1] = None if left is None else left - 1
                reply = route.next()
                return reply if isinstance(reply, Reply) else reply(request)
        path = request.path[len(self.prefix):] if request.path.startswith(self.prefix) else "/nothing"
        if path == "/v3/auth/tokens" and request.method == "POST":
            return self._login()
        match = re.fullmatch(r"/v1/clustertemplates(?:/([^/]+))?", path)
        if match:
            return self._templates(request, match.group(1))
        return json_reply({"error": {"code": 404, "title": "Not Found", "message": "nothing at " + path}}, 404)

    def _login(self) -> Reply:
        self.logins += 1
        token = {"methods": ["password"], "user": {"id": USER, "name": "fake"}, **self.token}
        if self.catalog is not None:
            token["catalog"] = self.catalog
        return json_reply({"token": token}, 201, self.token_headers(self.logins))

    def _templates(self, request, wanted) -> Reply:
        if wanted is None:
            return self._create(request) if request.method == "POST" else self._list(request)
        found = next((each for each in self.templates if each["uuid"] == wanted), None)
        if found is None:
            return error(404, "ClusterTemplate %s could not be found." % wanted)
        if request.method == "DELETE":
            self.templates.remove(found)
            return Reply(204)
        if request.method == "PATCH":
            for each in json.loads(request.body):
                found[each["path"][1:]] = each.get("value")
        return json_reply(found)

    def _create(self, request) -> Reply:
        made = dict(BLANK, uuid=str(uuid.uuid4()), **json.loads(request.body))
        self.templates.append(made)
        return json_reply(made, 201, {"Location": "http://lies.example/" + made["uuid"],
                                      "x-openstack-request-id": "req-1"})

    def _list(self, request) -> Reply:
        marker, begin = request.query.get("marker", [None])[0], 0
        if marker:
            begin = [each["uuid"] for each in self.templates].index(marker) + 1
        page = self.templates[begin:begin + self.page]
        body = {"clustertemplates": page}
        if len(page) == self.page:
            body["next"] = "%s/clustertemplates?limit=%d&marker=%s" % (self.next_url or self.url + "/v1", self.page,
                                                                     page[-1]["uuid"])
        return json_reply(body)
