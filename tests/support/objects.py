"""Objects that tests apply."""

WIDGETS = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "widgets.example.com"},
    "spec": {
        "group": "example.com",
        "scope": "Namespaced",
        "names": {"plural": "widgets", "singular": "widget", "kind": "Widget", "shortNames": ["wd"]},
        "versions": [{
            "name": "v1", "served": True, "storage": True,
            "subresources": {"status": {}},
            "schema": {"openAPIV3Schema": {"type": "object", "properties": {
                "spec": {"type": "object", "properties": {
                    "size": {"type": "integer"},
                    "any": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
                    "parts": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"],
                              "items": {"type": "object", "required": ["name"], "properties": {
                                  "name": {"type": "string"}, "count": {"type": "integer"}}}},
                }},
                "status": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
            }}},
        }],
    },
}


def config_map(namespace, name="a", data=None, **metadata):
    """A ConfigMap as a definition."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": dict(metadata, name=name, namespace=namespace),
            "data": {"k": "v"} if data is None else data}


def deployment(namespace, name="d", replicas=1, **container):
    """A Deployment with one container; its pods never run, since there are no nodes."""
    labels = {"app": name}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": namespace},
            "spec": {"replicas": replicas, "selector": {"matchLabels": labels},
                     "template": {"metadata": {"labels": labels},
                                  "spec": {"containers": [dict({"name": "c", "image": "example.invalid/c:1"},
                                                               **container)]}}}}


def path_of(definition):
    """The API path of an object of the kinds used here."""
    group = "/api/v1" if "/" not in definition["apiVersion"] else "/apis/" + definition["apiVersion"]
    plural = definition["kind"].lower() + "s"
    metadata = definition["metadata"]
    where = "/namespaces/" + metadata["namespace"] if metadata.get("namespace") else ""
    return "%s%s/%s/%s" % (group, where, plural, metadata["name"])
