#!/usr/bin/env python3
"""build.py [VERSION]: compiles etcd, kube-apiserver, kube-controller-manager and kubectl into the cache.

Prints the directory of the commands as its only line on stdout. The first call compiles for some 15 minutes on two
cores; later calls only look. Sources come from the Go module proxy alone.
"""
import argparse
import inspect
import json
import os
import shutil
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from servers import cache  # noqa: E402
from servers.kubernetes import go_tool  # noqa: E402

DEFAULT_VERSION = "1.37.2"
PROGRAM = Path(__file__).resolve().parent / "program"
COMMANDS = ("etcd", "kube-apiserver", "kube-controller-manager", "kubectl")  # rows of `commands` in main.go
ETCD = "go.etcd.io/etcd/server/v3"


def go_mod(upstream: dict, version: str) -> str:
    """Our go.mod. The published one points each staging module at a directory that only the git tree has, under the
    made-up version v0.0.0; the same code is published as modules with the version number 0.MINOR.PATCH."""
    staged = sorted(r["Path"] for r in upstream["Require"] if r["Version"] == "v0.0.0")
    etcd = next(r["Version"] for r in upstream["Require"] if r["Path"] == ETCD)
    published = "v0." + version.split(".", 1)[1]
    lines = ["module kubernetes", "", "go " + upstream["Go"], "", "require k8s.io/kubernetes v" + version,
             "require %s %s" % (ETCD, etcd)]
    for module in staged:
        lines.append("require %s %s" % (module, published))
        lines.append("replace %s => %s %s" % (module, module, published))
    return "\n".join(lines) + "\n"


def version_flags(version: str) -> str:
    """Without this stamp the server calls itself v0.0.0-master+$Format:%H$, which clients refuse to parse."""
    major, minor = version.split(".")[:2]
    values = {"gitVersion": "v" + version, "gitMajor": major, "gitMinor": minor, "gitTreeState": "clean"}
    packages = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
    return " ".join("-X %s.%s=%s" % (p, k, v) for p in packages for k, v in values.items())


def compile_program(work: Path, version: str) -> None:
    go = go_tool.find_go()
    environment = dict(go_tool.environment(go), CGO_ENABLED="0")
    source = work / "source"
    shutil.copytree(PROGRAM, source)
    what = "kubernetes " + version

    def run(*arguments, doing, cwd=source):
        return cache.run((go,) + arguments, "%s: %s" % (what, doing), cwd=cwd, env=environment)

    downloaded = json.loads(run("mod", "download", "-json", "k8s.io/kubernetes@v" + version, doing="download",
                                cwd=work))
    upstream = json.loads(run("mod", "edit", "-json", downloaded["GoMod"], doing="read go.mod"))
    (source / "go.mod").write_text(go_mod(upstream, version), encoding="ascii")
    run("mod", "tidy", doing="resolve modules")
    binary = work / "bin" / "kubernetes"
    run("build", "-trimpath", "-ldflags", "-s -w " + version_flags(version), "-o", binary, ".", doing="compile")
    for command in COMMANDS:
        (work / "bin" / command).symlink_to(binary.name)
    shutil.rmtree(source)


def source_key() -> str:
    """Changes with the program and with the steps that build it, not with the rest of this file."""
    recipe = (inspect.getsource(step) for step in (go_mod, version_flags, compile_program))
    return cache.fingerprint(*recipe, *sorted(PROGRAM.glob("*.go")))


def wanted_version(version=None) -> str:
    """The named version, or the one that the environment asks for, or the default."""
    return (version or os.environ.get("KUBERNETES_VERSION") or DEFAULT_VERSION).lstrip("v")


def build(version=None) -> Path:
    """Returns the directory with the commands, after compiling them where the cache lacks them."""
    version = wanted_version(version)
    root = cache.cache_dir() / ("kubernetes-" + version)
    root.mkdir(parents=True, exist_ok=True)
    key = source_key()
    if not (root / key).is_dir():
        print("kubernetes %s: building, this takes about a quarter of an hour" % version, file=sys.stderr, flush=True)
        begin = time.monotonic()
        cache.build_once(root / key, lambda work: compile_program(work, version))
        print("kubernetes %s: built in %d s" % (version, time.monotonic() - begin), file=sys.stderr, flush=True)
    cache.link(root / "bin", os.path.join(key, "bin"))
    return root / "bin"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("version", nargs="?", help="default: $KUBERNETES_VERSION or " + DEFAULT_VERSION)
    try:
        print(build(parser.parse_args().version))
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
