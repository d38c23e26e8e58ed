"""What containers of one lxcpath leave on the machine: processes, mounts, cgroups, loop devices, locks, network."""
import os
import time
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
OWN_LOCKS = Path("/run/lock/ansible-lxc")


def _read(path) -> str:
    try:
        return Path(path).read_bytes().decode(errors="replace")
    except OSError:
        return ""


def pids():
    return [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]


def _is_zombie(pid) -> bool:
    return _read("/proc/%d/stat" % pid).rpartition(")")[2].split()[:1] in (["Z"], ["X"])


def alive(ids) -> list:
    return [pid for pid in ids if os.path.exists("/proc/%d" % pid) and not _is_zombie(pid)]


def monitors(lxcpath, name=None) -> list:
    """Ids of the monitors of a container, by the title that liblxc gives them; without a name of all below LXCPATH."""
    wanted = "[lxc monitor] %s" % lxcpath + (" %s" % name if name else "")
    titles = {pid: _read("/proc/%d/cmdline" % pid).rstrip("\0 ").replace("\0", " ") for pid in pids()}
    return [pid for pid, title in titles.items() if title == wanted or (not name and title.startswith(wanted))]


def cgroups(name, kinds=("payload", "monitor")) -> list:
    """Cgroups of the container NAME, also those with liblxc's suffixes -1, -2, …."""
    found = []
    for kind in kinds:
        for pattern in ("*/lxc.%s.%s", "*/lxc.%s.%s-[0-9]*", "lxc.%s.%s", "lxc.%s.%s-[0-9]*"):
            found += CGROUPS.glob(pattern % (kind, name))
    return found


def processes(name) -> list:
    """Ids of what runs inside the container."""
    found = set()
    for folder in cgroups(name, ("payload",)):
        for place, _, _ in os.walk(folder):  # which bears with groups that vanish meanwhile; rglob does not
            found.update(int(pid) for pid in _read(Path(place) / "cgroup.procs").split())
    return sorted(pid for pid in found if not _is_zombie(pid))


def mounts(folder) -> list:
    """Mount points below a folder, in this mount namespace."""
    points = [line.split()[4] for line in _read("/proc/self/mountinfo").splitlines()]
    points = [point.encode().decode("unicode_escape") for point in points]
    return [point for point in points if point == str(folder) or point.startswith(str(folder) + "/")]


def loop_devices(folder) -> list:
    found = []
    for backing in Path("/sys/block").glob("loop*/loop/backing_file"):
        if _read(backing).startswith(str(folder) + "/"):
            found.append(backing.parts[3])
    return found


def locks(lxcpath, name) -> list:
    """Locks that somebody still holds. The files themselves may stay: removing one is a race with its next user."""
    held = set()
    for line in _read("/proc/locks").splitlines():
        fields = line.split()
        if "->" not in fields:
            held.add(fields[5])
    found = []
    files = [Path("/run/lxc/lock") / str(lxcpath).lstrip("/") / ("." + name)]
    files += OWN_LOCKS.glob("*-%s.lock" % name)
    for path in files:
        try:
            status = path.stat()
        except FileNotFoundError:
            continue
        key = "%02x:%02x:%d" % (os.major(status.st_dev), os.minor(status.st_dev), status.st_ino)
        if key in held:
            found.append(path)
    return found


def sweep_cgroups(name) -> None:
    """Removes what liblxc cannot: a monitor's cgroup is busy until somebody collects the dead monitor, which on a machine
    without a service manager can take seconds."""
    for folder in cgroups(name):
        for path in sorted(folder.rglob("*"), reverse=True):
            if path.is_dir():
                _rmdir(path)
        _rmdir(folder)


def _rmdir(path) -> None:
    try:
        path.rmdir()
    except OSError:
        pass


def left(lxcpath, name, thorough=False) -> list:
    """A sentence for each trace of the container LXCPATH/NAME. Cgroups of dead monitors count if THOROUGH alone."""
    folder = Path(lxcpath) / name
    found = ["monitor %d" % pid for pid in alive(monitors(lxcpath, name))]
    found += ["process %d: %s" % (pid, _read("/proc/%d/cmdline" % pid).replace("\0", " ")) for pid in processes(name)]
    found += ["mount %s" % point for point in mounts(folder)]
    found += ["loop device %s" % device for device in loop_devices(folder)]
    found += ["lock %s" % path for path in locks(lxcpath, name)]
    found += ["cgroup %s" % path for path in cgroups(name) if thorough or ".payload." in path.name]
    if thorough and all(sentence.startswith("cgroup") for sentence in found):
        sweep_cgroups(name)
        found = ["cgroup %s" % path for path in cgroups(name)]
    return found


def none_left(lxcpath, name, seconds=10) -> None:
    """Waits until there is no trace, and fails when there still is one."""
    deadline = time.monotonic() + seconds
    found = left(lxcpath, name)
    while found and time.monotonic() < deadline:
        time.sleep(0.02)
        found = left(lxcpath, name)
    assert not found, "left behind by %s/%s: %s" % (lxcpath, name, ", ".join(found))
