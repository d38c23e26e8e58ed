#include "magnum_template/hints.h"
#include "unit/magnum_template/bench.h"

static const struct row {
    int status;
    const char *said;
    const char *hint; /* part of the message afterwards; NULL: as it was */
} rows[] = {
    {400, "Unable to find flavor f.",
     "flavor_id: \"f\", master_flavor_id: \"m\"; it has to be the name"},
    {400, "Unable to find flavor None.", "the template has no flavors"},
    {400, "Cluster type (vm, Unset, kubernetes) not supported.",
     "image_id: \"i\"; Magnum up to 22 says so"},
    {400, "Cluster type (vm, x, kubernetes) not supported.", "no Magnum driver is installed"},
    {400, "Network driver type cilium is not allowed, expecting a flannel.",
     "network_driver: \"cilium\"; the option [cluster_template]"},
    {403, "unexpected client error occurred: x", "not of your rights"},
    {403, "unexpected keystone client error occurred: x", "not of your rights"},
    {403, "Not authorized to set public or hidden flag for cluster template.",
     "is_public: true; these need the role admin"},
    {500, "whatever", NULL},
    {400, "something new", NULL},
    {409, "Unable to find flavor f.", NULL},
};

static void test_hints__each_text__gets_field_value_and_rule(void **state)
{
    (void)state;
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_bench struct bench bench = {0};
        struct error *err = NULL;
        bench_start(&bench,
                    "{'name': 'k', 'coe': 'kubernetes', 'image_id': 'i', 'flavor_id': 'f', "
                    "'master_flavor_id': 'm', 'network_driver': 'cilium', 'is_public': true, "
                    "'external_network_id': 'e', 'label_check': 'none'}");
        assert_int_equal(magnum_plan(bench.magnum, NULL), 0);
        error_make(&err, ERROR_STATUS, "%s", rows[i].said);
        error_code(&err, rows[i].status);
        magnum_hint(bench.magnum, bench.item, &err);
        if (rows[i].hint)
            assert_contains(err->message, rows[i].hint);
        else
            assert_string_equal(err->message, rows[i].said);
        error_clear(&err);
    }
}

static void test_hints__a_500_without_flavors__speaks_of_them(void **state)
{
    (void)state;
    auto_bench struct bench bench = {0};
    struct error *err = NULL;
    bench_start(&bench,
                "{'name': 'k', 'coe': 'kubernetes', 'image_id': 'i', 'is_floating_ip_enabled': "
                "false, 'label_check': 'none'}");
    assert_int_equal(magnum_plan(bench.magnum, NULL), 0);
    error_make(&err, ERROR_STATUS, "oops");
    error_code(&err, 500);
    magnum_hint(bench.magnum, bench.item, &err);
    assert_error(&err, ERROR_STATUS, "created without flavor_id and master_flavor_id");
}

static void test_hints__a_404_to_an_admin__speaks_of_the_project(void **state)
{
    (void)state;
    auto_bench struct bench bench = {0};
    struct error *err = NULL;
    bench_start(&bench, "{'uuid': '" UUID1 "', 'tags': 'x'}");
    bench.item->foreign = true;
    bench.magnum->admin = true;
    error_make(&err, ERROR_STATUS, "gone");
    error_code(&err, 404);
    magnum_hint(bench.magnum, bench.item, &err);
    assert_error(&err, ERROR_STATUS, "a private template of another project");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hints__each_text__gets_field_value_and_rule),
        cmocka_unit_test(test_hints__a_500_without_flavors__speaks_of_them),
        cmocka_unit_test(test_hints__a_404_to_an_admin__speaks_of_the_project),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
