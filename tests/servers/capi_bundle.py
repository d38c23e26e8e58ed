#!/usr/bin/env python3
"""capi_bundle.py [COMPONENT]: the components file of a Cluster API provider, rendered from its Go module.

COMPONENT is core (default), bootstrap or control-plane (both of kubeadm). Prints the path of the YAML file in the
cache: about 1.2 MB and 26 objects for core, a real-life load for whatever applies manifests.

The published files hold variables in the form ${NAME:=default}, which clusterctl replaces; here each has become its
default. cert-manager, whose kinds the file uses, is not served as a Go module: apply the open definitions that
--cert-manager-crds prints first. The webhook configurations point at services that do not run here, so objects of
Cluster API's own kinds are refused once the whole file is applied.
"""
import argparse
import json
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from servers import cache  # noqa: E402
from servers.kubernetes import build, go_tool  # noqa: E402

DEFAULT_VERSION = "1.13.6"
CERT_MANAGER_CRDS = Path(__file__).resolve().parent / "cert-manager-crds.yaml"

# Where a component's kustomization may lie in the module: the first that exists. (Core moved in 1.14.)
COMPONENTS = {
    "core": ("core/config/default", "config/default"),
    "bootstrap": ("bootstrap/kubeadm/config/default",),
    "control-plane": ("controlplane/kubeadm/config/default",),
}
VARIABLE = re.compile(r"\$\{(\w+)(?:(:?[=-])([^}]*))?\}")


def with_defaults(text: str) -> str:
    """Replaces ${NAME:=default} and its kin by the default. A variable without one is an error."""
    def default(match):
        if match.group(2) is None:
            raise RuntimeError("variable %s has no default" % match.group(1))
        return match.group(3)

    return VARIABLE.sub(default, text)


def module_directory(version: str, work: Path) -> Path:
    go = go_tool.find_go()
    answer = cache.run([go, "mod", "download", "-json", "sigs.k8s.io/cluster-api@v" + version],
                       "cluster-api %s: download" % version, cwd=work, env=go_tool.environment(go))
    return Path(json.loads(answer)["Dir"])


def bundle(component: str = "core", version: str = DEFAULT_VERSION) -> Path:
    """The path of the rendered file."""
    def render(work: Path):
        module = module_directory(version, work)
        source = next(module / d for d in COMPONENTS[component] if (module / d).is_dir())
        text = cache.run([build.build() / "kubectl", "kustomize", source], "cluster-api: kustomize")
        (work / "components.yaml").write_text(with_defaults(text), encoding="utf-8")

    key = cache.fingerprint(repr(COMPONENTS), VARIABLE.pattern)[:8]
    target = cache.cache_dir() / ("cluster-api-%s-%s-%s" % (version, component, key))
    return cache.build_once(target, render) / "components.yaml"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("component", nargs="?", choices=list(COMPONENTS) + ["all"], default="core",
                        help="all prints three paths")
    parser.add_argument("--version", default=DEFAULT_VERSION, help="default: %(default)s")
    parser.add_argument("--cert-manager-crds", action="store_true", help="print the path of the open definitions")
    arguments = parser.parse_args()
    if arguments.cert_manager_crds:
        print(CERT_MANAGER_CRDS)
        return 0
    try:
        for component in COMPONENTS if arguments.component == "all" else (arguments.component,):
            print(bundle(component, arguments.version.lstrip("v")))
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
