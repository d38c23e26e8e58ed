#!/usr/bin/env python3
"""molecule.py TARBALL TOOLS [SCENARIO…]: runs molecule scenarios with the packed collection, each against servers of its
own. Without a SCENARIO: all of them.

TOOLS is the folder of molecule and ansible-galaxy.
"""
import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))
from servers.kubernetes.server import KubeServer  # noqa: E402


@contextlib.contextmanager
def kubernetes(work: Path):
    with KubeServer(work / "kubernetes") as server:
        yield {"KUBECONFIG": str(server.kubeconfig)}


# scenario → the servers that it needs: (work directory) → context of environment variables for it
SCENARIOS = {
    "k8s_apply": kubernetes,
}


def run(scenario: str, tarball: Path, tools: Path) -> int:
    with tempfile.TemporaryDirectory(prefix="molecule-") as work, SCENARIOS[scenario](Path(work)) as variables:
        environment = dict(os.environ, **variables, MCAPI_COLLECTION=str(tarball),
                           MOLECULE_EPHEMERAL_DIRECTORY=work + "/state", ANSIBLE_HOME=work + "/home",
                           PATH="%s:%s" % (tools, os.environ["PATH"]))
        return subprocess.run([tools / "molecule", "test", "-s", scenario], cwd=TESTS, env=environment,
                              check=False).returncode


def main() -> int:
    tarball, tools = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
    failed = [name for name in sys.argv[3:] or SCENARIOS if run(name, tarball, tools) != 0]
    for name in failed:
        print("molecule scenario failed: " + name, file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
