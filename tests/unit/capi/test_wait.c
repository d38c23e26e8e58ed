#include "capi/wait.h"

#include "support/json_text.h"
#include "support/unit.h"

static void test_duration_text__as_go_prints_it(maybe_unused void **state)
{
    static const struct {
        long long ms;
        const char *text;
    } rows[] = {{0, "0s"},        {45000, "45s"},      {60000, "1m0s"},
                {300000, "5m0s"}, {3600000, "1h0m0s"}, {5025000, "1h23m45s"}};
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_free char *text = capi_duration_text(rows[i].ms);
        assert_string_equal(text, rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_duration_text__as_go_prints_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
