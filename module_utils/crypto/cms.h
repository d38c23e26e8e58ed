/*
 * Cryptographic Message Syntax (RFC 5652): AES-256-GCM for several recipients, each of whom can
 * read it alone (AuthEnvelopedData, RFC 5083), and detached signatures. What OpenSSL's program
 * "openssl cms -inform DER" reads. What is encrypted leaves in pieces, so its outermost lengths are
 * left open, as BER allows and as that program's -stream does.
 *
 * Weak things are refused: RSA keys below 2048 bits, expired certificates, passphrases below 12
 * characters, and encryption whose result can be changed unnoticed (AES-CBC).
 */
#ifndef CRYPTO_CMS_H
#define CRYPTO_CMS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/stream.h"
#include "base/strv.h"
#include "crypto/secret.h"

enum { CMS_PASSPHRASE_MIN = 12, CMS_ITERATIONS_MIN = 100000, CMS_RSA_MIN = 2048 };

/* Who may read. Everything is borrowed; at least one of both. */
struct cms_recipients {
    const struct strv *certificates; /* PEM texts, the first certificate of each; or NULL */
    const struct strv *names;        /* of these, for messages; as many, or NULL */
    const struct secret *passphrase; /* or NULL */
    unsigned iterations;             /* of PBKDF2 */
};

struct cms_sealer;

/*
 * RECIPIENTS are used here only; OUT is copied, its context has to outlive the sealer. WARNINGS
 * (may be NULL) gets a line for each certificate that expires within 30 days. ERROR_USAGE names the
 * recipient that cannot be used.
 */
struct cms_sealer *cms_sealer_new(const struct cms_recipients *recipients, struct strv *warnings,
                                  const struct sink *out, struct error **err) must_check;
void cms_sealer_free(struct cms_sealer *sealer);
define_cleanup(cms_sealer, struct cms_sealer *, cms_sealer_free)
#define auto_cms_sealer cleanup_with(cms_sealer_cleanup)

/* What encrypts the bytes that it is given. */
struct sink cms_sealer_sink(struct cms_sealer *sealer);
/* Writes the end, without which nothing of it can be read. Nothing may be added afterwards. */
int cms_sealer_finish(struct cms_sealer *sealer, struct error **err) must_check;

/* What one reads with. Everything is borrowed; NULL: not given. */
struct cms_keys {
    const char *key;                     /* PEM */
    const struct secret *key_passphrase; /* of the key itself */
    const char *certificate;             /* PEM, that of the key; finds the recipient at once */
    const struct secret *passphrase;
    const char *missing; /* why there is no passphrase: told of what is for one */
};

/* True when BYTES look like CMS in DER form. */
bool cms_is(const void *bytes, size_t size);

/*
 * Adds what BYTES hold to OUT; nothing of it before all of it was authenticated. ERROR_AUTH: no key
 * fits, or none was given. ERROR_PARSE: damaged, changed, no CMS, or of a form that is refused.
 */
int cms_decrypt(const void *bytes, size_t size, const struct cms_keys *keys, struct buf *out,
                struct error **err) must_check;

/* Adds the detached signature of BYTES to OUT. KEY may be encrypted with KEY_PASSPHRASE, or NULL.
 * ERROR_USAGE: key and certificate cannot be used or do not belong together. */
int cms_sign(const void *bytes, size_t size, const char *certificate, const char *key,
             struct buf *out, struct error **err) must_check;

/* 0 when SIGNATURE is one of BYTES, by a certificate that one of AUTHORITIES (PEM, also the
 * certificate itself) vouches for. ERROR_AUTH. */
int cms_verify(const void *bytes, size_t size, const void *signature, size_t signature_size,
               const char *authorities, struct error **err) must_check;

/* Whether PASSPHRASE and every one of RECIPIENTS can be used: cms_sealer_new's checks alone. */
int cms_check_recipients(const struct cms_recipients *recipients, struct strv *warnings,
                         struct error **err) must_check;

#endif
