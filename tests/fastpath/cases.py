"""What is tried on each host: a state of the cache, a task, and what has to come of it.

Hosts: `here` is the local connection as root, `there` is ssh as an ordinary user who may sudo.
"""
from typing import NamedTuple, Optional, Tuple

PLAIN = "plain"  # the number of commands that Ansible itself needs, five or more
HIT, MISS = 1, 3
BECOME = ("no", "root", "unprivileged")
BOTH = ("here", "there")
TEXT = "it's \"quoted\" $HOME `id` \\ \u00fc \u2028 end"


class Case(NamedTuple):
    state: str
    commands: object            # a number, or PLAIN, or (number, PLAIN) for both together
    become: str = "no"
    hosts: Tuple[str, ...] = BOTH
    module: str = "probe"
    args: Optional[dict] = None
    keywords: Optional[dict] = None   # of the task
    variables: Optional[dict] = None
    want: Optional[dict] = None       # a part of the result
    placed: Optional[bool] = None     # whether the program is in the cache afterwards
    everywhere: bool = False          # on each ansible-core, not only on the main one


def matrix():
    for become in BECOME:
        def case(state, commands, placed, everywhere=False, **variables):
            return "%s, become %s%s" % (state, become, ", no pipelining" if variables else ""), Case(
                state, commands, become, args={"note": TEXT}, variables=variables, want={"note": TEXT, "failed": False},
                placed=placed, everywhere=everywhere)
        yield case("hit", HIT, True, True)
        yield case("none", MISS, True, True)
        yield case("none", PLAIN, False, True, ansible_pipelining=False)
        yield case("hit", PLAIN, True, False, ansible_pipelining=False)
        for state in ("foreign_cpu", "file_of_other", "file_is_link", "old_files"):
            yield case(state, MISS, True)
        for state in ("readonly", "noexec", "noexec_filled", "missing", "folder_of_other", "folder_is_link",
                      "parent_is_link", "parent_of_other", "home_of_other"):
            yield case(state, (1, PLAIN), None)
        yield case("file_is_folder_link", MISS, True)


LONG = "x" * 300000
HERE, THERE = ("here",), ("there",)

KEYWORDS = {
    "loop": Case("hit", 3, keywords={"loop": ["a", "b", "c"]}, args={"note": "{{ item }}"}, everywhere=True),
    "check mode": Case("hit", HIT, keywords={"check_mode": True}, want={"predicted": True, "applied": False},
                       everywhere=True),
    "no_log": Case("hit", HIT, keywords={"no_log": True}, args={"secret": "sesame", "note": "sesame"},
                   want={"note": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"}, everywhere=True),
    # The probe takes the secret from the environment, and so hides a note that equals it.
    "environment": Case("hit", HIT, keywords={"environment": {"PROBE_SECRET": TEXT}}, args={"note": TEXT},
                        want={"note": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"}, everywhere=True),
    "environment of root": Case("hit", HIT, "root", keywords={"environment": {"PROBE_SECRET": TEXT}},
                                args={"note": TEXT}, want={"note": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"}),
    "async": Case("hit", PLAIN, keywords={"async": 20, "poll": 1}, args={"note": "later"},
                  want={"note": "later"}, everywhere=True),
    "module defaults": Case("hit", HIT, want={"size": 7}, everywhere=True, keywords={
        "module_defaults": {"group/osa_ops.mcapi_vexxhost.mcapi": {"size": 7}}}),
    "delegation": Case("hit", 0, hosts=HERE, keywords={"delegate_to": "there"}, args={"note": "from afar"},
                       want={"note": "from afar"}, everywhere=True),
    "failure": Case("hit", HIT, args={"fail": "no luck"}, want={"failed": True, "msg": "no luck"}, everywhere=True),
    "wrong option": Case("hit", HIT, args={"size": "many"}, want={"failed": True}),
    "long, hit": Case("hit", HIT, args={"note": LONG}, want={"note": LONG}),
    "long, miss": Case("none", MISS, args={"note": LONG}, want={"note": LONG}, everywhere=True),
    "long, refused": Case("noexec", (1, PLAIN), args={"note": LONG}, want={"note": LONG}),
    "long, foreign": Case("foreign_cpu", MISS, args={"note": LONG}, want={"note": LONG}),
    "switched off": Case("hit", PLAIN, args={"note": "x"}, want={"note": "x"}, everywhere=True,
                         variables={"mcapi_fast_path": "{{ 'no' }}"}),
    "bash": Case("none", MISS, want={"failed": False}, variables={"ansible_shell_executable": "/bin/bash"}),
    "su": Case("hit", PLAIN, "unprivileged", HERE, variables={"ansible_become_method": "su"}, everywhere=True,
               want={"failed": False}),
    "deaf": Case("hit", PLAIN, hosts=HERE, variables={"shape": "deaf"}, want={"failed": False}, everywhere=True),
    "input stays open, hit": Case("hit", HIT, hosts=HERE, variables={"shape": "open"}, args={"note": LONG},
                                  want={"note": LONG}, everywhere=True),
    # The program cannot come that way, so it is uploaded: a folder, the file, its removal, and a second attempt.
    "input stays open, miss": Case("none", MISS + 4, hosts=HERE, variables={"shape": "open"}, placed=True,
                                   args={"note": "x"}, want={"note": "x"}, everywhere=True),
    "tampered on the way": Case("none", (2, PLAIN), hosts=HERE, variables={"shape": "tampering"}, placed=True,
                                args={"note": "x"}, want={"note": "x"}),
    "login shell, hit": Case("hit", HIT, hosts=THERE, variables={"ansible_connection": "loud_ssh"},
                             args={"note": TEXT}, want={"note": TEXT}, everywhere=True),
    "login shell, miss": Case("none", MISS, hosts=THERE, variables={"ansible_connection": "loud_ssh"}, placed=True,
                              args={"note": TEXT}, want={"note": TEXT}, everywhere=True),
    "login shell, root": Case("none", MISS, "root", hosts=THERE, variables={"ansible_connection": "loud_ssh"},
                              placed=True, want={"failed": False}),
    # Programs for two CPUs, where the default is the one for this machine, or the other one.
    "two, hit": Case("hit", HIT, module="probe_two", args={"note": "x"}, want={"note": "x"}, everywhere=True),
    "two, miss": Case("none", MISS, module="probe_two", args={"note": "x"}, want={"note": "x"}, placed=True),
    "second, miss": Case("none", MISS, module="probe_second", args={"note": "x"}, want={"note": "x"}, placed=True),
    "second, no pipelining": Case("none", PLAIN, module="probe_second", args={"note": "x"}, want={"note": "x"},
                                  variables={"ansible_pipelining": False}, everywhere=True),
    # The only program is for another CPU: as without the cache, the error is the one of the system.
    "foreign": Case("none", (MISS, PLAIN), module="probe_foreign", want={"failed": True, "rc": 126}, everywhere=True),
    "neither": Case("none", (1, PLAIN), module="probe_neither", want={"failed": True, "rc": 126}),
}

CASES = dict(list(matrix()) + list(KEYWORDS.items()))
