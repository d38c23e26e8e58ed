#include "base/str.h"
#include "json/js_get.h"
#include "unit/openstack_resources/bench.h"

#define DOMAINS "'/domains': [{'id': 'default', 'name': 'Default', 'enabled': true}]"

/* Items, the world, and what becomes of them. */
static const struct row {
    const char *items;
    const char *world;
    const char *actions;
} rows[] = {
    /* alone */
    {"[{'kind': 'role', 'name': 'r'}]", "{'/roles': []}", "created"},
    {"[{'kind': 'role', 'name': 'r'}]", "{'/roles': [{'id': '1', 'name': 'r'}]}", "unchanged"},
    {"[{'kind': 'role', 'name': 'r', 'state': 'absent'}]", "{'/roles': []}", "unchanged"},
    {"[{'kind': 'role', 'name': 'r', 'state': 'absent'}]", "{'/roles': [{'id': '1', 'name': 'r'}]}",
     "removed"},
    {"[{'kind': 'role', 'name': 'r', 'state': 'info'}]", "{'/roles': []}", "missing"},
    /* what is not said means something */
    {"[{'kind': 'role', 'name': 'r', 'description': ''}]",
     "{'/roles': [{'id': '1', 'name': 'r', 'description': null}]}", "unchanged"},
    {"[{'kind': 'role', 'name': 'r', 'description': 'x'}]",
     "{'/roles': [{'id': '1', 'name': 'r'}]}", "updated"},
    /* a service keeps its endpoints when its type changes */
    {"[{'kind': 'service', 'name': 's', 'type': 'new'}]",
     "{'/services': [{'id': '1', 'name': 's', 'type': 'old'}]}", "updated"},
    {"[{'kind': 'service', 'name': 's', 'type': 'b'}]",
     "{'/services': [{'id': '1', 'name': 's', 'type': 'a'}, {'id': '2', 'name': 's', 'type': "
     "'b'}]}",
     "unchanged"},
    /* but one of another type is not what is to go, or asked about */
    {"[{'kind': 'service', 'name': 's', 'type': 'b', 'state': 'absent'}]",
     "{'/services': [{'id': '1', 'name': 's', 'type': 'a'}]}", "unchanged"},
    {"[{'kind': 'service', 'name': 's', 'type': 'a', 'state': 'absent'}]",
     "{'/services': [{'id': '1', 'name': 's', 'type': 'a'}]}", "removed"},
    {"[{'kind': 'service', 'name': 's', 'type': 'b', 'state': 'info'}]",
     "{'/services': [{'id': '1', 'name': 's', 'type': 'a'}]}", "missing"},
    /* items that need each other */
    {"[{'kind': 'endpoint', 'service': 't', 'interface': 'public', 'region': 'R', 'url': 'u'}, "
     "{'kind': 'service', 'name': 's', 'type': 't'}]",
     "{'/services': [], '/endpoints': []}", "created created"},
    {"[{'kind': 'role_assignment', 'user': 'u', 'role': 'r', 'project': 'p'}, "
     "{'kind': 'user', 'name': 'u'}, {'kind': 'role', 'name': 'r'}, "
     "{'kind': 'project', 'name': 'p', 'domain': 'default'}]",
     "{" DOMAINS ", '/roles': [], '/users?name=u&domain_id=default': [], "
     "'/projects?name=p&domain_id=default': []}",
     "created created created created"},
    {"[{'kind': 'user', 'name': 'u', 'domain': 'd', 'default_project': 'p'}, "
     "{'kind': 'project', 'name': 'p', 'domain': 'd'}, {'kind': 'domain', 'name': 'd'}]",
     "{'/domains': []}", "created created created"},
    /* flavors: nothing said of swap is no swap */
    /* one domain, by its ID and by its name */
    {"[{'kind': 'user', 'name': 'u', 'domain': 'default', 'default_project': 'p'}, "
     "{'kind': 'project', 'name': 'p', 'domain': 'Default'}]",
     "{" DOMAINS "}", "created created"},
    {"[{'kind': 'flavor', 'name': 'f', 'swap': 0, 'ephemeral': 0, 'is_public': true}]",
     "{'/flavors/detail?is_public=None': [{'id': '1', 'name': 'f', 'swap': ''}]}", "unchanged"},
    {"[{'kind': 'flavor', 'name': 'f', 'ram': 2, 'on_immutable': 'recreate'}]",
     "{'/flavors/detail?is_public=None': [{'id': '1', 'name': 'f', 'ram': 1}]}", "recreated"},
    {"[{'kind': 'flavor', 'name': 'f', 'extra_specs': {'a': true, 'b': null, 'c': 5}}]",
     "{'/flavors/detail?is_public=None': [{'id': '1', 'name': 'f', 'extra_specs': {'a': 'True', "
     "'c': '5', 'd': 'x'}}]}",
     "unchanged"},
    {"[{'kind': 'flavor', 'name': 'f', 'extra_specs': {'a': null}}]",
     "{'/flavors/detail?is_public=None': [{'id': '1', 'name': 'f', 'extra_specs': {'a': '1'}}]}",
     "updated"},
};

static void test_plan__rows__have_their_actions(void **state)
{
    (void)state;
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_bench struct bench bench;
        bench_start(&bench, rows[i].items, rows[i].world);
        auto_free char *actions = bench_actions(&bench);
        if (!str_equal(actions, rows[i].actions))
            fail_msg("%s: %s and not %s", rows[i].items, actions, rows[i].actions);
    }
}

/* Items and a world that cannot be brought together, and what is said. */
static const struct refusal {
    const char *items;
    const char *world;
    enum error_kind kind;
    const char *message;
} refusals[] = {
    {"[{'kind': 'service', 'name': 's'}]", "{'/services': []}", ERROR_USAGE,
     "resources[0].type (service \"s\"): it is missing, and there is no such service yet"},
    {"[{'kind': 'role', 'name': 'r'}]",
     "{'/roles': [{'id': '1', 'name': 'r'}, {'id': '2', 'name': 'r'}]}", ERROR_CONFLICT,
     "resources[0] (role \"r\"): there are 2 of them: 1, 2"},
    {"[{'kind': 'endpoint', 'service': 's', 'interface': 'public', 'region': 'R'}]",
     "{'/services': [], '/endpoints': []}", ERROR_NOT_FOUND,
     "resources[0].service (endpoint s public in R): there is no service \"s\""},
    {"[{'kind': 'endpoint', 'service': 's', 'interface': 'public', 'region': 'R'}, "
     "{'kind': 'service', 'name': 's', 'state': 'absent'}]",
     "{'/services': [{'id': '1', 'name': 's'}], '/endpoints': []}", ERROR_USAGE,
     "resources[0].service (endpoint s public in R): resources[1] removes that"},
    {"[{'kind': 'endpoint', 'service': 's', 'interface': 'public', 'region': 'R'}]",
     "{'/services': [{'id': '1', 'name': 's'}, {'id': '2', 'name': 's'}], '/endpoints': []}",
     ERROR_CONFLICT,
     "resources[0].service (endpoint s public in R): 2 services have the name \"s\": 1, 2"},
    {"[{'kind': 'flavor', 'name': 'f', 'ram': 2}]",
     "{'/flavors/detail?is_public=None': [{'id': '1', 'name': 'f', 'ram': 1}]}", ERROR_USAGE,
     "resources[0].ram (flavor \"f\"): it is 1 and not 2, and Nova does not change that"},
};

static void test_plan__refusals__name_item_key_and_object(void **state)
{
    (void)state;
    for (size_t i = 0; i < array_length(refusals); i++) {
        struct error *err = NULL;
        auto_bench struct bench bench;
        assert_int_equal(bench_open(&bench, refusals[i].items, &err), 0);
        assert_int_equal(bench_plan(&bench, refusals[i].world, &err), -1);
        assert_non_null(js_str(err->detail, "option", NULL));
        assert_error(&err, refusals[i].kind, refusals[i].message);
    }
}

static void test_plan__another_domain__is_another_object(void **state)
{
    (void)state;
    struct error *err = NULL;
    auto_bench struct bench bench;
    assert_int_equal(bench_open(&bench,
                                "[{'kind': 'user', 'name': 'u', 'default_project': 'p'}, "
                                "{'kind': 'project', 'name': 'p', 'domain': 'd'}, {'kind': "
                                "'domain', 'name': 'd'}]",
                                &err),
                     0);
    assert_int_equal(bench_plan(&bench, "{" DOMAINS "}", &err), -1);
    assert_error(&err, ERROR_NOT_FOUND, "there is no project \"p\" in the domain \"Default\"");
}

static void test_plan__order__is_that_of_the_kinds_and_backwards_for_what_goes(void **state)
{
    (void)state;
    static const size_t wanted[] = {3, 1, 4, 0, 2};
    auto_bench struct bench bench;
    bench_start(&bench,
                "[{'kind': 'role', 'name': 'a', 'state': 'absent'}, {'kind': 'role', 'name': 'b'}, "
                "{'kind': 'domain', 'name': 'c', 'state': 'absent'}, {'kind': 'domain', 'name': "
                "'d'}, {'kind': 'user', 'name': 'e', 'state': 'absent'}]",
                "{" DOMAINS "}");
    auto_free struct resource **order = resources_in_order(bench.all);
    for (size_t i = 0; i < array_length(wanted); i++)
        assert_int_equal(order[i]->wish->index, wanted[i]);
}

static void test_plan__password__is_told_by_words_alone(void **state)
{
    (void)state;
    auto_bench struct bench bench;
    bench_start(&bench, "[{'kind': 'user', 'name': 'u', 'password': 'geheim'}]",
                "{" DOMAINS ", '/users?name=u&domain_id=default': [{'id': '1', 'name': 'u'}]}");
    bench.all->items[0].password_was = "(another one)";
    json_decref(bench.all->items[0].differences);
    assert_int_equal(resources_plan(bench.all, NULL), 0);
    auto_free char *text = json_dumps(bench.all->items[0].differences, JSON_SORT_KEYS);
    assert_string_equal(text, "{\"password\": {\"after\": \"(the given one)\", \"before\": "
                              "\"(another one)\"}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plan__rows__have_their_actions),
        cmocka_unit_test(test_plan__refusals__name_item_key_and_object),
        cmocka_unit_test(test_plan__another_domain__is_another_object),
        cmocka_unit_test(test_plan__order__is_that_of_the_kinds_and_backwards_for_what_goes),
        cmocka_unit_test(test_plan__password__is_told_by_words_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
