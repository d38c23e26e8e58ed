/*
 * Text that is overwritten before its memory is given back.
 */
#ifndef CRYPTO_SECRET_H
#define CRYPTO_SECRET_H

#include <stddef.h>

#include "base/compiler.h"

struct secret {
    char *text;  /* owned, NUL-terminated; NULL: none */
    size_t size; /* without the NUL */
};

/* Replaces what SECRET holds by SIZE bytes, copied. */
void secret_set(struct secret *secret, const char *bytes, size_t size);
/* The same with an owned, NUL-terminated text, or NULL. */
void secret_set_take(struct secret *secret, char *text_take);
/* "" when there is none; borrowed. */
const char *secret_peek(const struct secret *secret);
/* Overwrites and frees. */
void secret_clear(struct secret *secret);
#define auto_secret cleanup_with(secret_clear)

/* Overwrites and frees a text that was a secret; NULL is allowed. */
void secret_free_text(char *text_take);

#endif
