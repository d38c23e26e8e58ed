"""Runs a compiled module the way ansible-core does: the path of a JSON file is its only argument."""
import itertools
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

# Nothing of the machine's own configuration may reach the program under test.
CLEARED = ("KUBECONFIG", "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT", "http_proxy", "https_proxy", "HTTP_PROXY",
           "HTTPS_PROXY", "no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY")

# A process inherits the peak of memory of the one that it was forked from, so that a small one has to do it.
MEASURE = """
import json, os, sys
child = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(child, 0)
with open(sys.argv[1], "w") as out:
    json.dump([usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024], out)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def heed_signals():
    """A signal that is ignored stays so in children: tests that run under nohup would find SIGHUP without effect."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


class Outcome:
    """What one run left behind. Keys of the result are read as outcome["changed"], outcome.get("msg")."""

    def __init__(self, process, requests):
        self.rc = process.returncode
        self.stdout = process.stdout.decode()
        self.stderr = process.stderr.decode(errors="replace")
        self.requests = requests  # audit events of the run, oldest first; None without a server
        self.data = self._parse()

    def _parse(self):
        """Exactly one JSON object on stdout, ASCII, and nothing on stderr: anything else is a defect."""
        assert self.stdout.isascii(), self.stdout
        lines = [line for line in self.stdout.split("\n") if line]
        assert len(lines) == 1, "rc %d, stdout %r, stderr %s" % (self.rc, self.stdout[-2000:], self.stderr[-4000:])
        data = json.loads(lines[0])
        assert isinstance(data, dict)
        assert isinstance(data.get("changed"), bool), data
        assert self.rc == (1 if data.get("failed") else 0), (self.rc, data, self.stderr)
        assert not self.stderr, self.stderr
        return data

    def __getitem__(self, key):
        return self.data[key]

    def get(self, key, default=None):
        return self.data.get(key, default)

    @property
    def failed(self) -> bool:
        return bool(self.data.get("failed"))

    @property
    def changed(self) -> bool:
        return self.data["changed"]

    @property
    def msg(self) -> str:
        return self.data.get("msg", "")

    @property
    def warnings(self) -> list:
        return self.data.get("warnings", [])

    @property
    def results(self) -> list:
        """The results of a task with several objects."""
        return self.data["result"]["results"]

    @property
    def verbs(self) -> list:
        """[(verb, resource), …] of the requests that reached the server."""
        return [(event["verb"], event.get("objectRef", {}).get("resource")) for event in self.requests]

    @property
    def text(self) -> str:
        """Everything that the program said, for "no secret in it"."""
        return self.stdout + self.stderr


class Module:
    """A module's program with the environment that its runs share."""

    def __init__(self, program: Path, directory: Path, environment=None, server=None, user="module"):
        self.program = program
        self.directory = directory
        self.environment = {name: value for name, value in os.environ.items()
                            if name not in CLEARED and not name.startswith("K8S_AUTH_")}
        self.environment.update(environment or {})
        self.server = server
        self.user = user
        self._numbers = itertools.count(1)

    def __call__(self, check=False, diff=False, env=None, cwd=None, timeout=120, internal=None, **options) -> Outcome:
        """Runs it with OPTIONS. env: further variables, None removes one. internal: further _ansible_* keys."""
        process, mark = self.start(check, diff, env, cwd, internal, **options)
        return self.finish(process, mark, timeout)

    def finish(self, process, mark, timeout=120) -> Outcome:
        """What became of a run that was started."""
        stdout, stderr = process.communicate(timeout=timeout)
        finished = subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)
        requests = self.server.requests(mark, user=self.user) if self.server else None
        return Outcome(finished, requests)

    def measured(self, **arguments):
        """(Outcome, seconds of CPU time, peak of memory in bytes)."""
        usage = self.directory / "usage"
        process, mark = self.start(launcher=[sys.executable, "-S", "-c", MEASURE, str(usage)], **arguments)
        outcome = self.finish(process, mark)
        return (outcome,) + tuple(json.loads(usage.read_text()))

    def start(self, check=False, diff=False, env=None, cwd=None, internal=None, launcher=(), **options):
        """Starts it and returns (Popen, mark of the audit log), for tests that disturb it while it runs."""
        arguments = dict(options)
        arguments.update({"_ansible_check_mode": check, "_ansible_diff": diff, "_ansible_verbosity": 0,
                          "_ansible_version": "2.19.6", "_ansible_no_log": True,
                          "_ansible_module_name": "osa_ops.mcapi_vexxhost." + self.program.name})
        arguments.update(internal or {})
        path = self.directory / ("args-%d.json" % next(self._numbers))
        path.write_text(json.dumps(arguments))
        environment = dict(self.environment)
        environment.update({name: value for name, value in (env or {}).items() if value is not None})
        for name in [name for name, value in (env or {}).items() if value is None]:
            environment.pop(name, None)
        mark = self.server.audit.mark() if self.server else None
        process = subprocess.Popen([*launcher, str(self.program), str(path)], env=environment, cwd=cwd or self.directory,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   preexec_fn=heed_signals)
        return process, mark
