"""A scripted API server that serves ConfigMaps, has none, and creates what it is given; a script comes first.

    def script(request):
        return Reply(fault="close") if request.method == "PATCH" else None

    with tiny_api(script, tls=pki.authority().server()) as server:
        k8s(definition=…, kubeconfig=kubeconfig(server, {"certificate-authority": …}, token="t"))
        assert methods(server) == ["GET", "GET", "PATCH"]
"""
from fakes.script import Route, json_reply, status_reply
from fakes.scripted_server import ScriptedServer

CONFIG_MAPS = {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "v1", "resources": [{
    "name": "configmaps", "singularName": "configmap", "namespaced": True, "kind": "ConfigMap",
    "verbs": ["create", "delete", "get", "list", "patch", "update", "watch"]}]}


def default(request):
    if request.path == "/api/v1":
        return json_reply(CONFIG_MAPS)
    if request.method == "GET":
        return status_reply(404, "NotFound", "configmaps \"a\" not found")
    created = request.json()
    created["metadata"].update(uid="6a1f9a80-8f5c-4a5e-9c4f-0e3b4f1d2c3b", resourceVersion="7")
    return json_reply(created, 201)


def tiny_api(script=None, tls=None) -> ScriptedServer:
    """script(request) returns a Reply, or None to leave the answer to the API. tls: a KeyPair, else plain HTTP.
    server_names of the result collects what TLS was asked for (SNI)."""
    server = ScriptedServer([Route(".*", ".*", lambda request: script and script(request) or default(request))], tls=tls)
    server.server_names = []
    if tls:
        server.context.sni_callback = lambda connection, name, context: server.server_names.append(name)
    return server


def kubeconfig(server, cluster=None, **user) -> dict:
    """For the option kubeconfig: further keys of its cluster, and the user's."""
    return {"apiVersion": "v1", "kind": "Config", "current-context": "c",
            "clusters": [{"name": "c", "cluster": dict({"server": server.url}, **(cluster or {}))}],
            "users": [{"name": "u", "user": user}],
            "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}]}


def methods(server) -> list:
    return [request.method for request in server.requests]
