#include "base/str.h"
#include "unit/openstack_resources/bench.h"

/* Whether the option table has NAME among the keys of an item. */
static bool is_option(const char *name)
{
    const struct am_option *items = openstack_resources_spec.options->options;
    for (; items->name; items++)
        if (str_equal(items->name, name))
            return true;
    return false;
}

static void test_kinds__rows__are_complete(void **state)
{
    (void)state;
    for (unsigned i = 0; i < KIND_COUNT; i++) {
        const struct kind *kind = kind_of((enum kind_id)i);
        assert_int_equal(kind->id, i);
        assert_ptr_equal(kind_named(kind->name), kind);
        assert_non_null(kind->collection);
        assert_non_null(kind->members);
        for (const struct field *field = kind->fields; field->option; field++) {
            if (!is_option(field->option))
                fail_msg("%s.%s is no option", kind->name, field->option);
            if (field->refers) /* what is referred to is made before, and found before */
                assert_true(field->target < kind->id);
            if (field->domain_option)
                assert_non_null(kind_field(kind, field->domain_option));
        }
        if (kind->fixed_policy) {
            assert_non_null(kind_field(kind, kind->fixed_policy));
            assert_non_null(kind->recreate);
        }
    }
}

static void test_kinds__keys_of_an_item__all_belong_to_some_kind(void **state)
{
    (void)state;
    const struct am_option *items = openstack_resources_spec.options->options;
    for (; items->name; items++) {
        bool known = str_equal(items->name, "kind") || str_equal(items->name, "state");
        for (unsigned i = 0; i < KIND_COUNT; i++)
            known = known || kind_field(kind_of((enum kind_id)i), items->name);
        if (!known)
            fail_msg("no kind has the key %s", items->name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds__rows__are_complete),
        cmocka_unit_test(test_kinds__keys_of_an_item__all_belong_to_some_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
