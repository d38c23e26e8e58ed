"""What liblxc itself says about containers, for tests that judge a program which uses liblxc too.

Run as a program under the system's Python, which has the binding: each line of standard input is a request
[lxcpath, name, question, arguments…], each line of output its answer. The class Facts is the other side. It starts no containers: liblxc moves its caller into
the monitor's cgroup.
"""
import json
import subprocess
import sys
import threading
from pathlib import Path

PYTHON = "/usr/bin/python3"  # the one that Debian builds python3-lxc for


class Facts:
    """A running helper."""

    def __init__(self):
        self._lock = threading.Lock()
        self._child = subprocess.Popen([PYTHON, "-I", __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, lxcpath, name, question, *arguments):
        with self._lock:
            self._child.stdin.write(json.dumps([str(lxcpath), name, question, *arguments]) + "\n")
            self._child.stdin.flush()
            line = self._child.stdout.readline()
        assert line, "the helper that asks liblxc is gone"
        answer = json.loads(line)
        if "error" in answer:
            raise LookupError("%s of %s: %s" % (question, Path(lxcpath) / name, answer["error"]))
        return answer["value"]

    def close(self):
        self._child.stdin.close()
        self._child.wait()
        self._child.stdout.close()


def _lines(value):
    return value if isinstance(value, list) else [line for line in (value or "").split("\n") if line]


def _answer(lxc, lxcpath, name, question, *arguments):
    container = lxc.Container(name, lxcpath)
    simple = {"state": lambda: container.state, "defined": lambda: container.defined, "pid": lambda: container.init_pid,
              "stop": container.stop, "freeze": container.freeze, "unfreeze": container.unfreeze,
              "destroy": container.destroy, "ips": lambda: list(container.get_ips() or ()),
              "interfaces": lambda: list(container.get_interfaces() or ()),
              "snapshots": lambda: [snapshot[0] for snapshot in container.snapshot_list() or ()]}
    if question in simple:
        return simple[question]()
    if question == "config":      # the value on disk, as the parser understands it
        return _lines(container.get_config_item(*arguments))
    if question == "running":     # the value in the memory of the running monitor
        return _lines(container.get_running_config_item(*arguments))
    if question == "cgroup":
        return container.get_cgroup_item(*arguments)
    if question == "wait":
        return container.wait(*arguments)
    raise ValueError(question)


def _serve():
    import lxc  # pylint: disable=import-error
    for line in sys.stdin:
        try:
            answer = {"value": _answer(lxc, *json.loads(line))}
        except Exception as error:  # pylint: disable=broad-except
            answer = {"error": "%s: %s" % (type(error).__name__, error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    _serve()
