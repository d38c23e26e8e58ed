"""What the tests of k8s_apply share."""
import pytest

from support.objects import WIDGETS
from support.wait import until


@pytest.fixture(scope="session")
def widgets(server):
    """The kind Widget of example.com/v1 is served; its definition is the value."""
    status, answer = server.request("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", WIDGETS)
    assert status == 201, answer
    until(lambda: server.request("GET", "/apis/example.com/v1/namespaces/default/widgets")[0] == 200)
    return WIDGETS
