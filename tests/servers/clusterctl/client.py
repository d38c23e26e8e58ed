"""The real clusterctl as a command: in a home of its own, with nothing of the machine's configuration, and offline."""
import itertools
import json
import os
import subprocess
from pathlib import Path

from servers.clusterctl import build

PANIC = 2  # the exit status of a Go program that crashed
SECONDS = 600


class Answer:
    """What one run left behind."""

    def __init__(self, process, requests):
        self.rc = process.returncode
        self.stdout = process.stdout
        self.stderr = process.stderr
        self.requests = requests  # audit events of the run, oldest first; None without a server

    @property
    def failed(self) -> bool:
        return self.rc != 0

    @property
    def error(self) -> str:
        """The text behind "Error: ", which is the last thing that it prints; "" without."""
        _, found, text = self.stderr.partition("Error: ")
        return text.rstrip("\n") if found else ""

    @property
    def log(self) -> list:
        """The lines that it logged before the error."""
        return self.stderr.partition("Error: ")[0].splitlines()

    def __repr__(self):
        return "clusterctl: exit status %d\n%s%s" % (self.rc, self.stdout, self.stderr)


class Clusterctl:
    """clusterctl of a version with a configuration file that each call may replace.

    directory: where its home and its configuration files go. server: a KubeServer, or None for commands that need none.
    config: the configuration as a dict: {"providers": […], "images": …}.
    """

    def __init__(self, directory, server=None, config=None, version=build.MAIN_VERSION):
        self.program = build.build(version)
        self.version = version
        self.directory = Path(directory)
        self.server = server
        self.config = dict(config or {})
        self.home = self.directory / "home"
        (self.home / "config").mkdir(parents=True, exist_ok=True)
        (self.home / "overrides").mkdir(exist_ok=True)
        self.kubeconfig = None
        if server is not None:
            pair = server.pki.authority().client("clusterctl", ["system:masters"])
            self.kubeconfig = server.kubeconfig_for("clusterctl", pair)
        self._numbers = itertools.count(1)

    def environment(self, env=None) -> dict:
        """Never that of the test: a variable of the machine could fill in a template."""
        values = {"PATH": os.defpath, "HOME": str(self.home), "XDG_CONFIG_HOME": str(self.home / "config"),
                  "CLUSTERCTL_DISABLE_VERSIONCHECK": "true", "GOPROXY": "off"}
        values.update(env or {})
        return values

    def write_config(self, config) -> Path:
        """Writes a configuration file (JSON is YAML) and returns its path."""
        if isinstance(config, Path):
            return config
        path = self.directory / ("clusterctl-%d.yaml" % next(self._numbers))
        path.write_text(config if isinstance(config, str) else
                        json.dumps({"overridesFolder": str(self.home / "overrides"), **config}), encoding="utf-8")
        return path

    def __call__(self, *arguments, env=None, config=None, kubeconfig=None, timeout=SECONDS) -> Answer:
        """Runs it. config: a dict, the text of a file, or a Path, instead of the usual one. kubeconfig: another one."""
        process, mark = self.start(*arguments, env=env, config=config, kubeconfig=kubeconfig)
        return self.finish(process, mark, timeout)

    def start(self, *arguments, env=None, config=None, kubeconfig=None):
        """(Popen, mark of the audit log), for tests that disturb it while it runs."""
        argv = [str(self.program), *map(str, arguments),
                "--config", str(self.write_config(self.config if config is None else config))]
        kubeconfig = kubeconfig or self.kubeconfig
        if kubeconfig and arguments[0] in ("init", "upgrade", "delete"):
            argv += ["--kubeconfig", str(kubeconfig)]
        mark = self.server.audit.mark() if self.server else None
        # It lives for seconds: collecting garbage is a good part of its work.
        environment = dict(self.environment(env), GOGC="300")
        process = subprocess.Popen(argv, env=environment, cwd=self.directory, text=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return process, mark

    def finish(self, process, mark, timeout=SECONDS) -> Answer:
        """What became of a run that was started."""
        try:
            stdout, stderr = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise
        requests = self.server.requests(mark, user="clusterctl") if self.server else None
        return Answer(subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr), requests)
