"""A system log for one program: /dev/log as it sees it, in a mount namespace of its own, is a socket of the test."""
import socket
from pathlib import Path

# Beside the log it has what programs open.
HIDE = """for node in null random urandom; do : >"$1/$node" && mount --bind "/dev/$node" "$1/$node" || exit; done
mount --rbind "$1" /dev && shift && exec "$@"
"""


class SystemLog:
    """run(launcher + [program, …]) and read what it logged."""

    def __init__(self, directory: Path):
        directory.mkdir()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind(str(directory / "log"))
        self.launcher = ["unshare", "--mount", "sh", "-c", HIDE, "sh", str(directory)]

    def read(self) -> bytes:
        """All messages up to now, one a line."""
        messages = []
        while True:
            try:
                messages.append(self._socket.recv(1 << 20))
            except BlockingIOError:
                return b"\n".join(messages)

    def close(self):
        self._socket.close()
