"""What roles do, by the numbers of the checklist: their own tasks on this machine, with every path below a folder of the test, and
stand-ins for systemd, kubeadm and the API."""
import json
import re

import pytest
import yaml as pyyaml
from conftest import CORES, NAMESPACE, ROOT, ansible
from osa import recap, yaml
from staging import stage
from test_artifact import Mirror, archive
from test_decisions import include, tell, told

TOKEN, KEY = "abcdef.0123456789abcdef", "c" * 64
# What it is called with, and whether what has to be there before is there.
KUBEADM = """#!/bin/sh
echo "$* $(cd %(root)s/etc/kubernetes && find pki -type f 2>/dev/null | sort | tr '\\n' ' ')" >>%(root)s/kubeadm
case "$*" in
"token create"*) echo "kubeadm join 10.0.0.1:6443 --token %(token)s --discovery-token-ca-cert-hash sha256:%(key)s";;
"init phase"*) echo "%(key)s";;
init*|join*) [ ! -e %(root)s/refuses ] || { echo "refused with %(token)s" >&2; exit 1; }; : >%(root)s/etc/kubernetes/admin.conf;;
esac
"""
STAND_IN = """#!/bin/sh
# WANT_JSON
cat "$1" >>%s
echo >>%s
echo '%s'
"""


class Roles:
    """The collection, changed to do no harm here."""

    def __init__(self, folder):
        self.root, self.collections = folder / "root", folder / "collections"
        (self.root / "etc/kubernetes").mkdir(parents=True)
        (self.root / "bin").mkdir()
        staged = stage(self.collections)
        for path in (path for folder in ("tasks", "vars", "defaults", "handlers") for path in staged.glob("roles/*/%s/*.yml" % folder)):
            text = re.sub(r"(?<![\w.}])/(etc|usr/bin|var/lib)/(?=[a-z])", r"%s/\1/" % self.root, path.read_text(encoding="utf-8"))
            text = re.sub(r"unarchive: /usr/bin\b", "unarchive: %s/bin" % self.root, text)
            for module, stand_in in (("systemd_service", "stand_in"), ("uri", "stand_in_of_api")):
                text = text.replace("ansible.builtin.%s:" % module, "%s.%s:" % (NAMESPACE, stand_in))
            path.write_text(text, encoding="utf-8")
        self.module("stand_in", '{"changed": true}')
        self.api(-1)
        self.module("k8s_apply", '{"changed": false, "resources": []}')
        (self.root / "bin/kubeadm").write_text(KUBEADM % {"root": self.root, "token": TOKEN, "key": KEY}, encoding="utf-8")
        (self.root / "bin/kubeadm").chmod(0o755)

    def module(self, name: str, answer: str):
        path = self.collections / "ansible_collections/osa_ops/mcapi_vexxhost/plugins/modules" / name
        log = self.root / (name + ".log")
        path.write_text(STAND_IN % (log, log, answer), encoding="utf-8")
        path.chmod(0o755)

    def api(self, status: int):
        """What https://ENDPOINT/readyz answers."""
        self.module("stand_in_of_api", '{"changed": false, "status": %d}' % status)

    def calls(self, name: str) -> list:
        log = self.root / (name + ".log")
        return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines() if line] if log.exists() else []

    def kubeadm(self) -> list:
        """What it was called with."""
        log = self.root / "kubeadm"
        return log.read_text(encoding="utf-8").splitlines() if log.exists() else []

    def play(self, tasks, *arguments, variables=None, roles=(), inventory=None, groups=None, **more):
        files = [str(ROOT / "roles" / role / part / "main.yml") for role in roles for part in ("defaults", "vars")]
        hosts = {name: {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}", **values}
                 for name, values in (inventory or {"one": {}}).items()}
        (self.root / "hosts.json").write_text(yaml({"k8s_all": {"hosts": hosts}, **(groups or {})}), encoding="utf-8")
        (self.root / "more.json").write_text(yaml(variables or {}), encoding="utf-8")
        facts = {"ansible.builtin.set_fact": {"architecture": "x86_64", "os_family": "Debian", "hostname": "one", "cacheable": True}}
        play = {"hosts": "k8s_all", "gather_facts": False, "vars_files": files, "tasks": [facts, *tasks],
                "environment": {"PATH": "%s/bin:/usr/bin:/bin:/usr/sbin:/sbin" % self.root}, **more}
        (self.root / "play.yml").write_text(yaml([play]), encoding="utf-8")
        return ansible(CORES[0], self.collections, "-i", self.root / "hosts.json", self.root / "play.yml", "-e", "@%s" % (self.root / "more.json"),
                       *arguments)


@pytest.fixture
def roles(tmp_path):
    return Roles(tmp_path)


def words(done) -> str:
    return re.sub(r"\s+", " ", done.stdout)


# ---- which host makes the cluster

def tasks_of_the_role(role: str, file: str) -> list:
    return pyyaml.safe_load((ROOT / "roles" / role / "tasks" / file).read_text(encoding="utf-8"))


def made_by(task, *files):
    return {"name": task, "ansible.builtin.copy": {"content": "{{ ansible_play_batch | length }}\n", "dest": "{{ item }}", "mode": "0600"},
            "loop": ["{{ home }}/%s" % file for file in files]}


def bootstrap() -> list:
    """The tasks of the role that choose, and in place of kubeadm the files that it leaves."""
    observe = tasks_of_the_role("kubernetes", "observe.yml")
    observe[1]["ansible.builtin.stat"]["path"] = "{{ home }}/kubelet.conf"
    instead = {"init.yml": ["init", "kubelet.conf", "admin.conf"], "join.yml": ["join", "kubelet.conf", "admin.conf"]}
    chosen = []
    for task in tasks_of_the_role("kubernetes", "main.yml"):
        file = task.get("ansible.builtin.include_tasks")
        if file in instead:
            chosen.append(dict(made_by(task["name"], *instead[file]), when=task["when"]))
    assert len(chosen) == 2
    return observe + chosen


def make_cluster(roles, *arguments, hosts=3, unreachable=(), **more):
    """Who ran what of kubeadm, ever."""
    inventory = {"node%d" % number: {"home": str(roles.root / ("node%d" % number))} for number in range(1, hosts + 1)}
    for name in inventory:
        (roles.root / name).mkdir(exist_ok=True)
    for name in unreachable:
        inventory[name].update(ansible_connection="ssh", ansible_host="127.0.0.1", ansible_port=9)
    done = roles.play(bootstrap(), *arguments, roles=["kubernetes"], inventory=inventory, variables={
        "_kubernetes_kubeconfig": "%s/{{ item | default(inventory_hostname) }}/admin.conf" % roles.root,
        "_kubernetes_started_mark": "{{ home }}/mark"}, **more)
    assert done.returncode == 0, done.stdout
    return {what: sorted(path.parent.name for path in roles.root.glob("node*/" + what)) for what in ("init", "join")}, done


@pytest.mark.parametrize("serial", [1, "20%", "100%"])
def test_017__hosts_at_a_time__one_makes_the_cluster_and_the_others_join(roles, serial):
    wanted = {"init": ["node1"], "join": ["node2", "node3"]}
    assert make_cluster(roles, serial=serial)[0] == wanted
    (roles.root / "node3/kubelet.conf").unlink()
    (roles.root / "node3/join").unlink()
    assert make_cluster(roles, serial=serial)[0] == wanted


def test_035__order_of_the_play_is_not_that_of_the_group__its_first_host_makes_the_cluster(roles):
    backwards = {"k8s_container": {"hosts": {"node%d" % number: {} for number in (3, 2, 1)}}}
    made, done = make_cluster(roles, serial=1, groups=backwards)
    assert made == {"init": ["node1"], "join": ["node2", "node3"]}, done.stdout


@pytest.mark.parametrize("unreachable", [(), ("node2",)])
def test_014__limit_to_a_host_that_joined__asks_others_for_no_facts_and_changes_nothing(roles, unreachable):
    before, _ = make_cluster(roles, hosts=2)
    for name in ("init", "join"):
        (roles.root / ("node1" if name == "init" else "node2") / name).unlink()
    after, done = make_cluster(roles, "--limit", "node1", hosts=2, unreachable=unreachable)
    assert before == {"init": ["node1"], "join": ["node2"]} and after == {"init": [], "join": []}
    assert recap(done.stdout)["node1"]["changed"] == 0 and set(recap(done.stdout)) == {"node1"}, done.stdout


# name: (whether the other host of the control plane is reached, what the API answers, what is refused)
ALONE = {"blank": (True, -1, None), "haproxy-of-http": (True, 503, None), "unreachable": (False, -1, "two could not be looked at"),
         "elsewhere": (True, 200, "answers as an API server (status 200)"), "elsewhere-and-anonymous-is-refused": (True, 401, "(status 401)"),
         "elsewhere-and-ill": (True, 500, "(status 500)")}


@pytest.mark.parametrize("file", ["before.yml", "main.yml"])
@pytest.mark.parametrize("name", ALONE)
def test_014__cluster_may_be_elsewhere__no_second_one_is_made(roles, name, file):
    reached, status, refusal = ALONE[name]
    roles.api(status)
    two = {} if reached else {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 9}
    done = kubernetes(roles, file, two=two)
    assert (done.returncode != 0) == bool(refusal), done.stdout
    assert not refusal or (refusal in words(done) and "Nothing was changed" in words(done))
    assert bool(roles.kubeadm()) == (file == "main.yml" and not refusal)


@pytest.mark.parametrize("file", ["before.yml", "main.yml"])
def test_018__check_mode_while_other_hosts_are_not_there_yet__goes_on(roles, file):
    done = kubernetes(roles, file, "--check", two={"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 9})
    assert done.returncode == 0 and not roles.kubeadm() and not roles.calls("stand_in_of_api"), done.stdout


# ---- kubeadm that ends badly

def kubernetes(roles, file, *arguments, two=None, **variables):
    """Part of the role on the host `one`; `two` has the cluster where it matters."""
    variables = {"kubernetes_kubelet_node_ip": "10.0.0.1", "kubernetes_hostname": "10.0.0.9", **variables}
    return roles.play([{**include("kubernetes", file), "when": "inventory_hostname == 'one'"}], *arguments, variables=variables,
                      serial="{{ serial | default('100%') }}",
                      inventory={"one": {}, "two": two or {}})


def test_036__kubeadm_was_killed__the_next_run_stops_and_names_the_variable_that_begins_anew(roles):
    (roles.root / "refuses").touch()
    done = kubernetes(roles, "main.yml")
    assert done.returncode != 0 and "kubeadm init failed on one" in words(done) and "kubernetes_reset: true" in words(done), done.stdout
    assert TOKEN not in done.stdout
    (roles.root / "refuses").unlink()
    calls = roles.kubeadm()
    done = kubernetes(roles, "main.yml")
    assert done.returncode != 0 and "kubeadm was interrupted on one" in words(done) and "kubernetes_reset: true" in words(done), done.stdout
    assert roles.kubeadm() == calls
    done = kubernetes(roles, "main.yml", kubernetes_reset=True)
    assert done.returncode == 0, done.stdout
    assert [call.split()[0] for call in roles.kubeadm()] == ["init", "reset", "init"]
    assert not list(roles.root.glob("etc/kubernetes/.kubeadm*"))


def test_037__kubeadm_refuses_a_host_that_was_there_before__its_words_are_told(roles):
    """As it does where a node or a member of etcd of that name is left: nothing is removed for it."""
    (roles.root / "refuses").touch()
    roles.api(200)
    (roles.root / "etc/kubernetes/admin.conf").touch()
    done = kubernetes(roles, "join.yml", "--diff", "-vvv", kubernetes_admin_files={"results": [{"item": "two", "stat": {"exists": True}}]})
    assert done.returncode != 0 and "kubeadm join failed on one: refused with TOKEN" in words(done), done.stdout
    assert "kubernetes_reset: true for this host" in words(done)
    assert TOKEN not in done.stdout
    assert [call.split()[0] for call in roles.kubeadm()] == ["token", "init", "join"]
    assert not (roles.root / "etc/kubernetes/kubeadm-join.yaml").exists()


def test_021__diff_of_a_join__shows_neither_the_token_nor_the_key_of_the_certificates(roles):
    roles.api(200)
    (roles.root / "etc/kubernetes/admin.conf").touch()
    done = kubernetes(roles, "join.yml", "--diff", "-vvv", kubernetes_admin_files={"results": [{"item": "two", "stat": {"exists": True}}]})
    assert done.returncode == 0 and "Write how to join" in done.stdout, done.stdout
    assert TOKEN not in done.stdout and KEY not in done.stdout


AUTHORITIES = {"ca.crt": "kubernetes_custom_ca_cert", "ca.key": "kubernetes_custom_ca_key", "etcd/ca.crt": "kubernetes_custom_etcd_ca_cert",
               "etcd/ca.key": "kubernetes_custom_etcd_ca_key", "front-proxy-ca.crt": "kubernetes_custom_front_proxy_ca_cert",
               "front-proxy-ca.key": "kubernetes_custom_front_proxy_ca_key"}


def test_042_and_021__authorities_of_ones_own__are_there_before_kubeadm_and_in_no_diff(roles):
    done = kubernetes(roles, "init.yml", "--diff", "-vvv", kubernetes_allow_custom_ca=True,
                      kubernetes_admin_files={"results": []}, **{name: "text of " + name for name in AUTHORITIES.values()})
    assert done.returncode == 0 and "Write certificates and keys" in done.stdout, done.stdout
    assert roles.kubeadm()[0].split()[-6:] == ["pki/" + file for file in sorted(AUTHORITIES)]
    for file, name in AUTHORITIES.items():
        path = roles.root / "etc/kubernetes/pki" / file
        assert path.read_text(encoding="utf-8") == "text of " + name
        assert path.stat().st_mode & 0o777 == (0o600 if file.endswith(".key") else 0o644), file
    # The extra variables of the command line are no output of a task.
    assert "text of kubernetes_custom_ca_key" not in done.stdout


VERSIONS = {"same": ("1.36.1", None), "next-patch": ("1.36.0", None), "next-minor": ("1.35.6", None), "newer-patch": ("1.36.2", "which is newer"),
            "newer-minor": ("1.37.0", "which is newer"), "two-minors": ("1.34.8", "one minor version up at a time"), "none": ("", None)}


@pytest.mark.parametrize("name", VERSIONS)
def test_060__version_that_cannot_follow__is_refused_before_a_program_is_replaced(roles, name):
    """Asked of the host's own files, because the API may be down until containerd is as it should be."""
    version, refusal = VERSIONS[name]
    manifests = roles.root / "etc/kubernetes/manifests"
    manifests.mkdir()
    if version:
        (manifests / "kube-apiserver.yaml").write_text("    image: reg/kube-apiserver:v%s\n" % version, encoding="ascii")
    done = kubernetes(roles, "before.yml", kubernetes_version="1.36.1")
    assert (done.returncode != 0) == bool(refusal), done.stdout
    assert not refusal or (refusal in words(done) and version in words(done) and "Nothing was changed" in words(done))
    assert not roles.calls("k8s_apply")


WORKERS = {"same": ("v1.36.1", None), "next-minor": ("v1.35.6", None), "newer-patch": ("v1.36.2", "which is newer"),
           "two-minors": ("v1.34.8", "one minor version up at a time")}


@pytest.mark.parametrize("name", WORKERS)
def test_060__worker__asks_its_cluster_before_a_program_is_replaced(roles, name):
    version, refusal = WORKERS[name]
    settings = "kubernetesVersion: %s\n" % version
    roles.module("k8s_apply", json.dumps({"changed": False, "resources": [{"data": {"ClusterConfiguration": settings}}]}).replace("\\", "\\\\"))
    done = worker(roles)
    assert (done.returncode != 0) == bool(refusal), done.stdout
    assert not refusal or (refusal in words(done) and version[1:] in words(done) and "Nothing was changed" in words(done))
    (asked,) = roles.calls("k8s_apply")
    assert (asked["kind"], asked["name"], asked["state"]) == ("ConfigMap", "kubeadm-config", "info")


def test_060__worker_whose_cluster_does_not_answer__goes_on(roles):
    roles.module("k8s_apply", '{"failed": true, "msg": "nobody answers"}')
    done = worker(roles)
    assert done.returncode == 0 and roles.calls("k8s_apply"), done.stdout


@pytest.mark.parametrize("version, refused", [("v1.35.6", True), ("v1.36.1", False)])
def test_060__worker_comes_before_the_control_plane_is_upgraded__is_told_who_goes_first(roles, version, refused):
    settings = "kubernetesVersion: %s\n" % version
    roles.module("k8s_apply", json.dumps({"changed": False, "resources": [{"data": {"ClusterConfiguration": settings}}]}).replace("\\", "\\\\"))
    for name in ("admin.conf", "kubelet.conf"):
        (roles.root / "etc/kubernetes" / name).touch()
    done = roles.play([include("kubernetes", "before.yml")], inventory={"one": {}, "two": {}}, serial=1, variables={
        "kubernetes_kubelet_node_ip": "10.0.0.1", "kubernetes_hostname": "10.0.0.9", "kubernetes_version": "1.36.1",
        "_kubernetes_control_plane": ["two"]})
    assert ("run with --limit two first" in words(done)) == refused == (done.returncode != 0), done.stdout


def test_035__member_cannot_be_looked_at__no_second_cluster_is_made(roles):
    unseen = {"results": [{"item": "one", "stat": {"exists": False}}, {"item": "two", "unreachable": True}]}
    done = kubernetes(roles, "alone.yml", kubernetes_admin_files=unseen)
    assert done.returncode != 0 and "two could not be looked at, and has the cluster perhaps" in words(done), done.stdout
    assert not roles.kubeadm() and not (roles.root / "etc/kubernetes/kubeadm.yaml").exists()
    done = kubernetes(roles, "alone.yml", kubernetes_admin_files=unseen, kubernetes_init_unseen=True)
    assert done.returncode == 0, done.stdout


def cluster_of(roles, version):
    """The host `two` has one, of that version."""
    for name in ("admin.conf", "kubelet.conf"):
        (roles.root / "etc/kubernetes" / name).touch()
    settings = {"data": {"ClusterConfiguration": json.dumps({"kubernetesVersion": "v" + version})}}
    roles.module("k8s_apply", json.dumps({"changed": False, "resources": [settings]}).replace("\\", "\\\\"))


# name: (version of the cluster, hosts with a control plane, how it is run, whether it is refused)
ORDERS = {
    "worker-alone": ("1.35.6", ["two"], ["--limit", "one"], True),
    "patch": ("1.36.0", ["two"], ["--limit", "one"], True), "alone-and-same": ("1.36.1", ["two"], ["--limit", "one"], False),
    "alone-in-check-mode": ("1.35.6", ["two"], ["--limit", "one", "--check"], True), "together": ("1.35.6", ["two"], [], False),
    "check-mode": ("1.35.6", ["two"], ["--check", "-e", "serial=1"], False), "before-it": ("1.35.6", ["two"], ["-e", "serial=1"], True)}


@pytest.mark.parametrize("name", ORDERS)
def test_059__cluster_is_not_upgraded_yet__other_hosts_are_refused_before_a_program_is_replaced(roles, name):
    version, planes, arguments, refused = ORDERS[name]
    cluster_of(roles, version)
    done = kubernetes(roles, "before.yml", *arguments, kubernetes_version="1.36.1", _kubernetes_control_plane=planes)
    assert (done.returncode != 0) == refused, done.stdout
    assert not refused or "two upgrades it, and the kubelet of one would be newer" in words(done)


def test_059__cluster_was_not_upgraded_after_all__no_other_node_is(roles):
    cluster_of(roles, "1.35.6")
    for file in ("upgrade.yml", "join.yml"):
        roles.api(200)
        done = kubernetes(roles, file, kubernetes_version="1.36.1", _kubernetes_control_plane=["two"],
                          kubernetes_admin_files={"results": [{"item": "two", "stat": {"exists": True}}]})
        assert done.returncode != 0 and "would be newer than the API" in words(done) and not roles.kubeadm(), done.stdout


@pytest.mark.parametrize("arguments, refused", [(["-e", "serial=1"], True), (["--limit", "one"], True), (["--limit", "one", "--check"], True),
                                                (["--check", "-e", "serial=1"], False), ([], False)])
def test_017__nobody_has_made_the_cluster_before__who_joins_is_refused_at_once(roles, arguments, refused):
    done = kubernetes(roles, "before.yml", *arguments, _kubernetes_control_plane=["two"])
    assert (done.returncode != 0) == refused, done.stdout
    assert not refused or "No host has the cluster yet, and two, which makes it" in words(done)


def worker(roles):
    for name in ("admin.conf", "kubelet.conf"):
        (roles.root / "etc/kubernetes" / name).touch()
    return kubernetes(roles, "before.yml", kubernetes_version="1.36.1", kubernetes_control_plane_group="planes", _kubernetes_control_plane=["two"])


def test_060__play__asks_before_its_first_role():
    (play,) = [play for play in pyyaml.safe_load((ROOT / "playbooks/k8s.yml").read_text(encoding="utf-8")) if play.get("roles")
               and "kubernetes" in str(play["roles"])]
    asked = [task["ansible.builtin.include_role"] for task in play["pre_tasks"] if "ansible.builtin.include_role" in task]
    assert {"name": NAMESPACE + ".kubernetes", "tasks_from": "before.yml"} in asked


# ---- files and services

def test_046__two_mirrors_and_two_plain_registries__are_four_files(roles):
    done = roles.play([include("containerd", "registries.yml")], variables={
        "containerd_registry_mirrors": [{"registry": name, "mirrors": [{"url": "http://mirror/v2/" + name}]} for name in ("docker.io", "quay.io")],
        "containerd_insecure_registries": ["plain:5000", "other:5000"]})
    assert done.returncode == 0, done.stdout
    folder = roles.root / "etc/containerd/certs.d"
    found = {path.parent.name: path.read_text(encoding="utf-8") for path in folder.glob("*/hosts.toml")}
    assert sorted(found) == ["docker.io", "other:5000", "plain:5000", "quay.io"]
    assert 'server = "https://quay.io"' in found["quay.io"] and '[host."http://mirror/v2/quay.io"]' in found["quay.io"]
    assert 'server = "http://plain:5000"' in found["plain:5000"] and "skip_verify = true" in found["plain:5000"]


# name: (file of the kubelet, its text, what the operator says, what containerd is told; nothing where that is refused)
CGROUPS = {
    "blank": ("none", "", {}, "true"), "ours": ("config.yaml", "cgroupDriver: systemd\n", {}, "true"),
    "theirs": ("kubeadm-flags.env", 'KUBELET_KUBEADM_ARGS="--cgroups-per-qos=false --enforce-node-allocatable= --node-ip=10.0.0.1"\n', {}, "false"),
    "by-setting": ("config.yaml", "cgroupDriver: systemd\ncgroupsPerQOS: false\n", {}, "false"),
    "told-so": ("kubeadm-flags.env", 'X="--cgroups-per-qos=false"\n', {"containerd_systemd_cgroup": False}, "false"),
    "told-otherwise": ("kubeadm-flags.env", 'X="--cgroups-per-qos=false"\n', {"containerd_systemd_cgroup": True}, None),
    "told": ("config.yaml", "cgroupDriver: cgroupfs\n", {"containerd_systemd_cgroup": False}, "false")}


@pytest.mark.parametrize("name", CGROUPS)
def test_051__node_has_no_control_groups_by_quality_of_service__containerd_follows(roles, name):
    file, text, variables, wanted = CGROUPS[name]
    for folder in ("var/lib/kubelet", "etc/default"):
        (roles.root / folder).mkdir(parents=True)
    if file != "none":
        (roles.root / "etc/kubernetes/kubelet.conf").touch()
        (roles.root / "var/lib/kubelet" / file).write_text(text, encoding="ascii")
    (roles.collections / "ansible_collections/osa_ops/mcapi_vexxhost/roles/containerd/tasks/main.yml").write_text(yaml([
        {"ansible.builtin.import_tasks": part} for part in ("cgroups.yml", "configure.yml")]), encoding="utf-8")
    done = roles.play([{"ansible.builtin.import_role": {"name": NAMESPACE + ".containerd"}}, tell(kubelet="_kubernetes_kubelet_arguments")],
                      variables=dict(variables, kubernetes_kubelet_node_ip="10.0.0.1"), roles=["kubernetes"])
    written = roles.root / "etc/containerd/config.toml"
    if wanted is None:
        assert done.returncode != 0 and "containerd_systemd_cgroup: false" in words(done) and not written.exists(), done.stdout
    else:
        assert done.returncode == 0, done.stdout
        assert re.findall(r"SystemdCgroup = (\w+)", written.read_text(encoding="utf-8")) == [wanted]
        assert ("cgroups-per-qos" in told(done)["one"]["kubelet"]) == (wanted == "false")


@pytest.fixture
def containerd(roles, tmp_path):
    """A function that runs the role with versions, and returns the states that systemd was asked for."""
    mirror, sums = Mirror(tmp_path), {}
    runc, containerd_base = ("github.com/%s/releases/download" % name for name in ("opencontainers/runc", "containerd/containerd"))

    def published(path, data):
        if path not in sums:  # an archive that is made again has another digest
            sums[path] = "sha256:" + mirror.put(path, data)
        return sums[path]

    def run(version, runc_version):
        versions = {
            "containerd_version": version, "containerd_runc_version": runc_version,
            "containerd_download_checksum": published("%s/v%s/containerd-%s-linux-amd64.tar.gz" % (containerd_base, version, version),
                                                      archive("containerd", data=version.encode())),
            "containerd_runc_download_checksum": published("%s/v%s/runc.amd64" % (runc, runc_version), runc_version.encode())}
        before = len(roles.calls("stand_in"))
        done = roles.play([{"ansible.builtin.import_role": {"name": NAMESPACE + ".containerd"}}], variables=dict(
            versions, capi_offline_mirror_base="http://127.0.0.1:%d" % mirror.server.server_address[1]))
        assert done.returncode == 0, done.stdout
        return [call["state"] for call in roles.calls("stand_in")[before:]]
    (roles.root / "etc/default").mkdir()
    (roles.root / "etc/systemd/system").mkdir(parents=True)
    (roles.root / "usr/bin").mkdir(parents=True)
    yield run
    mirror.close()


def test_047__newer_containerd_or_runc__restarts_it_once(containerd):
    assert containerd("2.3.1", "1.4.1") == ["restarted", "started"]
    assert containerd("2.3.1", "1.4.1") == ["started"]
    assert containerd("2.3.2", "1.4.1") == ["restarted", "started"]
    assert containerd("2.3.2", "1.4.2") == ["restarted", "started"]
    assert containerd("2.3.3", "1.4.3") == ["restarted", "started"]


def test_049__one_host__has_one_operator_of_cilium(roles):
    found = told(roles.play([tell(operator="_cni_values.operator.replicas", pods="_cni_values.ipam")], variables={"cilium_ipv4_cidr": "10.9.0.0/16"},
                            roles=["cni"]))
    assert found["one"] == {"operator": 1, "pods": {"operator": {"clusterPoolIPv4PodCIDRList": ["10.9.0.0/16"]}}}


@pytest.mark.parametrize("there", [False, True])
def test_018__check_mode_with_objects_of_cilium_in_a_file__asks_the_api_where_there_is_one(roles, there):
    (roles.root / "cilium.yml").write_text("kind: X\n", encoding="ascii")
    if there:
        for name in ("admin.conf", "kubelet.conf"):
            (roles.root / "etc/kubernetes" / name).touch()
    done = roles.play([{"ansible.builtin.import_role": {"name": NAMESPACE + ".kubernetes", "tasks_from": "observe.yml"}},
                       {"ansible.builtin.import_role": {"name": NAMESPACE + ".cni"}}], "--check", variables={
                           "cni_cilium_manifest": str(roles.root / "cilium.yml"), "kubernetes_hostname": "10.0.0.9", "management_address": "10.0.0.1"})
    assert done.returncode == 0 and len(roles.calls("k8s_apply")) == there, done.stdout


def test_029__restarts_are_forbidden__the_module_is_told_and_tells(roles):
    roles.module("lxc_container", '{"changed": false, "restart_required": true}')
    hosts = {"one": {"physical_host": "one"}, "two": {"physical_host": "one", "lxc_container_allow_restarts": False}}
    done = roles.play([include("lxc_guest", "container.yml")], inventory=hosts, variables={"lxc_container_directory": str(roles.root)}, serial=1)
    assert done.returncode == 0 and "two runs with older settings; lxc_container_allow_restarts is false" in words(done), done.stdout
    assert {call["name"]: call["restart"] for call in roles.calls("lxc_container")} == {"one": "if_needed", "two": "never"}


def test_055__version_that_nobody_knows__is_refused_with_those_that_are_known(roles):
    done = roles.play([include("cluster_api", "files.yml")], variables={"cluster_api_version": "1.99.0", "cluster_api_provider_path": str(roles.root)})
    assert done.returncode != 0, done.stdout
    refusal = words(done).partition("Unknown is the digest of ")[2]
    unknown, _, known = refusal.partition("Known are ")
    assert "cluster-api/v1.99.0/core-components.yaml" in unknown and "cluster_api_provider_checksums" in known
    for version in ("v1.10.10", "v1.12.3", "v1.13.2"):
        assert "cluster-api/%s/core-components.yaml" % version in known
    assert not roles.calls("clusterctl_init")


def test_058_and_056__modules_of_cluster_api__are_told_topology_images_and_the_timeout(roles):
    roles.module("clusterctl_init", '{"changed": false}')
    (roles.root / "etc/kubernetes/admin.conf").touch()
    images = {"all": {"repository": "reg.example/capi"}}
    done = roles.play([include("cluster_api", "providers.yml")], variables={
        "clusterctl_config": {"images": images}, "cluster_api_capo_instance_create_timeout": 25})
    assert done.returncode == 0, done.stdout
    (call,) = roles.calls("clusterctl_init")
    assert call["variables"]["CLUSTER_TOPOLOGY"] == "true" and call["images"] == images
    assert call["deployment_overrides"] == [{"providers": ["infrastructure-openstack"], "env": {"CLUSTER_API_OPENSTACK_INSTANCE_CREATE_TIMEOUT": "25"}}]


# ---- variables that nothing stands in for

ALL = sorted(path.parents[1].name for path in (ROOT / "roles").glob("*/meta/argument_specs.yml"))


def test_002__roles__want_no_variable_to_be_loaded(roles):
    for role in ALL:
        (roles.collections / "ansible_collections/osa_ops/mcapi_vexxhost/roles" / role / "tasks/main.yml").write_text("---\n[]\n", encoding="ascii")
    done = roles.play([include(role, "main.yml") for role in ALL])
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("role, file, name", [
    ("cert_manager", "manifest.yml", "cert_manager_manifest_checksum"), ("cni", "chart.yml", "cni_cilium_chart_checksum"),
    ("lxc_guest", "container.yml", "physical_host")])
def test_002__what_a_role_cannot_do_without__is_named(roles, role, file, name):
    done = roles.play([include(role, file)])
    assert done.returncode != 0 and name in done.stdout, done.stdout
