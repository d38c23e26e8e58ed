#!/usr/bin/env python3
"""mirror.py FOLDER ADDRESS [PORT]: serves files and images, each under the name of the server it comes from.

http://ADDRESS:PORT/HOST/PATH is FOLDER/files/HOST/PATH, http://ADDRESS:PORT/v2/REGISTRY/NAME/… the images of FOLDER/images as a
registry serves them. Every request is one line "METHOD PATH STATUS" in FOLDER/requests.
"""
import json
import re
import shutil
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    folder = Path()
    lock = threading.Lock()

    def do_GET(self):  # noqa: N802
        self.answer(True)

    def do_HEAD(self):  # noqa: N802
        self.answer(False)

    def answer(self, body: bool):
        path = self.path.partition("?")[0]
        source, kind, digest = self.find(path)
        status = 200 if source else 404
        with self.lock, open(self.folder / "requests", "a", encoding="utf-8") as log:
            log.write("%s %s %d\n" % (self.command, path, status))
        self.send_response(status)
        if digest:
            self.send_header("Docker-Content-Digest", digest)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(source.stat().st_size if source else 0))
        self.end_headers()
        if source and body:
            with open(source, "rb") as file:
                shutil.copyfileobj(file, self.wfile)

    def find(self, path: str):
        """(file or None, type, digest)"""
        if ".." in path:
            return None, "text/plain", ""
        images = self.folder / "images"
        match = re.fullmatch(r"/v2/(.+)/(manifests|blobs)/([^/]+)", path)
        if match:
            name, what, reference = match.groups()
            if what == "manifests" and not reference.startswith("sha256:"):
                tag = images / "manifests" / name / reference
                reference = tag.read_text(encoding="ascii") if tag.is_file() else "sha256:none"
            blob = images / "blobs/sha256" / reference.partition(":")[2]
            kind = "application/octet-stream"
            if what == "manifests" and blob.is_file():
                kind = json.loads(blob.read_bytes())["mediaType"]
            return (blob if blob.is_file() else None), kind, reference
        file = self.folder / "files" / path.strip("/")
        return (file if file.is_file() else None), "application/octet-stream", ""

    def log_message(self, *_):
        pass


def main() -> int:
    folder, address = Path(sys.argv[1]), sys.argv[2]
    Handler.folder = folder
    server = ThreadingHTTPServer((address, int(sys.argv[3]) if len(sys.argv) > 3 else 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
