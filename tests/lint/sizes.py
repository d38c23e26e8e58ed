#!/usr/bin/env python3
"""The table of sizes in CONTRIBUTING.md is true of the tree: what is none is none, and the rest is off by a tenth at most."""
import argparse
import re
import sys
from pathlib import Path

import tree

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "build_support"))
import count  # noqa: E402

OFF = 0.1  # numbers that grow with every commit are counted again now and then


def told(root):
    """{title: (line, cell of this tree)} of the table."""
    lines = (root / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines()
    cells = [(number, [cell.strip() for cell in line.strip("|").split("|")]) for number, line in enumerate(lines, 1)]
    begin = next((number for number, row in cells if row[:2] == ["", "here"]), None)
    found = {}
    for number, row in cells[(begin or len(cells)) + 1:]:
        if len(row) < 2:
            break
        found[row[0]] = (number, row[1])
    return found


def numbers(cell):
    return [float(word.replace(",", "")) for word in re.findall(r"\d[\d,]*(?:\.\d+)?", cell)]


def near(one, other):
    return len(one) == len(other) and all(abs(a - b) <= OFF * a for a, b in zip(one, other))


def check(root):
    table = told(root)
    product, tests = [root / name for name in tree.PRODUCT], [root / "tests"]
    for title, value in count.rows(argparse.Namespace(product=product, tests=tests, without=[])):
        line, said = table.pop(title, (1, ""))
        if not near(numbers(said), numbers(value)):
            yield tree.Finding("CONTRIBUTING.md", line, "%s: %s, and the tree has %s" % (title, said or "nothing", value))
    for title, (line, _) in table.items():
        yield tree.Finding("CONTRIBUTING.md", line, "%s: nobody counts that" % title)


if __name__ == "__main__":
    sys.exit(tree.main(check))
