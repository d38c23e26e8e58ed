"""clouds.yaml and its companions, with a real cloud at the end. Items 27 to 52, as far as one run can show them; the
rest are unit tests of module_utils/ostack."""
import json

import pytest

from servers.openstack import services
from support.magnum import World


@pytest.fixture
def entry(cloud):
    """The entry of demo."""
    return cloud.clouds()["clouds"]["demo"]


@pytest.fixture
def run(world: World, tmp_path):
    """run(clouds={…}, secure={…}, env={…}, **options): a run that reads, with these files in its home."""
    def call(clouds=None, secure=None, public=None, env=None, suffix="yaml", **options):
        folder = tmp_path / "home" / ".config" / "openstack"
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in (("clouds", clouds), ("secure", secure), ("clouds-public", public)):
            if content is not None:
                text = content if isinstance(content, str) else json.dumps(content)
                (folder / ("%s.%s" % (name, suffix))).write_text(text)
        environment = dict({"OS_CLIENT_CONFIG_FILE": None, "HOME": str(tmp_path / "home"), "XDG_CONFIG_HOME": None},
                           **(env or {}))
        return world(user=None, state="info", env=environment, cwd=tmp_path, **options)

    return call


def one(entry, **more):
    return {"clouds": {"one": dict(entry, **more)}}


def test_027__file_in_the_working_directory__beats_the_home(run, entry, tmp_path):
    (tmp_path / "clouds.yaml").write_text(json.dumps(one(entry)))
    outcome = run(clouds="clouds: {}\n", cloud="one")
    assert not outcome.failed, outcome.data


def test_028__named_file__comes_first_and_a_missing_one_is_skipped(run, entry, tmp_path):
    named = tmp_path / "named.yaml"
    named.write_text(json.dumps(one(entry)))
    assert not run(clouds={"clouds": {}}, env={"OS_CLIENT_CONFIG_FILE": str(named)}, cloud="one").failed
    assert not run(clouds=one(entry), env={"OS_CLIENT_CONFIG_FILE": str(tmp_path / "missing")}, cloud="one").failed


@pytest.mark.parametrize("suffix", ["yml", "json", "yaml"])
def test_029__suffixes__are_all_read(run, entry, suffix):
    assert not run(clouds=one(entry), suffix=suffix, cloud="one").failed


def test_030__password_in_secure_yaml__is_merged_and_never_shown(run, entry):
    auth = dict(entry["auth"])
    password = auth.pop("password")
    outcome = run(clouds=one(entry, auth=auth), secure={"clouds": {"one": {"auth": {"password": password}}}}, cloud="one")
    assert not outcome.failed and password not in outcome.text


def test_031__file_that_cannot_be_read__is_passed_over(run, entry, tmp_path):
    (tmp_path / "clouds.yaml").mkdir()  # root is refused nothing else
    outcome = run(clouds=one(entry), cloud="one")
    assert not outcome.failed, outcome.data


def test_031__broken_yaml__is_passed_over_with_a_warning(run, entry, tmp_path):
    (tmp_path / "clouds.yaml").write_text("clouds: {one: [")
    outcome = run(clouds=one(entry), cloud="one")
    assert not outcome.failed, outcome.data
    assert any("clouds.yaml" in each for each in outcome.warnings), outcome.warnings


def test_032__file_that_is_no_mapping__error_names_it(run):
    outcome = run(clouds="- a\n- b\n", cloud="one")
    assert outcome.failed and "clouds.yaml is empty or not a valid mapping" in outcome.msg


def test_033__unknown_cloud__error_in_the_sdks_words(run, entry):
    outcome = run(clouds=one(entry), cloud="two")
    assert outcome.failed and "Cloud two was not found." in outcome.msg and outcome.requests == []


def test_034__one_cloud_and_no_choice__is_used(run, entry):
    assert not run(clouds=one(entry)).failed


def test_035__two_clouds_and_no_choice__error_about_the_address(run, entry):
    outcome = run(clouds={"clouds": {"a": entry, "b": entry}})
    assert outcome.failed and "auth_url" in outcome.msg and outcome.requests == []


def test_036__variables__are_a_cloud_that_beats_the_file(run, entry, cloud):
    other = cloud.clouds()["clouds"]["other"]["auth"]
    environment = {"OS_" + key.upper(): value for key, value in other.items()}
    outcome = run(clouds=one(entry), env=environment)
    login = next(each for each in outcome.requests if each.service == "keystone")
    assert login.body["auth"]["identity"]["password"]["user"]["name"] == "other"


def test_037__one_stray_variable__hides_the_file_with_a_warning(run, entry, cloud):
    outcome = run(clouds=one(entry), env={"OS_CACERT": str(cloud.external_ca.cert_file)})
    assert outcome.failed and "the cloud of the OS_ variables" in outcome.msg and "auth_url is missing" in outcome.msg
    assert any("OS_ variables are set that hold no auth_url" in each for each in outcome.warnings)
    assert outcome.requests == []


def test_038__region_variable__is_ignored_for_a_named_cloud(run, entry):
    outcome = run(clouds=one(entry), env={"OS_CLOUD": "one", "OS_REGION_NAME": "Nowhere"})
    assert not outcome.failed, outcome.data


def test_039__name_of_the_variables_cloud__may_not_be_one_of_the_file(run, entry):
    outcome = run(clouds=one(entry), env={"OS_CLOUD_NAME": "one"})
    assert outcome.failed and "one" in outcome.msg and "OS_CLOUD_NAME" in outcome.msg and outcome.requests == []


def test_040__cloud_as_a_map__stands_alone_and_refuses_company(run, entry):
    assert not run(clouds={"clouds": {"x": {}}}, cloud=entry).failed
    outcome = run(cloud=entry, auth={"auth_url": "http://x"})
    text = ("A cloud config dict was provided to the cloud parameter but also a value was provided for auth. If a cloud "
            "config dict is provided, auth should be excluded.")
    assert outcome.failed and text in outcome.msg


def test_041__profile_of_clouds_public__lies_under_the_entry(run, entry):
    auth = dict(entry["auth"])
    url = auth.pop("auth_url")
    outcome = run(clouds=one(entry, auth=auth, profile="mine"),
                  public={"public-clouds": {"mine": {"auth": {"auth_url": url}}}}, cloud="one")
    assert not outcome.failed, outcome.data


def test_042__unknown_profile__is_a_warning(run, entry):
    outcome = run(clouds=one(entry, profile="no-such"), cloud="one")
    assert not outcome.failed and any("no-such" in each for each in outcome.warnings)


def test_043__regions__values_are_applied_and_unknown_ones_refused(run, entry):
    entry = dict(entry)
    del entry["region_name"]
    regions = [{"name": services.REGION, "values": {"auth": {"username": "other", "password": "secret-of-other",
                                                             "project_name": "other"}}}, "Second"]
    outcome = run(clouds=one(entry, regions=regions), cloud="one")
    assert not outcome.failed, outcome.data
    login = next(each for each in outcome.requests if each.service == "keystone")
    assert login.body["auth"]["identity"]["password"]["user"]["name"] == "other"
    outcome = run(clouds=one(entry, regions=regions), cloud="one", region_name="Nowhere")
    assert outcome.failed and "Region Nowhere is not a valid region name for cloud one. Valid choices are" in outcome.msg


def test_044__region_option_other_than_the_only_one__error(run, entry):
    outcome = run(clouds=one(entry), cloud="one", region_name="Nowhere")
    assert outcome.failed and "Region Nowhere is not a valid region name" in outcome.msg


def test_045__old_names_and_values_beside_auth__are_read(run, entry):
    auth = dict(entry["auth"])
    del auth["project_name"], auth["project_domain_name"]
    more = {"tenant_name": "demo", "project_domain_name": "Default", "username": "ignored"}
    auth["tenant_name"] = "wrong"
    outcome = run(clouds=one(entry, auth=auth, **{k: v for k, v in more.items() if k != "username"}), cloud="one")
    assert not outcome.failed, outcome.data


def test_046__password_that_is_a_number__is_sent_as_a_text(run, entry):
    outcome = run(clouds=one(entry, auth=dict(entry["auth"], password=12345)), cloud="one")
    login = next(each for each in outcome.requests if each.service == "keystone")
    assert login.body["auth"]["identity"]["password"]["user"]["password"] == "12345"
    assert outcome.failed and "12345" not in outcome.msg


def test_047__region_in_the_address__is_filled_in(run, entry, cloud):
    url = entry["auth"]["auth_url"]
    assert "127.0.0.1" in url
    address = dict(entry["auth"], auth_url=url.replace("127.0.0.1", "{region_name}"))
    more = {"region_name": "127.0.0.1", "container_infra_region_name": services.REGION}
    outcome = run(clouds=one(dict(entry, **more), auth=address), cloud="one")
    assert not outcome.failed, outcome.data


def test_050__endpoint_type__is_another_name_of_interface(run, entry):
    assert not run(clouds=one(entry), cloud="one", endpoint_type="internal").failed


def test_051__overrides__official_name_first(run, entry, cloud):
    good, bad = cloud.url("magnum") + "/v1", "http://127.0.0.1:9/v1"
    names = ("container_infrastructure_management_endpoint_override", "container_infra_endpoint_override")
    assert not run(clouds=one(entry, **dict(zip(names, (good, bad)))), cloud="one").failed
    assert run(clouds=one(entry, **dict(zip(names, (bad, good)))), cloud="one").failed
    assert not run(clouds=one(entry, container_infra_endpoint_override=good), cloud="one").failed


def test_052__region_of_the_service_alone__is_used(run, entry):
    more = {"region_name": services.BROKEN_REGION, "container_infra_region_name": services.REGION}
    assert not run(clouds=one(dict(entry, **more)), cloud="one").failed
