#include "openstack_resources/content.h"
#include "unit/ostack/place.h"

#define ABC_256 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define ABC_512                                                                                    \
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3fe" \
    "ebbd454d4423643ce80e2a9ac94fa54ca49f"

#define auto_content cleanup_with(content_clear)

static void test_expect__capital_digits__are_small_ones(void **state)
{
    (void)state;
    auto_content struct content content = {0};
    assert_int_equal(
        content_expect(&content,
                       "sha256:BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD",
                       NULL),
        0);
    assert_string_equal(content.sha256, ABC_256);
    assert_null(content.sha512);
}

static void test_expect__what_is_no_checksum__is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",      "sha256:",         "sha256:" ABC_256 "0",
                                        ABC_256, "sha512:" ABC_256, "sha256:g" ABC_256};
    for (size_t i = 0; i < array_length(wrong); i++) {
        struct error *err = NULL;
        auto_content struct content content = {0};
        assert_int_equal(content_expect(&content, wrong[i], &err), -1);
        assert_error(&err, ERROR_USAGE, "is none: give \"sha256:\"");
    }
}

static void test_read__a_file__has_size_and_both_hashes(void **state)
{
    auto_content struct content content = {0};
    sandbox_write(state, "abc", "abc");
    auto_free char *path = sandbox_path(state, "abc");
    assert_int_equal(content_read(&content, path, NULL), 0);
    assert_true(content.read);
    assert_int_equal(content.size, 3);
    assert_string_equal(content.sha256, ABC_256);
    assert_string_equal(content.sha512, ABC_512);
}

static void test_read__another_file_than_was_said__is_refused(void **state)
{
    static const char *const said[] = {"sha256:", "sha512:"};
    sandbox_write(state, "abd", "abd");
    auto_free char *path = sandbox_path(state, "abd");
    for (size_t i = 0; i < array_length(said); i++) {
        struct error *err = NULL;
        auto_content struct content content = {0};
        auto_free char *checksum = xasprintf("%s%s", said[i], i ? ABC_512 : ABC_256);
        assert_int_equal(content_expect(&content, checksum, NULL), 0);
        assert_int_equal(content_read(&content, path, &err), -1);
        assert_false(content.read);
        assert_error(&err, ERROR_USAGE, "it is damaged or another file; fetch it again");
    }
}

static void test_read__what_is_no_image__is_refused(void **state)
{
    sandbox_write(state, "empty", "");
    static const struct {
        const char *name;
        enum error_kind kind;
        const char *message;
    } rows[] = {{"empty", ERROR_USAGE, "is empty"},
                {".", ERROR_USAGE, "is no regular file"},
                {"none", ERROR_IO, "cannot be opened"}};
    for (size_t i = 0; i < array_length(rows); i++) {
        struct error *err = NULL;
        auto_content struct content content = {0};
        auto_free char *path = sandbox_path(state, rows[i].name);
        assert_int_equal(content_read(&content, path, &err), -1);
        assert_error(&err, rows[i].kind, rows[i].message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_expect__capital_digits__are_small_ones),
        cmocka_unit_test(test_expect__what_is_no_checksum__is_refused),
        place_test(test_read__a_file__has_size_and_both_hashes),
        place_test(test_read__another_file_than_was_said__is_refused),
        place_test(test_read__what_is_no_image__is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
