#!/usr/bin/env python3
"""What becomes of each option and result of what the collection replaces: docs/compat/*.json, and tables made of them.

compat.py TOOLS [ROOT] [--write]: TOOLS as for docs.py. Each name of a peer is taken, renamed, or left out for a reason.
What a file claims of a module is compared with the module's documentation, what it claims of roles with their variables
and tags. --write renews the tables in the pages; without it a table that is not that of its files is a finding. That no
name of a peer is missing is tested where the peers are, in tests/integration/ansible/test_compatibility.py.
"""
import json
import re
import sys
from pathlib import Path

import docs
import tree

DATA = "docs/compat"
KINDS = ("same", "noted", "renamed", "left_out")
BEGIN, END = "<!-- compatibility of %s: begin -->\n", "<!-- compatibility of %s: end -->\n"
MARK = re.compile(r"<!-- compatibility of (.+?): begin -->")


def results(returns: dict, where="") -> set:
    """Every key of RETURN, with a dot for what it contains."""
    found = set()
    for name, value in (returns or {}).items():
        found.add(where + name)
        if isinstance(value.get("contains"), dict):
            found |= results(value["contains"], "%s%s." % (where, name))
    return found


class Modules:
    """The names that modules have, by section."""

    def __init__(self, root: Path, tools: docs.Tools):
        self._root, self._tools, self._known = root, tools, {}

    def names(self, module: str, section: str) -> set:
        if module not in self._known:
            text = (self._root / docs.MODULES / (module + ".yml")).read_text(encoding="utf-8")
            page = self._tools.yaml(text)
            options = docs.documented_options(self._root, self._tools, page["DOCUMENTATION"])
            self._known[module] = {"options": set(options), "returns": results(page.get("RETURN"))}
        return self._known[module][section]


class Roles:
    """The words of roles and playbooks: what is read as a variable, and what is a tag."""

    def __init__(self, root: Path):
        files = [path for folder in ("roles", "playbooks") for path in sorted((root / folder).rglob("*.yml"))]
        text = "\n".join(path.read_text(encoding="utf-8") for path in files)
        tags = re.findall(r"^\s*(?:- )?tags: *\[?([\w, -]+)\]?$|^\s*(?:- )?tags:((?:\n\s+- [\w-]+)+)", text, re.MULTILINE)
        self._names = {"variables": set(re.findall(r"\b[a-z]\w+\b", text)),
                       "tags": {word for pair in tags for part in pair for word in re.findall(r"[\w-]+", part)}}

    def names(self, _, section: str) -> set:
        return self._names[section]


def claims(data: dict, known):
    """A sentence for everything that the file says of ours and that is not so."""
    for section, rows in data["sections"].items():
        ours = known.names(data.get("module"), section)
        there = [name for kind in KINDS for name in rows[kind]]
        for name in sorted({name for name in there if there.count(name) > 1}):
            yield "%s: stands in two places" % name
        for name in (*rows["same"], *rows["noted"]):
            if name not in ours:
                yield "%s: is said to be taken, but there is no such name here" % name
        for name, (target, _) in rows["renamed"].items():
            if target not in ours:
                yield "%s: is said to be %s, but there is no such name here" % (name, target)
        for name, why in rows["left_out"].items():
            if name in ours:
                yield "%s: is said to be left out, but there is such a name" % name
            if len(why.split()) < 2:
                yield "%s: is left out without a reason" % name


def coded(names) -> str:
    return ", ".join("`%s`" % name for name in names)


def rows_of(rows: dict):
    if rows["same"]:
        yield coded(rows["same"]), "the same"
    for name, note in sorted(rows["noted"].items()):
        yield coded([name]), "the same; " + note
    for name, (target, note) in sorted(rows["renamed"].items()):
        yield coded([name]), "`%s`%s" % (target, "; " + note if note else "")
    for name, why in sorted(rows["left_out"].items()):
        yield coded([name]), "left out: " + why


def table(data: dict) -> str:
    whole = "`%s` %s" % (data["peer"], data["version"])
    lines = []
    for rows in data["sections"].values():
        here = "`%s`" % data["module"] if data.get("module") else "here"
        lines += ["", "| %s of %s | %s%s |" % (rows["title"], whole, here, ", " + data["state"] if data.get("state") else ""), "|---|---|"]
        lines += ["| %s | %s |" % row for row in rows_of(rows)]
    return "\n".join(lines + ["", ""])


def renewed(text: str, name: str, content: str) -> str:
    """The page with the table of NAME in it. ValueError when it has no place for it."""
    begin, end = BEGIN % name, END % name
    head, rest = text.split(begin)
    return head + begin + content + end + rest.split(end)[1]


def load(root: Path) -> dict:
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted((root / DATA).glob("*.json"))}


def check_page(root: Path, name: str, data: dict, write: bool):
    path = root / data["page"]
    text = path.read_text(encoding="utf-8")
    try:
        fresh = renewed(text, name, table(data))
    except (ValueError, IndexError):
        yield tree.Finding(data["page"], 1, "has no place for the table of %s" % name)
        return
    if fresh != text and write:
        path.write_text(fresh, encoding="utf-8")
    elif fresh != text:
        yield tree.Finding(data["page"], 1, "the table of %s is not that of %s: compat.py --write" % (name, DATA))


def check(root: Path, tools: docs.Tools, write=False):
    modules, roles = Modules(root, tools), Roles(root)
    for name, data in load(root).items():
        for sentence in claims(data, modules if data.get("module") else roles):
            yield tree.Finding("%s/%s.json" % (DATA, name), 1, sentence)
        yield from check_page(root, name, data, write)


if __name__ == "__main__":
    sys.exit(docs.run_writer(check))
