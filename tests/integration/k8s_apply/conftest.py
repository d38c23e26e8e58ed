"""What the tests of k8s_apply share."""
import pytest

from servers import cache
from servers.kubernetes import build
from servers.kubernetes.server import KubeServer
from support.gadgets import DEFINITIONS
from support.objects import WIDGETS
from support.wait import until
from support.webhook import CONFIGURATIONS


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


@pytest.fixture(scope="session")
def plane(tmp_path_factory):
    """A server for what would disturb others: whole bundles, broken API services, several API servers."""
    with KubeServer(tmp_path_factory.mktemp("order") / "plane", controller_manager=False,
                    extra_apiserver_args=["--enable-aggregator-routing=true"]) as running:
        yield running


@pytest.fixture
def k8s_plane(k8s_on, plane):
    return k8s_on(plane)


@pytest.fixture
def group(server, ns):
    """An API group of the test's own; its definitions go with the test."""
    name = ns + ".example.com"
    yield name
    for definition in server.request("GET", DEFINITIONS)[1]["items"]:
        if definition["spec"]["group"] == name:
            server.request("DELETE", DEFINITIONS + definition["metadata"]["name"])


@pytest.fixture
def register(server):
    """Registers webhook configurations and removes them."""
    names = []

    def post(definition):
        names.append(definition["metadata"]["name"])
        status, answer = server.request("POST", CONFIGURATIONS, definition)
        assert status == 201, answer

    yield post
    for name in names:
        server.request("DELETE", CONFIGURATIONS + "/" + name)
