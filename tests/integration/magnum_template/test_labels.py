"""Advice about labels and attributes of the Cluster API driver, and what outputs hold. Items 122 to 127 and 130."""
import pytest

from support.magnum import USUAL

GOOD = dict(USUAL, labels={"kube_tag": "v1.34.8"})


def check(world, **options):
    """A prediction, which costs no write: (outcome, its warnings as one text). Of a template that is not there yet it
    does not know the driver: it is told."""
    outcome = world(world.fresh_name(), check=True, **{**GOOD, "label_check": "vexxhost", **options})
    return outcome, "\n".join(outcome.warnings)


def with_labels(**labels):
    return {"labels": dict(GOOD["labels"], **labels)}


def test_122__known_labels__are_silent(world):
    outcome, text = check(world, **with_labels(
        boot_volume_size=20, boot_volume_type="ssd", auto_healing_enabled="true", auto_scaling_enabled="false",
        octavia_provider="amphora", calico_tag="v3.31.3", calico_ipv4pool="10.100.0.0/16", audit_log_enabled="true",
        audit_log_max_age="30", fixed_subnet_cidr="10.0.0.0/24", keystone_auth_enabled="true",
        cinder_csi_enabled="true", container_infra_prefix="registry.example/mirror"))
    assert outcome.changed and not text


def test_122__unknown_label__one_warning_with_a_suggestion(world):
    outcome, text = check(world, **with_labels(kube_tga="v1.34.8"))
    assert len(outcome.warnings) == 1 and "kube_tga" in text and "kube_tag" in text


def test_122__unknown_label_of_a_new_template__is_told_as_soon_as_the_driver_is_known(world):
    outcome = world(world.fresh_name(), **dict(GOOD, **with_labels(kube_tga="v1.34.8")))
    assert outcome.changed and len(outcome.warnings) == 1 and "kube_tga" in outcome.warnings[0], outcome.data


def test_123__documented_but_unread_label__hint_at_the_right_one(world):
    _, text = check(world, **with_labels(audit_log_maxage="30"))
    assert "audit_log_maxage" in text and "audit_log_max_age" in text


def test_124__label_of_the_heat_driver__is_told_to_be_ignored(world):
    _, text = check(world, **with_labels(monitoring_enabled="true"))
    assert "monitoring_enabled" in text and "ignored by this driver" in text


BAD = {"network_driver": "flannel", "dns_nameserver": None, "labels": {"octavia_provider": "amphora"}}


def test_125__tag_network_and_name_server_missing__a_warning_each(world):
    outcome, text = check(world, label_check="vexxhost", **BAD)
    for word in ("kube_tag", "flannel", "dns_nameserver"):
        assert word in text
    assert len(outcome.warnings) == 3, text


def test_125__check_switched_off__no_warning(world):
    _, text = check(world, label_check="none", **BAD)
    assert not text


def test_126__balancer_and_algorithm_that_do_not_fit__error_where_wanted(world):
    labels = with_labels(octavia_provider="ovn", octavia_lb_algorithm="ROUND_ROBIN")
    outcome, text = check(world, **labels)
    assert not outcome.failed and "SOURCE_IP_PORT" in text
    outcome = world(world.fresh_name(), label_check_level="error", **dict(GOOD, **labels))
    assert outcome.failed and "SOURCE_IP_PORT" in outcome.msg and world.all() == []


def test_127__calico_that_is_not_bundled__warning(world):
    _, text = check(world, **with_labels(calico_tag="v3.1.0"))
    assert "v3.1.0" in text and "calico_tag" in text


@pytest.mark.parametrize("tag", ["1.34.8", "v1.34", "latest"])
def test_125__kubernetes_version_in_another_form__warning(world, tag):
    _, text = check(world, labels={"kube_tag": tag})
    assert "kube_tag" in text


def test_125__prefix_with_a_trailing_slash__warning(world):
    _, text = check(world, **with_labels(container_infra_prefix="registry.example/mirror/"))
    assert "container_infra_prefix" in text


def test_125__key_pair_that_does_not_exist__warning(world):
    _, text = check(world, keypair_id="no-such-key")
    assert "no-such-key" in text
    _, text = check(world, keypair_id="key-of-demo")
    assert not text
