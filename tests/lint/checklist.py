#!/usr/bin/env python3
"""Each case of k8s_apply's conformance checklist has a test whose name begins with its number: test_007_…."""
import re
import sys

import tree

CASES = range(1, 125)
NAME = re.compile(r"\btest_(\d{3})_\w+")


def check(root):
    found = set()
    for path in tree.files(root, "*.py", "*.c", under=("tests",)):
        if "lint" not in path.relative_to(root).parts:
            found.update(int(number) for number in NAME.findall(path.read_text(encoding="utf-8")))
    for number in CASES:
        if number not in found:
            yield tree.Finding("tests/integration", 1, "case %d has no test: no name begins with test_%03d_"
                               % (number, number))
    for number in sorted(found - set(CASES)):
        yield tree.Finding("tests/integration", 1, "test_%03d_… is no case of the checklist" % number)


if __name__ == "__main__":
    sys.exit(tree.main(check))
