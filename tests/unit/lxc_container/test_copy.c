#include "support/unit.h"

#include <unistd.h>

#include "base/mem.h"
#include "fs/dir.h"
#include "lxc_container/copy.h"
#include "support/temp_dir.h"

static const struct {
    const char *config; /* NULL: there is none */
    bool whole;
    bool file; /* there is one beside it */
    bool stays;
} rows[] = {
    {"lxc.uts.name = a\n", false, true, false},
    {"lxc.uts.name = a\nlxc.rootfs.path = dir:/a/rootfs\n", true, true, true},
    {"# lxc.rootfs.path = dir:/a/rootfs\n", false, false, false},
    {"", false, false, false},
    {NULL, false, false, false},
    /* of what it is nobody knows */
    {NULL, false, true, true},
};

static void test_copy__one_that_was_cut_off__is_known_and_goes(void **state)
{
    for (size_t i = 0; i < array_length(rows); i++) {
        struct error *err = NULL;
        auto_free char *copy = temp_path(state, "copy");
        auto_free char *config = temp_path(state, "copy/config");
        assert_int_equal(mkdir(copy, 0700), 0);
        if (rows[i].file)
            temp_put(state, "copy/x", "");
        if (rows[i].config) {
            bool whole = !rows[i].whole;
            temp_put(state, "copy/config", rows[i].config);
            assert_int_equal(copy_is_whole(config, &whole, &err), 0);
            assert_int_equal(whole, rows[i].whole);
        }
        copy_clean_up(copy);
        if ((access(copy, F_OK) == 0) != rows[i].stays)
            fail_msg("row %zu", i);
        assert_int_equal(dir_remove(copy, &err), 0);
    }
}

static void test_copy__configuration_that_cannot_be_read__is_an_error(void **state)
{
    struct error *err = NULL;
    bool whole = false;
    auto_free char *folder = temp_path(state, "config");
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(copy_is_whole(folder, &whole, &err), -1);
    assert_error(&err, ERROR_IO, folder);
    copy_clean_up(*state);
    assert_int_equal(access(folder, F_OK), 0);
}

int main(void)
{
#define UNIT(FUNCTION) cmocka_unit_test_setup_teardown(FUNCTION, temp_dir_make, temp_dir_remove)
    const struct CMUnitTest tests[] = {
        UNIT(test_copy__one_that_was_cut_off__is_known_and_goes),
        UNIT(test_copy__configuration_that_cannot_be_read__is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
