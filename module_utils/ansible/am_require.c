#include "ansible/am_level.h"
#include "ansible/am_repr.h"
#include "base/buf.h"
#include "base/mem.h"
#include "json/js_equal.h"

static size_t count_present(const struct am_level *level, am_names names)
{
    size_t count = 0;
    for (; *names; names++)
        count += am_level_has(level, *names);
    return count;
}

static size_t count_names(am_names names)
{
    size_t count = 0;
    while (names[count])
        count++;
    return count;
}

static void add_joined(struct buf *out, am_names names, const char *separator)
{
    for (am_names name = names; *name; name++)
        buf_printf(out, "%s%s", name == names ? "" : separator, *name);
}

int am_require_exclusive(const struct am_level *level, struct error **err)
{
    auto_buf struct buf groups;
    buf_init(&groups);
    for (const am_names *group = level->rules->mutually_exclusive; group && *group; group++) {
        if (count_present(level, *group) < 2)
            continue;
        buf_add_str(&groups, groups.size ? ", " : "");
        add_joined(&groups, *group, "|");
    }
    if (!groups.size)
        return 0;
    am_level_error(level, err, "parameters are mutually exclusive: %s", buf_str(&groups));
    return -1;
}

int am_require_required(const struct am_level *level, struct error **err)
{
    auto_strv struct strv missing;
    strv_init(&missing);
    for (const struct am_option *option = level->options; option->name; option++)
        if (option->required && !am_level_has(level, option->name))
            strv_add(&missing, option->name);
    if (!missing.count)
        return 0;
    strv_sort(&missing);
    auto_free char *names = strv_join(&missing, ", ");
    am_level_error(level, err, "missing required arguments: %s", names);
    return -1;
}

static int check_together(const struct am_level *level, struct error **err)
{
    for (const am_names *group = level->rules->required_together; group && *group; group++) {
        size_t present = count_present(level, *group);
        if (!present || present == count_names(*group))
            continue;
        auto_buf struct buf names;
        buf_init(&names);
        add_joined(&names, *group, ", ");
        am_level_error(level, err, "parameters are required together: %s", buf_str(&names));
        return -1;
    }
    return 0;
}

static int check_one_of(const struct am_level *level, struct error **err)
{
    for (const am_names *group = level->rules->required_one_of; group && *group; group++) {
        if (count_present(level, *group))
            continue;
        auto_buf struct buf names;
        buf_init(&names);
        add_joined(&names, *group, ", ");
        am_level_error(level, err, "one of the following is required: %s", buf_str(&names));
        return -1;
    }
    return 0;
}

/* As Python compares: True is 1 and 1 is 1.0. */
static bool same_value(const json_t *a, const json_t *b)
{
    if (json_is_boolean(a) == json_is_boolean(b))
        return js_equal(a, b);
    const json_t *truth = json_is_boolean(a) ? a : b;
    const json_t *other = json_is_boolean(a) ? b : a;
    json_auto_t *number = json_integer(json_is_true(truth));
    return js_equal(number, other);
}

static int check_one_if(const struct am_level *level, const struct am_required_if *rule,
                        struct error **err)
{
    auto_strv struct strv missing;
    json_auto_t *wanted = am_table_value(rule->value);
    const json_t *value = json_object_get(level->params, rule->option);
    strv_init(&missing);
    if (!value || !same_value(value, wanted))
        return 0;
    for (am_names name = rule->needs; *name; name++)
        if (!am_level_has(level, *name))
            strv_add(&missing, *name);
    if (!missing.count || (rule->any && missing.count < count_names(rule->needs)))
        return 0;
    auto_free char *names = strv_join(&missing, ", ");
    auto_free char *text = am_str(wanted);
    am_level_error(level, err, "%s is %s but %s of the following are missing: %s", rule->option,
                   text, rule->any ? "any" : "all", names);
    return -1;
}

static int check_if(const struct am_level *level, struct error **err)
{
    for (const struct am_required_if *rule = level->rules->required_if; rule && rule->option;
         rule++)
        if (check_one_if(level, rule, err) < 0)
            return -1;
    return 0;
}

/* The one dependency for which null counts as absent. */
static bool is_given(const struct am_level *level, const char *name)
{
    const json_t *value = json_object_get(level->params, name);
    return value && !json_is_null(value);
}

static int check_by(const struct am_level *level, struct error **err)
{
    for (const struct am_required_by *rule = level->rules->required_by; rule && rule->option;
         rule++) {
        auto_strv struct strv missing;
        strv_init(&missing);
        if (!is_given(level, rule->option))
            continue;
        for (am_names name = rule->needs; *name; name++)
            if (!is_given(level, *name))
                strv_add(&missing, *name);
        if (!missing.count)
            continue;
        auto_free char *names = strv_join(&missing, ", ");
        am_level_error(level, err, "missing parameter(s) required by '%s': %s", rule->option,
                       names);
        return -1;
    }
    return 0;
}

int am_require_dependencies(const struct am_level *level, struct error **err)
{
    if (check_together(level, err) < 0 || check_one_of(level, err) < 0)
        return -1;
    return check_if(level, err) < 0 ? -1 : check_by(level, err);
}
