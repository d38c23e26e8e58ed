"""Every small way in which an object can differ from itself."""
import copy
from typing import Any, NamedTuple


class Mutation(NamedTuple):
    """One operation of a JSON patch."""
    op: str      # "remove", "replace" or "add"
    path: tuple  # of names and indices
    value: Any = None

    def __str__(self):
        return "%s %s%s" % (self.op, ".".join(map(str, self.path)),
                            "" if self.op == "remove" else " = %.40r" % (self.value,))

    def of(self, obj):
        """A changed copy of the object."""
        changed = copy.deepcopy(obj)
        parent = at(changed, self.path[:-1])
        if self.op == "remove":
            del parent[self.path[-1]]
        else:
            parent[self.path[-1]] = copy.deepcopy(self.value)
        return changed

    def patch(self) -> list:
        pointer = "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in self.path)
        operation = {"op": self.op, "path": pointer}
        return [operation if self.op == "remove" else dict(operation, value=self.value)]


def places(value, path=()):
    """The path of every member and item below."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield path + (key,)
        yield from places(member, path + (key,))


def at(value, path):
    for key in path:
        value = value[key]
    return value


def others(value):
    """Other values of the same type, and ones that look alike."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, float(value), str(value)]
    if isinstance(value, str):
        return [value + "x", ""] + ([int(value)] if value.isdigit() else [])
    if isinstance(value, list):
        longer = [value + value[:1]]
        return [[], *longer, value[::-1]] if len(value) > 1 else [[], *longer]
    return [{}] if isinstance(value, dict) else []


def is_fixed(path) -> bool:
    """What tells which object it is stays as it is."""
    return path[0] in ("apiVersion", "kind") or path == ("metadata",) or path[1:] in (("name",), ("namespace",))


def mutations(obj):
    """Yields Mutations: each member and item removed, replaced by other values, by null and by emptiness, lists turned
    round and with an item twice, objects with a member more."""
    for path in places(obj):
        if is_fixed(path):
            continue
        value = at(obj, path)
        yield Mutation("remove", path)
        yield Mutation("replace", path, None)
        for different in others(value):
            yield Mutation("replace", path, different)
        if isinstance(value, dict):
            yield Mutation("add", path + ("zz",), "z")
