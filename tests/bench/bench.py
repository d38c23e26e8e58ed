#!/usr/bin/env python3
"""./dev bench [CASE…]: how long, how much memory, how many requests; ours, kubernetes.core and kubectl side by side.

Each run of a case gets a fresh API server. All tools apply the same manifest by server-side apply, first to a server
that does not have the objects, then to one that has them. Medians go to docs/bench/results.json, the charts beside it,
and the table into README.md.
"""
import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))
import cases  # noqa: E402
import charts  # noqa: E402
import tools  # noqa: E402
from servers.kubernetes import build  # noqa: E402
from servers.kubernetes.server import KubeServer  # noqa: E402

ROOT = tools.ROOT
DOCS = ROOT / "docs/bench"
BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
PICTURES = "![Time](docs/bench/time.svg)\n\n![Memory](docs/bench/memory.svg)"
FLIGHTS = (8, 16, 32, 64)  # requests in flight, for the server's own limit
REPEATS = 3                # repeated applications per fresh server
ALLOWED_MEGABYTES = {"one-repeated": 12}  # of our whole process; more is a failure
# How the load tool's best compares is told for this case.
LIMITED = "thousand"


class Bench:
    def __init__(self, options, work: Path):
        self.options = options
        self.work = work
        self.meter = tools.Meter(work)
        self.kubectl = build.build() / "kubectl"
        self.tools = [tools.Ours(work)]
        if not options.no_peers:
            self.tools += [tools.Core(work), tools.Kubectl(work, self.kubectl)]
        self.load = tools.Load()
        self.number = 0

    def server(self, case):
        """A fresh server, warmed up: what the first requests to a new server cost is not what we look for."""
        self.number += 1
        server = KubeServer(self.work / ("server-%d" % self.number), controller_manager=False)
        config = server.kubeconfig_for("bench", server.pki.authority().client("bench", ["system:masters"]))
        for arguments in (["api-resources"], ["get", "--raw", "/openapi/v3"], ["get", "configmaps", "-A"]):
            server.kubectl(*arguments)
        if case.before:
            server.kubectl("apply", "--server-side", "-f", str(case.before))
            if server.kubectl("get", "crd", "-o", "name"):
                server.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=30s")
        return server, config

    def apply(self, tool, server, config, case) -> dict:
        mark = server.audit.mark()
        argv, environment = tool.command(config, case.manifest)
        measured = self.meter.run(argv, environment)
        changed = tool.changed(measured.pop("output"))
        return dict(measured, changed=changed, requests=len(server.requests(mark, user="bench")))

    def measure(self, case, tool):
        """({first…}, {repeated…}): lists of measurements."""
        first, repeated = [], []
        for _ in range(self.options.runs):
            server, config = self.server(case)
            with server:
                first.append(self.apply(tool, server, config, case))
                repeated += [self.apply(tool, server, config, case) for _ in range(REPEATS)]
        wrong = [m for m in first if m["changed"] is False] + [m for m in repeated if m["changed"]]
        if wrong:
            print("  %s: reported a wrong `changed` %d times" % (tool.name, len(wrong)), flush=True)
        return first, repeated

    def limit(self, case, count=1000) -> dict:
        """Seconds for COUNT writes by the load tool, first and repeated: the best number in flight, medians."""
        found = {"first": {}, "repeated": {}}
        for flight in FLIGHTS:
            times = {"first": [], "repeated": []}
            for _ in range(self.options.runs):
                server, _ = self.server(case)
                with server:
                    for word in times:
                        times[word].append(self.load.seconds(server, cases.NAMESPACE, count, flight))
            for word, values in times.items():
                found[word][flight] = statistics.median(values)
        return {word: {"seconds": min(values.values()), "in_flight": min(values, key=values.get)}
                for word, values in found.items()}


def summary(measurements) -> dict:
    seconds = sorted(m["seconds"] for m in measurements)
    return {"seconds": statistics.median(seconds), "fastest": seconds[0], "slowest": seconds[-1], "runs": len(seconds),
            "megabytes": statistics.median(m["kilobytes"] for m in measurements) / 1024,
            "requests": round(statistics.median(m["requests"] for m in measurements))}


def run(bench, chosen):
    rows = []
    for case in chosen:
        words = (["first"] if case.with_first else []) + ["repeated"]
        row = {word: {"case": "%s-%s" % (case.name, word), "title": "%s, %s" % (case.title, word), "tools": {}}
               for word in words}
        for tool in bench.tools:
            begin = time.monotonic()
            for word, measurements in zip(("first", "repeated"), bench.measure(case, tool)):
                if word in row:
                    row[word]["tools"][tool.name] = summary(measurements)
            told = ", ".join("%s %s s" % (w, charts.number(row[w]["tools"][tool.name]["seconds"])) for w in words)
            print("%-10s %-20s %s  (measured for %d s)" % (case.name, tool.name, told, time.monotonic() - begin), flush=True)
        if case.name == LIMITED:
            for word, limit in bench.limit(case).items():
                row[word]["server_limit"] = limit
                print("%-10s %-20s %s %s s with %d in flight"
                      % (case.name, "the server's limit", word, charts.number(limit["seconds"]), limit["in_flight"]), flush=True)
        rows += row.values()
    return rows


def too_heavy(rows) -> list:
    """A sentence for each case in which ours takes more memory than it may."""
    measured = [(row["case"], row["tools"][tools.OURS]["megabytes"]) for row in rows]
    return ["%s takes %.1f MB, allowed are %d MB" % (case, megabytes, ALLOWED_MEGABYTES[case])
            for case, megabytes in measured if megabytes > ALLOWED_MEGABYTES.get(case, float("inf"))]


def machine() -> dict:
    model = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
                  if line.startswith("model name")), platform.machine())
    commit = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"], stdout=subprocess.PIPE, text=True,
                            check=False).stdout.strip()
    return {"cpu": model, "cores": os.cpu_count(), "kernel": platform.release(), "commit": commit,
            "date": time.strftime("%Y-%m-%d")}


def publish(results) -> None:
    DOCS.mkdir(parents=True, exist_ok=True)
    (DOCS / "results.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    names = list(results["versions"])[1:]
    note = "medians; %d cores, Kubernetes %s; shorter is better" % (results["machine"]["cores"], results["versions"]["kubernetes"])
    (DOCS / "time.svg").write_text(charts.bars("Time, whole process", note, "s", "seconds", results["cases"], names), encoding="utf-8")
    (DOCS / "memory.svg").write_text(charts.bars("Peak memory", note, "MB", "megabytes", results["cases"], names), encoding="utf-8")
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    if BEGIN in text:
        head, rest = text.split(BEGIN, 1)
        tail = rest.split(END, 1)[1]
        text = "%s%s\n%s\n\n%s\n%s%s" % (head, BEGIN, charts.table(results["cases"], names), PICTURES, END, tail)
        readme.write_text(text, encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", metavar="CASE", help="of orc, capi, one, thousand; or one word alone for another program: fastpath, lxc, "
                        "clusterctl, magnum, proxy, backup; default all")
    parser.add_argument("--runs", type=int, default=5, help="fresh servers per tool and case, default %(default)s")
    parser.add_argument("--no-peers", action="store_true", help="ours alone, and nothing is written")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mcapi-bench-") as directory:
        work = Path(directory)
        known = list(cases.make_all(work))
        chosen = [c for c in known if not options.cases or c.name in options.cases]
        if not chosen:
            parser.error("no such case, or its input is missing (MCAPI_TEST_DATA)")
        bench = Bench(options, work)
        versions = {"kubernetes": build.DEFAULT_VERSION, **{tool.name: tool.version() for tool in bench.tools}}
        results = {"machine": machine(), "versions": versions, "cases": run(bench, chosen)}
    if len(bench.tools) > 1 and not options.cases:
        publish(results)
        print("written: docs/bench/results.json, time.svg, memory.svg; the table in README.md")
    else:
        print(json.dumps(results, indent=1))
    heavy = too_heavy(results["cases"])
    for sentence in heavy:
        print(sentence, file=sys.stderr)
    return 1 if heavy else 0


if __name__ == "__main__":
    sys.exit(main())
