"""Runs suites: some one after the other, some beside them, each with a log of its own; counts and prints.

A suite is a function of a Suite object, through which it runs commands and reports what it counted.
"""
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOGS = ROOT / "build/logs"
TAIL_LINES = 150
EXCERPT_BYTES = 6000  # of one failed test
TIDY_SECONDS = 60  # that a suite has to take down what it made, when all is ended
SECOND_ATTEMPTS = 10  # so many failed tests are tried again; more are no accident
ALIVE_SECONDS = 60  # how often a line tells what still runs


class Failed(Exception):
    """A command of a suite failed; the log holds the rest."""


class Suite:
    """One suite while it runs, and what became of it afterwards."""

    def __init__(self, name: str, function, options, nice=0):
        self.name = name
        self.nice = nice  # of all its commands, at least
        self.options = options
        self.passed = self.failed = 0
        self.skipped = []    # reasons
        self.unsteady = []   # tests that failed, and passed when they were tried again
        self.notes = []      # lines to print below the result
        self.excerpts = []   # of the log: what failed; without any, its end is shown
        self.seconds = 0.0
        self.log = LOGS / (name + ".log")
        self._function = function

    def run(self, *argv, env=None, cwd=ROOT, nice=0, check=True, timeout=None):
        """Runs a command with its output in the log. Returns (exit status, output)."""
        if _ending.is_set():
            raise Failed("ended")
        words = [str(word) for word in argv]
        nice = max(nice, self.nice)
        with open(self.log, "ab") as log:
            log.write(("$ %s\n" % " ".join(words)).encode())
        with open(self.log, "ab") as log:
            start = log.tell()
            process = subprocess.Popen(words, cwd=cwd, env=dict(os.environ, **(env or {})), stdin=subprocess.DEVNULL,
                                       stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
                                       preexec_fn=(lambda: os.nice(nice)) if nice else None)
            _running.add(process)
            try:
                status = process.wait(timeout)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                status = process.wait()
                log.write(b"\nended after %d s\n" % timeout)
            finally:
                _running.discard(process)
        with open(self.log, "rb") as log:
            log.seek(start)
            output = log.read().decode(errors="replace")
        if check and status != 0:
            raise Failed("%s: exit status %d" % (words[0], status))
        return status, output

    def step(self, *argv, **options):
        """A command that counts as one test."""
        status, output = self.run(*argv, check=False, **options)
        if status == 0:
            self.passed += 1
        else:
            self.failed += 1
            self.notes.append("failed: %s" % " ".join(map(str, argv[:6])))
            self.excerpts.append(output)
        return status == 0, output

    def ctest(self, build: Path, *arguments, env=None):
        status, output = self.run("ctest", "--test-dir", build, "--output-on-failure", "--no-tests=error",
                                  "--repeat", "until-pass:2", *arguments, env=env, check=False)
        match = re.search(r"(\d+)% tests passed, (\d+) tests failed out of (\d+)", output)
        if not match:
            raise Failed("ctest found no tests")
        failed, total = int(match.group(2)), int(match.group(3))
        self.failed += failed
        # "Not Run (Disabled)" and skipped tests count as passed there.
        names = re.findall(r"^\s+\d+ - (\S+) \(Skipped\)", output, re.MULTILINE)
        self.skipped += ["%s: a tool is missing" % name for name in names]
        self.passed += total - failed - len(names)
        lost = re.findall(r"^\s+\d+ - (\S+) \((?!Skipped)\w", output, re.MULTILINE)
        self.notes += ["failed: " + name for name in lost]
        stumbled = re.findall(r"Test +#\d+: (\S+) \.*\*\*\*(?!Skipped)", output)
        self.unsteady += sorted(set(stumbled) - set(lost))
        self.excerpts += re.findall(r"^ *\d+/\d+ Test +#\d+: .*\*\*\*(?!Skipped)[\s\S]*?(?=^ *\d+/\d+ Test|\Z)", output,
                                    re.MULTILINE)
        if status != 0 and not failed:
            raise Failed("ctest: exit status %d" % status)

    def pytest(self, python: Path, *arguments, env=None):
        """Few failures are tried again: two cores that test four things at once are late now and then. It is told."""
        with tempfile.TemporaryDirectory(prefix="mcapi-pytest-") as memory:
            command = (python, "-m", "pytest", "-rfEs", "-o", "cache_dir=" + memory)
            first, output = self._pytest(*command, "--durations=15", *arguments, env=env)
            failed = first.get("failed", 0) + first.get("error", 0)
            if 0 < failed <= SECOND_ATTEMPTS:
                tried = failed_tests(output)
                second, output = self._pytest(*command, "--last-failed", *arguments, env=env)
                failed = second.get("failed", 0) + second.get("error", 0)
                first["passed"] = first.get("passed", 0) + second.get("passed", 0)
                self.unsteady += sorted(tried - failed_tests(output))
        self.passed += first.get("passed", 0)
        self.failed += failed
        self.notes += sorted("FAILED " + name for name in failed_tests(output)) if failed else []

    def _pytest(self, *command, env):
        """({"passed": n, …}, output); skips are told."""
        status, output = self.run(*command, env=env, check=False)
        last = output.splitlines()[-1] if output else ""
        counts = {word: int(n) for n, word in re.findall(r"(\d+) (passed|failed|skipped|error)s?\b", last)}
        if status not in (0, 1) or not counts:
            raise Failed("pytest: exit status %d" % status)
        for number, reason in re.findall(r"^SKIPPED \[(\d+)\] (.*)$", output, re.MULTILINE):
            self.skipped += [reason] * int(number)
        return counts, output

    def execute(self) -> None:
        LOGS.mkdir(parents=True, exist_ok=True)
        self.log.write_bytes(b"")
        begin = time.monotonic()
        try:
            self._function(self)
        except Failed as error:
            self.failed += 1
            self.notes.append(str(error))
        except Exception as error:  # a defect of the suite must not hide the results of the others
            self.failed += 1
            self.notes.append("%s: %s" % (type(error).__name__, error))
        self.seconds = time.monotonic() - begin

    def report(self) -> None:
        counts = "%d passed" % self.passed
        counts += ", %d failed" % self.failed if self.failed else ""
        counts += ", %d skipped" % len(self.skipped) if self.skipped else ""
        say("%-12s %-6s %5d s  %s" % (self.name, "FAILED" if self.failed else "ok", self.seconds, counts))
        for note in self.notes:
            say("             " + note)
        for name in self.unsteady:
            say("             UNSTEADY, passed at the second attempt: " + name)
        for reason in sorted(set(self.skipped)):
            say("             skipped (%d): %s" % (self.skipped.count(reason), reason))
        if self.failed:
            text = "\n".join(e[-EXCERPT_BYTES:] for e in self.excerpts)
            lines = (text or self.log.read_text(encoding="utf-8", errors="replace")).splitlines()
            say("\n".join(["--- from %s" % self.log] + lines[-TAIL_LINES:] + ["---"]))


def failed_tests(output: str) -> set:
    """The names in pytest's short summary."""
    return {name for name, _ in re.findall(r"^(?:FAILED|ERROR) (.+?)( - .*)?$", output, re.MULTILINE)}


_running = set()
_ending = threading.Event()
_print_lock = threading.Lock()


def say(text: str) -> None:
    with _print_lock:
        print(text, flush=True)


def end_all(*_) -> None:
    """Ends the commands of all suites, each with its children, by the ids of their sessions, and lets them tidy up."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)  # who asks twice waits for nobody
    _ending.set()
    commands = list(_running)
    for process in commands:
        try:
            os.killpg(process.pid, signal.SIGTERM)
        except ProcessLookupError:
            pass
    deadline = time.monotonic() + TIDY_SECONDS
    for process in commands:
        try:
            process.wait(max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            pass
    sys.exit(130)


class Preparation(threading.Thread):
    """Something slow that several suites need, done beside them at low priority."""

    def __init__(self, name: str, function, options):
        super().__init__(daemon=True)
        self.suite = Suite(name, self._work, options)
        self._function = function
        self.value = None

    def _work(self, suite) -> None:
        self.value = self._function(suite)

    def run(self) -> None:
        self.suite.execute()
        if self.suite.failed or self.suite.seconds > 10:
            self.suite.report()

    def wait(self):
        """The value, or Failed."""
        self.join()
        if self.suite.failed:
            raise Failed("%s could not be prepared, see %s" % (self.suite.name, self.suite.log))
        return self.value


def run_lanes(lanes) -> None:
    """Runs the suites of each lane in order, the lanes side by side, and tells now and then what still runs."""
    current = {}

    def work(number, suites):
        for suite in suites:
            current[number] = (suite, time.monotonic())
            suite.execute()
            suite.report()
        current.pop(number, None)

    threads = [threading.Thread(target=work, args=item, daemon=True) for item in enumerate(lanes)]
    for thread in threads:
        thread.start()
    told = time.monotonic()
    while any(t.is_alive() for t in threads):
        for thread in threads:
            thread.join(0.2)
        if time.monotonic() - told > ALIVE_SECONDS:
            told = time.monotonic()
            say("… still running: " + ", ".join("%s (%d s)" % (s.name, told - t) for s, t in list(current.values())))
