/*
 * Any text as a template: it parses or says why; filled with values it grows by no more than these
 * values allow, and what holds no dollar comes out as it was.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "capi/variables.h"

enum { INPUT_LIMIT = 20 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool so)
{
    if (!so)
        abort();
}

static const char *short_value(const void *context, const char *name)
{
    (void)context;
    return strlen(name) % 2 ? "hello*" : NULL;
}

static const char *no_value(const void *context, const char *name)
{
    (void)context;
    (void)name;
    return NULL;
}

static void fill(const struct capi_template *template, const struct capi_values *values)
{
    auto_error struct error *err = NULL;
    auto_buf struct buf out = {0};
    auto_strv struct strv missing = {0};
    capi_template_missing(template, values, &missing);
    int result = capi_template_fill(template, values, &out, &err);
    must(result == 0 ? !missing.count : err != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct capi_values some = {short_value, NULL};
    static const struct capi_values none = {no_value, NULL};
    auto_error struct error *err = NULL;
    auto_strv struct strv names = {0};
    if (size > INPUT_LIMIT)
        return 0;
    auto_capi_template struct capi_template *template =
        capi_template_new((const char *)data, size, &err);
    must((template == NULL) == (err != NULL));
    if (!template)
        return 0;
    capi_template_names(template, &names);
    fill(template, &some);
    fill(template, &none);
    if (!memchr(data, '$', size)) {
        auto_buf struct buf out = {0};
        must(capi_template_fill(template, &none, &out, &err) == 0);
        must(out.size == size && (!size || memcmp(out.data, data, size) == 0) && !names.count);
    }
    return 0;
}
