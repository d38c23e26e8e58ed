#!/usr/bin/env python3
"""What a header declares, the product uses elsewhere: every function, and every auto_ macro.

What its own file alone uses is static, unless a unit test calls it.
"""
import re
import sys
from typing import NamedTuple

import tree

# Names that stay although nothing of the product uses them, each with its reason.
EXCEPTIONS = {
    "capi_config_of_text": "what the fuzzer reads is no file",
    "capi_config_providers": "the fuzzer and its test walk the whole list",
    "clock_use": "tests let the time pass",
    "http_client_count": "tests hold how many requests were sent",
    "ready_row_get": "a test holds that every row has its case",
    "sink_of_buf": "the pair of source_of_bytes: tests look at what was written",
}

WORD = re.compile(r"(?<![\w.])(?<!->)[A-Za-z_]\w*")
CLEANUP = re.compile(r"^define_cleanup\s*\(\s*(\w+)\s*,[^()]*,\s*(\w+)\s*\)", re.MULTILINE)
MACRO = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)((?:[^\n\\]|\\\n|\\.)*)", re.MULTILINE)
DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\\n|\\.)*", re.MULTILINE)
HEAD = re.compile(r"(\w+)\s*\(")


class Piece(NamedTuple):
    """A declaration or a definition outside of braces."""
    line: int
    head: str
    body: str  # None: it ends with a semicolon


class Unit:
    """A file: what it includes, declares and defines, and the words of which it makes use."""

    def __init__(self, root, path):
        self.path, self.name = path, tree.relative(root, path)
        self.includes = [header for _, mark, header in tree.includes(path) if mark == '"']
        text = tree.without_comments(path.read_text(encoding="utf-8"))
        self.declared, self.defined, self.through = {}, set(), {}
        self.words = set()
        for match in MACRO.finditer(text):
            self.link(match.group(1), match.group(2))
            if match.group(1).startswith("auto_"):
                self.declared[match.group(1)] = text.count("\n", 0, match.start()) + 1
        blank = lambda match: "\n" * match.group(0).count("\n")
        text = DIRECTIVE.sub(blank, text)
        for match in CLEANUP.finditer(text):
            self.link(match.group(1) + "_cleanup", match.group(2))
        for piece in pieces(CLEANUP.sub(blank, text)):
            self.take(piece)

    def link(self, name, text):
        """Who uses NAME uses the words of TEXT."""
        self.through.setdefault(name, set()).update(WORD.findall(text))

    def take(self, piece):
        match = HEAD.search(piece.head)
        name = match.group(1) if match and not re.search(r"\btypedef\b|=", piece.head[:match.start()]) else None
        if piece.body is None and name:
            self.declared[name] = piece.line + piece.head.count("\n", 0, match.start())
        elif piece.body is not None and name:
            self.defined.add(name)
            if self.path.suffix == ".h":
                self.declared[name] = piece.line
                self.link(name, piece.body)
        self.words.update(WORD.findall((piece.head[match.end():] if name else piece.head) + " " + (piece.body or "")))


def pieces(text):
    begin = depth = 0
    opened = None
    for at, char in enumerate(text):
        if char == "{":
            opened = at if depth == 0 else opened
            depth += 1
        elif char == "}":
            depth -= 1
        if depth or char not in ";}":
            continue
        head, body = text[begin:opened or at], text[opened:at + 1] if opened else None
        yield Piece(text.count("\n", 0, begin) + 1 + len(head[:len(head) - len(head.lstrip())].split("\n")) - 1, head.strip(), body)
        begin, opened = at + 1, None


def closure(unit, units):
    """UNIT and every header that it sees."""
    seen, rest = {unit.name}, [unit]
    while rest:
        for header in rest.pop().includes:
            for folder in ("module_utils/", "modules/", "", "tests/"):
                other = units.get(folder + header)
                if other and other.name not in seen:
                    seen.add(other.name)
                    rest.append(other)
    return seen


def uses(unit, units):
    """(header, name) of all that UNIT uses of the headers it sees, directly or inside a macro."""
    seen = [units[name] for name in closure(unit, units)]
    owner = {name: other.name for other in seen if other.name.endswith(".h") for name in (*other.declared, *other.through)}
    found, rest = set(), list(unit.words | set().union(*unit.through.values()))
    while rest:
        word = rest.pop()
        if word not in owner or (owner[word], word) in found:
            continue
        found.add((owner[word], word))
        rest.extend(units[owner[word]].through.get(word, ()))
    return found


def users(root, units, under):
    """{(header, name): names of the files below UNDER that use it}."""
    found = {}
    for path in tree.files(root, "*.c", under=under):
        unit = units[tree.relative(root, path)]
        for used in uses(unit, units):
            found.setdefault(used, set()).add(unit.name)
    return found


def owners(units):
    """{name: the files that define it}."""
    found = {}
    for unit in units.values():
        for name in unit.defined:
            found.setdefault(name, set()).add(unit.name)
    return found


def cleaners(unit, name):
    """A macro is at home where the function that it calls is."""
    return unit.through.get(name, set()) - {"cleanup_with"} if name.startswith("auto_") else {name}


def judge(name, files, own, tested):
    """What is wrong with a name that FILES of the product use, OWN being those where it is at home; or None."""
    if files - own or (files and tested) or (name.startswith("auto_") and tested):
        return None
    if files:
        return "is used in %s alone: it belongs there" % min(files)
    return "is used by tests alone" if tested else "is used by nothing"


def check(root):
    units = {tree.relative(root, path): Unit(root, path)
             for path in tree.files(root, "*.c", "*.h", under=tree.PRODUCT + ("tests",))}
    product, tests, defined = users(root, units, tree.PRODUCT), users(root, units, ("tests",)), owners(units)
    excused = set()
    for path in tree.files(root, "*.h"):
        unit = units[tree.relative(root, path)]
        for name, line in sorted(unit.declared.items(), key=lambda item: item[1]):
            files = product.get((unit.name, name), set())
            own = set().union(*(defined.get(cleaner, set()) for cleaner in cleaners(unit, name)))
            text = judge(name, files, own, (unit.name, name) in tests)
            if not text:
                continue
            excused.add(name)
            if name not in EXCEPTIONS:
                yield tree.Finding(unit.name, line, "%s %s" % (name, text))
    for name in sorted(EXCEPTIONS if root == tree.ROOT else ()):
        if name not in excused:
            yield tree.Finding("tests/lint/used.py", 1, "%s needs no exception" % name)


if __name__ == "__main__":
    sys.exit(tree.main(check))
