#!/usr/bin/env python3
"""Tests of tests/run/runner.py: what it counts, and what it tries again."""
import sys
import tempfile
import types
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "run"))
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


if __name__ == "__main__":
    unittest.main()
