"""What the tests of k8s_apply share."""
import pytest

from servers import cache
from servers.kubernetes import build
from servers.kubernetes.server import KubeServer
from support.objects import WIDGETS
from support.wait import until


@pytest.fixture(scope="session")
def widgets(server):
    """The kind Widget of example.com/v1 is served; its definition is the value."""
    status, answer = server.request("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", WIDGETS)
    assert status == 201, answer
    until(lambda: server.request("GET", "/apis/example.com/v1/namespaces/default/widgets")[0] == 200)
    return WIDGETS


# On which facts about servers are checked too, where they are compiled.
OLDER = ["1.34.4"]


def is_compiled(version) -> bool:
    """To compile one takes a quarter of an hour: tests/servers/kubernetes/build.py VERSION."""
    return (cache.cache_dir() / ("kubernetes-" + version) / build.source_key()).is_dir()


@pytest.fixture(scope="session", params=[None] + [version for version in OLDER if is_compiled(version)],
                ids=lambda version: version or "default")
def facts_server(request, tmp_path_factory):
    """The session's server, and older ones."""
    version = request.param
    if version is None:
        return request.getfixturevalue("server")
    older = KubeServer(tmp_path_factory.mktemp("kubernetes-" + version) / "plane", version=version)
    request.addfinalizer(older.stop)
    return older
