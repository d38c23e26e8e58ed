"""Which host makes the that there is one, and in what order hosts join it and are upgraded."""
import json
import re

import pytest
import yaml as pyyaml
from conftest import CORES, NAMESPACE, ROOT, ansible
from osa import recap, yaml
from plays import include, kubernetes, tell, told, words


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


def test_kubernetes__no_host_has_a_cluster__the_first_of_the_play_makes_it(play):
    hosts = {"node%d" % number: {} for number in range(1, 9)}
    found = told(play([tell(host="_kubernetes_bootstrap_host")], {"kubernetes_admin_files": {"results": []}}, ["kubernetes"], hosts))
    assert {value["host"] for value in found.values()} == {"node1"}


@pytest.mark.parametrize("containers, wanted", [(None, {"one", "two"}), ([], {"one", "two"}), (["two"], {"two"})])
def test_kubernetes__hosts_without_containers__all_have_a_control_plane(play, containers, wanted):
    groups = {} if containers is None else {"k8s_container": containers}
    found = told(play([tell(here="_kubernetes_is_control_plane | bool", host="_kubernetes_bootstrap_host")],
                      {"kubernetes_admin_files": {"results": []}}, ["kubernetes"], {"one": {}, "two": {}}, groups))
    assert {name for name, value in found.items() if value["here"]} == wanted
    assert {value["host"] for value in found.values()} == {min(wanted)}


@pytest.mark.parametrize("limit, has, wanted", [("two", "", "two"), ("two", "one", "one"), ("all", "two", "two"), ("two", "one two", "two"),
                                                ("all", "one two", "one")])
def test_kubernetes__run_is_limited__cluster_of_another_host_is_joined(play, limit, has, wanted):
    files = {"results": [{"item": name, "stat": {"exists": name in has.split()}} for name in ("two", "one")]}
    found = told(play([tell(host="_kubernetes_bootstrap_host")], {"kubernetes_admin_files": files}, ["kubernetes"], {"one": {}, "two": {}},
                      hosts=limit))
    assert {value["host"] for value in found.values()} == {wanted}


# ---- one cluster

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


def test_035__member_cannot_be_looked_at__no_second_cluster_is_made(roles):
    unseen = {"results": [{"item": "one", "stat": {"exists": False}}, {"item": "two", "unreachable": True}]}
    done = kubernetes(roles, "alone.yml", kubernetes_admin_files=unseen)
    assert done.returncode != 0 and "two could not be looked at, and has the cluster perhaps" in words(done), done.stdout
    assert not roles.kubeadm() and not (roles.root / "etc/kubernetes/kubeadm.yaml").exists()
    done = kubernetes(roles, "alone.yml", kubernetes_admin_files=unseen, kubernetes_init_unseen=True)
    assert done.returncode == 0, done.stdout


# ---- what cannot follow, or has to come later

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


@pytest.mark.parametrize("core", CORES)
@pytest.mark.parametrize("group, variables, wanted", [
    ("k8s_container", {}, ["one", "two", "worker", "other"]), ("planes", {}, ["worker", "one", "other", "two"]),
    ("planes", {"kubernetes_control_plane_group": "planes"}, ["one", "two", "worker", "other"])])
def test_kubernetes__workers_are_listed_first__hosts_with_a_control_plane_come_first(collections, tmp_path, core, group, variables, wanted):
    book = {each["name"]: each for each in pyyaml.safe_load((ROOT / "playbooks/k8s.yml").read_text(encoding="utf-8"))}
    before = "Gather facts of the hosts, and check them"
    (grouping,) = [task for task in book[before]["tasks"] if "ansible.builtin.group_by" in task]
    files = [str(ROOT / "roles/preflight" / part / "main.yml") for part in ("defaults", "vars")]
    hosts = {name: {"ansible_connection": "local", **variables} for name in ("worker", "one", "other", "two")}
    (tmp_path / "hosts.json").write_text(yaml({"k8s_all": {"hosts": hosts}, group: {"hosts": {"two": {}, "one": {}, "stranger": {}}}}), encoding="utf-8")
    (tmp_path / "play.yml").write_text(yaml([
        {"name": before, "hosts": book[before]["hosts"], "gather_facts": False, "vars_files": files, "tasks": [grouping]},
        {"name": "x", "hosts": book["Install Kubernetes"]["hosts"], "gather_facts": False, "serial": 1, "tasks": [tell(here=True)]}]), encoding="utf-8")
    done = ansible(core, collections, "-i", tmp_path / "hosts.json", tmp_path / "play.yml")
    assert list(told(done)) == wanted and "changed=1" not in done.stdout, done.stdout
