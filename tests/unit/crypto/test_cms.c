#include "support/cms_whole.h"
#include "unit/crypto/cms_scene.h"

struct world {
    struct cms_scene scene;
    struct fake_pair expired;
    struct strv pems;
};

static int world_make(void **state)
{
    struct world *world = xcalloc(1, sizeof(*world));
    cms_scene_begin(&world->scene);
    world->expired = fake_pair_new("expired", NULL, NULL, -7200);
    *state = world;
    return 0;
}

static int world_clear(void **state)
{
    struct world *world = *state;
    cms_scene_end(&world->scene);
    fake_pair_clear(&world->expired);
    strv_clear(&world->pems);
    free(world);
    return 0;
}

static struct cms_recipients everybody(struct world *world)
{
    strv_add(&world->pems, world->scene.first.certificate);
    strv_add(&world->pems, world->scene.second.certificate);
    return (struct cms_recipients){
        .certificates = &world->pems,
        .passphrase = &world->scene.passphrase,
        .iterations = CMS_ITERATIONS_MIN,
    };
}

static void seal(struct world *world, struct buf *out)
{
    const struct cms_recipients recipients = everybody(world);
    struct error *err = NULL;
    assert_int_equal(cms_whole(text, sizeof(text), &recipients, out, &err), 0);
    assert_true(cms_is(out->data, out->size));
    assert_null(memmem(out->data, out->size, text, 10));
}

static void test_cms__each_of_several_recipients__reads_alone(void **state)
{
    struct world *world = *state;
    auto_buf struct buf sealed = {0};
    seal(world, &sealed);
    assert_opens(&sealed, &(struct cms_keys){.key = world->scene.first.key});
    assert_opens(&sealed, &(struct cms_keys){.key = world->scene.second.key,
                                             .certificate = world->scene.second.certificate});
    assert_opens(&sealed, &(struct cms_keys){.passphrase = &world->scene.passphrase});
    assert_opens(&sealed, &(struct cms_keys){.key = world->expired.key,
                                             .passphrase = &world->scene.passphrase});
    auto_secret struct secret phrase = {0};
    secret_set(&phrase, "pass phrase", 11);
    auto_free char *locked = fake_encrypted_key(world->scene.first.key);
    assert_opens(&sealed, &(struct cms_keys){.key = locked, .key_passphrase = &phrase});
}

static void assert_closed(const struct buf *sealed, const struct cms_keys *keys,
                          enum error_kind kind, const char *message)
{
    auto_buf struct buf plain = {0};
    struct error *err = NULL;
    assert_int_equal(cms_decrypt(sealed->data, sealed->size, keys, &plain, &err), -1);
    assert_error(&err, kind, message);
    assert_int_equal(plain.size, 0);
}

static void test_cms__wrong_keys__give_a_clean_error_and_nothing(void **state)
{
    struct world *world = *state;
    auto_buf struct buf sealed = {0};
    auto_secret struct secret wrong = {0};
    secret_set(&wrong, "correct horse batter", 20);
    seal(world, &sealed);
    assert_closed(&sealed, &(struct cms_keys){.key = world->expired.key}, ERROR_AUTH, "another");
    assert_closed(&sealed, &(struct cms_keys){.passphrase = &wrong}, ERROR_AUTH, "another");
    assert_closed(&sealed, &(struct cms_keys){.key = world->expired.key, .passphrase = &wrong},
                  ERROR_AUTH, "another");
    assert_closed(&sealed, NULL, ERROR_AUTH, "decryption needs key_file or a passphrase");
    assert_closed(&sealed, &(struct cms_keys){.key = "no key"}, ERROR_USAGE, "no key in PEM");
}

static void test_cms__changed_bytes__give_an_error_and_nothing(void **state)
{
    struct world *world = *state;
    auto_buf struct buf sealed = {0};
    seal(world, &sealed);
    const struct cms_keys keys = {.key = world->scene.first.key,
                                  .certificate = world->scene.first.certificate};
    size_t harmless = 0;
    for (size_t i = 1; i <= 48; i++) {
        auto_buf struct buf plain = {0};
        auto_error struct error *err = NULL;
        char *byte = &sealed.data[sealed.size - i];
        *byte = (char)(*byte ^ 1);
        /* Of the wrapping some bits do not matter; what is read is the same then. */
        if (cms_decrypt(sealed.data, sealed.size, &keys, &plain, &err) == 0) {
            assert_int_equal(plain.size, sizeof(text));
            assert_memory_equal(plain.data, text, sizeof(text));
            harmless++;
        } else {
            assert_int_equal(plain.size, 0);
        }
        *byte = (char)(*byte ^ 1);
    }
    assert_true(harmless < 3);
    for (size_t size = 0; size < sealed.size; size += 7) {
        auto_buf struct buf plain = {0};
        auto_error struct error *err = NULL;
        assert_int_equal(cms_decrypt(sealed.data, size, &keys, &plain, &err), -1);
        assert_int_equal(plain.size, 0);
    }
}

static void test_cms__weak_recipients__are_refused(void **state)
{
    struct world *world = *state;
    auto_buf struct buf sealed = {0};
    struct error *err = NULL;
    auto_secret struct secret weak = {0};
    secret_set(&weak, "short", 5);
    strv_add(&world->pems, world->expired.certificate);
    struct cms_recipients recipients = {.certificates = &world->pems};
    assert_int_equal(cms_whole(text, 1, &recipients, &sealed, &err), -1);
    assert_error(&err, ERROR_USAGE, "has expired");
    recipients = (struct cms_recipients){.passphrase = &weak, .iterations = CMS_ITERATIONS_MIN};
    assert_int_equal(cms_whole(text, 1, &recipients, &sealed, &err), -1);
    assert_error(&err, ERROR_USAGE, "less than 12 characters");
    recipients = (struct cms_recipients){0};
    assert_int_equal(cms_whole(text, 1, &recipients, &sealed, &err), -1);
    assert_error(&err, ERROR_USAGE, "needs a recipient");
    assert_int_equal(sealed.size, 0);
}

static void test_cms__a_certificate_that_ends_soon__is_a_warning(void **state)
{
    struct world *world = *state;
    auto_strv struct strv warnings;
    struct error *err = NULL;
    strv_init(&warnings);
    const struct cms_recipients recipients = everybody(world);
    assert_int_equal(cms_check_recipients(&recipients, &warnings, &err), 0);
    assert_int_equal(warnings.count, 2);
    assert_non_null(strstr(warnings.items[0], "30 days"));
}

static void test_cms__signatures__hold_for_the_bytes_and_the_authority_alone(void **state)
{
    struct world *world = *state;
    struct fake_pair signer = fake_pair_new("signer", NULL, &world->scene.first, 0);
    auto_buf struct buf signature = {0};
    struct error *err = NULL;
    assert_int_equal(cms_sign(text, sizeof(text), signer.certificate, signer.key, &signature, &err),
                     0);
    assert_int_equal(cms_verify(text, sizeof(text), signature.data, signature.size,
                                world->scene.first.certificate, &err),
                     0);
    assert_int_equal(
        cms_verify(text, sizeof(text), signature.data, signature.size, signer.certificate, &err),
        0);
    assert_int_equal(cms_verify(text, sizeof(text) - 1, signature.data, signature.size,
                                world->scene.first.certificate, &err),
                     -1);
    assert_error(&err, ERROR_AUTH, "does not hold");
    assert_int_equal(cms_verify(text, sizeof(text), signature.data, signature.size,
                                world->scene.second.certificate, &err),
                     -1);
    assert_error(&err, ERROR_AUTH, "does not hold");
    assert_int_equal(cms_verify(text, 1, "x", 1, world->scene.second.certificate, &err), -1);
    assert_error(&err, ERROR_AUTH, "does not hold");
    assert_int_equal(cms_verify(text, 1, "x", 1, "nothing", &err), -1);
    assert_error(&err, ERROR_USAGE, "verify_ca");
    assert_int_equal(
        cms_sign(text, sizeof(text), signer.certificate, world->scene.second.key, &signature, &err),
        -1);
    assert_error(&err, ERROR_USAGE, "another certificate");
    fake_pair_clear(&signer);
}

#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, world_make, world_clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_cms__each_of_several_recipients__reads_alone),
        TEST(test_cms__wrong_keys__give_a_clean_error_and_nothing),
        TEST(test_cms__changed_bytes__give_an_error_and_nothing),
        TEST(test_cms__weak_recipients__are_refused),
        TEST(test_cms__a_certificate_that_ends_soon__is_a_warning),
        TEST(test_cms__signatures__hold_for_the_bytes_and_the_authority_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
