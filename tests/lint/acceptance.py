"""What checklists have beside numbered tests."""

# Of roles and playbooks: held by tests of other names, here or in the suites of modules.
ELSEWHERE = {
    # Every run of the all-in-one deployment is by a command that sets these three.
    6: ("test_033__an_empty_host__becomes_a_management_cluster", "test_temporary_files__pipelining_or_not__none_are_left"),
    7: ("test_task__any_case__gives_its_result_in_the_expected_number_of_commands",
        "test_config_map__is_created_and_then_left_alone"),
    12: ("test_085__no_address_to_publish__it_is_the_one_that_is_bound",),
    21: ("test_019__check_mode_on_the_deployed_cluster__predicts_nothing", "test_069__the_documented_variables__make_a_magnum",
         "test_secrets__whatever_happens__are_nowhere_to_be_read"),
    22: ("test_023__a_second_run_without_network__changes_nothing", "test_133__a_second_run__changes_nothing_and_restarts_nothing",
         "test_087__python_proxy_runs__makes_way_for_a_service_that_leads_to_a_cluster_and_absent_undoes_it"),
    25: ("test_overrides__of_what_is_installed__leave_what_others_set",),
    29: ("test_076__key_that_needs_it__restarts_exactly_once", "test_077__never__only_tells_and_goes_on_telling"),
    31: ("test_node__in_tasks_of_roles__is_the_kubelets_and_is_never_made", "test_024_027__a_label_and_a_file_were_removed__nothing_else_is_repaired"),
    35: ("test_kubernetes__no_host_has_a_cluster__the_first_of_the_play_makes_it",),
    45: ("test_090__the_lists__are_what_was_fetched",),
    53: ("test_latest_requested__whatever_is_there__becomes_what_is_wanted", "test_install__empty_cluster__is_complete_and_repeats_without_writes"),
    54: ("test_086__cluster_api_1_8_to_1_13_to_1_14_and_away__is_at_every_step_as_by_clusterctl",
         "test_096__four_minor_versions_at_once__are_an_error_for_core", "test_096__infrastructure__may_skip_what_it_likes"),
    56: ("test_044__repository_for_all__replaces_everything_before_the_name",),
    58: ("test_overrides__of_an_installation__are_there_from_the_first_generation_on",),
    60: ("test_kubernetes__version_of_the_cluster__is_never_gone_below",),
    62: ("test_061_062__a_node__is_upgraded_where_anything_is_older",),
    64: ("test_capi_backup__playbooks__run_where_the_timer_is",
         "test_063__backups_are_wanted__a_timer_runs_and_its_service_leaves_a_good_archive"),
    65: ("test_047__killed_at_any_moment__old_archives_stay_and_no_part_is_taken_for_one", "test_048__a_full_disk__fails_and_replaces_nothing",
         "test_028__the_service_is_killed_while_clusters_are_paused__they_are_resumed_by_its_unit"),
    66: ("test_033__a_cluster_that_is_not_ready__is_flagged_refused_or_left_out", "test_025__everything_is_paused_and_resumed_with_these_bodies",
         "test_026__a_failure_while_reading__resumes"),
    89: ("test_033__an_empty_host__becomes_a_management_cluster", "test_090__the_lists__are_what_was_fetched"),
    93: ("test_images__from_one_registry_to_another__are_there_or_named",),
}

# The contract between Ansible and a program that is a module. Its tests, most of them of the room ansible, bear no numbers.
CONTRACT = {
    1: ("test_am_args_load__file_or_standard_input__gives_the_same", "test_am_args_load__a_terminal__is_never_read",
        "test_am_input_stream__an_open_pipe__ends_at_the_closing_brace", "test_am_input_stream__a_line_without_a_value__ends_with_the_line",
        "test_am_input_stream__a_first_line_for_the_kernel__does_not_count"),
    2: ("test_am_args_parse__numbers_json_lacks__are_located", "test_am_args_parse__ansibles_own_keys__are_split_off",
        "test_am_secrets__nul_in_a_string__ends_neither_text_nor_search"),
    3: ("test_am_spec__an_early_error__hides_what_comes_later", "test_am_run__invalid_options__show_the_scrubbed_invocation"),
    4: ("test_am_run__check_mode__predicts_instead_of_applying", "test_am_run__check_mode_without_support__is_skipped",
        "test_am_result_shape__diff__is_for_changes_in_diff_mode"),
    5: ("test_temporary_files__pipelining_or_not__none_are_left",),  # no module makes any
    6: ("test_am_secrets__the_longest__goes_first", "test_am_spec__a_split_list__hides_its_parts", "test_am_spec__no_log_values__are_registered",
        "test_secrets__whatever_happens__are_nowhere_to_be_read"),
    7: ("test_am_result_text__the_line__is_ascii_between_newlines", "test_am_result_send__a_full_pipe__is_waited_for",
        "test_am_result_send__a_reader_that_left__is_an_error_and_no_signal", "test_am_run__nobody_to_read_the_result__is_a_failure"),
    8: ("test_am_result_shape__results__get_another_name", "test_am_result_shape__keys_that_mean_something_else__are_gone",
        "test_am_result_shape__rc__never_fails_a_success", "test_am_result_shape__facts__are_an_object_or_absent",
        "test_am_result_shape__warnings__are_distinct_strings"),
    9: ("test_am_crash__a_fault_or_an_endless_recursion__still_gives_an_object", "test_am_crash__no_memory__still_gives_an_object",
        "test_am_crash__after_the_result__says_nothing_more"),
    10: ("test_static_program__needs_neither_a_loader_nor_a_library", "test_dynamic_program__needs_glibc_2_28_and_nothing_else",
         "test_program__is_hardened", "test_program__is_small_and_carries_no_symbols"),
    11: ("test_stage__second_cpu__is_beside_the_default_and_executable", "test_stage__program_missing__names_it",
         "test_config_map__is_created_and_then_left_alone"),
}

# Of roles and playbooks: what of a case the tests that it has do not hold.
PARTLY = {
    7: "a file system that forbids programs is tried with x86_64, and arm64 without Ansible, in an emulator",
    14: "the play is tried as far as the choice between init and join; the rest of the role needs hosts that joined",
    17: "that the same hosts run the same parts of kubeadm, not that three real clusters are alike",
    20: "which files and templates a newer patch concerns; the playbook in check mode on a deployed cluster is tried with nothing to do",
    25: "labels, selectors and tolerations of others are seen to survive; a variable of the environment goes the same way",
    30: "the commands of the units, without systemd and without a boot",
    34: "needs three hosts with members of etcd; two are what the all-in-one deployment makes",
    37: "no role removes a node or a member of etcd: kubeadm's refusal is told, and the operator removes what is left",
    40: "what is written; no cluster is made on a network of IPv6",
    45: "containerd 1.6 of Debian stands for 1.7, which has the same form",
    51: "what containerd is told on a node of such a cluster; helm releases of Cilium and cert-manager need images that are not reached from here",
    54: "small providers stand for CAPO, whose Clusters need an OpenStack to become Ready",
    57: "a selector that is emptied stays until the next upgrade, which makes the Deployments anew",
    59: "needs three hosts; one is upgraded by one minor version and is seen to be whole",
    60: "where the cluster does not answer a host that does not lead, the refusal comes after programs were replaced",
    61: "which nodes are taken for outdated, by what is found there; the kubelet of a real node is not restarted in between",
    62: "which nodes are taken for outdated; no upgrade of several real hosts is interrupted",
    89: "a deployment of one host and then of a second; three need more than the machine of the tests has",
}

NOT_TESTED = {
    92: "needs a workload cluster in an OpenStack with a hypervisor; that the label is passed on and checked is tested with magnum_template",
}
