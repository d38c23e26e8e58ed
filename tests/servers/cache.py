"""The cache directory, and how things get into it: whole or not at all, one builder at a time."""
import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

QUIET_SECONDS = 15  # how long a step may be silent before a progress line appears


def cache_dir() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(base) / "mcapi-native"


def fingerprint(*parts) -> str:
    """A short hash of texts, byte strings and files (given as Path)."""
    total = hashlib.sha256()
    for part in parts:
        data = part.read_bytes() if isinstance(part, Path) else part
        data = data.encode() if isinstance(data, str) else data
        total.update(hashlib.sha256(data).digest())
    return total.hexdigest()[:16]


@contextlib.contextmanager
def lock(path: Path):
    """An exclusive lock. The kernel drops it when the holder dies, so a stale one cannot exist."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="ascii") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def build_once(target: Path, build) -> Path:
    """Makes the directory `target` by build(DIRECTORY), unless it is there already.

    build() works in a temporary neighbour that becomes `target` by one rename: an interrupted build leaves nothing
    that a later call could take for a result. Concurrent callers wait for the first.
    """
    if target.is_dir():
        return target
    with lock(target.parent / (target.name + ".lock")):
        if target.is_dir():
            return target
        prefix = "." + target.name + "."
        for left in target.parent.glob(prefix + "*"):  # by a builder that was killed: the lock is ours
            shutil.rmtree(left, ignore_errors=True)
        work = Path(tempfile.mkdtemp(prefix=prefix, dir=target.parent))
        try:
            work.chmod(0o755)
            build(work)
            work.rename(target)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return target


def build_in_place(target: Path, build) -> Path:
    """As build_once(), for what knows its own path (a Python venv) and cannot be moved: a marker says that it is
    complete."""
    complete = target / ".complete"
    if complete.exists():
        return target
    with lock(target.parent / (target.name + ".lock")):
        if not complete.exists():
            shutil.rmtree(target, ignore_errors=True)
            build(target)
            complete.touch()
    return target


def link(name: Path, target: str) -> None:
    """Points the symbolic link `name` at `target`; whoever follows it meanwhile sees the old or the new one."""
    if name.is_symlink() and os.readlink(name) == target:
        return
    fresh = name.with_name(".%s.%d" % (name.name, os.getpid()))
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    fresh.rename(name)


@contextlib.contextmanager
def progress(what: str):
    """Says on stderr now and then that `what` still goes on, and how long it took if that was long."""
    begin = time.monotonic()
    done = threading.Event()

    def say():
        while not done.wait(QUIET_SECONDS):
            print("%s: %d s" % (what, time.monotonic() - begin), file=sys.stderr, flush=True)

    speaker = threading.Thread(target=say, daemon=True)
    speaker.start()
    try:
        yield
    finally:
        done.set()
        speaker.join()


def run(argv, what: str, **options) -> str:
    """Runs a command with progress lines and returns its stdout. A failure raises with the end of its stderr."""
    with progress(what):
        result = subprocess.run([str(a) for a in argv], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, check=False, **options)
    if result.returncode != 0:
        tail = "\n".join((result.stderr or result.stdout).splitlines()[-30:])
        raise RuntimeError("%s failed (%s, exit %d):\n%s" % (what, argv[0], result.returncode, tail))
    return result.stdout
