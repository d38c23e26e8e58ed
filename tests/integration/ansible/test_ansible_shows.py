"""What real Ansible makes of a module on our runtime: one playbook per ansible-core and setting, many tasks."""
import json
import os
import pwd
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TESTS))
from servers import ansible_venv  # noqa: E402

PROGRAM = Path(os.environ.get("MCAPI_BUILD", TESTS.parent / "build" / "dev")) / "tests" / "probe_module"
CORES = os.environ.get("MCAPI_TEST_CORES", ansible_venv.DEFAULT_CORE).split()
WHOLE = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
# Every way in which Python splits lines, a terminal's escape, a quote, both planes.
ODD = "caf\u00e9 \u2028 \u2029 \u0085 \u000b \u000c \u001c \u001e \u007f \u001b[0m \"q\" 'q' \\ \U0001f600 \r\n end"

# name of the task: (arguments, keywords of the task)
TASKS = {
    "plain": ({"name": "x"}, {}),
    "change": ({"change": True}, {}),
    "warn": ({"warn": ["first warning", "second warning"]}, {}),
    "diff": ({"change": True, "before": "one\ntwo", "after": "one\nthree\n"}, {}),
    "diff unchanged": ({"before": "left", "after": "right"}, {}),
    "diff secret": ({"change": True, "secret": "wombat", "before": "a wombat", "after": "no wombat"}, {}),
    "fail": ({"fail": "it broke for good"}, {}),
    "fail secret": ({"fail": "wombat is the word", "secret": "wombat"}, {}),
    "check": ({"change": True}, {"check_mode": True}),
    "check unsupported": ({"change": True}, {"check_mode": True, "environment": {"PROBE_NO_CHECK_MODE": "1"}}),
    "no_log": ({"name": "koala", "note": "koala", "change": True}, {"no_log": True}),
    "secret": ({"secret": "wombat", "note": {"k": ["wombat", "a wombat b"]}, "login": {"user": "me", "secret": "numbat"}}, {}),
    "secret fallback": ({"note": "the quokka"}, {"environment": {"PROBE_SECRET": "quokka"}}),
    "odd": ({"note": ODD}, {}),
    "numbers": ({"note": [1, 2.5, 2.5e-07, -3, True, None, 4611686018427387904], "size": "7"}, {}),
    "alias twice": ({"name": "a", "title": "b"}, {}),
    "unknown": ({"nme": "x"}, {}),
    "too big": ({"size": 10}, {}),
    "no number": ({"size": "many"}, {}),
    "nested": ({"login": {}}, {}),
    "text for dict": ({"login": "user=me secret=numbat", "note": "numbat"}, {}),
    "infinity": ({"note": "@INF@"}, {}),
    "forbidden": ({"extra": {"results": [1, 2], "started": 1, "finished": 1, "unreachable": True, "rc": 3, "ansible_facts": None,
                             "warnings": "abc", "deprecations": "x", "ansible_job_id": "j", "stdout": 5, "_ansible_parsed": False}}, {}),
    "abort": ({"crash": "abort"}, {}),
    "memory": ({"crash": "memory"}, {}),
    "async": ({"note": "later", "secret": "wombat", "change": True}, {"async": 30, "poll": 1}),
    "type key": ({"note": {"__ansible_type": "TaggedStr", "value": "x"}}, {}),
    "loop": ({"note": "{{ item }}"}, {"loop": ["a", "b"]}),
    "password": ({"db_pass": "platypus"}, {}),
}


class Shown:
    def __init__(self, output: str, results: dict):
        self.output = output
        self.results = results

    def task(self, name: str) -> str:
        """What was printed for the task, without colours."""
        parts = re.split(r"^TASK \[(.*?)\].*$", self.output, flags=re.M)
        return dict(zip(parts[1::2], parts[2::2]))[name]


def playbook(tasks: dict) -> str:
    listed = [{"name": name, "am_probe": arguments, "register": "result_%d" % number, "ignore_errors": True, **keywords}
              for number, (name, (arguments, keywords)) in enumerate(tasks.items())]
    names = ", ".join("%s: result_%d" % (json.dumps(name), number) for number, name in enumerate(tasks))
    listed.append({"name": "keep", "diff": False, "no_log": True, "ansible.builtin.copy": {"content": "{{ {%s} | to_json }}" % names, "mode": "0600",
                                                            "dest": "{{ playbook_dir }}/results.json"}})
    play = [{"hosts": "localhost", "gather_facts": False, "tasks": listed}]
    # JSON is YAML but for these: no surrogate pairs, no raw delete character; and infinity has no JSON form.
    return json.dumps(play).replace("\\ud83d\\ude00", "\\U0001f600").replace("\x7f", "\\x7f").replace('"@INF@"', ".inf")


def run_playbook(directory: Path, core: str, tasks: dict, arguments=(), **settings) -> Shown:
    if not os.access(PROGRAM, os.X_OK):
        pytest.skip("%s is not built" % PROGRAM)
    environment = ansible_venv.ansible(core)
    (directory / "library").mkdir(exist_ok=True)
    shutil.copy(PROGRAM, directory / "library" / "am_probe")
    (directory / "play.yml").write_text(playbook(tasks), encoding="utf-8")
    settings = {"ANSIBLE_HOME": directory / "home", "ANSIBLE_LOCALHOST_WARNING": "0", "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0",
                "ANSIBLE_NOCOLOR": "1", "ANSIBLE_PYTHON_INTERPRETER": environment / "bin" / "python", "LC_ALL": "C.UTF-8",
                "ANSIBLE_REMOTE_TMP": directory / "remote", **settings}
    run = subprocess.run([environment / "bin" / "ansible-playbook", "play.yml", "--diff", *arguments], cwd=directory,
                         env=dict(os.environ, **{key: str(value) for key, value in settings.items()}), check=False,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)
    assert run.returncode == 0, run.stdout
    return Shown(run.stdout, json.loads((directory / "results.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="module", params=CORES)
def core(request):
    return request.param


@pytest.fixture(scope="module")
def shown(core, tmp_path_factory):
    return run_playbook(tmp_path_factory.mktemp("play"), core, TASKS)


@pytest.fixture(scope="module")
def verbose(core, tmp_path_factory):
    wanted = {name: TASKS[name] for name in ("secret", "plain", "fail", "password", "async", "change")}
    return run_playbook(tmp_path_factory.mktemp("verbose"), core, wanted, ["-vvv"])


# ---- success

def test_plain__is_ok_and_unchanged(shown):
    result = shown.results["plain"]
    assert result["changed"] is False and result["failed"] is False
    assert result["applied"] is True and result["predicted"] is False
    assert "ok: [localhost]" in shown.task("plain")


def test_change__is_shown_as_changed(shown):
    assert "changed: [localhost]" in shown.task("change")
    assert shown.results["change"]["changed"] is True


def test_result__keeps_its_types_and_odd_characters(shown):
    assert shown.results["odd"]["note"] == ODD
    assert shown.results["numbers"]["note"] == [1, 2.5, 2.5e-07, -3, True, None, 4611686018427387904]
    assert shown.results["numbers"]["size"] == 7


def test_registered_result__has_no_invocation_and_no_junk(shown):
    for name in ("plain", "odd", "secret"):
        assert not {"invocation", "module_stdout", "module_stderr"} & shown.results[name].keys()
    assert "junk after the JSON data" not in shown.output


def test_loop__runs_once_for_each_item(shown):
    assert [item["note"] for item in shown.results["loop"]["results"]] == ["a", "b"]


# ---- warnings

def test_warnings__are_whole_sentences(shown):
    assert "[WARNING]: first warning" in shown.output
    assert "[WARNING]: second warning" in shown.output
    assert {"first warning", "second warning"} <= set(shown.results["warn"]["warnings"])


def test_both_names_of_an_option__warn(shown):
    assert "Both option name and its alias title are set." in shown.results["alias twice"]["warnings"]


def test_a_password_like_option__warns_that_no_log_is_missing(shown):
    assert "Module did not set no_log for db_pass" in shown.results["password"]["warnings"]


# ---- diff

def test_diff__is_printed_as_a_unified_diff(shown):
    text = shown.task("diff")
    assert "--- before: old" in text and "+++ after: new" in text
    assert "\n-two\n+three\n" in text and "No newline" not in text


def test_diff__of_an_unchanged_task_is_not_printed(shown):
    assert "left" not in shown.task("diff unchanged")


def test_diff__hides_secrets(shown):
    assert "-a ********" in shown.task("diff secret") and "wombat" not in shown.task("diff secret")


# ---- failures

def test_failure__shows_message_and_details(shown):
    result = shown.results["fail"]
    assert result["failed"] is True and result["changed"] is False
    assert (result["msg"], result["reason"], result["status"]) == ("it broke for good", "Conflict", 409)
    assert "it broke for good" in shown.task("fail")


def test_failure__hides_secrets(shown):
    assert shown.results["fail secret"]["msg"] == "******** is the word"


@pytest.mark.parametrize("name, message", [
    ("unknown", "Unsupported parameters for (am_probe) module: nme. Supported parameters include: "),
    ("too big", "value of size must be between 1 and 9, got: 10"),
    ("nested", "missing required arguments: user found in login"),
    ("infinity", "option 'note': NaN and Infinity are not allowed"),
    ("no number", "and we were unable to convert to int: \"'many'\" cannot be converted to an int"),
])
def test_wrong_arguments__fail_with_the_reason(shown, name, message):
    assert shown.results[name]["failed"] is True
    assert message in shown.results[name]["msg"]


@pytest.mark.parametrize("name, reason", [("abort", "it aborted (SIGABRT)"), ("memory", "out of memory")])
def test_a_crash__is_a_clean_failure(shown, name, reason):
    result = shown.results[name]
    assert result["failed"] is True
    assert result["msg"] == "The module am_probe ended unexpectedly: %s. What it did before is not known." % reason
    assert "module_stdout" not in result


# ---- check mode

def test_check_mode__predicts(shown):
    result = shown.results["check"]
    assert (result["changed"], result["applied"], result["predicted"]) == (True, False, True)


def test_check_mode__without_support_is_skipped(shown):
    result = shown.results["check unsupported"]
    assert result["skipped"] is True and "applied" not in result
    assert result["msg"] == "remote module (am_probe) does not support check mode"
    assert "skipping: [localhost]" in shown.task("check unsupported")


# ---- secrets

def test_no_log_task__shows_nothing(shown):
    assert "koala" not in shown.output
    assert shown.results["no_log"]["note"] == "koala"


def test_no_log_values__are_hidden_in_the_result(shown):
    assert shown.results["secret"]["note"] == {"k": [WHOLE, "a ******** b"]}
    assert shown.results["secret fallback"]["note"] == "the ********"
    assert shown.results["text for dict"]["note"] == WHOLE
    for word in ("wombat", "numbat"):
        assert word not in json.dumps(shown.results)


def test_invocation__is_shown_when_asked_for_without_secrets(verbose):
    for name in ("secret", "async"):
        text = verbose.task(name)
        shown_result = text[text.rindex("=> {"):]
        assert '"module_args"' in shown_result
        assert '"secret": "%s"' % WHOLE in shown_result
        assert "wombat" not in shown_result and "numbat" not in shown_result
    assert '"size": 5' in verbose.task("plain"), "the invocation shows defaults"
    assert '"fail": "it broke for good"' in verbose.task("fail")


# ---- odd ways to be run

def test_async__finishes_with_the_same_result(shown):
    result = shown.results["async"]
    assert result["finished"] in (1, True) and result["changed"] is True and result["note"] == "later"
    assert "wombat" not in json.dumps(result)


def test_keys_that_mean_something_else__do_no_harm(shown):
    result = shown.results["forbidden"]
    assert result["failed"] is False and result["ansible_module_results"] == [1, 2]
    assert "abc" in result["warnings"] and result["stdout"] == "5"
    assert not {"results", "started", "finished", "unreachable", "rc", "ansible_facts", "deprecations"} & result.keys()
    assert "Removed unexpected internal key" not in shown.output


def test_ansibles_own_type_key__is_data_like_any_other(shown):
    assert shown.results["type key"]["note"] == {"__ansible_type__": "TaggedStr", "value": "x"}


@pytest.mark.parametrize("pipelining", ["0", "1"])
def test_temporary_files__pipelining_or_not__none_are_left(core, tmp_path, pipelining):
    (tmp_path / "system").mkdir()
    shown = run_playbook(tmp_path, core, {name: TASKS[name] for name in ("change", "abort")}, ANSIBLE_PIPELINING=pipelining,
                         TMPDIR=tmp_path / "system")
    assert shown.results["change"]["changed"] is True and shown.results["abort"]["failed"] is True
    assert "Error deleting remote temporary files" not in shown.output
    assert not list((tmp_path / "system").iterdir()) and not list((tmp_path / "remote").iterdir())


def test_ad_hoc__prints_the_result(core, tmp_path):
    run_playbook(tmp_path, core, {"plain": TASKS["plain"]})  # puts the module in place
    environment = ansible_venv.ansible(core)
    run = subprocess.run([environment / "bin" / "ansible", "localhost", "-m", "am_probe", "-a", "name=x size=3 change=yes"],
                         cwd=tmp_path, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120,
                         env=dict(os.environ, ANSIBLE_LIBRARY=str(tmp_path / "library"), ANSIBLE_HOME=str(tmp_path / "home"), ANSIBLE_NOCOLOR="1"))
    assert run.returncode == 0, run.stdout
    assert "localhost | CHANGED => {" in run.stdout and '"size": 3' in run.stdout


def test_become__runs_as_the_other_user(core, tmp_path):
    if os.geteuid() != 0 or not shutil.which("su"):
        pytest.skip("becoming somebody else without a password needs root and su")
    nobody = pwd.getpwnam("nobody")
    keywords = {"become": True, "become_user": "nobody", "become_method": "ansible.builtin.su", "become_flags": "-s /bin/sh"}
    shown = run_playbook(tmp_path, core, {"become": ({"change": True}, keywords)}, ANSIBLE_REMOTE_TMP="/var/tmp")
    result = shown.results["become"]
    assert result["user"] == nobody.pw_uid and result["changed"] is True
    assert "Error deleting remote temporary files" not in shown.output


# ---- without Ansible between

def test_a_signal_while_working__still_gives_an_object(tmp_path):
    if not os.access(PROGRAM, os.X_OK):
        pytest.skip("%s is not built" % PROGRAM)
    with subprocess.Popen([PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        process.stdin.write('{"sleep": 60, "_ansible_no_log": true}\n')
        process.stdin.flush()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=0.5)
        process.terminate()
        output = process.stdout.read()
        assert process.wait(timeout=10) == 1
    result = json.loads(output)
    assert result["failed"] is True and result["msg"] == "stopped by signal 15 (SIGTERM)"


def test_standard_error__stays_empty(tmp_path):
    if not os.access(PROGRAM, os.X_OK):
        pytest.skip("%s is not built" % PROGRAM)
    for arguments in ({}, {"fail": "x"}, {"size": 0}, {"warn": ["w"]}):
        run = subprocess.run([PROGRAM], input=json.dumps(arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        assert run.stderr == "" and run.stdout.isascii()
        assert re.fullmatch(r"\n\{.*\}\n", run.stdout)
        assert run.returncode == (1 if json.loads(run.stdout).get("failed") else 0)
