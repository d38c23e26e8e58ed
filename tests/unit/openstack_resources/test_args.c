#include "unit/openstack_resources/bench.h"

/* Items that cannot be meant, and what is said: place, object, remedy. */
static const struct row {
    const char *items;
    const char *message;
} rows[] = {
    {"[{'kind': 'role', 'name': 'r', 'url': 'x'}]",
     "resources[0].url (role \"r\"): a role has no such key; it takes name, description and state"},
    {"[{'kind': 'role'}]",
     "resources[0].name (roles): it is missing, and without it the object cannot be found"},
    {"[{'kind': 'role', 'name': ''}]",
     "resources[0].name (role \"\"): it is empty: give a text, or leave the key out"},
    {"[{'kind': 'role', 'name': 'a'}, {'kind': 'role', 'name': 'b'}, {'kind': 'role', 'name': "
     "'a', 'state': 'absent'}]",
     "resources[2] (role \"a\"): resources[0] describes the same: leave out one of both"},
    {"[{'kind': 'user', 'name': 'u'}, {'kind': 'user', 'name': 'u', 'domain': 'Default'}]",
     "resources[0] describes the same"},
    {"[{'kind': 'flavor', 'name': 'f', 'extra_specs': {'a': [1]}}]",
     "resources[0].extra_specs.a (flavor \"f\"): it is a list: give a text, a number"},
    {"[{'kind': 'image', 'name': 'i', 'file': '/f', 'checksum': 'md5:00'}]",
     "resources[0].checksum (image \"i\"): \"md5:00\" is none: give \"sha256:\" and 64"},
    {"[{'kind': 'image', 'name': 'i', 'file': '/f', 'properties': {'visibility': 'public'}}]",
     "resources[0].properties (image \"i\"): \"visibility\" is no property, but an attribute that "
     "every image has: leave it out, and give the key of that name"},
    {"[{'kind': 'image', 'name': 'i', 'file': '/f', 'properties': {'os_hidden': true}}]",
     "\"os_hidden\" is no property, but an attribute that every image has: leave it out"},
    {"[{'kind': 'role_assignment', 'user': 'u', 'role': 'r'}]", "role_assignment"},
    {"[{'kind': 'role_assignment', 'user': 'u', 'role': 'r', 'project': 'p', 'domain': 'd'}]",
     "role_assignment"},
    {"[{'kind': 'endpoint', 'service': 's', 'interface': 'public', 'url': 'u'}]",
     "resources[0].region"},
};

static void test_args__what_cannot_be_meant__is_refused_by_place_and_object(void **state)
{
    (void)state;
    for (size_t i = 0; i < array_length(rows); i++) {
        struct error *err = NULL;
        auto_bench struct bench bench;
        if (bench_open(&bench, rows[i].items, &err) == 0)
            fail_msg("%s is taken", rows[i].items);
        assert_error(&err, ERROR_USAGE, rows[i].message);
    }
}

static void test_args__nothing_to_do__is_fine(void **state)
{
    (void)state;
    auto_bench struct bench bench;
    bench_start(&bench, "[]", "{}");
    assert_int_equal(bench.all->count, 0);
}

static void test_args__twins__may_be_asked_about(void **state)
{
    (void)state;
    auto_bench struct bench bench;
    bench_start(&bench,
                "[{'kind': 'role', 'name': 'a'}, {'kind': 'role', 'name': 'a', 'state': 'info'}]",
                "{'/roles': []}");
    assert_int_equal(bench.all->count, 2);
}

static void test_args__values_of_maps__become_texts(void **state)
{
    (void)state;
    auto_bench struct bench bench;
    bench_start(&bench,
                "[{'kind': 'flavor', 'name': 'f', 'vcpus': 1, 'ram': 1, 'disk': 1, 'extra_specs': "
                "{'a': true, 'b': 5, 'c': 'x', 'd': null}}]",
                "{'/flavors/detail?is_public=None': []}");
    auto_free char *text =
        json_dumps(json_object_get(bench.all->items[0].options, "extra_specs"), JSON_SORT_KEYS);
    assert_string_equal(text, "{\"a\": \"true\", \"b\": \"5\", \"c\": \"x\", \"d\": null}");
}

static void test_args__a_default_project__is_in_the_domain_of_its_user(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    auto_bench struct bench bench;
    assert_int_equal(
        bench_open(&bench, "[{'kind': 'user', 'name': 'u', 'domain': 'd', 'default_project': 'p'}]",
                   &err),
        0);
    const json_t *options = bench.all->items[0].options;
    assert_string_equal(json_string_value(json_object_get(options, "default_project_domain")), "d");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_args__what_cannot_be_meant__is_refused_by_place_and_object),
        cmocka_unit_test(test_args__nothing_to_do__is_fine),
        cmocka_unit_test(test_args__twins__may_be_asked_about),
        cmocka_unit_test(test_args__values_of_maps__become_texts),
        cmocka_unit_test(test_args__a_default_project__is_in_the_domain_of_its_user),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
