#!/usr/bin/env python3
"""Every #include of a project header, and every link line, agrees with the table in module_utils/README.md, and the reverse."""
import sys

import tree


def check_includes(root, rows):
    for path in tree.files(root, "*.c", "*.h"):
        room = tree.room_of(root, path)
        if room not in rows:
            yield tree.Finding(tree.relative(root, path), 1, "%s has no row in module_utils/README.md" % room)
            continue
        for line, mark, header in tree.includes(path):
            if mark == "<":
                continue
            other = header.split("/")[0]
            if room == "modules/" + other:
                continue
            if "/" not in header:
                text = "write it as room/%s" % header
            elif other == room or other in rows[room].may_include:
                if not header.endswith("_priv.h") or other == room:
                    continue
                text = "%s is private to %s" % (header, other)
            else:
                text = "%s may not include %s" % (room, header)
            yield tree.Finding(tree.relative(root, path), line, text)


def check_tests(root, rows):
    for path in tree.files(root, "*.c", "*.h", under=("tests",)):
        for line, _, header in tree.includes(path):
            room = header.split("/")[0]
            if header.endswith("_priv.h") and room in rows and room not in path.parts:
                yield tree.Finding(tree.relative(root, path), line, "%s is private to %s and its tests" % (header, room))


def check_links(root, rows):
    text = (root / "CMakeLists.txt").read_text(encoding="utf-8")
    targets = [(words[0], words) for words in tree.calls(text, "room") if words[0] != "name"]
    targets += [("modules/" + words[0], words) for words in tree.calls(text, "module")]
    targets += [("daemon", words) for words in tree.calls(text, "daemon") if words[0] != "name"]
    for room, words in targets:
        if room not in rows:
            yield tree.Finding("CMakeLists.txt", 1, "%s has no row in module_utils/README.md" % room)
            continue
        for link in tree.sections(words, "SOURCES", "LINKS").get("LINKS", []):
            if link.startswith("room_") and link[len("room_"):] not in rows[room].may_include:
                yield tree.Finding("CMakeLists.txt", 1, "%s may not link %s" % (room, link))


def check_arrows(rows):
    """The table itself: arrows point down, and on one floor only yaml → json."""
    for row in rows.values():
        for other in row.may_include:
            if other not in rows:
                yield tree.Finding("module_utils/README.md", 1, "%s: there is no room %s" % (row.room, other))
            elif rows[other].floor >= row.floor and (row.room, other) != ("yaml", "json"):
                yield tree.Finding("module_utils/README.md", 1, "%s: %s is not below it" % (row.room, other))


def check_grants(root, rows):
    """A grant of which nobody makes use says that rooms belong together which do not."""
    used = {room: set() for room in rows}
    for path in tree.files(root, "*.c", "*.h"):
        used.setdefault(tree.room_of(root, path), set()).update(header.split("/")[0] for _, _, header in tree.includes(path))
    for row in rows.values():
        for other in sorted(row.may_include & set(rows) - used[row.room]):
            yield tree.Finding("module_utils/README.md", 1, "%s may include %s and does not" % (row.room, other))


def check(root):
    rows = tree.floors(root)
    yield from check_arrows(rows)
    yield from check_includes(root, rows)
    yield from check_tests(root, rows)
    yield from check_grants(root, rows)
    yield from check_links(root, rows)


if __name__ == "__main__":
    sys.exit(tree.main(check))
