#!/usr/bin/env python3
"""build.py [VERSION…]: what a cluster made by kubeadm consists of, compiled from Go modules into the cache.

Kubernetes' own programs are one program with many names, as those of the neighbour `kubernetes`; the rest are the commands of
their modules. Prints the folder of each version. Cold, the first version takes half an hour on two cores, a further one ten
minutes; one compiler at a time, at low priority.
"""
import inspect
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple, Tuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from servers import cache  # noqa: E402
from servers.kubernetes import build as kubernetes  # noqa: E402
from servers.kubernetes import go_tool  # noqa: E402
from servers.lxc import packages  # noqa: E402

HERE = Path(__file__).resolve().parent
DEFAULT_VERSION = "1.37.2"
COMMANDS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-proxy", "kube-scheduler", "kubeadm", "kubectl", "kubelet")


class Part(NamedTuple):
    """Commands of one module. packages: of each command; name of the command: the last part, or after "="."""
    module: str
    version: str
    packages: Tuple[str, ...]
    flags: str = ""
    cgo: bool = False
    tags: str = ""
    debian: Tuple[str, ...] = ()  # what C code in it needs


CAPI_VERSION = "1.13.6"
COREDNS_VERSION = "1.14.6"
CERT_MANAGER, CERT_MANAGER_VERSION = "github.com/cert-manager/cert-manager", "1.20.2"
CAPI_FLAGS = " ".join("-X sigs.k8s.io/cluster-api/version.%s=%s" % pair for pair in (
    ("gitVersion", "v" + CAPI_VERSION), ("gitMajor", "1"), ("gitMinor", "13")))
PARTS = {
    "containerd": Part("github.com/containerd/containerd/v2", "2.3.1",
                       ("cmd/containerd", "cmd/ctr", "cmd/containerd-shim-runc-v2"),
                       "-X github.com/containerd/containerd/v2/version.Version=v2.3.1"),
    "runc": Part("github.com/opencontainers/runc", "1.4.1", ("=runc",), "-X main.version=1.4.1", cgo=True,
                 tags="seccomp", debian=("libseccomp-dev", "pkg-config")),
    "cni-plugins": Part("github.com/containernetworking/plugins", "1.9.1",
                        ("plugins/main/bridge", "plugins/main/loopback", "plugins/ipam/host-local", "plugins/meta/portmap",
                         "plugins/meta/firewall", "plugins/meta/bandwidth")),
    "crictl": Part("sigs.k8s.io/cri-tools", "1.36.0", ("cmd/crictl",), "-X sigs.k8s.io/cri-tools/pkg/version.Version=v1.36.0"),
    "cluster-api": Part("sigs.k8s.io/cluster-api", CAPI_VERSION,
                        ("=cluster-api-controller", "bootstrap/kubeadm=kubeadm-bootstrap-controller",
                         "controlplane/kubeadm=kubeadm-control-plane-controller"), CAPI_FLAGS),
}


def _environment(go: str, cgo: bool = False) -> dict:
    return dict(go_tool.environment(go), CGO_ENABLED="1" if cgo else "0")


def _polite(argv):
    return ["nice", "-n", "5", *argv]


def _compile_part(name: str, work: Path) -> None:
    part = PARTS[name]
    if part.debian:
        packages.ensure(part.debian)
    go = go_tool.find_go()
    environment = _environment(go, part.cgo)
    text = cache.run([go, "mod", "download", "-json", "%s@v%s" % (part.module, part.version)], "%s: download" % name, cwd=work,
                     env=environment)
    source = json.loads(text)["Dir"]
    for package in part.packages:
        path, _, command = package.partition("=")
        target = work / (command or path.rsplit("/", 1)[-1])
        cache.run(_polite([go, "build", "-p", "1", "-trimpath", "-tags", part.tags, "-ldflags", "-s -w " + part.flags, "-o", target, "./" + path]),
                  "%s: compile %s" % (name, target.name), cwd=source, env=environment)


def part(name: str) -> Path:
    """The folder with the commands of a part."""
    key = cache.fingerprint(repr(PARTS[name]), inspect.getsource(_compile_part))[:8]
    target = cache.cache_dir() / ("%s-%s-%s" % (name, PARTS[name].version, key))
    return cache.build_once(target, lambda work: _compile_part(name, work))


def _compile_coredns(work: Path) -> None:
    go = go_tool.find_go()
    source = work / "source"
    shutil.copytree(HERE / "coredns", source)
    (source / "go.mod").write_text("module coredns\n\ngo 1.25.0\n\nrequire github.com/coredns/coredns v%s\n" % COREDNS_VERSION,
                                   encoding="ascii")
    for doing, arguments in (("resolve modules", ["mod", "tidy"]),
                             ("compile", ["build", "-p", "1", "-trimpath", "-ldflags", "-s -w", "-o", str(work / "coredns"), "."])):
        cache.run(_polite([go, *arguments]), "coredns: " + doing, cwd=source, env=_environment(go))
    shutil.rmtree(source)


def coredns() -> Path:
    key = cache.fingerprint(inspect.getsource(_compile_coredns), COREDNS_VERSION, HERE / "coredns" / "main.go")[:8]
    return cache.build_once(cache.cache_dir() / ("coredns-%s-%s" % (COREDNS_VERSION, key)), _compile_coredns) / "coredns"


def _compile_cert_manager(work: Path) -> None:
    """One program, called by the names of its parts. Its path lies below that of the module, or internal packages are closed to it."""
    go = go_tool.find_go()
    source = work / "source"
    shutil.copytree(HERE / "cert_manager", source)
    (source / "go.mod").write_text("module %s/programs\n\ngo 1.25.0\n\nrequire %s v%s\n" % (
        CERT_MANAGER, CERT_MANAGER, CERT_MANAGER_VERSION), encoding="ascii")
    for doing, arguments in (("resolve modules", ["mod", "tidy"]),
                             ("compile", ["build", "-p", "1", "-trimpath", "-ldflags", "-s -w", "-o", str(work / "cert-manager"), "."])):
        cache.run(_polite([go, *arguments]), "cert-manager: " + doing, cwd=source, env=_environment(go))
    shutil.rmtree(source)
    text = cache.run([go, "mod", "download", "-json", "%s@v%s" % (CERT_MANAGER, CERT_MANAGER_VERSION)], "cert-manager: find the chart", cwd=work,
                     env=_environment(go))
    shutil.copytree(Path(json.loads(text)["Dir"]) / "deploy/charts/cert-manager", work / "chart")


def cert_manager() -> Path:
    """The folder with the program cert-manager, and its chart as it is before a release."""
    sources = sorted((HERE / "cert_manager").glob("*.go"))
    key = cache.fingerprint(inspect.getsource(_compile_cert_manager), CERT_MANAGER_VERSION, *sources)[:8]
    return cache.build_once(cache.cache_dir() / ("cert-manager-%s-%s" % (CERT_MANAGER_VERSION, key)), _compile_cert_manager)


def _compile_kubernetes(work: Path, version: str) -> None:
    """As the neighbour does, with further rows in the table of commands."""
    go = go_tool.find_go()
    source = work / "source"
    shutil.copytree(kubernetes.PROGRAM, source)
    shutil.copy(HERE / "program" / "nodes.go", source)

    def run(*arguments, doing, cwd=source):
        return cache.run(_polite((go,) + arguments), "kubeadm %s: %s" % (version, doing), cwd=cwd, env=_environment(go))

    downloaded = json.loads(run("mod", "download", "-json", "k8s.io/kubernetes@v" + version, doing="download", cwd=work))
    upstream = json.loads(run("mod", "edit", "-json", downloaded["GoMod"], doing="read go.mod"))
    (source / "go.mod").write_text(kubernetes.go_mod(upstream, version), encoding="ascii")
    run("mod", "tidy", doing="resolve modules")
    run("build", "-p", "1", "-trimpath", "-ldflags", "-s -w " + kubernetes.version_flags(version), "-o", work / "kubernetes", ".",
        doing="compile")
    shutil.rmtree(source)
    for command in COMMANDS:
        (work / command).symlink_to("kubernetes")


def programs(version: str = DEFAULT_VERSION) -> Path:
    """The folder with kubeadm, kubelet, kube-apiserver and the rest of COMMANDS."""
    recipe = (inspect.getsource(step) for step in (kubernetes.go_mod, kubernetes.version_flags, _compile_kubernetes))
    key = cache.fingerprint(*recipe, *sorted(kubernetes.PROGRAM.glob("*.go")), HERE / "program" / "nodes.go")[:8]
    return cache.build_once(cache.cache_dir() / ("kubeadm-%s-%s" % (version, key)),
                            lambda work: _compile_kubernetes(work, version))


def _compile_kubeadm(work: Path, version: str) -> None:
    go = go_tool.find_go()
    source = work / "source"
    source.mkdir()

    def run(*arguments, doing):
        return cache.run(_polite((go,) + arguments), "kubeadm %s alone: %s" % (version, doing), cwd=source, env=_environment(go))

    downloaded = json.loads(run("mod", "download", "-json", "k8s.io/kubernetes@v" + version, doing="download"))
    upstream = json.loads(run("mod", "edit", "-json", downloaded["GoMod"], doing="read go.mod"))
    package = "k8s.io/kubernetes/cmd/kubeadm"
    (source / "go.mod").write_text(kubernetes.go_mod(upstream, version) + "tool %s\n" % package, encoding="ascii")
    run("mod", "tidy", doing="resolve modules")
    run("build", "-trimpath", "-ldflags", "-s -w " + kubernetes.version_flags(version), "-o", work / "kubeadm", package, doing="compile")
    shutil.rmtree(source)


def kubeadm(version: str = kubernetes.DEFAULT_VERSION) -> Path:
    """The program alone; a minute where the API server of the tests was compiled, whose parts it shares."""
    key = cache.fingerprint(inspect.getsource(kubernetes.go_mod), inspect.getsource(_compile_kubeadm))[:8]
    return cache.build_once(cache.cache_dir() / ("kubeadm-alone-%s-%s" % (version, key)),
                            lambda work: _compile_kubeadm(work, version)) / "kubeadm"


def pause() -> Path:
    source = HERE / "pause" / "pause.c"

    def build(work: Path):
        subprocess.run(["gcc", "-static", "-Os", "-s", "-o", work / "pause", source], check=True)

    return cache.build_once(cache.cache_dir() / ("pause-" + cache.fingerprint(source)), build) / "pause"


def main() -> int:
    versions = sys.argv[1:] or [os.environ.get("KUBERNETES_VERSION") or DEFAULT_VERSION]
    try:
        for name in PARTS:
            part(name)
        coredns()
        cert_manager()
        pause()
        for version in versions:
            print(programs(version.lstrip("v")))
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
