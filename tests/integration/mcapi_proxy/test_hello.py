"""What a client says first: whatever its pieces, the name in it leads to the cluster, or the answer is a clear no."""
import socket
import time

import pytest

from support.netns_lab import ECHO, hello, receive, rest

ALERT = b"\x15\x03\x03\x00\x02\x02"


def test_076_hello_in_single_bytes__relayed(proxy):
    data = hello("echo.magnum-system")
    with proxy.raw() as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in data:
            client.sendall(bytes([byte]))
        assert receive(client, len(data)) == data


@pytest.mark.parametrize("size", [9000, 15000])
def test_076_large_hello__relayed(proxy, size):
    data = hello("echo.magnum-system", size)
    assert len(data) > size
    with proxy.raw() as client:
        client.sendall(data[:100])
        time.sleep(0.05)
        client.sendall(data[100:])
        assert receive(client, len(data)) == data


def test_076_hello_in_fragments__relayed(proxy):
    body = hello("echo.magnum-system")[5:]
    data = b"".join(b"\x16\x03\x01" + len(body[i:i + 40]).to_bytes(2, "big") + body[i:i + 40] for i in range(0, len(body), 40))
    with proxy.raw() as client:
        client.sendall(data)
        assert receive(client, len(data)) == data


def test_076_hello_without_name__alert(proxy):
    with proxy.raw() as client:
        client.sendall(hello(None))
        assert rest(client) == ALERT + bytes([109])
    proxy.says("no server name")


def test_076_plain_http__closed_at_once(proxy):
    with proxy.raw() as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: echo\r\n\r\n")
        assert rest(client) == b""
    assert proxy.refused("not TLS") == 1 and proxy.refused("no hello in time") == 0


def test_076_malformed_hello__alert(proxy):
    with proxy.raw() as client:
        client.sendall(b"\x16\x03\x01\x00\x05\x02\x00\x00\x01\x00")
        assert rest(client) == ALERT + bytes([50])


def test_076_slow_loris__closed_at_the_deadline(begin, network):
    proxy = begin({"echo": (network, ECHO)}, PROXY_HELLO_TIMEOUT="1")
    data = hello("echo.magnum-system")
    began = time.monotonic()
    with proxy.raw() as silent, proxy.raw() as slow:
        with pytest.raises(OSError):  # long before all is said: a byte does not put the deadline off
            for byte in data:
                slow.sendall(bytes([byte]))
                time.sleep(0.1)
        assert rest(silent) == b""
        assert time.monotonic() - began > 0.9
    assert proxy.refused("no hello in time") == 2
