"""What the tests of k8s_apply share."""
import time

import pytest

from servers import cache
from servers.kubernetes import build
from servers.kubernetes.kubeconfig import encoded
from servers.kubernetes.server import KubeServer
from support import recognisable
from support.gadgets import DEFINITIONS
from support.module import Module
from support.objects import WIDGETS, config_map
from support.wait import SOON, until
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


@pytest.fixture
def pair(server):
    """The client certificate whose requests the fixture k8s counts."""
    return server.pki.authority().client("module", ["system:masters"])


@pytest.fixture
def trusted(server) -> dict:
    """The cluster entry of a kubeconfig."""
    return {"server": server.url, "certificate-authority-data": encoded(server.ca_file)}


@pytest.fixture
def robot(server, ns):
    """The token of a ServiceAccount that may do everything in the namespace, but impersonate nobody."""
    rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/%s/rolebindings" % ns
    assert server.request("POST", "/api/v1/namespaces/%s/serviceaccounts" % ns, {"metadata": {"name": "robot"}})[0] == 201
    assert server.request("POST", rbac, {
        "metadata": {"name": "robot"}, "subjects": [{"kind": "ServiceAccount", "name": "robot", "namespace": ns}],
        "roleRef": {"kind": "ClusterRole", "name": "admin", "apiGroup": "rbac.authorization.k8s.io"}})[0] == 201
    return server.service_account_token(ns, "robot")


@pytest.fixture
def as_robot(k8s, server, ns):
    """k8s, without a kubeconfig; its requests are those of the robot."""
    return Module(k8s.program, k8s.directory, {}, server, user="system:serviceaccount:%s:robot" % ns)


@pytest.fixture
def fails(k8s, ns):
    """fails(*texts, **options): the run fails soon, says the texts and no secret."""
    def run(*texts, **options):
        if not {"definition", "src", "state"} & set(options):
            options["definition"] = [config_map(ns), recognisable.secret(ns)]
        options.setdefault("internal", {"_ansible_no_log": False, "_ansible_verbosity": 4})
        begin = time.monotonic()
        outcome = k8s(diff=True, **options)
        assert time.monotonic() - begin < SOON
        assert outcome.failed and not outcome.changed
        for text in texts:
            assert text in outcome.msg, outcome.msg
        assert len(outcome.msg) < 10000
        assert recognisable.told_in(outcome.text) == []
        return outcome
    return run
