/* For whom is encrypted, with what, and what leaves when. */
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "support/cms_whole.h"
#include "unit/crypto/cms_scene.h"

enum { DAY = 86400 };

/* KEY with a certificate for it, that ends in SECONDS. */
static struct fake_pair pair_of(EVP_PKEY *key_take, const EVP_MD *digest, long seconds)
{
    X509 *certificate = X509_new();
    BIO *pem = BIO_new(BIO_s_mem());
    BIO *secret = BIO_new(BIO_s_mem());
    char *bytes = NULL;
    struct fake_pair pair = {0};
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -DAY);
    X509_gmtime_adj(X509_getm_notAfter(certificate), seconds);
    X509_set_pubkey(certificate, key_take);
    assert_true(X509_sign(certificate, key_take, digest) > 0);
    assert_true(PEM_write_bio_X509(pem, certificate));
    assert_true(PEM_write_bio_PrivateKey(secret, key_take, NULL, NULL, 0, NULL, NULL));
    long size = BIO_get_mem_data(pem, &bytes);
    pair.certificate = xmemdup(bytes, (size_t)size);
    size = BIO_get_mem_data(secret, &bytes);
    pair.key = xmemdup(bytes, (size_t)size);
    BIO_free(pem);
    BIO_free(secret);
    X509_free(certificate);
    EVP_PKEY_free(key_take);
    return pair;
}

/* The certificate alone is added to PEMS. */
static struct fake_pair add_pair(struct strv *pems, struct fake_pair pair)
{
    strv_add(pems, pair.certificate);
    return pair;
}

static void test_cms_encrypt__a_certificate_that_must_not_be_used__is_named(void **state)
{
    (void)state;
    static const char *const said[] = {
        "the recipient ops has an RSA key of less than 2048 bits",
        "the recipient ops has a key that is neither RSA nor an elliptic curve's",
        "the recipient ops has expired: use a certificate that is valid",
    };
    for (size_t i = 0; i < array_length(said); i++) {
        auto_strv struct strv pems, names;
        auto_buf struct buf sealed = {0};
        struct error *err = NULL;
        strv_init(&pems);
        strv_init(&names);
        strv_add(&names, "ops");
        EVP_PKEY *key = i == 0   ? EVP_RSA_gen(1024)
                        : i == 1 ? EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")
                                 : EVP_EC_gen("P-256");
        struct fake_pair pair =
            add_pair(&pems, pair_of(key, i == 1 ? NULL : EVP_sha256(), i == 2 ? -60 : 365L * DAY));
        const struct cms_recipients recipients = {.certificates = &pems, .names = &names};
        assert_int_equal(cms_whole(text, sizeof(text), &recipients, &sealed, &err), -1);
        assert_string_equal(err->message, said[i]);
        assert_int_equal(err->kind, ERROR_USAGE);
        error_clear(&err);
        assert_int_equal(sealed.size, 0);
        fake_pair_clear(&pair);
    }
}

static void test_cms_encrypt__what_is_no_certificate__is_named(void **state)
{
    (void)state;
    auto_strv struct strv pems, names;
    auto_buf struct buf sealed = {0};
    struct error *err = NULL;
    strv_init(&pems);
    strv_init(&names);
    strv_add(&pems, "nothing");
    strv_add(&names, "ops");
    const struct cms_recipients recipients = {.certificates = &pems, .names = &names};
    assert_int_equal(cms_whole(text, sizeof(text), &recipients, &sealed, &err), -1);
    assert_error(&err, ERROR_USAGE, "ops");
    assert_int_equal(sealed.size, 0);
}

static void test_cms_encrypt__only_a_certificate_that_ends_soon__is_warned_of(void **state)
{
    (void)state;
    static const struct {
        long seconds;
        size_t warnings;
    } rows[] = {{29L * DAY, 1}, {31L * DAY, 0}};
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_strv struct strv pems, warnings;
        struct error *err = NULL;
        strv_init(&pems);
        strv_init(&warnings);
        struct fake_pair pair =
            add_pair(&pems, pair_of(EVP_EC_gen("P-256"), EVP_sha256(), rows[i].seconds));
        const struct cms_recipients recipients = {.certificates = &pems};
        assert_int_equal(cms_check_recipients(&recipients, &warnings, &err), 0);
        assert_int_equal(warnings.count, rows[i].warnings);
        if (rows[i].warnings)
            assert_string_equal(warnings.items[0],
                                "the recipient certificate expires within 30 days");
        fake_pair_clear(&pair);
    }
}

/* The algorithm that the key of the content is wrapped with for the only recipient of SEALED. */
static int wrapping(const struct buf *sealed, const struct fake_pair *pair)
{
    BIO *in = BIO_new_mem_buf(sealed->data, (int)sealed->size);
    CMS_ContentInfo *cms = d2i_CMS_bio(in, NULL);
    assert_non_null(cms);
    assert_int_equal(OBJ_obj2nid(CMS_get0_type(cms)), NID_id_smime_ct_authEnvelopedData);
    CMS_RecipientInfo *info = sk_CMS_RecipientInfo_value(CMS_get0_RecipientInfos(cms), 0);
    X509_ALGOR *algorithm = NULL;
    assert_int_equal(CMS_RecipientInfo_ktri_get0_algs(info, NULL, NULL, &algorithm), 1);
    int nid = OBJ_obj2nid(algorithm->algorithm);
    CMS_ContentInfo_free(cms);
    BIO_free(in);
    assert_opens(sealed, &(struct cms_keys){.key = pair->key});
    return nid;
}

/* What is wrapped by PKCS #1 v1.5 can be read by who may ask often whether it is well-formed. */
static void test_cms_encrypt__for_an_rsa_key__is_wrapped_with_oaep(void **state)
{
    (void)state;
    auto_strv struct strv pems;
    auto_buf struct buf sealed = {0};
    struct error *err = NULL;
    strv_init(&pems);
    struct fake_pair pair =
        add_pair(&pems, pair_of(EVP_RSA_gen(CMS_RSA_MIN), EVP_sha256(), 365L * DAY));
    const struct cms_recipients recipients = {.certificates = &pems};
    assert_int_equal(cms_whole(text, sizeof(text), &recipients, &sealed, &err), 0);
    assert_int_equal(wrapping(&sealed, &pair), NID_rsaesOaep);
    fake_pair_clear(&pair);
}

/* ---- the sink behind it */

static void test_cms_encrypt__many_pieces__leave_meanwhile_and_are_read_as_one(void **state)
{
    (void)state;
    enum { PIECES = 64 };
    struct cms_scene scene = {0};
    auto_buf struct buf sealed = {0}, plain = {0};
    struct error *err = NULL;
    char piece[1000];
    cms_scene_begin(&scene);
    const struct cms_recipients recipients = {.passphrase = &scene.passphrase,
                                              .iterations = CMS_ITERATIONS_MIN};
    const struct sink out = sink_of_buf(&sealed);
    auto_cms_sealer struct cms_sealer *sealer = cms_sealer_new(&recipients, NULL, &out, &err);
    const struct sink in = cms_sealer_sink(sealer);
    for (int i = 0; i < PIECES; i++) {
        memset(piece, i, sizeof(piece));
        assert_int_equal(sink_add(&in, piece, sizeof(piece), &err), 0);
        assert_int_equal(sink_add(&in, piece, 0, &err), 0);
    }
    assert_true(sealed.size > sizeof(piece) * PIECES / 2);
    assert_int_equal(cms_sealer_finish(sealer, &err), 0);
    const struct cms_keys keys = {.passphrase = &scene.passphrase};
    assert_int_equal(cms_decrypt(sealed.data, sealed.size, &keys, &plain, &err), 0);
    assert_int_equal(plain.size, sizeof(piece) * PIECES);
    for (size_t i = 0; i < plain.size; i++)
        assert_int_equal(plain.data[i], i / sizeof(piece));
    cms_scene_end(&scene);
}

/* A disk that is full after so many bytes. */
struct disk {
    size_t room;
};

static int add_to_disk(void *context, const void *bytes, size_t length, struct error **err)
{
    struct disk *disk = context;
    (void)bytes;
    if (length <= disk->room) {
        disk->room -= length;
        return 0;
    }
    error_make(err, ERROR_IO, "the disk is full");
    return -1;
}

/* What is written into DISK goes well, or fails because of it alone. */
static bool fits(struct disk *disk)
{
    struct cms_scene scene = {0};
    const struct sink out = {.add = add_to_disk, .context = disk};
    struct error *err = NULL;
    const char piece[1000] = "";
    cms_scene_begin(&scene);
    const struct cms_recipients recipients = {.passphrase = &scene.passphrase,
                                              .iterations = CMS_ITERATIONS_MIN};
    auto_cms_sealer struct cms_sealer *sealer = cms_sealer_new(&recipients, NULL, &out, &err);
    assert_no_error(err);
    const struct sink in = cms_sealer_sink(sealer);
    bool fine = sink_add(&in, piece, sizeof(piece), &err) == 0;
    fine = fine && cms_sealer_finish(sealer, &err) == 0;
    if (!fine)
        assert_error(&err, ERROR_IO, "the disk is full");
    cms_scene_end(&scene);
    return fine;
}

static void test_cms_encrypt__a_sink_that_fails__is_what_is_told(void **state)
{
    (void)state;
    enum { MUCH = 1 << 20 };
    struct disk large = {.room = MUCH};
    assert_true(fits(&large));
    size_t needed = MUCH - large.room;
    const size_t rooms[] = {0, 100, needed / 2, needed - 40, needed - 1, needed};
    for (size_t i = 0; i < array_length(rooms); i++) {
        struct disk disk = {.room = rooms[i]};
        assert_int_equal(fits(&disk), rooms[i] == needed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cms_encrypt__a_certificate_that_must_not_be_used__is_named),
        cmocka_unit_test(test_cms_encrypt__what_is_no_certificate__is_named),
        cmocka_unit_test(test_cms_encrypt__only_a_certificate_that_ends_soon__is_warned_of),
        cmocka_unit_test(test_cms_encrypt__for_an_rsa_key__is_wrapped_with_oaep),
        cmocka_unit_test(test_cms_encrypt__many_pieces__leave_meanwhile_and_are_read_as_one),
        cmocka_unit_test(test_cms_encrypt__a_sink_that_fails__is_what_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
