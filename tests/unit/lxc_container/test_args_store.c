#include "unit/lxc_container/given.h"

static void test_005__size_with_an_unknown_unit__is_refused(void **state)
{
    (void)state;
    given_refuse("{\"name\": \"a\", \"backing_store\": \"lvm\", \"fs_size\": \"10Q\"}",
                 "fs_size: \"10Q\" is no size");
    given_refuse("{\"name\": \"a\", \"backing_store\": \"lvm\", \"fs_size\": \"9GB\"}",
                 "is no size");
    given_refuse("{\"name\": \"a\", \"backing_store\": \"lvm\", \"fs_size\": \"99999999999T\"}",
                 "is no size");
}

static void test_006__option_of_another_store__is_refused(void **state)
{
    (void)state;
    given_refuse("{\"name\": \"a\", \"zfs_root\": \"tank\"}",
                 "zfs_root has no meaning with backing_store: dir");
    given_refuse("{\"name\": \"a\", \"fs_size\": \"5G\"}",
                 "fs_size has no meaning with backing_store: dir");
}

static void test_007__words_that_mean_false__are_taken_as_they_are(void **state)
{
    (void)state;
    static const char *const words[] = {"no", "n", "0", "off", "false", "f"};
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        struct given given;
        auto_free char *json = xasprintf(
            "{\"name\": \"a\", \"backing_store\": \"lvm\", \"lv_name\": \"%s\"}", words[i]);
        given_accept(&given, json);
        assert_string_equal(given.args.store.lv_name, words[i]);
        given_clear(&given);
    }
}

static void test_args_store__sizes__count_in_powers_of_1024(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t bytes;
    } rows[] = {{"10", 10u << 20}, {"10M", 10u << 20},        {"5b", 5},
                {"3k", 3072},      {"2g", UINT64_C(2) << 30}, {"1T", UINT64_C(1) << 40}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct given given;
        auto_free char *json = xasprintf(
            "{\"name\": \"a\", \"backing_store\": \"loop\", \"fs_size\": \"%s\"}", rows[i].text);
        given_accept(&given, json);
        assert_true(given.args.store.fs_size == rows[i].bytes);
        assert_string_equal(given.args.store.fs_type, "ext4");
        given_clear(&given);
    }
}

static void test_args_store__option_without_meaning__is_ignored_with_a_warning(void **state)
{
    (void)state;
    struct given given;
    given_accept(&given, "{\"name\": \"a\", \"vg_name\": \"lxc\", \"fs_type\": \"xfs\"}");
    assert_null(given.args.store.vg_name);
    assert_null(given.args.store.fs_type);
    assert_int_equal(given.warnings.count, 2);
    given_clear(&given);
}

static void test_args_store__size_that_is_not_given__is_that_of_upstream(void **state)
{
    (void)state;
    struct given given;
    given_accept(&given, "{\"name\": \"a\", \"backing_store\": \"lvm\", \"thinpool\": \"p\"}");
    assert_true(given.args.store.fs_size == UINT64_C(5) << 30);
    assert_string_equal(given.args.store.fs_type, "ext4");
    assert_string_equal(given.args.store.thinpool, "p");
    assert_int_equal(given.warnings.count, 0);
    given_clear(&given);
    given_accept(&given, "{\"name\": \"a\", \"directory\": \"/srv/a\"}");
    assert_true(given.args.store.fs_size == 0);
    assert_null(given.args.store.fs_type);
    assert_string_equal(given.args.store.directory, "/srv/a");
    given_clear(&given);
    given_accept(&given, "{\"name\": \"a\", \"backing_store\": \"zfs\", \"zfs_root\": \"tank\"}");
    assert_string_equal(given.args.store.zfs_root, "tank");
    given_clear(&given);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_005__size_with_an_unknown_unit__is_refused),
        cmocka_unit_test(test_006__option_of_another_store__is_refused),
        cmocka_unit_test(test_007__words_that_mean_false__are_taken_as_they_are),
        cmocka_unit_test(test_args_store__sizes__count_in_powers_of_1024),
        cmocka_unit_test(test_args_store__option_without_meaning__is_ignored_with_a_warning),
        cmocka_unit_test(test_args_store__size_that_is_not_given__is_that_of_upstream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
