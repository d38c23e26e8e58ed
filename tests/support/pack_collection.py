#!/usr/bin/env python3
"""Stages the collection and packs it.

    pack_collection.py --bin DIR [--bin-of CPU=DIR]… [--stage DIR] [--dist DIR] [--ansible-galaxy PATH]

The staged tree STAGE/ansible_collections/osa_ops/mcapi_vexxhost holds what belongs into the package and nothing else:
the modules from DIR beside their documentation, those for a further CPU in plugins/module_bin/CPU, the daemon of each CPU
in the files of its role, and neither sources nor tests. The same input gives the same bytes:
times come from SOURCE_DATE_EPOCH, else from the last commit. Prints the path of the tarball.
"""
import argparse
import gzip
import hashlib
import io
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("roles", "playbooks")  # copied as they are where they exist
FILES = ("galaxy.yml", "README.md", "LICENSE")
BENCH = "docs/bench"  # to which the README leads, as to the pages in collection/docs
DAEMON = "magnum-cluster-api-proxy"
DAEMON_FOLDER = "roles/capi_proxy/files"  # below it, a folder per CPU
IGNORED = shutil.ignore_patterns("__pycache__", "*.pyc", ".gitkeep", ".*.swp", "*~")


def galaxy_value(name: str) -> str:
    """A scalar at the top of galaxy.yml, which needs no YAML parser."""
    text = (ROOT / "galaxy.yml").read_text(encoding="utf-8")
    return re.search(r"^%s: *[\"']?([^\s\"']+)" % name, text, re.MULTILINE).group(1)


def module_names() -> list:
    return sorted(path.stem for path in (ROOT / "collection/plugins/modules").glob("*.yml"))


def epoch() -> int:
    if "SOURCE_DATE_EPOCH" in os.environ:
        return int(os.environ["SOURCE_DATE_EPOCH"])
    result = subprocess.run(["git", "-C", str(ROOT), "log", "-1", "--format=%ct"], stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, text=True, check=False)
    return int(result.stdout) if result.stdout.strip() else 0


def copy_program(source: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    try:
        shutil.copyfile(source, folder / source.name)
    except FileNotFoundError:
        sys.exit("%s is missing: build it first (./dev build)" % source)


def copy_programs(binaries: Path, folder: Path) -> None:
    for name in module_names():
        copy_program(binaries / name, folder)


def cpu_of(program: Path) -> str:
    """As `uname -m` prints it; of what is no program, this machine's."""
    head = program.read_bytes()[:20] if program.is_file() else b""
    machine = int.from_bytes(head[18:20], "little") if head[:4] == b"\x7fELF" else None
    return {0x3E: "x86_64", 0xB7: "aarch64"}.get(machine, platform.machine())


def is_program(path: Path, target: Path) -> bool:
    place = path.relative_to(target).parts
    if path.name == DAEMON and "/".join(place).startswith(DAEMON_FOLDER):
        return True
    if place[0] == "lxc":  # scripts for the hosts of containers
        return path.is_file() and not path.suffix
    return path.is_file() and not path.suffix and place[:2] in (("plugins", "modules"), ("plugins", "module_bin"))


def packed_place(path: str) -> str:
    """Where a file of the repository is in the package."""
    return re.sub(r"^collection/", "", path)


def link_from(page: Path, target: Path, match) -> str:
    """A link of a page in TARGET as the package has it; its words alone where it leads to what is not packed."""
    image, words, link, anchor = match.group(1), match.group(2), match.group(3), match.group(4) or ""
    place = page.relative_to(target).as_posix()
    in_repository = ROOT / place if (ROOT / place).is_file() else ROOT / "collection" / place
    meant = (in_repository.parent / link).resolve()
    there = target / packed_place(meant.relative_to(ROOT).as_posix())
    if not there.exists():
        return "" if image else words
    path = os.path.relpath(there, page.parent)
    return "%s[%s](%s%s)" % (image, path if words == link else words, path, anchor)


def lead_links(target: Path) -> None:
    """Pages lie elsewhere in the package than in the repository, and so does what they lead to."""
    for page in target.rglob("*.md"):
        text = page.read_text(encoding="utf-8")
        page.write_text(re.sub(r"(!?)\[([^\]]*)\]\((?![a-z]+:)([^)\s#]+)(#[^)\s]*)?\)", lambda match, page=page: link_from(page, target, match), text),
                        encoding="utf-8")


def stage(binaries: Path, target: Path, further=()) -> None:
    """Fills TARGET, the root of the staged collection. FURTHER holds pairs of a CPU and the folder of its programs."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(ROOT / "collection", target, symlinks=True, ignore=IGNORED)
    for name in FOLDERS:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target / name, symlinks=True, ignore=IGNORED)
    for name in FILES:
        shutil.copy(ROOT / name, target / name)
    shutil.copytree(ROOT / BENCH, target / BENCH, ignore=IGNORED)
    lead_links(target)
    copy_programs(binaries, target / "plugins/modules")
    copy_program(binaries / DAEMON, target / DAEMON_FOLDER / cpu_of(binaries / DAEMON))
    for cpu, folder in further:
        copy_programs(folder, target / "plugins/module_bin" / cpu)
        copy_program(folder / DAEMON, target / DAEMON_FOLDER / cpu)
    for path in sorted(target.rglob("*"), reverse=True):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or is_program(path, target) else 0o644)


def normalise(source: Path, target: Path, when: int) -> None:
    """The same package with entries in sorted order and all times set to WHEN.

    ansible-galaxy stamps its two manifests with the current time and lists files in the directory's order.
    """
    with tarfile.open(source) as package:
        members = {m.name: m for m in package.getmembers()}
        content = {n: package.extractfile(m).read() for n, m in members.items() if m.isreg()}
    files = json.loads(content["FILES.json"])
    files["files"].sort(key=lambda entry: entry["name"])
    content["FILES.json"] = json.dumps(files, indent=1).encode()
    manifest = json.loads(content["MANIFEST.json"])
    manifest["file_manifest_file"]["chksum_sha256"] = hashlib.sha256(content["FILES.json"]).hexdigest()
    content["MANIFEST.json"] = json.dumps(manifest, indent=1).encode()
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as package:
        for name in sorted(members, key=lambda n: (n not in ("MANIFEST.json", "FILES.json"), n)):
            member = members[name]
            member.mtime, member.uid, member.gid, member.uname, member.gname = when, 0, 0, "", ""
            member.pax_headers = {}
            if name in content:
                member.size = len(content[name])
                package.addfile(member, io.BytesIO(content[name]))
            else:
                package.addfile(member)
    with open(target, "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        packed.write(plain.getvalue())


def pack(tree: Path, dist: Path, ansible_galaxy: str) -> Path:
    name = "%s-%s-%s.tar.gz" % tuple(galaxy_value(n) for n in ("namespace", "name", "version"))
    dist.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=dist) as work:
        result = subprocess.run([ansible_galaxy, "collection", "build", "--output-path", work, str(tree)],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if result.returncode != 0:
            sys.exit("ansible-galaxy collection build failed:\n" + result.stdout)
        normalised = Path(work) / "normalised"
        normalise(Path(work) / name, normalised, epoch())
        normalised.replace(dist / name)
    return dist / name


def cpu_and_folder(text: str):
    cpu, found, folder = text.partition("=")
    if not (re.fullmatch(r"\w+", cpu) and found and folder):
        raise argparse.ArgumentTypeError("CPU=DIR is expected")
    return cpu, Path(folder)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, required=True, help="where the built modules are")
    parser.add_argument("--bin-of", type=cpu_and_folder, action="append", default=[], metavar="CPU=DIR",
                        help="where those for a further CPU are; the CPU as `uname -m` prints it")
    parser.add_argument("--stage", type=Path, default=ROOT / "build/stage", help="default: build/stage")
    parser.add_argument("--dist", type=Path, default=ROOT / "build/dist", help="default: build/dist")
    parser.add_argument("--ansible-galaxy", default="ansible-galaxy")
    arguments = parser.parse_args()
    tree = arguments.stage / "ansible_collections" / galaxy_value("namespace") / galaxy_value("name")
    stage(arguments.bin, tree, arguments.bin_of)
    print(pack(tree, arguments.dist, arguments.ansible_galaxy))
    return 0


if __name__ == "__main__":
    sys.exit(main())
