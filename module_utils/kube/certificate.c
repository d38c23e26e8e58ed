#include "kube/certificate.h"

#include "base/mem.h"
#include "crypto/pem.h"

int kube_certificate_check_authority(const char *pem, struct error **err)
{
    if (!pem_looks_like(pem)) {
        error_make(err, ERROR_PARSE, "unable to parse bytes as PEM block");
        return -1;
    }
    int count = pem_count_certificates(pem, err);
    if (count == 0)
        error_make(err, ERROR_PARSE, "no valid certificate authority data seen");
    return count > 0 ? 0 : -1;
}

int kube_certificate_check_pair(const char *pem, const char *key, struct error **err)
{
    static const char *const texts[] = {
        [PEM_FITS] = NULL,
        [PEM_OTHER_KEY] = "the private key does not belong to the client certificate",
        [PEM_KEY_ENCRYPTED] = "the private key is encrypted: a pass phrase cannot be given here, "
                              "use a key without one",
        [PEM_KEY_BAD] = "failed to find a private key in the PEM data of the key",
        [PEM_CERTIFICATE_BAD] = "failed to find a certificate in the PEM data of the certificate",
    };
    const char *text = texts[pem_key_fits(pem, key)];
    if (!text)
        return 0;
    error_make(err, ERROR_USAGE, "%s", text);
    return -1;
}

char *kube_certificate_describe(const char *pem, const char *origin, time_t now)
{
    auto_pem_certificate struct pem_certificate certificate = {0};
    if (!pem || pem_certificate_read(pem, &certificate, NULL))
        return NULL;
    const char *from = origin ? origin : "the credentials";
    if (certificate.not_after < now)
        return xasprintf("client certificate %s of %s expired on %s", certificate.subject, from,
                         certificate.not_after_text);
    if (certificate.not_before > now)
        return xasprintf("client certificate %s of %s is not valid before %s", certificate.subject,
                         from, certificate.not_before_text);
    return NULL;
}
