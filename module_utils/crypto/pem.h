/*
 * Looking into certificates and keys in PEM form, for messages that say what is wrong with them.
 * Trust is not decided here: TLS does that.
 */
#ifndef CRYPTO_PEM_H
#define CRYPTO_PEM_H

#include <stdbool.h>
#include <time.h>

#include "base/error.h"

/* True when TEXT has a "-----BEGIN …-----" line. NULL has none. */
bool pem_looks_like(const char *text);

/*
 * How many certificates TEXT holds; other blocks in between do not count. -1 with an ERROR_PARSE
 * when one of them is damaged.
 */
int pem_count_certificates(const char *text, struct error **err) must_check;

struct pem_certificate {
    char *subject; /* "CN = kubernetes-admin, O = system:masters" */
    char *issuer;
    time_t not_before;
    time_t not_after;
    char *not_before_text; /* RFC 3339, UTC */
    char *not_after_text;
};

/* The first certificate of TEXT. ERROR_PARSE when there is none. */
int pem_certificate_read(const char *text, struct pem_certificate *out, struct error **err)
    must_check;
void pem_certificate_clear(struct pem_certificate *certificate);
#define auto_pem_certificate cleanup_with(pem_certificate_clear)

enum pem_fit {
    PEM_FITS,
    PEM_OTHER_KEY,     /* the key belongs to another certificate */
    PEM_KEY_ENCRYPTED, /* needs a pass phrase, which nobody can give here */
    PEM_KEY_BAD,       /* not a private key, or damaged */
    PEM_CERTIFICATE_BAD,
};

/* Whether KEY is that of the first certificate in CERTIFICATE. */
enum pem_fit pem_key_fits(const char *certificate, const char *key);

bool pem_key_is_encrypted(const char *key);

#endif
