#include "support/unit.h"

#include "lxc_container/text.h"

static void test_text__any_file__comes_back_byte_for_byte(void **state)
{
    (void)state;
    static const char *const files[] = {
        "",
        "\n",
        "lxc.uts.name = a",
        "# comment\n\n  lxc.uts.name=a  \n\tlxc.tty.max =  3\r\nmartian = x\nno sign\n",
        "lxc.cap.drop =\n\n\n",
    };
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        auto_text struct text text;
        text_init(&text);
        text_read(&text, files[i]);
        auto_free char *back = text_write(&text);
        assert_string_equal(back, files[i]);
    }
}

static void test_text__line__is_read_as_liblxc_reads_it(void **state)
{
    (void)state;
    auto_text struct text text;
    text_init(&text);
    text_read(&text,
              "  lxc.a =  x y \r\nlxc.b=\"quoted\"\nlxc.c='it'\nlxc.d = a=b # tail\n#lxc.e=1\n"
              "lxc.f = \"\nlxc.g =\n");
    static const struct {
        const char *key;
        const char *value;
    } want[] = {{"lxc.a", "x y"}, {"lxc.b", "quoted"}, {"lxc.c", "it"}, {"lxc.d", "a=b # tail"},
                {NULL, NULL},     {"lxc.f", "\""},     {"lxc.g", ""}};
    assert_int_equal(text.count, 7);
    for (size_t i = 0; i < text.count; i++) {
        if (!want[i].key) {
            assert_null(text.lines[i].key);
            continue;
        }
        assert_string_equal(text.lines[i].key, want[i].key);
        assert_string_equal(text.lines[i].value, want[i].value);
    }
}

static void test_text_insert__behind_a_line_without_end__ends_it(void **state)
{
    (void)state;
    auto_text struct text text;
    text_init(&text);
    text_read(&text, "a = 1");
    text_insert(&text, text.count, "b", "");
    text_insert(&text, 0, "c", "2");
    auto_free char *back = text_write(&text);
    assert_string_equal(back, "c = 2\na = 1\nb =\n");
}

static void test_text_replace_and_remove__touch_one_line(void **state)
{
    (void)state;
    auto_text struct text text;
    text_init(&text);
    text_read(&text, "a=1\n# b\nc=3\n");
    text_replace(&text, 2, "c", "4");
    text_remove(&text, 0);
    auto_free char *back = text_write(&text);
    assert_string_equal(back, "# b\nc = 4\n");
}

static void test_text_first_and_last__repeated_key__find_both_ends(void **state)
{
    (void)state;
    auto_text struct text text;
    text_init(&text);
    text_read(&text, "x=0\nk=1\nk=2\nlxc.include=/a\ny=1\n");
    assert_int_equal(text_first(&text, "k"), 1);
    assert_int_equal(text_last(&text, "k"), 2);
    assert_int_equal(text_first(&text, "none"), text.count);
    assert_int_equal(text_last(&text, "none"), text.count);
    assert_true(text_includes_behind(&text, 2));
    assert_false(text_includes_behind(&text, 4));
}

static void test_text_keys_and_values__are_in_order(void **state)
{
    (void)state;
    auto_text struct text text;
    auto_strv struct strv keys;
    auto_strv struct strv values;
    strv_init(&keys);
    strv_init(&values);
    text_init(&text);
    text_read(&text, "k=1\nj=0\n#k=9\nk=2\n");
    text_keys(&text, &keys);
    text_values(&text, "k", &values);
    auto_free char *all = strv_join(&keys, ",");
    auto_free char *two = strv_join(&values, ",");
    assert_string_equal(all, "k,j");
    assert_string_equal(two, "1,2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text__any_file__comes_back_byte_for_byte),
        cmocka_unit_test(test_text__line__is_read_as_liblxc_reads_it),
        cmocka_unit_test(test_text_insert__behind_a_line_without_end__ends_it),
        cmocka_unit_test(test_text_replace_and_remove__touch_one_line),
        cmocka_unit_test(test_text_first_and_last__repeated_key__find_both_ends),
        cmocka_unit_test(test_text_keys_and_values__are_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
