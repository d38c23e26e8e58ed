#!/usr/bin/env python3
"""build.py [VERSION …]: compiles clusterctl into the cache and prints the path of each command.

Without versions: the two that the tests compare with. The first call compiles for some five minutes each on two cores;
later calls only look. Sources come from the Go module proxy alone.
"""
import argparse
import inspect
import json
import shutil
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from servers import cache  # noqa: E402
from servers.kubernetes import go_tool  # noqa: E402

MAIN_VERSION = "1.13.6"
VERSIONS = (MAIN_VERSION, "1.14.2")
MODULE = "sigs.k8s.io/cluster-api"


def go_mod(upstream: dict, version: str) -> str:
    """A module of ours that has clusterctl as a tool. `go install` refuses a module with a replace directive, which
    Cluster API has since 1.14: there it points at directories that only the git tree has. The same code is published
    as modules of the same version."""
    lines = ["module clusterctl", "", "go " + upstream["Go"], "", "tool %s/cmd/clusterctl" % MODULE,
             "require %s v%s" % (MODULE, version)]
    for replaced in upstream.get("Replace") or []:
        path = replaced["Old"]["Path"]
        lines.append("require %s v%s" % (path, version))
        lines.append("replace %s => %s v%s" % (path, path, version))
    return "\n".join(lines) + "\n"


def version_flags(version: str) -> str:
    """Without this stamp the client calls itself "clusterctl/ (/)"."""
    values = {"gitVersion": "v" + version, "gitMajor": version.split(".")[0], "gitMinor": version.split(".")[1],
              "gitTreeState": "clean"}
    return " ".join("-X %s/version.%s=%s" % (MODULE, k, v) for k, v in values.items())


def compile_program(work: Path, version: str) -> None:
    go = go_tool.find_go()
    environment = dict(go_tool.environment(go), CGO_ENABLED="0")
    source = work / "source"
    source.mkdir()

    def run(*arguments, doing):
        return cache.run((go,) + arguments, "clusterctl %s: %s" % (version, doing), cwd=source, env=environment)

    downloaded = json.loads(run("mod", "download", "-json", "%s@v%s" % (MODULE, version), doing="download"))
    upstream = json.loads(run("mod", "edit", "-json", downloaded["GoMod"], doing="read go.mod"))
    (source / "go.mod").write_text(go_mod(upstream, version), encoding="ascii")
    run("mod", "tidy", doing="resolve modules")
    run("build", "-trimpath", "-ldflags", "-s -w " + version_flags(version), "-o", work / "clusterctl",
        MODULE + "/cmd/clusterctl", doing="compile")
    shutil.rmtree(source)


def build(version=MAIN_VERSION) -> Path:
    """The path of the command, after compiling it where the cache lacks it."""
    version = version.lstrip("v")
    key = cache.fingerprint(*(inspect.getsource(step) for step in (go_mod, version_flags, compile_program)))[:8]
    target = cache.cache_dir() / ("clusterctl-%s-%s" % (version, key))
    if not target.is_dir():
        print("clusterctl %s: building, this takes about five minutes" % version, file=sys.stderr, flush=True)
        begin = time.monotonic()
        cache.build_once(target, lambda work: compile_program(work, version))
        print("clusterctl %s: built in %d s" % (version, time.monotonic() - begin), file=sys.stderr, flush=True)
    return target / "clusterctl"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("versions", nargs="*", default=list(VERSIONS))
    try:
        for version in parser.parse_args().versions:
            print(build(version))
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
