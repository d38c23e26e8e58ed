#!/usr/bin/env python3
"""molecule.py TARBALL TOOLS [SCENARIO]: runs a molecule scenario with the packed collection against a fresh server.

TOOLS is the folder of molecule and ansible-galaxy.
"""
import os
import subprocess
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))
from servers.kubernetes.server import KubeServer  # noqa: E402


def main() -> int:
    tarball, tools = sys.argv[1:3]
    scenario = sys.argv[3] if len(sys.argv) > 3 else "k8s_apply"
    with tempfile.TemporaryDirectory(prefix="molecule-") as work, KubeServer(Path(work, "kubernetes")) as server:
        environment = dict(os.environ, KUBECONFIG=str(server.kubeconfig), MCAPI_COLLECTION=str(Path(tarball).resolve()),
                           MOLECULE_EPHEMERAL_DIRECTORY=work + "/state", ANSIBLE_HOME=work + "/home",
                           PATH="%s:%s" % (tools, os.environ["PATH"]))
        return subprocess.run([Path(tools, "molecule"), "test", "-s", scenario], cwd=TESTS, env=environment,
                              check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
