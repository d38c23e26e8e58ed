#!/usr/bin/env python3
"""README.md shows what docs/bench holds, see tests/bench/summary.py."""
import subprocess
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.exit(subprocess.run([sys.executable, str(Path(__file__).resolve().parents[1] / "bench/summary.py")],
                            check=False).returncode)
