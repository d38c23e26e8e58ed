#!/usr/bin/env python3
"""backup.py [--sizes 10,100,1000] [--write]: capi_backup beside clusterctl move --to-directory.

Both save the same Magnum-like clusters, of twenty objects each, from one API server. clusterctl, which takes a quarter of
an hour for a thousand clusters, is left out beyond --most. Tells time, peak memory, requests and the size of the
uncompressed archive, medians; --write puts them into docs/bench/backup.json.
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
        self.kubeconfig = server.kubeconfig_for(self.user, server.pki.authority().client(self.user, ["system:masters"]))

    def command(self):
        shutil.rmtree(self.archives, ignore_errors=True)
        options = {"state": "present", "path": str(self.archives), "state_dir": str(self.work / "state"),
                   "namespaces": [NAMESPACE], "kubeconfig": str(self.kubeconfig), "_ansible_check_mode": False,
                   "_ansible_diff": False, "_ansible_version": "2.19.14", "_ansible_module_name": self.name}
        path = self.work / "ours.json"
        path.write_text(json.dumps(options), encoding="utf-8")
        path.chmod(0o600)
        return [self.program, path], tools.clean_environment(HOME=str(self.work))

    def raw_bytes(self):
        archive = next(self.archives.glob("cluster-api-objects-*.tar.gz"))
        with gzip.open(archive) as unpacked:
            return sum(len(part) for part in iter(lambda: unpacked.read(1 << 20), b""))


class Theirs:
    name, user = "clusterctl", "clusterctl"

    def __init__(self, server, work):
        self.clusterctl = Clusterctl(work, server)
        self.folder = work / "folder"

    def command(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        config = self.clusterctl.write_config({})
        return ([self.clusterctl.program, "move", "--to-directory", self.folder, "--namespace", NAMESPACE, "--config",
                 config, "--kubeconfig", self.clusterctl.kubeconfig], self.clusterctl.environment())

    def raw_bytes(self):
        return sum(path.stat().st_size for path in self.folder.iterdir())


def measure(kind, server, work: Path, runs: int) -> dict:
    work.mkdir(parents=True)
    meter, tool, found = tools.Meter(work), kind(server, work), []
    for _ in range(runs):
        mark = server.audit.mark()
        measured = meter.run(*tool.command())
        found.append(dict(measured, requests=len(server.requests(mark, user=kind.user))))
    return dict(bench.summary(found), raw_megabytes=round(tool.raw_bytes() / 1e6, 2))


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
                    print("%5d clusters  %-12s %7.2f s %7.1f MB of memory, %7.1f MB raw, %5d requests" % (
                        size, kind.name, row["seconds"], row["megabytes"], row["raw_megabytes"], row["requests"]),
                        flush=True)
                    if options.write:
                        write(sizes)
    return 0


if __name__ == "__main__":
    sys.exit(main())
