/*
 * Any bytes as base64, and any bytes into base64 and back.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/mem.h"

enum { INPUT_LIMIT = 100 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int so)
{
    if (!so)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > INPUT_LIMIT)
        return 0;
    auto_error struct error *err = NULL;
    auto_buf struct buf out = {0};
    int result = base64_decode((const char *)data, size, &out, &err);
    must(result == 0 ? !err && out.size <= size / 4 * 3 + 3 : err && out.size == 0);

    auto_free char *text = base64_encode(data, size);
    auto_buf struct buf back = {0};
    must(base64_decode(text, strlen(text), &back, NULL) == 0);
    must(back.size == size && (!size || memcmp(back.data, data, size) == 0));
    return 0;
}
