"""The command that the tests of roles run, on each ansible-core."""
import os
import subprocess
from pathlib import Path

import pytest

from servers import ansible_venv

ROOT = Path(__file__).resolve().parents[2]
NAMESPACE = "osa_ops.mcapi_vexxhost"
CORES = os.environ.get("MCAPI_TEST_CORES", "2.17.14 2.19.14 2.21.5").split()


def tools(core: str) -> Path:
    try:
        return ansible_venv.ansible(core) / "bin"
    except RuntimeError as error:
        pytest.skip("ansible-core %s: %s" % (core, error))


def ansible(core: str, collections: Path, *arguments, environment=None, launcher=()) -> subprocess.CompletedProcess:
    variables = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(collections), "ANSIBLE_INJECT_FACT_VARS": "false", "ANSIBLE_NOCOLOR": "1",
                 "ANSIBLE_TRANSFORM_INVALID_GROUP_CHARS": "always", **(environment or {})}
    return subprocess.run([*launcher, str(tools(core) / "ansible-playbook"), *map(str, arguments)], stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=variables, check=False, timeout=300)
