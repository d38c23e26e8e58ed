"""Kubeconfigs: files, and what is in them."""
import base64
from pathlib import Path

TEMPLATE = """\
apiVersion: v1
kind: Config
current-context: {name}
clusters:
- name: {name}
  cluster:
    server: {url}
    certificate-authority-data: {ca}
contexts:
- name: {name}
  context:
    cluster: {name}
    user: {user}
users:
- name: {user}
  user:
{credentials}
"""


def encoded(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()


def mapping(cluster: dict, user: dict, namespace="default") -> dict:
    """One cluster, one user and one context, all called "c"."""
    return {"apiVersion": "v1", "kind": "Config", "current-context": "c",
            "clusters": [{"name": "c", "cluster": cluster}], "users": [{"name": "c", "user": user}],
            "contexts": [{"name": "c", "context": {"cluster": "c", "user": "c", "namespace": namespace}}]}


def write(path: Path, url: str, ca_file: Path, client=None, token=None, name="test", user="admin") -> Path:
    """Everything embedded, so that the file works from any place. client: a KeyPair; token: a bearer token."""
    credentials = []
    if client is not None:
        credentials += ["    client-certificate-data: " + encoded(client.cert_file),
                        "    client-key-data: " + encoded(client.key_file)]
    if token is not None:
        credentials.append("    token: " + token)
    if not credentials:
        credentials.append("    {}")
    path.touch(mode=0o600)
    path.write_text(TEMPLATE.format(name=name, url=url, ca=encoded(ca_file), user=user,
                                    credentials="\n".join(credentials)), encoding="ascii")
    return path
