"""What systemd is told about backups."""
import configparser
import json
import sys

import pytest
import yaml as pyyaml
from conftest import CORES, NAMESPACE, ROOT, tools
from osa import OpenStackAnsible, yaml

VARIABLES = {"cluster_api_backups_enabled": True, "cluster_api_backups_on_calendar": "*-*-* 03:00:00", "cluster_api_backups_randomized_delay_sec": 77,
             "cluster_api_backups_init_overrides": {"Service": {"Nice": 5}},
             "capi_backup_options": {"quiesce": "{{ how | default('verify') }}", "force": True, "state_dir": "/srv/notes"}}


@pytest.fixture(scope="module", params=CORES)
def units(request, variables_only, tmp_path_factory):
    folder = tmp_path_factory.mktemp("units")
    osa = OpenStackAnsible(folder, tools(request.param), variables_only)
    osa.group_vars("k8s_all", VARIABLES)
    osa.more_groups = {"k8s_all": {"hosts": ["node", "pausing"]}}
    usual = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    osa.more_hosts = {"node": usual, "pausing": dict(usual, how="pause")}
    place = str(folder) + "/{{ inventory_hostname }}-"
    written = [{"name": "Write", "ansible.builtin.template": {
        "src": str(ROOT / "roles/capi_backup/templates" / (name + ".j2")), "dest": place + name, "mode": "0644"}}
        for name in ("cluster-api-backup.timer", "cluster-api-backup.service")]
    written.append({"name": "Write", "ansible.builtin.copy": {"content": "{{ _capi_backup_resume_of | to_json }}", "dest": place + "resume.json",
                                                              "mode": "0600"}})
    (folder / "units.yml").write_text(yaml([{"hosts": "k8s_all", "gather_facts": False, "roles": [{"role": NAMESPACE + ".capi_backup"}],
                                             "post_tasks": written}]), encoding="utf-8")
    done = osa.run(folder / "units.yml")
    assert done.returncode == 0, done.stdout[-4000:]
    return folder


def read(units, name: str, host="node") -> configparser.ConfigParser:
    parsed = configparser.ConfigParser(interpolation=None, strict=False)
    parsed.optionxform = str
    parsed.read(units / ("%s-%s" % (host, name)))
    return parsed


def test_068__calendar_and_delay__are_in_the_timer_which_catches_up(units):
    timer = read(units, "cluster-api-backup.timer")["Timer"]
    assert timer["OnCalendar"] == "*-*-* 03:00:00" and timer["RandomizedDelaySec"] == "77"
    assert timer["Persistent"] == "true" and timer["Unit"] == "cluster-api-backup.service"


def test_068__overrides_of_the_unit__are_in_the_service(units):
    assert read(units, "cluster-api-backup.service")["Service"]["Nice"] == "5"


def test_service__clusters_are_paused_meanwhile__it_resumes_them_also_when_it_was_killed(units):
    service = read(units, "cluster-api-backup.service", "pausing")["Service"]
    assert service["ExecStopPost"] == "/usr/local/bin/capi-backup /etc/capi-backup-resume.json" and service["TimeoutStopSec"] == "5min"
    assert "ExecStopPost" not in read(units, "cluster-api-backup.service")["Service"]
    resume = json.loads((units / "pausing-resume.json").read_text(encoding="utf-8"))
    # By force it would also resume what an operator has paused.
    assert resume["state"] == "resumed" and resume["force"] is False and resume["state_dir"] == "/srv/notes"


@pytest.mark.parametrize("name", ["timer", "absent"])
def test_timer__files_of_arguments__hold_what_nobody_else_reads_and_go_with_it(name):
    tasks = pyyaml.safe_load((ROOT / "roles/capi_backup/tasks" / (name + ".yml")).read_text(encoding="utf-8"))
    written = [task for task in tasks if task.get("ansible.builtin.copy", {}).get("dest") in ("{{ _capi_backup_arguments }}", "{{ _capi_backup_resume }}")]
    assert len(written) == (2 if name == "timer" else 0)
    assert all(task["ansible.builtin.copy"]["mode"] == "0600" and task["diff"] is False for task in written)
    removed = str([task for task in tasks if "ansible.builtin.file" in task])
    assert "_capi_backup_resume" in removed and (name == "timer" or "_capi_backup_arguments" in removed)
