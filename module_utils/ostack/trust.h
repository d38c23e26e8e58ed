/*
 * Whom the cloud's entry says to trust and who it says we are, as texts for the HTTP client.
 */
#ifndef OSTACK_TRUST_H
#define OSTACK_TRUST_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"
#include "crypto/secret.h"

struct osk_trust {
    bool insecure;
    char *ca_pem;      /* owned; NULL: the host's authorities */
    char *cert_pem;    /* owned or NULL */
    struct secret key; /* of cert_pem */
};

/* Reads the files that CONFIG, a merged entry of clouds.yaml, names. -1: ERROR_IO or ERROR_USAGE
 * that names the key and the file. */
int osk_trust_read(const json_t *config, struct osk_trust *out, struct error **err) must_check;
void osk_trust_clear(struct osk_trust *trust);

#endif
