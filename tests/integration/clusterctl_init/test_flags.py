"""The tables of compatibility speak of every flag that clusterctl has; what they say of each is held by tests/lint/compat.py."""
import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from servers.clusterctl import build

DATA = Path(__file__).resolve().parents[3] / "docs/compat"
COMMANDS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(DATA.glob("clusterctl-*.json"))}
NOT_OURS = {"--help", "--v"}  # of every command


@pytest.mark.parametrize("name", COMMANDS)
def test_flags__command_of_clusterctl__none_is_forgotten(name, tmp_path):
    program = build.build(build.MAIN_VERSION)
    words = COMMANDS[name]["peer"].split()[1:]
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "CLUSTERCTL_DISABLE_VERSIONCHECK": "true"}
    told = subprocess.run([program, *words, "--help"], stdout=subprocess.PIPE, check=True, text=True, env=environment).stdout
    flags = set(re.findall(r"^ +(?:-\w, )?(--[a-z-]+)", told.partition("\nFlags:")[2], re.MULTILINE))
    rows = COMMANDS[name]["sections"]["options"]
    assert {*rows["same"], *rows["noted"], *rows["renamed"], *rows["left_out"]} == flags - NOT_OURS
