#include "crypto/pem.h"

#include <limits.h>
#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/timestamp.h"

define_cleanup(bio, BIO *, BIO_free_all)
define_cleanup(x509, X509 *, X509_free)
define_cleanup(pkey, EVP_PKEY *, EVP_PKEY_free)
#define auto_bio  cleanup_with(bio_cleanup)
#define auto_x509 cleanup_with(x509_cleanup)
#define auto_pkey cleanup_with(pkey_cleanup)

bool pem_looks_like(const char *text)
{
    return text && (str_starts_with(text, "-----BEGIN ") || str_contains(text, "\n-----BEGIN "));
}

bool pem_key_is_encrypted(const char *key)
{
    /* PKCS#8, and the older form with a header. */
    return str_contains(key, "-----BEGIN ENCRYPTED PRIVATE KEY-----") ||
           str_contains(key, "Proc-Type: 4,ENCRYPTED");
}

/* Without it OpenSSL asks on the terminal. */
static int no_pass_phrase(char *out, int size, int writing, void *context)
{
    (void)out;
    (void)size;
    (void)writing;
    (void)context;
    return -1;
}

/* Reads TEXT, which must outlive the BIO. */
static BIO *open_text(const char *text)
{
    size_t length = strlen(text);
    return BIO_new_mem_buf(text, length > INT_MAX ? INT_MAX : (int)length);
}

/* The next certificate: 1, 0 at the end, -1 when it is damaged. The error queue stays empty. */
static int next_certificate(BIO *bio, X509 **out)
{
    X509 *certificate = PEM_read_bio_X509(bio, NULL, no_pass_phrase, NULL);
    unsigned long code = ERR_peek_last_error();
    bool end = ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE;
    ERR_clear_error();
    *out = certificate;
    return certificate ? 1 : end ? 0 : -1;
}

static int damaged(int number, struct error **err)
{
    error_make(err, ERROR_PARSE, "certificate %d is damaged", number);
    return -1;
}

int pem_count_certificates(const char *text, struct error **err)
{
    auto_bio BIO *bio = open_text(text);
    for (int count = 0;; count++) {
        auto_x509 X509 *certificate = NULL;
        int more = next_certificate(bio, &certificate);
        if (more < 0)
            return damaged(count + 1, err);
        if (more == 0)
            return count;
    }
}

static char *name_text(const X509_NAME *name)
{
    auto_bio BIO *bio = BIO_new(BIO_s_mem());
    char *bytes = NULL;
    X509_NAME_print_ex(bio, name, 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
    long length = BIO_get_mem_data(bio, &bytes);
    return length > 0 ? str_to_utf8(bytes, (size_t)length) : xstrdup("");
}

static int read_time(const ASN1_TIME *time, time_t *seconds, char **text)
{
    struct tm parts = {0};
    if (ASN1_TIME_to_tm(time, &parts) != 1)
        return -1;
    *seconds = timegm(&parts);
    *text = rfc3339_format(*seconds);
    return 0;
}

static int read_fields(const X509 *certificate, struct pem_certificate *out)
{
    out->subject = name_text(X509_get_subject_name(certificate));
    out->issuer = name_text(X509_get_issuer_name(certificate));
    if (read_time(X509_get0_notBefore(certificate), &out->not_before, &out->not_before_text) < 0)
        return -1;
    return read_time(X509_get0_notAfter(certificate), &out->not_after, &out->not_after_text);
}

int pem_certificate_read(const char *text, struct pem_certificate *out, struct error **err)
{
    struct pem_certificate found = {0};
    auto_bio BIO *bio = open_text(text);
    auto_x509 X509 *certificate = NULL;
    int more = next_certificate(bio, &certificate);
    if (more == 0) {
        error_make(err, ERROR_PARSE, "no PEM certificate found");
        return -1;
    }
    if (more < 0 || read_fields(certificate, &found) < 0) {
        pem_certificate_clear(&found);
        return damaged(1, err);
    }
    *out = found;
    return 0;
}

void pem_certificate_clear(struct pem_certificate *certificate)
{
    mem_cleanup_free(&certificate->subject);
    mem_cleanup_free(&certificate->issuer);
    mem_cleanup_free(&certificate->not_before_text);
    mem_cleanup_free(&certificate->not_after_text);
    *certificate = (struct pem_certificate){0};
}

enum pem_fit pem_key_fits(const char *certificate, const char *key)
{
    auto_bio BIO *certificate_bio = open_text(certificate);
    auto_bio BIO *key_bio = open_text(key);
    auto_x509 X509 *parsed = NULL;
    if (next_certificate(certificate_bio, &parsed) <= 0)
        return PEM_CERTIFICATE_BAD;
    if (pem_key_is_encrypted(key))
        return PEM_KEY_ENCRYPTED;
    auto_pkey EVP_PKEY *pkey = PEM_read_bio_PrivateKey(key_bio, NULL, no_pass_phrase, NULL);
    bool same = pkey && X509_check_private_key(parsed, pkey) == 1;
    ERR_clear_error();
    if (!pkey)
        return PEM_KEY_BAD;
    return same ? PEM_FITS : PEM_OTHER_KEY;
}
