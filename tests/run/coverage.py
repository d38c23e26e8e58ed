"""Line coverage of the product, added up from what gcov says about every object file."""
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/lint"))
import tree  # noqa: E402


def reset(build: Path) -> None:
    for path in build.rglob("*.gcda"):
        path.unlink()


def lines_of(path: Path) -> dict:
    """{(source, line): whether it ran} from one .gcno or .gcda file."""
    text = subprocess.run(["gcov", "--json-format", "--stdout", path], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, cwd=path.parent, check=False).stdout
    found = {}
    for document in text.splitlines():
        data = json.loads(document)
        for file in data["files"]:
            source = Path(data["current_working_directory"], file["file"]).resolve()
            if ROOT in source.parents and source.relative_to(ROOT).parts[0] in tree.PRODUCT:
                for line in file["lines"]:
                    key = (str(source.relative_to(ROOT)), line["line_number"])
                    found[key] = found.get(key, False) or line["count"] > 0
    return found


def collect(build: Path) -> dict:
    """The same over all object files; one that never ran counts with its .gcno."""
    notes = (build / "CMakeFiles").rglob("*.gcno")  # those of tests are elsewhere
    paths = [p.with_suffix(".gcda") if p.with_suffix(".gcda").exists() else p for p in notes]
    total = {}
    with ThreadPoolExecutor(2) as pool:
        for found in pool.map(lines_of, paths):
            for key, ran in found.items():
                total[key] = total.get(key, False) or ran
    return total


def room_of(source: str) -> str:
    return tree.room_of(ROOT, ROOT / source)


def table(build: Path):
    """Lines to print: one per room, one for each folder, one in all."""
    lines = collect(build)
    groups = {}
    for (source, _), ran in lines.items():
        for name in (room_of(source), source.split("/")[0] + "/"):
            count = groups.setdefault(name, [0, 0])
            count[0] += ran
            count[1] += 1
    for name in sorted(groups, key=lambda n: (n.endswith("/"), n)):
        ran, total = groups[name]
        yield "%-20s %5.1f %% of %d lines" % (name, 100 * ran / total, total)


if __name__ == "__main__":
    print("\n".join(table(ROOT / "build/coverage")))
