#!/usr/bin/env python3
"""The sources of the libraries that the portable programs contain: Debian's source packages, pinned.

    sources.py --update-pins     pins what Debian serves today, with the hashes from its signed index
    sources.py                   fetches what is pinned, verifies it, prints the directory

third_party/sources.json names versions and SHA-256 sums; nothing that differs is unpacked. All are of one release of
Debian, but for packages that name another (curl: before 8.1 an HTTP/2 connection with many large answers could stand
still until some timer rang). Fetching is apt's work, with a list of package sources made for the moment from the
machine's own: /etc/apt and apt's caches stay as they are. Files that were fetched stay in the cache; on a machine
without network they can be put there by hand.
"""
import argparse
import functools
import hashlib
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))
from servers import cache  # noqa: E402

PINS = ROOT / "third_party/sources.json"


def read_pins() -> dict:
    return json.loads(PINS.read_text(encoding="utf-8"))


def store() -> Path:
    return cache.cache_dir() / "sources"


def digest(path: Path) -> str:
    total = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            total.update(block)
    return total.hexdigest()


# ---- apt, on files of its own

def machine_entries(etc=Path("/etc/apt")):
    """Yields (options, URI, suite) of every source of binary packages that this machine uses."""
    for path in [etc / "sources.list"] + sorted((etc / "sources.list.d").glob("*.list")):
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            match = re.match(r"deb\s+(\[[^]]*\]\s+)?(\S+)\s+(\S+)\s", line)
            if match:
                yield match.group(1) or "", match.group(2), match.group(3)
    for path in sorted((etc / "sources.list.d").glob("*.sources")):
        for stanza in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")):
            fields = dict(re.findall(r"(?m)^([A-Za-z-]+):[ \t]*(.*)$", stanza))
            if "deb" in fields.get("Types", "").split() and fields.get("Enabled", "yes") != "no":
                keys = fields.get("Signed-By", "")
                options = "[signed-by=%s] " % keys if keys.startswith("/") else ""
                for uri in fields.get("URIs", "").split():
                    for suite in fields.get("Suites", "").split():
                        yield options, uri, suite


def source_list(release: str, entries, kind="deb-src") -> str:
    """The machine's Debian servers as sources of RELEASE's packages (source packages, or "deb": binary ones), whatever
    release the machine has."""
    found = {}
    for options, uri, suite in entries:
        pocket = re.search(r"(-updates|-security|)$", suite).group(1)
        if re.search(r"/debian(-security)?/?$", uri):
            found.setdefault((uri, pocket), "%s %s%s %s%s main\n" % (kind, options, uri, release, pocket))
    if not found:
        raise RuntimeError("the libraries come from Debian's packages, and this machine knows no Debian server")
    return "".join(found.values())


class Apt:
    """apt-get and apt-cache with lists and caches in WORK: source packages of a release, or binary ones for a machine on
    which nothing is installed."""

    def __init__(self, work: Path, release: str, kind="deb-src"):
        for name in ("state/lists/partial", "cache/archives/partial", "files"):
            (work / name).mkdir(parents=True)
        (work / "sources.list").write_text(source_list(release, machine_entries(), kind), encoding="utf-8")
        (work / "nothing").touch()
        self.files = work / "files"
        self._archives = work / "cache/archives"
        self._options = []
        for option in ("Dir::Etc::sourcelist=%s" % (work / "sources.list"), "Dir::Etc::sourceparts=/dev/null",
                       "Dir::State=%s" % (work / "state"), "Dir::State::status=%s" % (work / "nothing"),
                       "Dir::Cache=%s" % (work / "cache"), "APT::Sandbox::User=root", "Acquire::Retries=1",
                       "Acquire::http::Timeout=20", "Acquire::https::Timeout=20", "Acquire::Languages=none"):
            self._options += ["-o", option]
        self._run("apt-get", "update", "-q", "--error-on=any", what="reading Debian's list of sources")

    def _run(self, tool: str, *arguments, what: str) -> str:
        return cache.run((tool,) + tuple(self._options) + arguments, what, cwd=self.files)

    def versions(self, package: str) -> list:
        """Newest first."""
        text = self._run("apt-cache", "showsrc", "--only-source", package, what="looking for %s" % package)
        found = set(re.findall(r"(?m)^Version: (\S+)$", text))
        return sorted(found, key=functools.cmp_to_key(compare_versions), reverse=True)

    def download(self, package: str, version: str) -> list:
        """The files of the package, as apt verified them."""
        before = set(self.files.iterdir())
        self._run("apt-get", "source", "-q", "--download-only", "--only-source", "%s=%s" % (package, version),
                  what="fetching %s %s" % (package, version))
        return sorted(set(self.files.iterdir()) - before)

    def download_binary(self, package: str) -> list:
        """The newest binary package and all that it depends on, as apt verified them."""
        self._run("apt-get", "install", "-q", "-y", "--download-only", "--no-install-recommends", package,
                  what="fetching %s" % package)
        return sorted(self._archives.glob("*.deb"))


def compare_versions(left: str, right: str) -> int:
    if left == right:
        return 0
    is_less = subprocess.run(["dpkg", "--compare-versions", left, "lt", right], check=False).returncode == 0
    return -1 if is_less else 1


# ---- what is pinned

def is_fetched(files: dict) -> bool:
    return all((store() / name).is_file() and digest(store() / name) == sha for name, sha in files.items())


def keep(path: Path, sha256: str) -> None:
    """Moves a fetched file into the store, if it is the pinned one."""
    if digest(path) != sha256:
        raise RuntimeError("%s is not the file that is pinned in %s" % (path.name, PINS.relative_to(ROOT)))
    fresh = store() / ("." + path.name)
    fresh.write_bytes(path.read_bytes())
    fresh.rename(store() / path.name)


class Releases:
    """The apt of each package's release, made when the first package of it is asked for."""

    def __init__(self, work: Path, pins: dict):
        self._work, self._pins, self._apts = work, pins, {}

    def __getitem__(self, package: str):
        release = self._pins["packages"][package].get("release", self._pins["release"])
        if release not in self._apts:
            self._apts[release] = Apt(self._work / release, release)
        return self._apts[release]


def fetch(pins: dict) -> Path:
    """All pinned files, verified, in the directory that is returned."""
    with cache.lock(cache.cache_dir() / "sources.lock"):
        store().mkdir(exist_ok=True)
        missing = {name: pin for name, pin in pins["packages"].items() if not is_fetched(pin["files"])}
        if missing:
            with tempfile.TemporaryDirectory(prefix="mcapi-apt-") as work:
                releases = Releases(Path(work), pins)
                for name, pin in missing.items():
                    apt = releases[name]
                    try:
                        apt.download(name, pin["version"])
                    except RuntimeError as error:
                        raise RuntimeError("%s\nDebian replaces a version when it has a newer one; then %s "
                                           "--update-pins is due" % (error, Path(__file__).name)) from None
                    for file, sha256 in pin["files"].items():
                        keep(apt.files / file, sha256)
    return store()


def unpack(pins: dict, package: str, target: Path) -> Path:
    """The package's source with Debian's patches."""
    dsc = next(name for name in pins["packages"][package]["files"] if name.endswith(".dsc"))
    cache.run(["dpkg-source", "--no-copy", "-x", store() / dsc, target], "unpacking %s" % package)
    return target


def update_pins(pins: dict) -> None:
    """Pins the newest version of each package that the servers really have: now and then an index is ahead of them."""
    with tempfile.TemporaryDirectory(prefix="mcapi-apt-") as work:
        releases = Releases(Path(work), pins)
        for name, pin in pins["packages"].items():
            apt = releases[name]
            for version in apt.versions(name):
                for left in apt.files.iterdir():
                    left.unlink()
                try:
                    files = apt.download(name, version)
                except RuntimeError as error:
                    print("%s %s cannot be fetched: %s" % (name, version, str(error).splitlines()[-1]), file=sys.stderr)
                    continue
                pin.update(version=version, files={path.name: digest(path) for path in files})
                break
            print("%s %s" % (name, pin["version"]))
    PINS.write_text(json.dumps(pins, indent=2) + "\n", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update-pins", action="store_true", help="writes third_party/sources.json anew")
    try:
        if parser.parse_args().update_pins:
            update_pins(read_pins())
        else:
            print(fetch(read_pins()))
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
