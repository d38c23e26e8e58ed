#!/usr/bin/env python3
"""Nothing writes to standard output but the writer of the result: a stray line would spoil the module's answer."""
import re
import sys

import tree

WRITERS = ("module_utils/ansible/am_result.c",
           "module_utils/ansible/am_run.c",    # tells am_result where to write
           "module_utils/ansible/am_crash.c",  # on a fatal signal: a failure object made beforehand
           "module_utils/base/mem.c",          # out of memory: the same
           "module_utils/proc/child.c",        # gives a child its own standard output
           "daemon/actions.c")                 # what --help and --dump ask for
CALL = re.compile(r"\b(v?printf|puts|putchar|putchar_unlocked|perror)\s*\(|\b(stdout|STDOUT_FILENO)\b"
                  r"|\bv?dprintf\s*\(\s*1\s*,|\bwritev?\s*\(\s*1\s*,")


def check(root):
    for path in tree.files(root, "*.c", "*.h"):
        name = tree.relative(root, path)
        if name in WRITERS:
            continue
        text = tree.without_comments(path.read_text(encoding="utf-8"))
        for number, line in enumerate(text.splitlines(), 1):
            match = CALL.search(line)
            # format(printf, …) is an attribute.
            if match and "__attribute__" not in line and "format(printf" not in line:
                yield tree.Finding(name, number, "writes to standard output: %s" % match.group(0).strip())


if __name__ == "__main__":
    sys.exit(tree.main(check))
