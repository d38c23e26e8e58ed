"""Options beside the definition, which fill its gaps, choose from it and name it: items 110 to 112 of the conformance list."""
import hashlib

import pytest

from support.objects import config_map
from support.world import exists, get, version_of


def test_110__values_of_the_definition__beat_the_options(k8s, ns, server):
    outcome = k8s(definition=config_map(ns, "a"), name="other", namespace="default", kind="Secret", api_version="apps/v1")
    assert not outcome.failed and outcome.changed
    assert outcome["result"]["kind"] == "ConfigMap" and exists(server, config_map(ns, "a"))
    assert not exists(server, config_map("default", "other"))


def test_110__options__fill_the_gaps(k8s, ns, server):
    outcome = k8s(definition={"data": {"k": "v"}}, kind="ConfigMap", name="a", namespace=ns)
    assert outcome.changed and get(server, config_map(ns))["data"] == {"k": "v"}
    # In every object of a list, as kubernetes.core does.
    objects = [{"metadata": {"name": "b"}, "data": {"k": "1"}}, {"metadata": {"name": "c"}, "data": {"k": "2"}}]
    outcome = k8s(definition=objects, kind="ConfigMap", namespace=ns)
    assert outcome.changed and get(server, config_map(ns, "b"))["data"] == {"k": "1"}
    assert get(server, config_map(ns, "c"))["data"] == {"k": "2"}
    outcome = k8s(kind="ConfigMap", name="d", namespace=ns)
    assert outcome.changed and "data" not in get(server, config_map(ns, "d"))
    outcome = k8s(definition={"metadata": {"generateName": "gen-"}}, kind="ConfigMap", name="e", namespace=ns,
                  apply_mode="create")
    assert outcome.changed and outcome["result"]["metadata"]["name"].startswith("gen-")
    assert not exists(server, config_map(ns, "e"))


FITTING = [("app=web", True), ("app==web", True), ("app!=web", False), ("app", True), ("!app", False),
           ("app in (db, web)", True), ("app notin (db,web)", False), ("tier!=front", True), ("tier notin (a)", True),
           ("tier", False), ("!tier", True), ("app=web,tier=front", False)]


@pytest.mark.parametrize("selector, fits", FITTING)
def test_111__label_selectors__leave_out_what_does_not_fit(k8s, ns, server, selector, fits):
    definition = config_map(ns, labels={"app": "web"})
    outcome = k8s(definition=definition, label_selectors=[selector])
    assert not outcome.failed and outcome.changed == fits and exists(server, definition) == fits
    if not fits:
        assert outcome.msg == "resource 'kind=ConfigMap,name=a,namespace=%s' filtered by label_selectors." % ns
        assert outcome.requests == [] or not [each for each in outcome.verbs if each[0] != "get"]


@pytest.mark.parametrize("selector", ["a!=b", "!a", "a notin (b)", "a=b"])
def test_111__no_labels_at_all__never_fit(k8s, ns, server, selector):
    outcome = k8s(definition=config_map(ns), label_selectors=[selector])
    assert not outcome.failed and not outcome.changed and not exists(server, config_map(ns))
    assert outcome.msg == "resource 'kind=ConfigMap,name=a,namespace=%s' filtered by label_selectors." % ns


def test_111__of_several_objects__only_the_fitting_are_written(k8s, ns, server):
    objects = [config_map(ns, "a", labels={"app": "web"}), config_map(ns, "b", labels={"app": "db"}), config_map(ns, "c")]
    outcome = k8s(definition=objects, label_selectors=["app", "app != db"])
    assert outcome.changed and [each["changed"] for each in outcome.results] == [True, False, False]
    assert [each.get("msg") for each in outcome.results][1:] == [
        "resource 'kind=ConfigMap,name=%s,namespace=%s' filtered by label_selectors." % (name, ns) for name in "bc"]
    assert [exists(server, each) for each in objects] == [True, False, False]


def test_111__selector_that_is_none__is_an_error(k8s, ns):
    outcome = k8s(definition=config_map(ns, labels={"a": "b"}), label_selectors=["a in b"])
    assert outcome.failed and "a in b" in outcome.msg and not outcome.changed


@pytest.mark.parametrize("option", ["", None, "t"], ids=["empty", "none", "given"])
def test_110__empty_namespace__is_one_that_is_not_given(k8s, ns, server, option):
    options = {} if option is None else {"namespace": ns if option else ""}
    definition = config_map("", "of-" + ns)
    stored = config_map(ns if option else "default", "of-" + ns)
    outcome = k8s(definition=definition, **options)
    assert not outcome.failed and outcome.changed and exists(server, stored), outcome.msg
    assert not k8s(definition=definition, **options).changed
    assert k8s(definition=definition, state="absent", **options).changed and not exists(server, stored)


def test_110__empty_name_as_option__names_nothing(k8s, ns, server):
    assert k8s(definition=config_map(ns), name="", namespace="").changed
    made = k8s(apply_mode="create", definition={"kind": "ConfigMap", "metadata": {"generateName": "g-"}}, name="", namespace=ns)
    assert made.changed and made["result"]["metadata"]["name"].startswith("g-")
    outcome = k8s(state="absent", kind="ConfigMap", name="", namespace=ns)
    assert not outcome.failed and not outcome.changed and exists(server, config_map(ns))


def test_110__empty_name_with_delete_all__is_refused(k8s, ns, server):
    assert k8s(definition=config_map(ns)).changed
    outcome = k8s(state="absent", kind="ConfigMap", name="", namespace=ns, delete_all=True)
    assert outcome.failed and "name is empty" in outcome.msg and outcome.requests == []
    assert exists(server, config_map(ns))


VECTORS = [
    ({"kind": "ConfigMap", "data": {}}, "867km9574f"),
    ({"kind": "ConfigMap", "data": {"key1": "value1", "key2": "value2"}}, "gcb75dd9gb"),
    ({"kind": "Secret", "data": {}}, "949tdgdkgg"),
    ({"kind": "Secret", "type": "my-type", "data": {}}, "dg474f9t76"),
    ({"kind": "Secret", "data": {"key1": "dmFsdWUx", "key2": "dmFsdWUy"}}, "tf72c228m4"),
]


@pytest.mark.parametrize("content, suffix", VECTORS)
def test_112__append_hash__names_the_object_by_its_content(k8s, ns, server, content, suffix):
    definition = dict(content, apiVersion="v1", metadata={"name": "foo", "namespace": ns})
    outcome = k8s(definition=definition, append_hash=True)
    assert not outcome.failed and outcome.changed
    named = dict(definition, metadata={"name": "foo-" + suffix, "namespace": ns})
    assert outcome["result"]["metadata"]["name"] == "foo-" + suffix and exists(server, named)
    before = version_of(get(server, named))
    assert not k8s(definition=definition, append_hash=True).changed
    assert version_of(get(server, named)) == before
    assert k8s(definition=definition, append_hash=True, state="absent").changed and not exists(server, named)


@pytest.mark.parametrize("kind", ["configmap", "cm", "ConfigMap"])
def test_112__append_hash__with_a_kind_as_it_may_be_spelled__names_the_same(k8s, ns, server, kind):
    stored = config_map(ns, "foo", {})
    assert k8s(definition=stored).changed
    definition = dict(stored, kind=kind)
    outcome = k8s(definition=definition, append_hash=True)
    assert outcome.changed and outcome["result"]["metadata"]["name"] == "foo-867km9574f"
    assert k8s(definition=definition, append_hash=True, state="absent").changed
    assert exists(server, stored) and not exists(server, config_map(ns, "foo-867km9574f"))


def test_112__append_hash__with_a_generated_name__is_in_front_of_what_is_generated(k8s, ns):
    definition = {"kind": "ConfigMap", "data": {}, "metadata": {"generateName": "foo", "namespace": ns}}
    outcome = k8s(definition=definition, append_hash=True, apply_mode="create")
    hashed = hashlib.sha256(b'{"data":{},"kind":"ConfigMap","generateName":"foo"}').hexdigest()[:10]
    prefix = "foo-" + hashed.translate(str.maketrans("013ae", "ghkmt"))
    name = outcome["result"]["metadata"]["name"]
    assert name.startswith(prefix) and len(name) > len(prefix)


@pytest.mark.parametrize("further", [{"delete_all": True}, {}], ids=["delete_all", "selectors-alone"])
def test_112__append_hash_of_what_is_deleted_by_selectors__leaves_the_names(k8s, ns, server, further):
    definition = config_map(ns, "foo", {}, labels={"pick": "me"})
    options = dict(further, kind="ConfigMap", namespace=ns, append_hash=True, label_selectors=["pick=me"])
    assert k8s(definition=definition, append_hash=True).changed
    outcome = k8s(state="absent", **options)
    assert outcome.changed and not exists(server, config_map(ns, "foo-867km9574f"))


def test_112__append_hash_of_other_kinds__does_nothing(k8s, ns, server):
    definition = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "foo", "namespace": ns}}
    assert k8s(definition=definition, append_hash=True).changed and exists(server, definition)
