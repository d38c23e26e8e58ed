/* What the files of crypto/cms share. */
#ifndef CRYPTO_CMS_PRIV_H
#define CRYPTO_CMS_PRIV_H

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/compiler.h"
#include "base/error.h"
#include "crypto/secret.h"

define_cleanup(cms_bio, BIO *, BIO_free_all)
define_cleanup(cms_info, CMS_ContentInfo *, CMS_ContentInfo_free)
define_cleanup(cms_x509, X509 *, X509_free)
define_cleanup(cms_pkey, EVP_PKEY *, EVP_PKEY_free)
#define auto_cms_bio  cleanup_with(cms_bio_cleanup)
#define auto_cms_info cleanup_with(cms_info_cleanup)
#define auto_cms_x509 cleanup_with(cms_x509_cleanup)
#define auto_cms_pkey cleanup_with(cms_pkey_cleanup)

/* Reads BYTES, which must outlive it. */
BIO *cms_bio_of(const void *bytes, size_t size) must_check;

/* The first certificate of PEM text, owned. ERROR_USAGE: WHAT holds none. */
X509 *cms_certificate(const char *pem, const char *what, struct error **err) must_check;
/* The private key, owned. PASSPHRASE may be NULL. ERROR_USAGE. */
EVP_PKEY *cms_private_key(const char *pem, const struct secret *passphrase, struct error **err)
    must_check;

/* "…: <reason of OpenSSL>"; empties the queue of errors. */
void cms_fail(struct error **err, enum error_kind kind, const char *what);

#endif
