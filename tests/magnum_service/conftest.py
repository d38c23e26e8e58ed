import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
from service import ROOT, Service  # noqa: E402

from servers.lxc.world import why_not  # noqa: E402


@pytest.fixture(scope="session")
def lab():
    reason = why_not()
    if reason:
        pytest.skip(reason)
    build = Path(os.environ.get("MCAPI_BUILD", ROOT / "build/dev"))
    # A short path: names of sockets are made from it.
    folder = Path(tempfile.mkdtemp(prefix="mag-"))
    try:
        with Service(folder, build / "bin") as running:
            yield running
    finally:
        shutil.rmtree(folder, ignore_errors=True)
