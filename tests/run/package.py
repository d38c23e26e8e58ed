"""What is asked of the collection once it is installed; SUITE counts the answers."""
import shutil
from pathlib import Path

from runner import ROOT

GALAXY = "osa_ops.mcapi_vexxhost"


def check_modules(suite, work, environment):
    """Each documented module is there, executable, and ansible-doc can show it."""
    installed = Path(work) / "ansible_collections" / GALAXY.replace(".", "/")
    for sidecar in sorted((installed / "plugins/modules").glob("*.yml")):
        suite.step("test", "-x", sidecar.with_suffix(""))
        for form in ([], ["-s"], ["-j"]):
            suite.step("ansible-doc", "-t", "module", *form, "%s.%s" % (GALAXY, sidecar.stem), env=environment)


def check_style(suite, work, environment):
    """ansible-lint and ansible-test want a git repository in a path of a certain shape: a copy, then."""
    installed = work / "ansible_collections" / GALAXY.replace(".", "/")
    copy = work / "style/ansible_collections" / GALAXY.replace(".", "/")
    shutil.copytree(installed, copy)
    shutil.copy(ROOT / "galaxy.yml", copy)
    (copy / "playbooks").mkdir(exist_ok=True)
    for playbook in (ROOT / "tests/demo").glob("*.yml"):
        shutil.copy(playbook, copy / "playbooks")
    for name in ("MANIFEST.json", "FILES.json"):
        (copy / name).unlink()
    # What is built is not under version control, and these tools look at nothing else.
    (copy / ".gitignore").write_text("".join("/plugins/modules/%s\n" % p.stem
                                             for p in (copy / "plugins/modules").glob("*.yml")), encoding="utf-8")
    suite.run("git", "init", "-q", copy)
    suite.run("git", "-C", copy, "add", ".")
    suite.step("ansible-lint", "--profile", "production", "--offline", "--strict", cwd=copy, env=environment)
    tests = ("action-plugin-docs", "ansible-doc", "empty-init", "no-smart-quotes", "shebang", "symlinks")
    suite.step("ansible-test", "sanity", *(word for test in tests for word in ("--test", test)), cwd=copy,
               env=dict(environment, ANSIBLE_COLLECTIONS_PATH=str(work / "style")))
