#include "support/unit.h"

#include "base/mem.h"
#include "base/str.h"
#include "lxc_container/mounts.h"
#include "support/temp_dir.h"

#define LINE(PLACE, TYPE) "36 35 98:0 /x " PLACE " rw,noatime shared:1 - " TYPE " /dev/x rw\n"

static const struct {
    const char *what, *text, *but;
    const char *places; /* with blanks in between */
} rows[] = {
    {"nothing", "", NULL, ""},
    {"elsewhere", LINE("/", "ext4") LINE("/lxc", "ext4") LINE("/srv/lxc/web", "ext4"), NULL, ""},
    {"a name that begins alike", LINE("/lxc/web1", "ext4"), NULL, ""},
    {"the folder itself", LINE("/lxc/web", "ext4"), NULL, "/lxc/web"},
    {"below", LINE("/lxc/web/b", "ext4") LINE("/lxc/web/a/c", "ext4"), NULL,
     "/lxc/web/b /lxc/web/a/c"},
    {"a blank", LINE("/lxc/web/a\\040b", "ext4"), NULL, "/lxc/web/a b"},
    {"a line break and a backslash", LINE("/lxc/web/a\\012b\\134040", "ext4"), NULL,
     "/lxc/web/a\nb\\040"},
    /* of a source that is gone the kernel says so, never of a place */
    {"a source that is gone", "36 35 98:0 /x//deleted /lxc/web/a rw - ext4 /dev/x rw\n", NULL,
     "/lxc/web/a"},
    {"a type that does not count", LINE("/lxc/web/a", "zfs") LINE("/lxc/web/b", "zfs2"), "zfs",
     "/lxc/web/b"},
    {"without optional fields", "36 35 98:0 /x /lxc/web/a rw - zfs x rw\n", "zfs", ""},
    {"half a line", "36 35 98:0 /x\n36 35 98:0 /x /lxc/web/a\n", "zfs", "/lxc/web/a"},
};

static void test_mounts_read__table__has_what_is_in_the_folder(void **state)
{
    (void)state;
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_strv struct strv places;
        strv_init(&places);
        mounts_read(rows[i].text, "/lxc/web", rows[i].but, &places);
        auto_free char *found = strv_join(&places, " ");
        if (!str_equal(found, rows[i].places))
            fail_msg("%s: \"%s\"", rows[i].what, found);
    }
}

static void test_mounts_in__folder_missing_or_without_any__adds_nothing(void **state)
{
    struct error *err = NULL;
    auto_strv struct strv places;
    strv_init(&places);
    auto_free char *none = temp_path(state, "none");
    assert_int_equal(mounts_in(none, NULL, &places, &err), 0);
    assert_int_equal(mounts_in(*state, NULL, &places, &err), 0);
    assert_int_equal(places.count, 0);
    assert_int_equal(mounts_remove(none, &err), 0);
    assert_int_equal(mounts_remove(*state, &err), 0);
}

static void test_mounts_in__proc__is_found_through_a_link(void **state)
{
    struct error *err = NULL;
    auto_strv struct strv places;
    strv_init(&places);
    auto_free char *link = temp_path(state, "link");
    assert_int_equal(symlink("/proc", link), 0);
    assert_int_equal(mounts_in(link, NULL, &places, &err), 0);
    assert_true(strv_contains(&places, "/proc"));
}

int main(void)
{
#define UNIT(FUNCTION) cmocka_unit_test_setup_teardown(FUNCTION, temp_dir_make, temp_dir_remove)
    const struct CMUnitTest tests[] = {
        UNIT(test_mounts_read__table__has_what_is_in_the_folder),
        UNIT(test_mounts_in__folder_missing_or_without_any__adds_nothing),
        UNIT(test_mounts_in__proc__is_found_through_a_link),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
