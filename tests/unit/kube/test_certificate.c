#include "kube/certificate.h"
#include "unit/kube/certificates.h"
#include "unit/kube/sandbox.h"

static void test_authority__that_holds_certificates__is_accepted(void **state)
{
    (void)state;
    assert_int_equal(kube_certificate_check_authority(CA, NULL), 0);
    assert_int_equal(kube_certificate_check_authority("text before\n" CA CLIENT_CERT, NULL), 0);
}

static void test_authority__without_a_good_certificate__is_refused(void **state)
{
    (void)state;
    static const struct row {
        const char *pem;
        const char *want;
    } rows[] = {
        {"", "unable to parse bytes as PEM block"},
        {"hello", "unable to parse bytes as PEM block"},
        {OTHER_KEY, "no valid certificate authority data seen"},
        {"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", ""},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        struct error *err = NULL;
        assert_int_equal(kube_certificate_check_authority(rows[i].pem, &err), -1);
        assert_error(&err, ERROR_PARSE, rows[i].want);
    }
}

static void test_pair__that_belongs_together__is_accepted(void **state)
{
    (void)state;
    assert_int_equal(kube_certificate_check_pair(CLIENT_CERT, CLIENT_KEY, NULL), 0);
    assert_int_equal(kube_certificate_check_pair(CLIENT_CERT CA, CLIENT_KEY, NULL), 0);
    assert_int_equal(kube_certificate_check_pair(EXPIRED_CERT, CLIENT_KEY, NULL), 0);
}

static void test_pair__that_cannot_work__is_refused_with_its_reason(void **state)
{
    (void)state;
    static const struct row {
        const char *certificate;
        const char *key;
        const char *want;
    } rows[] = {
        {CLIENT_CERT, OTHER_KEY, "the private key does not belong to the client certificate"},
        {CLIENT_CERT, ENCRYPTED_KEY, "the private key is encrypted"},
        {CLIENT_CERT, ENCRYPTED_OLD_KEY, "the private key is encrypted"},
        {CLIENT_CERT, "a", "failed to find a private key"},
        {CLIENT_CERT, CA, "failed to find a private key"},
        {"a", CLIENT_KEY, "failed to find a certificate"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        struct error *err = NULL;
        assert_int_equal(kube_certificate_check_pair(rows[i].certificate, rows[i].key, &err), -1);
        assert_error(&err, ERROR_USAGE, rows[i].want);
    }
}

static void test_describe__of_fine_dates__says_nothing(void **state)
{
    (void)state;
    assert_null(kube_certificate_describe(CLIENT_CERT, "/x", 1800000000));
    assert_null(kube_certificate_describe(NULL, "/x", 0));
    assert_null(kube_certificate_describe("a", "/x", 0));
}

static void test_describe__of_wrong_dates__names_subject_origin_and_date(void **state)
{
    (void)state;
    auto_free char *old = kube_certificate_describe(EXPIRED_CERT, "/etc/c.pem", 1800000000);
    auto_free char *young = kube_certificate_describe(FUTURE_CERT, NULL, 1800000000);
    assert_contains(old, "admin of /etc/c.pem expired on 2021-02-03T04:05:06Z");
    assert_contains(young, "admin of the credentials is not valid before 2110-01-01T00:00:00Z");
    assert_null(kube_certificate_describe(EXPIRED_CERT, "/x", 1600000000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_authority__that_holds_certificates__is_accepted),
        cmocka_unit_test(test_authority__without_a_good_certificate__is_refused),
        cmocka_unit_test(test_pair__that_belongs_together__is_accepted),
        cmocka_unit_test(test_pair__that_cannot_work__is_refused_with_its_reason),
        cmocka_unit_test(test_describe__of_fine_dates__says_nothing),
        cmocka_unit_test(test_describe__of_wrong_dates__names_subject_origin_and_date),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
