#include "support/unit.h"

#include "crypto/secret.h"

/* The linker leads every free() of the program here first (-Wl,--wrap=free): does it still hold
 * the text that must not be seen again? */
static const char *looked_for;
static bool seen;

void __real_free(void *pointer);
void __wrap_free(void *pointer);

void __wrap_free(void *pointer)
{
    if (pointer && looked_for && memcmp(pointer, looked_for, 6) == 0)
        seen = true;
    __real_free(pointer);
}

static void test_secret__set__replaces_and_copies(void **state)
{
    (void)state;
    auto_secret struct secret secret = {0};
    char text[] = "first";
    assert_string_equal(secret_peek(&secret), "");
    secret_set(&secret, text, 5);
    text[0] = 'X';
    assert_string_equal(secret_peek(&secret), "first");
    secret_set(&secret, secret.text + 1, 3);
    assert_string_equal(secret_peek(&secret), "irs");
    assert_int_equal(secret.size, 3);
    secret_set_take(&secret, xstrdup("second"));
    assert_string_equal(secret_peek(&secret), "second");
    secret_set_take(&secret, NULL);
    assert_string_equal(secret_peek(&secret), "");
}

static void test_secret__given_back__is_overwritten_before(void **state)
{
    (void)state;
    struct secret secret = {0};
    secret_set(&secret, "hidden", 6);
    looked_for = "hidden";
    seen = false;
    secret_set(&secret, "HIDDEN", 6);
    assert_false(seen);
    looked_for = "HIDDEN";
    secret_clear(&secret);
    secret_free_text(xstrdup("HIDDEN"));
    assert_false(seen);
    /* The trap itself works. */
    free(xstrdup("HIDDEN"));
    looked_for = NULL;
    assert_true(seen);
}

static void test_secret__nothing__may_be_cleared(void **state)
{
    (void)state;
    struct secret secret = {0};
    secret_clear(&secret);
    secret_clear(&secret);
    secret_free_text(NULL);
    assert_null(secret.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_secret__set__replaces_and_copies),
        cmocka_unit_test(test_secret__given_back__is_overwritten_before),
        cmocka_unit_test(test_secret__nothing__may_be_cleared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
