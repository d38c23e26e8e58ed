"""Magnum as the collection deploys it: a host with systemd, MariaDB and RabbitMQ, beside real OpenStack services and a real API server
with Cluster API's kinds.

    with Service(folder, programs) as lab:
        done = lab.run("openstack.osa.magnum")

Everything listens on loopback: the host is a container that shares this machine's network, and HAProxy in it leads from other
addresses of loopback to the API, as from virtual ones. Cinder is a stand-in, because all that the
driver asks it is the default volume type. There are no controllers of Cluster API, so that clusters
are written and stay in progress.
"""
import hashlib
import json
import re
import struct
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE.parent / "roles"))
from osa import OpenStackAnsible  # noqa: E402
from staging import stage  # noqa: E402

from servers import ansible_venv, helm, processes  # noqa: E402
from servers.kubernetes.server import KubeServer  # noqa: E402
from servers.lxc import magnum_tree  # noqa: E402
from servers.lxc.world import World  # noqa: E402
from servers.openstack import services, wheels  # noqa: E402
from servers.openstack.server import OpenStack  # noqa: E402
from servers.ports import free_port  # noqa: E402
from support.magnum_clusters import Magnum  # noqa: E402
from support.wait import until  # noqa: E402

# As in the documentation of Magnum for OpenStack-Ansible.
DOCUMENTED = """---
magnum_k8s_driver: "vexxhost"

magnum_capi_vexxhost_git_install_branch: v0.33.0
magnum_capi_vexxhost_git_repo: "{{ openstack_github_base_url | default('https://github.com') ~ '/vexxhost/magnum-cluster-api' }}"
"""
CINDER = """
import http.server, json, sys
TYPE = {"id": "0f0f0f0f-1111-2222-3333-444444444444", "name": "fast", "is_public": True, "extra_specs": {}, "description": None}
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        path = self.path.split("?")[0].rstrip("/")
        body = {"volume_type": TYPE} if path.endswith("/types/default") else {"volume_types": [TYPE]} if path.endswith("/types") else {
            "versions": [{"id": "v3.0", "status": "CURRENT", "version": "3.71", "min_version": "3.0",
                          "links": [{"rel": "self", "href": "http://127.0.0.1:%d/v3/" % int(sys.argv[1])}]}]}
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
    def log_message(self, *_):
        pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
INTERNAL, EXTERNAL = "127.0.0.2", "127.0.0.3"  # HAProxy's addresses
# As OpenStack-Ansible's other roles left the container.
# All processes of a container together count as much as one session outside: too little beside other tests.
CONTAINER = ("lxc.net.0.type = none", "lxc.start.order = 100", "lxc.start.auto = 1", "lxc.cgroup.cpu.shares = 20480")
OCTAVIA = CINDER.replace('body = {', 'body = {"loadbalancers": []} if "loadbalancers" in path else {', 1)
MARIADB = "[mysqld]\nport = %d\nbind-address = 127.0.0.1\n"
# With a register of names of its own: the usual port may be another lab's.
RABBITMQ = "NODE_PORT=%d\nNODE_IP_ADDRESS=127.0.0.1\nRABBITMQ_DIST_PORT=%d\nexport ERL_EPMD_PORT=%d\n"
IMAGE, FLAVOR = "ubuntu-2204-kube-v1.34.8", "m1.capi"
TEMPLATE = {"name": "k8s-v1.34.8", "coe": "kubernetes", "image_id": IMAGE, "external_network_id": "public", "flavor_id": FLAVOR,
            "master_flavor_id": FLAVOR, "dns_nameserver": "8.8.8.8", "network_driver": "calico", "master_lb_enabled": "True", "public": True,
            "labels": {"kube_tag": "v1.34.8", "octavia_provider": "amphora"}}
# An empty disk of 1 MiB: Glance looks into what it is given.
QCOW2 = struct.pack(">4sIQIIQIIQQIIQQQQII", b"QFI\xfb", 3, 0, 0, 16, 1 << 20, 0, 1, 0x30000, 0x10000, 1, 0, 0, 0, 0, 0, 4, 104).ljust(0x40000, b"\0")
MANY = {"many": 100000, "too-many": 400000}  # bytes
SECRETS = {name: "secret-%s" % name[7:15] for name in ("magnum_service_password", "magnum_galera_password", "magnum_oslomsg_rpc_password",
                                                        "magnum_trustee_password")}


class Service:
    def __init__(self, folder: Path, programs: Path, core=ansible_venv.DEFAULT_CORE):
        self.folder, self.programs, self.core = Path(folder), programs, core
        self.closers = []

    def __enter__(self):
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        while self.closers:
            self.closers.pop()()

    def _start(self) -> None:
        self.ports = {name: free_port() for name in ("database", "broker", "distribution", "names", "index", "files", "cinder", "octavia", "magnum")}
        self.cloud = OpenStack(self.folder / "openstack")
        self.closers.append(self.cloud.stop)
        self.cloud.processes["magnum"].stop(0)  # there shall be another one
        self.kubernetes = KubeServer(self.folder / "kubernetes")
        self.closers.append(self.kubernetes.stop)
        self.objects = Magnum(self.kubernetes)
        # The driver speaks v1beta1, and nothing converts here: kinds that are stored so.
        self.objects.install("1.8.4")
        self.keeper = processes.Keeper(self.folder / "keeper.log")
        self.closers.append(self.keeper.stop)
        self._serve()
        self._extend_catalog()
        self._start_host()
        self._configure()

    def _serve(self) -> None:
        self.keeper.start("index", [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "--directory", wheels.index(),
                                    str(self.ports["index"])], self.folder / "index.log", self.folder)
        (self.folder / "files").mkdir()
        (self.folder / "files" / (IMAGE + ".qcow2")).write_bytes(QCOW2)
        (self.folder / "files" / helm.ARCHIVE).symlink_to(helm.archive())
        self.keeper.start("files", [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "--directory", self.folder / "files",
                                    str(self.ports["files"])], self.folder / "files.log", self.folder)
        (self.folder / "cinder.py").write_text(CINDER, encoding="ascii")
        self.keeper.start("cinder", [sys.executable, self.folder / "cinder.py", str(self.ports["cinder"])], self.folder / "cinder.log", self.folder)

        (self.folder / "octavia.py").write_text(OCTAVIA, encoding="ascii")
        self.keeper.start("octavia", [sys.executable, self.folder / "octavia.py", str(self.ports["octavia"])], self.folder / "octavia.log",
                          self.folder)

    def octavia_url(self) -> str:
        return "http://127.0.0.1:%d" % self.ports["octavia"]

    def _extend_catalog(self) -> None:
        token = self.cloud.login("admin", "admin")
        for name, kind, url in (("cinder", "block-storage", "http://127.0.0.1:%d/v3" % self.ports["cinder"]),
                                ("cinderv3", "volumev3", "http://127.0.0.1:%d/v3" % self.ports["cinder"])):
            made = self.cloud.ok("keystone", "POST", "/v3/services", {"service": {"name": name, "type": kind}}, token)["service"]
            for interface in ("public", "internal", "admin"):
                self.cloud.ok("keystone", "POST", "/v3/endpoints", {"endpoint": {
                    "service_id": made["id"], "interface": interface, "region_id": services.REGION, "url": url}}, token)

    def _start_host(self) -> None:
        self.world = World(self.folder / "w")
        self.closers.append(self.world.close)
        self.host = self.world.layer(magnum_tree.tree(), CONTAINER)
        self.host.write("etc/mysql/mariadb.conf.d/99-test.cnf", MARIADB % self.ports["database"])
        self.host.write("etc/rabbitmq/rabbitmq-env.conf", RABBITMQ % (self.ports["broker"], self.ports["distribution"], self.ports["names"]))
        self.host.write("etc/magnum-ca/external.pem", self.cloud.external_ca.cert_file.read_text("ascii"))
        self.host.write("etc/magnum-ca/internal.pem", self.cloud.internal_ca.cert_file.read_text("ascii"))
        self.host.write("etc/magnum-ca/none.pem", "no certificate\n")
        # As a trust store of some hundred authorities.
        for name, size in MANY.items():
            text = self.cloud.external_ca.cert_file.read_text("ascii")
            self.host.write("etc/magnum-ca/%s.pem" % name, text * (size // len(text)))
        self.host.start()
        until(lambda: self.host.run("systemctl", "is-system-running", check=False).strip() in ("running", "degraded"), 240)
        # The part of OpenStack-Ansible's haproxy_server that is not ours.
        self.host.run("sh", "-c", "mkdir -p /etc/haproxy/conf.d && cp /etc/haproxy/haproxy.cfg /etc/haproxy/conf.d/00-haproxy")
        until(lambda: self.host.run("mysql", "-e", "select 1", check=False) != "", 120)
        until(lambda: "magnum" not in self.host.run("rabbitmqctl", "--quiet", "list_users", check=False, timeout=60) and
              "guest" in self.host.run("rabbitmqctl", "--quiet", "list_users", check=False, timeout=60), 240)

    def _configure(self) -> None:
        self.collections = self.folder / "collections"
        stage(self.collections, self.programs)
        self.osa = OpenStackAnsible(self.folder, ansible_venv.ansible(self.core) / "bin", self.collections, {
            "ANSIBLE_CONNECTION_PLUGINS": str(ROOT / "tests/aio/connection"), "AIO_LXC_PATH": str(self.world.lxcpath),
            "ANSIBLE_ROLES_PATH": str(self.folder / "roles")})
        name = self.host.name
        self.osa.overrides = {"internal_lb_vip_address": INTERNAL, "external_lb_vip_address": EXTERNAL}
        local = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
        self.osa.more_groups = {"magnum_all": {"hosts": [name]}, "haproxy": {"hosts": [name]}, "k8s_all": {"hosts": ["control"]}, "k8s_capi": {"hosts": []}}
        self.osa.more_hosts = {"control": local, "localhost": local, name: {
            "ansible_connection": "lxc_attach", "container_name": name, "physical_host": "localhost", "management_address": "127.0.0.1",
            "ansible_python_interpreter": "/usr/bin/python3"}}
        self.osa.group_vars("magnum_all", DOCUMENTED)
        self.variables = self._variables()
        self.write_variables()
        self.osa.user_variables(SECRETS, "secrets")

    def _variables(self) -> dict:
        cloud = dict(auth=self.cloud.auth("admin", "admin"), region_name=services.REGION, interface="admin")
        return {
            "magnum_capi_vexxhost_git_install_branch": "v0.38.2",  # what is in the index
            "magnum_pip_index_url": "http://127.0.0.1:%d/pypi.org/simple" % self.ports["index"],
            "lxc_container_directory": str(self.world.lxcpath), "magnum_container_bind_mounts": [], "lxc_container_config_list": [],
            "magnum_api_uwsgi_bind_address": "127.0.0.1",
            "magnum_service_port": self.ports["magnum"], "magnum_service_cloud": cloud, "magnum_service_setup_host": "localhost",
            "magnum_service_interface": "admin", "service_region": services.REGION,
            "keystone_service_internalurl": self.cloud.url("keystone") + "/v3",
            "magnum_capi_external_url": self.cloud.tls_url("keystone"), "magnum_capi_internal_url": self.cloud.tls_url("keystone", "internal"),
            "magnum_capi_external_ca_file": "/etc/magnum-ca/external.pem", "magnum_capi_internal_ca_file": "/etc/magnum-ca/internal.pem",
            "magnum_capi_k8s_conf_src": str(self.kubernetes.kubeconfig), "magnum_capi_helm_url": "http://127.0.0.1:%d/%s" % (self.ports["files"], helm.ARCHIVE),
            "magnum_capi_helm_checksum": hashlib.sha256(helm.archive().read_bytes()).hexdigest(),
            "magnum_galera_port": self.ports["database"], "magnum_db_setup_host": self.host.name,
            "magnum_oslomsg_rpc_port": self.ports["broker"], "magnum_oslomsg_rpc_setup_host": self.host.name,
            "magnum_oslomsg_rabbit_quorum_queues": False, "magnum_wsgi_processes": 1, "magnum_conductor_workers": 1,
            "magnum_distro_packages": [],  # the image has them
            "magnum_image_path": str(self.folder / "images"), "magnum_flavors": [{"name": FLAVOR, "vcpus": 2, "ram": 4096, "disk": 20}],
            "magnum_glance_images": [{"name": IMAGE, "url": "http://127.0.0.1:%d/%s.qcow2" % (self.ports["files"], IMAGE), "distro": "ubuntu",
                                      "public": True, "checksum": "sha256:" + self._digest()}],
            "magnum_cluster_templates": [TEMPLATE],
            "magnum_config_overrides": {"drivers": {"disabled_drivers": "k8s_cluster_api_ubuntu_focal,k8s_cluster_api_flatcar,"
                                                                        "k8s_cluster_api_rockylinux,k8s_cluster_api_debian"},
                                        "capi_client": {"endpoint": "internalURL"}},
        }

    def _digest(self) -> str:
        return hashlib.sha256((self.folder / "files" / (IMAGE + ".qcow2")).read_bytes()).hexdigest()

    # ---- what tests do

    def write_variables(self, **more) -> None:
        self.osa.group_vars("magnum_all_test", {})
        path = self.osa.config / "group_vars/magnum_all/test.yml"
        path.write_text(json.dumps(dict(self.variables, **more)), encoding="utf-8")

    def run(self, *arguments, **options):
        return self.osa.run(*arguments, timeout=1800, **options)

    def pid(self, unit: str) -> str:
        return self.host.run("systemctl", "show", "-P", "MainPID", unit).strip()

    def cluster_objects(self, path="clusters", group="cluster.x-k8s.io/v1beta1") -> list:
        status, answer = self.kubernetes.request("GET", "/apis/%s/namespaces/magnum-system/%s" % (group, path))
        return answer.get("items", []) if status == 200 else []

    def canaries(self) -> dict:
        """What no output may show: passwords, and the token of the kubeconfig as soon as there is one."""
        values = dict(SECRETS, administrator=services.PASSWORD % "admin")
        token = re.search(r"token: (\S+)", self.host.run("cat", "/var/lib/magnum/.kube/config", check=False))
        if token:
            values["token"] = token.group(1)
        return values

    def secrets(self) -> dict:
        answer = self.kubernetes.request("GET", "/api/v1/namespaces/magnum-system/secrets")[1]
        return {each["metadata"]["name"]: each.get("data", {}) for each in answer["items"]}

    def log(self, unit: str, lines=60) -> str:
        return self.host.run("journalctl", "-u", unit, "-n", str(lines), "--no-pager", check=False)


def try_it() -> int:
    """service.py FOLDER PROGRAMS PLAYBOOK…: deploys, and waits for a file FOLDER/stop before it takes all down."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with Service(folder, Path(sys.argv[2])) as lab:
        print(lab.osa.command, lab.host.name, lab.world.lxcpath, flush=True)
        for playbook in sys.argv[3:]:
            done = lab.run(playbook, "-v")
            print(done.stdout[-9000:], flush=True)
        while not (folder / "stop").exists():
            time.sleep(1)
    return 0


if __name__ == "__main__":
    sys.exit(try_it())
