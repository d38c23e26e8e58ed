#!/usr/bin/env python3
"""No file of the project names a folder that only one machine has."""
import re
import sys

import tree

# Written so that this file does not find itself.
PRIVATE = re.compile(r"(?<![\w.-])/wor[k]/|(?<![\w/-])(\.\./)?share[d]/|/tmp/b[g]\b")
EXEMPT = {"dev": "share" + "d/"}  # the one place that knows where test data lies beside a checkout


def check(root):
    for path in tree.project_files(root):
        name = tree.relative(root, path)
        data = path.read_bytes()
        if b"\0" in data[:8192]:
            continue
        for number, line in enumerate(data.decode(errors="replace").splitlines(), 1):
            match = PRIVATE.search(line)
            if match and not (name in EXEMPT and match.group(0).endswith(EXEMPT[name])):
                yield tree.Finding(name, number, "names a private folder: %s" % match.group(0))


if __name__ == "__main__":
    sys.exit(tree.main(check))
