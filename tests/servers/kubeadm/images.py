"""Images of containers, made of programs and files without a container engine, in a folder that mirror.py serves.

FOLDER/blobs/sha256/HEX, and FOLDER/manifests/REGISTRY/NAME/TAG with the digest and the manifest.
"""
import gzip
import hashlib
import io
import json
import os
import tarfile
from pathlib import Path

from servers import cache
from servers.kubeadm import build

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
PATHS = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Layer:
    """Paths inside the image: files by their path here, links by a text."""

    def __init__(self, **_):
        self.entries = {}

    def file(self, inside: str, source: Path, mode=0o755):
        self.entries[inside.strip("/")] = (Path(source), mode)
        return self

    def text(self, inside: str, content: str, mode=0o644):
        self.entries[inside.strip("/")] = (content.encode(), mode)
        return self

    def link(self, inside: str, target: str):
        self.entries[inside.strip("/")] = (target, 0o777)
        return self

    def write(self, handle) -> None:
        folders = set()
        with tarfile.open(fileobj=handle, mode="w", format=tarfile.GNU_FORMAT) as package:
            for inside, (source, mode) in sorted(self.entries.items()):
                for parent in reversed(Path(inside).parents):
                    if str(parent) != "." and parent not in folders:
                        folders.add(parent)
                        entry = tarfile.TarInfo(str(parent))
                        entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if str(parent) == "tmp" else 0o755
                        package.addfile(entry)
                entry = tarfile.TarInfo(inside)
                entry.mode = mode
                if isinstance(source, str):
                    entry.type, entry.linkname = tarfile.SYMTYPE, source
                    package.addfile(entry)
                elif isinstance(source, bytes):
                    entry.size = len(source)
                    package.addfile(entry, io.BytesIO(source))
                else:
                    entry.size = os.stat(source).st_size
                    with open(source, "rb") as data:
                        package.addfile(entry, data)


class _Hashed:
    """Passes on what is written, and its digest."""

    def __init__(self, handle):
        self.handle, self.hash, self.size = handle, hashlib.sha256(), 0

    def write(self, data):
        self.hash.update(data)
        self.size += len(data)
        return self.handle.write(data)

    def tell(self):
        return self.size

    def flush(self):
        self.handle.flush()


class Store:
    def __init__(self, folder: Path):
        self.folder = Path(folder)
        (self.folder / "blobs/sha256").mkdir(parents=True, exist_ok=True)

    def _blob(self, data: bytes, kind: str) -> dict:
        digest = hashlib.sha256(data).hexdigest()
        (self.folder / "blobs/sha256" / digest).write_bytes(data)
        return {"mediaType": kind, "digest": "sha256:" + digest, "size": len(data)}

    def layer(self, layer: Layer):
        """(descriptor, digest of the unpacked layer)"""
        temporary = self.folder / "blobs/layer.tmp"
        with open(temporary, "wb") as file:
            packed = _Hashed(file)
            with gzip.GzipFile("", "wb", 1, packed, mtime=0) as zipped:
                plain = _Hashed(zipped)
                layer.write(plain)
        digest = packed.hash.hexdigest()
        temporary.rename(self.folder / "blobs/sha256" / digest)
        return {"mediaType": LAYER, "digest": "sha256:" + digest, "size": packed.size}, "sha256:" + plain.hash.hexdigest()

    def image(self, reference: str, layers, entrypoint=(), user="") -> str:
        """reference: REGISTRY/NAME:TAG. layers: results of layer(). user: a number; the kubelet believes no name.
        Returns its digest."""
        machine = "amd64" if os.uname().machine == "x86_64" else "arm64"
        return self._tag(reference, self._manifest(machine, layers, entrypoint, user))

    def index(self, reference: str, layers, entrypoint=()) -> str:
        """An image of the same layers for each of two CPUs. Returns the digest of their index."""
        images = [dict(self._manifest(machine, layers, entrypoint, ""), platform={"architecture": machine, "os": "linux"})
                  for machine in ("amd64", "arm64")]
        text = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": images})
        return self._tag(reference, self._blob(text.encode(), INDEX))

    def _manifest(self, machine: str, layers, entrypoint, user: str) -> dict:
        config = self._blob(json.dumps({
            "architecture": machine, "os": "linux",
            "config": {"Env": [PATHS], "Entrypoint": list(entrypoint), "User": user},
            "rootfs": {"type": "layers", "diff_ids": [diff for _, diff in layers]}}).encode(), CONFIG)
        manifest = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "config": config,
                               "layers": [descriptor for descriptor, _ in layers]}).encode()
        return self._blob(manifest, MANIFEST)

    def _tag(self, reference: str, descriptor: dict) -> str:
        name, tag = reference.rsplit(":", 1)
        path = self.folder / "manifests" / name / tag
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(descriptor["digest"], encoding="ascii")
        return descriptor["digest"]


def iptables_layer(tree: Path) -> Layer:
    """What kube-proxy calls, out of an unpacked root file system."""
    layer = Layer()
    wanted = ["usr/sbin/*tables*", "usr/sbin/nft", "usr/sbin/conntrack", "usr/bin/kmod", "usr/sbin/modprobe", "etc/alternatives/*tables*",
              "usr/lib/*-linux-gnu*/xtables/*", "usr/lib/*-linux-gnu*/lib*.so*",
              "usr/lib/*-linux-gnu*/ld-*", "usr/lib64/*", "etc/ld.so*", "etc/protocols"]
    for pattern in wanted:
        for path in sorted(tree.glob(pattern)):
            inside = str(path.relative_to(tree))
            if any(word in inside for word in ("libpython", "libperl", "libcrypto", "libgcrypt", "libicu", "libstdc", "libapt")):
                continue
            if path.is_symlink():
                layer.link(inside, os.readlink(path))
            elif path.is_file():
                layer.file(inside, path, path.stat().st_mode & 0o777)
    for name in ("lib", "lib64", "sbin", "bin"):
        layer.link(name, "usr/" + name)
    return layer.text("run/.keep", "").text("tmp/.keep", "")


def kubeadm_images(store: Store, version: str, tree: Path) -> list:
    """The images that `kubeadm config images list` names, and what they are."""
    programs = build.programs(version)
    names = cache.run([programs / "kubeadm", "config", "images", "list", "--kubernetes-version", "v" + version],
                      "kubeadm %s: list images" % version).split()
    layer = Layer().file("usr/local/bin/kubernetes", programs / "kubernetes").text("tmp/.keep", "")
    for command in build.COMMANDS:
        layer.link("usr/local/bin/" + command, "kubernetes")
    shared = store.layer(layer)
    for reference in names:
        name = reference.rsplit(":", 1)[0].rsplit("/", 1)[1]
        if name == "pause":
            store.image(reference, [store.layer(Layer().file("pause", build.pause()))], ["/pause"])
        elif name == "coredns":
            store.image(reference, [store.layer(Layer().file("coredns", build.coredns()))], ["/coredns"])
        elif name == "kube-proxy":
            store.image(reference, [store.layer(iptables_layer(tree)), shared])
        else:
            store.image(reference, [shared])
    return names


def cluster_api_images(store: Store) -> list:
    names = []
    folder = build.part("cluster-api")
    for name in ("cluster-api-controller", "kubeadm-bootstrap-controller", "kubeadm-control-plane-controller"):
        reference = "registry.k8s.io/cluster-api/%s:v%s" % (name, build.CAPI_VERSION)
        store.image(reference, [store.layer(Layer().file("manager", folder / name).text("tmp/.keep", ""))], ["/manager"])
        names.append(reference)
    return names


def cert_manager_images(store: Store) -> list:
    """All names that a mirror of cert-manager holds; nothing here starts the last two."""
    program = build.cert_manager() / "cert-manager"
    layer = Layer().file("cert-manager", program).text("tmp/.keep", "")
    names = ("controller", "cainjector", "webhook", "acmesolver", "startupapicheck")
    for name in names:
        layer.link(name, "cert-manager")
    shared = store.layer(layer)
    references = ["quay.io/jetstack/cert-manager-%s:v%s" % (name, build.CERT_MANAGER_VERSION) for name in names]
    for name, reference in zip(names, references):
        store.image(reference, [shared], ["/" + name], user="1000")
    return references


def sample_images(store: Store, reference: str) -> list:
    """The sample of an infrastructure provider: it runs, and does nothing."""
    store.image(reference, [store.layer(Layer().file("manager", build.pause()))], ["/manager"])
    return [reference]
