#include "support/unit.h"

#include "crypto/digest.h"

static void test_digest__vectors__of_fips_180(void **state)
{
    (void)state;
    auto_free char *empty = sha256_hex("", 0);
    auto_free char *abc = sha256_hex("abc", 3);
    assert_string_equal(empty, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_string_equal(abc, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void test_digest__sha512__vector_of_fips_180(void **state)
{
    (void)state;
    auto_digest struct digest *digest = digest_new_sha512();
    digest_add(digest, "abc", 3);
    auto_free char *hex = digest_hex(digest);
    assert_string_equal(hex, "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                             "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

static void test_digest__in_pieces__is_the_same(void **state)
{
    (void)state;
    auto_digest struct digest *digest = digest_new();
    for (int i = 0; i < 1000000; i += 1000) {
        char part[1000];
        memset(part, 'a', sizeof(part));
        digest_add(digest, part, sizeof(part));
    }
    digest_add(digest, NULL, 0);
    auto_free char *hex = digest_hex(digest);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    digest_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_digest__vectors__of_fips_180),
        cmocka_unit_test(test_digest__sha512__vector_of_fips_180),
        cmocka_unit_test(test_digest__in_pieces__is_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
