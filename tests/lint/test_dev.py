#!/usr/bin/env python3
"""./dev COMMAND --help tells and does nothing else."""
import subprocess
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = ("setup", "build", "test", "demo", "bench", "lint", "servers", "package")


def state() -> dict:
    """When each file of the tree was written, and what lies at its top."""
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z"], stdout=subprocess.PIPE, check=True).stdout
    names = [ROOT / name.decode() for name in listed.split(b"\0") if name]
    return {path: path.stat().st_mtime_ns for path in [*names, *ROOT.iterdir()] if path.is_file() or path.name == "build"}


class Help(unittest.TestCase):
    def test_nothing_is_written(self):
        for command in COMMANDS:
            with self.subTest(command):
                before = state()
                done = subprocess.run([ROOT / "dev", command, "--help"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, text=True, timeout=60, check=False)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertIn(command, done.stdout)
                self.assertEqual(state(), before)


if __name__ == "__main__":
    unittest.main()
