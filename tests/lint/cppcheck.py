#!/usr/bin/env python3
"""cppcheck has nothing to say about the product. cppcheck.py BUILD [ROOT]: what it learned is kept in BUILD."""
import os
import subprocess
import sys
from pathlib import Path

import tree

FLAGS = ["--enable=warning,performance,portability", "--std=c11", "--inline-suppr", "--quiet", "--error-exitcode=1",
         "--suppress=missingInclude", "--suppress=missingIncludeSystem", "-D_GNU_SOURCE",
         # Hexadecimal floats are beyond cppcheck 2.10, and NULL is a pointer in every C compiler we use.
         "--suppress=incorrectLogicOperator", "--suppress=varFuncNullUB",
         "--template={file}:{line}: {severity}: {message} [{id}]"]
# cppcheck does not read jansson's header, where these loops come from.
LOOPS = """\
#define json_object_foreach(o, k, v) for (k = next_key(o), v = next(o); k; v = next(o))
#define json_object_foreach_safe(o, n, k, v) for (k = next_key(o), v = next(o); k; v = next(o))
#define json_array_foreach(a, i, v) for (i = 0, v = next(a); v; i++, v = next(a))
"""


def run(root: Path, build: Path):
    """(exit status, what it printed)."""
    kept = build / "cppcheck"
    kept.mkdir(parents=True, exist_ok=True)
    loops = kept / "loops.h"
    loops.write_text(LOOPS, encoding="ascii")
    places = ["-I", root / "module_utils", "-I", root / "modules", "-I", root,
              *(root / name for name in tree.PRODUCT if (root / name).is_dir())]
    result = subprocess.run(["cppcheck", "--cppcheck-build-dir=%s" % kept, "-j", str(os.cpu_count()),
                             "--include=%s" % loops] + FLAGS + places,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return result.returncode, result.stdout


def main() -> int:
    status, text = run(Path(sys.argv[2]).resolve() if len(sys.argv) > 2 else tree.ROOT, Path(sys.argv[1]))
    print(text, end="")
    return status


if __name__ == "__main__":
    sys.exit(main())
