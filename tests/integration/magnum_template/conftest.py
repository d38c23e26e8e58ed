"""What the tests of magnum_template share: one real cloud for the whole session, empty before each test."""
import os

import pytest

from servers.openstack import venv
from servers.openstack.server import OpenStack
from support.magnum import World


@pytest.fixture(scope="session")
def cloud(tmp_path_factory):
    version = os.environ.get("MAGNUM_VERSION", venv.NEWEST_MAGNUM)
    with OpenStack(tmp_path_factory.mktemp("openstack") / "cloud", magnum=version) as running:
        yield running


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
