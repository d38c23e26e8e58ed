#include "support/unit.h"

#include "base/buf.h"
#include "json/js_items.h"
#include "json/js_write.h"

static int note(void *context, json_t *item, struct error **err)
{
    struct buf *seen = context;
    if (js_write(seen, item, JS_WRITE_SORT, err) < 0)
        return -1;
    buf_add_char(seen, ';');
    return 0;
}

static void assert_read(const char *text, const char *items, const char *rest)
{
    auto_buf struct buf seen = {0}, left = {0};
    struct error *err = NULL;
    json_error_t where;
    /* Of exactly its size: nothing may be read behind it. */
    auto_free char *copy = xmalloc(strlen(text));
    memcpy(copy, text, strlen(text));
    json_auto_t *value =
        js_items(copy, strlen(text), "items", (struct js_visitor){note, &seen}, &where, &err);
    assert_no_error(err);
    if (!value)
        fail_msg("%s: %s", text, where.text);
    assert_string_equal(buf_str(&seen), items);
    assert_int_equal(js_write(&left, value, JS_WRITE_SORT, &err), 0);
    assert_string_equal(buf_str(&left), rest);
}

static void test_js_items__a_list__comes_item_by_item(void **state)
{
    (void)state;
    assert_read("{\"items\":[{\"a\":1},{\"b\":[{}]}],\"kind\":\"L\"}", "{\"a\":1};{\"b\":[{}]};",
                "{\"items\":[],\"kind\":\"L\"}");
    assert_read(" { \"kind\" : \"L\" ,\n\"items\" : [ { \"a\" : \"]},{\" } , { } ] } ",
                "{\"a\":\"]},{\"};{};", "{\"items\":[],\"kind\":\"L\"}");
    assert_read("{\"items\":[ ]}", "", "{\"items\":[]}");
    assert_read("{\"a\":\"\\\"items\\\":[{}]\",\"items\":[{\"x\":12345678901234567890123}]}",
                "{\"x\":1.2345678901234568e+22};", "{\"a\":\"\\\"items\\\":[{}]\",\"items\":[]}");
}

static void test_js_items__without_a_list__is_the_object_itself(void **state)
{
    (void)state;
    assert_read("{\"items\":null,\"a\":{\"items\":[1]}}", "",
                "{\"a\":{\"items\":[1]},\"items\":null}");
    assert_read("{}", "", "{}");
    assert_read("[{\"items\":[{}]}]", "", "[{\"items\":[{}]}]");
}

static void test_js_items__what_is_no_json__is_told(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "{\"items\":[{}",
        "{\"items\":[{},]}",
        "{\"items\":[,{}]}",
        "{\"items\":[{} {}]}",
        "{\"items\":[{\"a\":}]}",
        "{\"items\":[\"a\"]}",
        "{\"items\":[{]}",
        "{\"items\":[{}]",
        "{\"items\":[{}]} x",
        "{\"items\":[{}],}",
        "{\"items\":[\"",
        "{\"items\":[{\"a\":\"\\",
        "{\"items\"",
        "{\"items\":",
        "{items:[{}]}",
    };
    for (size_t i = 0; i < array_length(texts); i++) {
        auto_buf struct buf seen = {0};
        struct error *err = NULL;
        json_error_t where;
        auto_free char *copy = xmalloc(strlen(texts[i]) + 1);
        memcpy(copy, texts[i], strlen(texts[i]));
        if (js_items(copy, strlen(texts[i]), "items", (struct js_visitor){note, &seen}, &where,
                     &err))
            fail_msg("%s is JSON", texts[i]);
        assert_null(err);
    }
}

static void test_js_items__an_item_that_is_damaged__is_found_in_the_text(void **state)
{
    (void)state;
    static const char text[] = "{\"items\":[{},{\"a\" 1}],\"b\":2}";
    auto_buf struct buf seen = {0};
    struct error *err = NULL;
    json_error_t where;
    assert_null(
        js_items(text, strlen(text), "items", (struct js_visitor){note, &seen}, &where, &err));
    assert_in_range(where.position, 17, 20);
}

static int refuse(void *context, json_t *item, struct error **err)
{
    (void)context, (void)item;
    error_make(err, ERROR_USAGE, "not this one");
    return -1;
}

static void test_js_items__a_visit_that_fails__ends_it(void **state)
{
    (void)state;
    static const char text[] = "{\"items\":[{}]}";
    struct error *err = NULL;
    json_error_t where;
    assert_null(
        js_items(text, strlen(text), "items", (struct js_visitor){refuse, NULL}, &where, &err));
    assert_error(&err, ERROR_USAGE, "not this one");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_js_items__a_list__comes_item_by_item),
        cmocka_unit_test(test_js_items__without_a_list__is_the_object_itself),
        cmocka_unit_test(test_js_items__what_is_no_json__is_told),
        cmocka_unit_test(test_js_items__an_item_that_is_damaged__is_found_in_the_text),
        cmocka_unit_test(test_js_items__a_visit_that_fails__ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
