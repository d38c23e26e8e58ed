#include "crypto/uuid.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

enum { BYTES = 16 };

static int digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *lower = c ? strchr(digits, c) : NULL;
    if (!lower && c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return lower ? (int)(lower - digits) : -1;
}

static bool parse(const char *text, unsigned char bytes[BYTES])
{
    size_t count = 0;
    for (; *text; text++) {
        if (*text == '-')
            continue;
        int value = digit(*text);
        if (value < 0 || count == 2 * (size_t)BYTES)
            return false;
        bytes[count / 2] = (unsigned char)(count % 2 ? bytes[count / 2] << 4 | value : value);
        count++;
    }
    return count == 2 * (size_t)BYTES;
}

/* SHA-1 cannot fail but in a build of OpenSSL that lacks it. */
static void must(int ok)
{
    if (ok != 1)
        abort();
}

char *uuid_of_name(const char *space, const char *name)
{
    unsigned char bytes[BYTES];
    unsigned char hash[EVP_MAX_MD_SIZE];
    struct buf text;
    buf_init(&text);
    if (!parse(space, bytes))
        return NULL;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    must(context != NULL);
    must(EVP_DigestInit_ex(context, EVP_sha1(), NULL));
    must(EVP_DigestUpdate(context, bytes, sizeof(bytes)));
    must(EVP_DigestUpdate(context, name, strlen(name)));
    must(EVP_DigestFinal_ex(context, hash, NULL));
    EVP_MD_CTX_free(context);
    hash[6] = (unsigned char)((hash[6] & 0x0F) | 0x50); /* version 5 */
    hash[8] = (unsigned char)((hash[8] & 0x3F) | 0x80); /* the RFC's variant */
    for (int i = 0; i < BYTES; i++)
        buf_printf(&text, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", hash[i]);
    return buf_steal(&text);
}
