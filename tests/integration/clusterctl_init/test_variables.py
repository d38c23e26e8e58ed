"""${…} in components: cases 23 to 38 of the conformance list. What the grammar makes of a text is a matter of the golden
cases, which are held against the real clusterctl here; the other tests are about where values come from and how a whole
installation fails."""
from pathlib import Path

import pytest
import yaml

from servers.clusterctl import variables
from servers.clusterctl.client import Clusterctl
from support.pair import Pair, reset
from support.providers import CORE, INFRASTRUCTURE, Repository

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "capi.variables"
CASES = {case.name: case for case in sorted(GOLDEN.iterdir()) if case.is_dir()}
SECOND = "infrastructure-second"


def text_of(case, name):
    return (case / name).read_bytes().decode()


@pytest.fixture(scope="module")
def clusterctl(tmp_path_factory):
    return Clusterctl(tmp_path_factory.mktemp("variables"))


def groups():
    """Cases that succeed, by environment: one run of clusterctl answers for all of them."""
    found = {}
    for name, case in CASES.items():
        if (case / "want").exists():
            found.setdefault(tuple(sorted(variables.environment(case).items())), []).append(name)
    return found


def test_036__golden_cases_with_a_result__are_what_clusterctl_does(clusterctl):
    wrong = []
    for env, names in groups().items():
        path = clusterctl.directory / "many.yaml"
        path.write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n" + "".join(
            "  %s: |2-\n    <%s\n" % (name, text_of(CASES[name], "input").replace("\n", "\n    ")) for name in names),
            encoding="utf-8")
        answer = clusterctl("generate", "yaml", "--from", path, env=dict(env))
        assert not answer.failed, (names, answer)
        data = yaml.safe_load(answer.stdout)["data"]
        wrong += [(name, data[name][1:]) for name in names if data[name][1:] != text_of(CASES[name], "want")]
    assert not wrong


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if (case / "error").exists()])
def test_031__golden_case_with_an_error__is_what_clusterctl_says(clusterctl, name):
    case = CASES[name]
    assert variables.ask(clusterctl, text_of(case, "input"), variables.environment(case)).get("error") == \
        text_of(case, "error")


# ---- whole installations

# key of a ConfigMap: (template, what both make of it)
TEXTS = {
    "025-empty": ("[${EMPTY}]", "[]"),
    "026-defaults": ("${U:=a} ${V=b} ${W:-c} ${EMPTY:=d}", "a b c d"),
    "028-default-first": ("${X:=x}${X}", "x"),
    "030-blanks": ("${ SET }", "set"),
    "032-nested": ("${Y:=p${SET}-s} ${Z:=p${UNSET}-s}", "pset-s p-s"),
    "033-colon": ("${CAPI_DIAGNOSTICS_ADDRESS:=:8443}", ":8443"),
    "034-dollars": ("${DOLLARS}", "a$b${C}"),
    "035-no-variables": ("^a+$ $(X)", "^a+$ $(X)"),
    "036-two-dollars": ("a$$b $${X}", "a$b ${X}"),
    "037-environment": ("${BOTH} ${CONFIG} ${Mixed}", "environment configuration mixed"),
    "038-backslashes": ("\\\\ \\ \\n", "\\\\ \\ \\n"),
}
ENVIRONMENT = {"EMPTY": "", "SET": "set", "DOLLARS": "a$b${C}", "BOTH": "environment"}
CONFIG = {"both": "configuration", "config": "configuration", "MIXED": "mixed"}


def block(text):
    return "|2-\n    " + text


def provider(repo, texts):
    """The second infrastructure provider with a ConfigMap of texts, as they stand."""
    repo.add(SECOND, INFRASTRUCTURE)
    file = repo.base / SECOND / INFRASTRUCTURE / "infrastructure-components.yaml"
    file.write_text(file.read_text() + "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: texts\ndata:\n" +
                    "".join("  %s: %s\n" % (key, block(text)) for key, text in texts.items()))


REQUEST = {"core": "cluster-api:" + CORE, "bootstrap": "-", "control_plane": "-",
           "infrastructure": "second:" + INFRASTRUCTURE}
PATH = "/api/v1/namespaces/second-system/configmaps/texts"


@pytest.fixture(scope="module")
def installed(sides, programs, tmp_path_factory):
    """What both stored: ({key: text}, {key: text})."""
    repo = Repository(tmp_path_factory.mktemp("texts") / "repository").add_standard()
    provider(repo, {key: text for key, (text, _) in TEXTS.items()})
    reset(sides)
    pair = Pair(*sides, tmp_path_factory.mktemp("texts"), programs / "clusterctl_init",
                repo.entries(CORE, INFRASTRUCTURE, (SECOND, INFRASTRUCTURE)))
    both = pair.run(config=CONFIG, env=ENVIRONMENT, **REQUEST)
    assert both.ok, both.theirs
    return pair.ours.get(PATH)["data"], pair.theirs.get(PATH)["data"]


def stored_alike(installed, number):
    for key, (_, want) in TEXTS.items():
        if key.startswith(number):
            assert installed[1][key] == want
            assert installed[0][key] == want


def test_025__empty_variable_of_the_environment__is_a_value(installed):
    stored_alike(installed, "025")


def test_026__variable_without_a_value__is_its_default(installed):
    stored_alike(installed, "026")


def test_028__second_use_without_default__is_empty(installed):
    stored_alike(installed, "028")


def test_030__blanks_around_a_name__are_ignored(installed):
    stored_alike(installed, "030")


def test_032__variables_within_defaults__are_filled_in_and_never_missing(installed):
    stored_alike(installed, "032")


def test_033__default_that_begins_with_a_colon__is_kept(installed):
    stored_alike(installed, "033")


def test_034__value_with_dollars__is_inserted_as_it_is(installed):
    stored_alike(installed, "034")


def test_035__dollars_without_braces__stay(installed):
    stored_alike(installed, "035")


def test_036__two_dollars__become_one(installed):
    stored_alike(installed, "036")


def test_037__environment__comes_before_the_file_whose_keys_have_no_case(installed):
    stored_alike(installed, "037")


def test_038__backslashes__stay(installed):
    stored_alike(installed, "038")


@pytest.fixture
def fails(make_pair, repo):
    """fails(template, error): both refuse it with these words."""
    def check(template, error):
        provider(repo, {"a": template})
        pair = make_pair(repo.entries(CORE, INFRASTRUCTURE, (SECOND, INFRASTRUCTURE)))
        both = pair.run(**REQUEST)
        assert both.theirs.error == 'failed to get provider components for the "second:%s" provider: %s' % (
            INFRASTRUCTURE, error)
        both.assert_same_error()
        assert pair.ours.versions() == {}
        return both.ours

    return check


MISSING = ("failed to perform variable substitution: value for variables [%s] is not set. Please set the value using os "
           "environment variables or the clusterctl config file")


def test_023__unset_variable__is_missing(fails):
    ours = fails("${A}", MISSING % "A")
    assert ours["missing_variables"] == ["A"]


def test_024__two_unset_variables__are_named_sorted_in_one_error(fails):
    ours = fails("${B} ${A}", MISSING % "A, B")
    assert ours["missing_variables"] == ["A", "B"]


def test_027__empty_default__is_none(fails):
    fails("${A:=}", MISSING % "A")


def test_029__first_use_without_default__is_missing(fails):
    fails("${A}${A:=x}", MISSING % "A")


def test_031__name_with_a_dollar__is_an_error(fails):
    fails("${BA$R}", "missing closing brace")


def test_037__option_variables__comes_before_the_environment(make_pair, repo):
    provider(repo, {"a": "${V} ${W}"})
    pair = make_pair(repo.entries(CORE, INFRASTRUCTURE, (SECOND, INFRASTRUCTURE)))
    ours = pair.run_ours(config={"V": "config", "W": "config"}, env={"V": "environment"},
                         more={"variables": {"V": "option", "W": ""}}, **REQUEST)
    assert not ours.failed, ours.data
    assert pair.ours.get(PATH)["data"] == {"a": "option "}
    assert "V" in ours["variables"]


def test_037__environment_switched_off__is_not_read(make_pair, repo):
    provider(repo, {"a": "${V:=default} ${W:=default}"})
    pair = make_pair(repo.entries(CORE, INFRASTRUCTURE, (SECOND, INFRASTRUCTURE)))
    ours = pair.run_ours(config={"W": "config"}, env={"V": "environment", "W": "environment"},
                         more={"use_environment": False}, **REQUEST)
    assert not ours.failed, ours.data
    assert pair.ours.get(PATH)["data"] == {"a": "default config"}


SCALARS = {"A": "true", "B": "10", "C": "1.10", "D": "1e3", "E": "yes", "F": "0777", "G": "[a]", "H": "{a: b}",
           "I": "'1.10'", "J": "1.0"}


def test_037__scalars_of_the_file__are_texts_as_viper_makes_them(make_pair, repo):
    provider(repo, {"a": " ".join("[${%s}]" % name for name in SCALARS)})
    pair = make_pair(repo.entries(CORE, INFRASTRUCTURE, (SECOND, INFRASTRUCTURE)))
    lines = ["providers: %s" % yaml.safe_dump(pair.config["providers"], default_flow_style=True, width=10 ** 6)]
    both = pair.run(config="".join(lines) + "".join("%s: %s\n" % item for item in SCALARS.items()), **REQUEST)
    assert both.ok, both.theirs
    assert pair.theirs.get(PATH)["data"]["a"] == "[true] [10] [1.1] [1000] [yes] [511] [] [] [1.10] [1]"
    assert pair.ours.get(PATH)["data"] == pair.theirs.get(PATH)["data"]
