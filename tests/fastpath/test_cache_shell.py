"""The lines for the target's shell, in the shells that a target may have, without Ansible."""
import hashlib
import os
import shutil
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "collection/plugins/plugin_utils"))
import binaries  # noqa: E402
import cache_shell  # noqa: E402

PROGRAM = b"#!/bin/sh\necho \"$VALUE\"\ncat\nexit 7\n"
DIGEST = hashlib.sha256(PROGRAM).hexdigest()
MACHINE = os.uname().machine
SHELLS = (("sh",), ("bash",), ("busybox", "sh"))


class Target:
    """A home and a shell."""

    def __init__(self, shell, home: Path):
        self.shell = shell
        self.home = home
        self.folder = home / ".cache/mcapi"
        home.mkdir()

    def do(self, line, data=b"") -> dict:
        done = subprocess.run(list(self.shell) + ["-c", line + " && sleep 0"], input=data, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env={"PATH": os.environ["PATH"], "HOME": str(self.home)})
        return {"rc": done.returncode, "stdout": done.stdout.decode(), "stderr": done.stderr.decode()}

    def run(self, digests=None, environment="", data=b"in"):
        return self.do(cache_shell.run_line(digests or {None: DIGEST}, environment, len(data), uuid.uuid4().hex), data)

    def install(self, data=PROGRAM, digest=DIGEST, size=len(PROGRAM)):
        return self.do(cache_shell.install_line(digest, cache_shell.from_input(size), size, uuid.uuid4().hex), data)

    def files(self):
        return sorted(path.name for path in self.folder.iterdir())


@pytest.fixture(params=SHELLS, ids=lambda words: words[0])
def target(request, tmp_path):
    if not shutil.which(request.param[0]):
        pytest.skip("this machine has no %s" % request.param[0])
    return Target(request.param, tmp_path / "home it's")


def test_run_line__nothing_there__says_so_and_makes_the_folders(target):
    result = target.run()
    assert cache_shell.answer(result) == (cache_shell.MISS, MACHINE)
    assert target.files() == []
    assert [p.stat().st_mode & 0o777 for p in (target.folder, target.folder.parent)] == [0o700, 0o700]


def test_run_line__placed__runs_it_with_environment_and_input(target):
    target.run()
    assert cache_shell.answer(target.install())[0] == cache_shell.PLACED
    result = target.run(environment="VALUE='a  b'", data=b"text")
    assert (result["rc"], result["stdout"], result["stderr"]) == (7, "a  b\ntext", "")
    assert cache_shell.answer(result) is None and not cache_shell.was_not_started(dict(result, stdout="{}"))
    assert (target.folder / DIGEST).stat().st_mode & 0o777 == 0o500


def test_run_line__several_programs__takes_the_one_for_the_cpu(target):
    target.run()
    target.install()
    assert target.run({"pdp11": "0" * 64, MACHINE: DIGEST})["rc"] == 7
    assert cache_shell.answer(target.run({"pdp11": DIGEST, "vax": DIGEST})) == (cache_shell.MISS, MACHINE)


def test_run_line__cannot_be_executed__keeps_the_status(target):
    target.run()
    content = b"#!/no/such/interpreter\n"
    digest = hashlib.sha256(content).hexdigest()
    target.install(content, digest, len(content))
    assert cache_shell.was_not_started(target.run({None: digest}))


@pytest.mark.parametrize("home", ["", "/no/such/home"])
def test_run_line__no_home__is_unusable(target, home):
    target.home = home
    assert cache_shell.answer(target.run())[0] == cache_shell.UNUSABLE


@pytest.mark.skipif(not shutil.which("dash"), reason="this machine has no dash, which leaves HOME alone")
@pytest.mark.parametrize("name", ["nobody-of-that-name", "x; touch pwned", "$(touch pwned)"])
def test_run_line__home_not_set__looks_in_the_list_of_users_alone(tmp_path, name):
    stub = tmp_path / "bin/id"
    stub.parent.mkdir()
    stub.write_text("#!/bin/sh\necho '%s'\n" % name, encoding="utf-8")
    stub.chmod(0o755)
    line = cache_shell.run_line({None: DIGEST}, "", 2, "t")
    done = subprocess.run(["dash", "-c", line], input=b"in", cwd=tmp_path, check=False, stdout=subprocess.PIPE,
                          env={"PATH": "%s:%s" % (stub.parent, os.environ["PATH"])})
    assert done.returncode == cache_shell.UNUSABLE
    assert [p.name for p in tmp_path.iterdir()] == ["bin"]


@pytest.mark.parametrize("content", [None, b"#!/no/such/interpreter\n"])
def test_run_line__long_input_and_nothing_runs__reads_it(target, content):
    target.run()
    digest = hashlib.sha256(content or b"").hexdigest()
    if content:
        target.install(content, digest, len(content))
    data = b"x" * 1000000
    line = cache_shell.run_line({None: digest}, "", len(data), "t")
    process = subprocess.Popen(list(target.shell) + ["-c", line], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, env=dict(os.environ, HOME=str(target.home)))
    process.stdin.write(data)  # a broken pipe would raise
    process.stdin.flush()
    # The pipe stays open on purpose: some connections do that.
    assert (b"mcapi-cache" in process.stdout.read()) == (content is None)
    process.stdin.close()
    assert process.wait() in ((126, 127) if content else (cache_shell.MISS,))


@pytest.mark.parametrize("content", [PROGRAM[:-1] + b"X", PROGRAM[:-1], b""])
def test_install_line__other_content__is_refused_and_removed(target, content):
    target.run()
    assert cache_shell.answer(target.install(content))[0] == cache_shell.MISS
    assert target.files() == []


def test_install_line__too_much_input__takes_what_was_announced(target):
    target.run()
    assert cache_shell.answer(target.install(PROGRAM + b"more"))[0] == cache_shell.PLACED


def test_install_line__folder_of_that_name__is_no_place(target):
    target.run()
    (target.folder / DIGEST).mkdir()
    assert cache_shell.answer(target.run())[0] == cache_shell.MISS
    assert cache_shell.answer(target.install())[0] == cache_shell.MISS
    assert target.files() == [DIGEST]


def test_install_line__no_folder__places_nothing(target):
    assert cache_shell.answer(target.install())[0] == cache_shell.UNUSABLE
    assert not target.folder.exists()


def test_install_line__concurrent__all_end_with_the_program(target):
    target.run()
    line = [cache_shell.install_line(DIGEST, cache_shell.from_input(len(PROGRAM)), len(PROGRAM), uuid.uuid4().hex)
            for _ in range(8)]
    processes = [subprocess.Popen(list(target.shell) + ["-c", text], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                  env=dict(os.environ, HOME=str(target.home))) for text in line]
    for process in processes:
        process.stdin.write(PROGRAM)
        process.stdin.close()
    assert {process.wait() for process in processes} == {cache_shell.PLACED}
    assert target.files() == [DIGEST]


@pytest.fixture
def planted(target, tmp_path):
    """planted(state): prepares what another user might have, and tells whether it was run."""
    if os.geteuid() != 0:
        pytest.skip("this machine lets nobody but root give files away")
    (tmp_path / "program").write_bytes(PROGRAM)
    state = [str(Path(__file__).with_name("state.sh"))]
    target.home = tmp_path / "home"

    def prepare(name):
        subprocess.run(state + [name, target.home, "root", tmp_path / "program", DIGEST], check=True)
        return lambda: (tmp_path / "home.pwned").exists()

    tmp_path.chmod(0o755)
    yield prepare
    subprocess.run(state + ["clean", target.home, "root", "-", "-"], check=True)


@pytest.mark.parametrize("state, want", [
    ("file_of_other", cache_shell.MISS), ("file_is_link", cache_shell.MISS), ("file_is_folder_link", cache_shell.MISS),
    ("folder_of_other", cache_shell.UNUSABLE), ("folder_is_link", cache_shell.UNUSABLE),
    ("parent_is_link", cache_shell.UNUSABLE), ("parent_of_other", cache_shell.UNUSABLE), ("home_of_other", cache_shell.UNUSABLE),
    ("noexec", cache_shell.UNUSABLE), ("noexec_filled", cache_shell.UNUSABLE), ("readonly", cache_shell.UNUSABLE), ("missing", cache_shell.UNUSABLE)])
def test_run_line__planted_or_hindered__runs_nothing_and_places_only_at_home(target, planted, state, want):
    was_run = planted(state)
    result = target.run()
    if state == "noexec_filled" and target.shell[0] == "busybox":  # its -x looks at the mode alone
        assert cache_shell.was_not_started(result)
    else:
        assert cache_shell.answer(result) == (want, MACHINE), result
    placed = cache_shell.answer(target.install())[0]
    assert (placed == cache_shell.PLACED) == (want == cache_shell.MISS or "noexec" in state)
    if want == cache_shell.MISS:
        assert target.run(data=b"text")["stdout"] == "\ntext"
    assert not was_run()


@pytest.mark.parametrize("rc, stdout", [
    (213, ""), (213, "mcapi-cache 214 x86_64"), (0, "mcapi-cache 213 x86_64"), (213, "x mcapi-cache 213 x86_64"),
    (7, "mcapi-cache 7 x86_64")])
def test_answer__status_and_line_disagree__is_the_module_s_own(rc, stdout):
    assert cache_shell.answer({"rc": rc, "stdout": stdout, "stderr": ""}) is None


def test_answer__profile_prints_before__is_found():
    result = {"rc": 213, "stdout": "hello\r\nmcapi-cache 213 aarch64\r\n", "stderr": ""}
    assert cache_shell.answer(result) == (213, "aarch64")


@pytest.mark.parametrize("rc, stdout, stderr, want", [
    (126, "", "Exec format error", True), (127, "motd", "not found", True), (126, "{}", "", False), (1, "", "", False),
    (1, "", "sudo: sorry, you must have a tty to run sudo", True), (1, "", "tty", False),
    (1, "{}", "sudo: sorry, you must have a tty to run sudo", False),
    (1, "", "sudo: Entschuldigung, Sie müssen ein TTY haben, um sudo auszuführen", True)])
def test_was_not_started__statuses_of_the_shell_and_of_sudo(rc, stdout, stderr, want):
    assert cache_shell.was_not_started({"rc": rc, "stdout": stdout, "stderr": stderr}) is want


def elf(machine, order=1):
    return b"\x7fELF\x02" + bytes([order]) + b"\0" * 12 + machine.to_bytes(2, "little" if order == 1 else "big")


@pytest.mark.parametrize("content, cpu", [
    (elf(0x3E), "x86_64"), (elf(0xB7), "aarch64"), (elf(0xB7, 2), "aarch64"), (elf(0x15), None), (elf(0x3E)[:19], None),
    (b"#!/bin/sh\n" + b" " * 20, None), (b"", None)])
def test_cpu_of__file__reads_the_header(tmp_path, content, cpu):
    (tmp_path / "file").write_bytes(content)
    assert binaries.cpu_of(str(tmp_path / "file")) == cpu


def test_find_binaries__further_cpu__is_found_beside_the_default(tmp_path):
    for name, content in (("modules/m", elf(0x3E)), ("module_bin/aarch64/m", elf(0xB7)), ("module_bin/x86_64/m", b"x"),
                          ("module_bin/aarch64/other", b"x")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    default = str(tmp_path / "modules/m")
    assert list(binaries.find_binaries(default).items()) == [
        ("x86_64", default), ("aarch64", str(tmp_path / "module_bin/aarch64/m"))]


def test_find_binaries__one_file__is_all(tmp_path):
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules/m").write_bytes(elf(0x15))
    assert binaries.find_binaries(str(tmp_path / "modules/m")) == {None: str(tmp_path / "modules/m")}
