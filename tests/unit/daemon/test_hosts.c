#include "daemon/hosts.h"

#include "base/buf.h"
#include "base/compiler.h"
#include "fs/atomic.h"
#include "fs/file.h"
/* clang-format off */
#include "support/unit.h"
#include "support/temp_dir.h"
/* clang-format on */

#define LINE(NAME)                                                                                 \
    "127.0.0.44 " NAME ".magnum-system " NAME ".magnum-system.svc " NAME                           \
    ".magnum-system.svc.cluster.local\n"
#define BEGIN "# BEGIN magnum-cluster-api-proxy\n"
#define END   "# END magnum-cluster-api-proxy\n"

/* What hosts_render makes of TEXT for the clusters in NAMES, separated by blanks. Owned. */
static char *render(const char *text, const char *names)
{
    auto_strv struct strv clusters = {0};
    if (*names)
        strv_split(&clusters, names, ' ');
    return hosts_render(text, &(struct hosts){.address = "127.0.0.44",
                                              .namespace_ = "magnum-system",
                                              .clusters = &clusters});
}

static void test_hosts__block__is_made_changed_and_removed_in_its_place(maybe_unused void **state)
{
    static const struct {
        const char *text, *names, *expected;
    } rows[] = {
        {"", "", ""},
        {"a\n", "", "a\n"},
        {"a\n", "x", "a\n" BEGIN LINE("x") END},
        {"a", "x", "a\n" BEGIN LINE("x") END},
        {"a\n" BEGIN LINE("x") END "b\n", "x y", "a\n" BEGIN LINE("x") LINE("y") END "b\n"},
        {"a\n" BEGIN LINE("x") END "b\n", "x", "a\n" BEGIN LINE("x") END "b\n"},
        {"a\n" BEGIN LINE("x") END "b", "", "a\nb"},
        {"a\n" BEGIN "mine\n", "", "a\nmine\n"},
        {"x " BEGIN "a\n", "", "x " BEGIN "a\n"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_free char *got = render(rows[i].text, rows[i].names);
        if (strcmp(got, rows[i].expected) != 0)
            fail_msg("row %zu: %s", i, got);
    }
}

static void test_hosts__file__stays_the_same_one_and_is_not_written_without_need(void **state)
{
    const char *folder = *state;
    auto_free char *path = xasprintf("%s/hosts", folder);
    auto_strv struct strv clusters = {0};
    struct hosts hosts = {
        .address = "127.0.0.44", .namespace_ = "magnum-system", .clusters = &clusters};
    struct error *err = NULL;
    struct stat before;
    struct stat about;
    assert_int_equal(file_write_atomic(path, "127.0.0.1 localhost\n", 20, 0640, &err), 0);
    stat(path, &before);
    assert_int_equal(hosts_keep(path, &hosts, &err), 0);
    strv_add(&clusters, "x");
    assert_int_equal(hosts_keep(path, &hosts, &err), 1);
    assert_int_equal(hosts_keep(path, &hosts, &err), 0);
    stat(path, &about);
    assert_int_equal(about.st_mode & 07777, 0640);
    assert_int_equal(about.st_ino, before.st_ino);
    strv_clear(&clusters);
    assert_int_equal(hosts_keep(path, &hosts, &err), 1);
    auto_buf struct buf text = {0};
    assert_int_equal(file_read(path, 1000, &text, &err), 0);
    assert_string_equal(buf_str(&text), "127.0.0.1 localhost\n");
}

static void test_hosts__no_file__is_made_when_there_is_something_to_say(void **state)
{
    const char *folder = *state;
    auto_free char *path = xasprintf("%s/hosts", folder);
    auto_strv struct strv clusters = {0};
    struct hosts hosts = {
        .address = "127.0.0.44", .namespace_ = "magnum-system", .clusters = &clusters};
    struct error *err = NULL;
    assert_int_equal(hosts_keep(path, &hosts, &err), 0);
    assert_int_equal(access(path, F_OK), -1);
    strv_add(&clusters, "x");
    assert_int_equal(hosts_keep(path, &hosts, &err), 1);
    auto_free char *nowhere = xasprintf("%s/no/hosts", folder);
    assert_int_equal(hosts_keep(nowhere, &hosts, &err), -1);
    assert_error(&err, ERROR_IO, "no/hosts");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hosts__block__is_made_changed_and_removed_in_its_place),
        cmocka_unit_test_setup_teardown(
            test_hosts__file__stays_the_same_one_and_is_not_written_without_need, temp_dir_make,
            temp_dir_remove),
        cmocka_unit_test_setup_teardown(test_hosts__no_file__is_made_when_there_is_something_to_say,
                                        temp_dir_make, temp_dir_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
