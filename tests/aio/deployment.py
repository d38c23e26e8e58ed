"""An all-in-one deployment on this machine: a bridge, a mirror, HAProxy in a container, and what OpenStack-Ansible
configures.

    with Deployment(folder) as aio:
        result = aio.run("openstack.osa.k8s")
"""
import contextlib
import hashlib
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE.parent / "roles"))
from osa import OpenStackAnsible  # noqa: E402
from staging import stage  # noqa: E402

from servers import ansible_venv, processes  # noqa: E402
from servers.kubeadm import build, content  # noqa: E402
from servers.lxc import rootfs  # noqa: E402
from servers.lxc.world import World  # noqa: E402

KUBERNETES = os.environ.get("KUBERNETES_VERSION", build.DEFAULT_VERSION)
# A kubelet in a container would set these for the whole machine: files of the same content lie over them.
GUARDED = {"vm/overcommit_memory": "1", "kernel/panic": "10", "kernel/panic_on_oops": "1"}
# All processes of a container together count as much as one session outside: too little beside other tests.
CPU = "lxc.cgroup.cpu.shares=20480"
# Where the host has mounted cgroups of version 1 alone, a container's systemd still finds the hierarchy of version 2,
# in which liblxc gives it no place of its own: slices of all containers are side by side there and stay. Whoever finds
# kubepods.slice there does not make the one of version 1 that belongs to it, and the kubelet refuses to start. So
# systemd shall not look for it.
INIT = "lxc.init.cmd=/sbin/init systemd.unified_cgroup_hierarchy=0 systemd.legacy_systemd_cgroup_controller=1"
KUBECTL = ("kubectl", "--kubeconfig=/etc/kubernetes/admin.conf")
# A busy machine is no reason for another leader, and its disk none to wait for.
LEASES = [{"name": "leader-elect-lease-duration", "value": "120s"},
          {"name": "leader-elect-renew-deadline", "value": "100s"}, {"name": "bind-address", "value": "0.0.0.0"}]
PATIENT = {"controllerManager": {"extraArgs": LEASES}, "scheduler": {"extraArgs": LEASES},
           "etcd": {"local": {"extraArgs": [{"name": "unsafe-no-fsync", "value": "true"}]}}}
REGISTRIES = ("registry.k8s.io", "quay.io", "registry.example.org")


def has_version_2() -> bool:
    return " - cgroup2 " in Path("/proc/self/mountinfo").read_text(encoding="utf-8")


def sha256(path: Path) -> str:
    total = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            total.update(block)
    return "sha256:" + total.hexdigest()


class Deployment:
    cluster_api_version, sample_version = build.CAPI_VERSION, content.SAMPLE_VERSION

    def __init__(self, folder: Path, version=KUBERNETES, core=ansible_venv.DEFAULT_CORE, programs: Path = None,
                 nodes=1):
        self.folder, self.version = Path(folder), version
        self.programs = programs or Path(os.environ.get("MCAPI_PROGRAMS", ROOT / "build/bin"))
        self.world = World(self.folder / "w")
        self.bridge = self.world.bridge()
        self.keeper = processes.Keeper(self.folder / "keeper.log")
        self.collections = self.folder / "collections"
        self.core, self.nodes = core, nodes

    def __enter__(self):
        self._serve_mirror()
        stage(self.collections, self.programs)
        self._start_haproxy()
        self._configure()
        return self

    def __exit__(self, *_):
        for container in self.world.lxcpath.iterdir():
            subprocess.run(["lxc-stop", "-P", self.world.lxcpath, "-n", container.name, "-k"], check=False,
                           stderr=subprocess.DEVNULL)
        self.keeper.stop()
        self.world.close()

    # ---- the surroundings

    def _serve_mirror(self) -> None:
        self.mirror_folder = self.folder / "mirror"
        self.mirror_folder.mkdir()
        self._fill_mirror()
        self.mirror_port = 8081
        self.mirror = "http://%s:%d" % (self.bridge.address(1), self.mirror_port)
        self.start_mirror()

    def _fill_mirror(self) -> None:
        folder = content.folder(self.version)
        for name in ("files", "images"):
            (self.mirror_folder / name).unlink(missing_ok=True)
            (self.mirror_folder / name).symlink_to(folder / name)

    def start_mirror(self) -> None:
        program = str(ROOT / "tests/servers/kubeadm/mirror.py")
        self.keeper.start("mirror", [sys.executable, program, str(self.mirror_folder), self.bridge.address(1),
                                     str(self.mirror_port)], self.folder / "mirror.log", self.folder)

    def _start_haproxy(self) -> None:
        """A host of its own, as an infra host is; its network is the bridge."""
        self.vip = self.bridge.address(5)
        lines = self.bridge.lines(5) + ["lxc.mount.auto = proc:mixed sys:ro cgroup:mixed:force", CPU]
        self.haproxy = self.world.layer(rootfs.tree("node"), lines, True)
        for _ in range(100):
            if self.haproxy.run("systemctl", "is-system-running", check=False).strip() in ("running", "degraded"):
                break
            time.sleep(0.1)
        # The part of OpenStack-Ansible's haproxy_server that is not ours.
        self.haproxy.run("sh", "-c", "cd /etc/haproxy && mkdir -p conf.d && cp haproxy.cfg conf.d/00-haproxy")

    # ---- the configuration

    def _configure(self) -> None:
        tools = ansible_venv.ansible(self.core) / "bin"
        self.osa = OpenStackAnsible(self.folder, tools, self.collections, {
            "ANSIBLE_CONNECTION_PLUGINS": str(HERE / "connection"), "ANSIBLE_TRANSPORT": "lxc_attach",
            "AIO_LXC_PATH": str(self.world.lxcpath), "AIO_HOSTS": "aio1",
            # Not one that a version manager of the developer shows.
            "ANSIBLE_PYTHON_INTERPRETER": "/usr/bin/python3"})
        self.osa.overrides = {"internal_lb_vip_address": self.vip, "external_lb_vip_address": "203.0.113.10"}
        self._describe_hosts()
        self.osa.inventory_options = {"addresses": [self.bridge.address(n) for n in range(10, 20)]}
        name = self.haproxy.name
        self.osa.more_groups = {"haproxy": {"hosts": [name]}}
        self.osa.more_hosts = {name: {"container_name": name, "physical_host": "aio1", "management_address": self.vip}}
        self.osa.group_vars("k8s_all", self._variables())

    def more_variables(self, values: dict) -> None:
        """What an operator adds, in place of what was added before."""
        self.osa.group_vars("k8s_all", dict(self._variables(), **values))

    def want(self, version: str) -> None:
        """Another version of Kubernetes from now on; the mirror has no older one."""
        self.version = version
        self._fill_mirror()
        self.more_variables({})

    def grow(self, nodes: int) -> None:
        self.nodes = nodes
        self._describe_hosts()

    def _describe_hosts(self) -> None:
        host = {"ip": self.bridge.address(1), "affinity": {"k8s_container": self.nodes},
                "host_vars": {"ansible_connection": "local"}}
        self.osa.conf("k8s", {"cluster_api_hosts": {"aio1": host}})

    def _variables(self) -> dict:
        sums = {path.name: sha256(path) for path in (self.mirror_folder / "files").rglob("*") if path.is_file()}
        program = sums["kubelet"]
        guarded = []
        for name, text in GUARDED.items():
            file = self.folder / name.replace("/", "-")
            file.write_text(text + "\n", encoding="ascii")
            guarded.append("lxc.mount.entry=%s proc/sys/%s none bind 0 0" % (file, name))
        resolver = self.folder / "resolv.conf"
        resolver.write_text("nameserver %s\n" % self.bridge.address(1), encoding="ascii")
        networks = {"management_address": {"interface": "eth0", "bridge": self.bridge.name, "type": "veth", "mtu": 1500,
                                           "address": "{{ management_address }}", "netmask": "255.255.255.0",
                                           "gateway": self.bridge.address(1)}}
        return {
            "kubernetes_version": self.version, "capi_offline_mirror_base": self.mirror,
            "cilium_ipv4_cidr": "10.244.0.0/16", "cni_plugin": "bridge",
            "lxc_container_directory": str(self.world.lxcpath),
            "lxc_container_template": str(ROOT / "collection/lxc/mcapi-rootfs"),
            "lxc_container_template_options": ["--tarball=%s" % rootfs.debian("node"), "--resolv-conf=%s" % resolver],
            "lxc_guest_networks": networks, "lxc_guest_openstack_path": str(self.folder / "openstack"),
            "lxc_guest_extra_config": guarded + [CPU] + ([] if has_version_2() else [INIT]),
            "lxc_container_mount_auto": ["proc:rw", "sys:rw", "cgroup:rw:force"], "openstack_host_nf_conntrack_max": 0,
            "lxc_guest_bind_mounts": [
                {"source": "/dev/kmsg", "target": "/dev/kmsg", "create": "file"},
                {"source": "{{ lxc_guest_openstack_path }}/backup/{{ lxc_guest_name }}", "target": "/var/backup",
                 "create_source": True}],
            "kubeadm_binary_checksum": program, "kubectl_binary_checksum": program, "kubelet_binary_checksum": program,
            "containerd_download_checksum": sums["containerd-2.3.1-linux-%s.tar.gz" % content.ARCHITECTURE],
            "containerd_runc_download_checksum": sums["runc." + content.ARCHITECTURE],
            "kubelet_crictl_version": "1.36.0",
            "kubelet_crictl_checksum": sums["crictl-v1.36.0-linux-%s.tar.gz" % content.ARCHITECTURE],
            "kubelet_cni_plugins_checksum": sums["cni-plugins-linux-%s-v1.9.1.tgz" % content.ARCHITECTURE],
            "containerd_registry_mirrors": [
                {"registry": name, "mirrors": [{"url": "%s/v2/%s" % (self.mirror, name), "override_path": True}]}
                for name in REGISTRIES],
            # This machine has control groups of the first version, and its root may not lower oom_score_adj.
            "containerd_restrict_oom_score_adj": True, "kubelet_allow_unsafe_swap": True,
            "kubernetes_ignore_preflight_errors": ["SystemVerification", "NumCPU", "Mem", "KubeletVersion"],
            "kubernetes_kubelet_config": {
                "cgroupDriver": "systemd", "failCgroupV1": False, "failSwapOn": False, "oomScoreAdj": 0,
                "imageGCHighThresholdPercent": 100,
                "evictionHard": {"memory.available": "50Mi", "nodefs.available": "1%", "imagefs.available": "1%"}},
            "kubernetes_kube_proxy_config": {"oomScoreAdj": 0}, "kubernetes_cluster_config": PATIENT,
            "kubelet_sysctls": {"net.ipv4.ip_forward": 1, "net.bridge.bridge-nf-call-iptables": 1,
                                "net.bridge.bridge-nf-call-ip6tables": 1},
            "preflight_disk_gb": 1, "cert_manager_version": build.CERT_MANAGER_VERSION,
            "cert_manager_manifest_checksum": sums["cert-manager.yaml"], "cluster_api_version": build.CAPI_VERSION,
            "cluster_api_provider_checksums": content.provider_checksums(),
            "cluster_api_infrastructure_provider": "sample",
            "cluster_api_openstack_base_url": "https://%s/releases/download" % content.SAMPLE_HOST,
            "cluster_api_infrastructure_version": content.SAMPLE_VERSION,
            "capi_image_mirror_extra": [content.SAMPLE_IMAGE],
        }

    # ---- what is done

    @contextlib.contextmanager
    def network_cut(self):
        """The mirror does not answer meanwhile, and nothing leads out of the bridge anyway."""
        self.keeper.stop()
        try:
            yield
        finally:
            self.keeper = processes.Keeper(self.folder / "keeper.log")
            self.start_mirror()

    def state(self) -> str:
        """What a run may change: files of the node and versions of objects that no controller touches by itself."""
        folders = "/etc/kubernetes /etc/containerd /etc/systemd/system /etc/cni /opt/cni"
        files = self.container().run("sh", "-c", "find %s -type f | sort | xargs sha256sum" % folders)
        objects = self.kubectl("get", "crd,deployments,daemonsets,configmaps", "-A", "-o",
                               "jsonpath={range .items[*]}{.metadata.name} {.metadata.generation}{\"\\n\"}{end}")
        return files + objects

    def run(self, playbook: str, *arguments, **options):
        return self.osa.run(playbook, *arguments, **options)

    def container(self, index=0):
        names = self.osa.write_inventory()["k8s_container"]["hosts"]
        return self.world.box(names[index])

    def kubectl(self, *arguments, check=True) -> str:
        return self.container().run(*KUBECTL, *arguments, check=check, timeout=300)

    def objects(self, *arguments) -> list:
        return json.loads(self.kubectl("get", *arguments, "-o", "json"))["items"]

    def kubectl_fails(self, *arguments) -> str:
        """What it says when it does."""
        attach = ["lxc-attach", "-P", self.world.lxcpath, "-n", self.container().name, "--clear-env", "--"]
        done = subprocess.run([*attach, *KUBECTL, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)
        assert done.returncode != 0, done.stdout
        return done.stdout

    def apply(self, *objects: dict) -> None:
        """By the file system: what a container is given on its standard input gets lost."""
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
        self.container().write("root/objects.json", text)
        self.kubectl("apply", "--server-side", "-f", "/root/objects.json")

    def backup_program(self, **arguments) -> dict:
        """What the program of the timer answers when it is called as Ansible calls it."""
        box = self.container()
        settings = dict(json.loads(box.run("cat", "/etc/capi-backup.json")), **arguments)
        box.write("root/backup.json", json.dumps(settings))
        return json.loads(box.run("/usr/local/bin/capi-backup", "/root/backup.json", check=False, timeout=120))

    def fetched(self):
        """(paths of files, names of images) that somebody had from the mirror."""
        files, images = set(), set()
        for line in (self.mirror_folder / "requests").read_text(encoding="utf-8").splitlines():
            method, path, status = line.split()
            image = re.fullmatch(r"/v2/(.+)/manifests/([^:]+)", path)
            if status == "200" and image:
                images.add(":".join(image.groups()))
            elif status == "200" and method == "GET" and not path.startswith("/v2/"):
                files.add(path.lstrip("/"))
        return files, images


def try_it() -> int:
    """deployment.py FOLDER PLAYBOOK [ARGUMENT…]: deploys, and takes all down after a line on standard input."""
    with Deployment(Path(sys.argv[1])) as aio:
        print(aio.osa.command, flush=True)
        for playbook in sys.argv[2:]:
            done = aio.run(playbook, "-v")
            print(done.stdout[-6000:], flush=True)
        sys.stdin.readline()
    return 0


if __name__ == "__main__":
    sys.exit(try_it())
