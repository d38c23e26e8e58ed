import sys
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
    import tempfile
    with Deployment(Path(tempfile.mkdtemp(prefix="aio-"))) as deployment:
        yield deployment
