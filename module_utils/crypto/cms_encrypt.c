#include <openssl/err.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "crypto/cms.h"
#include "crypto/cms_priv.h"

enum { SOON = 30 * 86400 };

/* ---- who may read */

static int refuse(const char *name, const char *why, struct error **err)
{
    error_make(err, ERROR_USAGE, "the recipient %s %s", name, why);
    return -1;
}

static int check_certificate(X509 *certificate, const char *name, struct strv *warnings,
                             struct error **err)
{
    const EVP_PKEY *key = X509_get0_pubkey(certificate);
    int type = key ? EVP_PKEY_get_base_id(key) : EVP_PKEY_NONE;
    time_t soon = time(NULL) + SOON;
    if (type != EVP_PKEY_RSA && type != EVP_PKEY_EC)
        return refuse(name, "has a key that is neither RSA nor an elliptic curve's", err);
    if (type == EVP_PKEY_RSA && EVP_PKEY_get_bits(key) < CMS_RSA_MIN)
        return refuse(name, "has an RSA key of less than 2048 bits", err);
    if (X509_cmp_current_time(X509_get0_notAfter(certificate)) <= 0)
        return refuse(name, "has expired: use a certificate that is valid", err);
    if (warnings && X509_cmp_time(X509_get0_notAfter(certificate), &soon) <= 0)
        strv_printf(warnings, "the recipient %s expires within 30 days", name);
    return 0;
}

static const char *name_of(const struct cms_recipients *recipients, size_t index)
{
    return recipients->names ? recipients->names->items[index] : "certificate";
}

static int check_passphrase(const struct secret *passphrase, struct error **err)
{
    if (passphrase->size >= CMS_PASSPHRASE_MIN)
        return 0;
    error_make(err, ERROR_USAGE, "the passphrase has less than %d characters", CMS_PASSPHRASE_MIN);
    return -1;
}

int cms_check_recipients(const struct cms_recipients *recipients, struct strv *warnings,
                         struct error **err)
{
    size_t count = recipients->certificates ? recipients->certificates->count : 0;
    for (size_t i = 0; i < count; i++) {
        const char *name = name_of(recipients, i);
        auto_cms_x509 X509 *certificate =
            cms_certificate(recipients->certificates->items[i], name, err);
        if (!certificate || check_certificate(certificate, name, warnings, err) < 0)
            return -1;
    }
    if (recipients->passphrase)
        return check_passphrase(recipients->passphrase, err);
    if (count)
        return 0;
    error_make(err, ERROR_USAGE, "encryption needs a recipient or a passphrase");
    return -1;
}

/* ---- encryption */

/* PKCS #1 v1.5 would be the default. */
static bool use_oaep(CMS_RecipientInfo *info)
{
    EVP_PKEY_CTX *context = CMS_RecipientInfo_get0_pkey_ctx(info);
    return context && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) > 0 &&
           EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) > 0 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) > 0;
}

static int add_certificate(CMS_ContentInfo *cms, const char *pem, const char *name,
                           struct error **err)
{
    auto_cms_x509 X509 *certificate = cms_certificate(pem, name, err);
    if (!certificate)
        return -1;
    CMS_RecipientInfo *info = CMS_add1_recipient_cert(cms, certificate, CMS_KEY_PARAM);
    bool rsa = EVP_PKEY_get_base_id(X509_get0_pubkey(certificate)) == EVP_PKEY_RSA;
    if (info && (!rsa || use_oaep(info)))
        return 0;
    cms_fail(err, ERROR_USAGE, name);
    return -1;
}

/* The cipher of the key has to be named: OpenSSL 3.0 cannot use that of the content. */
static int add_passphrase(CMS_ContentInfo *cms, const struct secret *passphrase,
                          unsigned iterations, struct error **err)
{
    unsigned char *copy = OPENSSL_malloc(passphrase->size + 1);
    if (copy)
        memcpy(copy, passphrase->text, passphrase->size + 1);
    if (copy && CMS_add0_recipient_password(cms, (int)iterations, NID_undef, NID_undef, copy,
                                            (ossl_ssize_t)passphrase->size, EVP_aes_256_cbc()))
        return 0;
    OPENSSL_clear_free(copy, passphrase->size + 1);
    cms_fail(err, ERROR_INTERNAL, "the passphrase cannot be used");
    return -1;
}

static int add_recipients(CMS_ContentInfo *cms, const struct cms_recipients *recipients,
                          struct error **err)
{
    size_t count = recipients->certificates ? recipients->certificates->count : 0;
    for (size_t i = 0; i < count; i++)
        if (add_certificate(cms, recipients->certificates->items[i], name_of(recipients, i), err) <
            0)
            return -1;
    if (!recipients->passphrase)
        return 0;
    return add_passphrase(cms, recipients->passphrase, recipients->iterations, err);
}

/* ---- the sealer: OpenSSL's chain of filters, between a sink of ours behind it and one before */

struct cms_sealer {
    struct sink out;
    struct error *error; /* owned: of the sink behind */
    CMS_ContentInfo *cms;
    BIO_METHOD *method;
    BIO *end;   /* writes to the sink behind */
    BIO *chain; /* filters that end in it; NULL once finished */
};

static int pass_on(BIO *bio, const char *bytes, int length)
{
    struct cms_sealer *sealer = BIO_get_data(bio);
    if (length <= 0)
        return 0;
    if (!sealer->error && sink_add(&sealer->out, bytes, (size_t)length, &sealer->error) == 0)
        return length;
    return -1;
}

static long control(BIO *bio, int command, long number, void *pointer)
{
    (void)bio, (void)number, (void)pointer;
    return command == BIO_CTRL_FLUSH;
}

static int start_bio(BIO *bio)
{
    BIO_set_init(bio, 1);
    return 1;
}

/* A BIO that writes to the sink behind SEALER, or NULL. */
static BIO *end_new(struct cms_sealer *sealer)
{
    sealer->method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "sink");
    if (!sealer->method || !BIO_meth_set_write(sealer->method, pass_on) ||
        !BIO_meth_set_ctrl(sealer->method, control) ||
        !BIO_meth_set_create(sealer->method, start_bio))
        return NULL;
    BIO *bio = BIO_new(sealer->method);
    if (bio)
        BIO_set_data(bio, sealer);
    return bio;
}

static void drop_chain(struct cms_sealer *sealer)
{
    while (sealer->chain && sealer->chain != sealer->end) {
        BIO *rest = BIO_pop(sealer->chain);
        BIO_free(sealer->chain);
        sealer->chain = rest;
    }
    sealer->chain = NULL;
}

void cms_sealer_free(struct cms_sealer *sealer)
{
    if (!sealer)
        return;
    drop_chain(sealer);
    BIO_free(sealer->end);
    BIO_meth_free(sealer->method);
    CMS_ContentInfo_free(sealer->cms);
    error_free(sealer->error);
    free(sealer);
}

struct cms_sealer *cms_sealer_new(const struct cms_recipients *recipients, struct strv *warnings,
                                  const struct sink *out, struct error **err)
{
    if (cms_check_recipients(recipients, warnings, err) < 0)
        return NULL;
    auto_cms_sealer struct cms_sealer *sealer = xcalloc(1, sizeof(*sealer));
    sealer->out = *out;
    sealer->cms = CMS_encrypt(NULL, NULL, EVP_aes_256_gcm(), CMS_BINARY | CMS_PARTIAL | CMS_STREAM);
    if (!sealer->cms) {
        cms_fail(err, ERROR_INTERNAL, "AES-256-GCM is not available");
        return NULL;
    }
    if (add_recipients(sealer->cms, recipients, err) < 0)
        return NULL;
    sealer->end = end_new(sealer);
    sealer->chain = sealer->end ? BIO_new_CMS(sealer->end, sealer->cms) : NULL;
    if (!sealer->chain) {
        cms_fail(err, ERROR_INTERNAL, "encryption failed");
        return NULL;
    }
    return steal_ptr(sealer);
}

static int fail(struct cms_sealer *sealer, struct error **err)
{
    if (sealer->error) {
        ERR_clear_error();
        error_move_take(err, steal_ptr(sealer->error));
    } else {
        cms_fail(err, ERROR_INTERNAL, "encryption failed");
    }
    return -1;
}

static int add(void *context, const void *bytes, size_t length, struct error **err)
{
    struct cms_sealer *sealer = context;
    size_t written = 0;
    if (!length || (BIO_write_ex(sealer->chain, bytes, length, &written) && written == length))
        return 0;
    return fail(sealer, err);
}

struct sink cms_sealer_sink(struct cms_sealer *sealer)
{
    return (struct sink){.add = add, .context = sealer};
}

int cms_sealer_finish(struct cms_sealer *sealer, struct error **err)
{
    bool done = BIO_flush(sealer->chain) == 1 && !sealer->error;
    drop_chain(sealer);
    return done ? 0 : fail(sealer, err);
}
