#include "ansible/am_level.h"

#include <assert.h>

#include "base/buf.h"
#include "base/mem.h"

bool am_level_has(const struct am_level *level, const char *name)
{
    return json_object_get(level->params, name) != NULL;
}

char *am_level_name(const struct am_level *level)
{
    return level->numbered && level->index >= 0 ? xasprintf("%s[%ld]", level->name, level->index)
                                                : xstrdup(level->name);
}

static void add_path(struct buf *out, const struct am_level *level)
{
    if (!level->parent)
        return;
    auto_free char *name = am_level_name(level);
    add_path(out, level->parent);
    buf_printf(out, "%s%s", out->size ? " -> " : "", name);
}

char *am_level_path(const struct am_level *level)
{
    struct buf out;
    buf_init(&out);
    add_path(&out, level);
    return buf_steal(&out);
}

void am_level_error(const struct am_level *level, struct error **err, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    auto_free char *text = xvasprintf(format, arguments);
    va_end(arguments);
    auto_free char *path = am_level_path(level);
    error_make(err, ERROR_USAGE, "%s%s%s", text, *path ? " found in " : "", path);
}

bool am_option_has_suboptions(const struct am_option *option)
{
    if (!option->options)
        return false;
    return option->type == AM_DICT ||
           (option->type == AM_LIST && option->elements && *option->elements == AM_DICT);
}

json_t *am_table_value(const char *json)
{
    json_t *value = json_loads(json, JSON_DECODE_ANY, NULL);
    assert(value);
    return value;
}
