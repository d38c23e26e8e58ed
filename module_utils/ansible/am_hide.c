#include "ansible/am_coerce.h"
#include "ansible/am_level.h"
#include "ansible/am_repr.h"
#include "base/mem.h"

static int hide_object(const struct am_option *options, json_t *params, struct am_secrets *secrets,
                       struct error **err);

/* One object of sub-options, which may have come as text. */
static int hide_item(const struct am_option *option, json_t *item, struct am_secrets *secrets,
                     struct error **err)
{
    json_auto_t *object = NULL;
    if (json_is_string(item)) {
        object = am_coerce(AM_DICT, item, err);
        if (!object) {
            /* It cannot be told which part of a broken text is the secret one. */
            am_secrets_add_value(secrets, item);
            return -1;
        }
    } else if (json_is_object(item)) {
        object = json_incref(item);
    } else {
        auto_free char *text = am_str(item);
        error_make(err, ERROR_USAGE,
                   "Value '%s' in the sub parameter field '%s' must be a %s, not '%s'", text,
                   option->name, am_type_word(option->type), am_type_name(item));
        return -1;
    }
    return hide_object(option->options, object, secrets, err);
}

/* Every item is looked at even behind a broken one; the first error is the one reported. */
static int hide_suboptions(const struct am_option *option, json_t *value,
                           struct am_secrets *secrets, struct error **err)
{
    size_t i = 0;
    json_t *item = NULL;
    int status = 0;
    if (!json_is_array(value))
        return hide_item(option, value, secrets, err);
    json_array_foreach (value, i, item) {
        if (hide_item(option, item, secrets, status < 0 ? NULL : err) < 0)
            status = -1;
    }
    return status;
}

static int hide_value(const struct am_option *option, json_t *value, struct am_secrets *secrets,
                      struct error **err)
{
    if (!value || json_is_null(value))
        return 0;
    if (option->no_log)
        am_secrets_add_value(secrets, value);
    return am_option_has_suboptions(option) ? hide_suboptions(option, value, secrets, err) : 0;
}

static int hide_object(const struct am_option *options, json_t *params, struct am_secrets *secrets,
                       struct error **err)
{
    int status = 0;
    for (const struct am_option *option = options; option->name; option++) {
        json_t *value = json_object_get(params, option->name);
        if (hide_value(option, value, secrets, status < 0 ? NULL : err) < 0)
            status = -1;
        /* Inside of sub-options the aliases are still to be resolved: their errors come then. */
        for (am_names alias = option->aliases; alias && *alias; alias++)
            if (hide_value(option, json_object_get(params, *alias), secrets, NULL) < 0)
                continue;
    }
    return status;
}

int am_hide_values(const struct am_level *level, struct error **err)
{
    return hide_object(level->options, level->params, level->walk->secrets, err);
}
