#include <stdlib.h>
#include <string.h>

#include "ansible/am_level.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"

static const char *first_set(am_names variables)
{
    for (; variables && *variables; variables++) {
        const char *value = getenv(*variables);
        if (value)
            return value;
    }
    return NULL;
}

void am_fill_fallbacks(const struct am_level *level)
{
    for (const struct am_option *option = level->options; option->name; option++) {
        const char *value = first_set(option->env);
        if (!value || am_level_has(level, option->name))
            continue;
        auto_free char *text = str_to_utf8(value, strlen(value));
        if (option->no_log)
            am_secrets_add(level->walk->secrets, text);
        json_object_set_new(level->params, option->name, json_string(text));
    }
}

/* "o.items[2]." of the options that lead here. */
static void add_prefix(struct buf *out, const struct am_level *level)
{
    if (!level->parent)
        return;
    add_prefix(out, level->parent);
    buf_add_str(out, level->name);
    if (level->index >= 0)
        buf_printf(out, "[%ld]", level->index);
    buf_add_char(out, '.');
}

static void use_alias(const struct am_level *level, const char *name, const char *alias)
{
    json_t *value = json_object_get(level->params, alias);
    if (!value)
        return;
    if (am_level_has(level, name)) {
        auto_buf struct buf prefix;
        buf_init(&prefix);
        add_prefix(&prefix, level);
        auto_free char *warning = xasprintf("Both option %s%s and its alias %s%s are set.",
                                            buf_str(&prefix), name, buf_str(&prefix), alias);
        strv_add_once(level->walk->warnings, warning);
    }
    json_object_set(level->params, name, value);
}

int am_fill_aliases(const struct am_level *level, struct error **err)
{
    for (const struct am_option *option = level->options; option->name; option++) {
        if (option->required && option->default_json) {
            error_make(err, ERROR_USAGE,
                       "internal error: required and default are mutually exclusive for %s",
                       option->name);
            return -1;
        }
        for (am_names alias = option->aliases; alias && *alias; alias++)
            use_alias(level, option->name, *alias);
    }
    return 0;
}

void am_fill_defaults(const struct am_level *level)
{
    for (const struct am_option *option = level->options; option->name; option++) {
        if (!option->default_json || am_level_has(level, option->name))
            continue;
        json_t *value = am_table_value(option->default_json);
        if (option->no_log)
            am_secrets_add_value(level->walk->secrets, value);
        json_object_set_new(level->params, option->name, value);
    }
}

void am_fill_nulls(const struct am_level *level)
{
    for (const struct am_option *option = level->options; option->name; option++)
        if (!am_level_has(level, option->name))
            json_object_set_new(level->params, option->name, json_null());
}
