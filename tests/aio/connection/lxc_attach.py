"""Reaches a container through its physical host, as OpenStack-Ansible's connection does; here that is this machine."""
from __future__ import annotations

import os
import shutil
import subprocess

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.connection import ConnectionBase

DOCUMENTATION = """
name: lxc_attach
short_description: Runs commands in containers of this machine
description: lxc-attach, and files by the first process of the container.
options:
  container_name:
    description: The container. Without one, or where it is the physical host itself, commands run here.
    vars: [{name: container_name}]
  lxc_path:
    description: Where containers are.
    default: /var/lib/lxc
    env: [{name: AIO_LXC_PATH}]
"""


class Connection(ConnectionBase):
    transport = "lxc_attach"
    has_pipelining = True

    def _connect(self):
        self._connected = True
        return self

    def _name(self):
        name = self.get_option("container_name")
        is_here = self._play_context.remote_addr in ("localhost", "127.0.0.1") or name in self._hosts()
        return name if name and not is_here else None

    def _hosts(self):
        return os.environ.get("AIO_HOSTS", "").split()

    def exec_command(self, cmd, in_data=None, sudoable=True):
        super().exec_command(cmd, in_data=in_data, sudoable=sudoable)
        name = self._name()
        argv = ["/bin/sh", "-c", cmd]
        if name:
            argv = ["lxc-attach", "-P", self.get_option("lxc_path"), "--clear-env", "--name", name, "--",
                    "su", "-", "root", "-c", cmd]
        done = subprocess.run(argv, input=in_data if in_data is not None else b"", stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False)
        is_down = b"is not running" in done.stderr or b"Failed to get init pid" in done.stderr
        if name and done.returncode == 1 and is_down:
            raise AnsibleConnectionFailure(done.stderr.decode())
        return done.returncode, done.stdout, done.stderr

    def _path(self, path):
        name = self._name()
        if not name:
            return path
        pid = subprocess.run(["lxc-info", "-P", self.get_option("lxc_path"), "-Hpn", name], stdout=subprocess.PIPE,
                             text=True, check=False).stdout.strip()
        if not pid:
            raise AnsibleConnectionFailure("container %s does not run" % name)
        return "/proc/%s/root%s" % (pid, path)

    def put_file(self, in_path, out_path):
        super().put_file(in_path, out_path)
        shutil.copyfile(in_path, self._path(out_path))

    def fetch_file(self, in_path, out_path):
        super().fetch_file(in_path, out_path)
        shutil.copyfile(self._path(in_path), out_path)

    def close(self):
        self._connected = False
