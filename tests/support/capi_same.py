"""Whether objects of two management clusters say the same, whatever servers and controllers keep in them."""
import copy

OWN = ("uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "selfLink")


def normalised(value) -> dict:
    """Without what a server makes anew; owners by kind and name."""
    value = copy.deepcopy(value)
    value.pop("status", None)
    metadata = value["metadata"]
    for key in OWN:
        metadata.pop(key, None)
    owners = metadata.pop("ownerReferences", [])
    if owners:
        metadata["ownerReferences"] = sorted(
            (each["kind"], each["name"], each["apiVersion"], each.get("controller"), each.get("blockOwnerDeletion"))
            for each in owners)
    for key in ("labels", "annotations"):
        if not metadata.get(key):
            metadata.pop(key, None)
    return value


def resumed(value) -> dict:
    """As a controller sees it once nobody pauses it."""
    value = normalised(value)
    value.get("spec", {}).pop("paused", None)
    annotations = value["metadata"].get("annotations", {})
    annotations.pop("cluster.x-k8s.io/paused", None)
    if "annotations" in value["metadata"] and not annotations:
        del value["metadata"]["annotations"]
    return value


def world(magnum, identities, path_of) -> dict:
    """{identity: object} of what lives of IDENTITIES; path_of(identity) says where."""
    found = {}
    for identity in identities:
        status, value = magnum.wire.request("GET", path_of(identity))
        if status == 200:
            value.setdefault("apiVersion", "v1")
            found[identity] = value
    return found
