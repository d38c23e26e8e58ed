#!/usr/bin/env python3
"""Local repositories of providers for clusterctl: BASE/LABEL/VERSION/FILE, each version with its metadata.yaml.

rendered(): Cluster API itself, made by `kubectl kustomize` from its Go module. published(): the files of releases that
$MCAPI_TEST_DATA holds. sample(): a small infrastructure provider of ours.

As a command: prints the path of the first.
"""
import gzip
import os
import re
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from servers import cache, capi_bundle  # noqa: E402
from servers.kubernetes import build  # noqa: E402

SAMPLES = Path(__file__).resolve().parents[2] / "fixtures" / "providers"
VERSIONS = ("1.8.4", "1.13.6", "1.14.2")  # that the module proxy serves

# label: (component of the bundle, file, name of the image)
CAPI = {
    "cluster-api": ("core", "core-components.yaml", "cluster-api-controller"),
    "bootstrap-kubeadm": ("bootstrap", "bootstrap-components.yaml", "kubeadm-bootstrap-controller"),
    "control-plane-kubeadm": ("control-plane", "control-plane-components.yaml", "kubeadm-control-plane-controller"),
}
FILES = dict({label: row[1] for label, row in CAPI.items()},
             **{"infrastructure-openstack": "infrastructure-components.yaml",
                "infrastructure-sample": "infrastructure-components.yaml"})
PREFIXES = (("bootstrap-", "BootstrapProvider"), ("control-plane-", "ControlPlaneProvider"),
            ("infrastructure-", "InfrastructureProvider"), ("ipam-", "IPAMProvider"),
            ("runtime-extension-", "RuntimeExtensionProvider"), ("addon-", "AddonProvider"))


def name_and_type(label: str):
    """("kubeadm", "BootstrapProvider") for "bootstrap-kubeadm"."""
    for prefix, kind in PREFIXES:
        if label.startswith(prefix):
            return label[len(prefix):], kind
    return label, "CoreProvider"


def entry(base, label: str, version: str, file=None) -> dict:
    """The entry of a configuration's list of providers."""
    name, kind = name_and_type(label)
    return {"name": name, "type": kind, "url": "%s/%s/%s/%s" % (base, label, version, file or FILES[label])}


def as_published(text: str, image: str, version: str) -> str:
    """The only two lines that a release changes: the manager's image and when it is pulled."""
    text, count = re.subn(r"image: gcr\.io/k8s-staging-cluster-api/%s:\w+" % image,
                          "image: registry.k8s.io/cluster-api/%s:v%s" % (image, version), text)
    if count != 1:
        raise RuntimeError("cluster-api %s: %d lines name the image %s" % (version, count, image))
    return text.replace("imagePullPolicy: Always", "imagePullPolicy: IfNotPresent")


def render(work: Path, version: str) -> None:
    module = capi_bundle.module_directory(version, work)
    kubectl = build.build() / "kubectl"
    for label, (component, file, image) in CAPI.items():
        source = next(module / d for d in capi_bundle.COMPONENTS[component] if (module / d).is_dir())
        target = work / label / ("v" + version)
        target.mkdir(parents=True)
        text = cache.run([kubectl, "kustomize", source], "cluster-api %s: kustomize %s" % (version, component))
        (target / file).write_text(as_published(text, image, version), encoding="utf-8")
        shutil.copyfile(module / "metadata.yaml", target / "metadata.yaml")


def _merge(parts, target: Path) -> None:
    """Links to files in folders that are none: clusterctl lists no folder that is a link."""
    for part in parts:
        for file in sorted(part.glob("*/*/*.yaml")):
            link = target / file.relative_to(part)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(file)


def rendered(versions=VERSIONS) -> Path:
    """The path of a repository with these versions of Cluster API and our sample."""
    key = cache.fingerprint(repr(CAPI), repr(capi_bundle.COMPONENTS), as_published.__doc__)[:8]
    parts = [cache.build_once(cache.cache_dir() / ("providers-%s-%s" % (version, key)),
                              lambda work, version=version: render(work, version)) for version in versions]
    parts.append(SAMPLES)
    name = cache.fingerprint(key, "files", *map(str, parts), *(str(p) for p in sorted(SAMPLES.glob("*/*"))))[:8]
    return cache.build_once(cache.cache_dir() / ("providers-all-" + name), lambda work: _merge(parts, work))


def test_data():
    """Where the published files are: $MCAPI_TEST_DATA, or None."""
    path = Path(os.environ.get("MCAPI_TEST_DATA", "/nonexistent"))
    return path if (path / "providers").is_dir() else None


def unpack(source: Path, work: Path) -> None:
    for directory in sorted((source / "providers").glob("*/v*/")):
        target = work / directory.parent.name / directory.name
        target.mkdir(parents=True)
        for file in directory.iterdir():
            if file.suffix == ".gz":
                (target / file.stem).write_bytes(gzip.decompress(file.read_bytes()))
            else:
                shutil.copyfile(file, target / file.name)


def published():
    """The path of a repository with the published files and our sample, or None where there are none."""
    source = test_data()
    if source is None:
        return None
    files = sorted((source / "providers").rglob("*.gz"))
    key = cache.fingerprint(*(str(f.relative_to(source)) for f in files), *files)[:8]
    unpacked = cache.build_once(cache.cache_dir() / ("providers-published-" + key),
                                lambda work: unpack(source, work))
    return cache.build_once(cache.cache_dir() / ("providers-published-linked-" + key),
                            lambda work: _merge([unpacked, SAMPLES], work))


def sample() -> Path:
    return SAMPLES


def main() -> int:
    try:
        print(rendered())
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
