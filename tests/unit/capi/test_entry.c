#include "capi/entry.h"
#include "unit/capi/support.h"

static void add_some(struct capi_entries *entries)
{
    capi_entries_add(entries, CAPI_INFRASTRUCTURE, "openstack", "capo-system", "v0.14.4");
    capi_entries_add(entries, CAPI_CORE, "cluster-api", "z", "v1.12.3");
    capi_entries_add(entries, CAPI_CORE, "cluster-api", "capi-system", "v1.12.3");
    capi_entries_add(entries, CAPI_INFRASTRUCTURE, "aws", "capa-system", "v2.0.0");
}

static void test_object__of_an_entry__reads_back_the_same(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    auto_capi_entries struct capi_entries entries = {0};
    auto_capi_entries struct capi_entries again = {0};
    capi_entries_add(&entries, CAPI_INFRASTRUCTURE, "openstack", "capo-system", "v0.14.4");
    json_auto_t *object = capi_entry_object(&entries.items[0]);
    assert_json(object,
                "{'apiVersion': 'clusterctl.cluster.x-k8s.io/v1alpha3', 'kind': 'Provider',"
                " 'metadata': {'name': 'infrastructure-openstack', 'namespace': 'capo-system',"
                " 'labels': {'clusterctl.cluster.x-k8s.io': '',"
                " 'cluster.x-k8s.io/provider': 'infrastructure-openstack',"
                " 'clusterctl.cluster.x-k8s.io/core': 'inventory'}},"
                " 'providerName': 'openstack', 'type': 'InfrastructureProvider',"
                " 'version': 'v0.14.4'}");
    assert_ok(capi_entries_add_object(&again, object, &err), &err);
    assert_int_equal(capi_entry_compare(&entries.items[0], &again.items[0]), 0);
    assert_string_equal(again.items[0].version, "v0.14.4");
    auto_free char *instance = capi_entry_instance(&again.items[0]);
    assert_string_equal(instance, "capo-system/infrastructure-openstack");
}

static void test_add_object__with_gaps__takes_them_for_empty(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    auto_capi_entries struct capi_entries entries = {0};
    json_auto_t *object = json_of("{'metadata': {}, 'type': 'StrangeProvider', 'providerName': 3}");
    json_auto_t *broken = json_of("{'metadata': 3}");
    assert_ok(capi_entries_add_object(&entries, object, &err), &err);
    assert_int_equal(entries.items[0].type, CAPI_OTHER);
    assert_string_equal(entries.items[0].type_text, "StrangeProvider");
    assert_string_equal(entries.items[0].name, "");
    assert_string_equal(entries.items[0].version, "");
    assert_int_equal(capi_entries_add_object(&entries, broken, &err), -1);
    assert_error(&err, ERROR_PARSE, "metadata: expected object, got number");
    assert_int_equal(entries.count, 1);
}

static void test_find__with_and_without_namespace__gives_the_first(void **state)
{
    (void)state;
    auto_capi_entries struct capi_entries entries = {0};
    add_some(&entries);
    assert_ptr_equal(capi_entries_find(&entries, CAPI_CORE, "cluster-api", NULL),
                     &entries.items[1]);
    assert_ptr_equal(capi_entries_find(&entries, CAPI_CORE, "cluster-api", "capi-system"),
                     &entries.items[2]);
    assert_null(capi_entries_find(&entries, CAPI_CORE, "cluster-api", "x"));
    assert_null(capi_entries_find(&entries, CAPI_BOOTSTRAP, "openstack", NULL));
    assert_null(capi_entries_find(&entries, CAPI_CORE, "openstack", NULL));
}

static void test_core_names__of_two_namespaces__are_one(void **state)
{
    (void)state;
    auto_capi_entries struct capi_entries entries = {0};
    assert_int_equal(capi_entries_core_names(&entries), 0);
    add_some(&entries);
    assert_int_equal(capi_entries_core_names(&entries), 1);
    assert_int_equal(capi_entries_cores(&entries), 2);
    capi_entries_add(&entries, CAPI_CORE, "other", "x", "v1");
    assert_int_equal(capi_entries_core_names(&entries), 2);
}

static void test_dup__of_an_entry__owns_its_texts(void **state)
{
    (void)state;
    auto_capi_entries struct capi_entries entries = {0};
    add_some(&entries);
    struct capi_entry copy = capi_entry_dup(&entries.items[0]);
    assert_int_equal(capi_entry_compare(&copy, &entries.items[0]), 0);
    assert_ptr_not_equal(copy.name, entries.items[0].name);
    assert_string_equal(copy.type_text, "InfrastructureProvider");
    capi_entry_clear(&copy);
    assert_null(copy.name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_object__of_an_entry__reads_back_the_same),
        cmocka_unit_test(test_add_object__with_gaps__takes_them_for_empty),
        cmocka_unit_test(test_find__with_and_without_namespace__gives_the_first),
        cmocka_unit_test(test_core_names__of_two_namespaces__are_one),
        cmocka_unit_test(test_dup__of_an_entry__owns_its_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
