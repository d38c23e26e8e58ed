/*
 * Any bytes as YAML or JSON. What can be read must survive our YAML and our JSON.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "json/js_equal.h"
#include "json/js_write.h"
#include "yaml/ym_read.h"
#include "yaml/ym_write.h"

enum { INPUT_LIMIT = 100 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* TEXT must hold exactly VALUE. */
static void check_same(const struct buf *text, const json_t *value)
{
    json_auto_t *documents = ym_read(buf_str(text), text->size, "written", NULL, NULL);
    if (json_array_size(documents) != 1 || !js_equal(json_array_get(documents, 0), value))
        abort();
}

static void check_yaml(const json_t *value)
{
    auto_buf struct buf text = {0};
    if (ym_write(&text, value, NULL) < 0)
        abort();
    check_same(&text, value);
}

/*
 * Within an object, so that it is read as JSON: YAML ends names at 1024 characters. Names with a
 * NUL are the exception, jansson has none.
 */
static void check_json(json_t *value)
{
    auto_buf struct buf text = {0};
    json_auto_t *whole = json_object();
    json_object_set(whole, "value", value);
    if (js_write(&text, whole, JS_WRITE_SORT, NULL) < 0) {
        if (!json_object_size(value) && !json_array_size(value))
            abort();
        return; /* one level more than there may be */
    }
    if (!strstr(buf_str(&text), "\\u0000"))
        check_same(&text, whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_strv struct strv warnings = {0};
    auto_error struct error *error = NULL;
    if (size > INPUT_LIMIT)
        return 0;
    json_auto_t *documents = ym_read((const char *)data, size, "fuzzer", &warnings, &error);
    if (!documents != !!error)
        abort();
    for (size_t i = 0; i < json_array_size(documents); i++) {
        check_yaml(json_array_get(documents, i));
        check_json(json_array_get(documents, i));
    }
    return 0;
}
