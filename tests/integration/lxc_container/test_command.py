"""Commands inside: items 82 to 97 of the conformance list."""
import time

import pytest

from support.wait import until


def run(subject, command, state="started", check=False, env=None, internal=None, **args):
    options = {"container_command_args": args} if args else {}
    return subject(state, check=check, env=env, internal=internal, container_command=command, **options)


def said(outcome):
    return outcome["command"]


def test_082__success__has_its_output_apart(running):
    outcome = run(running, "echo out; echo err >&2; echo more")
    assert outcome.changed and not outcome.failed
    command = said(outcome)
    assert (command["rc"], command["stdout"], command["stderr"]) == (0, "out\nmore", "err")
    assert command["stdout_lines"] == ["out", "more"] and command["stderr_lines"] == ["err"]
    assert command["timed_out"] is False
    for key in ("cmd", "start", "end", "delta"):
        assert command[key]


def test_082__list__is_run_without_a_shell(running):
    assert said(run(running, ["echo", "$HOME *", "a  b"]))["stdout"] == "$HOME * a  b"


def test_083__failure__fails_the_task_unless_allowed(running):
    outcome = run(running, "echo before; exit 7")
    assert outcome.failed and said(outcome)["rc"] == 7 and said(outcome)["stdout"] == "before" and "7" in outcome.msg
    for allowed in ({"check_rc": False}, {"ok_rcs": [0, 7]}):
        outcome = run(running, "exit 7", **allowed)
        assert not outcome.failed and outcome.changed and said(outcome)["rc"] == 7
    assert run(running, "exit 6", ok_rcs=[0, 7]).failed


def test_084__killed_by_a_signal__is_told(running):
    outcome = run(running, "kill -9 $$")
    assert outcome.failed and said(outcome)["signal"] in (9, "SIGKILL", "KILL")


def test_085__missing_program__is_127(running):
    outcome = run(running, ["no-such-program"])
    assert outcome.failed and said(outcome)["rc"] == 127 and "no-such-program" in outcome.msg
    assert said(run(running, "no-such-program", check_rc=False))["rc"] == 127


def test_086__script_beyond_the_limit_of_an_argument__is_run(running):
    script = "".join("x%d=%s\n" % (n, "y" * 100) for n in range(2000)) + "echo end $x1999 | cut -c1-5\n"
    assert len(script) > 128 * 1024
    outcome = run(running, script)
    assert said(outcome)["stdout"] == "end y"


def test_087__much_output__is_cut_and_does_not_block(running):
    outcome = run(running, "head -c 5242880 /dev/zero | tr '\\0' x; head -c 300000 /dev/zero | tr '\\0' y >&2; exit 0")
    command = said(outcome)
    assert command["rc"] == 0 and 1 << 20 <= len(command["stdout"]) < (1 << 20) + 200
    assert command["stdout"].startswith("xxx") and command["stderr"].count("y") == 300000
    assert command["stdout"].strip("x") != ""  # the mark


def test_088__daemon_left_behind__is_not_waited_for(running):
    begin = time.monotonic()
    outcome = run(running, "sleep 100 & echo done")
    assert said(outcome)["stdout"] == "done" and time.monotonic() - begin < 5
    assert "sleep 100" in running.box.run("ps")


def test_089__timeout__ends_the_whole_group(running):
    begin = time.monotonic()
    outcome = run(running, "echo begun; sleep 321 & sleep 321; echo never", timeout=1)
    assert outcome.failed and said(outcome)["timed_out"] is True and said(outcome)["stdout"] == "begun"
    assert 1 <= time.monotonic() - begin < 15
    until(lambda: "sleep 321" not in running.box.run("ps"), seconds=5)


def test_090__stopped__is_started_for_it_and_stopped_again(stopped):
    outcome = run(stopped, "echo hello", "stopped")
    assert outcome.changed and said(outcome)["stdout"] == "hello"
    assert stopped.box.state == "STOPPED" and stopped.box.boots() == 1
    outcome = run(stopped, "exit 3", "stopped")
    assert outcome.failed and stopped.box.state == "STOPPED"


@pytest.mark.parametrize("blank", ["", " \n", []])
def test_command__blank__is_none(stopped, blank):
    outcome = stopped("present", container_command=blank)
    assert not outcome.changed and not outcome.failed and "command" not in outcome.data
    assert stopped.box.state == "STOPPED" and stopped.box.boots() == 0
    assert stopped("absent", container_command=blank).changed


def test_091__frozen__is_thawed_for_it_and_frozen_again(running):
    pid = running.box.pid
    running.box.ask("freeze")
    outcome = run(running, "echo hello", "frozen")
    assert said(outcome)["stdout"] == "hello" and running.box.state == "FROZEN" and running.box.pid == pid


def test_092__environment__is_clean(running):
    outcome = run(running, ["env"], env={"OS_PASSWORD": "hunter2", "SSH_AUTH_SOCK": "/x", "LD_PRELOAD_X": "1"},
                  environment={"GIVEN": "a b"})
    lines = set(said(outcome)["stdout_lines"])
    assert "GIVEN=a b" in lines and "container=lxc" in lines
    names = {line.split("=")[0] for line in lines}
    assert names <= {"GIVEN", "container", "PATH", "HOME", "USER", "SHELL", "TERM", "PWD", "SHLVL", "LOGNAME", "_", "LANG"}, names
    assert "hunter2" not in outcome.text


def test_093__descriptors__are_the_three_usual_ones(running):
    numbers = set(said(run(running, ["ls", "/proc/self/fd"]))["stdout_lines"])
    assert {"0", "1", "2"} <= numbers and len(numbers) <= 4  # and the one that ls reads the folder with
    names = said(run(running, "ls -l /proc/$$/fd"))["stdout"]
    assert "args-" not in names and ".lock" not in names and "/tmp/" not in names


def test_093__standard_input__is_empty_or_what_is_given(running):
    assert said(run(running, "cat; echo end"))["stdout"] == "end"
    assert said(run(running, ["cat"], stdin="one\ntwo"))["stdout"] == "one\ntwo"


def test_094__no_bash__is_no_trouble(running):
    assert not (running.box.rootfs / "bin/bash").exists()
    assert said(run(running, "echo $0"))["rc"] == 0
    outcome = run(running, "echo x", executable="/bin/nothing")
    assert outcome.failed and "/bin/nothing" in outcome.msg


def test_094__folder__is_root_s_home_or_the_one_that_is_asked_for(running):
    assert said(run(running, "pwd"))["stdout"] == "/root"
    assert said(run(running, "pwd", chdir="/srv"))["stdout"] == "/srv"
    (running.box.rootfs / "root").rmdir()
    assert said(run(running, "pwd"))["stdout"] == "/"
    outcome = run(running, "pwd", chdir="/nowhere")
    assert outcome.failed and "/nowhere" in outcome.msg


def test_095__creates_and_removes__skip_it(running):
    outcome = run(running, "touch /srv/made; exit 5", creates="/etc/passwd")
    assert not outcome.failed and not outcome.changed and not (running.box.rootfs / "srv/made").exists()
    outcome = run(running, "exit 5", removes="/srv/made")
    assert not outcome.failed and not outcome.changed
    assert run(running, "touch /srv/made", creates="/srv/made").changed
    assert not run(running, "touch /srv/made", creates="/srv/made").changed
    assert run(running, "rm /srv/made", removes="/srv/made").changed
    for options, why in (({"creates": "/etc/passwd"}, "/etc/passwd exists"), ({"removes": "/none"}, "/none does not exist"),
                         ({"creates": "/nothing", "removes": "/none"}, "/none does not exist")):
        assert said(run(running, "exit 5", **options))["msg"] == "not run, since " + why


def test_095__creates_is_a_link_out_of_the_container__is_looked_at_inside(running, tmp_path):
    (tmp_path / "of-the-host").touch()
    (running.box.rootfs / "srv/link").symlink_to(tmp_path / "of-the-host")
    assert run(running, "true", creates="/srv/link").changed


def test_096__output_that_is_no_text__is_replaced(running):
    outcome = run(running, "printf 'a\\377b\\303\\251'")
    assert said(outcome)["stdout"] == "a\ufffdb\u00e9"


@pytest.mark.parametrize("user, ids", [("1000:1000", "1000 1000"), ("1000", "1000 1000"), ("0", "0 0"), ("1000:0", "1000 0")])
def test_097__user_and_group__are_heeded(running, user, ids):
    assert said(run(running, "echo $(id -u) $(id -g)", user=user, chdir="/"))["stdout"] == ids


def test_command__check_mode__runs_nothing(running):
    outcome = run(running, "touch /srv/made", check=True)
    assert outcome.changed and not (running.box.rootfs / "srv/made").exists()


def test_command__no_log__says_nothing_of_it(running):
    outcome = run(running, "echo hunter2; echo $0 hunter3 >&2; exit 4", internal={"_ansible_no_log": True})
    # What the task itself says is Ansible's to hide.
    assert outcome.failed and "hunter" not in str({key: value for key, value in outcome.data.items() if key != "invocation"})
