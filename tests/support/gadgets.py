"""Kinds of the tests' own, and what is done to objects of them."""
import itertools
import json

from support.objects import WIDGETS, path_of
from support.world import create, get, merge, writes

DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/"
_numbers = itertools.count(1)
NOT_SERVED = (404, [("Content-Type", "text/plain; charset=utf-8")], b"404 page not found\n")
REINITIALIZING = (429, [("Content-Type", "application/json"), ("Retry-After", "1")], json.dumps({
    "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 429, "reason": "TooManyRequests",
    "message": "storage is (re)initializing", "details": {"retryAfterSeconds": 1}}).encode())


def definition_of(group, kind="Gadget", **names):
    """A definition of KIND in a group; its plural is "gadgets" for "Gadget"."""
    plural = names.pop("plural", kind.lower() + "s")
    version = dict(WIDGETS["spec"]["versions"][0])
    return {"apiVersion": WIDGETS["apiVersion"], "kind": WIDGETS["kind"],
            "metadata": {"name": "%s.%s" % (plural, group)},
            "spec": {"group": group, "scope": "Namespaced", "versions": [version],
                     "names": dict({"plural": plural, "singular": plural[:-1], "kind": kind}, **names)}}


def custom(group, ns, name="g", kind="Gadget", **spec):
    return {"apiVersion": group + "/v1", "kind": kind, "metadata": {"name": name, "namespace": ns}, "spec": spec}


def namespace(name):
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def new_namespace(server):
    """Like the fixture ns, on a server without controllers."""
    name = "p-%d" % next(_numbers)
    assert server.request("POST", "/api/v1/namespaces", {"metadata": {"name": name}})[0] == 201
    return name


def created(outcome):
    """The resources that a run wrote to, in the order in which the server saw them."""
    return [event["objectRef"]["resource"] for event in writes(outcome) if event["responseStatus"]["code"] == 201]


def patches(outcome, resource="configmaps"):
    return outcome.verbs.count(("patch", resource))


def holds(server, path, body, code):
    """True once a webhook is in effect: the API servers learn of configurations a little later."""
    return lambda: server.request("POST", path + "?dryRun=All", body)[0] == code


def lagging(path, times, answer=NOT_SERVED):
    """A hook for a relay: requests for PATH are answered as by a server that does not serve the kind yet."""
    left = [times]

    def before(request):
        if request.path.startswith(path) and left[0]:
            left[0] -= 1
            return answer
        return None

    return before, left


def held(server, definition, finalizer="example.com/hold"):
    """The object is being deleted but stays until release() takes its finalizer away; returns its uid."""
    definition = dict(definition, metadata=dict(definition["metadata"], finalizers=[finalizer]))
    uid = create(server, definition)["metadata"]["uid"]
    assert server.request("DELETE", path_of(definition))[0] == 200
    assert get(server, definition)["metadata"]["deletionTimestamp"]
    return uid


def release(server, definition):
    merge(server, definition, {"metadata": {"finalizers": None}})
