/*
 * SHA-256 and SHA-512, whole or in pieces.
 */
#ifndef CRYPTO_DIGEST_H
#define CRYPTO_DIGEST_H

#include <stddef.h>

#include "base/compiler.h"

/* 64 lower-case hexadecimal digits, owned. */
char *sha256_hex(const void *bytes, size_t length) must_check;

struct digest;

/* Of SHA-256. */
struct digest *digest_new(void) must_check;
struct digest *digest_new_sha512(void) must_check;
void digest_add(struct digest *digest, const void *bytes, size_t length);
/* The digest of all bytes added, as above (of SHA-512 128 digits). Nothing may be added afterwards.
 */
char *digest_hex(struct digest *digest) must_check;
void digest_free(struct digest *digest);
define_cleanup(digest, struct digest *, digest_free)
#define auto_digest cleanup_with(digest_cleanup)

#endif
