"""Input forms: items 103 to 112 of the conformance list."""
import hashlib
import json
import os

import pytest
import yaml

from fakes.scripted_server import Route, ScriptedServer, redirect, text_reply
from support.objects import config_map
from support.wait import until
from support.world import exists, get, version_of, writes


def two(ns) -> list:
    return [config_map(ns, "a", {"k": "v"}), config_map(ns, "b", {"k": "w", "text": "two\nlines\n"})]


def as_list(objects, kind="List", api_version="v1") -> dict:
    return {"apiVersion": api_version, "kind": kind, "items": objects}


FORMS = {
    "list": lambda objects, _: {"definition": objects},
    "yaml": lambda objects, _: {"resource_definition": yaml.safe_dump_all(objects)},
    "yaml-list": lambda objects, _: {"definition": yaml.safe_dump(objects)},
    "json": lambda objects, _: {"definition": json.dumps(objects)},
    "json-stream": lambda objects, _: {"inline": "\n".join(map(json.dumps, objects))},
    "strings": lambda objects, _: {"definition": [yaml.safe_dump(each) for each in objects]},
    "mixed": lambda objects, _: {"definition": [objects[0], json.dumps(objects[1])]},
    "dict": lambda objects, _: {"definition": as_list(objects)},
    "src-yaml": lambda objects, path: {"src": written(path, yaml.safe_dump_all(objects))},
    "src-json-stream": lambda objects, path: {"src": written(path, "".join(map(json.dumps, objects)))},
    "src-crlf-bom": lambda objects, path: {
        "src": written(path, "\ufeff" + yaml.safe_dump_all(objects, explicit_start=True).replace("\n", "\r\n"))},
}


def written(path, text) -> str:
    path.write_bytes(text.encode())
    return str(path)


def assert_two(k8s, ns, server, options):
    """These options create the two objects, then change nothing, then delete them."""
    outcome = k8s(**options)
    assert not outcome.failed and outcome.changed, outcome.msg
    assert [each["result"]["metadata"]["name"] for each in outcome.results] == ["a", "b"]
    assert [each["method"] for each in outcome.results] == ["create", "create"]
    for definition in two(ns):
        assert get(server, definition)["data"] == definition["data"]
    again = k8s(**options)
    assert not again.failed and not again.changed
    assert k8s(state="absent", **options).changed
    assert not [each for each in two(ns) if exists(server, each)]


@pytest.mark.parametrize("form", FORMS)
def test_103__every_form__means_the_same_objects(k8s, ns, server, tmp_path, form):
    assert_two(k8s, ns, server, FORMS[form](two(ns), tmp_path / "manifest"))


def test_103__one_object_as_dict_or_text__has_a_flat_result(k8s, ns, server):
    as_dict = k8s(definition=config_map(ns))
    as_text = k8s(definition=yaml.safe_dump(config_map(ns)))
    assert as_dict.changed and not as_text.changed
    assert as_dict["result"] == as_text["result"] == get(server, config_map(ns))


def test_103__src_relative_to_the_working_directory__is_read(k8s, ns, server, tmp_path):
    written(tmp_path / "manifest", yaml.safe_dump_all(two(ns)))
    assert_two(k8s, ns, server, {"src": "manifest", "cwd": tmp_path})


@pytest.mark.parametrize("option", ["src", "kubeconfig", "ca_cert"])
def test_103__named_pipe_for_a_file__is_refused_instead_of_waited_for(k8s, ns, tmp_path, option):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    options = {} if option == "src" else {"definition": config_map(ns)}
    outcome = k8s(timeout=20, **dict(options, **{option: str(pipe)}))
    assert outcome.failed and not outcome.changed
    assert "%s: it is a named pipe, but a regular file is needed" % pipe in outcome.msg


def test_103__src_url__is_fetched(k8s, ns, server):
    manifest = text_reply(yaml.safe_dump_all(two(ns)))
    with ScriptedServer([Route("GET", "/m.yaml", manifest)]) as web:
        assert_two(k8s, ns, server, {"src": web.url + "/m.yaml"})
        assert {request.header("Authorization") for request in web.requests} == {None}
        outcome = k8s(src=web.url + "/missing")
        assert outcome.failed and "404" in outcome.msg and outcome.requests == []
    outcome = k8s(src="ftp://127.0.0.1/m.yaml")
    assert outcome.failed and "ftp://127.0.0.1/m.yaml" in outcome.msg and "fetch" in outcome.msg


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_103__src_url_that_redirects__is_followed(k8s, ns, server, status):
    manifest = text_reply(yaml.safe_dump_all(two(ns)))
    with ScriptedServer([Route("GET", "/m.yaml", manifest)]) as other:
        routes = [Route("GET", "/old", redirect("/older", status)), Route("GET", "/older", redirect(other.url + "/m.yaml", status))]
        with ScriptedServer(routes) as web:
            outcome = k8s(src=web.url.replace("://", "://me:secret@") + "/old")
            assert not outcome.failed and outcome.changed and len(outcome.results) == 2, outcome.msg
        assert {request.header("Authorization") for request in other.requests} == {None}


@pytest.mark.parametrize("to, text", [("/old", "redirects more than 5 times"), ("ftp://127.0.0.1/m", "302"),
                                      ("file:///etc/passwd", "302"), ("", "302")])
def test_103__src_url_that_leads_nowhere__fails(k8s, to, text):
    with ScriptedServer([Route("GET", "/old", redirect(to))]) as web:
        outcome = k8s(src=web.url + "/old")
        assert outcome.failed and text in outcome.msg and outcome.requests == []
        assert len(web.requests) == (6 if to == "/old" else 1)


@pytest.mark.parametrize("names", [("definition", "src"), ("inline", "template"), ("src", "template"),
                                   ("resource_definition", "src", "template")])
def test_104__two_sources__are_an_argument_error(k8s, ns, tmp_path, names):
    values = {"src": written(tmp_path / "m", yaml.safe_dump(config_map(ns))), "template": "t.j2"}
    outcome = k8s(**{name: values.get(name, config_map(ns)) for name in names})
    assert outcome.failed and not outcome.changed
    assert "mutually exclusive: resource_definition|src|template" in outcome.msg
    assert outcome.requests == []


EMPTY = ["", "\n", "# only a comment\n", "---\n---\n", "null\n", "~\n---\n# c\n---\nnull\n", "---\n...\n", "  \n# c"]


def test_105__empty_documents_between_real_ones__are_ignored(k8s, ns, server):
    first, second = (yaml.safe_dump(each) for each in two(ns))
    text = "---\n# a comment\n---\n" + first + "---\n---\nnull\n---\n~\n# another\n---\n" + second + "---\n"
    assert_two(k8s, ns, server, {"definition": text})
    assert_two(k8s, ns, server, {"definition": ["", first, "# c", None, second, "null"]})


@pytest.mark.parametrize("text", EMPTY)
def test_105__only_empty_documents__change_nothing(k8s, tmp_path, text):
    for options in ({"definition": text}, {"src": written(tmp_path / "m", text)}, {"definition": [text, text]}):
        for state in ("present", "absent", "patched"):
            outcome = k8s(state=state, **options)
            assert not outcome.failed and not outcome.changed, (options, outcome.msg)
            assert outcome["result"] == {"results": []}


def test_105__empty_list__changes_nothing(k8s):
    outcome = k8s(definition=[])
    assert not outcome.failed and not outcome.changed and outcome["result"] == {"results": []}


def bare(definition) -> dict:
    """As in a typed list: without kind and apiVersion."""
    return {"metadata": definition["metadata"], "data": definition["data"]}


@pytest.mark.parametrize("wrap", [
    lambda a, b: as_list([bare(a), bare(b)], "ConfigMapList"),
    lambda a, b: as_list([a, b]),
    lambda a, b: as_list([a, as_list([as_list([bare(b)], "ConfigMapList"), as_list([])])]),
    lambda a, b: as_list([as_list([], "SecretList"), a, b]),
], ids=["typed", "plain", "nested", "with-empty"])
def test_106__lists__are_expanded_in_order(k8s, ns, server, wrap):
    assert_two(k8s, ns, server, {"definition": wrap(*two(ns))})


def test_106__list_of_an_export__changes_nothing(k8s, ns, server):
    k8s(definition=two(ns))
    exported = json.loads(server.kubectl("get", "configmaps", "-n", ns, "-o", "json"))
    assert exported["kind"] == "List" and len(exported["items"]) >= 2
    exported["items"] = [each for each in exported["items"] if each["metadata"]["name"] in "ab"]
    outcome = k8s(definition=exported)
    assert not outcome.failed and not outcome.changed and len(outcome.results) == 2


def test_106__lists_within_lists_too_deep__fail(k8s, ns, server):
    definition = config_map(ns)
    for _ in range(5):
        definition = as_list([definition])
    outcome = k8s(definition=definition)
    assert outcome.failed and "deeper than 4" in outcome.msg and outcome.requests == []


def test_106__wrong_item__is_named(k8s, ns):
    outcome = k8s(definition=as_list([config_map(ns), "text"]))
    assert outcome.failed and "item 2" in outcome.msg and "object" in outcome.msg and outcome.requests == []


@pytest.fixture
def whitelists(server, ns):
    """The kind IPWhiteList of a group of its own; the value is its apiVersion."""
    group = ns + ".example.com"
    crd = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
           "metadata": {"name": "ipwhitelists." + group},
           "spec": {"group": group, "scope": "Namespaced",
                    "names": {"plural": "ipwhitelists", "singular": "ipwhitelist", "kind": "IPWhiteList",
                              "listKind": "IPWhiteListList"},
                    "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {
                        "type": "object", "x-kubernetes-preserve-unknown-fields": True}}}]}}
    path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    assert server.request("POST", path, crd)[0] == 201
    until(lambda: server.request("GET", "/apis/%s/v1/namespaces/default/ipwhitelists" % group)[0] == 200)
    yield group + "/v1"
    server.request("DELETE", path + "/" + crd["metadata"]["name"])


def whitelist(ns, api_version, name="w", **content) -> dict:
    return dict({"apiVersion": api_version, "kind": "IPWhiteList", "metadata": {"name": name, "namespace": ns}}, **content)


def test_107__kind_that_ends_in_list__is_an_object(k8s, ns, server, whitelists):
    definition = whitelist(ns, whitelists, spec={"addresses": ["10.0.0.1"]})
    outcome = k8s(definition=definition)
    assert not outcome.failed and outcome.changed and outcome["result"]["kind"] == "IPWhiteList"
    assert get(server, definition)["spec"] == definition["spec"]
    assert not k8s(definition=definition).changed
    # A list of them is a list, and its items are objects.
    outcome = k8s(definition=as_list([whitelist(ns, whitelists, "x")], "IPWhiteListList", whitelists))
    assert outcome.changed and outcome["result"]["metadata"]["name"] == "x"
    assert exists(server, whitelist(ns, whitelists, "x"))


def test_107__such_an_object_with_items__is_sent_as_one(k8s, ns, whitelists):
    """The server itself takes it for a list and refuses it: docs/server-facts.md."""
    outcome = k8s(definition=whitelist(ns, whitelists, items=[{"address": "10.0.0.1"}, {"address": "10.0.0.2"}]))
    assert outcome.failed and "is not a list" in outcome.msg and "IPWhiteList %s/w" % ns in outcome.msg
    assert [(event["verb"], event["objectRef"].get("name")) for event in writes(outcome)] == [("patch", "w")]


SCALARS = """\
octal: 010
octal12: 0o10
hex: 0x1F
binary: 0b101
under: 1_000
exponent: 1e3
fraction: 685.230_15e+03
yes: yes
off: Off
y: y
nothing: ~
empty:
time: 12:30:45
date: 2001-12-14
version: 1.10.0
max: 9223372036854775807
beyond: 9223372036854775808
negative: -0x2A
plus: +12
dot: .5
text: !!str 012
bool: !!bool "yes"
block: |
  a

   b
folded: >-
  a
  b

  c
quoted: "\\x41\\u00e9\\U0001F600\\e"
1: one
true: two
0x10: three
base: &base {a: 1, b: [1, 2]}
merged: {<<: *base, c: 3}
"""


def test_108__yaml_of_every_sort__arrives_as_with_kubectl(k8s, ns, server, widgets):
    def manifest(name):
        scalars = "".join("    " + line + "\n" if line else "\n" for line in SCALARS.splitlines())
        return ("apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: %s, namespace: %s}\nspec:\n  any:\n%s"
                % (name, ns, scalars))

    outcome = k8s(definition=manifest("ours"))
    assert not outcome.failed and outcome.changed, outcome.msg
    server.kubectl("create", "-f", "-", "--validate=false", stdin=manifest("theirs"))
    path = "/apis/example.com/v1/namespaces/%s/widgets/" % ns
    ours, theirs = (server.kubectl("get", "--raw", path + name) for name in ("ours", "theirs"))
    exact = {"parse_float": lambda digits: "float " + digits}
    assert json.loads(ours, **exact)["spec"] == json.loads(theirs, **exact)["spec"]
    assert len(json.loads(ours)["spec"]["any"]) > 25
    assert not k8s(definition=manifest("ours")).changed


def bomb(levels=9, width=9) -> str:
    lines = ["a0: &a0 [%s]" % ",".join(["lol"] * width)]
    for level in range(1, levels):
        lines.append("a%d: &a%d [%s]" % (level, level, ",".join(["*a%d" % (level - 1)] * width)))
    return "\n".join(lines) + "\n"


HOSTILE = {
    "alias-bomb": (bomb(), "alias"),
    "alias-bomb-of-maps": ("a: &a {k: v}\n" + "".join(
        "m%d: &m%d {%s}\n" % (n, n, ",".join("k%d: *%s" % (i, "m%d" % (n - 1) if n else "a") for i in range(9)))
        for n in range(9)), "alias"),
    "merge-bomb": ("a: &b0 {k: v}\n" + "".join(
        "m%d: &b%d {x: *b%d, y: *b%d, <<: [%s]}\n" % (n, n + 1, n, n, ",".join(["*b%d" % n] * 9)) for n in range(40)),
                   "alias"),
    "self-alias": ("kind: &a [*a]\n", "'a'"),
    "deep-yaml": ("kind: " + "[" * 5000 + "]" * 5000 + "\n", "1000"),
    "deep-block": ("".join(" " * depth + "a:\n" for depth in range(1500)), "1000"),
    "deep-json": ('{"kind": ' + "[" * 5000 + "]" * 5000 + "}", ""),
    "deep-unclosed": ("[" * 5000, ""),
    "long-key": ("k" * 2000 + ": 1\n", ""),
}


@pytest.mark.parametrize("form", ["definition", "src"])
@pytest.mark.parametrize("name", HOSTILE)
def test_109__hostile_text__is_a_clean_error_soon_and_within_100_mb(k8s, tmp_path, name, form):
    text, said = HOSTILE[name]
    options = {form: text if form == "definition" else written(tmp_path / "manifest", text)}
    outcome, seconds, memory = k8s.measured(**options)
    assert outcome.failed and not outcome.changed and outcome.requests == []
    assert said in outcome.msg and len(outcome.msg) < 1000, outcome.msg
    assert "resource_definition" in outcome.msg or "manifest" in outcome.msg
    assert seconds < 1 and memory < 100e6


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


