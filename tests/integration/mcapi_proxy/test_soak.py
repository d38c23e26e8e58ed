"""What must not grow while clients, clusters and namespaces come and go. $MCAPI_SOAK_SECONDS: 600 for the long run."""
import collections
import os
import random
import time

from support.netns_lab import ECHO, GREET, SOURCE, Lab, hello, receive, reset, rest
from support.wait import until

SOAK = float(os.environ.get("MCAPI_SOAK_SECONDS", "20"))
CLUSTERS, CONNECTIONS = (500, 2000) if SOAK >= 300 else (50, 200)
FRUGAL = "quarantine_size_mb=1:malloc_context_size=0"


def quiet(proxy) -> int:
    """Descriptors while no probe is under way."""
    return min(proxy.descriptors() for _ in range(50))


def act(proxy, kind, data):
    """One of the things that clients do."""
    if kind == 0:
        proxy.greeting("tls")
    elif kind == 1:
        with proxy.connect("echo") as client:
            client.sendall(b"z" * 200000)
            assert receive(client, len(data) + 200000) == data + b"z" * 200000
    elif kind == 2:
        with proxy.raw() as client:
            client.sendall(hello("nobody"))
            rest(client)
    elif kind == 3:
        reset(proxy.connect("source"))
    elif kind == 4:
        with proxy.connect("source") as client:
            receive(client, 1 << 20)
    else:
        with proxy.raw() as client:
            client.sendall(data[:random.randrange(1, len(data))])


def test_soak__neither_descriptors_nor_memory_grow(begin, network):
    proxy = begin({"echo": (network, ECHO), "source": (network, SOURCE), "tls": (network, GREET)}, PROXY_HELLO_TIMEOUT="1",
                  ASAN_OPTIONS=FRUGAL, PROXY_PROBE_INTERVAL="0.2")
    proxy.up("echo", "source", "tls")
    data = hello("echo.magnum-system")

    def rounds(seconds):
        until_when = time.monotonic() + seconds
        count = 0
        while time.monotonic() < until_when:
            act(proxy, count % 6, data)
            count += 1
            if count % 100 == 0:
                proxy.reload(Lab.routes({"echo": (network, ECHO), "source": (network, SOURCE), "tls": (network, GREET),
                                         "extra-%d" % (count % 7): (network, GREET)}))
        until(lambda: proxy.metrics()["connections"] + proxy.metrics()["connections_waiting"] == 0)
        return count

    rounds(SOAK * 0.3)
    descriptors, memory = quiet(proxy), proxy.memory()
    assert rounds(SOAK * 0.7) > SOAK
    assert quiet(proxy) <= descriptors + 8  # pipes that are kept
    assert proxy.memory() <= memory * 1.1 + 1024
    assert proxy.end() == 0
    assert "ERROR" not in proxy.log()


def test_soak__hundreds_of_clusters_and_thousands_of_connections__open_idle_and_close_without_growth(begin, lab):
    """All clusters on three networks, whose namespaces take turns to be deleted and made again with all connections in
    them; a list that is told anew; connections of which most are silent most of the time."""
    networks = [lab.network("qdhcp-") for _ in range(3)]
    clusters = {"c%03d" % n: (networks[n % 3], ECHO) for n in range(CLUSTERS)}
    names = sorted(clusters)
    proxy = begin(clusters, ASAN_OPTIONS=FRUGAL, PROXY_PROBE_INTERVAL="5")

    def all_up():
        metrics = proxy.metrics()
        return metrics["clusters_healthy"] == metrics["clusters"] >= CLUSTERS

    until(all_up, 120)
    held, opened, made_anew = collections.deque(), [0], [0]

    def talk(client, data=b"still here"):
        client.sendall(data)
        assert receive(client, len(data)) == data

    def echoes(name):
        data = hello(name + ".magnum-system")
        with proxy.connect(name) as client:
            return receive(client, len(data)) == data

    def fill(only=None):
        while len(held) < CONNECTIONS:
            name = random.choice(only or names)
            client, data = proxy.connect(name), hello(name + ".magnum-system")
            assert receive(client, len(data)) == data
            held.append((name, client))
            opened[0] += 1

    def drop(chosen):
        for entry in [e for e in held if chosen(e)]:
            held.remove(entry)
            entry[1].close()

    def renew():
        network = networks[made_anew[0] % 3]
        made_anew[0] += 1
        lab.remove("qdhcp-" + network)
        drop(lambda entry: clusters[entry[0]][0] == network)
        fill([n for n in names if clusters[n][0] != network])
        lab.add("qdhcp-" + network)
        until(lambda: echoes(next(n for n in names if clusters[n][0] == network)), 10)
        until(all_up, 60)

    def rounds(seconds):
        end, count = time.monotonic() + seconds, 0
        while time.monotonic() < end or count % 20:
            fill()
            for name, client in random.sample(held, CONNECTIONS // 40):
                talk(client)
            for _ in range(CONNECTIONS // 40):
                held.popleft()[1].close()
            count += 1
            if count % 20 == 10:
                renew()
            if count % 20 == 15:
                proxy.reload(Lab.routes(dict(clusters, **{"extra-%d" % (count % 7): (networks[0], ECHO)})))
            time.sleep(0.2)
        fill()
        until(lambda: proxy.metrics()["connections"] == CONNECTIONS, 60)

    rounds(SOAK * 0.3)
    descriptors, memory = quiet(proxy), proxy.memory()
    rounds(SOAK * 0.7)
    print("%d clusters, %d connections of %d in all, %d namespaces made anew: %d to %d descriptors, %d to %d KiB" % (
        CLUSTERS, CONNECTIONS, opened[0], made_anew[0], descriptors, quiet(proxy), memory, proxy.memory()))
    assert quiet(proxy) <= descriptors + 64  # pipes that are kept
    assert proxy.memory() <= memory * 1.1 + 1024
    drop(lambda entry: True)
    until(lambda: proxy.metrics()["connections"] == 0, 60)
    assert quiet(proxy) < 200
    assert proxy.end() == 0
    assert "ERROR" not in proxy.log()
