"""The audit log of an API server: the exact list of the requests that reached it."""
import json
import os
from pathlib import Path

POLICY = """\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
"""


def flags(policy: Path, log: Path) -> list:
    policy.write_text(POLICY, encoding="ascii")
    return ["--audit-policy-file=%s" % policy, "--audit-log-path=%s" % log, "--audit-log-mode=blocking",
            "--audit-log-maxsize=100000"]  # MB; a rotated log would make positions in it meaningless


class AuditLog:
    """Reads the log. A position in it is a number of bytes: take mark() before, give it to requests() afterwards.

    The server writes an event before it ends the response, so a request whose answer was read to its end is in here.
    """

    def __init__(self, path: Path):
        self.path = path

    def mark(self) -> int:
        try:
            return os.path.getsize(self.path)
        except FileNotFoundError:
            return 0

    def requests(self, since: int = 0, user=None, agent=None) -> list:
        """The audit events from the position `since` on, one per request, oldest first.

        user: only requests of this user name. agent: only those whose User-Agent contains this text. A watch that is
        still open is listed with stage ResponseStarted, everything else with ResponseComplete.
        """
        events = {}
        for event in self._read(since):
            events.pop(event["auditID"], None)  # the later stage of a request replaces the earlier
            events[event["auditID"]] = event
        return [e for e in events.values()
                if (user is None or e["user"].get("username") == user)
                and (agent is None or agent in e.get("userAgent", ""))]

    def _read(self, since: int):
        try:
            with open(self.path, "rb") as log:
                log.seek(max(since - 1, 0))
                data = log.read()
        except FileNotFoundError:
            return
        lines = data.split(b"\n")[:-1]  # what follows the last newline is still being written
        if since > 0:
            lines = lines[1:]  # the newline before `since`; or the rest of an event that was half written at the mark
        for line in lines:
            yield json.loads(line)
