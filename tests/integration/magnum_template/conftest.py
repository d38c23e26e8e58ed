"""What the tests of magnum_template share: the session's cloud, without templates before each test."""
import pytest

from servers.openstack import venv
from support.magnum import World


@pytest.fixture
def world(cloud, programs, tmp_path):
    """Runs magnum_template: world("name", user="demo", coe="kubernetes", …) → Outcome. No template is there yet."""
    cloud.remove_templates()
    return World(cloud, programs / "magnum_template", tmp_path)


@pytest.fixture
def newest(cloud):
    """For tests of what older Magnums do otherwise."""
    if cloud.magnum != venv.NEWEST_MAGNUM:
        pytest.skip("Magnum %s behaves differently" % cloud.magnum)
