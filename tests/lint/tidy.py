#!/usr/bin/env python3
"""clang-tidy has nothing to say about the product.

tidy.py BUILD [ROOT]: BUILD holds compile_commands.json. A file is looked at again only when its preprocessed text, its
flags, .clang-tidy or clang-tidy itself changed.
"""
import concurrent.futures
import hashlib
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import tree

# The commands may be gcc's.
QUIET = ["-Wno-unknown-warning-option", "-Qunused-arguments"]
UNKNOWN_TO_CLANG = {"-fprofile-update=atomic", "-fanalyzer"}


def commands(build: Path, root: Path):
    """(source, its compiler flags) of every file of the product."""
    seen = set()
    for entry in json.loads((build / "compile_commands.json").read_text(encoding="utf-8")):
        path = Path(entry["file"])
        inside = root in path.parents and path.relative_to(root).parts[0] in tree.PRODUCT
        if inside and path not in seen:
            seen.add(path)
            words = shlex.split(entry["command"])[1:]
            flags = [w for w, before in zip(words, [""] + words)
                     if w.startswith(("-I", "-D", "-std", "-isystem", "-W")) or before == "-isystem"]
            yield path, [f for f in flags if f not in UNKNOWN_TO_CLANG and f != "-Werror"] + QUIET


def stamps() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    path = Path(base) / "mcapi-native" / "tidy"
    path.mkdir(parents=True, exist_ok=True)
    return path


def fingerprint(root: Path, path: Path, flags, salt: bytes) -> str:
    """The same in every checkout: no line markers, no absolute paths."""
    text = subprocess.run(["clang", "-E", "-C", "-P"] + flags + [str(path)], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=False).stdout
    words = " ".join(flags + [str(path)]).replace(str(root), "")
    return hashlib.sha256(b"\0".join([salt, words.encode(), text])).hexdigest()


def look(root: Path, path: Path, flags, salt: bytes) -> str:
    """What clang-tidy says about one file, "" when it is content."""
    stamp = stamps() / fingerprint(root, path, flags, salt)
    if stamp.exists():
        return ""
    result = subprocess.run(["clang-tidy", "--quiet", str(path), "--"] + flags, stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, text=True, check=False)
    if result.returncode == 0 and "warning:" not in result.stdout:
        stamp.touch()
        return ""
    return result.stdout or "%s: clang-tidy failed" % path


def check(root: Path, build: Path):
    version = subprocess.run(["clang-tidy", "--version"], stdout=subprocess.PIPE, check=True).stdout
    salt = version + (root / ".clang-tidy").read_bytes()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(look, root, path, flags, salt) for path, flags in commands(build, root)]
        for job in jobs:
            if job.result():
                yield job.result()


def main() -> int:
    root = Path(sys.argv[2]).resolve() if len(sys.argv) > 2 else tree.ROOT
    findings = list(check(root, Path(sys.argv[1])))
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
