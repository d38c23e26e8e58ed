# Copyright: osa_ops.mcapi_vexxhost authors
# SPDX-License-Identifier: Apache-2.0
"""The programs of one module on the controller, by the CPU they were built for. Knows nothing of targets.

plugins/modules/NAME is always there; plugins/module_bin/CPU/NAME serves a further CPU. CPUs go by the names that
`uname -m` prints.
"""

from __future__ import annotations

import hashlib
import os

ELF_MACHINES = {0x3E: "x86_64", 0xB7: "aarch64"}


def cpu_of(path):
    """The CPU of an ELF file; None for what is none, or is for a CPU that we do not build for."""
    with open(path, "rb") as file:
        head = file.read(20)
    if head[:4] != b"\x7fELF" or len(head) < 20:
        return None
    order = "little" if head[5] == 1 else "big"
    return ELF_MACHINES.get(int.from_bytes(head[18:20], order))


def find_binaries(module_path):
    """{CPU: path}. The file that Ansible itself would send comes first, under None where its CPU is not known."""
    found = {cpu_of(module_path): module_path}
    folder = os.path.join(os.path.dirname(os.path.dirname(module_path)), "module_bin")
    for cpu in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
        path = os.path.join(folder, cpu, os.path.basename(module_path))
        if os.path.isfile(path):
            found.setdefault(cpu, path)
    return found


class Binary:
    """One program with its content, read once so that the digest belongs to the bytes that are sent."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.content = file.read()
        self.path = path
        self.digest = hashlib.sha256(self.content).hexdigest()
