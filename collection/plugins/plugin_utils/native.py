# Copyright: osa_ops.mcapi_vexxhost authors
# SPDX-License-Identifier: Apache-2.0
"""What the action plugins of all native modules share: one remote command per task where that is possible.

Ansible uploads a binary module anew for each task, in six to seven commands. Here the program stays on the target, in
the cache that cache_shell.py keeps, and gets its arguments on standard input. Whatever is in the way of that, the task
runs as Ansible would run it.

Ansible's own code around the run, which differs from version to version, stays in use: the module is presented to it
as one that is pipelined, and the command that it makes of this is replaced. Plugins of further modules hold two lines:

    from ansible_collections.osa_ops.mcapi_vexxhost.plugins.plugin_utils.native import NativeAction
    class ActionModule(NativeAction): pass
"""

from __future__ import annotations

import hashlib
import json
import os
import uuid

import ansible.constants as C
from ansible.errors import AnsibleError
from ansible.module_utils.common.text.converters import to_native
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible.utils.vars import merge_hash

from ansible_collections.osa_ops.mcapi_vexxhost.plugins.plugin_utils import cache_shell
from ansible_collections.osa_ops.mcapi_vexxhost.plugins.plugin_utils.binaries import Binary, find_binaries

try:
    from ansible.executor.module_common import _BuiltModule
    from ansible.module_utils.common.json import Direction, get_module_encoder
except ImportError:  # ansible-core before 2.19
    _BuiltModule = None

SWITCH = "mcapi_fast_path"
COMMAND = "mcapi-native"  # stands for the program in the command that Ansible makes
display = Display()


class CacheUnusable(Exception):
    """Nothing was executed; the task has to go Ansible's way."""


class TerminalWanted(CacheUnusable):
    """And it will be the same for the next task there."""


class NativeAction(ActionBase):
    _supports_async = True
    _supports_check_mode = True

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._paths = {}        # of the module's programs, by CPU
        self._sent = None       # the program that replaces the default one on Ansible's way
        self._in_cache = False  # whether the module is being run through the cache

    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        del tmp
        return merge_hash(result, self.run_native(self._task.args, task_vars))

    def run_native(self, args, task_vars):
        """The result of the module with the options ARGS, which stay as they are."""
        task_vars = task_vars or {}
        wrap_async = bool(self._task.async_val) and not self._connection.has_native_async
        self._paths = self._find_paths()
        obstacle = self._obstacle(wrap_async, task_vars)
        if not obstacle:
            try:
                return self._run_cached(args, task_vars)
            except CacheUnusable as error:
                obstacle = str(error)
                if isinstance(error, TerminalWanted):
                    self._remember(task_vars)
        self._tell("not used: %s" % obstacle)
        return self._run_uploaded(args, task_vars, wrap_async)

    def _run_cached(self, args, task_vars):
        self._in_cache = True
        try:
            return self._execute_module(module_args=dict(args), task_vars=task_vars)
        finally:
            self._in_cache = False

    def _run_uploaded(self, args, task_vars, wrap_async):
        self._sent = self._choose(task_vars) if len(self._paths) > 1 else None
        result = self._execute_module(module_args=dict(args), task_vars=task_vars, wrap_async=wrap_async)
        if not wrap_async:
            self._remove_tmp_path(self._connection._shell.tmpdir)
        return result

    def _tell(self, text):
        display.vvv("the cache of %s is %s" % (self._task.action, text), host=self._connection._play_context.remote_addr)

    # When

    def _obstacle(self, wrap_async, task_vars):
        """Why the cache cannot be used, in words; None if it can."""
        become = self._connection.become
        reasons = (
            (not self._is_switched_on(task_vars), "%s is false" % SWITCH),
            (not self._paths, "the module's file was not found"),
            (bool(self._task.async_val), "async needs files on the target"),
            (C.DEFAULT_KEEP_REMOTE_FILES, "remote files are to be kept"),
            (self._connection._shell.SHELL_FAMILY != "sh", "the target's shell is not a POSIX shell"),
            (not self._connection.has_pipelining, "the connection gives no standard input"),
            (become and (become.name.rpartition(".")[2] == "su" or not getattr(become, "pipelining", True)),
             "the become method takes no standard input"),
            (os.path.exists(self._memory(task_vars)), "sudo wanted a terminal before"),
            (not self._is_pipelining_enabled("new", wrap_async), "pipelining is off"),
        )
        return next((words for is_so, words in reasons if is_so), None)

    def _memory(self, task_vars):
        """A file that is there once sudo wanted a terminal. Each task has a process of its own, so it has to be a file.

        It is in the folder that Ansible makes for one run and then removes.
        """
        who = (self._task.delegate_to or task_vars.get("inventory_hostname"), self._get_remote_user(),
               bool(self._connection.become))
        return os.path.join(C.DEFAULT_LOCAL_TMP, "mcapi-terminal-" + hashlib.sha256(repr(who).encode()).hexdigest())

    def _remember(self, task_vars):
        with open(self._memory(task_vars), "w", encoding="utf-8"):
            pass

    def _is_switched_on(self, task_vars):
        value = task_vars.get(SWITCH, os.environ.get(SWITCH.upper(), True))
        try:
            return boolean(self._templar.template(value))
        except TypeError as error:
            raise AnsibleError("%s: %s" % (SWITCH, to_native(error)))

    # Which program

    def _find_paths(self):
        context = self._shared_loader_obj.module_loader.find_plugin_with_context(
            self._task.action, "", collection_list=self._task.collections)
        return find_binaries(context.plugin_resolved_path) if context.resolved else {}

    def _choose(self, task_vars):
        """The path of the program for the target, None if there is none for its CPU: then the default has to do."""
        host = self._task.delegate_to
        facts = task_vars.get("ansible_delegated_vars", {}).get(host, {}) if host else task_vars
        cpu = (facts.get("ansible_facts") or {}).get("architecture")
        if not cpu:
            lines = self._low_level_execute_command("uname -m", sudoable=False)["stdout"].split()
            cpu = lines[-1] if lines else None
        return self._paths.get(cpu)

    def _configure_module(self, module_name, module_args, task_vars):
        """What Ansible sends and how it is started; ansible-core 2.19 made an object of the tuple."""
        if module_name != self._task.action or not (self._in_cache or self._sent):
            return super()._configure_module(module_name, module_args, task_vars)
        if self._in_cache:
            path = next(iter(self._paths.values()))
            style, shebang, data = "new", "#!" + COMMAND, self._encode(module_args)
        else:
            path = self._sent
            style, shebang, data = "binary", None, Binary(path).content
        if _BuiltModule is None:
            return style, shebang, data, path
        return _BuiltModule(b_module_data=data, module_style=style, shebang=shebang,
                            serialization_profile="legacy"), path

    @staticmethod
    def _encode(module_args):
        if _BuiltModule is None:
            return json.dumps(module_args).encode() + b"\n"
        encoder = get_module_encoder("legacy", Direction.CONTROLLER_TO_MODULE)
        return json.dumps(module_args, cls=encoder).encode() + b"\n"

    # How

    def _low_level_execute_command(self, cmd, sudoable=True, in_data=None, **more):
        if not (self._in_cache and in_data and cmd.endswith(COMMAND)):
            return super()._low_level_execute_command(cmd, sudoable=sudoable, in_data=in_data, **more)
        return self._execute_cached(cmd[:-len(COMMAND)].strip(), in_data)

    def _execute_cached(self, environment, in_data):
        """The outcome of the module itself. Raises CacheUnusable as long as it was not started."""
        programs = {cpu: Binary(path) for cpu, path in self._paths.items()}
        digests = {cpu: program.digest for cpu, program in programs.items()}
        line = cache_shell.run_line(digests, environment, len(in_data), uuid.uuid4().hex)
        result = self._run_line(line, in_data)
        status, cpu = cache_shell.answer(result) or (None, None)
        if status is None and not cache_shell.was_not_started(result):
            return result
        if cache_shell.wants_terminal(result):
            raise TerminalWanted("sudo wants a terminal, which takes no standard input")
        if status is None and (len(programs) > 1 or result["rc"] not in cache_shell.CANNOT_EXECUTE):
            raise CacheUnusable("the program was not started: %s" % result["stderr"].strip())
        self._fill(self._missing(programs, status, cpu))
        result = self._run_line(line, in_data)
        if cache_shell.answer(result) or cache_shell.was_not_started(result):
            raise CacheUnusable("the program was not started: %s" % result["stderr"].strip())
        return result

    def _run_line(self, line, in_data):
        try:
            result = super()._low_level_execute_command(line, sudoable=True, in_data=in_data)
        except BrokenPipeError:  # by connections that send on when nobody reads; without its input, nothing was run
            raise CacheUnusable("the input was not taken")
        if result["rc"] > 255:  # some connections give what wait() gave them
            result["rc"] >>= 8
        return result

    @staticmethod
    def _missing(programs, status, cpu):
        """The program to place, or to place again where a damaged one cannot be executed."""
        if status == cache_shell.UNUSABLE:
            raise CacheUnusable("~/.cache/mcapi is not the user's own, or nothing can be written or executed there")
        program = programs.get(cpu) if len(programs) > 1 else next(iter(programs.values()))
        if program is None:
            raise CacheUnusable("there is no program for the CPU %s" % cpu)
        return program

    def _fill(self, program):
        """Puts PROGRAM into the cache: on standard input, or uploaded where programs cannot read that."""
        try:
            if self._is_placed_by_input(program):
                return
            if self._is_become_unprivileged():  # who may not be able to read what another user uploads
                raise CacheUnusable("the program could not be placed")
            self._make_tmp_path()
            uploaded = self._connection._shell.join_path(self._connection._shell.tmpdir, "program")
            self._transfer_file(program.path, uploaded)
            try:
                if not self._is_placed(program, "cat " + self._connection._shell.quote(uploaded), None):
                    raise CacheUnusable("the program could not be placed")
            finally:
                self._remove_tmp_path(self._connection._shell.tmpdir)
        except AnsibleError as error:
            raise CacheUnusable("the program could not be placed: %s" % to_native(error))

    def _is_placed_by_input(self, program):
        try:
            return self._is_placed(program, cache_shell.from_input(len(program.content)), program.content)
        except CacheUnusable:
            return False

    def _is_placed(self, program, source, in_data):
        line = cache_shell.install_line(program.digest, source, len(in_data or b""), uuid.uuid4().hex)
        return (cache_shell.answer(self._run_line(line, in_data)) or (None,))[0] == cache_shell.PLACED
