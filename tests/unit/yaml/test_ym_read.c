#include "support/unit.h"

#include <time.h>

#include "base/buf.h"
#include "json/js_equal.h"
#include "support/json_text.h"
#include "yaml/ym_read.h"

static json_t *read_text(const char *text, struct strv *warnings, struct error **err)
{
    return ym_read(text, strlen(text), "m.yml", warnings, err);
}

static void check_values(const char *text, const char *json)
{
    auto_error struct error *error = NULL;
    json_auto_t *documents = read_text(text, NULL, &error);
    assert_no_error(error);
    assert_json(documents, json);
}

static void check_error(const char *text, const char *message)
{
    auto_error struct error *error = NULL;
    assert_null(read_text(text, NULL, &error));
    assert_non_null(error);
    assert_string_equal(error->message, message);
    assert_int_equal(error->kind, ERROR_PARSE);
}

static void test_ym_read__documents__come_in_order(void **state)
{
    (void)state;
    check_values("a: 1\n---\n- b\n---\nc\n", "[{'a': 1}, ['b'], 'c']");
    check_values("", "[]");
    check_values(" \n# only a comment\n", "[]");
    check_values("---\n", "[null]");
}

static void test_ym_read_core__words__are_booleans_when_true_or_false_only(void **state)
{
    (void)state;
    static const char text[] = "a: yes\non: off\nb: True\nc: n\nd: [Y, false]\ne: !!str true\n";
    auto_error struct error *error = NULL;
    json_auto_t *core = ym_read_core(text, strlen(text), "m.yml", NULL, &error);
    json_auto_t *kubectl = read_text(text, NULL, &error);
    assert_no_error(error);
    assert_json(core, "[{'a': 'yes', 'on': 'off', 'b': true, 'c': 'n', 'd': ['Y', false],"
                      " 'e': 'true'}]");
    assert_json(kubectl, "[{'a': true, 'true': false, 'b': true, 'c': false, 'd': [true, false],"
                         " 'e': 'true'}]");
    assert_null(ym_read_core("[", 1, "m.yml", NULL, &error));
    assert_string_equal(
        error->message,
        "m.yml: line 2, column 1: did not find expected node content (while parsing a flow node)");
}

static void test_ym_read__no_bytes__need_no_pointer(void **state)
{
    (void)state;
    auto_error struct error *error = NULL;
    json_auto_t *documents = ym_read(NULL, 0, "m.yml", NULL, &error);
    assert_json(documents, "[]");
}

static void test_ym_read__bytes__need_no_end(void **state)
{
    (void)state;
    auto_error struct error *error = NULL;
    static const char yaml[4] = {'a', ':', ' ', '1'};
    static const char json[7] = {'{', '"', 'a', '"', ':', '1', '}'};
    json_auto_t *first = ym_read(yaml, sizeof(yaml), "m.yml", NULL, &error);
    assert_json(first, "[{'a': 1}]");
    json_auto_t *second = ym_read(json, sizeof(json), "m.yml", NULL, &error);
    assert_json(second, "[{'a': 1}]");
}

static void test_ym_read__members__keep_their_order(void **state)
{
    (void)state;
    auto_error struct error *error = NULL;
    json_auto_t *documents = read_text("z: 1\na: 2\nm: 3\n", NULL, &error);
    auto_free char *text = json_dumps(documents, JSON_COMPACT);
    assert_string_equal(text, "[{\"z\":1,\"a\":2,\"m\":3}]");
}

static void test_ym_read__failure__names_source_line_and_column(void **state)
{
    (void)state;
    check_error("a: 1\nb: [@]\n", "m.yml: line 2, column 5: found character that cannot start any "
                                  "token (while scanning for the next token)");
    check_error("a: \xff\n", "m.yml: line 1, column 4: invalid leading UTF-8 octet");
    check_error("a: !!int x\n", "m.yml: line 1, column 4: cannot decode a !!str as a !!int");
    check_error("a:\n - .inf\n", "m.yml: line 2, column 4: unsupported value: +Inf");
    check_error(
        "\u00e9\u00e9: *x\n",
        "m.yml: line 1, column 5: unknown anchor referenced; quote what is to begin with \"*\"");
    check_error("{\"a\":1}\n{\"b\" 1}", "m.yml: line 2, column 6: ':' expected");
}

/* Each holds the word "hunter2" where it is wrong; jansson quotes it without its digit. */
static void test_ym_read__failure__says_nothing_of_the_text(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "password: *hunter2\n",         "password: !!int hunter2\n",
        "password: !!binary hunter2\n", "{\"password\": hunter2",
        "[{\"password\": hunter2]",     "{\"password\": \"hunter2\" \"x\"}",
        "{\"password\": \"hunter2\"",   "{\"password\" \"hunter2\"}",
        "password: \"hunter2\\q\"\n",   "password: 'hunter2\n",
        "? {a: hunter2}\n: b\n",        "{\"a\": \"hunter2\\q\"}",
        "password: hunter2: x\n",
    };
    for (size_t i = 0; i < array_length(texts); i++) {
        auto_error struct error *err = NULL;
        json_auto_t *documents = ym_read(texts[i], strlen(texts[i]), "m.yml", NULL, &err);
        assert_null(documents);
        if (strstr(err->message, "hunter") || !strstr(err->message, "m.yml: line "))
            fail_msg("%s: %s", texts[i], err->message);
    }
}

static void test_ym_read__json_then_yaml__counts_lines_through(void **state)
{
    (void)state;
    check_error(
        "{\"a\": 1}\n---\nb: *x\n",
        "m.yml: line 3, column 4: unknown anchor referenced; quote what is to begin with \"*\"");
    check_error("{\"a\": 1}\n---\nb: \xff\n",
                "m.yml: line 3, column 4: invalid leading UTF-8 octet");
    check_error("{\"a\": 1}\n---\n\nb: @\n", "m.yml: line 4, column 4: found character that cannot "
                                             "start any token (while scanning for the next token)");
}

static void test_ym_read__no_error_wanted__is_fine(void **state)
{
    (void)state;
    assert_null(read_text("a: @\n", NULL, NULL));
    assert_null(read_text("{\"a\": 1e999}", NULL, NULL));
}

static void test_108_ym_read__duplicates__warn_and_the_last_wins(void **state)
{
    (void)state;
    auto_strv struct strv warnings = {0};
    auto_error struct error *error = NULL;
    json_auto_t *documents = read_text("a: 1\nb:\n  c: 1\n  c: 2\na: 2\n", &warnings, &error);
    assert_json(documents, "[{'a': 2, 'b': {'c': 2}}]");
    assert_int_equal(warnings.count, 2);
    assert_string_equal(warnings.items[0],
                        "m.yml: line 4, column 3: key \"c\" is given twice, the last one wins");
    assert_string_equal(warnings.items[1],
                        "m.yml: line 5, column 1: key \"a\" is given twice, the last one wins");
}

/* What is not JSON after all is read a second time: as YAML, which warns of its own. */
static void test_ym_read__duplicates_in_flow_style__warn_once(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"{\"a\": 1, \"a\": 2, b: 3}\n",
         "m.yml: line 1, column 10: key \"a\" is given twice, the last one wins"},
        {"{\"a\": 1, \"a\": 2}\n",
         "m.yml: line 1, column 12: a key is given twice, the last one wins"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_strv struct strv warnings = {0};
        auto_error struct error *error = NULL;
        json_auto_t *documents = read_text(rows[i][0], &warnings, &error);
        assert_int_equal(json_array_size(documents), 1);
        assert_int_equal(warnings.count, 1);
        assert_string_equal(warnings.items[0], rows[i][1]);
    }
}

static void test_ym_read__many_duplicates__do_not_flood(void **state)
{
    (void)state;
    auto_buf struct buf text = {0};
    for (int i = 0; i < 1000; i++)
        buf_add_str(&text, "a: 1\n");
    auto_strv struct strv warnings = {0};
    auto_error struct error *error = NULL;
    json_auto_t *documents = read_text(buf_str(&text), &warnings, &error);
    assert_non_null(documents);
    assert_int_equal(warnings.count, 51);
    assert_string_equal(warnings.items[50], "m.yml: more of these warnings are left out");
}

static void test_108_ym_read__aliases__share_nothing(void **state)
{
    (void)state;
    auto_error struct error *error = NULL;
    json_auto_t *documents = read_text("a: &x {l: [1]}\nb: *x\nc:\n  <<: *x\n", NULL, &error);
    json_t *root = json_array_get(documents, 0);
    json_t *lists[3];
    static const char *const names[] = {"a", "b", "c"};
    for (size_t i = 0; i < 3; i++)
        lists[i] = json_object_get(json_object_get(root, names[i]), "l");
    json_array_append_new(lists[0], json_integer(2));
    json_array_append_new(lists[1], json_integer(3));
    assert_json(root, "{'a': {'l': [1, 2]}, 'b': {'l': [1, 3]}, 'c': {'l': [1]}}");
}

static double seconds_for(const char *text, size_t size, const char *part)
{
    struct timespec start;
    struct timespec end;
    auto_error struct error *error = NULL;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
    assert_null(ym_read(text, size, "m.yml", NULL, &error));
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    assert_error(&error, ERROR_PARSE, part);
    return (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
}

/* Sanitizers slow everything down; the limit is meant for what grows without bound. */
enum { SECONDS_MOST = 5 };

static void test_109_ym_read__alias_bombs__end_quickly(void **state)
{
    (void)state;
    auto_buf struct buf text = {0};
    buf_add_str(&text, "a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
    for (int i = 1; i < 9; i++) {
        buf_printf(&text, "a%d: &a%d [", i, i);
        for (int k = 0; k < 9; k++)
            buf_printf(&text, "%s*a%d", k ? "," : "", i - 1);
        buf_add_str(&text, "]\n");
    }
    assert_true(seconds_for(text.data, text.size, "document contains excessive aliasing") <
                SECONDS_MOST);
}

static void test_109_ym_read__merge_bombs__end_quickly(void **state)
{
    (void)state;
    auto_buf struct buf text = {0};
    buf_add_str(&text, "a0: &a0 {x: [1,2,3,4,5,6,7,8,9]}\n");
    for (int i = 1; i < 9; i++) {
        buf_printf(&text, "a%d: &a%d {", i, i);
        for (int k = 0; k < 9; k++)
            buf_printf(&text, "k%d: {<<: *a%d}, ", k, i - 1);
        buf_add_str(&text, "}\n");
    }
    assert_true(seconds_for(text.data, text.size, "document contains excessive aliasing") <
                SECONDS_MOST);
}

static void test_109_ym_read__self_aliases__are_told(void **state)
{
    (void)state;
    check_error("a: &n {b: *n}\n",
                "m.yml: line 1, column 11: the value of an anchor contains itself");
    check_error("&n [*n]\n", "m.yml: line 1, column 5: the value of an anchor contains itself");
}

static void add_repeated(struct buf *text, const char *part, int times)
{
    for (int i = 0; i < times; i++)
        buf_add_str(text, part);
}

static void test_109_ym_read__depth_5000__is_refused(void **state)
{
    (void)state;
    static const char *const openers[] = {"[", "{a: ", "- ", "{\"a\":", "[&a ", "? "};
    for (size_t i = 0; i < array_length(openers); i++) {
        auto_buf struct buf text = {0};
        add_repeated(&text, openers[i], 5000);
        buf_add_str(&text, "x\n");
        assert_true(seconds_for(text.data, text.size,
                                i == 5 ? "invalid map key" : "max depth of 1000") < SECONDS_MOST);
    }
}

static void test_109_ym_read__too_many_values__are_refused(void **state)
{
    (void)state;
    auto_buf struct buf text = {0};
    buf_add_str(&text, "a: [");
    add_repeated(&text, "1,", YM_READ_NODES);
    buf_add_str(&text, "]\n");
    seconds_for(text.data, text.size, "more than 1000000 values in one stream");
    buf_clear(&text);
    buf_add_str(&text, "{\"a\": [1");
    add_repeated(&text, ",1", YM_READ_NODES);
    buf_add_str(&text, "]}");
    seconds_for(text.data, text.size, "more than 1000000 values in one stream");
}

static void test_ym_read__many_aliases_of_little__are_fine(void **state)
{
    (void)state;
    auto_buf struct buf text = {0};
    buf_add_str(&text, "a: &a x\nb: [");
    add_repeated(&text, "*a,", 50000);
    buf_add_str(&text, "]\n");
    auto_error struct error *error = NULL;
    json_auto_t *documents = ym_read(text.data, text.size, "m.yml", NULL, &error);
    assert_no_error(error);
    json_t *list = json_object_get(json_array_get(documents, 0), "b");
    assert_int_equal(json_array_size(list), 50000);
}

static void test_ym_read__many_json_values__take_linear_time(void **state)
{
    (void)state;
    auto_buf struct buf text = {0};
    add_repeated(&text, "{\"a\": 1}\n", 50000);
    auto_error struct error *error = NULL;
    json_auto_t *documents = ym_read(text.data, text.size, "m.yml", NULL, &error);
    assert_no_error(error);
    assert_int_equal(json_array_size(documents), 50000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ym_read__documents__come_in_order),
        cmocka_unit_test(test_ym_read_core__words__are_booleans_when_true_or_false_only),
        cmocka_unit_test(test_ym_read__no_bytes__need_no_pointer),
        cmocka_unit_test(test_ym_read__bytes__need_no_end),
        cmocka_unit_test(test_ym_read__members__keep_their_order),
        cmocka_unit_test(test_ym_read__failure__names_source_line_and_column),
        cmocka_unit_test(test_ym_read__failure__says_nothing_of_the_text),
        cmocka_unit_test(test_ym_read__json_then_yaml__counts_lines_through),
        cmocka_unit_test(test_ym_read__no_error_wanted__is_fine),
        cmocka_unit_test(test_108_ym_read__duplicates__warn_and_the_last_wins),
        cmocka_unit_test(test_ym_read__duplicates_in_flow_style__warn_once),
        cmocka_unit_test(test_ym_read__many_duplicates__do_not_flood),
        cmocka_unit_test(test_108_ym_read__aliases__share_nothing),
        cmocka_unit_test(test_109_ym_read__alias_bombs__end_quickly),
        cmocka_unit_test(test_109_ym_read__merge_bombs__end_quickly),
        cmocka_unit_test(test_109_ym_read__self_aliases__are_told),
        cmocka_unit_test(test_109_ym_read__depth_5000__is_refused),
        cmocka_unit_test(test_109_ym_read__too_many_values__are_refused),
        cmocka_unit_test(test_ym_read__many_aliases_of_little__are_fine),
        cmocka_unit_test(test_ym_read__many_json_values__take_linear_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
