"""Users with homes of their own, sudo for one of them, and an sshd on loopback that notes each command.

Everything has the prefix of this process and is taken away again; needs root.
"""
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from servers import ports  # noqa: E402
from servers.processes import Keeper  # noqa: E402

HERE = Path(__file__).resolve().parent
SSHD = "/usr/sbin/sshd"
NEEDED = ("sudo", "useradd", "chpasswd", "ssh", "ssh-keygen")

PASSWORD = "open:Sesame 'x"  # of the user who has one
SUDOERS = """%(sl)s ALL=(ALL) NOPASSWD: ALL
%(sp)s ALL=(ALL) ALL
%(st)s ALL=(ALL) NOPASSWD: ALL
Defaults:%(sp)s !lecture, timestamp_timeout=0
Defaults:%(st)s requiretty
"""

# ForceCommand instead of what was asked for: notes it, then does it.
FORCED = """#!/bin/sh
printf '%%s\\n' "$SSH_ORIGINAL_COMMAND" | tr '\\n' ' ' >>%s
echo >>%s
exec /bin/sh -c "$SSH_ORIGINAL_COMMAND"
"""

SSHD_CONFIG = """
ListenAddress 127.0.0.1:%(port)d
HostKey %(root)s/host_key
AuthorizedKeysFile %(root)s/key.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
MaxSessions 50
MaxStartups 50
ForceCommand %(root)s/forced.sh
Subsystem sftp /usr/lib/openssh/sftp-server
"""


def lacking():
    """Why the world cannot be made here, or None."""
    if os.geteuid() != 0:
        return "this machine lets nobody but root make users"
    missing = [name for name in NEEDED + (SSHD,) if not shutil.which(name)]
    return "this machine has no %s" % ", ".join(missing) if missing else None


def run(*argv, **options):
    return subprocess.run([str(a) for a in argv], check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, **options).stdout


class World:
    """`with World(directory, program, digest) as world`. The directory must be one that everybody may enter."""

    def __init__(self, root: Path, program: Path, digest: str):
        self.root = root
        self.program = program
        self.digest = digest
        self.notes = {"here": root / "notes.here", "there": root / "notes.there"}
        self.homes = root / "homes"
        self._prefix = "mfp%d" % (os.getpid() % 100000)
        self._users = []
        self._sudoers = Path("/etc/sudoers.d") / self._prefix
        self._keeper = Keeper(root / "keeper.log")
        self.port = 0

    def user(self, name: str) -> str:
        return "%s%s" % (self._prefix, name)

    def home(self, name: str) -> Path:
        return self.homes / name

    def __enter__(self):
        try:
            self.homes.mkdir(mode=0o755)
            for name in ("ho", "so", "sl"):  # here and by ssh: another user; by ssh: who logs in
                self._add(name)
            for name in ("hr", "sr"):  # a second root with a home that we may change
                self._add(name, "-o", "-u", "0", "-g", "0")
            for name in ("sp", "st"):  # by ssh: whose sudo wants a password; a terminal
                self._add(name)
            run("chpasswd", input="%s:%s\n" % (self.user("sp"), PASSWORD))
            rules = SUDOERS % {name: self.user(name) for name in ("sl", "sp", "st")}
            self._sudoers.write_text(rules, encoding="utf-8")
            self._sudoers.chmod(0o440)
            self._start_sshd()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self._keeper.stop()
        for name in ("ho", "so", "sl", "sp", "st", "hr", "sr", "me"):
            run(HERE / "state.sh", "clean", self.home(name), "root", self.program, self.digest)
        for user in self._users:
            subprocess.run(["userdel", "-f", user], check=False, stderr=subprocess.DEVNULL)
        if self._sudoers.exists():
            self._sudoers.unlink()

    def _add(self, name, *options):
        run("useradd", "-M", "-N", "-p", "*", "-s", "/bin/sh", "-d", self.home(name), *options, self.user(name))
        self._users.append(self.user(name))
        self.home(name).mkdir()
        shutil.chown(self.home(name), self.user(name))

    def _start_sshd(self):
        for key in ("host_key", "key"):
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.root / key)
        notes = self.notes["there"]
        notes.touch()
        notes.chmod(0o666)
        (self.root / "forced.sh").write_text(FORCED % (notes, notes), encoding="utf-8")
        (self.root / "forced.sh").chmod(0o755)
        os.makedirs("/run/sshd", exist_ok=True)
        self.port = ports.free_port()
        config = self.root / "sshd_config"
        config.write_text(SSHD_CONFIG % {"root": self.root, "port": self.port}, encoding="utf-8")
        self._keeper.start("sshd", [SSHD, "-D", "-e", "-f", config], self.root / "sshd.log", self.root)
        host_key = (self.root / "host_key.pub").read_text(encoding="utf-8")
        (self.root / "known_hosts").write_text("[127.0.0.1]:%d %s" % (self.port, host_key), encoding="utf-8")
        deadline = time.monotonic() + 20
        while ports.is_free(self.port):
            assert time.monotonic() < deadline, (self.root / "sshd.log").read_text(encoding="utf-8")
            time.sleep(0.05)

    def ssh_variables(self) -> dict:
        options = "-F none -o UserKnownHostsFile=%s -o StrictHostKeyChecking=yes" % (self.root / "known_hosts")
        return {"ansible_host": "127.0.0.1", "ansible_port": self.port, "ansible_user": self.user("sl"),
                "ansible_ssh_private_key_file": str(self.root / "key"), "ansible_ssh_common_args": options}
