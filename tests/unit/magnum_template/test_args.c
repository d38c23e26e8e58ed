#include "base/str.h"
#include "unit/magnum_template/bench.h"

static const struct row {
    const char *options;
    const char *wanted; /* of the first template; NULL: refused */
    const char *error;
} rows[] = {
    {"{'name': 'k', 'keypair': 'key', 'public': 'yes', 'docker_volume_size': '10'}",
     "{'name': 'k', 'keypair_id': 'key', 'public': true, 'docker_volume_size': 10}", NULL},
    {"{'name': 'k', 'floating_ip_enabled': 'True', 'is_master_lb_enabled': false, 'is_hidden': "
     "true}",
     "{'name': 'k', 'floating_ip_enabled': true, 'master_lb_enabled': false, 'hidden': true}",
     NULL},
    {"{'name': 'k', 'dns_nameserver': ['8.8.8.8', ' 1.1.1.1 '], 'no_proxy': 'a, b,,'}",
     "{'name': 'k', 'dns_nameserver': '8.8.8.8,1.1.1.1', 'no_proxy': 'a,b'}", NULL},
    {"{'name': 'k', 'tags': ['a', 5]}", "{'name': 'k', 'tags': 'a,5'}", NULL},
    {"{'name': 'k', 'http_proxy': '', 'tags': []}",
     "{'name': 'k', 'http_proxy': null, 'tags': null}", NULL},
    {"{'name': 'k', 'labels': 'a:b:c, d=e:f'}", "{'name': 'k', 'labels': {'a': 'b:c', 'd': 'e:f'}}",
     NULL},
    {"{'name': 'k', 'labels': '{\\'a\\': True}'}", "{'name': 'k', 'labels': {'a': true}}", NULL},
    {"{'name': 'k', 'labels': {'a': 1, 'b': null}}", "{'name': 'k', 'labels': {'a': 1, 'b': null}}",
     NULL},
    {"{'name': 'k', 'unset': ['http_proxy', 'labels', 'floating_ip_enabled']}",
     "{'name': 'k', 'http_proxy': null, 'labels': {}, 'floating_ip_enabled': null}", NULL},
    {"{'name': 'k', 'cluster_distro': 'ubuntu'}", "{'name': 'k'}", NULL},
    {"{'uuid': '" UUID1 "', 'name': 'k'}", "{'name': 'k'}", NULL},
    {"{'uuid': 'k'}", NULL, "uuid: \"k\" is none; give the UUID that Magnum lists"},
    {"{'templates': [{'name': 'a', 'flavor': 'f', 'clusters': []}], 'coe': 'kubernetes'}",
     "{'name': 'a', 'flavor_id': 'f', 'coe': 'kubernetes'}", NULL},
    {"{'name': 'k', 'unset': ['image_id']}", NULL,
     "unset: image_id cannot be removed: Magnum's API refuses that"},
    {"{'name': 'k', 'unset': ['nonsense']}", NULL,
     "unset: \"nonsense\" is no attribute of a cluster template"},
    {"{'name': 'k', 'unset': ['tags'], 'tags': 'a'}", NULL, "unset: tags is also given a value"},
    {"{'name': 'k', 'labels': {'a': [1]}}", NULL, "labels: \"a\" is list; Magnum stores strings"},
    {"{'name': 'k', 'labels': 'novalue'}", NULL, "labels: \"novalue\" is no key:value pair"},
    {"{'name': 'k', 'labels': [1]}", NULL, "labels: expected a dictionary"},
    {"{'name': 'k', 'dns_nameserver': {'a': 1}}", NULL,
     "dns_nameserver: expected a list of strings, or one string with commas, got object"},
    {"{'name': 'k', 'dns_nameserver': [[1]]}", NULL,
     "dns_nameserver[0]: expected a string, got list"},
    {"{'name': 'k', 'is_public': 'maybe'}", NULL, "is_public"},
    {"{'name': 'k', 'network_driver': 'weave'}", NULL, "value of network_driver must be one of"},
    {"{'name': 'k', 'apiserver_port': 80}", NULL, "apiserver_port"},
    {"{'name': 'k', 'microversion': '1.'}", NULL, "microversion: \"1.\" is none"},
    {"{'name': 'k', 'microversion': '1.9\\r\\nX: y'}", NULL, "microversion: "},
    {"{}", NULL, "state is present but none of the following is given: name, uuid"},
    {"{'name': 'k', 'templates': []}", NULL, "name and uuid belong into the items of templates"},
    {"{'templates': [{'coe': 'kubernetes'}]}", NULL, "templates[0]: state is present but none"},
    {"{'templates': [{'name': 'a'}, {'name': 'b'}, {'name': 'a'}]}", NULL,
     "templates[0] and templates[2] both describe \"a\""},
};

static void test_args__each_row__is_read_so(void **state)
{
    (void)state;
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_bench struct bench bench = {0};
        struct error *err = NULL;
        int result = bench_open(&bench, rows[i].options, &err);
        if (!rows[i].wanted) {
            if (result == 0)
                fail_msg("row %zu is not refused", i);
            assert_error(&err, ERROR_USAGE, rows[i].error);
            continue;
        }
        if (result < 0)
            fail_msg("row %zu: %s", i, err->message);
        assert_json(bench.item->wish->wanted, rows[i].wanted);
    }
}

static void test_args__a_text_that_is_too_long__is_refused_with_its_length(void **state)
{
    (void)state;
    auto_bench struct bench bench = {0};
    struct error *err = NULL;
    char tags[257];
    memset(tags, 't', 256);
    tags[256] = '\0';
    auto_free char *options = xasprintf("{'name': 'k', 'tags': '%s'}", tags);
    assert_int_equal(bench_open(&bench, options, &err), -1);
    assert_error(&err, ERROR_USAGE, "has 256 characters; Magnum stores 1 to 255 in this attribute");
}

/* "a" and COUNT umlauts, owned: of two bytes each. */
static char *umlauts(size_t count)
{
    struct buf text;
    buf_init(&text);
    buf_add_char(&text, 'a');
    for (size_t i = 0; i < count; i++)
        buf_add_str(&text, "\xC3\xA4");
    return buf_steal(&text);
}

static void test_args__a_name__may_have_as_many_characters_as_magnum_stores(void **state)
{
    (void)state;
    for (size_t count = 254; count <= 255; count++) {
        auto_bench struct bench bench = {0};
        struct error *err = NULL;
        auto_free char *name = umlauts(count);
        auto_free char *options = xasprintf("{'name': '%s'}", name);
        int result = bench_open(&bench, options, &err);
        if (count == 254 && result < 0)
            fail_msg("%s", err->message);
        if (count == 254)
            continue;
        assert_int_equal(result, -1);
        assert_true(str_is_utf8(err->message, strlen(err->message)));
        assert_error(&err, ERROR_USAGE, "has 256 characters; Magnum stores 1 to 255");
    }
}

static void test_args__what_is_accepted_and_ignored__is_warned_about(void **state)
{
    (void)state;
    auto_bench struct bench bench = {0};
    bench_start(&bench, "{'templates': [{'name': 'a', 'cluster_distro': 'x', 'clusters': [1]}], "
                        "'availability_zone': 'z'}");
    assert_int_equal(bench.context.warnings.count, 3);
    assert_contains(bench.context.warnings.items[0], "availability_zone is ignored");
    assert_contains(bench.context.warnings.items[1], "cluster_distro is ignored");
    assert_contains(bench.context.warnings.items[2], "clusters is ignored");
}

static void test_args__an_item__may_have_a_state_of_its_own(void **state)
{
    (void)state;
    auto_bench struct bench bench = {0};
    bench_start(&bench, "{'templates': [{'name': 'a', 'state': 'absent'}, {'name': 'b'}]}");
    assert_int_equal(bench.magnum->items[0].wish->state, MAGNUM_ABSENT);
    assert_int_equal(bench.magnum->items[1].wish->state, MAGNUM_PRESENT);
    assert_true(bench.magnum->args.several);
}

static void test_args__policies__are_read(void **state)
{
    (void)state;
    auto_bench struct bench bench = {0};
    bench_start(&bench,
                "{'name': 'k', 'scope': 'any', 'match_on': ['name', 'image_id'], "
                "'resolve_names': 'never', 'labels_mode': 'merge', 'update_policy': 'recreate', "
                "'on_immutable': 'new_version', 'label_check': 'none', 'label_check_level': "
                "'error', 'microversion': '1.9', 'retire_old': false, 'image_strict': true, "
                "'uuid_from_name': true}");
    const struct magnum_args *args = &bench.magnum->args;
    assert_true(args->any_scope && args->match_image && !args->resolve && args->labels_merge &&
                !args->retire_old && args->image_strict && args->uuid_from_name &&
                args->label_errors);
    assert_int_equal(args->update, MAGNUM_RECREATE);
    assert_int_equal(args->immutable, IMMUTABLE_NEW_VERSION);
    assert_int_equal(args->label_check, CHECK_NONE);
    assert_string_equal(args->microversion, "1.9");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_args__each_row__is_read_so),
        cmocka_unit_test(test_args__a_text_that_is_too_long__is_refused_with_its_length),
        cmocka_unit_test(test_args__a_name__may_have_as_many_characters_as_magnum_stores),
        cmocka_unit_test(test_args__what_is_accepted_and_ignored__is_warned_about),
        cmocka_unit_test(test_args__an_item__may_have_a_state_of_its_own),
        cmocka_unit_test(test_args__policies__are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
