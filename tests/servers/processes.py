"""Server processes that never outlive the program that started them.

A Keeper is a small child process that starts the servers. It holds the read end of a pipe whose other end the owner
holds: when the owner stops, crashes or is killed, the pipe ends, and the keeper ends the servers. Should the keeper
itself be killed, the kernel kills the servers (PR_SET_PDEATHSIG). Processes are ended by id only.
"""
import ctypes
import json
import os
import select
import shlex
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
MORTAL = ("setpriv", "--pdeathsig", "KILL")  # before a command: it ends with the process that started it, however that ends
GRACE_SECONDS = 5  # from SIGTERM to SIGKILL
LOOK_SECONDS = 1  # how often a keeper looks after its owner and its servers


def prctl(option: int, value: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def start_time(pid: int):
    """The start time of a process in clock ticks since boot, or None without such a process (or only its zombie).

    Together with the id it names one process for ever, since ids are used again.
    """
    try:
        fields = Path("/proc/%d/stat" % pid).read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return None
    return None if fields[0] in "ZX" else int(fields[19])


def is_alive(pid: int, started: int) -> bool:
    return started is not None and start_time(pid) == started


def end(pid: int, started: int, grace: float = GRACE_SECONDS) -> None:
    """Ends the process with that id and start time, politely first. Does nothing when it is gone."""
    for number, seconds in ((signal.SIGTERM, grace), (signal.SIGKILL, 5)):
        if not is_alive(pid, started):
            return
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + seconds
        while is_alive(pid, started) and time.monotonic() < deadline:
            time.sleep(0.02)


def last_lines(path: Path, count: int = 15) -> str:
    try:
        with open(path, "rb") as log:
            log.seek(max(0, os.path.getsize(path) - 16384))
            return "\n".join(log.read().decode(errors="replace").splitlines()[-count:])
    except OSError as error:
        return str(error)


class Process:
    """A server that a keeper started, as the owner sees it."""

    def __init__(self, keeper, name: str, pid: int, log: Path):
        self.name = name
        self.pid = pid
        self.log = log
        self.started = start_time(pid)
        self._keeper = keeper

    def alive(self) -> bool:
        return is_alive(self.pid, self.started)

    def stop(self, grace: float = GRACE_SECONDS) -> None:
        self._keeper.call({"stop": self.pid, "grace": grace})


class Keeper:
    """The owner's side: start() servers, stop() them all."""

    def __init__(self, log: Path):
        self._lock = threading.Lock()
        with open(log, "ab") as errors:
            self._child = subprocess.Popen(
                [sys.executable, "-I", __file__, str(os.getpid())], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                # A session of its own: Ctrl-C in the terminal reaches the owner, which then stops things in order.
                # Its own log: inheriting stderr would keep a pipe open that somebody reads to its end.
                stderr=errors, start_new_session=True)
        self.pid = self._child.pid

    def start(self, name: str, argv, log: Path, cwd: Path) -> Process:
        answer = self.call({"start": [str(a) for a in argv], "log": str(log), "cwd": str(cwd)})
        return Process(self, name, answer["pid"], log)

    def call(self, request: dict) -> dict:
        with self._lock:
            if self._child is None:
                raise RuntimeError("the servers were stopped")
            try:
                self._child.stdin.write(json.dumps(request).encode() + b"\n")
                self._child.stdin.flush()
                line = self._child.stdout.readline()
            except BrokenPipeError:
                line = b""
        if not line:
            raise RuntimeError("the process that keeps the servers is gone")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer

    def stop(self, grace: float = GRACE_SECONDS) -> None:
        """Ends every server, the last started first, and the keeper. Harmless twice."""
        with self._lock:
            child, self._child = self._child, None
        if child is not None:
            try:
                child.stdin.write(json.dumps({"stop": "all", "grace": grace}).encode() + b"\n")
                child.stdin.flush()
            except BrokenPipeError:
                pass  # killed by somebody: the kernel has ended the servers
            child.stdin.close()
            child.wait()
            child.stdout.close()


class _Servers:
    """The keeper's side: its children, in the order they were started."""

    def __init__(self):
        self._pids = []

    def start(self, argv, log, cwd) -> dict:
        keeper = os.getpid()

        def tie():
            prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != keeper:  # it died before the line above
                os._exit(1)

        # Programs in Go collect garbage a third as often: they live for minutes, and time is what tests lack.
        environment = {"GOGC": "300", **os.environ}
        with open(log, "ab") as output:
            child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=cwd,
                                     env=environment, preexec_fn=tie, start_new_session=True)
        self._pids.append(child.pid)
        child.returncode = 0  # reap() collects it; Popen must not
        return {"pid": child.pid}

    def stop(self, pid, grace=GRACE_SECONDS) -> dict:
        if pid in self._pids:
            self._pids.remove(pid)
            self._end(pid, grace)
        return {}

    def stop_all(self, grace=GRACE_SECONDS) -> dict:
        while self._pids:
            self.stop(self._pids[-1], grace)
        for pid in self._adopted():
            self._end(pid, 0)
        return {}

    def reap(self) -> None:
        """Collects dead children, so that they do not stay as zombies and look alive."""
        try:
            pid = os.waitpid(-1, os.WNOHANG)[0]
            while pid:
                if pid in self._pids:
                    self._pids.remove(pid)  # from here on the id may belong to anybody
                pid = os.waitpid(-1, os.WNOHANG)[0]
        except ChildProcessError:
            pass

    @staticmethod
    def _adopted():
        """Processes that servers left behind: as subreaper the keeper is their parent now."""
        try:
            return [int(p) for p in Path("/proc/self/task/%d/children" % os.getpid()).read_text().split()]
        except OSError:
            return []

    def _end(self, pid, grace) -> None:
        # No id can be recycled here: a child keeps its id until it is waited for.
        for number, seconds in ((signal.SIGTERM, grace), (signal.SIGKILL, 5)):
            deadline = time.monotonic() + seconds
            try:
                os.kill(pid, number)
                while os.waitpid(pid, os.WNOHANG)[0] == 0:
                    if time.monotonic() >= deadline:
                        break
                    time.sleep(0.01)
                else:
                    return
            except (ChildProcessError, ProcessLookupError):
                return


def _serve(servers: _Servers, request: dict) -> dict:
    try:
        if "start" in request:
            return servers.start(request["start"], request["log"], request["cwd"])
        if request["stop"] == "all":
            return servers.stop_all(request["grace"])
        return servers.stop(request["stop"], request["grace"])
    except OSError as error:
        return {"error": str(error)}


def _keep(owner: int) -> None:
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    # Only the owner's end counts. A handler and not SIG_IGN, which the servers would inherit.
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    servers = _Servers()
    buffered = b""
    try:
        # The pipe tells at once, unless a child that the owner forked without exec holds it open too: so the parent is
        # looked at as well.
        while os.getppid() == owner:
            ready = select.select([0], [], [], LOOK_SECONDS)[0]
            servers.reap()
            if not ready:
                continue
            data = os.read(0, 65536)
            if not data:
                break
            *lines, buffered = (buffered + data).split(b"\n")
            for line in lines:
                os.write(1, json.dumps(_serve(servers, json.loads(line))).encode() + b"\n")
    finally:
        servers.stop_all()


def stay(make, detached: bool) -> int:
    """What a program does with the server that MAKE makes: prints its variables, then an empty line, and keeps it until a
    signal comes or, unless DETACHED, the caller ends. The exit status."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(0))
    if not detached:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    try:
        server = make()
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    with server:
        for name, value in server.variables().items():
            print("%s=%s" % (name, shlex.quote(value)))
        print(flush=True)  # an empty line says that this is all
        while True:
            signal.pause()


if __name__ == "__main__":
    _keep(int(sys.argv[1]))
