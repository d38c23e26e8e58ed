#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <string.h>

#include "base/mem.h"
#include "crypto/cms.h"
#include "crypto/cms_priv.h"

define_cleanup(cms_store, X509_STORE *, X509_STORE_free)
#define auto_cms_store cleanup_with(cms_store_cleanup)

enum { SIGN_FLAGS = CMS_BINARY | CMS_DETACHED | CMS_NOSMIMECAP };

int cms_sign(const void *bytes, size_t size, const char *certificate, const char *key,
             struct buf *out, struct error **err)
{
    auto_cms_x509 X509 *signer = cms_certificate(certificate, "the certificate to sign with", err);
    if (!signer)
        return -1;
    auto_cms_pkey EVP_PKEY *pkey = cms_private_key(key, NULL, err);
    if (!pkey)
        return -1;
    if (X509_check_private_key(signer, pkey) != 1) {
        ERR_clear_error();
        error_make(err, ERROR_USAGE, "the key to sign with belongs to another certificate");
        return -1;
    }
    auto_cms_bio BIO *in = cms_bio_of(bytes, size);
    auto_cms_info CMS_ContentInfo *cms = CMS_sign(signer, pkey, NULL, in, SIGN_FLAGS);
    auto_cms_bio BIO *sink = BIO_new(BIO_s_mem());
    if (size > INT_MAX || !cms || i2d_CMS_bio(sink, cms) != 1) {
        cms_fail(err, ERROR_INTERNAL, "signing failed");
        return -1;
    }
    char *text = NULL;
    long length = BIO_get_mem_data(sink, &text);
    buf_add(out, text, length > 0 ? (size_t)length : 0);
    return 0;
}

/* ---- */

static X509_STORE *store_of(const char *authorities, struct error **err)
{
    auto_cms_store X509_STORE *store = X509_STORE_new();
    auto_cms_bio BIO *bio = cms_bio_of(authorities, strlen(authorities));
    int count = 0;
    for (;; count++) {
        auto_cms_x509 X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
        if (!certificate)
            break;
        X509_STORE_add_cert(store, certificate);
    }
    ERR_clear_error();
    if (!count) {
        error_make(err, ERROR_USAGE, "verify_ca holds no certificate in PEM form");
        return NULL;
    }
    /* The signer's own certificate is as good as its authority's; what it was made for is not asked
     * (signing files has no word of its own). */
    X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
    X509_VERIFY_PARAM_set_purpose(X509_STORE_get0_param(store), X509_PURPOSE_ANY);
    return steal_ptr(store);
}

int cms_verify(const void *bytes, size_t size, const void *signature, size_t signature_size,
               const char *authorities, struct error **err)
{
    auto_cms_store X509_STORE *store = store_of(authorities, err);
    if (!store)
        return -1;
    auto_cms_bio BIO *from = cms_bio_of(signature, signature_size);
    auto_cms_bio BIO *in = cms_bio_of(bytes, size);
    auto_cms_info CMS_ContentInfo *cms = d2i_CMS_bio(from, NULL);
    int good = cms ? CMS_verify(cms, NULL, store, in, NULL, CMS_BINARY) : 0;
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    if (good != 1)
        error_make(err, ERROR_AUTH, "the signature does not hold: %s",
                   reason ? reason : "it cannot be read");
    ERR_clear_error();
    return good == 1 ? 0 : -1;
}
