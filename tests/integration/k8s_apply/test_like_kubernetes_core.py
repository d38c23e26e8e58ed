"""The same tasks by kubernetes.core and by our module: what a play sees of them is the same, but for what is listed here
as different on purpose. kubernetes.core runs in one playbook; our module gets the very same options."""
import json
import os
import subprocess
from pathlib import Path

import pytest

from servers import ansible_venv
from support.module import Module
from support.objects import config_map, deployment
from support.world import create, get

CHECKOUT = Path(__file__).resolve().parents[3]
THEIRS, OURS = "like-theirs", "like-ours"


def secret(ns, **content):
    return dict({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "foo", "namespace": ns}}, **content)


def labelled(ns):
    return config_map(ns, "labelled", labels={"app": "web"})


def nameless(ns):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"namespace": ns}}


SSA = {"apply": True, "server_side_apply": {"field_manager": "ansible"}}
# (name, module of kubernetes.core, options of both for a namespace). They build on one another; theirs takes seconds each.
TASKS = [
    ("create", "k8s", lambda ns: {"definition": config_map(ns, "a")}),
    ("change", "k8s", lambda ns: {"definition": config_map(ns, "a", {"k": "new"})}),
    ("apply new", "k8s", lambda ns: dict(SSA, definition=config_map(ns, "b"))),
    ("apply again", "k8s", lambda ns: dict(SSA, definition=config_map(ns, "b"))),
    ("apply change", "k8s", lambda ns: dict(SSA, definition=config_map(ns, "b", {"other": "1"}))),
    ("apply with force", "k8s", lambda ns: dict(SSA, force=True, definition=config_map(ns, "b", {"other": "2"}))),
    ("apply back", "k8s", lambda ns: dict(SSA, force=True, definition=config_map(ns, "b", {"other": "1"}))),
    ("apply conflict", "k8s", lambda ns: {"apply": True, "server_side_apply": {"field_manager": "somebody"},
                                          "definition": config_map(ns, "b", {"other": "2"})}),
    ("several", "k8s", lambda ns: {"definition": [config_map(ns, "c"), config_map(ns, "a", {"k": "new"}), labelled(ns)]}),
    ("nothing", "k8s", lambda ns: {"definition": "---\n# nothing\n"}),
    ("merge", "k8s", lambda ns: {"definition": config_map(ns, "c", {"more": "1"}), "merge_type": ["merge"]}),
    ("replace", "k8s", lambda ns: {"definition": config_map(ns, "c", {"only": "1"}), "force": True}),
    ("patch", "k8s", lambda ns: {"state": "patched", "definition": config_map(ns, "c", {"patched": "1"})}),
    ("patch missing", "k8s", lambda ns: {"state": "patched", "kind": "ConfigMap", "name": "missing", "namespace": ns}),
    ("filtered", "k8s", lambda ns: {"definition": labelled(ns), "label_selectors": ["app=db"]}),
    ("hash", "k8s", lambda ns: {"definition": secret(ns, data={"key1": "dmFsdWUx"}), "append_hash": True}),
    ("unknown kind", "k8s", lambda ns: {"definition": dict(config_map(ns), kind="Gadget", apiVersion="example.org/v1")}),
    ("invalid", "k8s", lambda ns: {"definition": deployment(ns, replicas=-1)}),
    ("check new", "k8s", lambda ns: {"definition": config_map(ns, "checked"), "check": True}),
    ("info name", "k8s_info", lambda ns: {"kind": "ConfigMap", "name": "a", "namespace": ns}),
    ("info labels", "k8s_info", lambda ns: {"kind": "ConfigMap", "namespace": ns, "label_selectors": ["app=web"]}),
    ("info unknown", "k8s_info", lambda ns: {"kind": "Gadget", "api_version": "example.org/v1"}),
    ("info bad selector", "k8s_info", lambda ns: {"kind": "ConfigMap", "namespace": ns, "label_selectors": ["a in b"]}),
    ("json patch", "k8s_json_patch", lambda ns: {"kind": "ConfigMap", "name": "a", "namespace": ns, "patch": [
        {"op": "add", "path": "/data/json", "value": "1"}]}),
    ("json patch missing", "k8s_json_patch", lambda ns: {"kind": "ConfigMap", "name": "missing", "namespace": ns, "patch": [
        {"op": "add", "path": "/data/json", "value": "1"}]}),
    ("absent without name", "k8s", lambda ns: {"state": "absent", "kind": "ConfigMap", "namespace": ns}),
    ("delete", "k8s", lambda ns: {"state": "absent", "kind": "ConfigMap", "name": "a", "namespace": ns}),
    ("delete again", "k8s", lambda ns: {"state": "absent", "kind": "ConfigMap", "name": "a", "namespace": ns}),
    ("check delete", "k8s", lambda ns: {"state": "absent", "definition": config_map(ns, "b"), "check": True}),
    ("delete several", "k8s", lambda ns: {"state": "absent", "definition": [config_map(ns, "b"), config_map(ns, "a")]}),
    ("delete all without kind", "k8s", lambda ns: {"state": "absent", "delete_all": True, "namespace": ns}),
    ("delete by name beside a label", "k8s", lambda ns: {"state": "absent", "kind": "ConfigMap", "name": "c", "namespace": ns,
                                                         "label_selectors": ["app=web"]}),
    ("delete by label", "k8s", lambda ns: {"state": "absent", "kind": "ConfigMap", "namespace": ns,
                                           "label_selectors": ["app=web"]}),
    ("labelled again", "k8s", lambda ns: {"definition": labelled(ns)}),
    ("delete nameless by label", "k8s", lambda ns: {"state": "absent", "definition": nameless(ns), "label_selectors": ["app=web"]}),
    ("delete nameless", "k8s", lambda ns: {"state": "absent", "definition": nameless(ns)}),
]
NAMES = [task[0] for task in TASKS]

# What differs on purpose: {task: {path in the result: (theirs, ours)}}.
DIFFERENT = {
    # Without further options objects are applied by the server, not patched with what the task holds.
    "change": {"method": ("update", "apply")},
    "several": {"result.results.1.method": ("update", "apply")},
    # Who wants to know whether an object is new need not compare.
    "apply new": {"method": ("apply", "create")},
    # Values of Secrets are masked, unless show_secrets says otherwise.
    "hash": {"result.data": ({"key1": "dmFsdWUx"}, {"key1": "***"})},
    # Every result has a method.
    "json patch": {"method": (None, "patch")},
    # A prediction that needs no request has no answer to show.
    "check delete": {"result": ("Status", {})},
    # Deletions by options alone have results as all other tasks: one for each object, one alone is flat.
    "absent without name": {"result": ({}, {"results": []}), "method": ("delete", None)},
    "delete by label": {"result": (["Status"], "Status")},
    "delete nameless by label": {"result": (["Status"], "Status")},
    # A selector that is none finds nothing there, and is a mistake here.
    "info bad selector": {"failed": (False, True)},
}


def playbook(ns) -> list:
    tasks = []
    for number, (name, module, options) in enumerate(TASKS):
        given = options(ns)
        check = given.pop("check", False)
        tasks.append({"name": name, "kubernetes.core." + module: given, "register": "result_%d" % number,
                      "ignore_errors": True, "check_mode": check})
    names = ", ".join("%s: result_%d" % (json.dumps(name), number) for number, name in enumerate(NAMES))
    tasks.append({"name": "Keep", "ansible.builtin.copy": {"content": "{{ {%s} | to_json }}" % names, "mode": "0600",
                                                           "dest": "{{ playbook_dir }}/results.json"}})
    return [{"hosts": "localhost", "gather_facts": False, "tasks": tasks,
             "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}}]


@pytest.fixture(scope="module")
def namespaces(server):
    for name in (THEIRS, OURS):
        create(server, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    yield
    for name in (THEIRS, OURS):
        server.request("DELETE", "/api/v1/namespaces/" + name)


@pytest.fixture(scope="module")
def theirs(server, namespaces, tmp_path_factory):
    """{task: result} of kubernetes.core."""
    try:
        environment = ansible_venv.peers()
    except RuntimeError as error:
        pytest.skip("no kubernetes.core: %s" % error)
    directory = tmp_path_factory.mktemp("peers")
    (directory / "play.yml").write_text(json.dumps(playbook(THEIRS)))
    settings = {"K8S_AUTH_KUBECONFIG": server.kubeconfig, "ANSIBLE_HOME": directory / "home", "HOME": directory,
                "ANSIBLE_LOCALHOST_WARNING": "0", "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0", "ANSIBLE_NOCOLOR": "1",
                "PATH": "%s:%s" % (environment / "bin", os.environ["PATH"])}
    result = subprocess.run([environment / "bin/ansible-playbook", directory / "play.yml"], cwd=directory, check=False,
                            env=dict(os.environ, **{name: str(value) for name, value in settings.items()}),
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert result.returncode == 0, result.stdout
    return json.loads((directory / "results.json").read_text())


@pytest.fixture(scope="module")
def ours(server, module_user, namespaces, tmp_path_factory):
    """{task: result} of our module."""
    program = Path(os.environ.get("MCAPI_BUILD", CHECKOUT / "build" / "dev")) / "bin" / "k8s_apply"
    run = Module(program, tmp_path_factory.mktemp("ours"), {"KUBECONFIG": str(module_user)}, server)
    results = {}
    for name, module, options in TASKS:
        given = options(OURS)
        if module == "k8s_info":
            given["state"] = "info"
        results[name] = run(check=given.pop("check", False), **given).data
    return results


def shape(value):
    """What a play may look at, without what is of one run: versions, times, owners, namespaces."""
    if isinstance(value, list):
        return [shape(each) for each in value]
    if not isinstance(value, dict):
        return value
    if value.get("kind") == "Status":
        return "Status"
    if "metadata" not in value:
        return {key: shape(each) for key, each in value.items()}
    metadata = {key: each for key, each in value["metadata"].items() if key in ("name", "labels")}
    return {key: metadata if key == "metadata" else each for key, each in value.items()}


KEYS = ("changed", "failed", "method", "result", "resources", "api_found", "reason", "warnings")


def seen(result) -> dict:
    found = {key: shape(result[key]) for key in KEYS if key in result}
    found.setdefault("failed", False)
    if found["failed"]:  # after a failure ours has more to tell
        return {key: found[key] for key in ("changed", "failed", "reason") if key in found}
    return found


def flat(value, path="") -> dict:
    """{path: leaf}, where objects and lists that are empty are leaves."""
    items = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    found = {}
    for key, each in items:
        found.update(flat(each, "%s.%s" % (path, key) if path else str(key)))
    return found or {path: value}


@pytest.mark.parametrize("name", NAMES)
def test_like_kubernetes_core__same_task__same_result(theirs, ours, name):
    expected, found = seen(theirs[name]), seen(ours[name])
    for path, (their, our) in DIFFERENT.get(name, {}).items():
        keys = path.split(".")
        for result, value in ((expected, their), (found, our)):
            *way, last = keys
            for key in way:
                result = result[int(key) if key.isdigit() else key]
            # It still differs as it is said to: what became equal has to leave the list.
            assert result.pop(last, None) == value, (name, path)
    if DIFFERENT.get(name, {}).get("failed"):
        return
    assert flat(found) == flat(expected)


MESSAGES = {
    "apply conflict": ["Failed to apply object: ", "conflict with"],
    "unknown kind": ["Failed to find exact match for example.org/v1.Gadget by [kind, name, singularName, shortNames]"],
    "invalid": ["object: ", "spec.replicas: Invalid value"],
    "json patch missing": ["ConfigMap missing: Failed to retrieve requested object: "],
    "delete all without kind": ["'kind' option is required to specify the resource type."],
    "filtered": ["resource 'kind=ConfigMap,name=labelled,namespace=", "filtered by label_selectors."],
    "info unknown": ['Failed to find API for resource with apiVersion "example.org/v1" and kind "Gadget"'],
}


@pytest.mark.parametrize("name", MESSAGES)
def test_like_kubernetes_core__same_task__same_words(theirs, ours, name):
    for text in MESSAGES[name]:
        assert text in theirs[name]["msg"] and text in ours[name]["msg"]


def test_like_kubernetes_core__apply_with_force__applies_and_does_not_replace(k8s, ns, server):
    create(server, config_map(ns, data={"theirs": "1"}), manager="somebody")
    outcome = k8s(definition=config_map(ns), apply=True, force=True)
    assert not outcome.failed and outcome["method"] == "apply" and ("update", "configmaps") not in outcome.verbs
    assert get(server, config_map(ns))["data"] == {"theirs": "1", "k": "v"}
    assert k8s(definition=config_map(ns), apply=False, force=True)["method"] == "replace"
    assert get(server, config_map(ns))["data"] == {"k": "v"}
