#include "unit/magnum_template/bench.h"

#define T(UUID, NAME, PROJECT, MORE)                                                               \
    "{'uuid': '" UUID "', 'name': '" NAME "', 'project_id': '" PROJECT "'" MORE "}"
#define PUBLIC ", 'public': true"

static const struct row {
    const char *options;
    const char *all;   /* items of Magnum's list */
    const char *found; /* UUID; NULL: none; "!": ambiguous */
    bool foreign;
} rows[] = {
    {"{'name': 'k'}", "", NULL, false},
    {"{'name': 'k'}", T("1", "k", "mine", ""), "1", false},
    {"{'name': 'k'}", T("1", "K", "mine", "") "," T("2", "k*", "mine", ""), NULL, false},
    {"{'name': 'k*'}", T("1", "ka", "mine", "") "," T("2", "k*", "mine", ""), "2", false},
    {"{'name': 'k'}", T("1", "k", "mine", "") "," T("2", "k", "mine", ""), "!", false},
    {"{'name': 'k'}", T("1", "k", "other", PUBLIC) "," T("2", "k", "mine", ""), "2", false},
    {"{'name': 'k'}", T("1", "k", "other", PUBLIC), NULL, false},
    {"{'name': 'k', 'scope': 'any'}", T("1", "k", "other", PUBLIC), "1", true},
    {"{'name': 'k', 'scope': 'any'}", T("1", "k", "other", ""), NULL, false},
    {"{'name': 'k', 'scope': 'any'}", T("1", "k", "other", PUBLIC) "," T("2", "k", "third", PUBLIC),
     "!", false},
    {"{'name': 'k'}", T("1", "k", "mine", ", 'hidden': true"), "1", false},
    {"{'name': '0123456789abcdef0123456789abcdef'}",
     T("1", "0123456789abcdef0123456789abcdef", "mine", ""), "1", false},
    {"{'name': 'k', 'image_id': 'new', 'match_on': ['name', 'image_id']}",
     T("1", "k", "mine", ", 'image_id': 'old'"), NULL, false},
    {"{'uuid': '11111111111111111111111111111ABC', 'name': 'new'}",
     T("11111111-1111-1111-1111-111111111abc", "old", "mine", ""),
     "11111111-1111-1111-1111-111111111abc", false},
    {"{'uuid': '" UUID1 "'}", T(UUID1, "k", "other", ""), UUID1, true},
    {"{'uuid': '" UUID1 "'}", T("1", "k", "other", ""), NULL, false},
    /* versions count only where they are made */
    {"{'name': 'k'}", T("1", "k", "mine", "") "," T("2", "k-v2", "mine", ""), "1", false},
    {"{'name': 'k', 'on_immutable': 'new_version'}",
     T("1", "k", "mine", "") "," T("3", "k-v10", "mine", "") "," T("2", "k-v9", "mine", ""), "3",
     false},
    {"{'name': 'k', 'on_immutable': 'new_version'}",
     T("1", "k", "mine", "") "," T("2", "k-v1", "mine", "") "," T("3", "k-v02", "mine", ""), "1",
     false},
    {"{'name': 'k', 'on_immutable': 'new_version'}",
     T("1", "k-v2", "mine", "") "," T("2", "k-v2", "mine", ""), "!", false},
    {"{'name': 'k', 'on_immutable': 'new_version', 'state': 'absent'}",
     T("1", "k", "mine", "") "," T("2", "k-v2", "mine", ""), "1", false},
};

static void test_find__each_row__finds_that_template(void **state)
{
    (void)state;
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_bench struct bench bench = {0};
        struct error *err = NULL;
        auto_free char *text = xasprintf("[%s]", rows[i].all);
        json_auto_t *all = quoted(text);
        bench_start(&bench, rows[i].options);
        int result = magnum_find(bench.magnum, bench.item, all, &err);
        if (rows[i].found && strcmp(rows[i].found, "!") == 0) {
            assert_int_equal(result, -1);
            assert_error(&err, ERROR_CONFLICT, "2 templates are named");
            continue;
        }
        const char *uuid = json_string_value(json_object_get(bench.item->found, "uuid"));
        if (result < 0 || (uuid == NULL) != (rows[i].found == NULL) ||
            (uuid && strcmp(uuid, rows[i].found) != 0))
            fail_msg("row %zu: %s", i, uuid ? uuid : "none");
        assert_int_equal(bench.item->foreign, rows[i].foreign);
    }
}

static void test_find__an_ambiguous_name__lists_the_uuids(void **state)
{
    (void)state;
    auto_bench struct bench bench = {0};
    struct error *err = NULL;
    json_auto_t *all = quoted("[" T("u-1", "k", "mine", "") "," T("u-2", "k", "mine", "") "]");
    bench_start(&bench, "{'name': 'k'}");
    assert_int_equal(magnum_find(bench.magnum, bench.item, all, &err), -1);
    assert_contains(err->message, "u-1, u-2");
    assert_json(json_object_get(err->detail, "uuids"), "['u-1', 'u-2']");
    error_clear(&err);
}

static void test_find__info__lists_what_matches(void **state)
{
    (void)state;
    json_auto_t *all = quoted("[" T("1", "k", "mine", "") "," T("2", "k", "other", PUBLIC) "," T(
        UUID1, "x", "mine", "") "]");
    static const struct {
        const char *options;
        size_t count;
    } infos[] = {
        {"{'state': 'info'}", 3},
        {"{'state': 'info', 'name': 'k'}", 2},
        {"{'state': 'info', 'uuid': '" UUID1 "'}", 1},
        {"{'state': 'info', 'name': 'nobody'}", 0},
    };
    for (size_t i = 0; i < array_length(infos); i++) {
        auto_bench struct bench bench = {0};
        bench_start(&bench, infos[i].options);
        assert_int_equal(magnum_find(bench.magnum, bench.item, all, NULL), 0);
        assert_int_equal(json_array_size(bench.item->listed), infos[i].count);
        assert_null(bench.item->found);
    }
}

static void test_find__a_name__is_taken_apart(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *base;
        unsigned version;
    } names[] = {
        {"k", "k", 1},
        {"k-v2", "k", 2},
        {"k-v12", "k", 12},
        {"k-v1", "k-v1", 1},
        {"k-v02", "k-v02", 1},
        {"k-v2x", "k-v2x", 1},
        {"-v2", "-v2", 1},
        {"k-v1.34.6", "k-v1.34.6", 1},
        {"k-v99999999", "k-v99999999", 1},
    };
    for (size_t i = 0; i < array_length(names); i++) {
        unsigned version = 0;
        auto_free char *base = magnum_base_name(names[i].name, &version);
        assert_string_equal(base, names[i].base);
        assert_int_equal(version, names[i].version);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find__each_row__finds_that_template),
        cmocka_unit_test(test_find__an_ambiguous_name__lists_the_uuids),
        cmocka_unit_test(test_find__info__lists_what_matches),
        cmocka_unit_test(test_find__a_name__is_taken_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
