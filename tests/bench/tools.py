"""The programs that are measured, each told to apply a file, and the meter."""
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
from servers import ansible_venv, cache  # noqa: E402
from servers.kubernetes import go_tool  # noqa: E402

OURS, CORE, KUBECTL = "k8s_apply", "kubernetes.core.k8s", "kubectl"
MANAGER = "bench"


class Meter:
    """Runs a command; tells its wall time, its peak memory, and what it printed."""

    def __init__(self, directory: Path):
        self.directory = directory
        self.program = ROOT / "build/release/tests/measure"

    def run(self, argv, environment) -> dict:
        report, output = self.directory / "measured.json", self.directory / "output"
        with open(output, "wb") as out:
            subprocess.run([str(self.program), str(report)] + [str(a) for a in argv], env=environment, check=True,
                           stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, cwd=self.directory)
        measured = json.loads(report.read_text(encoding="ascii"))
        measured["output"] = output.read_text(encoding="utf-8", errors="replace")
        if measured["status"] != 0:
            raise RuntimeError("%s failed:\n%s" % (argv[0], measured["output"][-3000:]))
        return measured


def clean_environment(**more) -> dict:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "LC_ALL", "MCAPI_TEST_DATA")}
    return dict(kept, **more)


class Ours:
    """The program as Ansible runs it: the path of a file with the options is its only argument."""
    name = OURS

    def __init__(self, directory: Path):
        self.directory = directory

    def version(self) -> str:
        return "1.0.0"

    def command(self, kubeconfig, manifest):
        options = {"src": str(manifest), "kubeconfig": str(kubeconfig), "field_manager": MANAGER,
                   "_ansible_check_mode": False, "_ansible_diff": False, "_ansible_version": "2.19.14",
                   "_ansible_module_name": OURS}
        path = self.directory / "ours.json"
        path.write_text(json.dumps(options), encoding="utf-8")
        return [ROOT / "build/bin/k8s_apply", path], clean_environment(HOME=str(self.directory))

    def changed(self, output: str) -> bool:
        return json.loads(output)["changed"]


class Core:
    """kubernetes.core.k8s started as a program, without Ansible around it, which is to its advantage."""
    name = CORE

    def __init__(self, directory: Path):
        self.directory = directory
        self.python = ansible_venv.peers() / "bin/python"

    def version(self) -> str:
        text = subprocess.run([self.python, "-c", "import ansible_collections.kubernetes.core as c, json, pathlib; "
                               "print(json.loads((pathlib.Path(c.__path__[0]) / 'MANIFEST.json').read_text())"
                               "['collection_info']['version'])"], stdout=subprocess.PIPE, text=True, check=True).stdout
        return text.strip()

    def command(self, kubeconfig, manifest):
        options = {"src": str(manifest), "kubeconfig": str(kubeconfig), "apply": True,
                   "server_side_apply": {"field_manager": MANAGER}}
        path = self.directory / "core.json"
        path.write_text(json.dumps({"ANSIBLE_MODULE_ARGS": options}), encoding="utf-8")
        return ([self.python, "-m", "ansible_collections.kubernetes.core.plugins.modules.k8s", path],
                clean_environment(HOME=str(self.directory)))

    def changed(self, output: str) -> bool:
        return json.loads(output.strip().splitlines()[-1])["changed"]


class Kubectl:
    name = KUBECTL

    def __init__(self, directory: Path, program: Path):
        self.directory = directory
        self.program = program

    def version(self) -> str:
        text = subprocess.run([self.program, "version", "--client", "-o", "json"], stdout=subprocess.PIPE, text=True,
                              check=True).stdout
        return json.loads(text)["clientVersion"]["gitVersion"].lstrip("v")

    def command(self, kubeconfig, manifest):
        return ([self.program, "--kubeconfig", kubeconfig, "apply", "--server-side", "--field-manager", MANAGER, "-f",
                 manifest], clean_environment(HOME=str(self.directory)))

    def changed(self, output: str):
        return None  # it says "serverside-applied" in any case


class Load:
    """The API server's own limit: nothing but requests."""

    def __init__(self):
        source = ROOT / "tests/bench/load"
        go = go_tool.find_go()

        def build(work: Path):
            cache.run([go, "build", "-trimpath", "-o", work / "load", "."], "building the load tool", cwd=source,
                      env=go_tool.environment(go))

        key = cache.fingerprint(source / "main.go", source / "go.mod")
        self.program = cache.build_once(cache.cache_dir() / ("load-" + key), build) / "load"

    def seconds(self, server, namespace: str, count: int, flight: int) -> float:
        argv = [self.program, "-url", server.url, "-ca", server.ca_file, "-cert", server.client_cert_file, "-key",
                server.client_key_file, "-namespace", namespace, "-count", str(count), "-flight", str(flight)]
        return float(subprocess.run([str(a) for a in argv], stdout=subprocess.PIPE, text=True, check=True).stdout)
