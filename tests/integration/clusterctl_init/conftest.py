"""Two clusters without controllers, one for clusterctl_init and one for the real clusterctl, and what both install."""
import json

import pytest

from support.pair import Pair, Remembered, Side, at_once, reset
from support.providers import CORE, INFRASTRUCTURE, Repository


@pytest.fixture(scope="session")
def sides(tmp_path_factory):
    """(ours, theirs): servers that every test gets back as they were at the beginning."""
    directory = tmp_path_factory.mktemp("clusterctl")
    starting = [at_once.submit(Side, directory / name) for name in ("ours", "theirs")]
    both = tuple(side.result() for side in starting)
    yield both
    for side in both:
        side.stop()


@pytest.fixture(scope="session")
def remembered(sides):
    """remembered(name, install): both sides as install() leaves them."""
    return Remembered(sides)


@pytest.fixture(scope="session")
def standard(tmp_path_factory):
    """A repository of small providers that no test changes."""
    return Repository(tmp_path_factory.mktemp("standard")).add_standard()


@pytest.fixture
def repo(tmp_path):
    """A repository for one test, with the standard providers in it."""
    return Repository(tmp_path / "repository").add_standard()


@pytest.fixture
def make_pair(sides, programs, tmp_path):
    """make_pair(providers, empty=False) → a Pair on clean servers; see Side.reset() for `empty`."""
    def make(providers, empty=False):
        reset(sides, empty)
        return Pair(*sides, tmp_path, programs / "clusterctl_init", providers)

    return make


@pytest.fixture
def make_installed(sides, programs, tmp_path, remembered):
    """make_installed(providers, **request) → a Pair on servers on which both have carried out the request. What is
    installed must be the same for all tests with this request: it happens once."""
    def make(providers, **request):
        pair = Pair(*sides, tmp_path, programs / "clusterctl_init", providers)

        def install():
            both = pair.run(**request)
            assert both.ok, both.theirs

        remembered(json.dumps(request), install)
        return pair

    return make


@pytest.fixture
def pair(make_pair, standard):
    """The pair with the standard repository, configured for its newest versions."""
    return make_pair(standard.entries(CORE, INFRASTRUCTURE))


@pytest.fixture
def empty_pair(make_pair, standard):
    """As pair, but not even the inventory is defined."""
    return make_pair(standard.entries(CORE, INFRASTRUCTURE), empty=True)
