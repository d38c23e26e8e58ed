import shutil
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
from deployment import Deployment  # noqa: E402

from servers.lxc.world import why_not  # noqa: E402


@pytest.fixture(scope="session")
def aio(tmp_path_factory):
    reason = why_not()
    if reason:
        pytest.skip(reason)
    # A short path: names of sockets are made from it.
    folder = Path(tempfile.mkdtemp(prefix="aio-"))
    with Deployment(folder) as deployment:
        yield deployment
    shutil.rmtree(folder, ignore_errors=True)
