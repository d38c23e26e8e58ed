"""The work that is measured: a manifest, and what must be on the server before."""
import gzip
import os
from pathlib import Path
from typing import NamedTuple, Optional

from servers import capi_bundle

ORC = "providers/openstack-resource-controller/v2.5.0/install.yaml.gz"
NAMESPACE = "bench"
CONFIG_MAP = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: %(name)s
  namespace: %(namespace)s
data:
  name: %(name)s
"""


class Case(NamedTuple):
    name: str
    title: str
    manifest: Path
    before: Optional[Path]  # applied to the fresh server, not measured
    with_first: bool        # whether the first application is measured too, not only the repeated one


def documents(count: int) -> str:
    return "---\n".join(CONFIG_MAP % {"name": "map-%04d" % n, "namespace": NAMESPACE} for n in range(count))


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def make_all(directory: Path):
    """Yields the cases that this machine has the input for."""
    namespace = write(directory / "namespace.yaml",
                      "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: %s\n" % NAMESPACE)
    data = Path(os.environ.get("MCAPI_TEST_DATA", "/nonexistent"), ORC)
    if data.exists():
        text = gzip.decompress(data.read_bytes()).decode()
        yield Case("orc", "OpenStack resource controller, 37 documents, 489 kB", write(directory / "orc.yaml", text),
                   None, True)
    yield Case("capi", "Cluster API core, 26 documents, 1.2 MB", capi_bundle.bundle(), capi_bundle.CERT_MANAGER_CRDS,
               True)
    yield Case("one", "one ConfigMap", write(directory / "one.yaml", documents(1)), namespace, False)
    yield Case("thousand", "1,000 ConfigMaps", write(directory / "thousand.yaml", documents(1000)), namespace, True)
