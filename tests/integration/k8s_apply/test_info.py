"""state: info, which reads what kubernetes.core.k8s_info reads."""
import pytest

from support.objects import config_map, deployment
from support.wait import until
from support.world import create, get, merge, writes

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def names(outcome) -> list:
    return sorted(each["metadata"]["name"] for each in outcome["resources"])


def info(k8s, ns, kind="ConfigMap", **options):
    outcome = k8s(state="info", kind=kind, namespace=ns, **options)
    assert outcome.failed or (outcome.changed is False and outcome["api_found"] is True)
    assert outcome.requests is None or writes(outcome) == []
    return outcome


@pytest.fixture
def three(server, ns):
    """ConfigMaps a, b and c with labels; the controllers add kube-root-ca.crt."""
    create(server, config_map(ns, "a", labels={"app": "web", "tier": "front"}))
    create(server, config_map(ns, "b", labels={"app": "web"}))
    create(server, config_map(ns, "c", labels={"app": "db"}))


@pytest.mark.parametrize("check", [False, True], ids=["real", "check"])
def test_info__one_by_name__is_the_object(k8s, ns, server, three, check):
    outcome = info(k8s, ns, name="a", check=check, diff=True)
    assert outcome["resources"] == [get(server, config_map(ns, "a"))] and "diff" not in outcome.data
    assert "msg" not in outcome.data


def test_info__missing_name__is_an_empty_list(k8s, ns):
    assert info(k8s, ns, name="missing")["resources"] == []
    assert info(k8s, ns + "-missing")["resources"] == []


def test_info__all_of_a_namespace__with_kind_and_version_in_every_item(k8s, ns, server, three):
    outcome = info(k8s, ns)
    assert set(names(outcome)) >= {"a", "b", "c"}
    for each in outcome["resources"]:
        assert (each["kind"], each["apiVersion"]) == ("ConfigMap", "v1")
        assert each["metadata"]["namespace"] == ns


def test_info__without_a_namespace__reads_all_of_them(k8s, ns, server, three):
    outcome = k8s(state="info", kind="ConfigMap")
    found = {(each["metadata"]["namespace"], each["metadata"]["name"]) for each in outcome["resources"]}
    assert {(ns, "a"), (ns, "b"), (ns, "c"), ("default", "kube-root-ca.crt")} <= found


def test_info__name_without_a_namespace__is_that_of_the_context(k8s, ns, server):
    create(server, config_map("default", ns))
    try:
        outcome = k8s(state="info", kind="ConfigMap", name=ns)
        assert [each["metadata"]["namespace"] for each in outcome["resources"]] == ["default"]
    finally:
        server.request("DELETE", "/api/v1/namespaces/default/configmaps/" + ns)


@pytest.mark.parametrize("selectors, found", [
    (["app=web"], ["a", "b"]), (["app=web", "tier=front"], ["a"]), (["app in (web, db)", "!tier"], ["b", "c"]),
    (["app!=web", "app"], ["c"]), (["app=nobody"], []),
])
def test_info__label_selectors__all_have_to_fit(k8s, ns, three, selectors, found):
    assert names(info(k8s, ns, label_selectors=selectors)) == found


def test_info__field_selectors__are_the_servers(k8s, ns, three):
    assert names(info(k8s, ns, field_selectors=["metadata.name=b"])) == ["b"]
    assert names(info(k8s, ns, field_selectors=["metadata.name!=b"], label_selectors=["app=web"])) == ["a"]


@pytest.mark.parametrize("options", [{"label_selectors": ["a in b"]}, {"field_selectors": ["spec.x=y"]}])
def test_info__selector_that_is_none__fails(k8s, ns, options):
    outcome = info(k8s, ns, **options)
    assert outcome.failed and outcome["status"] == 400 and outcome["reason"] == "Bad Request"
    assert "list of ConfigMap" in outcome.msg


@pytest.mark.parametrize("kind", ["ConfigMap", "configmap", "configmaps", "cm"])
def test_info__kind_by_any_of_its_names__is_found(k8s, ns, three, kind):
    assert names(info(k8s, ns, kind=kind, label_selectors=["app=db"])) == ["c"]


def test_info__kind_of_another_group__is_found_with_v1(k8s, ns, server, widgets):
    create(server, deployment(ns))
    assert names(info(k8s, ns, kind="Deployment")) == ["d"]
    assert names(info(k8s, ns, kind="Deployment", api_version="apps/v1")) == ["d"]
    assert names(k8s(state="info", kind="CustomResourceDefinition", name="widgets.example.com")) == ["widgets.example.com"]
    assert info(k8s, ns, kind="Widget", api_version="example.com/v1")["resources"] == []


@pytest.mark.parametrize("api_version, kind", [("v1", "Gadget"), ("example.org/v1", "Gadget"), ("apps/v1beta9", "Deployment")])
def test_info__unknown_kind__is_no_failure(k8s, ns, api_version, kind):
    outcome = k8s(state="info", kind=kind, api_version=api_version, namespace=ns, wait=True)
    assert not outcome.failed and not outcome.changed
    assert outcome["api_found"] is False and outcome["resources"] == []
    assert outcome.msg == ('Failed to find API for resource with apiVersion "%s" and kind "%s"' % (api_version, kind))


def test_info__without_a_kind__is_an_argument_error(k8s):
    outcome = k8s(state="info", name="a")
    assert outcome.failed and "kind" in outcome.msg and outcome.requests == []


def test_info__metadata_only__leaves_the_rest_at_the_server(k8s, ns, three):
    for options in ({"name": "a"}, {"label_selectors": ["tier=front"]}):
        [found] = info(k8s, ns, metadata_only=True, **options)["resources"]
        assert found["kind"] == "PartialObjectMetadata" and found["apiVersion"] == "meta.k8s.io/v1"
        assert found["metadata"]["name"] == "a" and found["metadata"]["labels"]["tier"] == "front" and "data" not in found


def test_info__hidden_fields_and_summaries__leave_out_what_is_not_wanted(k8s, ns, three):
    [found] = info(k8s, ns, name="a", hidden_fields=["metadata.managedFields", "data.k", "metadata.labels[app]"])["resources"]
    assert "managedFields" not in found["metadata"] and "data" not in found and found["metadata"]["labels"] == {"tier": "front"}
    [found] = info(k8s, ns, name="a", return_objects="summary")["resources"]
    assert sorted(found) == ["apiVersion", "kind", "metadata"]
    assert sorted(found["metadata"]) == ["name", "namespace", "resourceVersion", "uid"]


def test_info__secrets__are_masked_unless_asked_for(k8s, ns, server):
    create(server, {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": ns},
                    "stringData": {"p": "recognisable"}})
    for options in ({"name": "s"}, {}):
        outcome = info(k8s, ns, kind="Secret", **options)
        assert outcome["resources"][0]["data"] == {"p": "***"} and "cmVjb2duaXNhYmxl" not in outcome.text
        shown = info(k8s, ns, kind="Secret", show_secrets=True, **options)
        assert shown["resources"][0]["data"] == {"p": "cmVjb2duaXNhYmxl"}


@pytest.mark.parametrize("kind", ["Secret", "secrets"])
def test_info__secrets_by_their_metadata_alone__are_masked_unless_asked_for(k8s, ns, server, kind):
    create(server, {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": ns, "annotations": {
        LAST_APPLIED: '{"data": {"p": "cmVjb2duaXNhYmxl"}}'}}, "stringData": {"p": "recognisable"}})
    for options in ({"name": "s"}, {}, {"name": "s", "wait": True}):
        outcome = info(k8s, ns, kind=kind, metadata_only=True, **options)
        [found] = outcome["resources"]
        assert found["kind"] == "PartialObjectMetadata" and found["metadata"]["annotations"] == {LAST_APPLIED: "***"}
        assert "cmVjb2duaXNhYmxl" not in outcome.text
        [shown] = info(k8s, ns, kind=kind, metadata_only=True, show_secrets=True, **options)["resources"]
        assert "cmVjb2duaXNhYmxl" in shown["metadata"]["annotations"][LAST_APPLIED]


def test_info__wait_for_nothing__fails_after_the_timeout(k8s, ns):
    outcome = k8s(state="info", kind="ConfigMap", name="late", namespace=ns, wait=True, wait_timeout=1, wait_sleep=1)
    assert outcome.failed and not outcome.changed
    assert outcome.msg == "Failed to gather information about ConfigMap(s) even after waiting for 1 seconds"
    assert outcome["api_found"] is True and outcome["resources"] == []


def test_info__wait_for_what_comes__returns_it(k8s, ns, server):
    process, mark = k8s.start(state="info", kind="ConfigMap", label_selectors=["app=late"], namespace=ns, wait=True,
                              wait_sleep=1)
    until(lambda: [each for each in server.requests(mark, user="module") if each["verb"] == "list"])
    create(server, config_map(ns, "late", labels={"app": "late"}))
    outcome = k8s.finish(process, mark)
    assert not outcome.failed and names(outcome) == ["late"]


def test_info__wait_for_a_condition__returns_the_object_as_it_is_then(k8s, ns, server):
    create(server, deployment(ns))
    process, mark = k8s.start(state="info", kind="Deployment", name="d", namespace=ns, wait=True, wait_sleep=1,
                              wait_condition={"type": "Reviewed", "status": "True"})
    until(lambda: [each for each in server.requests(mark, user="module") if each.get("objectRef", {}).get("name") == "d"])
    condition = {"type": "Reviewed", "status": "True", "reason": "Looked"}
    merge(server, deployment(ns), {"status": {"conditions": [condition]}}, subresource="/status")
    outcome = k8s.finish(process, mark)
    assert not outcome.failed
    assert "Looked" in [each.get("reason") for each in outcome["resources"][0]["status"]["conditions"]]


def test_info__condition_that_never_comes__fails(k8s, ns, server):
    create(server, deployment(ns))
    outcome = k8s(state="info", kind="Deployment", name="d", namespace=ns, wait=True, wait_timeout=1,
                  wait_condition={"type": "Reviewed"})
    assert outcome.failed and '"Deployment" "d": Timed out waiting on resource' in outcome.msg


def test_info__without_the_right__is_forbidden(k8s, ns, server):
    user = server.kubeconfig_for("nobody-" + ns, server.pki.authority().client("nobody-" + ns))
    for options in ({"name": "a"}, {}):
        outcome = k8s(state="info", kind="ConfigMap", namespace=ns, kubeconfig=str(user), **options)
        assert outcome.failed and outcome["status"] == 403 and outcome["reason"] == "Forbidden"
        assert "nobody-" + ns in outcome.msg and "ConfigMap" in outcome.msg
