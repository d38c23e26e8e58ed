#include "ansible/am_diff.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"

static json_t *text_of(const char *text)
{
    if (str_empty(text))
        return json_string("");
    auto_free char *whole = xasprintf("%s%s", text, str_ends_with(text, "\n") ? "" : "\n");
    auto_free char *valid = str_to_utf8(whole, strlen(whole));
    return json_string(valid);
}

static void set_header(json_t *entry, const char *key, const char *header)
{
    if (!header)
        return;
    auto_free char *valid = str_to_utf8(header, strlen(header));
    json_object_set_new(entry, key, json_string(valid));
}

json_t *am_diff_new(const char *before, const char *after, const char *before_header,
                    const char *after_header)
{
    json_t *entry = json_object();
    json_object_set_new(entry, "before", text_of(before));
    json_object_set_new(entry, "after", text_of(after));
    set_header(entry, "before_header", before_header);
    set_header(entry, "after_header", after_header);
    return entry;
}
