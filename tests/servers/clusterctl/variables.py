#!/usr/bin/env python3
"""variables.py CASE …: what clusterctl makes of the golden cases of variables, written beside their inputs.

CASE is a directory with `input`, a text with ${…}, and perhaps `env`, lines NAME=value. Written are `want`, the text
with the values, or `error`; and `variables`, the names that clusterctl lists.
"""
import re
import sys
import tempfile
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from servers.clusterctl.client import PANIC, Clusterctl  # noqa: E402

PANIC_TEXT = "bad substitution"  # what stands for a crash of clusterctl
WRITTEN = ("want", "error", "variables")
# `generate yaml` reads the text as YAML behind the substitution, so that the text travels as a scalar: the last one of
# the file, without a line break at its end, for what is left open must stay open until there.
HEAD = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata:\n  text: |2-\n    <"


def environment(case: Path) -> dict:
    path = case / "env"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return dict(line.partition("=")[::2] for line in lines)


def ask(clusterctl: Clusterctl, template: str, env: dict) -> dict:
    """{"want" or "error": …, "variables": …} for a text."""
    path = clusterctl.directory / "template.yaml"
    path.write_text(HEAD + template.replace("\n", "\n    "), encoding="utf-8")
    found = {}
    listed = clusterctl("generate", "yaml", "--from", path, "--list-variables", env=env)
    if not listed.failed:
        found["variables"] = "".join(re.findall(r"(?<=^  - ).*\n", listed.stdout, re.M))
    answer = clusterctl("generate", "yaml", "--from", path, env=env)
    if answer.rc == PANIC:
        found["error"] = PANIC_TEXT
    elif answer.failed:
        found["error"] = answer.error
    else:
        found["want"] = yaml.safe_load(answer.stdout)["data"]["text"][1:]
    return found


def main() -> int:
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="mcapi-variables-") as work:
        clusterctl = Clusterctl(work)
        for case in map(Path, sys.argv[1:]):
            found = ask(clusterctl, (case / "input").read_bytes().decode(), environment(case))
            for name in WRITTEN:
                (case / name).unlink(missing_ok=True)
                if found.get(name) is not None:
                    (case / name).write_bytes(found[name].encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
