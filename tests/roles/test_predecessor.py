"""What went wrong with the predecessor's playbooks and roles, and what shows that it does not here."""
import re

import pytest
from conftest import ROOT

FAILURES = {
    "1 hosts without containers: the group of the control plane is empty": ["test_kubernetes__hosts_without_containers__all_have_a_control_plane"],
    "2 the program that saves is on the first host, its timer on the last": [
        "test_063__backups_are_wanted__a_timer_runs_and_its_service_leaves_a_good_archive",
        "test_commands__of_clusterctl_and_of_compilers__are_nobodys"],
    "3 a backup that fails replaces the good one and leaves files": [
        "test_048__a_full_disk__fails_and_replaces_nothing", "test_026__a_failure_while_reading__resumes",
        "test_047__killed_at_any_moment__old_archives_stay_and_no_part_is_taken_for_one", "test_056__old_archives__are_pruned_after_a_good_one"],
    "4 variables of backups and labels cannot be set for a group": ["test_009__group_variables__win_for_every_variable",
                                                                   "test_009__plays_of_the_management_cluster__set_no_variable_of_a_role"],
    "5 a run for the containers alone lacks facts of their hosts": ["test_015__a_limit_and_no_facts__the_containers_are_as_they_were"],
    "6 the files of registries are written by a task without a loop": ["test_tasks__that_say_item__have_a_loop",
                                                                      "test_090__the_lists__are_what_was_fetched"],
    "7 the tag of the pause image, 3.10, becomes 3.1": ["test_048__the_tag_of_the_pause_image__stays_text"],
    "8 a new containerd is not started": ["test_containerd__programs_are_new__they_are_started"],
    "9 a node is labelled by the inventory's name, which may make another one": [
        "test_kubernetes__name_of_the_node__is_the_kubelets_and_a_valid_one", "test_node__in_tasks_of_roles__is_the_kubelets_and_is_never_made"],
    "10 kubeadm that was interrupted looks finished": ["test_kubernetes__kubeadm_was_interrupted__is_refused_and_the_way_out_is_told",
                                                       "test_010__mark_of_kubeadm__is_there_from_before_it_until_it_has_ended_well"],
    "11 the order of groups, or a limit, decides who makes a cluster": ["test_kubernetes__run_is_limited__cluster_of_another_host_is_joined",
                                                                       "test_kubernetes__no_host_has_a_cluster__the_first_of_the_play_makes_it"],
    "12 proxies of the deployment for the network of Pods only": [
        "test_plays__that_work_as_root__have_the_environment_of_the_deployment"],
    "13 a control plane stays old when its kubelet was restarted early": ["test_061_062__a_node__is_upgraded_where_anything_is_older"],
    "14 a version of three parts is taken for a number": ["test_cluster_api__versions__are_compared_part_by_part",
                                                          "test_overrides__of_an_installation__are_there_from_the_first_generation_on"],
    "15 the environment of a controller is wiped": ["test_overrides__of_an_installation__are_there_from_the_first_generation_on",
                                                    "test_overrides__of_what_is_installed__leave_what_others_set"],
    "16 the resource controller comes after the provider that needs it": [
        "test_cluster_api__resource_controller__is_applied_before_its_provider",
        "test_extra_manifests__before_their_provider__are_movable_and_unchanged_later"],
    "17 Magnum's kubeconfig has one place, and a new one is not read": ["test_magnum__its_home_is_elsewhere__so_is_its_kubeconfig",
                                                                       "test_072__new_credentials__restart_each_service_once"],
    "18 an option that no program reads is written": ["test_069__an_option_that_nobody_reads__is_never_written"],
    "19 the proxy is not restarted where Magnum is as well": ["test_capi_proxy__restart__asks_for_no_group_of_hosts"],
    "20 each start of the mounts' units mounts once more": ["test_lxc_guest__unit_of_a_mount_is_started_twice__it_is_mounted_once"],
    "21 each workload cluster carries the whole trust store": [
        "test_071__size_of_the_secret__counts_authorities_twice_and_calico", "test_071__too_many_authorities__are_refused_before_kubernetes_does",
        "test_070__a_cluster_through_the_real_client__becomes_objects_with_the_right_authorities"],
    "22 how many hosts at once: one variable for Magnum and for proxies": ["test_capi_proxy__how_many_at_once__has_a_variable_of_its_own"],
    "23 results of sonobuoy are not looked at": ["test_functional_test__results_of_sonobuoy__count"],
    "24 the key pair of a template is ignored": ["test_129__keypair__is_accepted_under_the_name_that_openstack_ansible_uses",
                                                 "test_096__created_with_every_attribute__is_stored_and_then_unchanged"],
    "25 tokens and certificates for joining stay, rights spread": [
        "test_038__after_the_run__no_token_is_left", "test_join__whatever_happens__token_and_certificates_are_removed",
        "test_credentials__that_need_no_rights__are_nobodys", "test_modes__kubeconfigs_keys_and_files_with_passwords__are_for_their_owner"],
    "26 versions are compared as text, and not at all after an error": ["test_kubernetes__version_of_the_cluster__is_never_gone_below",
                                                                       "test_kubernetes__cluster_cannot_be_asked__nothing_is_left_out_silently"],
    "27 the documented versions are not those that are known": [
        "test_005__no_variables_at_all__the_released_versions", "test_023__a_checksum_of_a_known_version__needs_no_network",
        ("deploy.md", "OpenStack-Ansible 2026.1 or newer has the inventory groups; older releases need `env.d/k8s.yml` of 2026.1")],
    "28 Magnum runs before Octavia, and nobody says so": [
        "test_checks__no_octavia__is_found_where_it_is_asked_for", ("deploy.md", "The first setup of OpenStack-Ansible runs Magnum before Octavia:")],
    "29 cert-manager may not answer yet when providers come": [
        "test_cert_manager__is_applied__and_its_webhook_is_waited_for", "test_050__cert_manager__was_available_before_the_providers_came"],
    "30 a path of Keepalived has a quote too many": ["test_032__files_of_haproxy_and_keepalived__are_nobodys_but_haproxy_frontends"],
    "31 a functional test waits for what has failed, with an old kubeconfig": [
        "test_094__a_cluster_that_fails__ends_it_at_once_with_what_cluster_api_says",
        "test_functional_test__what_an_earlier_run_left__is_not_taken_for_done"],
    "32 headers of a kernel that has no packages are wanted": ["test_lxc_guest__kernel_headers__are_for_who_asks"],
    "33 packages of the host are removed": ["test_059__packages__are_never_removed"],
    "34 HAProxy checks in two ways at once": ["test_haproxy_frontend__api__is_checked_once_over_tls_and_bound_inside"],
    "35 the API of the management cluster is on the external address": ["test_haproxy_frontend__api__is_checked_once_over_tls_and_bound_inside",
                                                                       "test_039__the_api__answers_on_the_internal_vip_alone"],
    "36 objects of the resource controller are not moved": ["test_extra_manifests__before_their_provider__are_movable_and_unchanged_later",
                                                            "test_008__a_kind_with_the_label__takes_its_objects_along"],
    "37 one host without containers makes hosts of the next": ["test_preflight__containers_and_hosts_are_mixed__is_refused_with_the_names"],
    "38 joining deletes files of HAProxy and Keepalived": ["test_032__files_of_haproxy_and_keepalived__are_nobodys_but_haproxy_frontends",
                                                          "test_088_other_load_balancers__their_files_stay_untouched"],
}


@pytest.fixture(scope="module")
def tests() -> set:
    """Names of all tests, in Python and in C."""
    found = set()
    for path in (path for kind in ("test_*.py", "test_*.c") for path in (ROOT / "tests").rglob(kind)):
        found |= set(re.findall(r"(?m)^(?:def|static void) (test_\w+)\(", path.read_text(encoding="utf-8")))
    return found


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("failure", FAILURES)
def test_predecessors_failure__has_a_test_or_is_documented(failure, tests):
    names = {each for each in FAILURES[failure] if isinstance(each, str)}
    assert FAILURES[failure] and not names - tests
    for page, sentence in set(FAILURES[failure]) - names:
        assert sentence in flat((ROOT / "collection/docs" / page).read_text(encoding="utf-8")), page


def test_predecessors_failures__are_numbered_without_a_gap():
    assert [int(failure.split()[0]) for failure in FAILURES] == list(range(1, 39))
