"""What an API server keeps in etcd, behind its back: two requests tell what changed, and put it back as it was. Through the
API both would be hundreds, more than most tests send themselves."""
import base64
import http.client
import json
import os
import socket

PREFIX, END = "/registry/", "/registry0"
# What the server writes for itself at any time, or makes anew from the rest.
OWN = ("apiregistration.k8s.io", "events", "leases", "masterleases", "peerserverleases", "ranges")
BATCH = 100  # operations of one transaction; etcd takes 128


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


class Local(http.client.HTTPConnection):
    """HTTP over the socket in a directory, whatever the length of its path."""

    def __init__(self, directory, name):
        super().__init__("localhost", timeout=30)
        self._directory, self._name = directory, name

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        folder = os.open(self._directory, os.O_PATH)
        try:
            self.sock.connect("/proc/self/fd/%d/%s" % (folder, self._name))
        finally:
            os.close(folder)


class Store:
    """The etcd of a KubeServer."""

    def __init__(self, server):
        self._connection = Local(server.directory, "etcd-client:0")

    def snapshot(self, values=False) -> dict:
        """{key: (revision, value)} of everything but what the server keeps for itself; value: base64, None unless wanted."""
        answer = self._call("range", {"key": encoded(PREFIX), "range_end": encoded(END), "keys_only": not values,
                                      "serializable": False})
        found = {base64.b64decode(kv["key"]).decode(): (kv["mod_revision"], kv.get("value")) for kv in answer["kvs"]}
        return {key: value for key, value in found.items() if key.split("/")[2] not in OWN}

    def restore(self, gone, values) -> int:
        """Deletes the keys `gone` and writes {key: value}; returns the revision of the last of it."""
        operations = [{"requestDeleteRange": {"key": encoded(key)}} for key in gone]
        operations += [{"requestPut": {"key": encoded(key), "value": value}} for key, value in values.items()]
        revision = 0
        for i in range(0, len(operations), BATCH):
            answer = self._call("txn", {"success": operations[i:i + BATCH]})
            revision = int(answer["header"]["revision"])
        return revision

    def _call(self, what, body):
        self._connection.request("POST", "/v3/kv/" + what, json.dumps(body), {"Content-Type": "application/json"})
        response = self._connection.getresponse()
        text = response.read()
        assert response.status == 200, (what, text)
        return json.loads(text)


def changed(before: dict, after: dict) -> set:
    """The keys that are in one of two snapshots alone, or were written in between."""
    return {key for key in set(before) | set(after)
            if before.get(key, (None,))[0] != after.get(key, (None,))[0]}


def kind_of(key: str) -> tuple:
    """(group or None, plural) of a key. Built-in kinds have no group in it."""
    first, second = key.split("/")[2:4]
    return (first, second) if "." in first else (None, first)
