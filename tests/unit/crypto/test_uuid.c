#include "crypto/uuid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"

/* From RFC 9562, and from Python's uuid.uuid5. */
static void test_uuid__known_names__give_known_uuids(void **state)
{
    (void)state;
    static const char *const rows[][3] = {
        {"6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.example.com",
         "2ed6657d-e927-568b-95e1-2665a8aea6a2"},
        {"6BA7B8109DAD11D180B400C04FD430C8", "python.org", "886313e1-3b8a-5372-9b90-0c9aee199e5d"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_free char *uuid = uuid_of_name(rows[i][0], rows[i][1]);
        assert_non_null(uuid);
        assert_string_equal(uuid, rows[i][2]);
    }
}

static void test_uuid__a_space_that_is_no_uuid__gives_none(void **state)
{
    (void)state;
    assert_null(uuid_of_name("default", "x"));
    assert_null(uuid_of_name("", "x"));
    assert_null(uuid_of_name("6ba7b8109dad11d180b400c04fd430c80", "x"));
    assert_null(uuid_of_name("6ba7b8109dad11d180b400c04fd430c", "x"));
    assert_null(uuid_of_name("6ba7b8109dad11d180b400c04fd430g8", "x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_uuid__known_names__give_known_uuids),
        cmocka_unit_test(test_uuid__a_space_that_is_no_uuid__gives_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
