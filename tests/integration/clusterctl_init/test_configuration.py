"""Where providers come from: cases 1 to 22 of the conformance list, each beside the real clusterctl."""
import os
from pathlib import Path

import pytest

from support.providers import CORE, INFRASTRUCTURE, OLD_CORE, SAMPLE_SERIES, STANDARD, metadata, small

INFRA_TYPE = "InfrastructureProvider"
LABEL = "infrastructure-openstack"
FILE = "infrastructure-components.yaml"


def with_entry(pair, **fields) -> dict:
    """The pair's list of providers with another last entry."""
    entries = list(pair.config["providers"])
    entries[-1] = {**entries[-1], **fields}
    return {"providers": entries}


def fails_alike(pair, text, config=None, env=None, **request):
    """Both fail with the same words, of which `text` is a part, and nothing is installed."""
    both = pair.run(config=config, env=env, **small(**request))
    assert text in both.theirs.error
    both.assert_same_error()
    assert pair.ours.versions() == pair.theirs.versions() == {}


def test_001__provider_at_a_url_of_github__is_refused_unless_configured(pair):
    entries = pair.config["providers"][:3]
    ours = pair.run_ours(config={"providers": entries}, **small())
    assert ours.failed and pair.ours.versions() == {}
    assert "openstack" in ours.msg and "https://github.com/" in ours.msg
    both = pair.run(**small())
    assert both.ok and pair.ours.versions() == pair.theirs.versions()


def test_002__upper_case_in_the_name_of_an_entry__is_an_error(pair):
    fails_alike(pair, "provider name OpenStack must be in lower case", with_entry(pair, name="OpenStack"))


@pytest.mark.parametrize("name, kind", [("foo", "CoreProvider"), ("cluster-api", INFRA_TYPE)])
def test_003__core_provider_of_another_name_and_other_provider_of_its_name__are_errors(pair, name, kind):
    fails_alike(pair, "name cluster-api must be used with the CoreProvider type (name: %s, type: %s)" % (name, kind),
                with_entry(pair, name=name, type=kind))


def test_004__unknown_type__is_an_error(pair):
    fails_alike(pair, "invalid provider type. Allowed values are [CoreProvider, BootstrapProvider, "
                "InfrastructureProvider, ControlPlaneProvider, IPAMProvider, RuntimeExtensionProvider, AddonProvider]",
                with_entry(pair, type="Infra"))


@pytest.mark.parametrize("fields, text", [
    ({"name": ""}, "name value cannot be empty"),
    ({"name": "a_b"}, "invalid provider name: a lowercase RFC 1123 subdomain must consist of"),
    ({"url": ""}, "provider URL value cannot be empty"),
    ({"url": "${R"}, 'unable to evaluate url: "${R": missing closing brace'),
], ids=["no-name", "bad-name", "no-url", "bad-variable"])
def test_004__other_faults_of_an_entry__are_errors(pair, fields, text):
    fails_alike(pair, text, with_entry(pair, **fields))


def test_004__scheme_that_nobody_knows__is_an_error(pair):
    fails_alike(pair, 'there are no provider implementation for "ftp" schema', with_entry(pair, url="ftp://x/y"))


@pytest.mark.parametrize("url", ["https://x/y", "https://x/a/v0.14.4/x.yaml", "http://x/a/v0.14.4/x.yaml"])
def test_004__host_that_is_neither_github_nor_gitlab__is_an_error(pair, url):
    fails_alike(pair, "invalid provider url. ", with_entry(pair, url=url))


@pytest.mark.parametrize("url", ["relative/%s/v0.14.4/x.yaml" % LABEL, "file:rel/a/b"])
def test_005__relative_path__is_an_error(pair, url):
    fails_alike(pair, 'invalid path: path "%s" must be an absolute path' % url, with_entry(pair, url=url))


def test_006__path_with_too_few_parts__is_an_error(pair):
    fails_alike(pair, "path should be in the form {basepath}/{provider-name}/{version}/{components.yaml}",
                with_entry(pair, url="/x.yaml"))


def test_007__folder_that_is_no_version__is_an_error(pair, standard):
    url = "%s/%s/v0.14/%s" % (standard.base, LABEL, FILE)
    fails_alike(pair, 'invalid version: "v0.14".', with_entry(pair, url=url))


def test_008__folder_that_is_not_the_label__is_an_error(pair, standard):
    url = "%s/openstack/%s/%s" % (standard.base, INFRASTRUCTURE, FILE)
    fails_alike(pair, 'must contain provider "%s" in the format' % LABEL, with_entry(pair, url=url))


@pytest.mark.parametrize("form", ["file://%s", "file://host%s?query#fragment", "file:%s"])
def test_009__url_with_scheme__is_the_same_as_the_path(pair, form):
    entries = [dict(e, url=form % e["url"]) for e in pair.config["providers"]]
    both = pair.run(config={"providers": entries}, **small())
    assert both.ok, both.theirs
    pair.assert_same_world()


def test_010__variable_in_a_url__comes_from_the_environment_alone(pair, standard):
    entries = [dict(e, url=e["url"].replace(str(standard.base), "${CLUSTERCTL_REPOSITORY_PATH}"))
               for e in pair.config["providers"]]
    config = {"providers": entries, "CLUSTERCTL_REPOSITORY_PATH": str(standard.base)}
    both = pair.run(config=config, **small())
    assert 'from local release %s: stat /cluster-api' % CORE in both.theirs.error
    both.assert_same_error()
    assert pair.run(config=config, env={"CLUSTERCTL_REPOSITORY_PATH": str(standard.base)}, **small()).ok
    assert pair.ours.versions() == pair.theirs.versions()


def test_011__version_of_the_request__is_the_folder_beside_that_of_the_url(pair):
    both = pair.run(**small(infrastructure="v0.1.2"))
    assert both.ok, both.theirs
    assert pair.ours.versions()[LABEL] == pair.theirs.versions()[LABEL] == "v0.1.2"
    pair.assert_same_world()


def test_012__version_without_v__is_looked_for_in_a_folder_without_v(pair):
    fails_alike(pair, "from local release 0.2.4: stat", infrastructure="0.2.4")


def test_013__name_in_upper_case__is_lowered(pair):
    both = pair.run(**dict(small(), infrastructure="OPENSTACK:" + INFRASTRUCTURE))
    assert both.ok, both.theirs
    assert pair.ours.providers()[LABEL]["providerName"] == "openstack"
    pair.assert_same_world()


@pytest.mark.parametrize("reference, text", [
    ("a:b:c", 'invalid provider name "a:b:c". Provider name should be in the form name[:version]'),
    (":v1", 'should be in the form name[:version] and name cannot be empty'),
    ("x:", 'should be in the form name[:version] and version cannot be empty'),
    ("a b", "and the name should be valid: a lowercase RFC 1123 label"),
    ("unknown:v1", "failed to get configuration for the InfrastructureProvider with name unknown."),
])
def test_014__malformed_reference__is_an_error(pair, reference, text):
    both = pair.run(**dict(small(), infrastructure=reference))
    assert text in both.theirs.error
    told = both.theirs.error
    if "invalid provider name" in told:  # we read references before anything else
        told = told.partition(" provider: ")[2]
    both.assert_same_error(told)


def test_014__empty_reference__is_an_error(pair):
    """For clusterctl an empty flag is no flag; an entry of a list is one."""
    ours = pair.run_ours(**dict(small(), infrastructure=""))
    assert ours.failed and "name cannot be empty" in ours.msg


@pytest.fixture
def latest(make_pair, repo):
    """latest(request) runs both with the URL of the infrastructure provider at version "latest"."""
    def run(**request):
        entries = repo.entries(CORE, "latest")
        pair = make_pair(entries)
        return pair, pair.run(**dict(small(), infrastructure="openstack", **request))

    return run


def test_015__latest_without_metadata_in_the_newest_version__is_an_error(latest, repo):
    repo.add(LABEL, "v0.2.9", meta=False)
    _, both = latest()
    assert "failed to get latest version" in both.theirs.error
    both.assert_same_error()


def test_015__latest__is_the_newest_release(latest, repo):
    repo.add(LABEL, "v0.2.10")
    repo.add(LABEL, "v0.2.11-rc.1")
    (repo.base / LABEL / "other").mkdir()
    pair, both = latest()
    assert both.ok, both.theirs
    assert pair.ours.versions()[LABEL] == pair.theirs.versions()[LABEL] == "v0.2.10"


def test_015__latest_of_pre_releases_alone__is_the_newest_of_them(make_pair, repo):
    for version in ("v0.2.0-rc.2", "v0.2.0-rc.10"):
        repo.add("infrastructure-second", version)
    pair = make_pair(repo.entries(CORE, INFRASTRUCTURE, ("infrastructure-second", "latest")))
    both = pair.run(**dict(small(), infrastructure="second"))
    assert both.ok, both.theirs
    assert pair.ours.versions()["infrastructure-second"] == pair.theirs.versions()["infrastructure-second"]


def test_015__latest_when_the_newest_series_has_no_release__is_an_error(latest, repo):
    repo.add(LABEL, INFRASTRUCTURE, meta=metadata(SAMPLE_SERIES + [(0, 3, "v1beta2")]))
    _, both = latest()
    assert "failed to find releases tagged with a valid semantic version number" in both.theirs.error
    both.assert_same_error()


def test_016__latest_for_the_older_contract__is_of_its_newest_series(make_pair, repo):
    pair = make_pair(repo.entries("latest", INFRASTRUCTURE))
    pair.own_contract = "v1beta1"
    ours = pair.run_ours(core="cluster-api", bootstrap="kubeadm", control_plane="kubeadm", infrastructure="openstack:v0.1.2")
    assert not ours.failed, ours.data
    assert [pair.ours.versions()[label] for label in STANDARD[:3]] == [OLD_CORE] * 3


def test_016__latest_for_the_newer_contract__is_of_its_newest_series(make_pair, repo):
    pair = make_pair(repo.entries("latest", INFRASTRUCTURE))
    both = pair.run(core="cluster-api", bootstrap="kubeadm", control_plane="kubeadm", infrastructure="openstack:v0.1.2")
    assert both.ok, both.theirs
    assert pair.ours.versions() == pair.theirs.versions() and pair.ours.versions()["cluster-api"] == CORE


def override(folder, label, version, name, text) -> Path:
    path = Path(folder) / label / version / name
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return path


def test_017__override_of_a_file__is_used_and_logged(pair, standard, tmp_path):
    text = (standard.base / "cluster-api" / CORE / "core-components.yaml").read_text()
    path = override(tmp_path / "over", "cluster-api", CORE, "core-components.yaml",
                    text.replace('"of": "release"', '"of": "override"'))
    both = pair.run(config={"overridesFolder": str(tmp_path / "over")}, **small())
    assert both.ok, both.theirs
    line = 'Using override="%s" provider="cluster-api" version="{}"'.format(CORE)
    assert line % "core-components.yaml" in both.theirs.log
    assert line % path in both.ours["log"]
    assert pair.ours.get("/api/v1/namespaces/capi-system")["metadata"]["labels"]["of"] == "override"
    pair.assert_same_world()


def test_017__option_for_the_overrides__is_as_the_key(pair, standard, tmp_path):
    text = (standard.base / "cluster-api" / CORE / "core-components.yaml").read_text()
    override(tmp_path / "over", "cluster-api", CORE, "core-components.yaml",
             text.replace('"of": "release"', '"of": "override"'))
    ours = pair.run_ours(more={"overrides_folder": str(tmp_path / "over")}, **small())
    assert not ours.failed, ours.data
    assert pair.ours.get("/api/v1/namespaces/capi-system")["metadata"]["labels"]["of"] == "override"


def test_018__overrides_that_cannot_be_looked_at__are_an_error(pair, tmp_path):
    folder = tmp_path / "over"
    folder.mkdir()
    (folder / "cluster-api").write_text("no folder")  # ENOTDIR: root is refused nothing
    both = pair.run(config={"overridesFolder": str(folder)}, **small())
    assert both.theirs.error.endswith("core-components.yaml: not a directory")
    assert both.ours.msg.endswith("core-components.yaml: Not a directory") and "override" in both.ours.msg


def fails_for_metadata(make_pair, repo, meta, text, same=True):
    repo.add(LABEL, INFRASTRUCTURE, meta=meta)
    pair = make_pair(repo.entries(CORE, INFRASTRUCTURE))
    both = pair.run(**small())
    assert text in both.theirs.error
    if same:
        both.assert_same_error()
    return both


def test_019__missing_metadata__is_an_error(make_pair, repo):
    os.unlink(repo.base / LABEL / INFRASTRUCTURE / "metadata.yaml")
    fails_for_metadata(make_pair, repo, False, 'failed to read "metadata.yaml" from the repository')


def test_020__metadata_of_no_kind__is_accepted(make_pair, repo):
    """With the group's version as apiVersion an empty kind cannot be decoded; without both it is refused for the
    version. 1.12 and newer accept an empty kind as long as they get to see it."""
    meta = metadata(SAMPLE_SERIES)
    del meta["kind"]
    repo.add(LABEL, INFRASTRUCTURE, meta=meta)
    pair = make_pair(repo.entries(CORE, INFRASTRUCTURE))
    both = pair.run(**small())
    assert both.ok, both.theirs


def test_021__metadata_of_another_kind__is_an_error(make_pair, repo):
    both = fails_for_metadata(make_pair, repo, metadata(SAMPLE_SERIES, kind="Foo"), 'no kind "Foo" is registered',
                              same=False)
    both.assert_same_error(both.theirs.error.partition(" in scheme ")[0])


def test_021__metadata_of_another_version__is_an_error(make_pair, repo):
    both = fails_for_metadata(make_pair, repo, metadata(SAMPLE_SERIES, apiVersion="v1"),
                              'no kind "Metadata" is registered for version "v1"', same=False)
    both.assert_same_error(both.theirs.error.partition(" in scheme ")[0])


def test_021__metadata_without_series__is_an_error(make_pair, repo):
    fails_for_metadata(make_pair, repo, metadata([]),
                       "invalid provider metadata: releaseSeries is empty in metadata.yaml for provider " + LABEL)


def test_021__metadata_without_version__is_an_error(make_pair, repo):
    meta = metadata(SAMPLE_SERIES)
    del meta["apiVersion"]
    fails_for_metadata(make_pair, repo, meta, 'unexpected apiVersion "" for provider ' + LABEL)


def test_022__version_without_a_series__is_an_error(make_pair, repo):
    fails_for_metadata(make_pair, repo, metadata(SAMPLE_SERIES[:1]),
                       "does not match any release series. Available series: [0.1].")
