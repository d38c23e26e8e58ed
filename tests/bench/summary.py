#!/usr/bin/env python3
"""summary.py [--write]: the table in README.md of what the benchmarks beside k8s_apply's found, from docs/bench/*.json.

A benchmark that has not been run leaves its rows out. Without --write nothing is changed, and it fails where the table
is not that of the files.
"""
import argparse
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs/bench"
README = ROOT / "README.md"
BEGIN, END = "<!-- bench of the others: begin -->", "<!-- bench of the others: end -->"
HEAD = "| Work | Ours | Peer | |\n|---|---|---|---|"

# file: the names of ours and of the peer in it. A row of the fast path names its own.
NAMES = {"clusterctl_init": ("clusterctl_init", "clusterctl"), "backup": ("capi_backup", "clusterctl"),
         "magnum": ("magnum_template", "openstack.cloud.coe_cluster_template"),
         "lxc": ("lxc_container", "community.general.lxc_container"), "proxy": ("magnum-cluster-api-proxy", "HAProxy"),
         "fastpath": ("ours, fast path", "ours, uploaded each time")}
PYTHON = "ansible.builtin.ping (Python, pipelined)"

# (title, file, where the value is, with % for the name, its unit, whether more is better, how the table calls the peer)
ROWS = [
    ("four providers installed", "clusterctl_init", "programs/%/first/seconds", "s", False, "clusterctl"),
    ("the same, peak memory", "clusterctl_init", "programs/%/first/megabytes", "MB", False, "clusterctl"),
    ("the same, repeated", "clusterctl_init", "programs/%/repeated/seconds", "s", False, "clusterctl"),
    ("10 clusters backed up", "backup", "sizes/10/%/seconds", "s", False, "clusterctl move"),
    ("100 clusters backed up", "backup", "sizes/100/%/seconds", "s", False, "clusterctl move"),
    ("1,000 clusters backed up", "backup", "sizes/1000/%/seconds", "s", False, "clusterctl move"),
    ("the same, peak memory", "backup", "sizes/1000/%/megabytes", "MB", False, "clusterctl move"),
    ("100 clusters restored", "backup", "sizes/100/%/restored/seconds", "s", False, "clusterctl move"),
    ("one cluster template, unchanged", "magnum", "cases/one template, unchanged/%/seconds", "s", False, "openstack.cloud"),
    ("five cluster templates, unchanged", "magnum", "cases/five templates, unchanged/%/seconds", "s", False, "openstack.cloud"),
    ("one container, unchanged", "lxc", "seconds/nothing to do/%", "s", False, "community.general"),
    ("one container, created and started", "lxc", "seconds/create and start/%", "s", False, "community.general"),
    ("one task over ssh, repeated", "fastpath", "ways/%/milliseconds_per_task", "ms", False, "the program, uploaded each time"),
    ("the same", "fastpath", "ways/%/milliseconds_per_task", "ms", False, "a Python module, pipelined"),
    ("proxied bytes, one stream", "proxy", "work/one stream/%/mib_per_second", "MiB/s", True, "HAProxy"),
    ("proxied bytes, eight streams", "proxy", "work/eight streams/%/mib_per_second", "MiB/s", True, "HAProxy"),
    ("round trip of one connection, p99", "proxy", "work/ping, one connection/%/p99_us", "µs", False, "HAProxy"),
    ("round trip of 32 connections, p99", "proxy", "work/ping, 32 connections/%/p99_us", "µs", False, "HAProxy"),
    ("new connections", "proxy", "work/new connections/%/per_second", "per second", True, "HAProxy"),
    ("memory for 500 clusters", "proxy", "memory/500/%/idle_kib", "KiB", False, "HAProxy"),
]


def value(results, path: str):
    for name in path.split("/"):
        results = results.get(name) if isinstance(results, dict) else None
    return results


def amount(number, unit: str) -> str:
    return "%s %s" % ("%.3g" % number if number < 100 else "{:,.0f}".format(number), unit)


def table(folder: Path = DOCS) -> str:
    lines = [HEAD]
    for title, name, where, unit, more, peer in ROWS:
        path = folder / (name + ".json")
        results = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        ours, theirs = NAMES[name]
        theirs = PYTHON if "Python" in peer else theirs
        one, other = (value(results, where.replace("%", tool)) for tool in (ours, theirs))
        if one and other:
            factor = one / other if more else other / one
            lines.append("| %s | %s | %s, %s | %.3g × |" % (title, amount(one, unit), amount(other, unit), peer, factor))
    return "\n".join(lines)


def renewed(text: str) -> str:
    head, rest = text.split(BEGIN, 1)
    return "%s%s\n%s\n%s%s" % (head, BEGIN, table(), END, rest.split(END, 1)[1])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="renew the table")
    write = parser.parse_args().write
    text = README.read_text(encoding="utf-8")
    fresh = renewed(text)
    if fresh == text:
        return 0
    if write:
        README.write_text(fresh, encoding="utf-8")
        return 0
    print("README.md: the table of benchmarks is not that of docs/bench: python3 tests/bench/summary.py --write")
    return 1


if __name__ == "__main__":
    sys.exit(main())
