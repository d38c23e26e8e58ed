#include "crypto/digest.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"

struct digest {
    EVP_MD_CTX *context;
};

/* They cannot fail but for want of memory, or in a build of OpenSSL that lacks them. */
static void must(int ok)
{
    if (ok != 1)
        abort();
}

static struct digest *begin(const EVP_MD *algorithm)
{
    struct digest *digest = xcalloc(1, sizeof(*digest));
    digest->context = EVP_MD_CTX_new();
    must(digest->context != NULL);
    must(EVP_DigestInit_ex(digest->context, algorithm, NULL));
    return digest;
}

struct digest *digest_new(void)
{
    return begin(EVP_sha256());
}

struct digest *digest_new_sha512(void)
{
    return begin(EVP_sha512());
}

void digest_add(struct digest *digest, const void *bytes, size_t length)
{
    must(EVP_DigestUpdate(digest->context, bytes, length));
}

char *digest_hex(struct digest *digest)
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    struct buf text;
    buf_init(&text);
    must(EVP_DigestFinal_ex(digest->context, bytes, &length));
    for (unsigned i = 0; i < length; i++)
        buf_printf(&text, "%02x", bytes[i]);
    return buf_steal(&text);
}

void digest_free(struct digest *digest)
{
    if (!digest)
        return;
    EVP_MD_CTX_free(digest->context);
    free(digest);
}

char *sha256_hex(const void *bytes, size_t length)
{
    auto_digest struct digest *digest = digest_new();
    digest_add(digest, bytes, length);
    return digest_hex(digest);
}
