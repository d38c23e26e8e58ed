/*
 * Certificates made on the spot, for tests of TLS and of PEM reading. Keys are P-256: quick to
 * make.
 */
#ifndef FAKES_FAKE_PKI_H
#define FAKES_FAKE_PKI_H

#include <time.h>

struct fake_pair {
    char *certificate; /* PEM, owned */
    char *key;         /* PEM, owned */
};

/*
 * A certificate with common name NAME, signed by ISSUER (NULL: by itself, as an authority).
 * NAMES is its subjectAltName in OpenSSL's words ("DNS:localhost,IP:127.0.0.1") or NULL. It is
 * valid from an hour before SHIFT seconds from now until an hour after.
 */
struct fake_pair fake_pair_new(const char *name, const char *names, const struct fake_pair *issuer,
                               long shift);
void fake_pair_clear(struct fake_pair *pair);

/* KEY (PEM) encrypted with a pass phrase, as PKCS#8; owned. */
char *fake_encrypted_key(const char *key);

#endif
