# Copyright: osa_ops.mcapi_vexxhost authors
# SPDX-License-Identifier: Apache-2.0
"""The controller's share of k8s_apply: it renders `template` and, on local connections, finds files.

How the module gets to the target is native.py's. Everything else, the checks of the options too, happens in the module.
Paths and templates follow kubernetes.core 6.x.
"""

from __future__ import annotations

import os
import re

from ansible.config.manager import ensure_type
from ansible.errors import AnsibleActionFail, AnsibleError, AnsibleFileNotFound
from ansible.module_utils.common.text.converters import to_native
from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.osa_ops.mcapi_vexxhost.plugins.plugin_utils.native import NativeAction

try:
    from ansible.template import trust_as_template
except ImportError:  # ansible-core before 2.19
    trust_as_template = None

DEFINITIONS = ("resource_definition", "definition", "inline")
URLS = ("http://", "https://", "ftp://")
JINJA_STRINGS = ("block_start_string", "block_end_string", "variable_start_string", "variable_end_string")
JINJA_BOOLEANS = {"trim_blocks": True, "lstrip_blocks": False}
NEWLINES = {"\n": "\n", "\r": "\r", "\r\n": "\r\n", "\\n": "\n", "\\r": "\r", "\\r\\n": "\r\n"}
# Blank lines, comments, and the marks between documents.
NOTHING = re.compile(r"(?:\s|#[^\r\n]*(?:[\r\n]|\Z)|^(?:---|\.\.\.)(?=\s|\Z))*", re.MULTILINE)


class ActionModule(NativeAction):
    def run_native(self, args, task_vars):
        args = dict(args)
        decrypted = []
        try:
            self._resolve_paths(args, decrypted)
            if args.get("template") and not self._is_contradictory(args):
                definition = self._render_all(args.pop("template"), task_vars or {})
                if not definition:
                    return {"changed": False, "result": {"results": []}}
                args["definition"] = definition
            return super().run_native(args, task_vars)
        finally:
            for path in decrypted:
                self._loader.cleanup_tmp_file(path)

    @staticmethod
    def _is_contradictory(args):
        """Then the module gets all of it and says what excludes what."""
        return any(args.get(name) is not None for name in DEFINITIONS + ("src",))

    # Files

    def _resolve_paths(self, args, decrypted):
        kubeconfig = args.get("kubeconfig")
        if kubeconfig and not isinstance(kubeconfig, (str, dict)):
            raise AnsibleActionFail(
                "kubeconfig: a path or a dictionary is expected, not a %s" % type(kubeconfig).__name__)
        if self._connection.transport != "local":
            return  # the paths are paths on the target
        if kubeconfig and isinstance(kubeconfig, str):
            paths = [self._real_file(path, decrypted) for path in kubeconfig.split(os.pathsep) if path]
            args["kubeconfig"] = os.pathsep.join(paths)
        src = args.get("src")
        if src and isinstance(src, str) and not src.startswith(URLS):
            args["src"] = self._find("files", src)

    def _real_file(self, path, decrypted):
        """A path that the module can read: PATH itself, or a temporary copy of an encrypted file."""
        found = self._find("files", path)
        try:
            real = self._loader.get_real_file(found, decrypt=True)
        except AnsibleError as error:
            raise AnsibleActionFail("kubeconfig %s: %s" % (path, to_native(error)))
        if real != found:
            decrypted.append(real)
            if self._task.async_val:
                raise AnsibleActionFail(
                    "kubeconfig %s: an encrypted file cannot be used with async, because its decrypted copy does not "
                    "outlive the start of the task. Give the content as a dictionary: "
                    "\"{{ lookup('ansible.builtin.file', '%s') | from_yaml }}\"" % (path, path))
        return real

    def _find(self, directory, path):
        try:
            return self._find_needle(directory, path)
        except AnsibleError as error:
            raise AnsibleActionFail(to_native(error))

    # Templates

    def _render_all(self, template, task_vars):
        """A list of definitions: the texts of the renderings that are not empty."""
        items = template if isinstance(template, list) else [template]
        rendered = [self._render(self._template_options(item), task_vars) for item in items]
        return [r for r in rendered if not (isinstance(r, str) and NOTHING.fullmatch(r)) and r not in (None, [], {})]

    def _template_options(self, item):
        if isinstance(item, str):
            item = {"path": item}
        if not isinstance(item, dict):
            raise AnsibleActionFail(
                "template: a path or a dictionary is expected, or a list of them, not a %s" % type(item).__name__)
        if not item.get("path"):
            raise AnsibleActionFail("template: please specify the path of the template")
        options = {name: item[name] for name in JINJA_STRINGS if item.get(name) is not None}
        for name, value in options.items():
            options[name] = ensure_type(value, "string")
            if not isinstance(value, str):
                raise AnsibleActionFail(
                    "template: %s is expected to be a string, but got %s instead" % (name, type(value).__name__))
        for name, default in JINJA_BOOLEANS.items():
            try:
                options[name] = boolean(item.get(name, default))
            except TypeError as error:
                raise AnsibleActionFail("template: %s: %s" % (name, to_native(error)))
        options["newline_sequence"] = NEWLINES.get(item.get("newline_sequence", "\n"))
        if options["newline_sequence"] is None:
            raise AnsibleActionFail(r"template: newline_sequence needs to be one of: \n, \r or \r\n")
        return dict(options, path=item["path"])

    def _render(self, options, task_vars):
        source = self._find("templates", options.pop("path"))
        text = self._read_text(source)
        searchpath = self._search_path(source, task_vars)
        if trust_as_template is None:
            templar = self._templar.copy_with_new_env(searchpath=searchpath, available_variables=task_vars, **options)
            return templar.do_template(text, preserve_trailing_newlines=True, escape_backslashes=False)
        # A template that is one expression renders to the value itself here, not to its text.
        templar = self._templar.copy_with_new_env(searchpath=searchpath, available_variables=task_vars)
        return templar.template(trust_as_template(text), escape_backslashes=False, overrides=options)

    def _read_text(self, source):
        try:
            real = self._loader.get_real_file(source)
        except AnsibleFileNotFound as error:
            raise AnsibleActionFail("could not find template=%s, %s" % (source, to_native(error)))
        try:
            with open(real, "rb") as file:
                return file.read().decode("utf-8")
        except UnicodeDecodeError:
            raise AnsibleActionFail("Template source files must be utf-8 encoded: %s" % source)
        finally:
            self._loader.cleanup_tmp_file(real)

    def _search_path(self, source, task_vars):
        """Where include and import look, the same as for ansible.builtin.template."""
        folders = list(task_vars.get("ansible_search_path", []))
        folders += [self._loader.get_basedir(), os.path.dirname(source)]
        return [path for folder in folders for path in (os.path.join(folder, "templates"), folder)]
