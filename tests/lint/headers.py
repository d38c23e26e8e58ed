#!/usr/bin/env python3
"""Every header compiles alone, whatever was included before it."""
import concurrent.futures
import os
import shutil
import subprocess
import sys

import tree


def compile_alone(root, path):
    compiler = os.environ.get("CC") or shutil.which("gcc") or "cc"
    flags = ["-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-x", "c"]
    roots = ["-I", str(root / "module_utils"), "-I", str(root / "modules"), "-I", str(root / "tests"),
             "-I", str(root)]
    text = '#include "%s"\n' % path
    result = subprocess.run([compiler] + flags + roots + ["-"], input=text, stderr=subprocess.PIPE, text=True,
                            check=False)
    if result.returncode != 0:
        first = next((l for l in result.stderr.splitlines() if "error" in l), result.stderr)
        return tree.Finding(tree.relative(root, path), 1, "does not compile alone: " + first)
    return None


def check(root):
    headers = tree.files(root, "*.h", under=tree.PRODUCT + ("tests",))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        yield from filter(None, pool.map(lambda path: compile_alone(root, path), headers))


if __name__ == "__main__":
    sys.exit(tree.main(check))
