"""What uWSGI serves: $WSGI_MODULE's `application`, with every request written down in $REQUEST_LOG.

The line is written before the first byte of the answer: a client that has its answer finds its request in the file.
"""
import importlib
import io
import json
import os
import time

BODY_BYTES = 262144  # what is larger is not written down

_inner = importlib.import_module(os.environ["WSGI_MODULE"]).application
_log = os.open(os.environ["REQUEST_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)


def read_body(environ):
    size = int(environ.get("CONTENT_LENGTH") or 0)
    if not 0 < size <= BODY_BYTES:
        return ""
    body = environ["wsgi.input"].read(size)
    environ["wsgi.input"] = io.BytesIO(body)
    return body.decode("utf-8", "replace")


def application(environ, start_response):
    path, _, query = environ["REQUEST_URI"].partition("?")
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    entry = {"time": time.time(), "method": environ["REQUEST_METHOD"], "path": path, "query": query,
             "headers": headers, "type": environ.get("CONTENT_TYPE", ""), "body": read_body(environ)}

    def answer(status, *rest):
        # Behind the service's own middleware: now it is known who asked.
        entry.update(status=int(status.split()[0]), user=environ.get("HTTP_X_USER_NAME"))
        os.write(_log, json.dumps(entry).encode() + b"\n")
        return start_response(status, *rest)

    return _inner(environ, answer)
