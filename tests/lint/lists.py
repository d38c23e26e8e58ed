#!/usr/bin/env python3
"""Every C file is named in a CMake list: one that is not would silently be neither built nor tested."""
import re
import sys

import tree


def sources_of(text, function):
    """{name: its sources} of every call function(NAME SOURCES …)."""
    return {words[0]: set(tree.sections(words, "SOURCES", "LINKS").get("SOURCES", []))
            for words in tree.calls(text, function)}


def units_of(text):
    found = {}
    for words in tree.calls(text, "unit_tests"):
        found.setdefault(words[0], set()).update(tree.sections(words, "LINKS", "UNITS").get("UNITS", []))
    return found


def check_product(root, text):
    rooms, modules = sources_of(text, "room"), sources_of(text, "module")
    daemon = {"main.c"}.union(*sources_of(text, "daemon").values())
    for path in tree.files(root, "*.c"):
        kind, owner = path.relative_to(root).parts[:2]
        if kind == "daemon":
            if owner not in daemon:
                yield tree.Finding(tree.relative(root, path), 1, "is in no list of CMakeLists.txt")
            continue
        listed = (rooms if kind == "module_utils" else modules).get(owner, set())
        name = "/".join(path.relative_to(root).parts[2:])
        if name not in listed and not (kind == "modules" and name == "main.c" and owner in modules):
            yield tree.Finding(tree.relative(root, path), 1, "is in no list of CMakeLists.txt")


def check_tests(root, text):
    units = units_of(text)
    words = set(re.findall(r"[\w./-]+", re.sub(r"#[^\n]*", "", text)))
    for path in tree.files(root, "*.c", under=("tests",)):
        name = tree.relative(root, path)[len("tests/"):]
        parts = name.split("/")
        if parts[0] == "unit" and len(parts) == 3 and parts[2].startswith("test_"):
            listed = parts[2][len("test_"):-len(".c")] in units.get(parts[1], ())
        elif parts[0] == "servers":  # inside what the scripts of that folder build
            scripts = (root / "tests/servers" / parts[1]).glob("*.py")
            listed = any(path.name in script.read_text(encoding="utf-8") for script in scripts)
        else:
            fuzzed = path.stem[len("fuzz_"):] if path.stem.startswith("fuzz_") else None
            listed = bool({name, path.name, fuzzed} & words)
        if not listed:
            yield tree.Finding(tree.relative(root, path), 1, "is in no list of tests/CMakeLists.txt")


def check(root):
    yield from check_product(root, (root / "CMakeLists.txt").read_text(encoding="utf-8"))
    lists = sorted((root / "tests").rglob("CMakeLists.txt"))
    yield from check_tests(root, "\n".join(p.read_text(encoding="utf-8") for p in lists))


if __name__ == "__main__":
    sys.exit(tree.main(check))
