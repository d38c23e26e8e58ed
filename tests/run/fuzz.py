"""Runs the fuzz targets, two at a time, each from its corpus. What crashes one is kept in build/fuzz/crashes/."""
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

MAX_LENGTH = 100 * 1024


def targets(build: Path):
    return sorted(p for p in build.rglob("fuzz_*") if p.is_file() and not p.suffix and p.stat().st_mode & 0o100)


def seeds(program: Path) -> Path:
    """The folder of a target's corpus, as CMake wrote it down. An empty one would let the fuzzer start from nothing."""
    folder = Path(program.with_suffix(".corpus").read_text(encoding="utf-8"))
    if not any(path.is_file() for path in folder.rglob("*")):
        raise RuntimeError("%s has no seeds in %s" % (program.name, folder))
    return folder


def run_one(suite, build: Path, program: Path, seconds: int) -> None:
    name = program.name[len("fuzz_"):]
    crashes, grown = build / "crashes" / name, build / "grown" / name
    for directory in (crashes, grown):
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
    log = build / ("fuzz_%s.log" % name)
    with_log = "exec \"$@\" >%s 2>&1" % log
    good, _ = suite.step("sh", "-c", with_log, "sh", program, "-max_total_time=%d" % seconds, "-timeout=10",
                         "-rss_limit_mb=2048", "-max_len=%d" % MAX_LENGTH, "-artifact_prefix=%s/" % crashes,
                         "-print_final_stats=1", grown, seeds(program), nice=15, timeout=seconds + 120)
    if not good:
        tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-40:]
        suite.notes += ["%s; replay with %s FILE:" % (name, program)] + [str(p) for p in crashes.iterdir()] + tail


def run_all(suite, build: Path, seconds: int) -> None:
    found = targets(build)
    if not found:
        raise RuntimeError("no fuzz target was built")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda program: run_one(suite, build, program, seconds), found))
