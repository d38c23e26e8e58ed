/*
 * Any text as certificates and as a key.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "crypto/pem.h"

enum { INPUT_LIMIT = 100 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > INPUT_LIMIT)
        return 0;
    auto_free char *text = xmemdup(data, size);
    auto_error struct error *err = NULL;
    auto_pem_certificate struct pem_certificate certificate = {0};
    int count = pem_count_certificates(text, &err);
    int read = pem_certificate_read(text, &certificate, NULL);
    /* The first one of several good ones can be described, unless its dates are no dates. */
    if ((count < 0) != (err != NULL) || (count == 0 && read == 0) ||
        (read == 0 && (!certificate.subject || !certificate.not_after_text)))
        abort();
    if (pem_key_fits(text, text) == PEM_CERTIFICATE_BAD && read == 0)
        abort();
    return 0;
}
