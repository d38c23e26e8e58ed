#include "crypto/secret.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void secret_set(struct secret *secret, const char *bytes, size_t size)
{
    /* Copied first: BYTES may lie in SECRET. */
    char *text = xmemdup(bytes, size);
    secret_clear(secret);
    *secret = (struct secret){.text = text, .size = size};
}

void secret_set_take(struct secret *secret, char *text_take)
{
    secret_clear(secret);
    *secret = (struct secret){.text = text_take, .size = text_take ? strlen(text_take) : 0};
}

const char *secret_peek(const struct secret *secret)
{
    return secret->text ? secret->text : "";
}

void secret_clear(struct secret *secret)
{
    mem_wipe(secret->text, secret->size);
    mem_cleanup_free(&secret->text);
    *secret = (struct secret){0};
}

void secret_free_text(char *text_take)
{
    if (!text_take)
        return;
    mem_wipe(text_take, strlen(text_take));
    free(text_take);
}
