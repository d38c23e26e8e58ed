#!/usr/bin/env python3
"""A page for each module, collection/docs/modules/NAME.md, made of its documentation.

reference.py TOOLS [ROOT] [--write]: TOOLS as for docs.py, which compares that documentation with the table in C. --write
renews the pages; without it a page that is not what would be written is a finding.
"""
import re
import sys
from pathlib import Path

import docs
import tree

PAGES = "collection/docs/modules"
HEAD = "<!-- Made of collection/plugins/modules/%s.yml by tests/lint/reference.py --write. -->\n"
MARKUP = re.compile(r"\b(O|V|C|E|RV|M|P|I|B|U)\(((?:\\.|[^)\\])*)\)")
LINK = re.compile(r"\bL\(([^,)]*), *([^)]*)\)")


def plain(text: str) -> str:
    """Ansible's markup as Markdown."""
    def code(match):
        mark, inner = match.group(1), re.sub(r"\\(.)", r"\1", match.group(2))
        if mark == "U":
            return "<%s>" % inner
        return {"I": "*%s*", "B": "**%s**"}.get(mark, "`%s`") % inner.split("#")[0]

    return MARKUP.sub(code, LINK.sub(r"[\1](\2)", " ".join(text.split())))


def sentences(description) -> str:
    parts = [description] if isinstance(description, str) else description or []
    return " ".join(plain(part) for part in parts)


def value(content) -> str:
    if isinstance(content, bool):
        return "true" if content else "false"
    return '""' if content == "" else str(content).replace("'", '"') if isinstance(content, (list, dict)) else str(content)


def kind(option: dict) -> str:
    """list of str, required, default [], one of a or b, also as c"""
    name = option.get("type", "str")
    words = ["%s of %s" % (name, option["elements"]) if option.get("elements") else name]
    if option.get("required"):
        words.append("required")
    if option.get("default") is not None:
        words.append("default `%s`" % value(option["default"]))
    if option.get("choices"):
        words.append("one of " + ", ".join("`%s`" % value(choice) for choice in option["choices"]))
    if option.get("aliases"):
        words.append("also as " + ", ".join("`%s`" % alias for alias in option["aliases"]))
    return ", ".join(words)


def options(rows: dict, depth=0):
    for name, option in sorted(rows.items()):
        yield "%s- **`%s`** (%s): %s" % ("  " * depth, name, kind(option), sentences(option.get("description")))
        yield from options(option.get("suboptions") or {}, depth + 1)


def results(rows: dict, depth=0):
    for name, key in sorted(rows.items()):
        returned = "; returned " + plain(key["returned"]) if key.get("returned") else ""
        yield "%s- **`%s`** (%s%s): %s" % ("  " * depth, name, kind(key), returned, sentences(key.get("description")))
        contains = key.get("contains")
        if isinstance(contains, dict):
            yield from results(contains, depth + 1)


def page(root: Path, tools: docs.Tools, name: str) -> str:
    document = tools.yaml((root / docs.MODULES / (name + ".yml")).read_text(encoding="utf-8"))
    said = document["DOCUMENTATION"]
    everything = docs.documented_options(root, tools, said)
    shared = {key: option for key, option in everything.items() if key not in said["options"]}
    parts = [HEAD % name + "# osa_ops.mcapi_vexxhost.%s" % name, plain(said["short_description"]) + ".",
             "\n".join("- " + plain(line) for line in said["description"])]
    if said.get("requirements"):
        parts += ["Needed:", "\n".join("- " + plain(line) for line in said["requirements"])]
    parts += ["| Mode | Support | |\n|---|---|---|\n" + "\n".join(
        "| %s | %s | %s |" % (mode, row["support"], sentences(row["description"])) for mode, row in sorted(said["attributes"].items()))]
    parts += ["## Options", "\n".join(options(said["options"]))]
    if shared:
        parts += ["## Options that it shares with others", "\n".join(options(shared))]
    parts += ["## Examples", "```yaml\n%s\n```" % document["EXAMPLES"].strip(), "## Results", "\n".join(results(document["RETURN"]))]
    return "\n\n".join(parts) + "\n"


def check(root: Path, tools: docs.Tools, write=False):
    names = {path.stem for path in (root / docs.MODULES).glob("*.yml")}
    for path in sorted((root / PAGES).glob("*.md")):
        if path.stem not in names:
            yield tree.Finding(tree.relative(root, path), 1, "there is no such module")
    for name in sorted(names):
        path = root / PAGES / (name + ".md")
        fresh = page(root, tools, name)
        if path.is_file() and path.read_text(encoding="utf-8") == fresh:
            continue
        if write:
            path.parent.mkdir(exist_ok=True)
            path.write_text(fresh, encoding="utf-8")
        else:
            yield tree.Finding("%s/%s.md" % (PAGES, name), 1, "is not what the documentation says: reference.py --write")


if __name__ == "__main__":
    sys.exit(docs.run_writer(check))
