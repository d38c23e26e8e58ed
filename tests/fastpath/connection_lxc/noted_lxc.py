"""The connection of community.general to containers, which notes what Ansible asks of it and knows the tests' folder."""
import functools

from ansible_collections.community.general.plugins.connection import lxc

DOCUMENTATION = lxc.DOCUMENTATION.replace("name: lxc", "name: noted_lxc", 1).replace("options:\n", """options:
  note_file:
    description: where to note
    vars: [{name: note_file}]
  container_path:
    description: the folder of the containers
    vars: [{name: container_path}]
""", 1)


class Connection(lxc.Connection):
    has_pipelining = True

    def _connect(self):
        container = lxc._lxc.Container
        if not isinstance(container, functools.partial):
            lxc._lxc.Container = functools.partial(container, config_path=self.get_option("container_path"))
        return super()._connect()

    def _note(self, text):
        with open(self.get_option("note_file"), "a", encoding="utf-8") as file:
            file.write(text.replace("\n", " ") + "\n")

    def exec_command(self, cmd, in_data=None, sudoable=False):
        self._note(cmd)
        return super().exec_command(cmd, in_data=in_data, sudoable=sudoable)

    def put_file(self, in_path, out_path):
        self._note("put %s" % out_path)
        super().put_file(in_path, out_path)
