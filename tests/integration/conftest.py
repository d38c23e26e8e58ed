"""What every integration test has: real servers, a namespace of its own, and a way to run a module as Ansible does."""
import itertools
import os
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))

from servers.kubernetes.server import KubeServer  # noqa: E402
from servers.openstack import venv  # noqa: E402
from servers.openstack.server import OpenStack  # noqa: E402
from support.module import Module  # noqa: E402
from support.system_log import SystemLog  # noqa: E402

CHECKOUT = TESTS.parent


def bin_dir() -> Path:
    """Where the programs under test are: $MCAPI_BUILD, the build directory, else the sanitizer build."""
    build = Path(os.environ.get("MCAPI_BUILD", CHECKOUT / "build" / "dev"))
    if not (build / "bin").is_dir():
        pytest.fail("no programs to test in %s: run ./dev build first, or set MCAPI_BUILD" % build)
    return build / "bin"


@pytest.fixture(scope="session")
def programs():
    """The folder of the programs under test."""
    return bin_dir()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """A Kubernetes control plane for the whole session. Tests that restart or break one start their own."""
    with KubeServer(tmp_path_factory.mktemp("kubernetes") / "plane") as running:
        yield running


@pytest.fixture(scope="session")
def cloud(tmp_path_factory):
    """A real cloud for the whole session: Keystone, Glance, Neutron, Nova's API and Magnum."""
    version = os.environ.get("MAGNUM_VERSION", venv.NEWEST_MAGNUM)
    with OpenStack(tmp_path_factory.mktemp("openstack") / "cloud", magnum=version) as running:
        yield running


@pytest.fixture(scope="session")
def module_user(server):
    """A kubeconfig for the program under test alone, so that its requests can be counted: user "module"."""
    pair = server.pki.authority().client("module", ["system:masters"])
    return server.kubeconfig_for("module", pair)


_numbers = itertools.count(1)


@pytest.fixture
def ns(server):
    """The name of a fresh namespace."""
    name = "t-%d-%d" % (os.getpid(), next(_numbers))
    status, answer = server.request("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
    assert status == 201, answer
    yield name
    server.request("DELETE", "/api/v1/namespaces/" + name)


@pytest.fixture
def k8s(server, module_user, tmp_path):
    """Runs k8s_apply against the session's server: k8s(definition=…, check=True, diff=True) → Outcome."""
    return Module(bin_dir() / "k8s_apply", tmp_path, {"KUBECONFIG": str(module_user)}, server)


@pytest.fixture
def k8s_on(tmp_path):
    """k8s_on(server) is what the fixture k8s is, for a server of the test's own."""
    def on(server):
        pair = server.pki.authority().client("module", ["system:masters"])
        return Module(bin_dir() / "k8s_apply", tmp_path, {"KUBECONFIG": str(server.kubeconfig_for("module", pair))},
                      server)

    return on


@pytest.fixture
def system_log(tmp_path_factory):
    """What programs log that are started with its launcher."""
    log = SystemLog(tmp_path_factory.mktemp("log") / "dev")
    yield log
    log.close()
