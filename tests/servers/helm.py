#!/usr/bin/env python3
"""helm.py: compiles helm into the cache and prints its path. helm.py cilium VERSION: the chart of Cilium, as a file.

With the packages of Kubernetes that the API server is made of, so that what both use is compiled once. Sources come from the Go
module proxy alone.
"""
import inspect
import json
import os
import re
import shutil
import sys
import tarfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from servers import cache  # noqa: E402
from servers.kubernetes import build, go_tool  # noqa: E402

VERSION = "3.20.0"
MODULE = "helm.sh/helm/v3"
ARCHITECTURE = "amd64" if os.uname().machine == "x86_64" else "arm64"
ARCHIVE = "helm-v%s-linux-%s.tar.gz" % (VERSION, ARCHITECTURE)
CILIUM = "github.com/cilium/cilium"


def go_mod(upstream: dict) -> str:
    """A module of ours that has helm as a tool."""
    staged = [row["Path"] for row in upstream["Require"] if re.fullmatch(r"k8s\.io/\S+ v0\.\d+\.\d+", "%(Path)s %(Version)s" % row)]
    lines = ["module helm", "", "go " + upstream["Go"], "", "tool %s/cmd/helm" % MODULE, "require %s v%s" % (MODULE, VERSION)]
    lines += ["require %s v0.%s" % (path, build.DEFAULT_VERSION.split(".", 1)[1]) for path in staged]
    return "\n".join(lines) + "\n"


def flags(upstream: dict) -> str:
    """The stamps of a release. For helm alone a cluster is as old as the client that the release was made with."""
    (client,) = [row["Version"] for row in upstream["Require"] if row["Path"] == "k8s.io/client-go"]
    minor = client.split(".")[1]
    rows = {MODULE + "/internal/version.version": "v" + VERSION}
    for package in ("chartutil", "lint/rules"):
        rows.update({"%s/pkg/%s.k8sVersionMajor" % (MODULE, package): "1", "%s/pkg/%s.k8sVersionMinor" % (MODULE, package): minor})
    return " ".join("-X %s=%s" % row for row in rows.items())


def download(go: str, module: str, version: str, work: Path) -> dict:
    return json.loads(cache.run([go, "mod", "download", "-json", "%s@v%s" % (module, version)], "%s: download" % module, cwd=work,
                                env=go_tool.environment(go)))


def compile_helm(work: Path) -> None:
    go = go_tool.find_go()
    environment = dict(go_tool.environment(go), CGO_ENABLED="0")
    source = work / "source"
    source.mkdir()

    def run(*arguments, doing):
        return cache.run((go,) + arguments, "helm: " + doing, cwd=source, env=environment)

    upstream = json.loads(run("mod", "edit", "-json", download(go, MODULE, VERSION, source)["GoMod"], doing="read go.mod"))
    (source / "go.mod").write_text(go_mod(upstream), encoding="ascii")
    run("mod", "tidy", doing="resolve modules")
    run("build", "-trimpath", "-ldflags", "-s -w " + flags(upstream), "-o", work / "helm", MODULE + "/cmd/helm", doing="compile")
    shutil.rmtree(source)
    with tarfile.open(work / ARCHIVE, "w:gz", compresslevel=1) as package:
        package.add(work / "helm", "linux-%s/helm" % ARCHITECTURE)


def _folder() -> Path:
    key = cache.fingerprint(build.DEFAULT_VERSION, *(inspect.getsource(step) for step in (go_mod, flags, compile_helm)))[:8]
    return cache.build_once(cache.cache_dir() / ("helm-%s-%s" % (VERSION, key)), compile_helm)


def helm() -> Path:
    """The command."""
    return _folder() / "helm"


def archive() -> Path:
    """The same as a release has it."""
    return _folder() / ARCHIVE


def cilium_chart(version: str) -> Path:
    """Cilium's chart as its project packs it, cilium-VERSION.tgz: its sources are part of the module of that version."""
    name = "cilium-%s.tgz" % version.lstrip("v")

    def pack(work: Path) -> None:
        folder = Path(download(go_tool.find_go(), CILIUM, version.lstrip("v"), work)["Dir"]) / "install/kubernetes/cilium"
        with tarfile.open(work / name, "w:gz") as package:
            package.add(folder, "cilium")

    return cache.build_once(cache.cache_dir() / ("cilium-chart-" + version.lstrip("v")), pack) / name


if __name__ == "__main__":
    print(cilium_chart(sys.argv[2]) if sys.argv[1:2] == ["cilium"] else helm())
