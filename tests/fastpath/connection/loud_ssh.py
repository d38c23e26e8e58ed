"""ssh into a login shell, as a connection to a container through `su -` is: profiles print before the command does."""
import shlex

from ansible.plugins.connection.ssh import DOCUMENTATION as SSH
from ansible.plugins.connection.ssh import Connection as Ssh

DOCUMENTATION = SSH.replace("name: ssh", "name: loud_ssh", 1)


class Connection(Ssh):
    transport = "ssh"

    def exec_command(self, cmd, in_data=None, sudoable=True):
        greeting = "echo Welcome to this machine; echo; printf 'no newline, %s' "
        loud = "%s; env -i HOME=\"$HOME\" PATH=\"$PATH\" sh -lc %s" % (greeting + "ends: ", shlex.quote(cmd))
        return super().exec_command(loud, in_data=in_data, sudoable=sudoable)
