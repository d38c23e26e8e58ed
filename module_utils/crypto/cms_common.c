#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

#include "base/mem.h"
#include "crypto/cms.h"
#include "crypto/cms_priv.h"

BIO *cms_bio_of(const void *bytes, size_t size)
{
    return BIO_new_mem_buf(bytes, size > INT_MAX ? INT_MAX : (int)size);
}

void cms_fail(struct error **err, enum error_kind kind, const char *what)
{
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    error_make(err, kind, "%s: %s", what, reason ? reason : "OpenSSL gives no reason");
    ERR_clear_error();
}

/* Without it OpenSSL asks on the terminal. */
static int give_passphrase(char *out, int size, int writing, void *context)
{
    (void)writing;
    const struct secret *passphrase = context;
    if (!passphrase || !passphrase->text || passphrase->size > (size_t)size)
        return -1;
    memcpy(out, passphrase->text, passphrase->size);
    return (int)passphrase->size;
}

X509 *cms_certificate(const char *pem, const char *what, struct error **err)
{
    auto_cms_bio BIO *bio = cms_bio_of(pem, strlen(pem));
    X509 *certificate = PEM_read_bio_X509(bio, NULL, give_passphrase, NULL);
    if (!certificate)
        error_make(err, ERROR_USAGE, "%s: holds no certificate in PEM form", what);
    ERR_clear_error();
    return certificate;
}

EVP_PKEY *cms_private_key(const char *pem, const struct secret *passphrase, struct error **err)
{
    auto_cms_bio BIO *bio = cms_bio_of(pem, strlen(pem));
    struct secret given = passphrase ? *passphrase : (struct secret){0};
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, give_passphrase, &given);
    if (!key)
        error_make(err, ERROR_USAGE,
                   "the private key cannot be read: no key in PEM form, or its "
                   "passphrase is missing or wrong");
    ERR_clear_error();
    return key;
}

/* The outer form: SEQUENCE { OBJECT IDENTIFIER 1.2.840.113549… */
bool cms_is(const void *bytes, size_t size)
{
    static const unsigned char rsadsi[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d};
    const unsigned char *at = bytes;
    if (size < 16 || at[0] != 0x30)
        return false;
    size_t header = at[1] & 0x80 ? 2u + (at[1] & 0x7F) : 2;
    return header + 2 + sizeof(rsadsi) <= size && header <= 10 && at[header] == 0x06 &&
           memcmp(at + header + 2, rsadsi, sizeof(rsadsi)) == 0;
}
