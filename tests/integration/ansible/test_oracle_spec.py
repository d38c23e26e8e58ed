"""Our validation of options against ansible-core's own: the same tables, the same parameters, the same outcome.

What may differ, and why, is decided in one place: class Tolerance.
"""
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TESTS))
from integration.ansible import spec_cases  # noqa: E402
from servers import ansible_venv  # noqa: E402

CORES = ["2.18.19", "2.19.14"]
ENVIRONMENT = dict(os.environ, ORACLE_SET="value", ORACLE_EMPTY="", ORACLE_TILDE="~", PYTHONHASHSEED="0")
ENVIRONMENT.pop("ORACLE_UNSET", None)


@pytest.fixture(scope="module")
def ours():
    program = Path(os.environ.get("MCAPI_BUILD", TESTS.parent / "build" / "dev")) / "tests" / "spec_probe"
    if not os.access(program, os.X_OK):
        pytest.skip("%s is not built" % program)
    return run([str(program.absolute())])


def run(command):
    answer = subprocess.run(command, input=json.dumps(spec_cases.all_cases()), stdout=subprocess.PIPE, env=ENVIRONMENT, text=True,
                            timeout=600, check=True)
    return json.loads(answer.stdout)


class Tolerance:
    """Differences that are meant."""

    def __init__(self, core):
        self.old = core.startswith("2.18")

    def skips(self, ours, theirs):
        # ansible-core dies of it (lists as no_log defaults, infinity as an int); we report an error or cope.
        if "crash" in theirs:
            return True
        # Numbers that JSON cannot hold are refused by us.
        if "unprintable" in json.dumps(theirs["params"]):
            return "error" in ours
        # A literal's tuple is a list with us.
        if "tuple" in theirs.get("error", ""):
            return True
        # 2.18 refuses null as a string, 2.19 takes it as an empty one, and so do we.
        return self.old and "'None' is not a string" in theirs.get("error", "")

    def text(self, text):
        # Python's class names became type names in 2.19; the words for true and false come in hash order.
        text = re.sub(r"<class '(\w+)'>", r"\1", text)
        text = re.sub(r"(is not a valid boolean\.) +Valid booleans include:.*", r"\1", text)
        # With unknown options on several levels it is chance whose names ansible-core offers.
        unknown = re.match(r"Unsupported parameters for \(.*?\) module: (.*?)\. Supported", text)
        if unknown and len({name.rpartition(".")[0] for name in unknown.group(1).split(", ")}) > 1:
            text = text[:unknown.end(1)]
        return text

    def same(self, ours, theirs):
        if isinstance(ours, dict) and isinstance(theirs, dict):
            return ours.keys() == theirs.keys() and all(self.same(ours[k], theirs[k]) for k in ours)
        if isinstance(ours, list) and isinstance(theirs, list):
            return len(ours) == len(theirs) and all(map(self.same, ours, theirs))
        if isinstance(theirs, bool) and type(ours) is int:
            return ours == theirs  # an int option is an integer with us, whatever was given
        if isinstance(ours, str) and isinstance(theirs, str):
            return ours == theirs or self.same_json(ours, theirs)
        return type(ours) is type(theirs) and ours == theirs

    @staticmethod
    def same_json(ours, theirs):
        # A jsonarg: our writer spells 1.0 as 1.
        try:
            return ours[:1] in "[{" and json.loads(ours) == json.loads(theirs)
        except ValueError:
            return False


def difference(tolerance, ours, theirs):
    if tolerance.skips(ours, theirs):
        return None
    if tolerance.text(ours.get("error", "")) != tolerance.text(theirs.get("error", "")):
        return "error"
    if "error" in ours:
        return None  # what was converted before the first error is nobody's contract
    if not tolerance.same(ours["params"], theirs["params"]):
        return "params"
    if sorted(set(ours["warnings"])) != sorted(set(theirs["warnings"])):
        return "warnings"
    # 2.18 replaces secrets in no particular order.
    return None if tolerance.old or tolerance.same(ours.get("scrubbed"), theirs.get("scrubbed")) else "scrubbed"


@pytest.mark.parametrize("core", CORES)
def test_our_validation__every_case__agrees_with_ansible_core(core, ours):
    python = ansible_venv.ansible(core) / "bin" / "python"
    theirs = run([str(python), str(Path(__file__).parent / "reference.py")])
    tolerance = Tolerance(core)
    cases = spec_cases.all_cases()
    assert len(cases) == len(ours) == len(theirs)
    found = []
    for case, we, they in zip(cases, ours, theirs):
        what = difference(tolerance, we, they)
        if what:
            found.append("%s of %s\n  we   %s\n  they %s" % (what, json.dumps(case), json.dumps(we.get(what)), json.dumps(they.get(what))))
    assert not found, "%d of %d cases differ:\n%s" % (len(found), len(cases), "\n".join(found[:20]))


def test_the_cases__ansible_core__seldom_crashes_on_them():
    python = ansible_venv.ansible(CORES[-1]) / "bin" / "python"
    theirs = run([str(python), str(Path(__file__).parent / "reference.py")])
    crashed = sum("crash" in outcome for outcome in theirs)
    failed = sum("error" in outcome for outcome in theirs)
    assert crashed < len(theirs) / 50
    assert len(theirs) / 10 < failed < len(theirs) * 9 / 10
