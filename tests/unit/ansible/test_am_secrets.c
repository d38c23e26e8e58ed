#include "support/unit.h"

#include "ansible/am_secrets.h"
#include "support/json_text.h"

#define WHOLE "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"

static void assert_scrubbed(const struct am_secrets *secrets, const char *json, const char *wanted)
{
    json_auto_t *value = json_from(json);
    json_auto_t *clean = am_secrets_scrub(secrets, value);
    assert_json(clean, wanted);
}

static void test_am_secrets__nothing_registered__gives_the_value_itself(void **state)
{
    (void)state;
    auto_am_secrets struct am_secrets *secrets = am_secrets_new();
    json_auto_t *value = json_from("{'a': ['b']}");
    am_secrets_add(secrets, "");
    am_secrets_add(secrets, NULL);
    am_secrets_add_value(secrets, NULL);
    json_auto_t *clean = am_secrets_scrub(secrets, value);
    assert_ptr_equal(clean, value);
    auto_free char *text = am_secrets_scrub_text(secrets, "abc");
    assert_string_equal(text, "abc");
}

static void test_am_secrets__strings__are_replaced_whole_or_in_part(void **state)
{
    (void)state;
    auto_am_secrets struct am_secrets *secrets = am_secrets_new();
    am_secrets_add(secrets, "hush");
    assert_scrubbed(secrets, "['hush', 'hush-hush!', 'other', {'k': ['xhush']}, '']",
                    "['" WHOLE "', '********-********!', 'other', {'k': ['x********']}, '']");
}

static void test_am_secrets__nul_in_a_string__ends_neither_text_nor_search(void **state)
{
    (void)state;
    auto_am_secrets struct am_secrets *secrets = am_secrets_new();
    am_secrets_add(secrets, "hush");
    json_auto_t *value = json_stringn("a\0xhush\0", 8);
    json_auto_t *clean = am_secrets_scrub(secrets, value);
    assert_int_equal(json_string_length(clean), 12);
    assert_memory_equal(json_string_value(clean), "a\0x********\0", 12);
}

static void test_am_secrets__keys_booleans_and_null__stay(void **state)
{
    (void)state;
    auto_am_secrets struct am_secrets *secrets = am_secrets_new();
    am_secrets_add(secrets, "e");
    am_secrets_add(secrets, "None");
    assert_scrubbed(secrets, "{'hello': [true, false, null], 'e': true}",
                    "{'hello': [true, false, null], 'e': true}");
}

static void test_am_secrets__numbers__become_the_constant(void **state)
{
    (void)state;
    auto_am_secrets struct am_secrets *secrets = am_secrets_new();
    am_secrets_add(secrets, "12");
    assert_scrubbed(secrets, "[12, 4128, 1.125, 5, 21]",
                    "['" WHOLE "', '" WHOLE "', '" WHOLE "', 5, 21]");
}

static void test_am_secrets__the_longest__goes_first(void **state)
{
    (void)state;
    auto_am_secrets struct am_secrets *secrets = am_secrets_new();
    am_secrets_add(secrets, "ab");
    am_secrets_add(secrets, "abcd");
    am_secrets_add(secrets, "abc");
    am_secrets_add(secrets, "abc");
    auto_free char *text = am_secrets_scrub_text(secrets, "x abcd abc ab");
    assert_string_equal(text, "x ******** ******** ********");
}

static void test_am_secrets__a_value__registers_what_it_holds(void **state)
{
    (void)state;
    auto_am_secrets struct am_secrets *secrets = am_secrets_new();
    json_auto_t *value =
        json_from("{'key': 'first', 'l': ['two', 34, 1.5, true, null, ['three']], 'e': ''}");
    am_secrets_add_value(secrets, value);
    assert_scrubbed(secrets, "['first', 'two', 'three', '34', '1.5', 'key', 'True', 'None', 'l']",
                    "['" WHOLE "', '" WHOLE "', '" WHOLE "', '" WHOLE "', '" WHOLE
                    "', 'key', 'True', 'None', 'l']");
}

static void test_am_secrets__scrubbing__leaves_the_original_alone(void **state)
{
    (void)state;
    auto_am_secrets struct am_secrets *secrets = am_secrets_new();
    json_auto_t *value = json_from("{'a': 'hush'}");
    am_secrets_add(secrets, "hush");
    json_auto_t *clean = am_secrets_scrub(secrets, value);
    assert_json(clean, "{'a': '" WHOLE "'}");
    assert_json(value, "{'a': 'hush'}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_am_secrets__nothing_registered__gives_the_value_itself),
        cmocka_unit_test(test_am_secrets__strings__are_replaced_whole_or_in_part),
        cmocka_unit_test(test_am_secrets__nul_in_a_string__ends_neither_text_nor_search),
        cmocka_unit_test(test_am_secrets__keys_booleans_and_null__stay),
        cmocka_unit_test(test_am_secrets__numbers__become_the_constant),
        cmocka_unit_test(test_am_secrets__the_longest__goes_first),
        cmocka_unit_test(test_am_secrets__a_value__registers_what_it_holds),
        cmocka_unit_test(test_am_secrets__scrubbing__leaves_the_original_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
