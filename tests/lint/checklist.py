#!/usr/bin/env python3
"""Each case of a conformance checklist has a test whose name begins with its number: test_007_…. Where a checklist has tables
(acceptance.py), a case may be held by tests of other names instead, or have a line that says why nothing tests it.

Most checklists count from 1, so that the folder of a test says whose number it bears.
"""
import re
import sys
from dataclasses import dataclass, field

import acceptance
import tree


@dataclass(frozen=True)
class Checklist:
    module: str
    cases: tuple  # or a range
    folders: tuple = ()  # whose tests bear its numbers; (): those that are nobody else's
    guests: tuple = ()  # cases of other checklists that tests in these folders may bear too
    elsewhere: dict = field(default_factory=dict)  # case: names of tests that hold it without bearing its number
    partly: dict = field(default_factory=dict)  # case: what of it the tests that it has do not hold
    not_tested: dict = field(default_factory=dict)  # case: why it has no test


CHECKLISTS = (
    Checklist("capi_backup", range(1, 97), ("capi_backup", "backup")),
    Checklist("clusterctl_init", range(1, 111), ("clusterctl_init", "capi")),
    Checklist("lxc_container", range(1, 129), ("lxc_container",)),
    Checklist("magnum_template", range(1, 131), ("magnum_template", "ostack")),
    Checklist("mcapi_proxy", range(74, 89), ("mcapi_proxy", "daemon")),
    Checklist("roles", (*range(1, 74), *range(89, 96)), ("roles", "aio", "magnum_service"), (*range(74, 89), *range(131, 137)),
              acceptance.ELSEWHERE, acceptance.PARTLY, acceptance.NOT_TESTED),
    Checklist("a module of Ansible", range(1, 12), ("no folder: no name bears its numbers",), elsewhere=acceptance.CONTRACT),
    Checklist("k8s_apply", range(1, 125)),
)
DEFINED = re.compile(r"^\s*(?:def|static void|void)\s+(test_\w+)\(", re.MULTILINE)
NUMBERED = re.compile(r"test_(\d{3})_\w+")


def owner(path):
    """The checklist that the numbers in the file PATH, relative to the root, belong to."""
    return next(c for c in CHECKLISTS if not c.folders or set(c.folders) & set(path.parts))


def tests(root):
    """({module: numbers of its tests}, names of all tests)"""
    found, names = {checklist.module: set() for checklist in CHECKLISTS}, set()
    for path in tree.files(root, "*.py", "*.c", under=("tests",)):
        relative = path.relative_to(root)
        if "lint" not in relative.parts:
            defined = DEFINED.findall(path.read_text(encoding="utf-8"))
            found[owner(relative).module].update(int(match[1]) for match in map(NUMBERED.match, defined) if match)
            names.update(defined)
    return found, names


def check_tables(checklist, there, names):
    """What the tables of CHECKLIST say is so. There: numbers that its tests bear; names: of all tests."""
    def finding(number, text):
        return tree.Finding("tests/lint/acceptance.py", 1, "case %d of %s %s" % (number, checklist.module, text))

    held = there | set(checklist.elsewhere)
    for number, others in sorted(checklist.elsewhere.items()):
        for name in others:
            if name not in names:
                yield finding(number, "is held by %s, which is no test" % name)
    for number in sorted(set(checklist.not_tested) & held):
        yield finding(number, "has a test, and a line that says that it has none")
    for number in sorted(set(checklist.partly) - held):
        yield finding(number, "has no test that could hold a part of it")
    for number in sorted((set(checklist.elsewhere) | set(checklist.partly) | set(checklist.not_tested)) - set(checklist.cases)):
        yield finding(number, "is in a table, and no case")


def check(root):
    found, names = tests(root)
    for checklist in CHECKLISTS:
        there, where = found[checklist.module], "tests/integration/" + checklist.module
        for number in checklist.cases:
            if number not in there and number not in checklist.elsewhere and number not in checklist.not_tested:
                yield tree.Finding(where, 1, "case %d has no test: no name begins with test_%03d_" % (number, number))
        for number in sorted(there - set(checklist.cases) - set(checklist.guests)):
            yield tree.Finding(where, 1, "test_%03d_… is no case of the checklist" % number)
        yield from check_tables(checklist, there, names)


if __name__ == "__main__":
    sys.exit(tree.main(check))
