"""Free ports on loopback."""
import random
import socket

# Below the range that Linux gives to outgoing connections, one of which could take the port before the server does.
RANGE = range(12000, 32000)


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Free now. Whoever binds it must still cope with losing a race (and then ask again)."""
    chooser = random.SystemRandom()  # tests may seed the shared generator, all alike
    for _ in range(1000):
        port = chooser.choice(RANGE)
        if is_free(port):
            return port
    raise RuntimeError("no free port on 127.0.0.1")
