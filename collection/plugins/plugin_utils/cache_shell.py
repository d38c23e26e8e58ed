# Copyright: osa_ops.mcapi_vexxhost authors
# SPDX-License-Identifier: Apache-2.0
"""The shell's share of the cache on the target: the lines to run there and the answers they give. Runs nothing itself.

The cache is ~/.cache/mcapi of the user who executes the module. A file there is named by the sha256 of its content and
was compared with that name before it got it. Running one therefore checks only that nobody but the same user (or root)
could have changed it since: home, folders and file belong to the executing user, and none of ours is a link. These
tests are built into the shell and cost nothing. A shell that lacks one of them says no, and the cache is not used.

The lines work in the positional parameters, because a variable could be one of the environment that the module gets:
$1 and $2 are the folders, $3 the name of the file.
"""

from __future__ import annotations

import re

# Statuses that neither our modules nor shells, sudo and ssh use, each with a line on standard output.
MISS = 213
UNUSABLE = 214
PLACED = 215
CANNOT_EXECUTE = (126, 127)  # the shell's own: nothing was started

ANSWER = re.compile(r"^mcapi-cache (\w+) ([^\r\n]*)\r?$", re.MULTILINE)
# On a line of its own, whatever a profile has printed.
TELL = 'printf "\\nmcapi-cache %s %s\\n" $4 "$(uname -m)"; exit $4'
PRUNE_DAYS = 30

OWN_FOLDERS = ('[ -O "$HOME" ] && [ -d "$1" ] && [ -O "$1" ] && [ ! -L "$1" ] '
               '&& [ -d "$2" ] && [ -O "$2" ] && [ ! -L "$2" ]')
OWN_FILE = '[ -f "$2/$3" ] && [ -O "$2/$3" ] && [ ! -L "$2/$3" ] && [ -x "$2/$3" ]'


# Where no login has set it, as in a container that was entered by liblxc, the executing user's from the list of users.
# It is not exported: the module gets the environment that it would get without us.
FIND_HOME = ('[ "${HOME+set}" ] || { set -- "$(id -un)"; case $1 in *[!a-zA-Z0-9_.-]*) ;; *) eval "HOME=~$1";; esac; }; ')


def set_names(digests):
    """The parameters. DIGESTS is {CPU: digest}; the CPU is asked for only where there is a choice."""
    folders = '"$HOME/.cache" "$HOME/.cache/mcapi"'
    if len(digests) == 1:
        return FIND_HOME + "set -- %s %s; " % (folders, next(iter(digests.values())))
    choices = " ".join('%s) set -- "$@" %s;;' % item for item in digests.items())
    return FIND_HOME + 'set -- %s; case "$(uname -m)" in %s *) set -- "$@" none;; esac; ' % (folders, choices)


def drain(size):
    """Takes what was sent and nobody read, or the sender could find the pipe broken and call the host unreachable."""
    return "head -c %d >/dev/null 2>&1" % size


def run_line(digests, environment, size, token):
    """Runs the cached program with ENVIRONMENT before it, its input on standard input, in one command.

    Where it is missing, the folders are made and tried out, so that a program is sent only to where it can run.
    """
    program = '%s "$2/$3"' % environment if environment else '"$2/$3"'
    trial = '"$2/.try.%s"' % token
    return (
        set_names(digests)
        + "if %s && %s; then " % (OWN_FOLDERS, OWN_FILE)
        + "%s || { set -- $?; case $1 in 126|127) %s;; esac; (exit $1); }; " % (program, drain(size))
        + "else %s; umask 077; mkdir \"$1\" \"$2\" 2>/dev/null; set -- \"$@\" %d; " % (drain(size), UNUSABLE)
        # Tried by execution: not every shell's -x knows of noexec.
        + "if %s && chmod 700 \"$2\" && { echo '#!/bin/sh' >%s && chmod 500 %s && %s; } 2>/dev/null; "
        % (OWN_FOLDERS, trial, trial, trial)
        + "then set -- \"$1\" \"$2\" \"$3\" %d; fi; { %s && rm -f %s; } 2>/dev/null; " % (MISS, OWN_FOLDERS, trial)
        + TELL + "; fi"
    )


def install_line(digest, source, size, token):
    """Puts the bytes that the command SOURCE prints into the cache, if they are what they should be.

    Old programs go at the same time; one that still runs does not mind.
    """
    new = '"$2/.new.%s"' % token
    return (
        set_names({None: digest})
        + "umask 077; if %s; then " % OWN_FOLDERS
        + '{ %s >%s && chmod 500 %s && ' % (source, new, new)
        + 'case "$(sha256sum <%s)" in "$3 "*) ;; *) false;; esac && ' % new
        # Into a folder of that name, or one behind a link, the file would be moved instead of replacing it.
        + '{ [ ! -L "$2/$3" ] || rm -f "$2/$3"; } && [ ! -d "$2/$3" ] && mv -f %s "$2/$3"; } 2>/dev/null && ' % new
        + "set -- \"$@\" %d || set -- \"$@\" %d; rm -f %s; " % (PLACED, MISS, new)
        + "find \"$2\" -type f \\( -name '%s' -o -name '.new.*' -o -name '.try.*' \\) -mtime +%d ! -name \"$3\" "
        % ("[0-9a-f]" * 64, PRUNE_DAYS)
        + "-exec rm -f {} + >/dev/null 2>&1; "
        + "else %s; set -- \"$@\" %d; fi; " % (drain(size), UNUSABLE) + TELL
    )


def from_input(size):
    return "head -c %d" % size


def answer(result):
    """(MISS, UNUSABLE or PLACED; the target's CPU), or None where RESULT is the module's own."""
    found = ANSWER.search(result["stdout"])
    if found and found.group(1) == str(result["rc"]) and result["rc"] in (MISS, UNUSABLE, PLACED):
        return result["rc"], found.group(2).strip()
    return None


def was_not_started(result):
    """The shell could not execute the program, or sudo wanted a terminal: nothing has happened yet."""
    return _is_silent(result) and result["rc"] in CANNOT_EXECUTE or wants_terminal(result)


def wants_terminal(result):
    """sudo started nothing, because it has `requiretty` set and standard input is not one."""
    words = result["stderr"].lower()  # in any language, some of which have capitals there
    return _is_silent(result) and result["rc"] == 1 and "sudo:" in words and "tty" in words


def _is_silent(result):
    return "{" not in result["stdout"]
