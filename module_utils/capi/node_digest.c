#include "capi/node.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "crypto/digest.h"
#include "json/js_get.h"
#include "json/js_write.h"

/* One line; an absent field and an empty one are not told apart, as the server does not either. */
static void add_field(struct buf *text, const json_t *metadata, const char *name)
{
    const json_t *value = json_object_get(metadata, name);
    buf_printf(text, "%s=", name);
    bool empty = json_is_object(value) ? json_object_size(value) == 0
                                       : json_is_array(value) && json_array_size(value) == 0;
    if (value && !empty) {
        auto_error struct error *ignored = NULL; /* too deep for a server to have taken it */
        if (json_is_string(value))
            buf_add_str(text, json_string_value(value));
        else if (json_is_integer(value))
            buf_printf(text, "%lld", (long long)json_integer_value(value));
        else if (js_write(text, value, JS_WRITE_SORT, &ignored) < 0)
            buf_add_str(text, "?");
    }
    buf_add_char(text, '\n');
}

void capi_metadata_digest(const json_t *metadata, char out[65])
{
    static const char *const fields[] = {
        "uid",        "generation",       "labels", "annotations", "ownerReferences",
        "finalizers", "deletionTimestamp"};
    auto_buf struct buf text = {0};
    for (size_t i = 0; i < array_length(fields); i++)
        add_field(&text, metadata, fields[i]);
    if (!json_object_get(metadata, "generation"))
        add_field(&text, metadata, "resourceVersion");
    auto_free char *hex = sha256_hex(text.data, text.size);
    memcpy(out, hex, 65);
}
