"""Documents of a components file: cases 39 to 43 of the conformance list."""
import pytest

from support.providers import CORE, INFRASTRUCTURE, to_yaml

SECOND = "infrastructure-second"
FILE = "infrastructure-components.yaml"
REQUEST = {"core": "cluster-api:" + CORE, "bootstrap": "-", "control_plane": "-",
           "infrastructure": "second:" + INFRASTRUCTURE}


@pytest.fixture
def changed(make_pair, repo):
    """changed(text) → a pair whose second provider has another text: text(the usual one)."""
    def make(text, **more):
        repo.add(SECOND, INFRASTRUCTURE, **more)
        file = repo.base / SECOND / INFRASTRUCTURE / FILE
        file.write_text(text(file.read_text()))
        return make_pair(repo.entries(CORE, INFRASTRUCTURE, (SECOND, INFRASTRUCTURE)))

    return make


def fails_alike(pair, error, **request):
    both = pair.run(**REQUEST, **request)
    assert both.theirs.error.startswith(
        'failed to get provider components for the "second:%s" provider: %s' % (INFRASTRUCTURE, error)), both.theirs
    return both


def test_039__empty_documents_and_comments__are_skipped(changed):
    pair = changed(lambda text: "# a comment\n---\n---\n" + text + "---\n# another\n---   \n--- # and one\n\n")
    both = pair.run(**REQUEST)
    assert both.ok, both.theirs
    pair.assert_same_world()


def test_039__separators_with_dots_carriage_returns_or_byte_order_mark__are_fine(changed):
    pair = changed(lambda text: "\ufeff" + text.replace("---\n", "...\n---\r\n")[4:])
    both = pair.run(**REQUEST)
    assert both.ok, both.theirs
    pair.assert_same_world()


@pytest.mark.parametrize("line, rest", [("--- foo", "foo"), ("----", "-"), ("---x", "x")])
def test_040__separator_with_something_behind_it__is_an_error(changed, line, rest):
    both = fails_alike(changed(lambda text: text + line + "\n{}\n"),
                       "failed to parse yaml: failed to read yaml: invalid Yaml document separator: " + rest)
    both.assert_same_error()


def test_040__broken_third_document__is_counted_without_the_empty_ones(changed):
    pair = changed(lambda text: "---\n---\n" + "---\n".join(text.split("---\n")[:3]) + "---\na: [\n")
    both = fails_alike(pair, 'failed to parse yaml: failed to unmarshal the 3rd yaml document: "a: [\\n": ')
    start = both.theirs.error[:both.theirs.error.index('"a: [')]
    assert both.ours.msg.startswith(start + str(pair.config["providers"][-1]["url"]) + ": line "), both.ours.msg


def test_040__document_that_is_no_object__is_an_error(changed):
    both = fails_alike(changed(lambda text: text + "---\n- a\n"), "failed to parse yaml: failed to unmarshal the 14th")
    assert "failed to unmarshal the 14th yaml document: " in both.ours.msg and FILE in both.ours.msg


def test_041__two_namespaces__are_an_error(changed):
    pair = changed(lambda text: text + to_yaml([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "b"}}]))
    fails_alike(pair, "failed to detect default target namespace: Invalid manifest. There should be no more than one "
                "resource with Kind Namespace in the provider components yaml").assert_same_error()


def without_namespace(objects):
    return objects[1:]


def test_042__neither_namespace_nor_target__is_an_error(changed):
    pair = changed(lambda text: text, change=without_namespace)
    fails_alike(pair, "target namespace can't be defaulted. Please specify a target namespace").assert_same_error()


def test_043__no_namespace_but_a_target__makes_one_with_both_labels(changed):
    pair = changed(lambda text: text, change=without_namespace)
    both = pair.run(target_namespace="foo", **REQUEST)
    assert both.ok, both.theirs
    labels = pair.ours.get("/api/v1/namespaces/foo")["metadata"]["labels"]
    assert labels["clusterctl.cluster.x-k8s.io"] == "" and "cluster.x-k8s.io/provider" in labels
    pair.assert_same_world()


SCALARS = "{a: yes, b: 0777, c: 1e3, d: 1.10, e: 9007199254740993, f: 12:30:45, g: 2001-01-01, h: !!str 5, i: ~}"


def test_040__scalars__are_those_of_yaml_1_1(changed):
    """In an object without a schema every type is stored as it was read."""
    pair = changed(lambda text: text + "---\napiVersion: cert-manager.io/v1\nkind: Issuer\nmetadata: {name: scalars}\n"
                   "spec: %s\n" % SCALARS)
    both = pair.run(**REQUEST)
    assert both.ok, both.theirs
    path = "/apis/cert-manager.io/v1/namespaces/second-system/issuers/scalars"
    assert pair.theirs.get(path)["spec"]["a"] is True and pair.theirs.get(path)["spec"]["b"] == 511
    assert pair.theirs.get(path)["spec"]["e"] == 2 ** 53  # it reads numbers as doubles; we do not
    assert pair.ours.get(path)["spec"] == dict(pair.theirs.get(path)["spec"], e=2 ** 53 + 1)
