#!/usr/bin/env python3
"""copiers.py: compiles crane and oras, which copy images between registries, into the cache and prints the path of each.

Half a minute each on two cores, the first time. Sources come from the Go module proxy alone.
"""
import inspect
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from servers import cache  # noqa: E402
from servers.kubernetes import go_tool  # noqa: E402

PACKAGES = {"crane": "github.com/google/go-containerregistry/cmd/crane@v0.21.9", "oras": "oras.land/oras/cmd/oras@v1.3.6"}


def install(package: str, work: Path) -> None:
    go = go_tool.find_go()
    environment = dict(go_tool.environment(go), CGO_ENABLED="0", GOBIN=str(work))
    cache.run([go, "install", "-trimpath", "-ldflags", "-s -w", package], package, env=environment)


def program(name: str) -> Path:
    package = PACKAGES[name]
    recipe = cache.fingerprint(package, inspect.getsource(install))
    return cache.build_once(cache.cache_dir() / ("%s-%s" % (name, recipe)), lambda work: install(package, work)) / name


if __name__ == "__main__":
    for one in PACKAGES:
        print(program(one))
