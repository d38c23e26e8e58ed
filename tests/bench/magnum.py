#!/usr/bin/env python3
"""magnum.py [--runs N] [--write]: magnum_template beside openstack.cloud.coe_cluster_template, on a real cloud.

Whole processes, each started as a program without Ansible around it, against the same Magnum with the same templates.
Prints seconds, peak memory and requests; with --write the medians go to
docs/bench/magnum.json. Fails when ours is not WANTED times as fast in the case that runs every day, "unchanged".
"""
import argparse
import json
import os
import statistics
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
sys.path.insert(0, str(ROOT / "tests/bench"))
import tools  # noqa: E402
from servers.openstack.seed import KUBERNETES  # noqa: E402
from servers.openstack.server import OpenStack  # noqa: E402
from support.magnum import USUAL  # noqa: E402
from support.peer_module import PeerModule  # noqa: E402

OURS, PEER = "magnum_template", "openstack.cloud.coe_cluster_template"
WANTED = 10
COMMON = {key: value for key, value in USUAL.items() if key not in ("image_id", "labels")}


def templates():
    return [dict(COMMON, name="k8s-" + version, image_id="ubuntu-2404-kube-" + version,
                 labels={"kube_tag": version}) for version in KUBERNETES]


class Bench:
    def __init__(self, cloud, work: Path, program: Path):
        self.cloud, self.work, self.program = cloud, work, program
        self.meter = tools.Meter(work)
        self.peer = PeerModule(cloud)

    def ours(self, wanted) -> list:
        """[(argv, environment)]: one run for all."""
        options = dict(wanted[0]) if len(wanted) == 1 else {"templates": wanted}
        options.update(cloud="demo", _ansible_check_mode=False, _ansible_diff=False, _ansible_version="2.19.14",
                       _ansible_module_name=OURS)
        path = self.work / "ours.json"
        path.write_text(json.dumps(options), encoding="utf-8")
        return [([self.program, path], tools.clean_environment(
            OS_CLIENT_CONFIG_FILE=str(self.cloud.clouds_file), HOME=str(self.work)))]

    def theirs(self, wanted) -> list:
        """One run for each: it knows no lists."""
        runs = []
        for number, options in enumerate(wanted):
            folder = self.work / ("peer-%d" % number)
            folder.mkdir(exist_ok=True)
            runs.append(self.peer.command(folder, **options))
        return runs

    def once(self, runs, changed: bool) -> dict:
        mark = self.cloud.mark()
        found = [self.meter.run(argv, environment) for argv, environment in runs]
        for each in found:
            told = json.loads(each["output"].strip().splitlines()[-1])["changed"]
            if told != changed:
                raise RuntimeError("changed is %s: %s" % (told, each["output"]))
        # What the services ask each other is the same for both; theirs bear the agents of their clients.
        requests = [each for name in ("keystone", "magnum", "glance", "nova", "neutron")
                    for each in self.cloud.requests(name, mark) if is_client(each)]
        return {"seconds": sum(each["seconds"] for each in found), "requests": len(requests),
                "megabytes": max(each["kilobytes"] for each in found) / 1024}

    def case(self, wanted, runs: int) -> dict:
        """{"created" | "unchanged": {tool: medians}}"""
        found = {word: {} for word in ("created", "unchanged")}
        for tool, command in ((OURS, self.ours), (PEER, self.theirs)):
            measured = {word: [] for word in found}
            for _ in range(runs):
                self.cloud.remove_templates()
                measured["created"].append(self.once(command(wanted), True))
                measured["unchanged"] += [self.once(command(wanted), False) for _ in range(2)]
            for word, values in measured.items():
                found[word][tool] = {key: round(statistics.median(v[key] for v in values), 4) for key in values[0]}
        return found


def is_client(entry) -> bool:
    agent = entry["headers"].get("user-agent", "")
    return agent.startswith("mcapi") or agent.startswith("openstacksdk")


def warm_up(cloud) -> None:
    """The first requests make the services import what they need."""
    token = cloud.login("demo", "demo")
    body = {"name": "warm", "coe": "kubernetes", "image_id": "ubuntu-a", "flavor_id": "m1.medium",
            "external_network_id": "public", "network_driver": "calico"}
    for _ in range(2):
        cloud.ok("magnum", "POST", "/v1/clustertemplates", body, token)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3, help="default %(default)s")
    parser.add_argument("--write", action="store_true", help="write docs/bench/magnum.json")
    parser.add_argument("--program", type=Path, default=ROOT / "build/bin/magnum_template", help="default: %(default)s")
    options = parser.parse_args()
    results = {"cores": os.cpu_count(), "runs": options.runs, "cases": {}}
    with tempfile.TemporaryDirectory(prefix="mcapi-magnum-bench-") as directory:
        work = Path(directory)
        with OpenStack(work / "cloud") as cloud:
            results["magnum"] = cloud.magnum
            warm_up(cloud)
            bench = Bench(cloud, work, options.program.resolve())
            for title, wanted in (("one template", templates()[:1]), ("five templates", templates())):
                for word, found in bench.case(wanted, options.runs).items():
                    results["cases"]["%s, %s" % (title, word)] = found
                    for tool, row in found.items():
                        print("%-28s %-40s %7.3f s %6.1f MB %3d requests" % (
                            "%s, %s" % (title, word), tool, row["seconds"], row["megabytes"], row["requests"]), flush=True)
    if options.write:
        (ROOT / "docs/bench").mkdir(parents=True, exist_ok=True)
        (ROOT / "docs/bench/magnum.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    slow = [title for title, found in results["cases"].items() if title.endswith("unchanged")
            and found[PEER]["seconds"] < WANTED * found[OURS]["seconds"]]
    for title in slow:
        print("%s: not %d times as fast as %s" % (title, WANTED, PEER), file=sys.stderr)
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
