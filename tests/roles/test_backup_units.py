"""What systemd is told about backups."""
import configparser
import sys

import pytest
from conftest import CORES, NAMESPACE, ROOT, tools
from osa import OpenStackAnsible, yaml

VARIABLES = {"cluster_api_backups_enabled": True, "cluster_api_backups_on_calendar": "*-*-* 03:00:00", "cluster_api_backups_randomized_delay_sec": 77,
             "cluster_api_backups_init_overrides": {"Service": {"Nice": 5}}}


@pytest.fixture(scope="module", params=CORES)
def units(request, variables_only, tmp_path_factory):
    folder = tmp_path_factory.mktemp("units")
    osa = OpenStackAnsible(folder, tools(request.param), variables_only)
    osa.group_vars("k8s_all", VARIABLES)
    osa.more_groups = {"k8s_all": {"hosts": ["node"]}}
    osa.more_hosts = {"node": {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}}
    written = [{"name": "Write", "ansible.builtin.template": {
        "src": str(ROOT / "roles/capi_backup/templates" / (name + ".j2")), "dest": str(folder / name), "mode": "0644"}}
        for name in ("cluster-api-backup.timer", "cluster-api-backup.service")]
    (folder / "units.yml").write_text(yaml([{"hosts": "k8s_all", "gather_facts": False, "roles": [{"role": NAMESPACE + ".capi_backup"}],
                                             "post_tasks": written}]), encoding="utf-8")
    done = osa.run(folder / "units.yml")
    assert done.returncode == 0, done.stdout[-4000:]
    return folder


def read(units, name: str) -> configparser.ConfigParser:
    parsed = configparser.ConfigParser(interpolation=None, strict=False)
    parsed.optionxform = str
    parsed.read(units / name)
    return parsed


def test_068__calendar_and_delay__are_in_the_timer_which_catches_up(units):
    timer = read(units, "cluster-api-backup.timer")["Timer"]
    assert timer["OnCalendar"] == "*-*-* 03:00:00" and timer["RandomizedDelaySec"] == "77"
    assert timer["Persistent"] == "true" and timer["Unit"] == "cluster-api-backup.service"


def test_068__overrides_of_the_unit__are_in_the_service(units):
    assert read(units, "cluster-api-backup.service")["Service"]["Nice"] == "5"
