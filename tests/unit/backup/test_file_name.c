#include "support/unit.h"

#include "backup/file_name.h"

static char *name_of(const char *group, const char *kind, const char *namespace_, const char *name,
                     json_t *taken)
{
    struct capi_node node = {
        .group = group,
        .kind = (char *)(uintptr_t)kind,
        .namespace_ = (char *)(uintptr_t)namespace_,
        .name = (char *)(uintptr_t)name,
    };
    return backup_file_name(&node, taken);
}

static void test_file_name__usual_objects__are_named_as_by_clusterctl(void **state)
{
    (void)state;
    json_auto_t *taken = json_object();
    auto_free char *cluster = name_of("cluster.x-k8s.io", "Cluster", "n", "c", taken);
    auto_free char *global = name_of("g", "OpenStackClusterIdentity", "", "i", taken);
    assert_string_equal(cluster, "Cluster_n_c.yaml");
    assert_string_equal(global, "OpenStackClusterIdentity__i.yaml");
}

static void test_018__equal_kinds_of_two_groups__get_two_files(void **state)
{
    (void)state;
    json_auto_t *taken = json_object();
    auto_free char *first = name_of("a.io", "Kind", "n", "x", taken);
    auto_free char *second = name_of("b.io", "Kind", "n", "x", taken);
    assert_string_equal(first, "Kind_n_x.yaml");
    assert_string_equal(second, "Kind_n_x_b.io.yaml");
}

static void test_041__names_beyond_255_bytes__are_cut_and_stay_apart(void **state)
{
    (void)state;
    json_auto_t *taken = json_object();
    char base[245];
    memset(base, 'x', sizeof(base) - 1);
    base[sizeof(base) - 1] = '\0';
    auto_free char *longest = name_of("g", "K", "n", base + 1, taken);
    assert_int_equal(strlen(longest), 252);
    auto_free char *one = xasprintf("%s1", base);
    auto_free char *two = xasprintf("%s2", base);
    auto_free char *first = name_of("group.io", "Kind", "namespace", one, taken);
    auto_free char *second = name_of("group.io", "Kind", "namespace", two, taken);
    assert_true(strlen(first) <= BACKUP_NAME_MAX);
    assert_string_not_equal(first, second);
    assert_memory_equal(first, "Kind_namespace_xxx", 18);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file_name__usual_objects__are_named_as_by_clusterctl),
        cmocka_unit_test(test_018__equal_kinds_of_two_groups__get_two_files),
        cmocka_unit_test(test_041__names_beyond_255_bytes__are_cut_and_stay_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
