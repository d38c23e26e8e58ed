"""What the action plugin of k8s_apply hands to the module, on several versions of ansible-core."""
from pathlib import Path

import pytest

CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ colour }}\n"
RENDERED = CONFIG_MAP.replace("{{ colour }}", "blue")

FILES = {
    "templates/map.j2": CONFIG_MAP,
    "templates/second.j2": "a: 1\n---\nb: 2\n",
    "templates/brackets.j2": "name: [[ colour ]]\nother: {{ kept }}\n",
    "templates/blocks.j2": "<% if true %>\nname: x\n<% endif %>\n{% kept %}\n",
    "templates/loop.j2": "{% for i in [1, 2] %}\n- {{ i }}\n{% endfor %}\n",
    "templates/indented.j2": "a:\n    {% if true %}\n- 1\n    {% endif %}\n",
    "templates/newlines.j2": "a: 1\nb: {{ colour }}\n",
    "templates/blank.j2": "{% if false %}\nname: x\n{% endif %}\n{{ nothing }}\n",
    "templates/comments.j2": "# one\n---\n  # two\n...\n",
    "templates/including.j2": "{% include 'map.j2' %}",
    "templates/backslash.j2": "a: 'x\\n{{ colour }}'\n",
    "templates/undefined.j2": "a: {{ no_such_variable }}\n",
    "templates/latin1.j2": "a: caf\xe9\n".encode("latin-1"),
    "templates/vaulted.j2": CONFIG_MAP,
    "templates/value.j2": "{{ settings }}",
    "templates/comment_in_text.j2": "a: '#'\n",
    "files/objects.yaml": "{{ not rendered }}\n",
    "files/one.conf": "one",
    "files/vaulted.conf": "two",
}


FAR_AWAY = {"vars": {"ansible_connection": "far_away"}}


def template(value, **more):
    return {"args": dict(template=value, **more)}


CASES = {
    "path": template("map.j2", namespace="n"),
    "dictionary": template({"path": "map.j2"}),
    "list": template(["map.j2", {"path": "second.j2"}]),
    "variable marks": template({"path": "brackets.j2", "variable_start_string": "[[", "variable_end_string": "]]"}),
    "block marks": template({"path": "blocks.j2", "block_start_string": "<%", "block_end_string": "%>"}),
    "trim by default": template("loop.j2"),
    "no trim": template({"path": "loop.j2", "trim_blocks": False}),
    "no lstrip by default": template("indented.j2"),
    "lstrip": template({"path": "indented.j2", "lstrip_blocks": "yes"}),
    "newline": template({"path": "newlines.j2", "newline_sequence": "\r\n"}),
    "escaped newline": template({"path": "newlines.j2", "newline_sequence": "\\r\\n"}),
    "wrong newline": template({"path": "newlines.j2", "newline_sequence": "x"}),
    "blank": template("blank.j2"),
    "comments": template("comments.j2"),
    "one of two blank": template(["blank.j2", "map.j2"]),
    "including": template("including.j2"),
    "backslash": template("backslash.j2"),
    "undefined": template("undefined.j2"),
    "latin1": template("latin1.j2"),
    "vaulted": template("vaulted.j2"),
    "value": template("value.j2"),
    "comment in text": template("comment_in_text.j2"),
    "missing": template("no-such.j2"),
    "no path": template({"trim_blocks": True}),
    "number": template(7),
    "wrong boolean": template({"path": "map.j2", "trim_blocks": "maybe"}),
    "with definition": template("map.j2", definition={"a": 1}),
    "with src": template("map.j2", src="objects.yaml"),
    "check": dict(template("map.j2"), keywords={"check_mode": True}),
    "async": dict(template("map.j2"), keywords={"async": 30, "poll": 1}),
    "src": {"args": {"src": "objects.yaml"}},
    "src missing": {"args": {"src": "no-such.yaml"}},
    "src url": {"args": {"src": "https://example.com/objects.yaml"}},
    "src far away": {"args": {"src": "objects.yaml"}, "keywords": FAR_AWAY},
    "template far away": dict(template("map.j2"), keywords=FAR_AWAY),
    "kubeconfig": {"args": {"kubeconfig": "one.conf"}},
    "kubeconfig list": {"args": {"kubeconfig": "one.conf:vaulted.conf"}},
    "kubeconfig dictionary": {"args": {"kubeconfig": {"apiVersion": "v1"}}},
    "kubeconfig number": {"args": {"kubeconfig": 7}},
    "kubeconfig missing": {"args": {"kubeconfig": "no-such.conf"}},
    "kubeconfig far away": {"args": {"kubeconfig": "one.conf:vaulted.conf"}, "keywords": FAR_AWAY},
    "kubeconfig vaulted and async": {"args": {"kubeconfig": "vaulted.conf"}, "keywords": {"async": 30, "poll": 1}},
    "nothing special": {"args": {"definition": {"a": 1}, "apply": True}},
}


def options(outcomes, name):
    assert "options" in outcomes[name], outcomes[name]
    return outcomes[name]["options"]


def definition(outcomes, name):
    got = options(outcomes, name)
    assert "template" not in got
    return got["definition"]


def failure(outcomes, name):
    assert outcomes[name].get("failed"), outcomes[name]
    assert "options" not in outcomes[name], "the module was run"
    return outcomes[name]["msg"]


def test_template__path__is_rendered_and_other_options_stay(outcomes):
    assert options(outcomes, "path") == {"definition": [RENDERED], "namespace": "n"}


def test_template__dictionary_with_path__is_rendered(outcomes):
    assert definition(outcomes, "dictionary") == [RENDERED]


def test_template__list__gives_one_definition_each(outcomes):
    assert definition(outcomes, "list") == [RENDERED, FILES["templates/second.j2"]]


@pytest.mark.parametrize("name, want", [
    ("variable marks", "name: blue\nother: {{ kept }}\n"),
    ("block marks", "name: x\n{% kept %}\n"),
    ("trim by default", "- 1\n- 2\n"),
    ("no trim", "\n- 1\n\n- 2\n"),
    ("no lstrip by default", "a:\n    - 1\n    \n"),
    ("lstrip", "a:\n- 1\n"),
    ("newline", "a: 1\r\nb: blue\r\n"),
    ("escaped newline", "a: 1\r\nb: blue\r\n"),
    ("backslash", "a: 'x\\nblue'\n"),
    ("comment in text", "a: '#'\n"),
])
def test_template__jinja_options__act_as_for_the_template_module(outcomes, name, want):
    assert definition(outcomes, name) == [want]


@pytest.mark.parametrize("name", ["blank", "comments"])
def test_template__empty_rendering__changes_nothing_and_runs_no_module(outcomes, name):
    assert not outcomes[name]["changed"]
    assert outcomes[name]["result"] == {"results": []}
    assert "options" not in outcomes[name]


def test_template__one_of_two_is_empty__the_other_is_handed_over(outcomes):
    assert definition(outcomes, "one of two blank") == [RENDERED]


def test_template__include__is_found_beside_it(outcomes):
    assert definition(outcomes, "including")[0].strip() == RENDERED.strip()


def test_template__vaulted__is_decrypted(outcomes):
    assert definition(outcomes, "vaulted") == [RENDERED]


def test_template__one_expression__keeps_its_value(outcomes):
    value = definition(outcomes, "value")[0]
    assert value in ({"kind": "ConfigMap", "apiVersion": "v1"}, "{'kind': 'ConfigMap', 'apiVersion': 'v1'}")


@pytest.mark.parametrize("name, words", [
    ("wrong newline", "newline_sequence"), ("undefined", "no_such_variable"), ("latin1", "utf-8"),
    ("missing", "no-such.j2"), ("no path", "path"), ("number", "template"), ("wrong boolean", "trim_blocks"),
])
def test_template__unusable__fails_naming_the_cause(outcomes, name, words):
    assert words in failure(outcomes, name)


@pytest.mark.parametrize("name", ["with definition", "with src"])
def test_template__beside_another_source__leaves_the_refusal_to_the_module(outcomes, name):
    assert options(outcomes, name)["template"] == "map.j2"


def test_run__check_mode__reaches_the_module(outcomes):
    assert outcomes["check"]["check_mode"] and definition(outcomes, "check") == [RENDERED]
    assert not outcomes["path"]["check_mode"]


def test_run__async__runs_the_module_in_the_background(outcomes):
    assert definition(outcomes, "async") == [RENDERED]
    assert outcomes["async"]["finished"]


def test_run__nothing_to_do_here__hands_the_options_over(outcomes):
    assert options(outcomes, "nothing special") == {"definition": {"a": 1}, "apply": True}


def test_src__local_connection__is_found_in_files(outcomes):
    assert options(outcomes, "src")["src"] == str(outcomes.directory / "files/objects.yaml")


def test_src__local_connection_and_missing__fails_naming_the_path(outcomes):
    assert "no-such.yaml" in failure(outcomes, "src missing")


def test_src__url__stays(outcomes):
    assert options(outcomes, "src url")["src"] == "https://example.com/objects.yaml"


def test_src__other_connection__is_a_path_on_the_target(outcomes):
    assert options(outcomes, "src far away")["src"] == "objects.yaml"


def test_template__other_connection__is_still_rendered_on_the_controller(outcomes):
    assert definition(outcomes, "template far away") == [RENDERED]


def test_kubeconfig__local_connection__is_found_in_files(outcomes):
    assert options(outcomes, "kubeconfig")["kubeconfig"] == str(outcomes.directory / "files/one.conf")


def test_kubeconfig__vaulted__is_decrypted_for_the_time_of_the_task(outcomes):
    paths = options(outcomes, "kubeconfig list")["kubeconfig"].split(":")
    contents = outcomes["kubeconfig list"]["contents"]
    assert [contents[path] for path in paths] == ["one", "two"]
    assert paths[1] != str(outcomes.directory / "files/vaulted.conf")
    assert not Path(paths[1]).exists(), "the decrypted copy is left behind"


def test_kubeconfig__dictionary__stays(outcomes):
    assert options(outcomes, "kubeconfig dictionary")["kubeconfig"] == {"apiVersion": "v1"}


def test_kubeconfig__other_connection__is_a_path_on_the_target(outcomes):
    assert options(outcomes, "kubeconfig far away")["kubeconfig"] == "one.conf:vaulted.conf"


@pytest.mark.parametrize("name, words", [
    ("kubeconfig number", "kubeconfig"), ("kubeconfig missing", "no-such.conf"),
    ("kubeconfig vaulted and async", "async"),
])
def test_kubeconfig__unusable__fails_naming_the_cause(outcomes, name, words):
    assert words in failure(outcomes, name)


def test_run__any_case__causes_no_deprecation_warning(outcomes):
    assert "[DEPRECATION WARNING]" not in outcomes.output
