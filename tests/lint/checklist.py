#!/usr/bin/env python3
"""Each case of a module's conformance checklist has a test whose name begins with its number: test_007_….

Most checklists count from 1, so that the folder of a test says whose number it bears.
"""
import re
import sys
from dataclasses import dataclass

import tree


@dataclass(frozen=True)
class Checklist:
    module: str
    cases: range
    folders: tuple = ()  # whose tests bear its numbers; (): those that are nobody else's
    complete: bool = True  # a case without a test is a finding


CHECKLISTS = (
    Checklist("capi_backup", range(1, 97), ("capi_backup", "backup")),
    Checklist("clusterctl_init", range(1, 111), ("clusterctl_init", "capi")),
    Checklist("lxc_container", range(1, 129), ("lxc_container",)),
    Checklist("magnum_template", range(1, 131), ("magnum_template", "ostack")),
    Checklist("mcapi_proxy", range(74, 89), ("mcapi_proxy", "daemon")),
    Checklist("roles", range(1, 135), ("roles", "aio", "magnum_service"), complete=False),
    Checklist("k8s_apply", range(1, 125)),
)
NAME = re.compile(r"\btest_(\d{3})_\w+")


def owner(path):
    """The checklist that the numbers in the file PATH, relative to the root, belong to."""
    return next(c for c in CHECKLISTS if not c.folders or set(c.folders) & set(path.parts))


def numbers(root):
    """{module: numbers of its tests}"""
    found = {checklist.module: set() for checklist in CHECKLISTS}
    for path in tree.files(root, "*.py", "*.c", under=("tests",)):
        relative = path.relative_to(root)
        if "lint" not in relative.parts:
            found[owner(relative).module].update(map(int, NAME.findall(path.read_text(encoding="utf-8"))))
    return found


def check(root):
    found = numbers(root)
    for checklist in CHECKLISTS:
        there, where = found[checklist.module], "tests/integration/" + checklist.module
        for number in checklist.cases:
            if checklist.complete and number not in there:
                yield tree.Finding(where, 1, "case %d has no test: no name begins with test_%03d_" % (number, number))
        for number in sorted(there - set(checklist.cases)):
            yield tree.Finding(where, 1, "test_%03d_… is no case of the checklist" % number)


if __name__ == "__main__":
    sys.exit(tree.main(check))
