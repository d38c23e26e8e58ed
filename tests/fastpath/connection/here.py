"""The local connection, which notes what Ansible asks of it in the file named by the variable `note_file`.

`shape` makes it a more difficult one: `deaf` takes no standard input; `open` never closes the pipe and makes it
non-blocking, as the connection of community.general for containers does; `tampering` changes programs on their way.
"""
import os
import subprocess
import time

from ansible.plugins.connection.local import Connection as Local

DOCUMENTATION = """
name: here
short_description: the local connection, observed
description: [For tests.]
extends_documentation_fragment: [connection_pipelining]
options:
  note_file:
    description: where to note
    vars: [{name: note_file}]
  shape:
    description: how it behaves
    default: plain
    vars: [{name: shape}]
  become_success_timeout:
    description: as for local
    default: 10
    type: int
  become_strip_preamble:
    description: as for local
    default: true
    type: bool
"""


class Connection(Local):
    transport = "local"

    @property
    def has_pipelining(self):
        return self.get_option("shape") != "deaf"

    def _note(self, text):
        with open(self.get_option("note_file"), "a", encoding="utf-8") as file:
            file.write(text.replace("\n", " ") + "\n")

    def exec_command(self, cmd, in_data=None, sudoable=True):
        self._note(cmd)
        shape = self.get_option("shape")
        assert not in_data or shape != "deaf", "no standard input here"
        if shape == "tampering" and in_data and in_data[:4] == b"\x7fELF":
            in_data = in_data[:-1] + bytes([in_data[-1] ^ 1])
        if shape == "open" and in_data:
            return self._exec_open(cmd, in_data)
        return super().exec_command(cmd, in_data=in_data, sudoable=sudoable)

    def _exec_open(self, cmd, in_data):
        reader, writer = os.pipe()
        process = subprocess.Popen(cmd, shell=True, cwd=self.cwd, stdin=reader, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        os.set_blocking(reader, False)
        os.close(reader)
        time.sleep(0.3)  # who reads without waiting finds nothing
        try:
            with open(os.dup(writer), "wb") as file:
                file.write(in_data)
        except BrokenPipeError:
            pass
        stdout, stderr = process.communicate()
        os.close(writer)
        return process.returncode, stdout, stderr

    def put_file(self, in_path, out_path):
        self._note("put %s" % out_path)
        super().put_file(in_path, out_path)
