"""One command per task where that is possible, Ansible's own way where it is not, and nothing else is ever run."""
import pwd

import cases
import pytest
from conftest import Run, cores, main_core, venv

TABLE = [(core, host, name) for core in cores() for name, case in cases.CASES.items() for host in case.hosts
         if case.everywhere or core == main_core()]


@pytest.fixture
def outcome(runs, core, host, name):
    return runs(core).outcomes[host, name]


def is_expected(commands, count):
    if count == cases.PLAIN:
        return 5 <= len(commands) <= 12
    if isinstance(count, tuple):
        return count[0] + 5 <= len(commands) <= count[0] + 12
    return len(commands) == count


@pytest.mark.parametrize("core, host, name", TABLE)
def test_task__any_case__gives_its_result_in_the_expected_number_of_commands(outcome, name):
    case = cases.CASES[name]
    want = dict({"failed": False}, **(case.want or {}))
    got = {key: outcome.result.get(key, False if key == "failed" else None) for key in want}
    assert got == want, outcome.result
    assert is_expected(outcome.commands, case.commands), "%d commands:\n%s\n%s" % (
        len(outcome.commands), "\n".join(outcome.commands), outcome.result)


@pytest.mark.parametrize("core, host, name", TABLE)
def test_task__any_case__runs_nothing_that_others_planted_and_leaves_nothing(outcome, world, name):
    assert "a trap was run" not in outcome.look
    assert "planted" not in outcome.result
    for rest in (".new.", ".try.", "ansible-tmp", "AnsiballZ"):
        assert rest not in outcome.look, outcome.look
    if cases.CASES[name].placed:
        uid = pwd.getpwnam(outcome.owner).pw_uid
        assert "f 500 %d .cache/mcapi/%s" % (uid, world.digest) in outcome.look.splitlines(), outcome.look
        assert "d 700 %d .cache/mcapi" % uid in outcome.look.splitlines()


@pytest.mark.parametrize("core, host, name", [row for row in TABLE if cases.CASES[row[2]].become != "no"])
def test_task__become__runs_as_that_user(outcome):
    assert outcome.result["user"] == pwd.getpwnam(outcome.owner).pw_uid


@pytest.mark.parametrize("core, host", [(core, host) for core in cores() for host in cases.BOTH])
def test_loop__three_items__each_gets_its_own_result(runs, core, host):
    results = runs(core).outcomes[host, "loop"].result["results"]
    assert [r["note"] for r in results] == ["a", "b", "c"]


@pytest.mark.parametrize("core", cores())
def test_delegation__to_another_host__runs_there(runs, world, core):
    assert runs(core).outcomes["here", "delegation"].result["user"] == pwd.getpwnam(world.user("sl")).pw_uid


@pytest.mark.parametrize("become", cases.BECOME)
@pytest.mark.parametrize("host", cases.BOTH)
def test_filling__old_programs__go_and_other_files_stay(runs, world, host, become):
    look = runs(main_core()).outcomes[host, "old_files, become " + become].look
    names = [line.rpartition("/")[2] for line in look.splitlines() if ".cache/mcapi/" in line]
    assert sorted(names) == sorted([world.digest, "keep_me"])


@pytest.mark.parametrize("core", cores())
def test_secrets__no_log__are_in_no_command_and_no_output(runs, core):
    run = runs(core)
    assert "sesame" not in run.output
    assert not [c for host in cases.BOTH for c in run.outcomes[host, "no_log"].commands if "sesame" in c]


@pytest.mark.parametrize("core", cores())
def test_any_case__causes_no_warning(runs, core):
    own = ("world", "no_log for db_pass")  # of world-readable files, which we asked for, and of the probe
    lines = [line for line in runs(core).output.splitlines() if "WARNING" in line]
    assert [line for line in lines if not any(words in line for words in own)] == []


def test_kept_files__are_kept_in_ansible_s_way(world):
    directory = world.root / "run-kept"
    directory.mkdir()
    chosen = {"hit": cases.Case("hit", cases.PLAIN, args={"note": "x"})}
    run = Run(world, directory, chosen).play(venv(main_core()), ANSIBLE_KEEP_REMOTE_FILES="1")
    for host in cases.BOTH:
        outcome = run.outcomes[host, "hit"]
        assert outcome.result["note"] == "x" and len(outcome.commands) >= 5
        assert "ansible-tmp" in outcome.look


def test_environment_switch__false__turns_it_off(world):
    directory = world.root / "run-off"
    directory.mkdir()
    chosen = {"hit": cases.Case("hit", cases.PLAIN, args={"note": "x"})}
    run = Run(world, directory, chosen).play(venv(main_core()), MCAPI_FAST_PATH="false")
    assert all(is_expected(run.outcomes[host, "hit"].commands, cases.PLAIN) for host in cases.BOTH)
