"""Every option of every module, and every key of an option, with values that nobody should give it, from the modules' own tables of options.

Whatever comes, the program ends by itself with one JSON object; what it says of a failure is not empty, and no sanitizer
has anything to say. The runs are in check mode and end at a certificate that is not there, before any server is asked.
"""
import json
import os
import subprocess
from pathlib import Path

import pytest


NOBODY = "https://127.0.0.1:1"
KUBECONFIG = {"apiVersion": "v1", "kind": "Config", "current-context": "c",
              "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
              "clusters": [{"name": "c", "cluster": {"server": NOBODY}}],
              "users": [{"name": "u", "user": {"client-certificate": "/nonexistent", "client-key": "/nonexistent"}}]}
CLOUD = {"ca_cert": "/nonexistent", "auth": {"auth_url": NOBODY, "username": "user", "password": "password", "project_name": "p"}}
NEEDED = {
    "k8s_apply": {"kubeconfig": KUBECONFIG, "definition": {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}},
    "clusterctl_init": {"kubeconfig": KUBECONFIG, "state": "present", "core_provider": "cluster-api:v1.13.6"},
    "capi_backup": {"kubeconfig": KUBECONFIG, "state": "listed", "path": "archives"},
    "magnum_template": dict(CLOUD, name="a", state="absent"),
    "openstack_resources": dict(CLOUD, resources=[]),
    "lxc_container": {"name": "sweep", "lxc_path": "lxc", "state": "stopped"},
}
DEEP = 400  # more would be refused before the option is looked at
VALUES = {
    "null": b"null", "empty": b'""', "huge": b'"' + b"x" * 1000000 + b'"', "beyond 64 bits": b"123456789012345678901234567890",
    "items": b'[null, "", [], {"a": 1}]', "keys": b'{"": null, "a": {"b": [1]}}', "NUL": b'"a\\u0000b"',
    "half a surrogate": b'"\\ud800"', "bytes that are no UTF-8": b'"\xff\xfe"', "deep": b"[" * DEEP + b"]" * DEEP,
    "path upwards": b'"../../../../../../etc/shadow"', "template": b'"{{ lookup(1) }}%s%n"',
}
# For a key of an option: types, which all but one are wrong, and what a text may hold.
INNER = {
    "null": b"null", "number": b"-1e308", "list": b"[[true]]", "mapping": b'{"": {}}', "NUL": VALUES["NUL"],
    "bytes that are no UTF-8": VALUES["bytes that are no UTF-8"],
}
LIMIT_SECONDS = 60


def tables():
    folder = Path(os.environ.get("MCAPI_BUILD", ".")).resolve() / "tests"
    for module in NEEDED:
        dump = folder / ("spec_dump_" + module)
        if not dump.exists():
            yield pytest.param(module, "", id="%s: no table of its options in %s" % (module, folder))
            continue
        table = json.loads(subprocess.run([str(dump)], stdout=subprocess.PIPE, check=True).stdout)
        for option, row in table["options"].items():
            yield pytest.param(module, option, id="%s-%s" % (module, option))
            for key in row.get("suboptions") or {}:
                path = "%s%s.%s" % (option, "[]" if row["type"] == "list" else "", key)
                yield pytest.param(module, path, id="%s-%s" % (module, path))


def arguments(module: str, path: str, value: bytes) -> bytes:
    option, _, key = path.partition(".")
    if key:
        value = b'{"%s": %s}' % (key.encode(), value)
    if option.endswith("[]"):
        option, value = option[:-2], b"[%s]" % value
    rest = dict(NEEDED[module], _ansible_check_mode=True, _ansible_diff=True, _ansible_module_name=module)
    rest.pop(option, None)
    return b'{"%s": %s, %s' % (option.encode(), value, json.dumps(rest).encode()[1:])


@pytest.mark.parametrize("module, option", list(tables()))
def test_sweep__value_that_nobody_should_give__ends_in_one_object(module, option, programs, tmp_path):
    assert option, "build the target lint_tools"
    faults = []
    # Looking for leaks takes longer than the run; other tests do it.
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "ASAN_OPTIONS": "detect_leaks=0",
                   "UBSAN_OPTIONS": "print_stacktrace=1"}
    for title, value in (INNER if "." in option else VALUES).items():
        path = tmp_path / "args.json"
        path.write_bytes(arguments(module, option, value))
        done = subprocess.run([str(programs / module), str(path)], cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=LIMIT_SECONDS, check=False)
        try:
            answer = json.loads(done.stdout)
            good = isinstance(answer, dict) and not done.stderr
            if answer.get("failed"):
                good = good and done.returncode == 1 and answer["msg"].strip() and len(answer["msg"]) < 20000
            else:
                good = good and done.returncode == 0
        except (ValueError, AttributeError, KeyError):
            good = False
        if not good:
            faults.append((title, done.returncode, done.stdout[:300], done.stderr[-600:]))
    assert not faults
