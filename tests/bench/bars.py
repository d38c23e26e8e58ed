#!/usr/bin/env python3
"""bars.py [--write]: docs/bench/README.md, how good each thing has to be, and how good it was when it was measured last.

Without --write nothing is changed, and it fails where the page is not that of docs/bench/*.json.
"""
import argparse
import json
import sys
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent))
from summary import DOCS, NAMES, value  # noqa: E402

PAGE = DOCS / "README.md"
HEAD = """\
# How good it has to be, and is

Made by `tests/bench/bars.py --write` from the files beside this one, which `./dev bench` writes. A factor says how many times better
ours is than what it is measured against: `4.1 ×` of a time is a quarter of it. Below 1 it may be worse: `0.909 ×` of a time is 1.1 times
of it.

| Work | Against | At least | Measured | |
|---|---|---|---|---|
"""
CORE, KUBECTL, RAW = "kubernetes.core.k8s", "kubectl", "its archive, not packed"


class Bar(NamedTuple):
    work: str
    against: str
    least: float
    file: str
    ours: str  # where the figures are
    theirs: str  # or the bound itself
    more: bool = False  # more is better
    why: str = ""  # what stands in the way, told where it is missed


# A bar that is missed has one of these.
MEMORY = """\
**37 documents, memory**: a twentieth of kubernetes.core is 3 MB, less than the program has with TLS and one connection open. The documents
  stand in memory as they were read and as the server answered, because what was changed is told from both; the 489 kB of them take 13 MB."""
FIRST = """\
**37 documents, first, time**: by the server's audit log it is busy for more than half of it with the patches of 24 definitions, which are under
  way side by side; `kubectl` is not ten times faster than kubernetes.core either."""
TEN_CLUSTERS = """\
**Backups of 10 clusters, memory**: the program itself has 7 MB, ten times what it saves there. With 100 clusters it does not show any more."""
CONNECTIONS = """\
**New connections**: they cost both the same time of a CPU, `cpu_seconds` in proxy.json. HAProxy has a thread for each core, the daemon one
  for all."""


def of_k8s(work, case, field, against, least, why=""):
    place = "cases/%s/tools/%%s/%s" % (case, field)
    return Bar(work, against, least, "results", place % "k8s_apply", place % against, why=why)


def of_peer(work, file, place, least, against=None, more=False, why=""):
    ours, theirs = NAMES[file]
    theirs = against or theirs
    return Bar(work, theirs, least, file, place.replace("%", ours), place.replace("%", theirs), more, why)


def of_documents(work, case, why=""):
    yield of_k8s("%s, time" % work, case, "seconds", CORE, 10, why)
    yield of_k8s("%s, time" % work, case, "seconds", KUBECTL, 2, why)
    yield of_k8s("%s, memory" % work, case, "megabytes", CORE, 20, MEMORY)


def of_backups(clusters, why=""):
    place = "sizes/%d/" % clusters
    yield of_peer("backup of %s clusters, time" % format(clusters, ","), "backup", place + "%/seconds", 10)
    yield Bar("the same, memory", RAW, 1 / 3, "backup", place + "capi_backup/megabytes", place + "capi_backup/raw_megabytes",
              why=why)


BARS = (
    *of_documents("37 documents, 489 kB, first", "orc-first", FIRST),
    *of_documents("the same, repeated", "orc-repeated"),
    of_k8s("one unchanged ConfigMap, time", "one-repeated", "seconds", CORE, 25),
    Bar("the same, memory", "12 MB", 1, "results", "cases/one-repeated/tools/k8s_apply/megabytes", "12"),
    Bar("1,000 ConfigMaps, first, time", "nothing but the requests", 0.5, "results", "cases/thousand-first/tools/k8s_apply/seconds",
        "cases/thousand-first/server_limit/seconds"),
    Bar("26 documents, 1.2 MB, memory", "40 MB", 1, "results", "cases/capi-first/tools/k8s_apply/megabytes", "40"),
    of_peer("four providers, first, time", "clusterctl_init", "programs/%/first/seconds", 3),
    of_peer("the same, repeated, time", "clusterctl_init", "programs/%/repeated/seconds", 5),
    of_peer("the same, first, memory", "clusterctl_init", "programs/%/first/megabytes", 5),
    *of_backups(10, TEN_CLUSTERS), *of_backups(100), *of_backups(1000),
    of_peer("one cluster template, unchanged, time", "magnum", "cases/one template, unchanged/%/seconds", 10),
    of_peer("one container, unchanged, time", "lxc", "seconds/nothing to do/%", 10),
    of_peer("one task over ssh, repeated, time", "fastpath", "ways/%/milliseconds_per_task", 3),
    of_peer("the same", "fastpath", "ways/%/milliseconds_per_task", 2, "ansible.builtin.ping (Python, pipelined)"),
    of_peer("proxied bytes, one stream", "proxy", "work/one stream/%/mib_per_second", 0.9, more=True),
    of_peer("proxied bytes, eight streams", "proxy", "work/eight streams/%/mib_per_second", 0.9, more=True),
    of_peer("new connections", "proxy", "work/new connections/%/per_second", 0.9, more=True, why=CONNECTIONS),
    of_peer("round trip of one connection, p99", "proxy", "work/ping, one connection/%/p99_us", 1 / 1.1),
    of_peer("round trip of 32 connections, p99", "proxy", "work/ping, 32 connections/%/p99_us", 1 / 1.1),
    of_peer("memory for 500 clusters", "proxy", "memory/500/%/idle_kib", 2),
)

def measured(folder: Path) -> dict:
    found = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")}
    if "results" in found:
        found["results"]["cases"] = {case["case"]: case for case in found["results"]["cases"]}
    return found


def figure(results, place: str):
    return float(place) if place.replace(".", "").isdigit() else value(results, place)


def factor_of(bar: Bar, results: dict):
    """How many times better ours is; None where it was not measured."""
    ours, theirs = (figure(results.get(bar.file, {}), place) for place in (bar.ours, bar.theirs))
    if not ours or not theirs:
        return None
    return ours / theirs if bar.more else theirs / ours


def is_missed(bar: Bar, results: dict) -> bool:
    factor = factor_of(bar, results)
    return factor is not None and factor < bar.least


def row(bar: Bar, results: dict) -> str:
    factor = factor_of(bar, results)
    head = "| %s | %s | %.3g × |" % (bar.work, bar.against, bar.least)
    if factor is None:
        return head + " not yet | |"
    return head + " %.3g × | %s |" % (factor, "missed" if is_missed(bar, results) else "")


def page(folder: Path = DOCS, bars=BARS) -> str:
    results = measured(folder)
    reasons = dict.fromkeys(bar.why or "**%s**: not known yet" % bar.work for bar in bars if is_missed(bar, results))
    text = HEAD + "\n".join(row(bar, results) for bar in bars) + "\n"
    return text + ("\nWhat stands in the way where it is missed:\n\n- %s\n" % "\n- ".join(reasons) if reasons else "")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="renew the page")
    if parser.parse_args().write:
        PAGE.write_text(page(), encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page():
        print("docs/bench/README.md is not that of the files beside it: python3 tests/bench/bars.py --write")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
