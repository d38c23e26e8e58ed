#!/usr/bin/env python3
"""demo.py TARBALL: installs the packed collection, starts a Kubernetes API server, applies Cluster API twice, installs
its providers twice, publishes templates in a real Magnum, saves ten clusters and brings them back elsewhere, makes a
container where that is possible, and reaches a tenant through the proxy.
"""
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
from servers import ansible_venv, capi_bundle  # noqa: E402
from servers.clusterctl import repository  # noqa: E402
from servers.kubernetes.server import KubeServer  # noqa: E402
from servers.lxc import rootfs  # noqa: E402
from servers.lxc.world import TEMPLATE, World, why_not  # noqa: E402
from servers.openstack.server import OpenStack  # noqa: E402
from support.magnum_clusters import Magnum  # noqa: E402

PLACE = ROOT / "build/demo"
CLUSTERS = 10  # of the management cluster that is lost
PATIENCE = 2  # seconds after which somebody wants to know what takes so long


def quietly(what: str, function):
    """Runs it; says what it is once it takes longer, and how long it took in the end."""
    begin = time.monotonic()
    timer = threading.Timer(PATIENCE, lambda: print("%s …" % what, flush=True))
    timer.start()
    try:
        result = function()
    finally:
        timer.cancel()
    print("%s: %.1f s" % (what, time.monotonic() - begin), flush=True)
    return result


def command(*argv, **environment):
    result = subprocess.run([str(a) for a in argv], env=dict(os.environ, **environment), stdout=subprocess.PIPE, text=True,
                            check=False)
    if result.returncode != 0:
        sys.exit("%s failed:\n%s" % (argv[0], result.stdout))
    return result.stdout


def stop_former_server() -> None:
    """That of a demo before; that there was none is no news."""
    done = subprocess.run([ROOT / "tests/servers/servers", "down", "kubernetes"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    if done.returncode != 0:
        sys.exit("the server of a former demo does not stop:\n%s" % done.stdout)


def show_proxy(tools) -> int:
    """The part that needs network namespaces; the program is the one in the package."""
    if os.geteuid() != 0:
        print("No proxy is shown: network namespaces need root")
        return 0
    files = PLACE / "collections/ansible_collections/osa_ops/mcapi_vexxhost/roles/capi_proxy/files"
    return subprocess.run([tools / "python", ROOT / "tests/demo/proxy.py",
                           files / platform.machine() / "magnum-cluster-api-proxy"], check=False).returncode


def show_container(settings) -> int:
    """The part that needs containers; says why where this machine cannot run them."""
    reason = quietly("looking for LXC", why_not)
    if reason:
        print("No container is shown: %s" % reason)
        return 0
    image = quietly("packing a root file system", rootfs.busybox)
    with World(Path(tempfile.mkdtemp(prefix="lxcd-"))) as world:  # short: names of sockets are made from it
        return subprocess.run(["ansible-playbook", ROOT / "tests/demo/container.yml",
                               "-e", "demo_lxcpath=%s" % world.lxcpath, "-e", "demo_template=%s" % TEMPLATE,
                               "-e", "demo_image=%s" % image, "-e", "demo_config=%s" % world.config()],
                              env=dict(os.environ, **settings), check=False).returncode


def two_management_clusters(directory):
    """One with clusters, an empty one."""
    full, empty = (KubeServer(directory / name, controller_manager=False) for name in ("full", "empty"))
    for server in (full, empty):
        Magnum(server).install()
    magnum = Magnum(full)
    magnum.add_class()
    magnum.add_clusters(CLUSTERS)
    return full, empty


def show_backup(settings) -> int:
    with tempfile.TemporaryDirectory(prefix="mcapi-demo-") as directory:
        full, empty = quietly("starting two management clusters", lambda: two_management_clusters(Path(directory)))
        with full, empty:
            return subprocess.run(["ansible-playbook", ROOT / "tests/demo/backup.yml",
                                   "-e", "demo_full=%s" % full.kubeconfig, "-e", "demo_empty=%s" % empty.kubeconfig,
                                   "-e", "demo_archives=%s/archives" % directory],
                                  env=dict(os.environ, **settings), check=False).returncode


def show_templates(settings) -> int:
    """The part that needs OpenStack's services, from PyPI: gigabytes of Python, most of it fetched once."""
    with tempfile.TemporaryDirectory(prefix="mcapi-demo-") as directory:
        with quietly("starting Keystone, Glance, Neutron, Nova and Magnum", lambda: OpenStack(Path(directory) / "cloud")) as cloud:
            return subprocess.run(["ansible-playbook", ROOT / "tests/demo/templates.yml",
                                   "-e", "demo_clouds=%s" % cloud.clouds_file],
                                  env=dict(os.environ, **settings), check=False).returncode


def main() -> int:
    tarball = sys.argv[1]
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    tools = quietly("preparing Ansible", ansible_venv.ansible) / "bin"
    settings = {"ANSIBLE_COLLECTIONS_PATH": str(PLACE / "collections"), "ANSIBLE_HOME": str(PLACE / "home"),
                "ANSIBLE_LOCALHOST_WARNING": "0", "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0",
                "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml", "PATH": "%s:%s" % (tools, os.environ["PATH"])}
    quietly("installing the collection", lambda: command(
        "ansible-galaxy", "collection", "install", "--offline", "-p", PLACE / "collections", tarball, **settings))
    stop_former_server()
    lines = quietly("starting a Kubernetes API server", lambda: command(
        ROOT / "tests/servers/servers", "up", "kubernetes"))
    server = dict(line.split("=", 1) for line in lines.splitlines())
    bundle = quietly("rendering Cluster API's components", capi_bundle.bundle)
    providers = quietly("rendering its providers", lambda: repository.rendered(("1.13.6",)))
    print("\nCluster API core components: %d kB\n" % (bundle.stat().st_size // 1000), flush=True)
    status = subprocess.run(["ansible-playbook", ROOT / "tests/demo/demo.yml", "-e", "demo_bundle=%s" % bundle,
                             "-e", "demo_definitions=%s" % capi_bundle.CERT_MANAGER_CRDS,
                             "-e", "demo_providers=%s" % providers],
                            env=dict(os.environ, KUBECONFIG=server["KUBECONFIG"], **settings), check=False).returncode
    status = status or show_templates(settings)
    status = status or show_backup(settings)
    status = status or show_container(settings)
    status = status or show_proxy(tools)
    if status == 0:
        print("Look around:  KUBECONFIG=%s %s get crds,deployments -A" % (server["KUBECONFIG"], server["KUBECTL"]))
        print("Apply more:   export KUBECONFIG=%s ANSIBLE_COLLECTIONS_PATH=%s PATH=%s:$PATH"
              % (server["KUBECONFIG"], PLACE / "collections", tools))
        print("Stop it:      ./dev servers down", flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
