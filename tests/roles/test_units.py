"""Units of services: how much each could do to its host, as systemd counts it, and that none is left open by mistake. Modes of files."""
import re
import shutil
import subprocess
from pathlib import Path

import jinja2
import pytest
import yaml
from conftest import ROOT

VALUES = {
    "capi_proxy/templates/native.service.j2": {
        "capi_proxy_system_user_name": "capi_proxy", "capi_proxy_system_group_name": "capi_proxy", "capi_proxy_program": "/bin/true",
        "_capi_proxy_environment": {"PROXY_BIND": "127.0.0.1"}, "_capi_proxy_capabilities": ["CAP_SYS_ADMIN"], "_capi_proxy_forward": False,
        "capi_proxy_service_overrides": {}},
    "capi_backup/templates/cluster-api-backup.service.j2": {
        "cluster_api_backups_group_name": "adm", "_capi_backup_program": "/bin/true", "_capi_backup_arguments": "/etc/x.json",
        "_capi_backup_pauses": True, "_capi_backup_resume": "/etc/y.json", "cluster_api_backups_init_overrides": {}},
    "magnum/templates/service.j2": {
        "magnum_service": {"description": "x", "lines": {"ExecStart": "/bin/true", "Type": "simple"}, "overrides": {}}, "magnum_init_overrides": {},
        "_magnum_user": "magnum", "_magnum_group": "magnum", "magnum_capi_system_user_home": "/var/lib/magnum", "magnum_bin": "/bin",
        "magnum_capi_k8s_conf_dest": "/x", "_magnum_capi_environment": {"KUBECONFIG": "/x"}, "magnum_git_repo": "",
        "magnum_version": "23.0.0"},
}
# The most that a unit may count: 0 is a service that can do nothing, 10 one that can do everything.
MOST = {"capi_proxy/templates/native.service.j2": 3.7, "capi_backup/templates/cluster-api-backup.service.j2": 5.7,
        "magnum/templates/service.j2": 8.8}
# Whose work is to hold all of the host: the runtime of containers, what mounts for it, and what upstream ships.
WHOLE_HOST = {"containerd", "kube_binaries", "lxc_guest", "capi_proxy/templates/upstream.service.j2"}
NO_CORE = ("LimitCORE=0", "NoNewPrivileges=true", "UMask=00[27]7")
MODE = re.compile(r"^\s*(?:- )?(?:directory_)?mode: [\"']?(0?[0-7]{3,4})[\"']?\s*(?:#.*)?$", re.MULTILINE)


def rendered(name: str) -> str:
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, trim_blocks=True, keep_trailing_newline=True)
    environment.filters["combine"] = lambda first, *others: {key: value for each in (first, *others) for key, value in each.items()}
    environment.filters["bool"] = bool
    environment.tests["version"] = lambda value, other, _: value.split(".") >= other.split(".")
    return environment.from_string((ROOT / "roles" / name).read_text(encoding="utf-8")).render(VALUES[name], ansible_managed="")


@pytest.mark.parametrize("name", VALUES)
def test_unit__is_scored_by_systemd__within_its_bound(name, tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("this machine has no systemd-analyze")
    path = tmp_path / "tested.service"
    path.write_text(rendered(name), encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", str(path)], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False)
    if "unrecognized option" in done.stderr:
        pytest.skip("this machine has a systemd-analyze that does not score files")
    score = re.search(r"Overall exposure level for \S+: ([0-9.]+)", done.stdout)
    assert score and not done.stderr, done.stderr
    assert float(score.group(1)) <= MOST[name], done.stdout


@pytest.mark.parametrize("name", VALUES)
def test_unit__holds_secrets__and_leaves_no_core_no_new_rights_no_open_files(name):
    text = rendered(name)
    for line in NO_CORE:
        assert re.search("^%s$" % line, text, re.MULTILINE), line


def test_units__all__are_scored_or_hold_the_whole_host():
    for path in (ROOT / "roles").rglob("*.service*"):
        name = path.relative_to(ROOT / "roles").as_posix()
        assert name in VALUES or name in WHOLE_HOST or name.split("/")[0] in WHOLE_HOST, name


def test_modes__files_of_roles__are_never_writable_for_everybody_nor_setuid():
    seen = 0
    for path in [*(ROOT / "roles").rglob("*.yml"), *(ROOT / "playbooks").glob("*.yml")]:
        for mode in MODE.findall(path.read_text(encoding="utf-8")):
            assert not int(mode, 8) & 0o4002 and (not int(mode, 8) & 0o2000 or "directory" in path.read_text(encoding="utf-8")), (path, mode)
            seen += 1
    assert seen > 50


def secret_files(value, found):
    """Tasks that write a file, with what they write it from."""
    if isinstance(value, list):
        for item in value:
            secret_files(item, found)
    elif isinstance(value, dict):
        for module in ("ansible.builtin.copy", "ansible.builtin.template"):
            if isinstance(value.get(module), dict):
                found.append(value[module])
        for inner in value.values():
            secret_files(inner, found)
    return found


def test_modes__kubeconfigs_keys_and_files_with_passwords__are_for_their_owner():
    secret = re.compile(r"kubeconfig|kube/config|_conf_dest|\.key\b|password|passphrase|token|backup\.json")
    seen = 0
    for path in (ROOT / "roles").rglob("tasks/*.yml"):
        for task in secret_files(yaml.safe_load(path.read_text(encoding="utf-8")), []):
            if secret.search("%s %s" % (task.get("dest"), Path(str(task.get("src", ""))).name)):
                mode = str(task.get("mode", ""))
                assert mode.startswith("{{") or re.fullmatch(r"0[64][04]0", mode), (path, task.get("dest"), mode)
                seen += 1
    assert seen


def test_modes__files_of_the_tree__are_neither_setuid_nor_writable_for_everybody():
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z", "--stage"], stdout=subprocess.PIPE, check=True).stdout
    modes = {entry.split(b" ")[0] for entry in listed.split(b"\0") if entry}
    assert modes <= {b"100644", b"100755", b"120000"}, modes
