"""The schemas that an API server publishes: which fields of a kind are owned as a whole and which member by member."""


class Schemas:
    """server: whose schemas. Fields are told by visit(name, type, atomic), where type is "list", "map", "object" or
    "any", for every field that is reached through fields owned member by member. Plain values are left out."""

    def __init__(self, server, api_version):
        where = "apis/" + api_version if "/" in api_version else "api/" + api_version
        status, answer = server.request("GET", "/openapi/v3/" + where)
        assert status == 200, answer
        self._schemas = answer["components"]["schemas"]
        group, _, version = ("/" + api_version).rpartition("/")
        self._wanted = {"group": group.strip("/"), "version": version}

    def walk(self, kind, visit):
        """Visits the fields of a kind, but for its status."""
        roots = [schema for name, schema in self._schemas.items() if name.endswith("." + kind) and
                 dict(self._wanted, kind=kind) in schema.get("x-kubernetes-group-version-kind", [])]
        assert len(roots) == 1, (kind, len(roots))
        for name, schema in roots[0]["properties"].items():
            if name != "status":
                self._field(name, schema, visit)

    def _resolved(self, schema):
        """Follows references; what is said beside one counts too."""
        said = {key: value for key, value in schema.items() if key.startswith("x-")}
        while "$ref" in schema or len(schema.get("allOf", [])) == 1:
            schema = self._schemas[(schema.get("$ref") or schema["allOf"][0]["$ref"]).rpartition("/")[2]]
        return dict(schema, **said)

    def _field(self, name, schema, visit):
        schema = self._resolved(schema)
        if schema.get("type") == "array":
            atomic = schema.get("x-kubernetes-list-type", "atomic") == "atomic"
            visit(name, "list", atomic)
            inner = [] if atomic else [schema["items"]]
        elif "additionalProperties" in schema:
            atomic = schema.get("x-kubernetes-map-type") == "atomic"
            visit(name, "map", atomic)
            values = self._resolved(schema["additionalProperties"])
            assert atomic or values.get("type") not in ("array", "object"), "%s has any names, and no plain values" % name
            inner = []
        elif schema.get("type") == "object":
            atomic = schema.get("x-kubernetes-map-type") == "atomic"
            visit(name, "object", atomic)
            inner = [] if atomic else [schema]
        else:
            inner = []
        for each in inner:
            for member, below in self._resolved(each).get("properties", {}).items():
                self._field(member, below, visit)
