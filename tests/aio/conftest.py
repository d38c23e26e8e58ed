import shutil
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
import deployment as deployments  # noqa: E402

from servers.lxc.world import why_not  # noqa: E402


@pytest.fixture(scope="module")
def aio(request):
    """The deployment that the tests of a file work on, in their order. Kubernetes is the file's KUBERNETES at first."""
    reason = why_not()
    if reason:
        pytest.skip(reason)
    # A short path: names of sockets are made from it.
    folder = Path(tempfile.mkdtemp(prefix="aio-"))
    with deployments.Deployment(folder, getattr(request.module, "KUBERNETES", deployments.KUBERNETES)) as deployment:
        yield deployment
    shutil.rmtree(folder, ignore_errors=True)
