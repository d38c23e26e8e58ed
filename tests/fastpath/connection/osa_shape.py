"""ssh to a host and from there into one of its containers, as OpenStack-Ansible's connection goes.

Commands go through sudo, lxc-attach and the login shell of the container's root; files through the root directory of the
container's first process, as the host's root sees it.
"""
import shlex

from ansible.plugins.connection.ssh import DOCUMENTATION as SSH
from ansible.plugins.connection.ssh import Connection as Ssh

OPTIONS = """options:
      container_name:
        description: where to go
        vars: [{name: container_name}]
      container_path:
        description: the folder of the containers
        vars: [{name: container_path}]
"""
DOCUMENTATION = SSH.replace("name: ssh", "name: osa_shape", 1).replace("options:\n", OPTIONS, 1)


class Connection(Ssh):
    transport = "ssh"
    first_process = None

    def _container(self):
        return "-P %s -n %s" % (shlex.quote(self.get_option("container_path")),
                                shlex.quote(self.get_option("container_name")))

    def exec_command(self, cmd, in_data=None, sudoable=True):
        inside = "sudo lxc-attach --clear-env %s -- su - root -c %s" % (self._container(), shlex.quote(cmd))
        return super().exec_command(inside, in_data=in_data, sudoable=sudoable)

    def put_file(self, in_path, out_path):
        if not self.first_process:
            status, output, error = super().exec_command("sudo lxc-info -Hp %s" % self._container(), sudoable=False)
            assert status == 0, error
            self.first_process = output.decode().strip()
        return super().put_file(in_path, "/proc/%s/root%s" % (self.first_process, out_path))
