#include "daemon/names.h"
#include "support/unit.h"

static void test_names__forms_of_a_cluster__lead_to_it(void **state)
{
    (void)state;
    static const char *const names[] = {"kube-1", "kube-1.magnum-system",
                                        "kube-1.magnum-system.svc",
                                        "kube-1.magnum-system.svc.cluster.local"};
    for (size_t i = 0; i < array_length(names); i++) {
        char cluster[NAMES_CLUSTER] = "";
        assert_true(names_cluster(names[i], "magnum-system", cluster));
        assert_string_equal(cluster, "kube-1");
    }
}

static void test_names__anything_else__is_none(void **state)
{
    (void)state;
    static const char *const names[] = {
        "",
        ".",
        ".magnum-system",
        "kube-1.",
        "kube-1.other",
        "kube-1.magnum-systems",
        "kube-1.magnum-system.",
        "kube-1.magnum-system.svcx",
        "kube-1.magnum-system.svc.cluster",
        "a.kube-1.magnum-system",
        "kube-1.magnum-system.svc.cluster.local.x",
        "a234567890123456789012345678901234567890123456789012345678901234", /* 64 bytes */
    };
    for (size_t i = 0; i < array_length(names); i++) {
        char cluster[NAMES_CLUSTER] = "";
        assert_false(names_cluster(names[i], "magnum-system", cluster));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names__forms_of_a_cluster__lead_to_it),
        cmocka_unit_test(test_names__anything_else__is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
