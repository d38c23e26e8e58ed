#include "ostack/trust.h"
#include "unit/ostack/place.h"

#define CERT "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"
#define KEY  "-----BEGIN PRIVATE KEY-----\ny\n-----END PRIVATE KEY-----\n"

static int read_trust(const char *config, struct osk_trust *trust, struct error **err)
{
    json_auto_t *entry = quoted(config);
    return osk_trust_read(entry, trust, err);
}

static void test_trust__without_files__the_host_is_trusted(void **state)
{
    (void)state;
    struct osk_trust trust;
    assert_int_equal(read_trust("{'verify': true}", &trust, NULL), 0);
    assert_false(trust.insecure);
    assert_null(trust.ca_pem);
    assert_null(trust.cert_pem);
    osk_trust_clear(&trust);
}

static void test_trust__a_file_a_folder_and_the_environment__are_read(void **state)
{
    struct osk_trust trust;
    sandbox_write(state, "ca.pem", CERT);
    sandbox_write(state, "cas/a.pem", CERT);
    sandbox_write(state, "cas/b.crt", CERT);
    sandbox_write(state, "cas/README", "nothing");
    assert_int_equal(read_trust("{'cacert': '~/ca.pem'}", &trust, NULL), 0);
    assert_string_equal(trust.ca_pem, CERT);
    osk_trust_clear(&trust);
    assert_int_equal(read_trust("{'cacert': 'cas'}", &trust, NULL), 0);
    assert_string_equal(trust.ca_pem, CERT "\n" CERT "\n");
    osk_trust_clear(&trust);
    setenv("REQUESTS_CA_BUNDLE", "ca.pem", 1);
    assert_int_equal(read_trust("{}", &trust, NULL), 0);
    assert_string_equal(trust.ca_pem, CERT);
    osk_trust_clear(&trust);
}

static void test_trust__without_verification__no_file_is_read(void **state)
{
    (void)state;
    struct osk_trust trust;
    assert_int_equal(read_trust("{'cacert': '/nowhere', 'verify': false}", &trust, NULL), 0);
    assert_true(trust.insecure);
    assert_null(trust.ca_pem);
    osk_trust_clear(&trust);
}

static void test_trust__an_identity__may_be_one_file_or_two(void **state)
{
    struct osk_trust trust;
    sandbox_write(state, "cert.pem", CERT);
    sandbox_write(state, "key.pem", KEY);
    sandbox_write(state, "both.pem", CERT KEY);
    assert_int_equal(read_trust("{'cert': 'cert.pem', 'key': 'key.pem'}", &trust, NULL), 0);
    assert_string_equal(trust.cert_pem, CERT);
    assert_string_equal(secret_peek(&trust.key), KEY);
    osk_trust_clear(&trust);
    assert_int_equal(read_trust("{'cert': 'both.pem'}", &trust, NULL), 0);
    assert_string_equal(secret_peek(&trust.key), CERT KEY);
    osk_trust_clear(&trust);
}

static void test_trust__files_that_cannot_be_used__are_named(void **state)
{
    static const struct {
        const char *config;
        enum error_kind kind;
        const char *error;
    } rows[] = {
        {"{'cacert': '/nowhere'}", ERROR_IO, "ca_cert (cacert): "},
        {"{'cacert': 'text'}", ERROR_USAGE, "text is not in PEM format"},
        {"{'cacert': 'empty'}", ERROR_USAGE, "the folder empty holds no certificate"},
        {"{'cert': 'cert.pem'}", ERROR_USAGE,
         "cert.pem holds no private key; name its file in client_key"},
        {"{'cert': 'cert.pem', 'key': '/nowhere'}", ERROR_IO, "client_key (key): "},
        {"{'cert': '/nowhere'}", ERROR_IO, "client_cert (cert): "},
    };
    sandbox_write(state, "text", "text");
    sandbox_write(state, "cert.pem", CERT);
    assert_int_equal(mkdir("empty", 0755), 0);
    for (size_t i = 0; i < array_length(rows); i++) {
        struct osk_trust trust;
        struct error *err = NULL;
        assert_int_equal(read_trust(rows[i].config, &trust, &err), -1);
        assert_error(&err, rows[i].kind, rows[i].error);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        place_test(test_trust__without_files__the_host_is_trusted),
        place_test(test_trust__a_file_a_folder_and_the_environment__are_read),
        place_test(test_trust__without_verification__no_file_is_read),
        place_test(test_trust__an_identity__may_be_one_file_or_two),
        place_test(test_trust__files_that_cannot_be_used__are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
