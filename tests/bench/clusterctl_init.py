#!/usr/bin/env python3
"""clusterctl_init.py [--runs N] [--write]: clusterctl_init beside the real clusterctl.

Both install Cluster API with an infrastructure provider on a fresh API server on which cert-manager's kinds are defined,
and then once more what is there. Tells time, peak memory and requests, medians; --write puts them into
docs/bench/clusterctl_init.json.
"""
import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))
import bench  # noqa: E402
import tools  # noqa: E402
from servers.clusterctl import repository  # noqa: E402
from servers.clusterctl.client import Clusterctl  # noqa: E402
from support.pair import Side, options_of, words_of  # noqa: E402

VERSION, SAMPLE = "1.13.6", "0.2.0"
REQUEST = {"core": "cluster-api:v" + VERSION, "bootstrap": "kubeadm:v" + VERSION, "control_plane": "kubeadm:v" + VERSION,
           "infrastructure": "sample:v" + SAMPLE}
REPEATS = 3
# A server holds whoever creates objects of a kind that it knows for less; cert-manager is older than that in real life.
YOUNG_SECONDS = 3
RESULTS = bench.DOCS / "clusterctl_init.json"


class Ours:
    name = "clusterctl_init"
    user = "module"
    program = tools.ROOT / "build/bin/clusterctl_init"

    def __init__(self, side, work):
        self.side = side
        self.work = work

    def command(self, config):
        kubeconfig = self.side.server.kubeconfig_for(
            self.user, self.side.server.pki.authority().client(self.user, ["system:masters"]))
        options = dict(options_of("present", REQUEST), config=str(config), kubeconfig=str(kubeconfig),
                       own_contract="v1beta2", _ansible_check_mode=False, _ansible_diff=False,
                       _ansible_version="2.19.14", _ansible_module_name=self.name)
        path = self.work / "ours.json"
        path.write_text(json.dumps(options), encoding="utf-8")
        return [self.program, path], tools.clean_environment(HOME=str(self.work))


class Theirs:
    name = "clusterctl"
    user = "clusterctl"

    def __init__(self, side, work):
        self.clusterctl = Clusterctl(work / "theirs", side.server)

    def command(self, config):
        return ([self.clusterctl.program, *words_of("present", REQUEST), "--config", config, "--kubeconfig",
                 self.clusterctl.kubeconfig], self.clusterctl.environment())


def config_of(work: Path) -> Path:
    base = repository.rendered()
    labels = [(label, "v" + VERSION) for label in repository.CAPI] + [("infrastructure-sample", "v" + SAMPLE)]
    (work / "overrides").mkdir(exist_ok=True)
    path = work / "clusterctl.yaml"
    path.write_text(json.dumps({"providers": [repository.entry(base, *pair) for pair in labels],
                                "overridesFolder": str(work / "overrides")}), encoding="utf-8")
    return path


def measure(kind, work: Path, runs: int) -> dict:
    """{"first": summary, "repeated": summary} of one program."""
    meter, config = tools.Meter(work), config_of(work)
    found = {"first": [], "repeated": []}
    for number in range(runs):
        side = Side(work / ("%s-%d" % (kind.name, number)))
        time.sleep(YOUNG_SECONDS)
        try:
            tool = kind(side, work)
            for word in ["first"] + ["repeated"] * REPEATS:
                mark = side.server.audit.mark()
                measured = meter.run(*tool.command(config))
                found[word].append(dict(measured, requests=len(side.server.requests(mark, user=tool.user))))
                side.settle()
        finally:
            side.stop()
    return {word: bench.summary(measurements) for word, measurements in found.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3, help="fresh servers per program, default %(default)s")
    parser.add_argument("--program", type=Path, default=Ours.program, help="default %(default)s")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    Ours.program = options.program.resolve()
    rows = {}
    with tempfile.TemporaryDirectory(prefix="mcapi-bench-") as directory:
        for kind in (Ours, Theirs):
            work = Path(directory) / kind.name
            work.mkdir()
            rows[kind.name] = measure(kind, work, options.runs)
            for word, row in rows[kind.name].items():
                print("%-16s %-9s %6.2f s %7.1f MB %5d requests" % (kind.name, word, row["seconds"], row["megabytes"],
                                                                   row["requests"]), flush=True)
    if options.write:
        bench.DOCS.mkdir(parents=True, exist_ok=True)
        RESULTS.write_text(json.dumps({"machine": bench.machine(), "cluster_api": VERSION, "programs": rows}, indent=1) +
                           "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
