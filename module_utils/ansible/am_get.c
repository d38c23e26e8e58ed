#include "ansible/am_get.h"

#include "base/str.h"
#include "json/js_get.h"

const char *am_text(const json_t *params, const char *name)
{
    return js_str(params, name, NULL);
}

const char *am_filled(const json_t *params, const char *name)
{
    const char *text = am_text(params, name);
    return str_empty(text) ? NULL : text;
}

json_t *am_value(const json_t *params, const char *name)
{
    json_t *value = json_object_get(params, name);
    return json_is_null(value) ? NULL : value;
}

bool am_flag(const json_t *params, const char *name)
{
    return js_true(params, name, NULL);
}

long long am_seconds_ms(const json_t *params, const char *name)
{
    long long seconds = 0;
    js_int(params, &seconds, name, NULL);
    return seconds * 1000;
}

void am_list(const json_t *params, const char *name, struct strv *out)
{
    size_t index = 0;
    json_t *item = NULL;
    strv_init(out);
    json_array_foreach (json_object_get(params, name), index, item)
        if (json_is_string(item))
            strv_add(out, json_string_value(item));
}

int am_choice(const json_t *params, const char *name, const char *const *names, size_t count)
{
    const char *text = am_text(params, name);
    for (size_t i = 0; i < count; i++)
        if (str_equal(text, names[i]))
            return (int)i;
    return 0;
}
