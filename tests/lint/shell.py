#!/usr/bin/env python3
"""shellcheck has nothing to say about the shell scripts."""
import subprocess
import sys

import tree


def scripts(root):
    for path in tree.project_files(root):
        with open(path, "rb") as file:
            first = file.readline(80)
        if first.startswith(b"#!") and (b"bash" in first or first.rstrip().endswith(b"/sh")):
            yield path


def check(root):
    paths = list(scripts(root))
    if paths:
        result = subprocess.run(["shellcheck", "--format=gcc"] + paths, stdout=subprocess.PIPE, text=True, check=False)
        for line in result.stdout.splitlines():
            path, number, _, text = line.split(":", 3)
            yield tree.Finding(path.replace("%s/" % root, ""), int(number), text.strip())


if __name__ == "__main__":
    sys.exit(tree.main(check))
