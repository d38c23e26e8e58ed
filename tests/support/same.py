"""What two servers hold, compared: for a program and the one that it shall be like."""
import copy
import json
import time

# What a server makes up for itself, and the status, which no installation writes.
VOLATILE = ("uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "deletionTimestamp")
SKIPPED_GROUPS = ("metrics.k8s.io", "events.k8s.io", "coordination.k8s.io")
SKIPPED = ("events", "leases", "componentstatuses", "endpoints", "endpointslices", "controllerrevisions", "pods",
           "replicasets", "ipaddresses", "apiservices")
INVENTORY = "providers.clusterctl.cluster.x-k8s.io"
ANNOTATIONS = ("deployment.kubernetes.io/revision",)


def resources(server) -> list:
    """[(path, group/version, kind)] of everything that can be listed, each in its preferred version."""
    status, groups = server.request("GET", "/apis")
    assert status == 200, groups
    paths = [("/api/v1", "v1")]
    paths += [("/apis/" + g["preferredVersion"]["groupVersion"], g["preferredVersion"]["groupVersion"])
              for g in groups["groups"] if g["name"] not in SKIPPED_GROUPS]
    found = []
    for path, version in paths:
        status, answer = server.request("GET", path)
        if status != 200:
            continue  # a group that is on its way out
        found += [("%s/%s" % (path, r["name"]), version, r["kind"]) for r in answer["resources"]
                  if "list" in r["verbs"] and r["name"] not in SKIPPED]
    return found


def drop_descriptions(value):
    """Documentation that we have no copy of."""
    if isinstance(value, dict):
        if isinstance(value.get("description"), str):
            del value["description"]
        value = list(value.values())
    for part in value if isinstance(value, list) else ():
        drop_descriptions(part)


def clean(obj) -> dict:
    """A copy without what differs between any two servers."""
    obj = copy.deepcopy(obj)
    obj.pop("status", None)
    meta = obj["metadata"]
    for name in VOLATILE:
        meta.pop(name, None)
    annotations = {k: v for k, v in (meta.pop("annotations", None) or {}).items() if k not in ANNOTATIONS}
    if annotations:
        meta["annotations"] = annotations
    if obj["kind"] == "Service":  # addresses are given out in turn
        for name in ("clusterIP", "clusterIPs"):
            obj["spec"].pop(name, None)
    if meta["name"] == INVENTORY:  # made by a generator, whose version and texts it bears
        meta.pop("annotations", None)
        drop_descriptions(obj["spec"])
    return obj


def builtin(server) -> dict:
    """{plural: (path, group/version, kind)} of the kinds that the server has without any definition."""
    return {path.rpartition("/")[2]: (path, version, kind) for path, version, kind in resources(server)}


def collection(definition) -> tuple:
    """(path, group/version, kind) of what a definition defines, in the version that is stored."""
    spec = definition["spec"]
    version = "%s/%s" % (spec["group"], next(v["name"] for v in spec["versions"] if v["storage"]))
    return "/apis/%s/%s" % (version, spec["names"]["plural"]), version, spec["names"]["kind"]


def world(server) -> dict:
    """{"apps/v1 Deployment capi-system/x": object} of everything on a server."""
    return objects(server, resources(server))


def objects(server, collections) -> dict:
    """The same of some collections: (path, group/version, kind)."""
    found = {}
    for path, version, kind in collections:
        status, answer = server.request("GET", path)
        while status == 429:  # a kind that is being set up
            time.sleep(0.05)
            status, answer = server.request("GET", path)
        if status in (404, 405):
            continue
        assert status == 200, (path, answer)
        for item in answer["items"]:
            item = dict(item, apiVersion=version, kind=kind)
            meta = item["metadata"]
            found["%s %s %s/%s" % (version, kind, meta.get("namespace", ""), meta["name"])] = item
    return found


def made(now, before) -> dict:
    """Of a world, what was not in the one before, or differs from it; cleaned."""
    cleaned = {key: clean(obj) for key, obj in now.items()}
    return {key: obj for key, obj in cleaned.items() if key not in before or clean(before[key]) != obj}


def differences(ours, theirs, path="") -> list:
    """["path: ours … theirs …"] of two values."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        found = []
        for key in sorted(set(ours) | set(theirs)):
            found += differences(ours.get(key, "(absent)"), theirs.get(key, "(absent)"), "%s.%s" % (path, key))
        return found
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        found = []
        for i, (a, b) in enumerate(zip(ours, theirs)):
            found += differences(a, b, "%s[%d]" % (path, i))
        return found
    if ours == theirs and type(ours) is type(theirs):
        return []
    return ["%s: ours %.300s, theirs %.300s" % (path, json.dumps(ours), json.dumps(theirs))]


def assert_same(ours: dict, theirs: dict, ignore=()):
    """Two results of made(). ignore: beginnings of keys."""
    def chosen(world_):
        return {k: v for k, v in world_.items() if not k.startswith(tuple(ignore))} if ignore else world_

    found = differences(chosen(ours), chosen(theirs))
    assert not found, "%d differences:\n%s" % (len(found), "\n".join(found[:40]))
