"""clouds.yaml as openstacksdk itself reads it: the same files, variables and options for both, the same entry from both."""
import json
import os
import subprocess
from pathlib import Path

import pytest

from servers.openstack import venv

SUPPORT = Path(__file__).resolve().parents[2] / "support"
AUTH = "auth: {auth_url: 'http://h:5000', username: u, password: p, project_name: pr, user_domain_name: D}"
# What the SDK keeps in an entry beside what ours needs.
ONLY_THEIRS = {"baremetal_status_code_retries", "baremetal_introspection_status_code_retries", "floating_ip_source",
               "image_status_code_retries", "disable_vendor_agent", "image_api_use_tasks", "image_format", "message",
               "network_api_version", "object_store_api_version", "secgroup_source", "status", "networks"}

# name: (files, variables, options)
CASES = {
    "one cloud, nothing asked": ({"clouds.yaml": "clouds: {a: {%s}}" % AUTH}, {}, {}),
    "interface of the module wins": ({"clouds.yaml": "clouds: {a: {interface: internal, %s}}" % AUTH}, {},
                                     {"interface": "public"}),
    "json": ({"clouds.json": json.dumps({"clouds": {"a": {"auth": {"auth_url": "http://j", "username": "u",
                                                                   "password": "p"}}}})}, {}, {}),
    "numeric password": ({"clouds.yaml": "clouds: {a: {auth: {auth_url: 'http://h', username: u, password: 12345}}}"}, {},
                         {}),
    "old names": ({"clouds.yaml": "clouds: {a: {auth: {auth_url: 'http://h', username: u, password: p, tenant_name: t, "
                                  "tenant-id: i}}}"}, {}, {}),
    "outside wins for the project": ({"clouds.yaml": "clouds: {a: {project_name: out, %s}}" % AUTH}, {}, {}),
    "inside wins for the user": ({"clouds.yaml": "clouds: {a: {username: out, %s}}" % AUTH}, {}, {}),
    "one domain for both": ({"clouds.yaml": "clouds: {a: {domain_name: X, auth: {auth_url: 'http://h', username: u, "
                                            "password: p, project_name: q}}}"}, {}, {}),
    "domain as scope": ({"clouds.yaml": "clouds: {a: {domain_id: X, auth: {auth_url: 'http://h', username: u, "
                                        "password: p}}}"}, {}, {}),
    "endpoint_type": ({"clouds.yaml": "clouds: {a: {endpoint_type: internal, image_endpoint_type: admin, %s}}" % AUTH}, {},
                      {}),
    "service timeouts": ({"clouds.yaml": "clouds: {a: {glance_timeout: 9, %s}}" % AUTH}, {}, {}),
    "hyphens": ({"clouds.yaml": "clouds: {a: {region-name: R, auth: {auth-url: 'http://h', username: y, password: p, "
                                "project-name: q, user-domain-name: D}}}"}, {}, {}),
    "regions": ({"clouds.yaml": "clouds: {a: {regions: [A, B], %s}}" % AUTH}, {}, {}),
    "region asked for": ({"clouds.yaml": "clouds: {a: {regions: [A, B], %s}}" % AUTH}, {}, {"region_name": "B"}),
    "values of a region": ({"clouds.yaml": "clouds: {a: {regions: [{name: A, values: {interface: internal, image_api_version:"
                                           " 2}}], %s}}" % AUTH}, {}, {}),
    "unknown region": ({"clouds.yaml": "clouds: {a: {regions: [A], %s}}" % AUTH}, {}, {"region_name": "C"}),
    "region list with commas": ({"clouds.yaml": "clouds: {a: {region_name: 'A,B', %s}}" % AUTH}, {},
                                {"region_name": "B"}),
    "free region": ({"clouds.yaml": "clouds: {a: {%s}}" % AUTH}, {}, {"region_name": "Z"}),
    "region in the address": ({"clouds.yaml": "clouds: {a: {region_name: R, auth: {auth_url: 'http://{region_name}.x', "
                                              "username: u, password: p}}}"}, {}, {}),
    "unknown cloud": ({"clouds.yaml": "clouds: {a: {%s}}" % AUTH}, {}, {"cloud": "zz"}),
    "two clouds, one named by the variable": ({"clouds.yaml": "clouds: {a: {%s}, b: {auth: {auth_url: 'http://b', username: "
                                                              "x, password: y}}}" % AUTH}, {"OS_CLOUD": "b"}, {}),
    "cloud of the variables": ({"clouds.yaml": "clouds: {a: {%s}}" % AUTH},
                               {"OS_AUTH_URL": "http://e", "OS_USERNAME": "eu", "OS_PASSWORD": "007",
                                "OS_TENANT_NAME": "t", "OS_REGION_NAME": "R", "OS_INSECURE": "true"}, {}),
    "named cloud beside variables": ({"clouds.yaml": "clouds: {a: {%s}}" % AUTH},
                                     {"OS_CLOUD": "a", "OS_REGION_NAME": "R", "OS_USERNAME": "no"}, {}),
    "name of the variables' cloud is taken": ({"clouds.yaml": "clouds: {a: {%s}}" % AUTH}, {"OS_CLOUD_NAME": "a"}, {}),
    "secure.yaml": ({"clouds.yaml": "clouds: {a: {regions: [A], auth: {auth_url: 'http://h', username: u}}}",
                     "secure.yaml": "clouds: {a: {regions: [B], auth: {password: s}}}"}, {}, {}),
    "secure.yaml alone": ({"secure.yaml": "clouds: {a: {%s}}" % AUTH}, {}, {}),
    "profile": ({"clouds.yaml": "clouds: {a: {profile: v, %s}}" % AUTH,
                 "clouds-public.yaml": "public-clouds: {v: {interface: admin, auth: {project_domain_name: V}, "
                                       "image_interface: internal}}"}, {}, {}),
    "profile with a region": ({"clouds.yaml": "clouds: {a: {profile: v, %s}}" % AUTH,
                               "clouds-public.yaml": "public-clouds: {v: {regions: [V1, V2]}}"}, {}, {}),
    "not a mapping": ({"clouds.yaml": "[1]"}, {}, {}),
    "broken, then good": ({"clouds.yaml": "clouds: {a: [", "clouds.yml": "clouds: {a: {%s}}" % AUTH}, {}, {}),
    "auth of the module": ({"clouds.yaml": "clouds: {a: {%s}}" % AUTH}, {}, {"auth": {"username": "me", "os_password": "x"}}),
    "timeouts and files": ({"clouds.yaml": "clouds: {a: {api_timeout: 3, cacert: /x, %s}}" % AUTH}, {},
                           {"api_timeout": 7, "cacert": "/y"}),
    "application credential": ({"clouds.yaml": "clouds: {a: {auth_type: v3applicationcredential, auth: {auth_url: "
                                               "'http://h', application_credential_id: i, "
                                               "application_credential_secret: s}}}"}, {}, {}),
    "token": ({"clouds.yaml": "clouds: {a: {auth_type: v3token, auth: {auth_url: 'http://h', auth_token: t, project_id: "
                              "p}}}"}, {}, {}),
    "per service": ({"clouds.yaml": "clouds: {a: {container_infra_endpoint_override: 'http://m', "
                                    "container_infra_interface: admin, container_infra_region_name: R, %s}}" % AUTH}, {}, {}),
}


class Readers:
    """The two programs, each with an environment that knows no cloud."""

    def __init__(self, probe: Path, home: Path):
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8"}
        python = venv.services() / "bin/python"
        self.ours = self._start([str(probe)], environment)
        self.theirs = self._start([str(python), str(SUPPORT / "sdk_clouds.py")], environment)

    @staticmethod
    def _start(command, environment):
        return subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    @staticmethod
    def ask(program, question) -> dict:
        program.stdin.write(json.dumps(question) + "\n")
        program.stdin.flush()
        return json.loads(program.stdout.readline())

    def close(self) -> None:
        for program in (self.ours, self.theirs):
            program.stdin.close()
            program.wait()


@pytest.fixture(scope="module")
def readers(tmp_path_factory):
    probe = Path(os.environ.get("MCAPI_BUILD", SUPPORT.parents[1] / "build/dev")) / "tests/clouds_probe"
    if not probe.exists():
        pytest.fail("%s is missing: build it first" % probe)
    both = Readers(probe, tmp_path_factory.mktemp("home"))
    yield both
    both.close()


def compared(entry: dict) -> dict:
    """What an entry says, whoever read it: verify and insecure are one for ours, and numbers may be texts."""
    kept = {key: value for key, value in entry.items() if key not in ONLY_THEIRS and value is not None}
    kept["verify"] = bool(kept.get("verify", True)) and not kept.pop("insecure", False)
    kept["api_timeout"] = str(kept.get("api_timeout"))
    kept["auth"] = {key: value for key, value in kept.get("auth", {}).items() if value is not None}
    return kept


@pytest.mark.parametrize("name", CASES)
def test_030__same_files_and_variables__same_entry_as_openstacksdk(readers, tmp_path, name):
    files, variables, options = CASES[name]
    for path, text in files.items():
        (tmp_path / path).write_text(text)
    blank = {key: None for case in CASES.values() for key in case[1]}
    question = dict(options, cwd=str(tmp_path), env=dict(blank, **variables))
    ours, theirs = readers.ask(readers.ours, question), readers.ask(readers.theirs, question)
    assert ("error" in ours) == ("error" in theirs), (ours, theirs)
    if "error" in theirs:
        assert theirs["error"].split(": ", 1)[1].replace(str(tmp_path) + "/", "")[:60] in \
            ours["error"].replace(str(tmp_path) + "/", "")
        return
    assert ours["name"] == theirs["name"]
    assert compared(ours["config"]) == compared(theirs["config"])
