/* Which key opens what, and what is said where none does. */
#include "support/cms_whole.h"
#include "unit/crypto/cms_scene.h"

/* Sealed for a key alone, for a passphrase alone, and for both. */
struct world {
    struct cms_scene scene;
    struct buf by_key, by_phrase, by_both;
};

static void seal(const struct world *world, bool key, bool phrase, struct buf *out)
{
    auto_strv struct strv pems;
    struct error *err = NULL;
    strv_init(&pems);
    strv_add(&pems, world->scene.first.certificate);
    const struct cms_recipients recipients = {
        .certificates = key ? &pems : NULL,
        .passphrase = phrase ? &world->scene.passphrase : NULL,
        .iterations = CMS_ITERATIONS_MIN,
    };
    int result = cms_whole(text, sizeof(text), &recipients, out, &err);
    assert_no_error(err);
    assert_int_equal(result, 0);
}

static int world_make(void **state)
{
    struct world *world = xcalloc(1, sizeof(*world));
    cms_scene_begin(&world->scene);
    seal(world, true, false, &world->by_key);
    seal(world, false, true, &world->by_phrase);
    seal(world, true, true, &world->by_both);
    *state = world;
    return 0;
}

static int world_clear(void **state)
{
    struct world *world = *state;
    cms_scene_end(&world->scene);
    buf_clear(&world->by_key);
    buf_clear(&world->by_phrase);
    buf_clear(&world->by_both);
    free(world);
    return 0;
}

/* The whole message is SAID. */
static void assert_closed(const struct buf *sealed, const struct cms_keys *keys,
                          enum error_kind kind, const char *said)
{
    auto_buf struct buf plain = {0};
    auto_error struct error *err = NULL;
    assert_int_equal(cms_decrypt(sealed->data, sealed->size, keys, &plain, &err), -1);
    assert_string_equal(err->message, said);
    assert_int_equal(err->kind, kind);
    assert_int_equal(plain.size, 0);
}

#define UNFIT "the file cannot be decrypted: it is for another key or passphrase"
#define NEEDS "the file is encrypted: decryption needs key_file or a passphrase"

static void test_cms_decrypt__a_key_and_a_passphrase__are_tried_where_they_can_fit(void **state)
{
    const struct world *world = *state;
    const struct cms_keys key = {.key = world->scene.first.key};
    const struct cms_keys phrase = {.passphrase = &world->scene.passphrase};
    const struct cms_keys both = {.key = world->scene.first.key,
                                  .passphrase = &world->scene.passphrase};
    const struct cms_keys one = {.key = world->scene.second.key,
                                 .passphrase = &world->scene.passphrase};
    assert_opens(&world->by_key, &key);
    assert_closed(&world->by_key, &phrase, ERROR_AUTH, UNFIT);
    assert_opens(&world->by_key, &both);
    assert_closed(&world->by_key, &one, ERROR_AUTH, UNFIT);
    assert_closed(&world->by_phrase, &key, ERROR_AUTH, UNFIT);
    assert_opens(&world->by_phrase, &phrase);
    assert_opens(&world->by_phrase, &one);
    assert_opens(&world->by_both, &one);
}

static void test_cms_decrypt__a_key_that_is_none__is_told_although_the_passphrase_fits(void **state)
{
    const struct world *world = *state;
    auto_buf struct buf plain = {0};
    struct error *err = NULL;
    const struct cms_keys broken = {.key = "no key", .passphrase = &world->scene.passphrase};
    const struct cms_keys nameless = {.key = world->scene.first.key,
                                      .certificate = "no certificate"};
    assert_int_equal(cms_decrypt(world->by_both.data, world->by_both.size, &broken, &plain, &err),
                     -1);
    assert_error(&err, ERROR_USAGE, "no key in PEM");
    assert_int_equal(cms_decrypt(world->by_key.data, world->by_key.size, &nameless, &plain, &err),
                     -1);
    assert_error(&err, ERROR_USAGE, "the certificate of the key");
    assert_int_equal(plain.size, 0);
    assert_opens(&world->by_phrase, &broken);
}

static void test_cms_decrypt__why_there_is_no_passphrase__is_told_of_what_is_for_one(void **state)
{
    const struct world *world = *state;
    const struct cms_keys keys = {.missing = "passphrase_file: /x: gone"};
    assert_closed(&world->by_phrase, &keys, ERROR_AUTH, NEEDS "; passphrase_file: /x: gone");
    assert_closed(&world->by_both, &keys, ERROR_AUTH, NEEDS "; passphrase_file: /x: gone");
    assert_closed(&world->by_key, &keys, ERROR_AUTH, NEEDS);
    assert_closed(&world->by_phrase, &(struct cms_keys){0}, ERROR_AUTH, NEEDS);
    assert_closed(&world->by_phrase, NULL, ERROR_AUTH, NEEDS);
}

static void test_cms_decrypt__what_is_no_encrypted_file__is_told_apart(void **state)
{
    struct world *world = *state;
    const struct cms_keys key = {.key = world->scene.first.key};
    auto_buf struct buf bytes = {0};
    struct error *err = NULL;
    assert_int_equal(cms_sign(text, sizeof(text), world->scene.first.certificate,
                              world->scene.first.key, &bytes, &err),
                     0);
    assert_closed(&bytes, &key, ERROR_PARSE, "the file is CMS, but not encrypted");
    for (size_t i = 0; i < 20; i++) {
        buf_add_str(&world->by_key, "x");
        assert_closed(&world->by_key, &key, ERROR_PARSE,
                      "the encrypted file is damaged or is no CMS");
    }
    buf_clear(&bytes);
    buf_add_str(&bytes, text);
    assert_closed(&bytes, &key, ERROR_PARSE, "the encrypted file is damaged or is no CMS");
}

#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, world_make, world_clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_cms_decrypt__a_key_and_a_passphrase__are_tried_where_they_can_fit),
        TEST(test_cms_decrypt__a_key_that_is_none__is_told_although_the_passphrase_fits),
        TEST(test_cms_decrypt__why_there_is_no_passphrase__is_told_of_what_is_for_one),
        TEST(test_cms_decrypt__what_is_no_encrypted_file__is_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
