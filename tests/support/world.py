"""The server behind the module's back: what it holds, and what others write to it. Objects are named by definitions of
the kinds that support.objects makes."""
from support.objects import path_of

MERGE = "application/merge-patch+json"

# In the environment of k8s_apply: what would change nothing is sent all the same.
WRITE_UNCHANGED = {"MCAPI_WRITE_UNCHANGED": "1"}


def managers(obj):
    """[(manager, operation), …] of an object's managedFields."""
    return [(entry["manager"], entry["operation"]) for entry in obj["metadata"].get("managedFields", [])]


def fields_of(obj, manager):
    """The field set of a manager, {} when it owns nothing."""
    owned = [entry["fieldsV1"] for entry in obj["metadata"]["managedFields"] if entry["manager"] == manager]
    return owned[0] if owned else {}


def version_of(obj):
    return obj["metadata"]["resourceVersion"]


def get(server, definition):
    status, answer = server.request("GET", path_of(definition))
    assert status == 200, answer
    return answer


def exists(server, definition) -> bool:
    return server.request("GET", path_of(definition))[0] == 200


def create(server, definition, manager="other"):
    """Another client creates an object."""
    collection = path_of(definition).rpartition("/")[0]
    status, answer = server.request("POST", "%s?fieldManager=%s" % (collection, manager), definition)
    assert status == 201, answer
    return answer


def merge(server, definition, patch, manager="other", subresource=""):
    """Another client writes to an object."""
    path = "%s%s?fieldManager=%s" % (path_of(definition), subresource, manager)
    status, answer = server.request("PATCH", path, patch, content_type=MERGE)
    assert status == 200, answer
    return answer


def writes(outcome) -> list:
    """The audit events of a run that are no reading."""
    return [event for event in outcome.requests if event["verb"] not in ("get", "list", "watch")]
