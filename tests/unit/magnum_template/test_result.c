#include "magnum_template/result.h"
#include "unit/magnum_template/bench.h"

static void test_result__a_template__is_shown_under_the_names_of_openstack_cloud(void **state)
{
    (void)state;
    json_auto_t *template_ =
        bench_template("{'links': [], 'labels': {'a': 'True'}, 'public': 'True'}");
    json_auto_t *shown = magnum_shown(template_);
    static const char *const names[] = {"apiserver_port",
                                        "cluster_distro",
                                        "coe",
                                        "created_at",
                                        "dns_nameserver",
                                        "docker_storage_driver",
                                        "docker_volume_size",
                                        "driver",
                                        "external_network_id",
                                        "fixed_network",
                                        "fixed_subnet",
                                        "flavor_id",
                                        "http_proxy",
                                        "https_proxy",
                                        "id",
                                        "image_id",
                                        "insecure_registry",
                                        "is_floating_ip_enabled",
                                        "is_hidden",
                                        "is_master_lb_enabled",
                                        "is_public",
                                        "is_registry_enabled",
                                        "is_tls_disabled",
                                        "keypair_id",
                                        "labels",
                                        "master_flavor_id",
                                        "name",
                                        "network_driver",
                                        "no_proxy",
                                        "project_id",
                                        "server_type",
                                        "tags",
                                        "updated_at",
                                        "user_id",
                                        "uuid",
                                        "volume_driver"};
    assert_int_equal(json_object_size(shown), array_length(names));
    for (size_t i = 0; i < array_length(names); i++)
        if (!json_object_get(shown, names[i]))
            fail_msg("%s is missing", names[i]);
    assert_json(json_object_get(shown, "is_public"), "true");
    assert_json(json_object_get(shown, "id"), "'aaaaaaaa-0000-0000-0000-000000000001'");
    assert_json(json_object_get(shown, "labels"), "{'a': 'True'}");
}

static void test_result__an_update__tells_action_attributes_and_diff(void **state)
{
    (void)state;
    auto_bench struct bench bench = {0};
    json_auto_t *result = json_object();
    bench_start(&bench, "{'name': 'k', 'flavor_id': 'f', 'label_check': 'none'}");
    bench.context.diff = true;
    bench.item->found = bench_template("{}");
    assert_int_equal(magnum_plan(bench.magnum, NULL), 0);
    bench.item->after = bench_template("{'flavor_id': 'f'}");
    bench.item->request_id = xstrdup("req-1");
    bench.item->changed = bench.item->done = true;
    magnum_result(bench.magnum, NULL, result);
    assert_json(json_object_get(result, "changed"), "true");
    assert_json(json_object_get(result, "action"), "'update'");
    assert_json(json_object_get(result, "changed_attributes"), "['flavor_id']");
    assert_json(json_object_get(result, "request_id"), "'req-1'");
    assert_json(json_object_get(result, "id"), "'aaaaaaaa-0000-0000-0000-000000000001'");
    const json_t *diff = json_array_get(json_object_get(result, "diff"), 0);
    assert_json(json_object_get(diff, "before"), "'{\\n    \\'flavor_id\\': null\\n}\\n'");
    assert_json(json_object_get(diff, "after"), "'{\\n    \\'flavor_id\\': \\'f\\'\\n}\\n'");
}

static void test_result__what_is_absent__has_its_name_at_least(void **state)
{
    (void)state;
    auto_bench struct bench bench = {0};
    json_auto_t *result = json_object();
    bench_start(&bench, "{'name': 'k', 'state': 'absent'}");
    bench.item->done = true;
    magnum_result(bench.magnum, NULL, result);
    assert_json(json_object_get(result, "cluster_template"), "{'name': 'k'}");
    assert_json(json_object_get(result, "changed"), "false");
    assert_null(json_object_get(result, "id"));
}

static void test_result__several_templates__are_a_list_of_those_that_were_reached(void **state)
{
    (void)state;
    auto_bench struct bench bench = {0};
    struct error *err = NULL;
    json_auto_t *result = json_object();
    bench_start(&bench, "{'templates': [{'name': 'a'}, {'name': 'b'}, {'name': 'c'}]}");
    bench.magnum->items[0].done = true;
    bench.magnum->items[1].changed = true; /* and then it failed */
    strv_add(&bench.magnum->items[1].warnings, "mind this");
    error_make(&err, ERROR_STATUS, "no");
    magnum_result(bench.magnum, err, result);
    const json_t *list = json_object_get(result, "templates");
    assert_int_equal(json_array_size(list), 2);
    assert_json(json_object_get(json_array_get(list, 1), "name"), "'b'");
    assert_json(json_object_get(result, "changed"), "true");
    assert_true(strv_contains(&bench.context.warnings, "mind this"));
    error_clear(&err);
}

static void test_result__info__lists_templates(void **state)
{
    (void)state;
    auto_bench struct bench bench = {0};
    json_auto_t *result = json_object();
    bench_start(&bench, "{'state': 'info'}");
    bench.item->listed = json_pack("[o]", bench_template("{}"));
    magnum_result(bench.magnum, NULL, result);
    assert_int_equal(json_array_size(json_object_get(result, "cluster_templates")), 1);
    assert_null(json_object_get(result, "action"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_result__a_template__is_shown_under_the_names_of_openstack_cloud),
        cmocka_unit_test(test_result__an_update__tells_action_attributes_and_diff),
        cmocka_unit_test(test_result__what_is_absent__has_its_name_at_least),
        cmocka_unit_test(test_result__several_templates__are_a_list_of_those_that_were_reached),
        cmocka_unit_test(test_result__info__lists_templates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
