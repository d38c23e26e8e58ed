"""What a run of a playbook came to, from what it printed."""
import re

from osa import recap


def succeeded(done):
    failures = [line for line in done.stdout.splitlines() if line.startswith("fatal: ")]
    assert done.returncode == 0, "\n".join(failures) or done.stdout[-6000:]
    return recap(done.stdout)


def changes(done):
    return sum(counts["changed"] for counts in succeeded(done).values())


def changed_tasks(done):
    """Names of tasks, without those of their roles, that changed something."""
    succeeded(done)
    parts = re.split(r"^(?:TASK|RUNNING HANDLER) \[(?:\S+ : )?(.*)\] \*+$", done.stdout, flags=re.M)
    return [name for name, output in zip(parts[1::2], parts[2::2]) if re.search("^changed: ", output, re.M)]
