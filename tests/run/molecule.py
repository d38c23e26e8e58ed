#!/usr/bin/env python3
"""Runs molecule scenarios with the packed collection, each against servers of its own. Without a SCENARIO: all of them but `aio` and
`magnum`, whose hosts take minutes to make.
"""
import argparse
import contextlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))
from servers.kubernetes.server import KubeServer  # noqa: E402
from servers.lxc import rootfs  # noqa: E402
from servers.lxc.world import TEMPLATE, World, why_not  # noqa: E402
from servers.openstack.server import OpenStack  # noqa: E402
from support.providers import Repository  # noqa: E402


@contextlib.contextmanager
def kubernetes(work: Path, *_):
    with KubeServer(work / "kubernetes") as server:
        yield {"KUBECONFIG": str(server.kubeconfig)}


@contextlib.contextmanager
def management_cluster(work: Path, *_):
    """Also with files of providers. What they would run is never started: the server has no nodes."""
    repository = Repository(work / "repository").add_standard()
    with kubernetes(work) as variables:
        yield dict(variables, MCAPI_REPOSITORY=str(repository.base))


@contextlib.contextmanager
def saved_and_empty(work: Path, tools: Path):
    """A management cluster with one cluster of Magnum's, and an empty one."""
    with KubeServer(work / "source") as source, KubeServer(work / "target") as target:
        for server, clusters in ((source, ["kube-aaaaa"]), (target, [])):
            subprocess.run([tools / "python", TESTS / "support/magnum_world.py", server.url, server.ca_file,
                            server.client_cert_file, server.client_key_file, *clusters], check=True)
        yield {"KUBECONFIG": str(source.kubeconfig), "MCAPI_TARGET": str(target.kubeconfig)}


class CannotRun(Exception):
    """This machine cannot run the scenario; says why."""


@contextlib.contextmanager
def folder_for_containers(prefix: str):
    """Its own folder: the names of sockets are made from the path, which should be short."""
    reason = why_not()
    if reason:
        raise CannotRun(reason)
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def containers(*_):
    """A lxcpath of their own, and what a container is made of."""
    with folder_for_containers("lxcm-") as folder, World(folder) as world:
        yield {"MCAPI_LXC_PATH": str(world.lxcpath), "MCAPI_LXC_TEMPLATE": str(TEMPLATE),
               "MCAPI_LXC_IMAGE": str(rootfs.busybox()), "MCAPI_LXC_CONFIG": str(world.config())}


@contextlib.contextmanager
def openstack(work: Path, *_):
    with OpenStack(work / "openstack") as cloud:
        yield {"OS_CLIENT_CONFIG_FILE": str(cloud.clouds_file)}


@contextlib.contextmanager
def magnum_host(*_):
    """A host for Magnum, with everything that it needs but what the playbook makes."""
    sys.path.insert(0, str(TESTS / "magnum_service"))
    from service import EXTERNAL, INTERNAL, SECRETS, Service
    with folder_for_containers("mol-") as folder, Service(folder, None) as lab:
        (folder / "group_vars").mkdir()
        variables = dict(lab.variables, **SECRETS, internal_lb_vip_address=INTERNAL, external_lb_vip_address=EXTERNAL, is_metal=True,
                         magnum_capi_control_host="localhost", magnum_db_setup_host="instance", magnum_oslomsg_rpc_setup_host="instance")
        (folder / "group_vars/all.json").write_text(json.dumps(variables), encoding="utf-8")
        yield {"MCAPI_MAGNUM_HOST": lab.host.name, "MCAPI_MAGNUM_GROUP_VARS": str(folder / "group_vars"),
               "AIO_LXC_PATH": str(lab.world.lxcpath), "ANSIBLE_CONNECTION_PLUGINS": str(TESTS / "aio/connection")}


@contextlib.contextmanager
def deployment_host(*_):
    """What an operator has before the first playbook: OpenStack-Ansible's configuration and command, a mirror, HAProxy."""
    sys.path.insert(0, str(TESTS / "aio"))
    from deployment import KUBECTL, Deployment
    with folder_for_containers("aio-") as folder, Deployment(folder) as aio:
        node = aio.container()
        command = folder / "command"
        # Nothing of molecule's own settings.
        command.write_text("#!/bin/sh\nexec env -i %s %s \"$@\"\n" % (
            shlex.join("%s=%s" % pair for pair in aio.osa.variables().items()), shlex.quote(str(aio.osa.command))), encoding="utf-8")
        command.chmod(0o755)
        yield {"MCAPI_COMMAND": str(command), "MCAPI_KUBECTL": json.dumps(
            ["lxc-attach", "-P", str(node.lxcpath), "-n", node.name, "--clear-env", "--", *KUBECTL])}


# scenario → the servers that it needs: (work directory, folder of molecule) → context of environment variables for it
SCENARIOS = {
    "aio": deployment_host,
    "capi_backup": saved_and_empty,
    "clusterctl_init": management_cluster,
    "k8s_apply": kubernetes,
    "lxc_container": containers,
    "magnum": magnum_host,
    "magnum_template": openstack,
}
ON_REQUEST = ("aio", "magnum")


def run(scenario: str, tools: Path, more: dict) -> int:
    with tempfile.TemporaryDirectory(prefix="molecule-") as work, SCENARIOS[scenario](Path(work), tools) as variables:
        environment = dict(os.environ, **variables, **more,
                           MOLECULE_EPHEMERAL_DIRECTORY=work + "/state", ANSIBLE_HOME=work + "/home",
                           PATH="%s:%s" % (tools, os.environ["PATH"]))
        return subprocess.run([tools / "molecule", "test", "-s", scenario], cwd=TESTS, env=environment,
                              check=False).returncode


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tools", type=Path, help="the folder of molecule and ansible-galaxy")
    parser.add_argument("scenarios", metavar="SCENARIO", nargs="*")
    parser.add_argument("--collection", type=Path, metavar="TARBALL", help="what all scenarios but aio install")
    options = parser.parse_args()
    more = {"MCAPI_COLLECTION": str(options.collection.resolve())} if options.collection else {}
    failed = []
    for name in options.scenarios or [name for name in SCENARIOS if name not in ON_REQUEST]:
        try:
            if run(name, options.tools, more) != 0:
                failed.append(name)
        except CannotRun as reason:
            print("molecule scenario skipped: %s: %s" % (name, reason))
    for name in failed:
        print("molecule scenario failed: " + name, file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
