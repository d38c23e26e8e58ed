#!/usr/bin/env python3
"""C files look as clang-format 14 makes them. Another version formats differently, so it is told apart."""
import re
import shutil
import subprocess
import sys

import tree

VERSION = 14
FOLDERS = tree.PRODUCT + ("tests",)


def find():
    """A clang-format of the right version, or None."""
    for name in ("clang-format-%d" % VERSION, "clang-format"):
        path = shutil.which(name)
        if path:
            text = subprocess.run([path, "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout
            if re.search(r"version %d\." % VERSION, text):
                return path
    return None


def check(root, program=None):
    program = program or find()
    paths = tree.files(root, "*.c", "*.h", under=FOLDERS)
    result = subprocess.run([program, "--dry-run", "--Werror", "--style=file"] + paths, stderr=subprocess.PIPE,
                            text=True, check=False)
    for line in result.stderr.splitlines():
        match = re.match(r"(.+?):(\d+):\d+: error: (.*)", line)
        if match:
            yield tree.Finding(match.group(1).replace("%s/" % root, ""), int(match.group(2)),
                               "is formatted differently (clang-format -i)")
    if result.returncode != 0 and not result.stderr:
        yield tree.Finding(".clang-format", 1, "clang-format failed")


if __name__ == "__main__":
    if find() is None:
        print("clang-format %d is missing" % VERSION)
        sys.exit(77)  # ctest counts it as skipped
    sys.exit(tree.main(check))
