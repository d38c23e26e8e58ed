"""A host outside the management cluster reaches clusters under their names, through another host's proxy."""
import socket
import ssl

from support.magnum_system import NAMESPACE
from support.wait import until


def greeting(authority, address, port, name):
    """What the server called NAME says, over TLS that is verified from end to end."""
    context = ssl.create_default_context(cafile=str(authority))
    with socket.create_connection((address, port), 10) as plain:
        with context.wrap_socket(plain, server_hostname=name) as secure:
            return secure.recv(100).decode()


def test_forward__name_in_the_hosts_file__leads_through_a_proxy_and_goes_with_it(world, tenants, start, tmp_path):
    name = "kube-x.%s" % NAMESPACE
    authority = world.server.pki.authority("workload")
    network = tenants.add("qdhcp-", "10.0.0.5", greeting="hello of kube-x", pair=authority.server([name]))
    world.add("kube-x", network, "10.0.0.5")
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.1 localhost\n", encoding="ascii")
    # Both are on one host here, so the address that is published has to be one of this host that is no loopback.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 1))
        own = probe.getsockname()[0]
    start(PROXY_BIND=own, POD_IP=own)
    until(lambda: list(world.slices()) == ["kube-x-infra1"])
    forwarder = start(PROXY_HOSTNAME="magnum1", PROXY_NETNS_DIR=str(tmp_path / "none"), PROXY_FORWARD_HOSTS=str(hosts),
                      PROXY_FORWARD_BIND="127.0.0.44:16443")
    line = "127.0.0.44 kube-x.magnum-system kube-x.magnum-system.svc kube-x.magnum-system.svc.cluster.local\n"
    until(lambda: line in hosts.read_text(encoding="ascii"))

    def reached():
        try:
            return greeting(authority.cert_file, "127.0.0.44", 16443, name)
        except OSError:
            return ""

    assert until(reached) == "hello of kube-x"
    assert list(world.slices()) == ["kube-x-infra1"]  # who only forwards publishes nothing
    assert forwarder.stop() == 0
    assert hosts.read_text(encoding="ascii") == "127.0.0.1 localhost\n"
