"""TLS in front of a real cloud, with one authority for the public and another for the internal interface.
Items 48, 49 and 59."""
import shutil
import subprocess

import pytest

from servers.openstack import services
from support.magnum import USUAL, assert_unchanged


@pytest.fixture
def made(world):
    return world.make()


def through(cloud, interface, **more):
    """Options of a login over TLS."""
    return dict({"user": None, "auth": cloud.auth("demo", "demo", cloud.tls_url("keystone", interface)),
                 "region_name": services.TLS_REGION, "interface": interface, "state": "info"}, **more)


def authority(cloud, interface) -> str:
    return str({"public": cloud.external_ca, "internal": cloud.internal_ca}[interface].cert_file)


@pytest.mark.parametrize("interface", ["public", "internal"])
def test_059__authority_of_the_interface__is_accepted(world, cloud, made, interface):
    outcome = world(**through(cloud, interface, ca_cert=authority(cloud, interface)))
    assert [each["uuid"] for each in outcome["cluster_templates"]] == [made["uuid"]], outcome.data


@pytest.mark.parametrize("interface, other", [("public", "internal"), ("internal", "public")])
def test_059__authority_of_the_other_interface__tls_error_names_the_host(world, cloud, interface, other):
    outcome = world(**through(cloud, interface, ca_cert=authority(cloud, other)))
    assert outcome.failed and outcome.requests == []
    assert "127.0.0.1:%d" % cloud.tls_ports[interface]["keystone"] in outcome.msg
    assert "certificate" in outcome.msg


def test_059__no_authority__tls_error(world, cloud):
    outcome = world(**through(cloud, "public"))
    assert outcome.failed and "certificate" in outcome.msg and outcome.requests == []


def test_059__directory_of_authorities__is_accepted(world, cloud, made, tmp_path):
    folder = tmp_path / "authorities"
    folder.mkdir()
    shutil.copy(authority(cloud, "public"), folder / "external.pem")
    subprocess.run(["openssl", "rehash", str(folder)], check=True)
    outcome = world(**through(cloud, "public", ca_cert=str(folder)))
    assert len(outcome["cluster_templates"]) == 1, outcome.data


def test_059__file_with_both_authorities__is_accepted_on_both(world, cloud, made, tmp_path):
    both = tmp_path / "both.pem"
    both.write_text("".join(open(authority(cloud, each), encoding="ascii").read() for each in ("public", "internal")))
    for interface in ("public", "internal"):
        assert len(world(**through(cloud, interface, ca_cert=str(both)))["cluster_templates"]) == 1


@pytest.mark.parametrize("entry, interface", [("demo-tls", "public"), ("demo-tls-internal", "internal")])
def test_059__authority_from_clouds_yaml__is_used_for_all_of_a_run(world, made, entry, interface):
    outcome = world(made["name"], user=entry, interface=interface, **dict(USUAL, dns_nameserver="1.1.1.1"))
    assert outcome.changed, outcome.data
    assert_unchanged(world(made["name"], user=entry, interface=interface, **dict(USUAL, dns_nameserver="1.1.1.1")))
    assert world(made["name"], user=entry, interface=interface, state="absent").changed


def test_049__default_interface_of_the_module__is_public_whatever_clouds_yaml_says(world, cloud, made):
    outcome = world(user="demo-tls-internal", state="info")
    # The login goes to the internal address of clouds.yaml, Magnum is then asked at its public one, with the wrong CA.
    assert outcome.failed and "127.0.0.1:%d" % cloud.tls_ports["public"]["magnum"] in outcome.msg


@pytest.mark.parametrize("options", [{"validate_certs": False}, {"validate_certs": "no"}])
def test_048__no_validation__accepts_any_certificate(world, cloud, made, options):
    outcome = world(**through(cloud, "public", **options))
    assert len(outcome["cluster_templates"]) == 1, outcome.data


def test_048__no_validation_and_an_authority__warns(world, cloud, made):
    outcome = world(**through(cloud, "public", validate_certs=False, ca_cert=authority(cloud, "internal")))
    assert len(outcome["cluster_templates"]) == 1 and outcome.warnings


def test_048__insecure_of_clouds_yaml__beats_the_authority(world, cloud, made):
    entry = dict(cloud.clouds()["clouds"]["demo-tls"], insecure=True, cacert=authority(cloud, "internal"))
    outcome = world(user=None, cloud=entry, state="info")
    assert len(outcome["cluster_templates"]) == 1, outcome.data


def test_059__name_look_ups__use_the_authority_too(world, cloud, made):
    outcome = world(made["name"], **{**through(cloud, "public", ca_cert=authority(cloud, "public")),
                                     "state": "present", "image_id": cloud.ids["images"]["ubuntu-a"]})
    assert_unchanged(outcome)
    assert not outcome.warnings


def test_059__two_authorities__module_reaches_each_interface_with_its_own(world, cloud, made):
    for interface in ("internal", "public"):
        outcome = world(**through(cloud, interface, ca_cert=authority(cloud, interface)))
        assert {each.service for each in outcome.requests} == {"keystone", "magnum"}
