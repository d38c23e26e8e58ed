"""Input forms: items 103 to 109 of the conformance list."""
import json
import os

import pytest
import yaml

from fakes.script import Route, redirect, text_reply
from fakes.scripted_server import ScriptedServer
from support.objects import config_map
from support.wait import until
from support.world import exists, get, writes


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
    "self-alias": ("kind: &a [*a]\n", "contains itself"),
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
