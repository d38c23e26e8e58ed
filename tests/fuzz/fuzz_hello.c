/*
 * Any bytes as the first of a TLS client. A name that is found must be one; what is wanted next
 * must be more than there is; and bytes that follow must not change an answer.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "daemon/hello.h"
#include "daemon/names.h"

enum { INPUT_LIMIT = HELLO_BYTES };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int so)
{
    if (!so)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > INPUT_LIMIT)
        return 0;
    struct hello whole = {0};
    enum hello_result result = hello_parse(data, size, &whole);
    if (result == HELLO_MORE)
        must(whole.need > size && whole.need <= HELLO_BYTES);
    if (result == HELLO_FOUND) {
        char cluster[NAMES_CLUSTER];
        size_t length = strlen(whole.name);
        must(length > 0 && length < HELLO_NAME);
        must(strspn(whole.name, "abcdefghijklmnopqrstuvwxyz0123456789-._") == length);
        if (names_cluster(whole.name, "magnum-system", cluster))
            must(strncmp(cluster, whole.name, strlen(cluster)) == 0);
    }
    /* The first half alone: unfinished, or the same answer already. */
    struct hello half = {0};
    enum hello_result early = hello_parse(data, size / 2 + 1, &half);
    must(early == HELLO_MORE || early == result);
    must(early != HELLO_FOUND || strcmp(half.name, whole.name) == 0);
    return 0;
}
