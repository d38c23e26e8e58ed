"""What the changelog of a release is made of: fragments that say what users of other releases and of other collections have to know."""
import pages
import pytest
import yaml

CHANGELOGS = pages.ROOT / "collection/changelogs"
FRAGMENTS = {path.name: yaml.safe_load(pages.text_of(path)) for path in sorted((CHANGELOGS / "fragments").glob("*.yml"))}
SECTIONS = {name for name, _ in yaml.safe_load(pages.text_of(CHANGELOGS / "config.yaml"))["sections"]}
NAMES = {*pages.MODULES, *pages.PLAYBOOKS, *(path.name for path in (pages.ROOT / "roles").iterdir()), "magnum-cluster-api-proxy", "All modules",
         "build-rootfs", "mcapi-rootfs"}


@pytest.mark.parametrize("name", FRAGMENTS)
def test_changelog__fragment__has_known_sections_and_says_whom_it_concerns(name):
    for section, entries in FRAGMENTS[name].items():
        if section == "release_summary":
            assert isinstance(entries, str)
            continue
        assert section in SECTIONS | {"trivial"}, section
        for entry in entries:
            names, found, text = entry.partition(" - ")
            assert found and text and all(each in NAMES for each in names.split(", ")), entry


def test_changelog__summary_of_the_release__is_there_once():
    (summary,) = [content["release_summary"] for content in FRAGMENTS.values() if "release_summary" in content]
    assert " ".join(summary.split()) in " ".join(pages.text_of(pages.ROOT / "collection/CHANGELOG.rst").split())
    assert yaml.safe_load(pages.text_of(pages.ROOT / "galaxy.yml"))["version"] + ".yml" in FRAGMENTS


@pytest.mark.parametrize("what", [*pages.MODULES, "magnum-cluster-api-proxy", "k8s", "magnum", "mcapi_proxy", "overlay", "offline_list", "restore"])
def test_changelog__first_release__tells_of_each_thing_that_it_brings(what):
    told = [entry.partition(" - ")[0].split(", ") for content in FRAGMENTS.values() for entry in content.get("major_changes", [])]
    assert any(what in names for names in told)


def test_changelog__names_in_fragments__exist():
    for text in map(pages.text_of, (CHANGELOGS / "fragments").glob("*.yml")):
        for word in pages.re.findall(r"``([a-z]+(?:_[a-z0-9]+)+)``", text):
            known = word in pages.known_names() or word in NAMES or (pages.ROOT / "docs").joinpath(word).exists()
            assert known or any(word in pages.text_of(page) for page in pages.GUIDES), word
