"""A management cluster, tenants' networks, and proxies between them."""
import contextlib
import itertools
import os

import pytest

from servers.kubernetes.server import KubeServer
from servers.pki import Pki
from support.magnum_system import MagnumSystem, Proxy
from support.netns_lab import ECHO, GREET, SOURCE, DataProxy, Lab
from support.tenants import Tenants


@pytest.fixture(scope="session")
def plane(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kubernetes") / "plane"
    # It is a tenant's API server too, see test_kubectl.py.
    pair = Pki(folder / "pki").authority().server(["kube-x.magnum-system"])
    with KubeServer(folder, extra_apiserver_args=["--tls-sni-cert-key=%s,%s" % (pair.cert_file, pair.key_file)]) as running:
        yield running


@pytest.fixture(scope="session")
def session_world(plane):
    return MagnumSystem(plane)


@pytest.fixture
def world(session_world):
    yield session_world
    session_world.clear()


@pytest.fixture
def tenants(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("this machine: network namespaces need root")
    with Tenants(tmp_path / "netns") as running:
        yield running


@pytest.fixture
def environment(world, tmp_path):
    """What a proxy is told: the rights of the role, an address of its own."""
    return {"KUBECONFIG": str(world.kubeconfig()), "PROXY_NETNS_DIR": str(tmp_path / "netns"), "POD_IP": "10.1.2.3",
            "PROXY_BIND": "127.0.0.1", "PROXY_PORT": "0", "PROXY_HOSTNAME": "infra1", "PROXY_PROBE_INTERVAL": "1"}


@pytest.fixture
def start(programs, environment, tmp_path):
    """start(PROXY_HOSTNAME="infra2") → a running proxy."""
    running = []

    def begin(name="proxy", prefix=(), arguments=(), **changes):
        proxy = Proxy(programs / "magnum-cluster-api-proxy", tmp_path / ("%s-%d" % (name, len(running))),
                      dict(environment, **changes), prefix, arguments)
        running.append(proxy)
        return proxy

    yield begin
    for proxy in running:
        proxy.__exit__()


# ---- the bytes alone: clusters from a file, no management cluster


@pytest.fixture(scope="module")
def lab():
    if os.geteuid() != 0:
        pytest.skip("this machine: network namespaces need root")
    with Lab() as running:
        yield running


@pytest.fixture(scope="module")
def network(lab):
    """A network with one namespace, for all tests that do not change it."""
    return lab.network("qdhcp-")


@pytest.fixture
def begin(programs, tmp_path):
    """Starts proxies for {cluster: (network, port)}, each with a folder of its own."""
    count = itertools.count()
    with contextlib.ExitStack() as stack:
        yield lambda clusters, address="127.0.0.1", **more: stack.enter_context(
            DataProxy(programs / "magnum-cluster-api-proxy", tmp_path / ("proxy-%d" % next(count)),
                      Lab.routes(clusters, address), **more))


@pytest.fixture
def proxy(begin, network):
    running = begin({"echo": (network, ECHO), "tls": (network, GREET), "source": (network, SOURCE)})
    running.up("echo", "tls")
    return running
