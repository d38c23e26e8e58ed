"""openstack.cloud.coe_cluster_template started as a program, without Ansible around it."""
import json
import subprocess
from pathlib import Path

# openstack.cloud 2.5 relies on openstack.version, which newer SDKs do not import by themselves.
PROGRAM = ("import runpy, openstack.version; runpy.run_module("
           "'ansible_collections.openstack.cloud.plugins.modules.coe_cluster_template', run_name='__main__')")


class PeerModule:
    """peer(name=…, …) → its result. A crash is {"failed": True, "msg": the traceback}."""

    def __init__(self, cloud, user="demo"):
        self.cloud = cloud
        self.user = user
        self.python = cloud.pythons["keystone"]

    def command(self, directory: Path, **options):
        """(argv, environment)"""
        path = directory / "peer.json"
        path.write_text(json.dumps({"ANSIBLE_MODULE_ARGS": dict(options, cloud=self.user)}), encoding="utf-8")
        environment = {"OS_CLIENT_CONFIG_FILE": str(self.cloud.clouds_file), "HOME": str(directory),
                       "PATH": "/usr/bin:/bin", "PYTHONPATH": str(self.python / "collections"),
                       "PYTHONWARNINGS": "ignore"}
        return [str(self.python / "bin/python"), "-c", PROGRAM, str(path)], environment

    def __call__(self, **options) -> dict:
        argv, environment = self.command(self.cloud.directory, **options)
        done = subprocess.run(argv, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, check=False)
        lines = done.stdout.strip().splitlines()
        try:
            return dict({"failed": False}, **json.loads(lines[-1]))
        except (IndexError, ValueError):
            return {"failed": True, "changed": False, "msg": done.stdout + done.stderr}
