"""The cross compiler: zig from PyPI, which brings clang, lld, musl and every glibc for every CPU in one package."""
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))
from servers import cache  # noqa: E402

# zig keeps what it compiled: its libc for all, our objects where they are built.
WRAPPER = """\
#!/bin/sh
ZIG_GLOBAL_CACHE_DIR=%s
ZIG_LOCAL_CACHE_DIR=${ZIG_LOCAL_CACHE_DIR:-$PWD/.zig-cache}
export ZIG_GLOBAL_CACHE_DIR ZIG_LOCAL_CACHE_DIR
exec %s %s "$@"
"""
PKG_CONFIG = """\
#!/bin/sh
PKG_CONFIG_LIBDIR=$(dirname "$0")/../lib/pkgconfig
PKG_CONFIG_PATH=
export PKG_CONFIG_LIBDIR PKG_CONFIG_PATH
exec pkg-config --static "$@"
"""


def directory(pins: dict) -> Path:
    key = cache.fingerprint(*pins["zig"]["sha256"])[:8]
    return cache.cache_dir() / ("zig-%s-%s" % (pins["zig"]["version"], key))


def install(pins: dict) -> Path:
    """The directory of zig's package, of which pip has verified the hash."""
    zig = pins["zig"]

    def build(target: Path) -> None:
        cache.run([sys.executable, "-m", "venv", target], "creating %s" % target)
        requirement = "ziglang==%s %s\n" % (zig["version"], " ".join("--hash=sha256:" + sha for sha in zig["sha256"]))
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write(requirement)
            file.flush()
            cache.run([target / "bin/pip", "install", "--quiet", "--disable-pip-version-check", "--no-input",
                       "--no-deps", "--retries", "1", "--only-binary", ":all:", "--require-hashes", "-r", file.name],
                      "installing zig %s" % zig["version"])

    return cache.build_in_place(directory(pins), build)


def write_tools(bin_dir: Path, pins: dict, target: str) -> None:
    """The commands cc, ar, ranlib and static-pkg-config for programs of TARGET, a name such as x86_64-linux-musl."""
    program = next(install(pins).glob("lib/python3*/site-packages/ziglang/zig"))
    libc = cache.cache_dir() / "zig-cache"
    bin_dir.mkdir()
    for name, words in (("cc", "cc -target " + target), ("ar", "ar"), ("ranlib", "ranlib")):
        (bin_dir / name).write_text(WRAPPER % (libc, program, words), encoding="utf-8")
    (bin_dir / "static-pkg-config").write_text(PKG_CONFIG, encoding="ascii")
    for path in bin_dir.iterdir():
        path.chmod(0o755)
