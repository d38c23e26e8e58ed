"""What a scripted server is told: requests that fit, and how each is answered. See scripted_server.py."""
import json
import re
import time
import urllib.parse
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple, Union

FAULTS = {
    "": "none",
    "cut": "close after `after` bytes of the body",
    "close": "close instead of an answer",
    "reset": "the same with a TCP reset",
    "hang": "answer never",
    "stall": "nothing more after `after` bytes of the body",
    "drip": "one byte of the body every `pause` seconds",
    "flood": "a body without end",
    "raw": "the body is all that is sent, then the connection is closed",
}

Headers = Union[Dict[str, str], Sequence[Tuple[str, str]]]


@dataclass
class Request:
    """One request as it came."""
    method: str
    path: str               # decoded as little as the client sent it: still percent-encoded, without the query
    raw_query: str
    headers: List[Tuple[str, str]]
    body: bytes
    time: float             # time.monotonic() of its arrival
    connection: int         # number of the connection it came by, from 1

    @property
    def query(self) -> Dict[str, List[str]]:
        return urllib.parse.parse_qs(self.raw_query, keep_blank_values=True)

    def header(self, name: str) -> Optional[str]:
        """The first header of that name."""
        return next((v for n, v in self.headers if n.lower() == name.lower()), None)

    def header_all(self, name: str) -> List[str]:
        return [v for n, v in self.headers if n.lower() == name.lower()]

    def json(self) -> Any:
        return json.loads(self.body)

    def as_dict(self) -> Dict[str, Any]:
        return {"method": self.method, "path": self.path, "query": self.query, "headers": self.headers,
                "body": self.body.decode("utf-8", "replace"), "connection": self.connection}


@dataclass
class Reply:
    """One canned answer."""
    status: int = 200
    headers: Headers = field(default_factory=dict)
    body: bytes = b""
    delay: float = 0         # seconds before the answer
    fault: str = ""
    after: int = 0
    pause: float = 0.02
    times: int = 1           # how many requests it serves before the next reply does; the last serves all
    chunks: Sequence[Tuple[float, bytes]] = ()  # (seconds before it, bytes): a chunked body instead, as of a watch
    hold: bool = False       # with chunks: the connection stays open and silent behind the last one
    gzip: bool = False       # compress the body when the client accepts it

    def __post_init__(self) -> None:
        if self.fault not in FAULTS:
            raise ValueError("unknown fault %r, must be one of %s" % (self.fault, ", ".join(sorted(FAULTS))))

    def header_list(self) -> List[Tuple[str, str]]:
        return list(self.headers.items() if isinstance(self.headers, dict) else self.headers)


Answer = Union[Reply, Callable[[Request], Reply]]


def text_reply(text: str, status: int = 200, **more: Any) -> Reply:
    return Reply(status, {"Content-Type": "text/plain; charset=utf-8"}, text.encode(), **more)


def html_reply(text: str, status: int = 502, **more: Any) -> Reply:
    return Reply(status, {"Content-Type": "text/html"}, text.encode(), **more)


def json_reply(value: Any, status: int = 200, headers: Headers = (), **more: Any) -> Reply:
    pairs = list(headers.items() if isinstance(headers, dict) else headers)
    return Reply(status, [("Content-Type", "application/json")] + pairs, json.dumps(value).encode(), **more)


def status_reply(code: int, reason: str, message: str, headers: Headers = (), details: Any = None,
                 **more: Any) -> Reply:
    """A failure as a Kubernetes API server reports it."""
    value = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": message,
             "reason": reason, "code": code}
    if details is not None:
        value["details"] = details
    return json_reply(value, code, headers, **more)


def redirect(to: str, status: int = 302) -> Reply:
    return Reply(status, {"Location": to})


def retry_after(times: int, seconds: int = 1, status: int = 429) -> List[Reply]:
    """A server that asks for patience TIMES times; add what it says then."""
    return [status_reply(status, "TooManyRequests", "slow down", {"Retry-After": str(seconds)}, times=times)]


def watch_reply(events: Sequence[Any], pause: float = 0, hold: bool = False) -> Reply:
    """Each event as a line, PAUSE seconds apart."""
    lines = [(pause, json.dumps(event).encode() + b"\n") for event in events]
    return Reply(headers={"Content-Type": "application/json"}, chunks=lines, hold=hold)


class Route:
    """Which requests get which replies. METHOD and PATH are regular expressions for the whole, QUERY for a part."""

    def __init__(self, method: str, path: str, replies: Union[Answer, Sequence[Answer]], query: str = ""):
        self.method = re.compile(method)
        self.path = re.compile(path)
        self.query = re.compile(query)
        self.replies = list(replies) if isinstance(replies, (list, tuple)) else [replies]
        self.served = 0
        if not self.replies:
            raise ValueError("a route needs a reply")

    def fits(self, request: Request) -> bool:
        return bool(self.method.fullmatch(request.method) and self.path.fullmatch(request.path) and
                    self.query.search(urllib.parse.unquote_plus(request.raw_query)))

    def next(self) -> Answer:
        """The reply whose turn it is. The caller holds the lock."""
        number = self.served
        self.served += 1
        for reply in self.replies[:-1]:
            number -= reply.times if isinstance(reply, Reply) else 1
            if number < 0:
                return reply
        return self.replies[-1]


def load_reply(data: Dict[str, Any]) -> Reply:
    """A reply from JSON: the fields of Reply, where "body" is text, or "json" any value instead."""
    data = dict(data)
    headers = data.pop("headers", {})
    pairs = list(headers.items()) if isinstance(headers, dict) else [tuple(pair) for pair in headers]
    if "json" in data:
        data["body"] = json.dumps(data.pop("json"))
        pairs = [("Content-Type", "application/json")] + pairs
    data["body"] = data.get("body", "").encode()
    data["chunks"] = [(seconds, text.encode()) for seconds, text in data.get("chunks", [])]
    return Reply(headers=pairs, **data)
