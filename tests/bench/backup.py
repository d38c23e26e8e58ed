#!/usr/bin/env python3
"""backup.py [--sizes 10,100,1000] [--write]: capi_backup beside clusterctl move --to-directory and --from-directory.

Both save the same Magnum-like clusters, of twenty objects each, from one API server, and restore them once into an empty
one. clusterctl, which takes a quarter of an hour for a thousand clusters, is left out beyond --most. Tells time, peak
memory, requests and the size of the uncompressed archive, medians; --write puts them into docs/bench/backup.json.
"""
import argparse
import gzip
import json
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))
import bench  # noqa: E402
import tools  # noqa: E402
from servers.clusterctl.client import Clusterctl  # noqa: E402
from servers.kubernetes.server import KubeServer  # noqa: E402
from support.magnum_clusters import NAMESPACE, PER_CLUSTER, Magnum  # noqa: E402

RESULTS = bench.DOCS / "backup.json"
MOST = 100  # clusters, for clusterctl


class Ours:
    name, user = "capi_backup", "module"
    program = tools.ROOT / "build/bin/capi_backup"

    def __init__(self, server, work):
        self.work = work
        self.archives = work / "archives"
        self.server = server

    def save(self):
        shutil.rmtree(self.archives, ignore_errors=True)
        return self.command(self.server, state="present")

    def restore(self, server):
        return self.command(server, state="restored", src=str(self.archive()))

    def archive(self):
        return next(self.archives.glob("cluster-api-objects-*.tar.gz"))

    def command(self, server, **options):
        kubeconfig = server.kubeconfig_for(self.user, server.pki.authority().client(self.user, ["system:masters"]))
        options.update({"path": str(self.archives), "state_dir": str(self.work / "state"),
                        "namespaces": [NAMESPACE], "kubeconfig": str(kubeconfig), "_ansible_check_mode": False,
                        "_ansible_diff": False, "_ansible_version": "2.19.14", "_ansible_module_name": self.name})
        path = self.work / "ours.json"
        path.write_text(json.dumps(options), encoding="utf-8")
        path.chmod(0o600)
        return [self.program, path], tools.clean_environment(HOME=str(self.work))

    def raw_bytes(self):
        with gzip.open(self.archive()) as unpacked:
            return sum(len(part) for part in iter(lambda: unpacked.read(1 << 20), b""))


class Theirs:
    name, user = "clusterctl", "clusterctl"

    def __init__(self, server, work):
        self.work = work
        self.clusterctl = Clusterctl(work, server)
        self.folder = work / "folder"

    def save(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        return self.command(self.clusterctl, "--to-directory", self.folder, "--kubeconfig", self.clusterctl.kubeconfig)

    def restore(self, server):
        there = Clusterctl(self.work / "restore", server)
        return self.command(there, "--from-directory", self.folder, "--to-kubeconfig", there.kubeconfig)

    @staticmethod
    def command(clusterctl, *words):
        return ([clusterctl.program, "move", *words, "--namespace", NAMESPACE, "--config", clusterctl.write_config({})],
                clusterctl.environment())

    def raw_bytes(self):
        return sum(path.stat().st_size for path in self.folder.iterdir())


def measure(kind, server, work: Path, runs: int) -> dict:
    work.mkdir(parents=True)
    meter, tool, found = tools.Meter(work), kind(server, work), []

    def run(where, command):
        mark = where.audit.mark()
        return dict(meter.run(*command), requests=len(where.requests(mark, user=kind.user)))

    for _ in range(runs):
        found.append(run(server, tool.save()))
    with KubeServer(work / "empty", controller_manager=False) as empty:
        Magnum(empty).install()
        restored = bench.summary([run(empty, tool.restore(empty))])
    return dict(bench.summary(found), raw_megabytes=round(tool.raw_bytes() / 1e6, 2), restored=restored)


def tell(size, name, row):
    restored = row["restored"]
    print("%5d clusters  %-12s saved in %7.2f s with %6.1f MB of memory and %5d requests, %6.1f MB raw; "
          "restored in %7.2f s with %6.1f MB and %6d requests" % (
              size, name, row["seconds"], row["megabytes"], row["requests"], row["raw_megabytes"],
              restored["seconds"], restored["megabytes"], restored["requests"]), flush=True)


def write(sizes):
    bench.DOCS.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"machine": bench.machine(), "sizes": sizes}, indent=1)
    RESULTS.write_text(text + "\n", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10,100,1000", help="numbers of clusters, default %(default)s")
    parser.add_argument("--runs", type=int, default=3, help="default %(default)s")
    parser.add_argument("--program", type=Path, default=Ours.program, help="default %(default)s")
    parser.add_argument("--most", type=int, default=MOST, help="clusters that clusterctl is tried with, default %(default)s")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    Ours.program = options.program.resolve()
    sizes = {}
    with tempfile.TemporaryDirectory(prefix="mcapi-bench-") as directory:
        with KubeServer(Path(directory) / "plane", controller_manager=False) as server:
            magnum = Magnum(server)
            magnum.install()
            magnum.add_class()
            made = 0
            for size in sorted(int(each) for each in options.sizes.split(",")):
                magnum.add_clusters(size, first=made + 1)
                made = size
                for kind in (Ours, Theirs) if size <= options.most else (Ours,):
                    work = Path(directory) / ("%s-%d" % (kind.name, size))
                    row = measure(kind, server, work, options.runs if kind is Ours else 1)
                    sizes.setdefault(str(size), {"objects": size * PER_CLUSTER})[kind.name] = row
                    tell(size, kind.name, row)
                    if options.write:
                        write(sizes)
    return 0


if __name__ == "__main__":
    sys.exit(main())
