"""What the lints share: the files of the tree, findings, C text without comments, the table of floors."""
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]


class Finding(NamedTuple):
    path: str
    line: int
    text: str

    def __str__(self):
        return "%s:%d: %s" % self


def main(check) -> int:
    """Runs a lint from the command line: [ROOT]. Exit status 1 if there are findings."""
    root = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT
    findings = list(check(root))
    for finding in findings:
        print(finding)
    return 1 if findings else 0


PRODUCT = ("module_utils", "modules", "daemon")


def files(root: Path, *patterns: str, under=PRODUCT):
    """Sorted paths below the named folders."""
    return sorted(p for folder in under for pattern in patterns for p in (root / folder).rglob(pattern))


def relative(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()


def project_files(root: Path):
    """Every file that is or may become part of the repository."""
    listed = subprocess.run(["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            stdout=subprocess.PIPE, check=True).stdout
    paths = (root / name.decode() for name in listed.split(b"\0") if name)
    return sorted(p for p in paths if p.is_file() and not p.is_symlink())


TOKEN = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL)


def without_comments(text: str, strings=False) -> str:
    """C text with comments (and, with strings=False, the content of literals) blanked; lines stay where they are."""
    def blank(match):
        token = match.group(0)
        if token[0] in "\"'":
            return token if strings else token[0] + token[0]
        return " " + "\n" * token.count("\n")

    return TOKEN.sub(blank, text)


def includes(path: Path):
    """(line number, opening mark, header) of every #include."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = re.match(r"\s*#\s*include\s*([<\"])([^>\"]+)[>\"]", line)
        if match:
            yield number, match.group(1), match.group(2)


class Row(NamedTuple):
    floor: int
    room: str
    may_include: frozenset
    foreign: frozenset


def floors(root: Path) -> dict:
    """The table of module_utils/README.md: room → Row."""
    rows = {}
    for line in (root / "module_utils/README.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) == 5 and cells[0].isdigit():
            names = [frozenset(re.findall(r"`([^`]+)`", cell)) for cell in cells]
            rows[min(names[1])] = Row(int(cells[0]), min(names[1]), names[3], names[4])
    if not rows:
        raise SystemExit("module_utils/README.md: the table of floors is missing")
    return rows


def room_of(root: Path, path: Path) -> str:
    """module_utils/kube/x.c → kube, modules/k8s_apply/x.c → modules/k8s_apply, daemon/x.c → daemon."""
    parts = path.relative_to(root).parts
    if parts[0] == "daemon":
        return parts[0]
    return parts[1] if parts[0] == "module_utils" else "/".join(parts[:2])


def calls(text: str, name: str):
    """The words of every CMake call name(...), comments dropped."""
    text = re.sub(r"#[^\n]*", "", text)
    for match in re.finditer(r"^\s*%s\s*\(([^)]*)\)" % re.escape(name), text, re.MULTILINE):
        yield match.group(1).split()


def sections(words, *keywords):
    """Splits the words of a CMake call at keywords: {"": first words, keyword: words…}."""
    found, current = {"": []}, ""
    for word in words:
        if word in keywords:
            current = word
            found.setdefault(current, [])
        else:
            found[current].append(word)
    return found
