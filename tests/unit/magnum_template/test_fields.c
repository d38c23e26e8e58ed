#include "magnum_template/fields.h"
#include "unit/ostack/place.h"

static const struct row {
    const char *attribute;
    const char *wanted;
    const char *has;
    bool equal;
} rows[] = {
    {"coe", "'kubernetes'", "'kubernetes'", true},
    {"coe", "'kubernetes'", "'Kubernetes'", false},
    {"http_proxy", "null", "null", true},
    {"http_proxy", "null", "''", true},
    {"http_proxy", "null", "'x'", false},
    {"http_proxy", "'x'", "null", false},
    {"dns_nameserver", "'8.8.8.8,1.1.1.1'", "'8.8.8.8 , 1.1.1.1'", true},
    {"dns_nameserver", "'8.8.8.8,1.1.1.1'", "'1.1.1.1,8.8.8.8'", false},
    {"tags", "'a,b'", "'b, a'", true},
    {"tags", "'a'", "'b,a'", false},
    {"docker_volume_size", "10", "10", true},
    {"docker_volume_size", "10", "'10'", true},
    {"docker_volume_size", "10", "11", false},
    {"docker_volume_size", "10", "null", false},
    {"public", "true", "true", true},
    {"public", "true", "'True'", true},
    {"public", "false", "null", true},
    {"floating_ip_enabled", "true", "null", true},
    {"floating_ip_enabled", "null", "true", true},
    {"floating_ip_enabled", "null", "false", false},
    {"master_lb_enabled", "null", "false", true},
};

static void test_fields__each_row__is_equal_or_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < array_length(rows); i++) {
        json_auto_t *wanted = quoted(rows[i].wanted);
        json_auto_t *has = quoted(rows[i].has);
        const struct field *field = field_of_attribute(rows[i].attribute);
        assert_non_null(field);
        if (field_equal(field, wanted, has) != rows[i].equal)
            fail_msg("row %zu: %s, %s, %s", i, rows[i].attribute, rows[i].wanted, rows[i].has);
    }
}

static void test_fields__every_row_of_the_table__is_complete_and_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < magnum_field_count; i++) {
        const struct field *field = &magnum_fields[i];
        assert_non_null(field->result);
        assert_ptr_equal(field_of_option(field->option), field);
        assert_ptr_equal(field_of_attribute(field->attribute), field);
    }
    assert_null(field_of_option("nonsense"));
    assert_null(field_of_attribute("nonsense"));
}

static void test_fields__shown_values__are_typed(void **state)
{
    (void)state;
    json_auto_t *text = json_string("True");
    json_auto_t *flag = field_shown(field_of_attribute("public"), text);
    json_auto_t *missing = field_shown(field_of_attribute("public"), NULL);
    json_auto_t *none = field_shown(field_of_attribute("coe"), NULL);
    assert_json(flag, "true");
    assert_json(missing, "false");
    assert_json(none, "null");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields__each_row__is_equal_or_not),
        cmocka_unit_test(test_fields__every_row_of_the_table__is_complete_and_found),
        cmocka_unit_test(test_fields__shown_values__are_typed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
