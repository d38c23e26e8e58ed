#include "support/unit.h"

#include "base/str.h"
#include "base/timestamp.h"
#include "crypto/pem.h"
#include "fakes/fake_pki.h"

struct world {
    struct fake_pair authority;
    struct fake_pair leaf;
};

static int make_world(void **state)
{
    struct world *world = xcalloc(1, sizeof(*world));
    world->authority = fake_pair_new("the authority", NULL, NULL, 0);
    world->leaf = fake_pair_new("l\xC3\xA4uft", NULL, &world->authority, 0);
    *state = world;
    return 0;
}

static int free_world(void **state)
{
    struct world *world = *state;
    fake_pair_clear(&world->authority);
    fake_pair_clear(&world->leaf);
    free(world);
    return 0;
}

static void test_pem__begin_line__makes_it_look_like_pem(void **state)
{
    (void)state;
    assert_true(pem_looks_like("-----BEGIN CERTIFICATE-----\n"));
    assert_true(pem_looks_like("# comment\n-----BEGIN X-----"));
    assert_false(pem_looks_like("x-----BEGIN CERTIFICATE-----"));
    assert_false(pem_looks_like("/etc/ssl/ca.pem"));
    assert_false(pem_looks_like(""));
    assert_false(pem_looks_like(NULL));
}

static void test_pem__certificates__are_counted_among_other_blocks(void **state)
{
    const struct world *world = *state;
    struct error *err = NULL;
    auto_free char *text = xasprintf("text before\n%s%s%s", world->leaf.certificate,
                                     world->leaf.key, world->authority.certificate);
    assert_int_equal(pem_count_certificates(text, &err), 2);
    assert_int_equal(pem_count_certificates(world->leaf.key, &err), 0);
    assert_int_equal(pem_count_certificates("", &err), 0);
    assert_no_error(err);
}

static void test_pem__damaged_certificate__is_told_by_its_number(void **state)
{
    const struct world *world = *state;
    struct error *err = NULL;
    auto_free char *text = xasprintf("%s-----BEGIN CERTIFICATE-----\nAAAA\n"
                                     "-----END CERTIFICATE-----\n",
                                     world->leaf.certificate);
    assert_int_equal(pem_count_certificates(text, &err), -1);
    assert_error(&err, ERROR_PARSE, "certificate 2 is damaged");
    assert_int_equal(pem_count_certificates("-----BEGIN CERTIFICATE-----\nAA", &err), -1);
    assert_error(&err, ERROR_PARSE, "certificate 1 is damaged");
}

static void test_pem__first_certificate__is_described(void **state)
{
    const struct world *world = *state;
    struct error *err = NULL;
    auto_pem_certificate struct pem_certificate certificate = {0};
    auto_free char *chain =
        xasprintf("%s%s", world->leaf.certificate, world->authority.certificate);
    time_t now = time(NULL);
    time_t text_time = 0;
    assert_int_equal(pem_certificate_read(chain, &certificate, &err), 0);
    assert_string_equal(certificate.subject, "CN = l\xC3\xA4uft");
    assert_string_equal(certificate.issuer, "CN = the authority");
    assert_in_range(now - certificate.not_before, 3590, 3700);
    assert_in_range(certificate.not_after - now, 3500, 3610);
    assert_true(rfc3339_parse(certificate.not_after_text, &text_time));
    assert_int_equal(text_time, certificate.not_after);
    assert_true(rfc3339_parse(certificate.not_before_text, &text_time));
    assert_int_equal(text_time, certificate.not_before);
}

static void test_pem__no_certificate__cannot_be_described(void **state)
{
    const struct world *world = *state;
    struct error *err = NULL;
    struct pem_certificate certificate = {.not_after = 7};
    assert_int_equal(pem_certificate_read(world->leaf.key, &certificate, &err), -1);
    assert_error(&err, ERROR_PARSE, "no PEM certificate found");
    assert_int_equal(pem_certificate_read("-----BEGIN CERTIFICATE-----\n", &certificate, &err), -1);
    assert_error(&err, ERROR_PARSE, "damaged");
    assert_int_equal(certificate.not_after, 7);
}

static void test_pem__key__fits_its_certificate_only(void **state)
{
    const struct world *world = *state;
    auto_free char *encrypted = fake_encrypted_key(world->leaf.key);
    auto_free char *cut = xmemdup(world->leaf.key, strlen(world->leaf.key) / 2);
    const struct {
        const char *certificate;
        const char *key;
        enum pem_fit fit;
    } rows[] = {
        {world->leaf.certificate, world->leaf.key, PEM_FITS},
        {world->leaf.certificate, world->authority.key, PEM_OTHER_KEY},
        {world->leaf.certificate, encrypted, PEM_KEY_ENCRYPTED},
        {world->leaf.certificate, cut, PEM_KEY_BAD},
        {world->leaf.certificate, world->leaf.certificate, PEM_KEY_BAD},
        {world->leaf.certificate, "", PEM_KEY_BAD},
        {world->leaf.key, world->leaf.key, PEM_CERTIFICATE_BAD},
        {"", "", PEM_CERTIFICATE_BAD},
    };
    for (size_t i = 0; i < array_length(rows); i++)
        assert_int_equal(pem_key_fits(rows[i].certificate, rows[i].key), rows[i].fit);
}

static void test_pem__encrypted_keys__are_recognised_in_both_forms(void **state)
{
    const struct world *world = *state;
    auto_free char *encrypted = fake_encrypted_key(world->leaf.key);
    assert_true(pem_key_is_encrypted(encrypted));
    assert_true(pem_key_is_encrypted("-----BEGIN RSA PRIVATE KEY-----\n"
                                     "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n"));
    assert_false(pem_key_is_encrypted(world->leaf.key));
    assert_false(pem_key_is_encrypted(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pem__begin_line__makes_it_look_like_pem),
        cmocka_unit_test(test_pem__certificates__are_counted_among_other_blocks),
        cmocka_unit_test(test_pem__damaged_certificate__is_told_by_its_number),
        cmocka_unit_test(test_pem__first_certificate__is_described),
        cmocka_unit_test(test_pem__no_certificate__cannot_be_described),
        cmocka_unit_test(test_pem__key__fits_its_certificate_only),
        cmocka_unit_test(test_pem__encrypted_keys__are_recognised_in_both_forms),
    };
    return cmocka_run_group_tests(tests, make_world, free_world);
}
