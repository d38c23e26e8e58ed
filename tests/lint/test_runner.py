#!/usr/bin/env python3
"""Tests of tests/run: what the runner counts, and what it tries again; whose lines coverage.py counts; what fuzzers
start from."""
import sys
import tempfile
import threading
import time
import types
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "run"))
import coverage  # noqa: E402
import fuzz  # noqa: E402
import runner  # noqa: E402

FAILED = "FAILED a.py::%s - AssertionError: x\n"


class Pytest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="mcapi-runner-")
        self.addCleanup(directory.cleanup)
        self.work = Path(directory.name)
        self.suite = runner.Suite("some", None, types.SimpleNamespace())
        self.suite.log = self.work / "log"

    def play(self, *outputs):
        """Runs the suite with a program in place of Python that answers its calls one after the other."""
        for number, text in enumerate(outputs):
            (self.work / ("out-%d" % number)).write_text(text, encoding="utf-8")
        program = self.work / "python"
        program.write_text("#!/bin/sh\ncd %s\nn=$(ls calls-* 2>/dev/null | wc -l)\necho \"$*\" >calls-$n\ncat out-$n\n"
                           "! grep -q FAILED out-$n\n" % self.work, encoding="utf-8")
        program.chmod(0o755)
        self.suite.pytest(program, "folder")
        return sorted(self.work.glob("calls-*"))

    def test_success_is_counted_once(self):
        self.assertEqual(len(self.play("== 7 passed in 1s ==\n")), 1)
        self.assertEqual((self.suite.passed, self.suite.failed), (7, 0))

    def test_what_passes_at_the_second_attempt_is_told(self):
        calls = self.play(FAILED % "test_b[x y]" + "== 1 failed, 6 passed in 1s ==\n", "== 1 passed in 1s ==\n")
        self.assertIn("--last-failed", calls[1].read_text(encoding="utf-8"))
        self.assertEqual((self.suite.passed, self.suite.failed), (7, 0))
        self.assertEqual(self.suite.unsteady, ["a.py::test_b[x y]"])

    def test_what_fails_twice_has_failed(self):
        self.play(FAILED % "test_b" + "== 1 failed, 6 passed in 1s ==\n", FAILED % "test_b" + "== 1 failed in 1s ==\n")
        self.assertEqual((self.suite.passed, self.suite.failed, self.suite.unsteady), (6, 1, []))
        self.assertEqual(self.suite.notes, ["FAILED a.py::test_b"])

    def test_many_failures_are_not_tried_again(self):
        many = "".join(FAILED % ("test_%d" % n) for n in range(11))
        self.assertEqual(len(self.play(many + "== 11 failed, 1 passed in 1s ==\n")), 1)
        self.assertEqual(self.suite.failed, 11)

    def test_of_a_step_that_fails_its_own_output_is_shown(self):
        self.suite.step("sh", "-c", "echo why; exit 1")
        self.suite.step("echo", "something else")
        self.assertEqual((self.suite.failed, self.suite.excerpts), (1, ["why\n"]))

    def test_who_ends_all_waits_until_commands_have_tidied_up(self):
        script = "trap 'sleep 0.3; touch gone; exit' TERM; touch here; while :; do sleep 0.05; done"
        thread = threading.Thread(target=self.suite.run, args=("sh", "-c", script),
                                  kwargs={"cwd": self.work, "check": False})
        with mock.patch.object(runner.signal, "signal"), mock.patch.object(runner, "_ending", threading.Event()):
            thread.start()
            while not (self.work / "here").exists():
                time.sleep(0.01)
            with self.assertRaises(SystemExit):
                runner.end_all()
            self.assertTrue((self.work / "gone").exists())
            with self.assertRaisesRegex(runner.Failed, "ended"):
                self.suite.run("true")
        thread.join()


class Coverage(unittest.TestCase):
    SOURCES = ("module_utils/base/buf.c", "modules/k8s_apply/plan.c", "daemon/plan.c")

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="mcapi-coverage-")
        self.addCleanup(directory.cleanup)
        self.build = Path(directory.name)
        self.places = {}
        for number, source in enumerate(self.SOURCES):
            self.note("CMakeFiles/part_%d.dir/%s.gcno" % (number, source), source)
        self.note("tests/CMakeFiles/test_daemon_plan.dir/unit/daemon/test_plan.c.gcno", "tests/unit/daemon/test_plan.c")

    def note(self, name, source):
        path = self.build / name
        path.parent.mkdir(parents=True)
        path.touch()
        self.places[path] = source

    def test_each_room_and_module_and_the_daemon_is_counted_and_no_test_is(self):
        with mock.patch.object(coverage, "lines_of", lambda path: {(self.places[path], 1): True}):
            lines = list(coverage.table(self.build))
        self.assertEqual([line.split()[0] for line in lines],
                         ["base", "daemon", "modules/k8s_apply", "daemon/", "module_utils/", "modules/"])


class Fuzz(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="mcapi-fuzz-")
        self.addCleanup(directory.cleanup)
        self.build = Path(directory.name)
        self.program = self.build / "tests/fuzz_some"
        self.corpus = self.build / "golden/some.unit"
        self.program.parent.mkdir()
        self.corpus.mkdir(parents=True)
        self.program.touch(0o755)
        self.program.with_suffix(".corpus").write_text(str(self.corpus), encoding="utf-8")

    def test_a_target_starts_from_the_folder_that_its_note_names(self):
        (self.corpus / "case").mkdir()
        (self.corpus / "case/input").touch()
        suite = mock.Mock()
        suite.step.return_value = True, ""
        fuzz.run_all(suite, self.build, 1)
        self.assertEqual(suite.step.call_args.args[-1], self.corpus)

    def test_a_target_without_seeds_is_an_error(self):
        with self.assertRaisesRegex(RuntimeError, "fuzz_some has no seeds"):
            fuzz.run_all(mock.Mock(), self.build, 1)


if __name__ == "__main__":
    unittest.main()
