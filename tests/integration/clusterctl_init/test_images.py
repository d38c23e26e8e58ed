"""Images of components: cases 44 to 48 and 110 of the conformance list."""
import pytest

from support.providers import CORE, INFRASTRUCTURE, deployment, small, to_yaml

DIGEST = "@sha256:" + "a" * 64
SECOND = "infrastructure-second"
REQUEST = {"core": "cluster-api:" + CORE, "bootstrap": "-", "control_plane": "-",
           "infrastructure": "second:" + INFRASTRUCTURE}


def images_of(side) -> dict:
    """{"namespace/name container": image} of all Deployments."""
    return {"%s/%s %s" % (o["metadata"]["namespace"], o["metadata"]["name"], c["name"]): c["image"]
            for o in side.get("/apis/apps/v1/deployments")["items"]
            for c in o["spec"]["template"]["spec"].get("initContainers", []) + o["spec"]["template"]["spec"]["containers"]}


def installed(pair, images, request=None):
    both = pair.run(config={"images": images}, **(request or small()))
    assert both.ok, both.theirs
    assert images_of(pair.ours) == images_of(pair.theirs)
    return images_of(pair.theirs)


def test_044__repository_for_all__replaces_everything_before_the_name(pair):
    images = installed(pair, {"all": {"repository": "reg/x/"}})
    assert images["capo-system/capo-controller-manager manager"] == "reg/x/capo-controller:" + INFRASTRUCTURE
    assert all(image.startswith("reg/x/") for image in images.values()) and len(images) == 2


def test_045__tag_for_one_provider__changes_that_one_alone(pair):
    images = installed(pair, {"infrastructure-openstack": {"tag": "t"}, "openstack": {"tag": "nobody"}})
    assert images["capo-system/capo-controller-manager manager"].endswith("/capo-controller:t")
    assert images["capi-system/capi-controller-manager manager"].endswith("/capi-controller:" + CORE)


def test_046__image_of_a_component__comes_before_the_component_and_all(pair):
    images = installed(pair, {"all": {"repository": "a", "tag": "a"}, "cluster-api": {"repository": "b"},
                              "cluster-api/capi-controller": {"tag": "c", "name": "other"}})
    assert images["capi-system/capi-controller-manager manager"] == "b/other:c"
    assert images["capo-system/capo-controller-manager manager"] == "a/capo-controller:a"


@pytest.fixture
def with_objects(make_pair, repo):
    """with_objects(objects…) → a pair whose second provider has these, too."""
    def make(*objects):
        repo.add(SECOND, INFRASTRUCTURE, change=lambda made: made + list(objects))
        return make_pair(repo.entries(CORE, INFRASTRUCTURE, (SECOND, INFRASTRUCTURE)))

    return make


@pytest.mark.parametrize("image, text", [
    ("nginx", "repository name must be canonical"),
    ("dev/x:1", "repository name must be canonical"),
    ("docker.io/nginx", "repository name must be canonical"),
    ("", "invalid reference format"),
    ("example.com/A/x", "invalid reference format: repository name (A/x) must be lowercase"),
    ("example.com/x@md5:" + "a" * 32, "unsupported digest algorithm"),
    ("a" * 64, "invalid repository name (%s), cannot specify 64-byte hexadecimal strings" % ("a" * 64)),
])
def test_047__image_without_its_full_name__is_an_error_without_any_override(with_objects, image, text):
    pair = with_objects(deployment("extra", "second-system", image))
    both = pair.run(**REQUEST)
    assert both.theirs.error == (
        'failed to get provider components for the "second:%s" provider: failed to apply image overrides: failed to '
        "fix containers in deployment extra-controller-manager: failed to fix containers: failed to fix image for "
        "container manager: couldn't parse image name: %s" % (INFRASTRUCTURE, text))
    both.assert_same_error()


@pytest.mark.parametrize("image, want", [
    ("r.io/a/b:1" + DIGEST, "r.io/a/b:t" + DIGEST),
    ("r.io/a/b" + DIGEST, "r.io/a/b:t" + DIGEST),
    ("localhost:5000/b", "localhost:5000/b:t"),
    ("[::1]:5000/x/b:1", "[::1]:5000/x/b:t"),
], ids=["tag-and-digest", "digest", "localhost", "ipv6"])
def test_048__new_tag__keeps_the_digest(with_objects, image, want):
    pair = with_objects(deployment("extra", "second-system", image))
    images = installed(pair, {SECOND: {"tag": "t"}}, REQUEST)
    assert images["second-system/extra-controller-manager manager"] == want


def daemon_set(image, init):
    made = deployment("daemon", "second-system", image)
    made["kind"] = "DaemonSet"
    made["spec"].pop("replicas")
    made["spec"]["template"]["spec"]["initContainers"] = [{"name": "init", "image": init}]
    return made


def test_044__init_containers_and_daemon_sets__are_changed_other_kinds_are_not(with_objects):
    job = {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "job", "namespace": "second-system"},
           "spec": {"schedule": "@daily", "jobTemplate": {"spec": {"template": {"spec": {
               "restartPolicy": "Never", "containers": [{"name": "c", "image": "nginx"}]}}}}}}
    pair = with_objects(daemon_set("r.io/a:1", "r.io/b:1"), job)
    installed(pair, {"all": {"repository": "reg", "tag": "t"}}, REQUEST)
    for side in (pair.ours, pair.theirs):
        spec = side.get("/apis/apps/v1/namespaces/second-system/daemonsets/daemon-controller-manager")["spec"]
        assert [c["image"] for k in ("containers", "initContainers") for c in spec["template"]["spec"][k]] == [
            "reg/a:t", "reg/b:t"]
    pair.assert_same_world()


CERT_MANAGER = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "cert-manager"}},
                deployment("cert-manager", "cert-manager", "quay.io/jetstack/cert-manager-controller:v1.20.2"),
                deployment("cainjector", "cert-manager", "quay.io/jetstack/cert-manager-cainjector:v1.20.2")]


@pytest.fixture
def cert_manager(tmp_path):
    """The section of a configuration for a local cert-manager."""
    file = tmp_path / "manifests" / "cert-manager" / "v1.20.2" / "cert-manager.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(to_yaml(CERT_MANAGER))
    return {"url": str(file), "version": "v1.20.2"}


def test_110__images__are_listed_sorted_with_those_of_an_absent_cert_manager(pair, cert_manager):
    both = pair.run("images", config={"cert-manager": cert_manager}, **small())
    assert both.ok, both.theirs
    want = both.theirs.stdout.splitlines()
    assert both.ours["images"] == want == sorted(want) and len(want) == 4
    assert "quay.io/jetstack/cert-manager-controller:v1.20.2" in want
    assert not both.ours.changed


def test_110__images__are_those_of_the_providers_when_cert_manager_is_there(pair, cert_manager):
    for side in (pair.ours, pair.theirs):
        side.post("/api/v1/namespaces", {"metadata": {"name": "cert-manager"}})
    both = pair.run("images", config={"cert-manager": cert_manager}, **small())
    assert both.ok, both.theirs
    assert both.ours["images"] == both.theirs.stdout.splitlines() and len(both.ours["images"]) == 2


def test_110__images__need_no_variables_and_no_inventory(make_pair, repo, cert_manager):
    repo.add("infrastructure-openstack", INFRASTRUCTURE, change=lambda objects: objects + [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"a": "${REQUIRED}"}}])
    pair = make_pair(repo.entries(CORE, INFRASTRUCTURE), empty=True)
    both = pair.run("images", config={"cert-manager": cert_manager, "images": {"all": {"repository": "reg"}}}, **small())
    assert both.ok, both.theirs
    assert both.ours["images"] == both.theirs.stdout.splitlines() and both.ours["images"][0].startswith("reg/")
    assert "providers.clusterctl.cluster.x-k8s.io" not in pair.ours.names(
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions")
