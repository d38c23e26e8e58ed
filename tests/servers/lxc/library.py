"""The liblxc of other releases of Debian, each with the C library and the rest it was built for.

A program of this machine that loads liblxc at run time can be started on them by their own dynamic loader, while the
containers, their tools and the kernel stay this machine's.
"""
import shlex
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[3] / name) for name in ("tests", "build_support")]
from servers import cache  # noqa: E402

import sources  # noqa: E402

# Release: (version of liblxc, the package that holds it). The oldest that Debian still carries, and the newest line.
RELEASES = {"bullseye": ("4.0.6", "liblxc1"), "trixie": ("6.0.4", "liblxc1t64")}
WRAPPER = """#!/bin/sh
exec %s --library-path %s %s "$@"
"""


def library(release: str) -> Path:
    """The folder with the libraries, fetched if necessary. Raises RuntimeError where that cannot be done."""
    version, package = RELEASES[release]

    def unpack(target: Path):
        with tempfile.TemporaryDirectory(prefix="mcapi-liblxc-") as work:
            for file in sources.Apt(Path(work), release, "deb").download_binary(package):
                cache.run(["dpkg-deb", "-x", file, target], "unpacking %s" % file.name)

    return cache.build_once(cache.cache_dir() / ("liblxc-%s-%s" % (version, release)), unpack)


def wrap(release: str, program: Path, target: Path) -> Path:
    """Makes `target` a script that runs `program` with the libraries of the release."""
    root = library(release)
    loaders = sorted(path for path in root.glob("**/ld-linux-*.so.*") if path.is_file())
    if not loaders:
        raise RuntimeError("%s: no dynamic loader in it" % root)
    folders = ":".join(sorted({str(path.parent) for path in root.glob("**/lib*.so.*")}))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(WRAPPER % tuple(shlex.quote(str(word)) for word in (loaders[0], folders, program)), encoding="utf-8")
    target.chmod(0o755)
    return target


def main() -> int:
    """library.py PROGRAM FOLDER: for each release a script FOLDER/RELEASE/bin/NAME that runs PROGRAM; prints the folders."""
    program, folder = (Path(word).resolve() for word in sys.argv[1:])
    try:
        for release in RELEASES:
            print(wrap(release, program, folder / release / "bin" / program.name).parents[1])
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
