"""A version, or what else stands in several roles and in the documentation, is the same everywhere."""
import collections
import re

import pages
import pytest
import yaml as pyyaml
from conftest import ROOT
from plays import include

TOLD = re.compile(r"\b([a-z]\w+)\)*\s*\|\s*default\(('[^']*'|\d+|true|false)[,)]")
LITERAL = re.compile(r"""^([a-z]\w+): ("[^"{]*"|[^"{\[\n>#]+)$""", re.MULTILINE)
# Where the value of nothing differs on purpose, or the word is a field of something else.
APART = {"checksum", "first", "rc", "status",  # fields
         "internal_lb_vip_address", "keystone_service_internalurl",  # what is asked, and whether there is one to ask
         "magnum_k8s_driver",  # of os_magnum, which knows no other
         "magnum_service_interface"}  # Keystone's own objects are made by its endpoint for administrators


def defaults() -> dict:
    """{name of a variable: {its value where nobody sets it: files that say so}}"""
    found = collections.defaultdict(lambda: collections.defaultdict(set))
    for path in [*ROOT.glob("roles/*/*/*.yml"), *ROOT.glob("roles/*/templates/*.j2"), *ROOT.glob("playbooks/*.yml")]:
        text = pages.text_of(path)
        for name, value in TOLD.findall(text) + (LITERAL.findall(text) if path.parent.name == "defaults" else []):
            found[name][value.strip("'\"")].add(pages.name_of(path))
    return found


def value_of(name: str) -> str:
    """What a version is by default, without the letter before it."""
    (value,) = defaults()[name]
    return value.lstrip("v")


def test_defaults__of_one_variable__are_the_same_in_every_role():
    found = defaults()
    assert len(found["kubernetes_version"]["1.36.1"]) > 3
    assert {name: dict(values) for name, values in found.items() if len(values) > 1 and name not in APART} == {}


def test_defaults__of_names_for_one_thing__are_the_same():
    """An older name and its new one have one default, which stands behind the last of them."""
    for names in (("cert_manager_image_tag", "cert_manager_helm_chart_version"), ("cilium_image_tag",), ("openstack_resource_controller_version",),
                  ("helm_version",), ("cni_plugins_version",), ("cri_tools_crictl_version",), ("runc_version",),
                  ("magnum_magnum_cluster_api_git_install_branch",)):
        assert len({value for name in names for value in defaults()[name]}) == 1, names


def test_digests__of_one_file__are_the_same_in_every_role():
    found = collections.defaultdict(set)
    for path in ROOT.glob("roles/*/vars/main.yml"):
        for table, entries in pyyaml.safe_load(pages.text_of(path)).items():
            if table.endswith("_checksums") and isinstance(entries, dict):
                for name, digest in entries.items():
                    found[re.sub("^.*_(?=helm)", "", table) if "helm" in table else table, name].add(str(digest))
    assert len(found) > 40 and [name for name, digests in found.items() if len(digests) > 1] == []


# What documentation says: (page, pattern, variable whose default it is)
WRITTEN = [
    ("collection/docs/deploy.md", r"\bcluster_api_version: ([\d.]+)", "cluster_api_version"),
    ("collection/docs/deploy.md", r"cluster_api_infrastructure_version: ([\d.]+)", "cluster_api_infrastructure_version"),
    ("collection/docs/deploy.md", r"\bkubernetes_version: ([\d.]+)", "kubernetes_version"),
    ("collection/docs/deploy.md", r"dl\.k8s\.io/release/v([\d.]+)/", "kubernetes_version"),
    ("collection/docs/deploy.md", r"magnum_capi_vexxhost_git_install_branch: v([\d.]+)", "magnum_magnum_cluster_api_git_install_branch"),
    ("collection/docs/deploy.md", r"FOLDER/(?:cluster-api|\w+-\w+-kubeadm|bootstrap-kubeadm)/v([\d.]+)/", "cluster_api_version"),
    ("collection/docs/deploy.md", r"infrastructure-openstack/v([\d.]+)/", "cluster_api_infrastructure_version"),
    ("collection/docs/deploy.md", r"openstack-resource-controller/v([\d.]+)/", "openstack_resource_controller_version"),
    ("collection/docs/deploy.md", r"cert-manager/releases/download/v([\d.]+)/", "cert_manager_helm_chart_version"),
    ("collection/docs/deploy.md", r"cilium-([\d.]+)\.tgz", "cilium_image_tag"),
    ("README.md", r"(?:cluster-api|kubeadm):v([\d.]+)", "cluster_api_version"),
    ("README.md", r"openstack:v([\d.]+)", "cluster_api_infrastructure_version"),
]


@pytest.mark.parametrize("page, pattern, name", WRITTEN)
def test_docs__version__is_that_of_the_defaults(page, pattern, name):
    found = set(re.findall(pattern, pages.text_of(ROOT / page)))
    assert found == {value_of(name)}, (page, name)


def table_of_versions() -> list:
    """The lowest and the highest versions of each row of the deployment guide: of Cluster API, of the provider and of Kubernetes."""
    rows = re.findall(r"^\| (1\.\d+) [^|]*?(1\.\d+)? *\| (0\.\d+) [^|]*\| (1\.\d+) and newer \|$", pages.text_of(ROOT / "collection/docs/deploy.md"),
                      re.MULTILINE)
    assert len(rows) == 2
    return rows


def one_less(version: str) -> str:
    major, minor = version.split(".")
    return "%s.%d" % (major, int(minor) - 1)


def test_docs__table_of_versions__is_what_the_checks_let_through(play):
    (low, high, infra, kubernetes), (next_low, next_high, next_infra, next_kubernetes) = table_of_versions()
    assert int(next_low.split(".")[1]) == int(high.split(".")[1]) + 1
    passes = [(low, infra, kubernetes), (high, infra, kubernetes), (next_low, next_infra, next_kubernetes), (next_high, next_infra, next_kubernetes)]
    refused = [(one_less(low), infra, kubernetes), (low, one_less(infra), kubernetes), (low, infra, one_less(kubernetes)),
               (next_low, one_less(next_infra), next_kubernetes), (next_low, next_infra, one_less(next_kubernetes))]
    for wanted, cases in ((True, passes), (False, refused)):
        for core, provider, version in cases:
            done = play([include("preflight", "plan.yml")], {"cluster_api_version": core + ".2", "kubernetes_version": version + ".1",
                                                             "cluster_api_infrastructure_version": provider + ".0", "cidr_networks": {}})
            assert (done.returncode == 0) == wanted, (core, provider, version, done.stdout)
            assert wanted or "These do not go together" in done.stdout


@pytest.mark.parametrize("name, value", [("kubernetes_version", "v1.36.1"), ("kubernetes_version", "1.36"), ("cluster_api_version", "v1.13.2")])
def test_preflight__what_is_no_version__is_refused_by_its_name_and_how_it_is_written(play, name, value):
    """Not as one that is too old."""
    done = play([include("preflight", "plan.yml")], {"cidr_networks": {}, name: value})
    assert done.returncode != 0 and "%s %s: a version is written as three numbers" % (name, value) in done.stdout, done.stdout
    assert "do not go together" not in done.stdout
