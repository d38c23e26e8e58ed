#include "support/unit.h"

#include "backup/catalog.h"
#include "backup/retention.h"
#include "base/str.h"
#include "base/timestamp.h"

enum { MOST = 40 };

/* A row: what is there, newest or not first, and what stays. A name is "MMDDhh" of 2026, with "?"
 * behind when it is not known to be consistent, "!" when it is known not to be, "*" when fresh. */
struct row {
    const char *there;
    struct backup_keep keep;
    const char *stays; /* newest first */
};

static void read_age(const char *text, char *name, struct backup_age *age)
{
    char stamp[32];
    snprintf(stamp, sizeof(stamp), "2026-%.2s-%.2sT%.2s:00:00Z", text, text + 2, text + 4);
    snprintf(name, 16, "%.6s", text);
    *age = (struct backup_age){.name = name, .consistent = BACKUP_CONSISTENT};
    assert_true(rfc3339_parse(stamp, &age->time));
    for (const char *mark = text + 6; *mark; mark++) {
        if (*mark == '?')
            age->consistent = BACKUP_UNKNOWN;
        if (*mark == '!')
            age->consistent = BACKUP_MOVED;
        age->fresh = age->fresh || *mark == '*';
    }
}

static void check(const struct row *row)
{
    static char names[MOST][16];
    struct backup_age ages[MOST];
    auto_strv struct strv there, stays;
    strv_init(&there);
    strv_init(&stays);
    strv_split(&there, row->there, ' ');
    for (size_t i = 0; i < there.count; i++)
        read_age(there.items[i], names[i], &ages[i]);
    backup_retention(ages, there.count, &row->keep);
    for (size_t i = 0; i < there.count; i++)
        if (ages[i].keep)
            strv_add(&stays, ages[i].name);
    auto_free char *got = strv_join(&stays, " ");
    if (!str_equal(got, row->stays))
        fail_msg("of %s stays %s, not %s", row->there, got, row->stays);
}

static void test_056__tables_of_dates__keep_what_the_counts_say(void **state)
{
    (void)state;
    const struct row rows[] = {
        /* never anything, when nothing is asked for */
        {"010100 010101 010102", {.least = 1}, "010102 010101 010100"},
        {"010100 010101 010102", {.last = 2}, "010102 010101"},
        {"010102 010100 010101", {.last = 1}, "010102"},
        /* the newest of each day that has one; days without archives do not count */
        {"010101 010123 010223 010500", {.daily = 2}, "010500 010223"},
        {"010101 010123 010223 010500", {.daily = 3}, "010500 010223 010123"},
        /* weeks begin on Monday: 4 January 2026 was a Sunday */
        {"010100 010423 010500 010600", {.weekly = 2}, "010600 010423"},
        {"022800 030100 033123 040100", {.monthly = 3}, "040100 033123 022800"},
        /* each count by itself, together the union */
        {"010100 010200 020100 020200 020201",
         {.last = 1, .daily = 2, .monthly = 2},
         "020201 020100 010200"},
        {"010100 010101 010102", {.last = 1, .least = 2}, "010102 010101"},
        {"010100 010101", {.last = 1, .least = 9}, "010101 010100"},
    };
    for (size_t i = 0; i < array_length(rows); i++)
        check(&rows[i]);
}

static void test_056__the_last_consistent_one__is_never_removed(void **state)
{
    (void)state;
    const struct row rows[] = {
        {"010100 010101 010102! 010103!", {.last = 1}, "010103! 010101"},
        {"010100? 010101? 010102! 010103!", {.last = 1}, "010103! 010101?"},
        /* one that is known is worth more than newer ones that may be */
        {"010100 010101? 010102!", {.last = 1}, "010102! 010100"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        struct row row = rows[i];
        char stays[64];
        size_t length = 0;
        for (const char *c = row.stays; *c; c++)
            if (*c != '!' && *c != '?')
                stays[length++] = *c;
        stays[length] = '\0';
        row.stays = stays;
        check(&row);
    }
}

static void test_056__a_clock_that_stepped_back__keeps_the_fresh_one(void **state)
{
    (void)state;
    const struct row rows[] = {
        {"050100 050101 050102 010100*", {.last = 2}, "050102 050101 010100"},
        {"122400 010100*", {.last = 1}, "122400 010100"},
    };
    for (size_t i = 0; i < array_length(rows); i++)
        check(&rows[i]);
}

static void test_056__named_ones__stay(void **state)
{
    (void)state;
    auto_strv struct strv names;
    strv_init(&names);
    strv_add(&names, "010100");
    const struct row row = {"010100 010101 010102", {.last = 1, .names = &names}, "010102 010100"};
    check(&row);
}

static void test_retention__names__are_read_and_made(void **state)
{
    (void)state;
    time_t time = 0;
    bool encrypted = false;
    auto_free char *plain = backup_name_make("a-b", 1788138123, false);
    auto_free char *cms = backup_name_make("a-b", 1788138123, true);
    assert_string_equal(plain, "a-b-20260831T010203Z.tar.gz");
    assert_string_equal(cms, "a-b-20260831T010203Z.tar.gz.cms");
    assert_true(backup_name_parse(plain, "a-b", &time, &encrypted));
    assert_int_equal(time, 1788138123);
    assert_false(encrypted);
    assert_true(backup_name_parse(cms, "a-b", &time, &encrypted));
    assert_true(encrypted);
}

static void test_056__foreign_names__are_no_archives(void **state)
{
    (void)state;
    static const char *const names[] = {
        "a.tar.gz",
        "a-20260831T010203Z.tar.gz.sha256",
        "a-20260831T010203Z.tar.gz.cms.sig",
        ".a-20260831T010203Z.tar.gz",
        "a-20260231T010203Z.tar.gz", /* no such day */
        "a-20261301T010203Z.tar.gz",
        "a-20260831T250203Z.tar.gz",
        "a-20260831T016003Z.tar.gz",
        "a-2026083T010203Z.tar.gz",
        "a-20260831T010203.tar.gz",
        "a-20260831T010203Z.tar",
        "ab-20260831T010203Z.tar.gz",
        "a-",
        "",
    };
    time_t time = 7;
    bool encrypted = false;
    for (size_t i = 0; i < array_length(names); i++)
        if (backup_name_parse(names[i], "a", &time, &encrypted))
            fail_msg("%s was taken for an archive", names[i]);
    assert_int_equal(time, 7);
}

/* What of "older", "old" and, where it is THERE already, "new" goes when one is kept; a catalog
 * says NEW of the last. */
static void assert_pushed_out(enum backup_consistent new, bool there, const char *expected)
{
    struct backup_archive items[] = {
        {.name = (char[]){"new"}, .time = 3, .consistent = new},
        {.name = (char[]){"old"}, .time = 2, .consistent = BACKUP_CONSISTENT},
        {.name = (char[]){"older"}, .time = 1, .consistent = BACKUP_CONSISTENT},
    };
    const struct backup_keep keep = {.last = 1};
    const struct backup_age fresh = {
        .name = "new", .time = 3, .consistent = BACKUP_CONSISTENT, .fresh = true};
    const struct backup_catalog catalog = {.items = items + !there, .count = 2 + there};
    auto_strv struct strv names;
    strv_init(&names);
    backup_catalog_prune(&catalog, &keep, &fresh, &names);
    auto_free char *text = strv_join(&names, " ");
    assert_string_equal(text, expected);
}

static void test_056__a_new_archive_that_nobody_can_open__pushes_out_no_known_one(void **state)
{
    (void)state;
    assert_pushed_out(BACKUP_UNKNOWN, true, "older");
}

static void
test_056__a_new_archive__pushes_out_the_same_before_and_after_it_is_written(void **state)
{
    (void)state;
    assert_pushed_out(BACKUP_CONSISTENT, false, "old older");
    assert_pushed_out(BACKUP_CONSISTENT, true, "old older");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_056__tables_of_dates__keep_what_the_counts_say),
        cmocka_unit_test(test_056__the_last_consistent_one__is_never_removed),
        cmocka_unit_test(test_056__a_new_archive_that_nobody_can_open__pushes_out_no_known_one),
        cmocka_unit_test(test_056__a_clock_that_stepped_back__keeps_the_fresh_one),
        cmocka_unit_test(
            test_056__a_new_archive__pushes_out_the_same_before_and_after_it_is_written),
        cmocka_unit_test(test_056__named_ones__stay),
        cmocka_unit_test(test_retention__names__are_read_and_made),
        cmocka_unit_test(test_056__foreign_names__are_no_archives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
