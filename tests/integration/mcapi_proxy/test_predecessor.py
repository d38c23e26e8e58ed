"""What went wrong with the predecessor, and the tests that show that it does not here."""
import re
from pathlib import Path

import pytest

FAILURES = {
    "P1 a failed start or a later end goes unnoticed": ["test_085_port_busy__refuses_to_start_and_says_why",
                                                        "test_hand_over__successor_that_cannot_start__the_old_one_goes_on"],
    "P2 files shared with the distribution's HAProxy": ["test_088_other_load_balancers__their_files_stay_untouched"],
    "P3 one bad namespace stops all clusters": ["test_namespace_file_that_is_none__the_next_one_is_tried"],
    "P4 a namespace made anew is not seen": ["test_075_namespace_made_anew__new_connections_within_a_probe_interval"],
    "P5 idle connections are cut": ["test_077_idle_for_longer_than_the_predecessor_allowed__survives",
                                    "test_077__kubectl_watches_by_name__an_event_comes_after_a_long_silence"],
    "P6 any of several namespaces": ["test_074_two_namespaces__the_preferred_one_is_used_and_the_other_when_it_fails"],
    "P7 an open port is health": ["test_080_readyz_probe__more_than_an_open_port_is_wanted"],
    "P8 hellos in parts, without or with unknown names": ["test_076_large_hello__relayed", "test_076_hello_without_name__alert",
                                                          "test_074_unknown_name__alert_and_a_line_with_the_source"],
    "P9 published before, or deleted while it is probed": [
        "test_080__cluster_behind_a_namespace__is_published_once_it_answers"],
    "P10 the published address is not the bound one": ["test_085__no_address_to_publish__it_is_the_one_that_is_bound"],
    "P11 the port changes silently": ["test_085_port_of_a_former_run__had_at_once"],
    "P12 IPv4 only": ["test_085__ipv6_address__has_its_family", "test_085_addresses__ipv4_and_ipv6"],
    "P13 port 6443 only": ["test_074__dump__says_which_qualify_and_what_leads_to_them"],
    "P14 one exception ends the round for all": ["test_once__one_broken_object__does_not_hold_up_the_others"],
    "P15 Services deleted by any host, or never": ["test_082__service__goes_with_the_cluster_and_not_before",
                                                   "test_082__slice_of_another_host_remains__service_remains"],
    "P16 root, cluster-admin, a socket for everybody": [
        "test_086_only_the_capability_of_namespaces__suffices", "test_086__second_round__writes_nothing_and_the_rights_suffice",
        "test_metrics_readers_that_say_nothing__others_are_answered", "test_085_allow_list__others_are_closed_and_counted"],
    "P17 no managed-by label": ["test_078__slice_and_service__are_upstreams_in_names_labels_annotation_and_ports"],
    "P18 a namespace of a host comes and goes": ["test_074_preferred_namespace_comes_back__used_again"],
    "P19 host names with capitals": ["test_085__host_name_with_capitals__becomes_a_valid_one"],
    "P20 no metrics, no readiness, no watchdog": ["test_notify__ready_watchdog_stopping"],
    "P21 a write for each cluster every ten seconds": [
        "test_078__nothing_changes__only_the_sign_of_life_is_written_also_beside_upstreams_proxy",
        "test_writes__many_clusters_beside_a_live_upstream__are_a_tenth_of_its"],
}


@pytest.mark.parametrize("failure", FAILURES)
def test_predecessors_failure__has_a_test(failure):
    text = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py") if path != Path(__file__))
    tests = set(re.findall(r"(?m)^def (test_\w+)", text))
    assert not set(FAILURES[failure]) - tests
