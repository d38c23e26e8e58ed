#include "unit/magnum_template/bench.h"

#define QUIET "'label_check': 'none', "

/* ---- what differs, and what is done about it */

static const struct row {
    const char *options; /* beside the name */
    const char *found;   /* members of the template; NULL: there is none */
    enum magnum_action action;
    const char *request; /* the body or the operations; NULL: not looked at */
    const char *error;   /* NULL: fine */
} rows[] = {
    /* create */
    {"'coe': 'kubernetes', 'image_id': 'i', 'is_floating_ip_enabled': false", NULL, ACTION_CREATE,
     "{'name': 'k', 'coe': 'kubernetes', 'image_id': 'i', 'floating_ip_enabled': false, "
     "'master_lb_enabled': false}",
     NULL},
    {"'coe': 'kubernetes', 'image_id': 'i', 'external_network_id': 'e', 'labels': {'a': true}, "
     "'tags': "
     "'', 'uuid': '" UUID1 "'",
     NULL, ACTION_CREATE,
     "{'name': 'k', 'uuid': '" UUID1
     "', 'coe': 'kubernetes', 'image_id': 'i', 'external_network_id': 'e', "
     "'labels': {'a': 'True'}, 'floating_ip_enabled': true, 'master_lb_enabled': false}",
     NULL},
    {"'coe': 'kubernetes', 'image_id': 'i', 'labels': {}, 'is_floating_ip_enabled': false", NULL,
     ACTION_CREATE,
     "{'name': 'k', 'coe': 'kubernetes', 'image_id': 'i', 'floating_ip_enabled': false, "
     "'master_lb_enabled': false}",
     NULL},
    {"'coe': 'kubernetes', 'image_id': 'i'", NULL, ACTION_CREATE, NULL,
     "template \"k\": is_floating_ip_enabled is True but external_network_id is missing"},
    {"'is_floating_ip_enabled': false", NULL, ACTION_CREATE, NULL,
     "to create it all of the following are missing: coe, image_id"},
    /* nothing to do */
    {"'coe': 'kubernetes', 'image_id': 'img', 'is_master_lb_enabled': 'True', "
     "'external_network_id': "
     "'ext', 'labels': {}",
     "{}", ACTION_NONE, NULL, NULL},
    {"'coe': 'kubernetes'", "{'floating_ip_enabled': true, 'external_network_id': null}",
     ACTION_NONE, NULL, NULL},
    {"'http_proxy': '', 'tags': []", "{}", ACTION_NONE, NULL, NULL},
    {"'labels': {'a': true, 'b': 10}", "{'labels': {'a': 'true', 'b': '10'}}", ACTION_NONE, NULL,
     NULL},
    {"'labels': {'a': 'x'}, 'labels_mode': 'merge'", "{'labels': {'a': 'x', 'z': 'y'}}",
     ACTION_NONE, NULL, NULL},
    /* update */
    {"'flavor_id': 'f'", "{}", ACTION_UPDATE,
     "[{'op': 'replace', 'path': '/flavor_id', 'value': 'f'}]", NULL},
    {"'flavor_id': 'f', 'is_public': true", "{}", ACTION_UPDATE,
     "[{'op': 'replace', 'path': '/flavor_id', 'value': 'f'}, {'op': 'replace', 'path': '/public', "
     "'value': true}]",
     NULL},
    {"'docker_volume_size': '20'", "{'docker_volume_size': 10}", ACTION_UPDATE,
     "[{'op': 'replace', 'path': '/docker_volume_size', 'value': 20}]", NULL},
    {"'unset': ['http_proxy']", "{'http_proxy': 'x'}", ACTION_UPDATE,
     "[{'op': 'remove', 'path': '/http_proxy'}]", NULL},
    {"'labels': {'a': 'x/y'}, 'labels_mode': 'merge'", "{'labels': {'b': '1'}}", ACTION_UPDATE,
     "[{'op': 'replace', 'path': '/labels', 'value': '{\\'a\\': \\'x/y\\', \\'b\\': \\'1\\'}'}]",
     NULL},
    {"'labels': {'b': null}, 'labels_mode': 'merge'", "{'labels': {'b': '1', 'c': '2'}}",
     ACTION_UPDATE, "[{'op': 'replace', 'path': '/labels', 'value': '{\\'c\\': \\'2\\'}'}]", NULL},
    {"'labels': {}", "{'labels': {'b': '1'}}", ACTION_UPDATE,
     "[{'op': 'replace', 'path': '/labels', 'value': '{}'}]", NULL},
    {"'is_floating_ip_enabled': true", "{'external_network_id': null}", ACTION_NONE, NULL,
     "is_floating_ip_enabled is True but external_network_id is missing"},
    {"'external_network_id': ''", "{}", ACTION_NONE, NULL,
     "external_network_id: it is \"ext\" and cannot be removed"},
    {"'flavor_id': 'f', 'tags': 'a', 'update_policy': 'never'", "{}", ACTION_NONE, NULL,
     "Cannot update parameters ['flavor_id', 'tags']"},
    /* recreate */
    {"'flavor_id': 'f', 'update_policy': 'recreate'",
     "{'tags': 't', 'labels': {'a': '1'}, 'driver': 'd', 'created_at': 'x', 'user_id': 'u'}",
     ACTION_RECREATE,
     "{'name': 'k', 'coe': 'kubernetes', 'image_id': 'img', 'flavor_id': 'f', "
     "'external_network_id': "
     "'ext', 'labels': {'a': '1'}, 'tags': 't', 'driver': 'd', 'floating_ip_enabled': false, "
     "'master_lb_enabled': true}",
     NULL},
    {"'image_id': 'img', 'update_policy': 'recreate'", "{}", ACTION_NONE, NULL, NULL},
    /* delete */
    {"'state': 'absent'", "{}", ACTION_DELETE, NULL, NULL},
    {"'state': 'absent'", NULL, ACTION_NONE, NULL, NULL},
};

static void test_plan__each_row__does_that(void **state)
{
    (void)state;
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_bench struct bench bench = {0};
        struct error *err = NULL;
        auto_free char *options = xasprintf("{" QUIET "'name': 'k', %s}", rows[i].options);
        bench_start(&bench, options);
        bench.item->found = rows[i].found ? bench_template(rows[i].found) : NULL;
        int result = magnum_plan(bench.magnum, &err);
        if (rows[i].error) {
            if (result == 0)
                fail_msg("row %zu is not refused", i);
            assert_error(&err, ERROR_USAGE, rows[i].error);
            continue;
        }
        if (result < 0)
            fail_msg("row %zu: %s", i, err->message);
        if (bench.item->action != rows[i].action)
            fail_msg("row %zu: action %d", i, (int)bench.item->action);
        if (rows[i].request)
            assert_json(bench.item->body ? bench.item->body : bench.item->operations,
                        rows[i].request);
    }
}

static void test_plan__labels_with_unicode__stay_raw_in_the_literal(void **state)
{
    (void)state;
    auto_bench struct bench bench = {0};
    bench_start(&bench, "{" QUIET "'name': 'k', 'labels': {'a': 'x/\xF0\x9F\x98\x80'}}");
    bench.item->found = bench_template("{}");
    assert_int_equal(magnum_plan(bench.magnum, NULL), 0);
    const json_t *operation = json_array_get(bench.item->operations, 0);
    assert_string_equal(json_string_value(json_object_get(operation, "value")),
                        "{\"a\": \"x/\xF0\x9F\x98\x80\"}");
}

static void test_plan__a_template_of_another_project__is_left_alone(void **state)
{
    (void)state;
    struct error *err = NULL;
    static const char *const options[] = {"{" QUIET
                                          "'name': 'k', 'flavor_id': 'f', 'scope': 'any'}",
                                          "{'name': 'k', 'state': 'absent'}"};
    for (size_t i = 0; i < array_length(options); i++) {
        auto_bench struct bench bench = {0};
        bench_start(&bench, options[i]);
        bench.item->found = bench_template("{'project_id': 'other', 'public': true}");
        bench.item->foreign = true;
        int result = magnum_plan(bench.magnum, &err);
        if (i == 0)
            assert_error(&err, ERROR_USAGE, "it belongs to another project (other) and differs");
        else
            assert_int_equal(result, 0);
        assert_int_equal(bench.item->action, ACTION_NONE);
    }
}

/* ---- names and IDs */

static void test_plan__a_name_and_its_id__are_no_difference(void **state)
{
    (void)state;
    auto_bench struct bench bench = {0};
    bench_start(&bench, "{" QUIET "'name': 'k', 'image_id': 'ubuntu', 'flavor_id': 'm1'}");
    bench.item->found = bench_template("{'image_id': '" UUID1 "', 'flavor_id': '7'}");
    bench_answer(&bench, OSK_IMAGE, "ubuntu", "[{'id': '" UUID1 "', 'os_distro': 'ubuntu'}]");
    bench_answer(&bench, OSK_IMAGE, UUID1, "[{'id': '" UUID1 "'}]");
    bench_answer(&bench, OSK_FLAVOR, "m1", "[{'id': '7', 'name': 'm1'}]");
    bench_answer(&bench, OSK_FLAVOR, "7", "[{'id': '7', 'name': 'm1'}]");
    assert_int_equal(magnum_plan(bench.magnum, NULL), 0);
    assert_int_equal(bench.item->action, ACTION_NONE);
    assert_int_equal(bench.item->warnings.count, 0);
}

static void
test_plan__a_name_that_cannot_be_looked_up__counts_as_different_with_a_warning(void **state)
{
    (void)state;
    auto_bench struct bench bench = {0};
    bench_start(&bench, "{" QUIET "'name': 'k', 'external_network_id': 'public'}");
    bench.item->found = bench_template("{'external_network_id': '" UUID1 "'}");
    bench_answer(&bench, OSK_NETWORK, "public", NULL);
    bench_answer(&bench, OSK_NETWORK, UUID1, NULL);
    assert_int_equal(magnum_plan(bench.magnum, NULL), 0);
    assert_int_equal(bench.item->action, ACTION_UPDATE);
    assert_int_equal(bench.item->warnings.count, 1);
    assert_contains(bench.item->warnings.items[0],
                    "could not be looked up, so they count as different: "
                    "not allowed");
}

static void test_plan__a_strict_image__is_stored_by_its_id(void **state)
{
    (void)state;
    auto_bench struct bench bench = {0};
    bench_start(&bench, "{" QUIET "'name': 'k', 'image_id': 'ubuntu', 'image_strict': true}");
    bench.item->found = bench_template("{'image_id': 'ubuntu'}");
    bench_answer(&bench, OSK_IMAGE, "ubuntu", "[{'id': '" UUID1 "', 'os_distro': 'ubuntu'}]");
    assert_int_equal(magnum_plan(bench.magnum, NULL), 0);
    assert_json(bench.item->operations,
                "[{'op': 'replace', 'path': '/image_id', 'value': '" UUID1 "'}]");
}

/* ---- what cannot change */

static void plan_distro(struct bench *bench, const char *more)
{
    auto_free char *options = xasprintf("{" QUIET "'name': 'k', 'image_id': 'deb'%s}", more);
    bench_start(bench, options);
    bench->item->found = bench_template("{'driver': 'k8s_cluster_api_ubuntu'}");
    bench->item->version = 1;
    bench_answer(bench, OSK_IMAGE, "deb", "[{'id': '" UUID1 "', 'os_distro': 'debian'}]");
}

static void test_plan__an_image_of_another_distribution__is_no_change_in_place(void **state)
{
    (void)state;
    auto_bench struct bench bench = {0};
    struct error *err = NULL;
    plan_distro(&bench, "");
    assert_int_equal(magnum_plan(bench.magnum, &err), -1);
    assert_contains(err->message,
                    "the template was made for the distribution ubuntu, and the image "
                    "\"deb\" is debian");
    assert_contains(err->message, "new_version makes one of the name \"k-v2\"");
    assert_json(json_object_get(err->detail, "differences"), "['image_id']");
    error_clear(&err);
}

static void test_plan__on_immutable__chooses_the_successor(void **state)
{
    (void)state;
    static const struct {
        const char *more;
        enum magnum_action action;
        const char *name;
    } ways[] = {
        {", 'on_immutable': 'recreate'", ACTION_RECREATE, "k"},
        {", 'on_immutable': 'new_version'", ACTION_NEW_VERSION, "k-v2"},
    };
    for (size_t i = 0; i < array_length(ways); i++) {
        auto_bench struct bench bench = {0};
        plan_distro(&bench, ways[i].more);
        assert_int_equal(magnum_plan(bench.magnum, NULL), 0);
        assert_int_equal(bench.item->action, ways[i].action);
        assert_string_equal(json_string_value(json_object_get(bench.item->body, "name")),
                            ways[i].name);
        assert_string_equal(json_string_value(json_object_get(bench.item->body, "image_id")),
                            "deb");
        /* It belongs to the old distribution. */
        assert_null(json_object_get(bench.item->body, "driver"));
        assert_null(json_object_get(bench.item->body, "cluster_distro"));
    }
}

static void test_plan__in_use__only_some_changes_fit(void **state)
{
    (void)state;
    static const struct {
        const char *options;
        const char *found;
        bool fits;
    } cases[] = {
        {"'uuid': 'aaaaaaaa-0000-0000-0000-000000000001', 'hidden': true, 'tags': 'x'",
         "{'name': 'old'}", true},
        {"'is_public': true", "{}", true},
        {"'is_public': false", "{'public': true}", false},
        {"'tags': ''", "{'tags': 'x'}", false},
        {"'tags': 'y', 'flavor_id': 'f'", "{}", false},
    };
    for (size_t i = 0; i < array_length(cases); i++) {
        auto_bench struct bench bench = {0};
        auto_free char *options = xasprintf("{" QUIET "'name': 'k', %s}", cases[i].options);
        bench_start(&bench, options);
        bench.item->found = bench_template(cases[i].found);
        assert_int_equal(magnum_plan(bench.magnum, NULL), 0);
        assert_int_equal(magnum_fits_in_use(bench.item), cases[i].fits);
    }
}

/* ---- label rules */

static void test_plan__label_check__warns_or_fails(void **state)
{
    (void)state;
    static const struct {
        const char *more;
        int result;
        size_t warnings;
    } cases[] = {
        {", 'label_check': 'vexxhost'", 0, 1},
        {"", 0, 1},
        {", 'label_check': 'none'", 0, 0},
        {", 'label_check_level': 'error'", -1, 0},
    };
    for (size_t i = 0; i < array_length(cases); i++) {
        auto_bench struct bench bench = {0};
        struct error *err = NULL;
        auto_free char *options = xasprintf("{'name': 'k', 'tags': 'x'%s}", cases[i].more);
        bench_start(&bench, options);
        bench.item->found = bench_template(
            "{'network_driver': 'calico', 'dns_nameserver': '8.8.8.8', 'flavor_id': 'f', "
            "'master_flavor_id': 'f', 'server_type': 'vm'}");
        assert_int_equal(magnum_plan(bench.magnum, &err), cases[i].result);
        assert_int_equal(bench.item->warnings.count, cases[i].warnings);
        if (cases[i].warnings)
            assert_contains(bench.item->warnings.items[0], "template \"k\": labels.kube_tag");
        if (cases[i].result < 0)
            assert_error(&err, ERROR_USAGE,
                         "label_check_level is error, and label_check found:\n"
                         "labels.kube_tag");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plan__each_row__does_that),
        cmocka_unit_test(test_plan__labels_with_unicode__stay_raw_in_the_literal),
        cmocka_unit_test(test_plan__a_template_of_another_project__is_left_alone),
        cmocka_unit_test(test_plan__a_name_and_its_id__are_no_difference),
        cmocka_unit_test(
            test_plan__a_name_that_cannot_be_looked_up__counts_as_different_with_a_warning),
        cmocka_unit_test(test_plan__a_strict_image__is_stored_by_its_id),
        cmocka_unit_test(test_plan__an_image_of_another_distribution__is_no_change_in_place),
        cmocka_unit_test(test_plan__on_immutable__chooses_the_successor),
        cmocka_unit_test(test_plan__in_use__only_some_changes_fit),
        cmocka_unit_test(test_plan__label_check__warns_or_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
