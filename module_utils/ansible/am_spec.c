#include "ansible/am_spec.h"

#include "ansible/am_level.h"
#include "ansible/am_run.h"
#include "base/mem.h"

static int validate_suboptions(const struct am_level *level, const struct am_option *option,
                               struct error **err);

/* Ansible's order of work; whatever fails first is the one error that the user sees. */
static int validate_level(const struct am_level *level, struct error **err)
{
    am_fill_fallbacks(level);
    if (am_fill_aliases(level, err) < 0 || am_hide_values(level, err) < 0)
        return -1;
    am_unknown_collect(level);
    if (am_require_exclusive(level, err) < 0)
        return -1;
    am_fill_defaults(level);
    if (am_require_required(level, err) < 0 || am_convert_types(level, err) < 0 ||
        am_restrict_choices(level, err) < 0 || am_restrict_limits(level, err) < 0 ||
        am_require_dependencies(level, err) < 0)
        return -1;
    am_fill_nulls(level);
    for (const struct am_option *option = level->options; option->name; option++)
        if (am_option_has_suboptions(option) && validate_suboptions(level, option, err) < 0)
            return -1;
    return 0;
}

static int validate_item(const struct am_level *level, const struct am_option *option, json_t *item,
                         long index, struct error **err)
{
    static const struct am_spec no_rules;
    if (!json_is_object(item)) {
        error_make(err, ERROR_USAGE, "value of '%s' must be of type dict or list of dicts",
                   option->name);
        return -1;
    }
    const struct am_level below = {
        .options = option->options,
        .rules = option->dependencies ? option->dependencies : &no_rules,
        .params = item,
        .walk = level->walk,
        .parent = level,
        .name = option->name,
        .index = index,
        .numbered = option->numbered,
    };
    return validate_level(&below, err);
}

static int validate_suboptions(const struct am_level *level, const struct am_option *option,
                               struct error **err)
{
    size_t i = 0;
    json_t *item = NULL;
    json_t *value = json_object_get(level->params, option->name);
    if (json_is_null(value)) {
        if (!option->apply_defaults)
            return 0;
        value = json_object();
        json_object_set_new(level->params, option->name, value);
    }
    bool list = option->type == AM_LIST;
    if (!json_is_array(value))
        return validate_item(level, option, value, list ? 0 : -1, err);
    json_array_foreach (value, i, item)
        if (validate_item(level, option, item, list ? (long)i : -1, err) < 0)
            return -1;
    return 0;
}

int am_spec_validate(const struct am_spec *spec, json_t *params, struct am_context *context,
                     struct error **err)
{
    struct am_walk walk = {.secrets = context->secrets, .warnings = &context->warnings};
    const struct am_level top = {
        .options = spec->options, .rules = spec, .params = params, .walk = &walk, .index = -1};
    int status = validate_level(&top, err);
    if (status == 0 && !context->ignore_unknown_options)
        status = am_unknown_check(&walk, context->module_name, err);
    strv_clear(&walk.unknown);
    mem_cleanup_free(&walk.supported);
    return status;
}
