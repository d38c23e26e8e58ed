#!/usr/bin/env python3
"""The documentation of each module and its option table in C say the same.

docs.py TOOLS [ROOT]: TOOLS is the folder of the programs yaml_to_json and, one for each module, spec_dump_MODULE.
"""
import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import tree

MODULES = "collection/plugins/modules"
DUMP = "spec_dump_"
FRAGMENTS = "collection/plugins/doc_fragments"
COMPARED = ("type", "elements", "required", "default")
LISTED = ("aliases", "choices")


class Tools:
    def __init__(self, directory: Path):
        self._directory = directory

    def modules(self) -> list:
        return sorted(path.name[len(DUMP):] for path in self._directory.glob(DUMP + "*"))

    def spec(self, module: str) -> dict:
        text = subprocess.run([self._directory / (DUMP + module)], stdout=subprocess.PIPE, check=True).stdout
        return json.loads(text)

    def yaml(self, text: str):
        """The first document."""
        result = subprocess.run([self._directory / "yaml_to_json", "/dev/stdin"], input=text.encode(), stdout=subprocess.PIPE,
                                check=True)
        return json.loads(result.stdout)[0]


def fragment_texts(path: Path) -> dict:
    """{attribute in lower case: YAML text} of the class ModuleDocFragment."""
    found = {}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            found[node.targets[0].id.lower()] = node.value.value
    return found


def documented_options(root: Path, tools: Tools, documentation: dict) -> dict:
    """The options of the module and of the fragments that it extends."""
    options = dict(documentation["options"])
    for name in documentation.get("extends_documentation_fragment", []):
        parts = name.split(".")[2:]  # after namespace and collection
        texts = fragment_texts(root / FRAGMENTS / (parts[0] + ".py"))
        fragment = tools.yaml(texts[parts[1] if len(parts) > 1 else "documentation"])
        options.update(fragment["options"])
    return options


def normalised(documented: dict) -> dict:
    """A documented option in the shape of a row of the table."""
    row = {"type": documented.get("type", "str"), "elements": documented.get("elements"),
           "required": documented.get("required", False), "default": documented.get("default")}
    row.update({key: sorted(map(str, documented.get(key) or [])) for key in LISTED})
    return row


def text_of(documented: dict) -> str:
    description = documented.get("description", "")
    return description if isinstance(description, str) else "\n".join(description)


def compare(documented: dict, table: dict, where=""):
    """Yields a sentence for every difference."""
    for name in sorted(set(documented) | set(table)):
        path = where + name
        if name not in documented:
            yield "%s is not documented" % path
        elif name not in table:
            yield "%s is documented, but there is no such option" % path
        else:
            yield from compare_one(documented[name], table[name], path)


def compare_one(documented: dict, row: dict, path: str):
    said = normalised(documented)
    done = {key: row.get(key) for key in COMPARED}
    done.update({key: sorted(row.get(key) or []) for key in LISTED})
    for key in COMPARED + LISTED:
        if said[key] != done[key]:
            yield "%s: %s is documented as %s and is %s" % (path, key, json.dumps(said[key]), json.dumps(done[key]))
    if not text_of(documented).strip():
        yield "%s has no description" % path
    for variable in row.get("env") or []:
        if not re.search(r"E\(%s\)" % variable, text_of(documented)):
            yield "%s: the environment variable %s is not documented" % (path, variable)
    yield from compare(documented.get("suboptions") or {}, row.get("suboptions") or {}, path + ".")


def check_module(root: Path, tools: Tools, module: str):
    path = "%s/%s.yml" % (MODULES, module)
    if not (root / path).is_file():
        yield tree.Finding(path, 1, "the module %s has no documentation" % module)
        return
    documentation = tools.yaml((root / path).read_text(encoding="utf-8"))["DOCUMENTATION"]
    for sentence in compare(documented_options(root, tools, documentation), tools.spec(module)["options"]):
        yield tree.Finding(path, 1, sentence)


def check(root: Path, tools: Tools):
    for module in tools.modules():
        yield from check_module(root, tools, module)


def run_writer(check_or_write) -> int:
    """The main function of a lint that is told TOOLS [ROOT] [--write]; check_or_write(root, tools, write) yields findings."""
    words = [word for word in sys.argv[1:] if word != "--write"]
    root = Path(words[1]) if len(words) > 1 else tree.ROOT
    findings = list(check_or_write(root, Tools(Path(words[0])), "--write" in sys.argv))
    for finding in findings:
        print(finding)
    return 1 if findings else 0


def main() -> int:
    tools = Tools(Path(sys.argv[1]))
    root = Path(sys.argv[2]) if len(sys.argv) > 2 else tree.ROOT
    findings = list(check(root, tools))
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
