"""What a mirror holds for an offline deployment: files under their original hosts and paths, and images, made of what build.py compiles.

    content.folder("1.37.2")    # a folder for mirror.py
"""
import hashlib
import json
import os
import shutil
import tarfile
from pathlib import Path

from servers import cache, helm
from servers.clusterctl import repository
from servers.kubeadm import build, images
from servers.lxc import rootfs

ARCHITECTURE = "amd64" if os.uname().machine == "x86_64" else "arm64"
# The infrastructure provider in tests/fixtures, and where it would be published.
SAMPLE_VERSION, SAMPLE_HOST = "0.2.0", "provider.example.org/sample"
SAMPLE_IMAGE = "registry.example.org/capi/sample-controller:v" + SAMPLE_VERSION


def _pack(target: Path, folder: Path, names, prefix="") -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(target, "w:gz", compresslevel=1) as package:
        for name in names:
            package.add(folder / name, prefix + name)


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.symlink_to(source.resolve())


def _cert_manager_manifest(target: Path) -> None:
    """As a release publishes it: the namespace, and the chart rendered with its custom resources."""
    work = target.parent / "chart"
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(build.cert_manager() / "chart", work)
    work.chmod(0o755)
    text = (work / "Chart.template.yaml").read_text(encoding="utf-8").replace("v0.0.0", "v" + build.CERT_MANAGER_VERSION)
    (work / "Chart.yaml").write_text(text, encoding="utf-8")
    rendered = cache.run([helm.helm(), "template", "cert-manager", work, "--namespace=cert-manager",
                          "--set=creator=static,crds.enabled=true,startupapicheck.enabled=false"], "cert-manager: render the chart")
    shutil.rmtree(work)
    namespace = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: cert-manager\n"
    target.write_text(namespace + rendered, encoding="utf-8")


def make_files(files: Path, version: str) -> None:
    programs, github = build.programs(version), files / "github.com"
    for name in ("kubeadm", "kubectl", "kubelet"):
        _link(programs / name, files / ("dl.k8s.io/release/v%s/bin/linux/%s/%s" % (version, ARCHITECTURE, name)))
    name = "containerd-2.3.1-linux-%s.tar.gz" % ARCHITECTURE
    _pack(github / "containerd/containerd/releases/download/v2.3.1" / name, build.part("containerd"),
          ["containerd", "ctr", "containerd-shim-runc-v2"], "bin/")
    _link(build.part("runc") / "runc", github / ("opencontainers/runc/releases/download/v1.4.1/runc." + ARCHITECTURE))
    _pack(github / ("kubernetes-sigs/cri-tools/releases/download/v1.36.0/crictl-v1.36.0-linux-%s.tar.gz" % ARCHITECTURE),
          build.part("crictl"), ["crictl"])
    plugins = build.part("cni-plugins")
    _pack(github / ("containernetworking/plugins/releases/download/v1.9.1/cni-plugins-linux-%s-v1.9.1.tgz" % ARCHITECTURE), plugins,
          sorted(p.name for p in plugins.iterdir()), "./")
    _cert_manager_manifest(github / ("cert-manager/cert-manager/releases/download/v%s/cert-manager.yaml" % build.CERT_MANAGER_VERSION))


def _providers(files: Path) -> None:
    """Cluster API as its project publishes it, and the sample as if it were published."""
    source = repository.rendered()
    rows = [(label, build.CAPI_VERSION, "github.com/kubernetes-sigs/cluster-api") for label in repository.CAPI]
    rows.append(("infrastructure-sample", SAMPLE_VERSION, SAMPLE_HOST))
    for label, version, base in rows:
        for name in ("metadata.yaml", repository.FILES[label]):
            target = files / base / ("releases/download/v" + version) / name
            if not target.exists():  # the parts of Cluster API share their metadata
                _link(source / label / ("v" + version) / name, target)


def provider_checksums() -> dict:
    """{LABEL/VERSION/FILE: sha256} of what no release has published."""
    source = repository.rendered()
    labels = {label: build.CAPI_VERSION for label in repository.CAPI}
    labels["infrastructure-sample"] = SAMPLE_VERSION
    names = ["%s/v%s/%s" % (label, version, name) for label, version in labels.items() for name in ("metadata.yaml", repository.FILES[label])]
    return {name: hashlib.sha256((source / name).read_bytes()).hexdigest() for name in names}


def folder(version: str) -> Path:
    """A folder for mirror.py, without its log."""
    def make(work: Path):
        make_files(work / "files", version)
        _providers(work / "files")
        store = images.Store(work / "images")
        names = (images.kubeadm_images(store, version, rootfs.tree("node")) + images.cert_manager_images(store)
                 + images.cluster_api_images(store) + images.sample_images(store, SAMPLE_IMAGE))
        (work / "images.json").write_text(json.dumps(names), encoding="utf-8")

    sources = (Path(images.__file__), Path(build.__file__), Path(__file__))
    made = (rootfs.debian("node"), build.cert_manager(), helm.helm(), build.pause(), repository.rendered())
    key = cache.fingerprint(*sources, *map(str, made))[:8]
    return cache.build_once(cache.cache_dir() / ("mirror-%s-%s" % (version, key)), make)
