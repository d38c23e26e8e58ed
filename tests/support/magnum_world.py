#!/usr/bin/env python3
"""magnum_world.py URL CA CERT KEY [CLUSTER…]: Cluster API's kinds on the server of that URL, and clusters of Magnum's.

A program of its own because the kinds are read by PyYAML, which the caller's Python may lack.
"""
import sys
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.magnum_clusters import Magnum  # noqa: E402


def main() -> int:
    url, ca_file, cert, key, *names = sys.argv[1:]
    magnum = Magnum(SimpleNamespace(url=url, ca_file=ca_file, client_cert_file=cert, client_key_file=key))
    magnum.install()
    if names:
        magnum.add_class()
    for name in names:
        magnum.add_cluster(name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
