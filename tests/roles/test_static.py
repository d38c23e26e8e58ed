"""What can be said of the files alone."""
import json
import re
import sys
from pathlib import Path

import pytest
import yaml as pyyaml
from conftest import CORES, NAMESPACE, ROOT, ansible, defaults_of
from osa import OSA_DEFAULTS, generate

ROLES = sorted(path.name for path in (ROOT / "roles").iterdir() if (path / "tasks/main.yml").is_file())
OURS = [role for role in ROLES if role != "capi_proxy"]
PLAYBOOKS = ("k8s", "containers", "k8s_install", "upgrade", "backup", "restore", "offline_list", "image_mirror", "overlay",
             "mcapi_control_plane_k8s", "magnum", "mcapi_magnum_integration", "functional_test", "smoke_test")
LITERAL = re.compile(r"^\s*-?\s*\w+: (yes|no|Yes|No|on|off)\s*(#.*)?$")
INVENTORIES = {"empty": "[k8s_all]\n[cluster_api_hosts]\n[haproxy]\n", "absent": "[all]\n"}


def task_files():
    return [path for folder in ("roles/%s/tasks", "roles/%s/handlers") for role in OURS
            for path in (ROOT / (folder % role)).glob("*.yml")] + [ROOT / "playbooks" / (name + ".yml") for name in PLAYBOOKS]


def tasks_in(value):
    """Every task of a file, those in blocks too."""
    for item in value or []:
        inner = [item[key] for key in ("block", "rescue", "always", "tasks", "pre_tasks", "post_tasks", "handlers") if key in item]
        for part in inner:
            yield from tasks_in(part)
        if "hosts" not in item and "block" not in item:
            yield item


KEYWORDS = {"name", "when", "loop", "loop_control", "register", "notify", "delegate_to", "delegate_facts", "run_once", "changed_when",
            "failed_when", "check_mode", "no_log", "vars", "tags", "until", "retries", "delay", "throttle", "become", "become_user", "ignore_errors",
            "ignore_unreachable", "environment", "listen", "args", "diff"}


def modules(path: Path):
    for task in tasks_in(pyyaml.safe_load(path.read_text(encoding="utf-8"))):
        yield from (key for key in task if key not in KEYWORDS)


@pytest.mark.parametrize("inventory", INVENTORIES)
@pytest.mark.parametrize("core", CORES)
def test_001__groups_are_empty_or_absent__every_playbook_passes(core, inventory, collections, tmp_path):
    (tmp_path / "hosts").write_text(INVENTORIES[inventory], encoding="ascii")
    done = ansible(core, collections, "-i", tmp_path / "hosts", "--syntax-check", *("%s.%s" % (NAMESPACE, p) for p in PLAYBOOKS))
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("playbook: ") == len(PLAYBOOKS)


def test_003__tasks__use_full_names_of_modules_that_need_nothing():
    for path in task_files():
        for module in modules(path):
            assert module.startswith(("ansible.builtin.", NAMESPACE + ".")), (path, module)
            assert module not in ("ansible.builtin.shell", "ansible.builtin.pip", "ansible.builtin.raw"), (path, module)


def test_003__files__say_true_and_false():
    for path in (p for role in OURS for p in (ROOT / "roles" / role).rglob("*.yml")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            assert not LITERAL.match(line), "%s:%d: %s" % (path, number, line)


@pytest.mark.parametrize("role", ROLES)
def test_004__a_role__specifies_every_variable(role):
    spec = pyyaml.safe_load((ROOT / "roles" / role / "meta/argument_specs.yml").read_text(encoding="utf-8"))
    options = spec["argument_specs"]["main"]["options"]
    assert sorted(options) == sorted(defaults_of(role))
    assert all(option["description"] for option in options.values())
    readme = (ROOT / "roles" / role / "README.md").read_text(encoding="utf-8")
    assert all("`%s`" % name in readme for name in options), role


def test_004__variables_of_other_collections__are_read_by_some_role():
    """The names that operators have in their files."""
    text = "".join(path.read_text(encoding="utf-8") for role in OURS for path in (ROOT / "roles" / role).rglob("*.yml"))
    text += "".join((ROOT / "playbooks" / (name + ".yml")).read_text(encoding="utf-8") for name in PLAYBOOKS)
    needless = {"clusterctl_version", "kube_vip_enabled", "upload_helm_chart_method", "ansible_collection_kubernetes_target_venv"}
    names = set(OSA_DEFAULTS) - needless | {
        "k8s_serial", "k8s_haproxy_services", "haproxy_k8s_service", "haproxy_k8s_service_overrides", "haproxy_serial", "runc_version",
        "cni_plugins_version", "cri_tools_crictl_version", "cilium_image_tag", "cert_manager_image_tag", "kubelet_cni_plugins_version",
        "openstack_resource_controller_version", "openstack_resource_controller_image", "containerd_http_proxy", "osa_gather_facts",
        "osa_gather_subset", "deployment_environment_variables", "package_state", "debug", "internal_lb_vip_address", "clusterctl_config"}
    missing = [name for name in sorted(names) if not re.search(r"\b%s\b" % name, text)]
    assert not missing, missing


def checks_alone(task: dict) -> dict:
    """What is left of a task under a tag that it has not: that arguments are checked."""
    if "block" in task:
        return dict(task, block=[checks_alone(each) for each in task["block"]])
    if "ansible.builtin.import_role" not in task or "tasks_from" in task["ansible.builtin.import_role"]:
        return task
    return {"name": task["name"], "ansible.builtin.debug": {"msg": "checked"}, "tags": ["always"]}


CHECKS = ["Check what is wanted", "Gather facts of the hosts, and check them"]
DIGESTS = ["Check who vouches for files"]
OF_TAG = {
    "k8s-backups": ["Back up the objects of Cluster API"], "backups": ["Back up the objects of Cluster API"],
    "cluster-api": [*DIGESTS, "Install Cluster API", "See whether all of it works"], "k8s-install": [*DIGESTS, "Install Kubernetes"],
    "k8s-container": ["Make and configure the containers"], "haproxy-service-config": ["Let HAProxy lead to the API servers"],
}


@pytest.mark.parametrize("tag", OF_TAG)
def test_013__one_tag__keeps_the_checks_and_its_own_tasks(tag, collections, tmp_path):
    (tmp_path / "hosts").write_text("[k8s_all]\nnode1\n[haproxy]\nproxy1\n", encoding="ascii")
    done = ansible(CORES[0], collections, "-i", tmp_path / "hosts", NAMESPACE + ".k8s", "--tags", tag, "--list-tasks")
    assert done.returncode == 0, done.stdout
    # ansible-core checks the arguments of every role whatever the tag is, on the host that is chosen for them.
    output = re.sub(r"\n[^\n]*(Validating arguments against arg spec|Choose the host)[^\n]*", "", done.stdout)
    plays = re.split(r"\n  play #\d+ ", output)[1:]
    busy = [re.match(r"\([^)]*\): (.*?)\s*TAGS", play).group(1) for play in plays if "TAGS" in play.partition("tasks:")[2]]
    assert sorted(busy) == sorted(CHECKS + OF_TAG[tag]), done.stdout


@pytest.mark.parametrize("tag", ["k8s-backups", "k8s-container", "k8s-install"])
def test_013__one_tag__conditions_of_other_plays_can_be_told(tag, collections, tmp_path):
    """Of every play the checks of arguments run, under the conditions of their blocks."""
    hosts = {name: {"ansible_connection": "local", "ansible_python_interpreter": sys.executable} for name in ("node1", "node2")}
    (tmp_path / "hosts.json").write_text(json.dumps({"k8s_all": {"hosts": hosts}}), encoding="ascii")
    book = pyyaml.safe_load((ROOT / "playbooks/k8s.yml").read_text(encoding="utf-8"))
    kept = [dict(play, tasks=[checks_alone(task) for task in play["tasks"]]) for play in book if play["name"] in OF_TAG["cluster-api"] and play["name"] not in DIGESTS]
    (tmp_path / "play.yml").write_text(json.dumps(kept), encoding="utf-8")
    done = ansible(CORES[0], collections, "-i", tmp_path / "hosts.json", tmp_path / "play.yml", "--tags", tag)
    assert done.returncode == 0, done.stdout


def test_016__hyphens_and_underscores__are_the_same_groups():
    hosts = {"aio1": {"ip": "172.29.236.100", "affinity": {"k8s_container": 3}}}
    assert generate({"cluster-api_hosts": hosts}, {}) == generate({"cluster_api_hosts": hosts}, {})
    assert len(generate({"cluster_api_hosts": hosts}, {})["k8s_container"]["hosts"]) == 3


@pytest.mark.parametrize("playbook", ["k8s", "magnum", "magnum_capi_proxy"])
def test_008__names_of_openstack_osa__lead_here(playbook, collections, tmp_path):
    (tmp_path / "hosts").write_text(INVENTORIES["empty"], encoding="ascii")
    (tmp_path / "hook.yml").write_text("- import_playbook: \"{{ post_setup_infrastructure_hook | default('openstack.osa.%s') }}\"\n" % playbook)
    done = ansible(CORES[0], collections, "-i", tmp_path / "hosts", "--syntax-check", "openstack.osa." + playbook, tmp_path / "hook.yml")
    assert done.returncode == 0, done.stdout


def test_010__variables_of_a_role__are_nobodys_old_names():
    renamed = pyyaml.safe_load((ROOT / "roles/preflight/vars/main.yml").read_text(encoding="utf-8"))["_preflight_renamed"]
    assert not {each["old"] for each in renamed} & {name for role in OURS for name in defaults_of(role)}


def test_059__packages__are_never_removed():
    for path in task_files():
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"builtin\.(package|apt|dnf):(?:(?!\n\n).)*state: (absent|latest)", text, re.DOTALL), path


def test_032__files_of_haproxy_and_keepalived__are_nobodys_but_haproxy_frontends():
    for role in OURS:
        for path in (ROOT / "roles" / role).rglob("*.yml"):
            text = path.read_text(encoding="utf-8")
            assert "/etc/keepalived" not in text
            assert role == "haproxy_frontend" or "/etc/haproxy" not in text, path


def plays(*names: str):
    """(where it is, the play) of our playbooks that are no name of another."""
    for path in sorted((ROOT / "playbooks").glob("*.yml")):
        for play in pyyaml.safe_load(path.read_text(encoding="utf-8")):
            if "hosts" in play and (not names or path.stem in names):
                yield "%s: %s" % (path.stem, play["name"]), play


def test_009__plays_of_the_management_cluster__set_no_variable_of_a_role():
    """Those of a play would win over the operator's group_vars."""
    names = {name for role in OURS for name in defaults_of(role)} | {"k8s_node_labels", "ansible_python_interpreter"}
    for where, play in plays("k8s", "containers", "backup", "restore", "smoke_test", "offline_list", "image_mirror"):
        assert not names & set(play.get("vars", {})), where


def test_plays__that_work_as_root__have_the_environment_of_the_deployment():
    seen = 0
    for where, play in plays():
        if play.get("user") == "root" and any(key in play for key in ("tasks", "roles", "pre_tasks")):
            assert play.get("environment") == "{{ deployment_environment_variables | default({}) }}", where
            seen += 1
    assert seen > 10


def test_tasks__that_say_item__have_a_loop():
    for path in task_files():
        for task in tasks_in(pyyaml.safe_load(path.read_text(encoding="utf-8"))):
            text = str({key: value for key, value in task.items() if key not in ("name", "ansible.builtin.import_playbook")})
            says = re.search(r"(?<![\w.'])item(?![\w'])", text) and not re.search(r"loop_var': 'item", text)
            assert not says or "loop" in task, (path, task.get("name"))


def commands(path: Path):
    for task in tasks_in(pyyaml.safe_load(path.read_text(encoding="utf-8"))):
        if "ansible.builtin.command" in task:
            yield str(task["ansible.builtin.command"].get("argv")), task


def test_commands__of_clusterctl_and_of_compilers__are_nobodys():
    for path in task_files():
        for argv, _ in commands(path):
            assert not re.search("clusterctl|cargo|rustup|go install", argv), (path, argv)


def test_functional_test__what_an_earlier_run_left__is_not_taken_for_done():
    for path in (ROOT / "roles/functional_test/tasks").glob("*.yml"):
        for argv, task in commands(path):
            assert not {"creates", "removes"} & set(task["ansible.builtin.command"]), (path, argv)


def test_010__mark_of_kubeadm__is_there_from_before_it_until_it_has_ended_well():
    """Not the file that kubeadm writes in the middle of its work."""
    for name in ("init", "join"):
        text = (ROOT / "roles/kubernetes/tasks" / (name + ".yml")).read_text(encoding="utf-8")
        (block,) = [task for task in pyyaml.safe_load(text) if "rescue" in task]
        order = [task["name"] for task in block["block"]]
        begun, runs, ended = (order.index(word) for word in ("Mark that kubeadm works", "Run kubeadm " + name, "Take the mark away"))
        assert begun < runs < ended
        assert "_kubernetes_started_mark" not in str(block["rescue"]) + str(block.get("always"))


def test_join__whatever_happens__token_and_certificates_are_removed():
    text = (ROOT / "roles/kubernetes/tasks/join.yml").read_text(encoding="utf-8")
    (block,) = [task for task in pyyaml.safe_load(text) if "rescue" in task]
    done = str(block["always"])
    assert "/etc/kubernetes/kubeadm-join.yaml" in done and "'state': 'absent'" in done and "forget.yml" in done
    assert "kubeadm-certs" in (ROOT / "roles/kubernetes/tasks/forget.yml").read_text(encoding="utf-8")


def test_credentials__that_need_no_rights__are_nobodys():
    """kubeadm's super-admin.conf passes by every rule: it stays where kubeadm made it."""
    for path in (p for role in ROLES for p in (ROOT / "roles" / role).rglob("*") if p.is_file()):
        assert "super-admin" not in path.read_text(encoding="utf-8"), path


def test_node__in_tasks_of_roles__is_the_kubelets_and_is_never_made():
    seen = 0
    for path in task_files():
        for task in tasks_in(pyyaml.safe_load(path.read_text(encoding="utf-8"))):
            options = task.get(NAMESPACE + ".k8s_apply")
            if options and options.get("kind") == "Node":
                assert options["state"] in ("info", "patched"), path
                assert options.get("name", "{{ kubernetes_kubelet_hostname }}") == "{{ kubernetes_kubelet_hostname }}", path
                seen += 1
    assert seen > 4


def test_node__after_an_upgrade__is_asked_again_while_the_server_starts():
    tasks = pyyaml.safe_load((ROOT / "roles/kubernetes/tasks/node.yml").read_text(encoding="utf-8"))
    for task in tasks:
        assert task["until"] == task["register"] + " is succeeded" and task["retries"] * task["delay"] >= 60, task["name"]


def test_cert_manager__is_applied__and_its_webhook_is_waited_for():
    (task,) = pyyaml.safe_load((ROOT / "roles/cert_manager/tasks/apply.yml").read_text(encoding="utf-8"))
    assert task[NAMESPACE + ".k8s_apply"]["wait"] is True
    tasks = [task for _, play in plays("k8s") if play["name"] == "Install Cluster API" for task in tasks_in(play["tasks"])]
    roles = [task["ansible.builtin.import_role"]["name"].rpartition(".")[2] for task in tasks if task.get("ansible.builtin.import_role")]
    assert roles.index("cert_manager") < roles.index("cluster_api")


def test_cluster_api__resource_controller__is_applied_before_its_provider():
    (task,) = [task for task in pyyaml.safe_load((ROOT / "roles/cluster_api/tasks/providers.yml").read_text(encoding="utf-8"))
               if NAMESPACE + ".clusterctl_init" in task]
    assert "_cluster_api_orc_file" in task[NAMESPACE + ".clusterctl_init"]["extra_manifests"]


def test_capi_proxy__restart__asks_for_no_group_of_hosts():
    (handler,) = pyyaml.safe_load((ROOT / "roles/capi_proxy/handlers/main.yml").read_text(encoding="utf-8"))
    assert handler["ansible.builtin.systemd_service"]["state"] == "restarted" and handler["when"] == "not ansible_check_mode"
