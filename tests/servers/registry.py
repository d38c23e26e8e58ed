#!/usr/bin/env python3
"""Debian's registry of container images, on loopback.

    with Registry(folder) as registry:
        registry.address                      # 127.0.0.1:PORT, without TLS
        registry.tags("kubernetes/pause")     # [] where it has none
        registry.digest("kubernetes/pause", "3.10")
"""
import json
import sys
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from servers.kubeadm.images import INDEX, MANIFEST  # noqa: E402
from servers.lxc import packages  # noqa: E402
from servers.ports import free_port  # noqa: E402
from servers.processes import Keeper, last_lines  # noqa: E402
from support.wait import until  # noqa: E402

PACKAGE = "docker-registry"
CONFIG = """\
version: 0.1
log: {level: warn}
storage: {filesystem: {rootdirectory: %s}}
http: {addr: "%s"}
"""


def program() -> Path:
    return packages.unpacked(PACKAGE + "-bookworm", PACKAGE) / "usr/bin" / PACKAGE


class Registry:
    def __init__(self, folder: Path):
        folder = Path(folder)
        (folder / "data").mkdir(parents=True)
        self.address = "127.0.0.1:%d" % free_port()
        config, log = folder / "config.yml", folder / "log"
        config.write_text(CONFIG % (folder / "data", self.address), encoding="ascii")
        argv = [program(), "serve", config]
        self._keeper = Keeper(folder / "keeper.log")
        server = self._keeper.start("registry", argv, log, folder)
        until(lambda: self._get("/v2/") is not None or not server.alive())
        if not server.alive():
            raise RuntimeError("the registry ended:\n%s" % last_lines(log))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._keeper.stop()

    def tags(self, name: str) -> list:
        return sorted((self._get("/v2/%s/tags/list" % name) or {}).get("tags") or [])

    def digest(self, name: str, tag: str) -> str:
        """Of the manifest or, where the image is one for several CPUs, of their index."""
        request = urllib.request.Request("http://%s/v2/%s/manifests/%s" % (self.address, name, tag), method="HEAD",
                                         headers={"Accept": "%s, %s" % (INDEX, MANIFEST)})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.headers["Docker-Content-Digest"]

    def _get(self, path: str):
        try:
            with urllib.request.urlopen("http://%s%s" % (self.address, path), timeout=10) as answer:
                return json.load(answer)
        except OSError:
            return None


if __name__ == "__main__":
    print(program())
