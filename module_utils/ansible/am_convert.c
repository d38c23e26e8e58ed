#include "ansible/am_coerce.h"
#include "ansible/am_level.h"
#include "ansible/am_repr.h"
#include "base/mem.h"

static void explain_type(const struct am_level *level, const struct am_option *option,
                         const json_t *value, const struct error *reason, struct error **err)
{
    auto_free char *path = am_level_path(level);
    /* The full stop inside the sentence is Ansible's. */
    auto_free char *found = *path ? xasprintf(" found in '%s'.", path) : xstrdup("");
    error_make(
        err, ERROR_USAGE, "argument '%s' is of type %s%s and we were unable to convert to %s: %s",
        option->name, am_type_name(value), found, am_type_word(option->type), reason->message);
}

static void explain_element(const struct am_level *level, const struct am_option *option,
                            const json_t *value, const struct error *reason, struct error **err)
{
    auto_free char *path = am_level_path(level);
    auto_free char *found = *path ? xasprintf(" found in '%s'", path) : xstrdup("");
    error_make(err, ERROR_USAGE,
               "Elements value for option '%s'%s is of type %s and we were unable to convert to "
               "%s: %s",
               option->name, found, am_type_name(value), am_type_word(*option->elements),
               reason->message);
}

/* A new list of the converted items, or NULL. */
static json_t *convert_elements(const struct am_level *level, const struct am_option *option,
                                const json_t *list, struct error **err)
{
    size_t i = 0;
    json_t *item = NULL;
    json_auto_t *converted = json_array();
    json_array_foreach (list, i, item) {
        auto_error struct error *reason = NULL;
        json_t *element = am_coerce(*option->elements, item, &reason);
        if (!element) {
            explain_element(level, option, item, reason, err);
            return NULL;
        }
        json_array_append_new(converted, element);
    }
    return steal_ptr(converted);
}

static json_t *convert(const struct am_level *level, const struct am_option *option, json_t *value,
                       struct error **err)
{
    auto_error struct error *reason = NULL;
    json_auto_t *converted = am_coerce(option->type, value, &reason);
    if (!converted) {
        explain_type(level, option, value, reason, err);
        return NULL;
    }
    /* Ansible registers the text a list was split from, but not its parts: they would leak. */
    if (option->no_log)
        am_secrets_add_value(level->walk->secrets, converted);
    if (option->type != AM_LIST || !option->elements)
        return steal_ptr(converted);
    json_t *list = convert_elements(level, option, converted, err);
    if (option->no_log && list)
        am_secrets_add_value(level->walk->secrets, list);
    return list;
}

int am_convert_types(const struct am_level *level, struct error **err)
{
    for (const struct am_option *option = level->options; option->name; option++) {
        json_t *value = json_object_get(level->params, option->name);
        bool may_be_null = !option->required && !option->default_json;
        if (!value || (json_is_null(value) && may_be_null))
            continue;
        json_t *converted = convert(level, option, value, err);
        if (!converted)
            return -1;
        json_object_set_new(level->params, option->name, converted);
    }
    return 0;
}
