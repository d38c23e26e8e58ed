#include "fakes/fake_pki.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { HOUR = 3600 };

static char *take_text(BIO *bio_take)
{
    char *bytes = NULL;
    long length = BIO_get_mem_data(bio_take, &bytes);
    char *text = xmemdup(bytes, (size_t)length);
    BIO_free(bio_take);
    return text;
}

static char *certificate_text(X509 *certificate)
{
    BIO *bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(bio, certificate);
    return take_text(bio);
}

static char *key_text(EVP_PKEY *key)
{
    BIO *bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
    return take_text(bio);
}

static X509 *read_certificate(const char *text)
{
    BIO *bio = BIO_new_mem_buf(text, -1);
    X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    BIO_free(bio);
    return certificate;
}

static EVP_PKEY *read_key(const char *text)
{
    BIO *bio = BIO_new_mem_buf(text, -1);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    BIO_free(bio);
    return key;
}

static void add_extension(X509 *certificate, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

static void set_subject(X509 *certificate, const char *name)
{
    X509_NAME *subject = X509_NAME_new();
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1,
                               0);
    X509_set_subject_name(certificate, subject);
    X509_NAME_free(subject);
}

struct fake_pair fake_pair_new(const char *name, const char *names, const struct fake_pair *issuer,
                               long shift)
{
    static long serial = 1;
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    X509 *parent = issuer ? read_certificate(issuer->certificate) : certificate;
    EVP_PKEY *parent_key = issuer ? read_key(issuer->key) : key;
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
    X509_gmtime_adj(X509_getm_notBefore(certificate), shift - HOUR);
    X509_gmtime_adj(X509_getm_notAfter(certificate), shift + HOUR);
    X509_set_pubkey(certificate, key);
    set_subject(certificate, name);
    X509_set_issuer_name(certificate, X509_get_subject_name(parent));
    if (!issuer)
        add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
    if (names)
        add_extension(certificate, NID_subject_alt_name, names);
    X509_sign(certificate, parent_key, EVP_sha256());
    struct fake_pair pair = {certificate_text(certificate), key_text(key)};
    if (issuer) {
        X509_free(parent);
        EVP_PKEY_free(parent_key);
    }
    X509_free(certificate);
    EVP_PKEY_free(key);
    return pair;
}

void fake_pair_clear(struct fake_pair *pair)
{
    free(pair->certificate);
    free(pair->key);
    *pair = (struct fake_pair){0};
}

char *fake_encrypted_key(const char *key)
{
    static const char phrase[] = "pass phrase";
    EVP_PKEY *parsed = read_key(key);
    BIO *bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PKCS8PrivateKey(bio, parsed, EVP_aes_128_cbc(), phrase, (int)strlen(phrase), NULL,
                                  NULL);
    EVP_PKEY_free(parsed);
    return take_text(bio);
}
