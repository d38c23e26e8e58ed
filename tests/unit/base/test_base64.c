#include "support/unit.h"

#include "base/base64.h"

static void test_base64__vectors__go_both_ways(void **state)
{
    (void)state;
    static const struct {
        const char *plain;
        const char *coded;
    } rows[] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
        {"\xFB\xFF\xBE", "+/++"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_free char *coded = base64_encode(rows[i].plain, strlen(rows[i].plain));
        auto_buf struct buf out = {0};
        struct error *err = NULL;
        assert_string_equal(coded, rows[i].coded);
        assert_int_equal(base64_decode(rows[i].coded, strlen(rows[i].coded), &out, &err), 0);
        assert_string_equal(buf_str(&out), rows[i].plain);
    }
}

static void test_base64__all_bytes__survive(void **state)
{
    (void)state;
    unsigned char bytes[256];
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (unsigned char)(255 - i);
    for (size_t length = 0; length <= sizeof(bytes); length++) {
        auto_free char *coded = base64_encode(bytes, length);
        auto_buf struct buf out = {0};
        struct error *err = NULL;
        assert_int_equal(base64_decode(coded, strlen(coded), &out, &err), 0);
        assert_int_equal(out.size, length);
        assert_memory_equal(out.data, bytes, length);
    }
}

static void test_base64__line_breaks__are_skipped_anywhere(void **state)
{
    (void)state;
    static const char *const rows[] = {"Zm9vYg==\n",
                                       "\r\nZm9v\r\nYg==", "Z\nm\r9v\n\n\nYg=\n=\r\n"};
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_buf struct buf out = {0};
        struct error *err = NULL;
        assert_int_equal(base64_decode(rows[i], strlen(rows[i]), &out, &err), 0);
        assert_string_equal(buf_str(&out), "foob");
    }
}

/* The numbers are those of Go 1.26's base64.StdEncoding. */
static void test_base64__illegal_data__is_refused_at_gos_byte(void **state)
{
    (void)state;
    static const struct {
        const char *coded;
        int byte;
    } rows[] = {
        {"Z", 0},        {"Zg", 0},        {"Zg=", 3},          {"Zm8", 0},          {"Zm9vY", 4},
        {"Zm9vYg", 4},   {"Zm9vYg=", 7},   {"Zm9vYg=x", 6},     {"Zm9vYg\n=\nx", 8}, {"=", 0},
        {"====", 0},     {"Z===", 1},      {"Zg==Zg==", 4},     {"Zm8=x", 4},        {"Zm8=\nx", 5},
        {"Zm9v=", 4},    {"Zm9v====", 4},  {"Zm 9v", 2},        {"Zm-v", 2},         {"Zm_v", 2},
        {"!", 0},        {"Zm9v\nZ", 5},   {"Zm9v\n\nZg\n", 7}, {"Zm8\n", 1},        {"Zg=\n", 4},
        {"Zg=\n\nx", 4}, {"Zg==\n\n=", 6},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_buf struct buf out = {0};
        struct error *err = NULL;
        auto_free char *want = xasprintf("illegal base64 data at input byte %d", rows[i].byte);
        buf_add_str(&out, "kept");
        assert_int_equal(base64_decode(rows[i].coded, strlen(rows[i].coded), &out, &err), -1);
        assert_string_equal(err->message, want);
        assert_error(&err, ERROR_PARSE, want);
        assert_string_equal(buf_str(&out), "kept");
    }
}

static void test_base64__nul_byte__is_illegal(void **state)
{
    (void)state;
    auto_buf struct buf out = {0};
    struct error *err = NULL;
    assert_int_equal(base64_decode("Zm\0v", 4, &out, &err), -1);
    assert_error(&err, ERROR_PARSE, "illegal base64 data at input byte 2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_base64__vectors__go_both_ways),
        cmocka_unit_test(test_base64__all_bytes__survive),
        cmocka_unit_test(test_base64__line_breaks__are_skipped_anywhere),
        cmocka_unit_test(test_base64__illegal_data__is_refused_at_gos_byte),
        cmocka_unit_test(test_base64__nul_byte__is_illegal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
