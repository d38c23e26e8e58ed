"""What the tests of openstack_resources share: the session's cloud, and names of their own in it."""
import pytest

from support.resources import Resources


@pytest.fixture
def resources(cloud, programs, tmp_path):
    """Runs openstack_resources: resources({"kind": "user", …}, check=True) → Outcome."""
    return Resources(cloud, programs / "openstack_resources", tmp_path)
