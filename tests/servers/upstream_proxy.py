#!/usr/bin/env python3
"""The proxy of magnum-cluster-api from PyPI, with HAProxy from Debian, as on a host of its own.

    with UpstreamProxy(tmp_path / "upstream", kubeconfig, "upstream1", tenants.folder, POD_IP="10.4.4.4") as proxy:
        proxy.log

It sees a mount and a UTS namespace of its own: another host name, another /run, where it finds its network namespaces
and HAProxy keeps its socket. Needs root.
As a command: installs what is needed and prints the path of the program.
"""
import os
import signal
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from servers.lxc import packages  # noqa: E402
from servers.openstack import venv  # noqa: E402
from servers.processes import MORTAL  # noqa: E402

NEEDED = ("haproxy", "iproute2")
# sudo's secure_path would lose the environment; we are root already.
SUDO = '#!/bin/sh\nexec "$@"\n'
INSIDE = """\
set -e
hostname "$1"
mount -t tmpfs tmpfs /run
mkdir -p /run/netns /run/lock
mount --rbind "$2" /run/netns
shift 2
exec "$@"
"""


def install() -> Path:
    packages.ensure(NEEDED)
    return venv.services() / "bin/magnum-cluster-api-proxy"


class UpstreamProxy:
    def __init__(self, directory, kubeconfig, hostname, netns, **environment):
        program = install()
        self.directory = Path(directory)
        tools = self.directory / "bin"
        tools.mkdir(parents=True)
        (tools / "sudo").write_text(SUDO, encoding="ascii")
        (tools / "sudo").chmod(0o755)
        self.log_file = self.directory / "log"
        environment = dict(environment, HOME=str(self.directory), KUBECONFIG=str(kubeconfig),
                           PATH="%s:%s:%s" % (tools, program.parent, os.environ["PATH"]))
        with open(self.log_file, "wb") as log:
            self.process = subprocess.Popen(
                [*MORTAL, "unshare", "--mount", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", INSIDE, "sh",
                 hostname, str(netns), str(program)],
                stdout=log, stderr=log, env=dict(os.environ, **environment), start_new_session=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)  # --kill-child ends all that is in its namespaces
        self.process.wait()

    @property
    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8", errors="replace")


if __name__ == "__main__":
    try:
        print(install())
    except RuntimeError as problem:
        sys.exit(str(problem))
