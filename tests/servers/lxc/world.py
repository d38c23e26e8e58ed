"""A folder of containers for tests, and nothing of them left afterwards.

    with World(tmp_path) as world:
        box = world.make("spec-1", ["lxc.environment = A=b"], start=True)   # a busybox container, by hand, in 0.1 s
        subprocess.run([program, "--lxcpath", world.lxcpath, …])
        assert box.state == "STOPPED" and box.setting("lxc.start.order") == ["5"]

The end of the block destroys every container below world.lxcpath and fails if a process, a mount, a cgroup, a loop
device or a held lock of one is left. Containers have no network unless they ask for world.bridge().
"""
import itertools
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from servers import processes  # noqa: E402
from servers.lxc import packages, rootfs, traces  # noqa: E402
from servers.lxc.facts import Facts  # noqa: E402

TEMPLATE = rootfs.TOOLS / "mcapi-rootfs"
NO_NETWORK = "lxc.net.0.type = empty"
PLAIN = (NO_NETWORK, "lxc.mount.auto = proc:mixed sys:ro")
COMMON = "lxc.include = /usr/share/lxc/config/common.conf"
_numbers = itertools.count(1)


def why_not() -> str:
    """Why this machine cannot run containers, or "" where it can, with the packages installed."""
    if os.geteuid() != 0:
        return "this machine lets the tests not be root, as containers of the system need"
    if not shutil.which("dpkg-query"):
        return "this machine is neither Debian nor Ubuntu"
    if not any(traces.CGROUPS.iterdir()):
        return "this machine has no cgroups mounted"
    probe = subprocess.run(["unshare", "--mount", "--pid", "--uts", "--ipc", "--net", "--fork", "mount", "-t", "tmpfs", "none",
                            "/mnt"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if probe.returncode != 0:
        return "this machine does not allow namespaces: %s" % probe.stderr.strip()
    try:
        packages.ensure()
    except RuntimeError as error:
        return "this machine cannot install LXC: %s" % error
    return ""


class Box:
    """One container, seen without the help of the program under test. It need not exist."""

    def __init__(self, world, name: str, lxcpath=None):
        self.world = world
        self.name = name
        self.lxcpath = Path(lxcpath or world.lxcpath)
        self.folder = self.lxcpath / name
        self.rootfs = self.folder / "rootfs"
        self.config_file = self.folder / "config"
        self.upper = self.rootfs  # where files of its own are

    def ask(self, question, *arguments):
        return self.world.facts.ask(self.lxcpath, self.name, question, *arguments)

    @property
    def state(self) -> str:
        return self.ask("state")

    @property
    def exists(self) -> bool:
        return self.ask("defined")

    @property
    def pid(self) -> int:
        """Of its first process; -1 when stopped."""
        return self.ask("pid")

    @property
    def config(self) -> str:
        return self.config_file.read_bytes().decode()

    @config.setter
    def config(self, text: str):
        self.config_file.write_bytes(text.encode())

    def append(self, *lines: str) -> str:
        """Adds lines to its configuration and returns the whole."""
        self.config = self.config + "".join(line + "\n" for line in lines)
        return self.config

    def write(self, path: str, text: str) -> None:
        """Puts a file into its root file system, from outside."""
        target = self.upper / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def link(self, path: str, target: str) -> None:
        (self.upper / path).parent.mkdir(parents=True, exist_ok=True)
        (self.upper / path).symlink_to(target)

    def values(self, key: str) -> list:
        """What the lines of a key say, as written."""
        pairs = [line.partition("=") for line in self.config.splitlines() if not line.lstrip().startswith("#")]
        return [value.strip() for name, _, value in pairs if name.strip() == key]

    def setting(self, key: str) -> list:
        """The effective value on disk, as liblxc reads it."""
        return self.ask("config", key)

    def active(self, key: str) -> list:
        """The value that the running container was started with."""
        return self.ask("running", key)

    def start(self) -> "Box":
        subprocess.run(["lxc-start", "-P", self.lxcpath, "-n", self.name, "-d"], stdin=subprocess.DEVNULL, check=True)
        return self

    def run(self, *argv, check=True, timeout=30) -> str:
        """What a command inside prints."""
        result = subprocess.run(["lxc-attach", "-P", self.lxcpath, "-n", self.name, "--clear-env", "--", *argv],
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                check=False, timeout=timeout)
        assert not check or result.returncode == 0, (argv, result.returncode, result.stdout, result.stderr)
        return result.stdout

    def boots(self) -> int:
        """How often the busybox image was started."""
        log = self.rootfs / "var/log/boots"
        return len(log.read_text().splitlines()) if log.exists() else 0

    def none_left(self) -> None:
        assert not self.folder.exists(), list(self.folder.iterdir())
        traces.none_left(self.lxcpath, self.name)

    def destroy(self) -> None:
        """Ends it whatever its state, and removes it."""
        if self.folder.exists():
            self._stop()
            try:
                self.ask("destroy")
            except LookupError:
                pass  # its configuration cannot be read
            traces.sweep_cgroups(self.name)  # those of a monitor that was killed
        self._remove()

    def _stop(self) -> None:
        for freezer in traces.CGROUPS.glob("freezer/lxc.payload.%s*/freezer.state" % self.name):
            freezer.write_text("THAWED")
        for freezer in traces.CGROUPS.glob("lxc.payload.%s*/cgroup.freeze" % self.name):
            freezer.write_text("0")
        deadline = time.monotonic() + 10
        while traces.processes(self.name) and time.monotonic() < deadline:
            for pid in traces.processes(self.name):
                _kill(pid)
            time.sleep(0.01)
        while traces.alive(traces.monitors(self.lxcpath, self.name)):  # they end after their containers
            if time.monotonic() > deadline:
                for pid in traces.monitors(self.lxcpath, self.name):
                    _kill(pid)
            time.sleep(0.01)

    def _remove(self) -> None:
        for point in sorted(traces.mounts(self.folder), reverse=True):
            subprocess.run(["umount", "-l", point], check=False)
        if self.folder.exists():
            subprocess.run(["rm", "-rf", "--one-file-system", str(self.folder)], check=True)
        lock = Path("/run/lxc/lock") / str(self.lxcpath).lstrip("/") / ("." + self.name)
        lock.unlink(missing_ok=True)


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


class World:
    """A lxcpath of its own in DIRECTORY, whose path should be short: names of sockets are made from it."""

    def __init__(self, directory: Path):
        packages.ensure()
        self.directory = Path(directory)
        self.lxcpath = self.directory / "lxc"
        self.lxcpath.mkdir(parents=True)
        self.facts = Facts()
        self.boxes = []
        self._keeper = None
        self._bridge = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # ---- containers

    def box(self, name: str = None, lxcpath=None) -> Box:
        """A handle for a container that somebody else will make. Without a name, one that nobody else has."""
        box = Box(self, name or "spec-%d-%d" % (os.getpid(), next(_numbers)), lxcpath)
        self.boxes.append(box)
        return box

    def make(self, name: str = None, lines=(), start=False, image: Path = None, lxcpath: Path = None) -> Box:
        """A container from a tarball, made without liblxc. lines: of its configuration, in place of PLAIN if any set
        the network."""
        box = self.box(name, lxcpath)
        box.rootfs.mkdir(parents=True)
        subprocess.run(["tar", "-C", box.rootfs, "--numeric-owner", "--same-owner", "--same-permissions", "--exclude=./dev/*",
                        "-xf", image or rootfs.busybox()], check=True)
        head = ["lxc.rootfs.path = dir:%s" % box.rootfs, "lxc.uts.name = %s" % box.name]
        plain = [] if any(line.startswith("lxc.net") for line in lines) else list(PLAIN)
        box.config = "".join(line + "\n" for line in head + plain + list(lines))
        return box.start() if start else box

    def layer(self, lower: Path, lines=(), start=False) -> Box:
        """A container on an overlay over LOWER, which nobody may write to meanwhile."""
        box = self.box()
        box.upper = box.folder / "overlay/delta"
        box.upper.mkdir(parents=True)
        box.rootfs.mkdir()
        box.write("etc/hostname", box.name + "\n")
        box.write("etc/hosts", "127.0.0.1 localhost\n127.0.1.1 %s\n" % box.name)
        head = ["lxc.rootfs.path = overlay:%s:%s" % (lower, box.upper), "lxc.uts.name = %s" % box.name]
        plain = [] if any(line.startswith("lxc.net") for line in lines) else [NO_NETWORK]
        box.config = "".join(line + "\n" for line in [COMMON] + head + plain + list(lines))
        return box.start() if start else box

    def config(self, *lines: str) -> Path:
        """A file with configuration for a container to be created."""
        path = self.directory / ("config-%d" % next(_numbers))
        path.write_text("".join(line + "\n" for line in lines or PLAIN), encoding="utf-8")
        return path

    # ---- network

    def bridge(self):
        """A Bridge of this world's own, which leads nowhere else."""
        if self._bridge is None:
            self._bridge = Bridge()
        return self._bridge

    def serve_dhcp(self) -> None:
        """Gives out addresses on the bridge."""
        bridge = self.bridge()
        if self._keeper is not None:
            return
        settings = self.directory / "udhcpd.conf"
        (self.directory / "udhcpd.leases").touch()
        settings.write_text("start %s\nend %s\ninterface %s\nmax_leases 50\nlease_file %s\npidfile %s\noption subnet "
                            "255.255.255.0\noption lease 3600\n"
                            % (bridge.address(100), bridge.address(149), bridge.name, self.directory / "udhcpd.leases",
                               self.directory / "udhcpd.pid"), encoding="utf-8")
        self._keeper = processes.Keeper(self.directory / "keeper.log")
        self._keeper.start("udhcpd", ["/bin/busybox", "udhcpd", "-f", str(settings)], self.directory / "udhcpd.log",
                           self.directory)

    # ---- the end

    def close(self) -> None:
        """Destroys everything, and fails if something is left of it."""
        try:
            for folder in self.lxcpath.iterdir():
                if folder.is_dir() and folder not in [box.folder for box in self.boxes]:
                    self.boxes.append(Box(self, folder.name))
            there = [box for box in self.boxes if box.folder.exists()]
            for box in there:  # all, because clones use the files of others
                box._stop()
            for box in there:
                box.destroy()
            self._check()
        finally:
            if self._keeper is not None:
                self._keeper.stop()
            if self._bridge is not None:
                self._bridge.remove()
            self.facts.close()
            locks = Path("/run/lxc/lock") / str(self.lxcpath).lstrip("/")
            shutil.rmtree(locks, ignore_errors=True)
            shutil.rmtree(self.directory, ignore_errors=True)

    def _check(self) -> None:
        """Nothing of any container is left. Zombies of monitors may keep their cgroups busy for a while."""
        suspects = {(box.lxcpath, box.name) for box in self.boxes}
        names = {path.name.split(".", 2)[2] for path in traces.CGROUPS.glob("*/lxc.*.*")}
        monitors = bool(traces.alive(traces.monitors(self.directory)))
        suspects = {(path, name) for path, name in suspects
                    if monitors or any(found == name or found.startswith(name + "-") for found in names)
                    or traces.mounts(path / name) or traces.loop_devices(path / name) or traces.locks(path, name)}
        deadline = time.monotonic() + 30
        left = {key: traces.left(*key, thorough=True) for key in suspects}
        while any(left.values()) and time.monotonic() < deadline:
            time.sleep(0.1)
            left = {key: traces.left(*key, thorough=True) for key, found in left.items() if found}
        assert not any(left.values()), "left behind: %s" % ", ".join(sum(left.values(), []))


class Bridge:
    """A network bridge with a subnet of its own."""

    def __init__(self):
        number = os.getpid() % 250
        self.name = "lxct%d" % os.getpid()
        self.prefix = "10.231.%d" % number
        self._ip("link", "add", self.name, "type", "bridge")
        self._ip("address", "add", self.address(1) + "/24", "dev", self.name)
        self._ip("link", "set", self.name, "up")

    def address(self, last: int) -> str:
        return "%s.%d" % (self.prefix, last)

    def lines(self, last: int = 0, index: int = 0) -> list:
        """Configuration of a container with an interface there; LAST: of its static address, 0: none."""
        lines = ["lxc.net.%d.%s" % (index, rest) for rest in ("type = veth", "link = " + self.name, "flags = up",
                                                              "name = eth%d" % index)]
        return lines + (["lxc.net.%d.ipv4.address = %s/24" % (index, self.address(last))] if last else [])

    def remove(self) -> None:
        self._ip("link", "delete", self.name)

    @staticmethod
    def _ip(*arguments) -> None:
        subprocess.run(["ip", *arguments], check=True)
