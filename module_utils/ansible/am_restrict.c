#include <string.h>

#include "ansible/am_level.h"
#include "ansible/am_number.h"
#include "ansible/am_repr.h"
#include "ansible/am_unicode.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/utf8.h"

/* ---- choices */

/* The type of the values that the choices of OPTION are compared with. */
static enum am_type compared_type(const struct am_option *option)
{
    return option->type == AM_LIST && option->elements ? *option->elements : option->type;
}

/* In the table all choices are text; only an option of that type means a number or a truth. */
static bool equals_choice(const struct am_option *option, const json_t *value, const char *choice)
{
    double number = 0;
    enum am_type type = compared_type(option);
    if (json_is_string(value))
        return str_equal(json_string_value(value), choice);
    if (json_is_boolean(value))
        return type == AM_BOOL && str_equal(choice, json_is_true(value) ? "True" : "False");
    if (!json_is_number(value) || (type != AM_INT && type != AM_FLOAT) ||
        !am_number_float(choice, &number))
        return false;
    double wanted = json_number_value(value);
    return number >= wanted && number <= wanted;
}

static bool is_choice(const struct am_option *option, const json_t *value)
{
    for (am_names choice = option->choices; *choice; choice++)
        if (equals_choice(option, value, *choice))
            return true;
    return false;
}

static char *joined(am_names names)
{
    struct buf out;
    buf_init(&out);
    for (am_names name = names; *name; name++)
        buf_printf(&out, "%s%s", name == names ? "" : ", ", *name);
    return buf_steal(&out);
}

/*
 * YAML turned an unquoted yes into true and Ansible into "True". When exactly one of the words
 * for that truth is a choice, it is meant. Borrowed, or NULL.
 */
static const char *meant_choice(const char *text, am_names choices)
{
    static const char *const yes[] = {"y", "yes", "on", "1", "true", "t", NULL};
    static const char *const no[] = {"n", "no", "off", "0", "false", "f", NULL};
    const char *meant = NULL;
    bool truth = str_equal(text, "True");
    if (!truth && !str_equal(text, "False"))
        return NULL;
    for (am_names word = truth ? yes : no; *word; word++) {
        for (am_names choice = choices; *choice; choice++) {
            if (!str_equal(*word, *choice))
                continue;
            if (meant)
                return NULL;
            meant = *choice;
        }
    }
    return meant;
}

static int restrict_list(const struct am_level *level, const struct am_option *option,
                         const json_t *list, struct error **err)
{
    size_t i = 0;
    const json_t *item = NULL;
    auto_strv struct strv others;
    strv_init(&others);
    json_array_foreach (list, i, item)
        if (!is_choice(option, item))
            strv_add_take(&others, am_str(item));
    if (!others.count)
        return 0;
    auto_free char *choices = joined(option->choices);
    auto_free char *unmatched = strv_join(&others, ", ");
    am_level_error(level, err, "value of %s must be one or more of: %s. Got no match for: %s",
                   option->name, choices, unmatched);
    return -1;
}

static int restrict_one(const struct am_level *level, const struct am_option *option,
                        const json_t *value, struct error **err)
{
    if (is_choice(option, value))
        return 0;
    const char *meant =
        json_is_string(value) ? meant_choice(json_string_value(value), option->choices) : NULL;
    if (meant) {
        json_object_set_new(level->params, option->name, json_string(meant));
        return 0;
    }
    auto_free char *choices = joined(option->choices);
    auto_free char *text = am_str(value);
    am_level_error(level, err, "value of %s must be one of: %s, got: %s", option->name, choices,
                   text);
    return -1;
}

int am_restrict_choices(const struct am_level *level, struct error **err)
{
    for (const struct am_option *option = level->options; option->name; option++) {
        const json_t *value = json_object_get(level->params, option->name);
        if (!option->choices || !value)
            continue;
        int status = json_is_array(value) ? restrict_list(level, option, value, err)
                                          : restrict_one(level, option, value, err);
        if (status < 0)
            return -1;
    }
    return 0;
}

/* ---- limits */

static void explain_limits(const struct am_level *level, const struct am_option *option,
                           const char *what, long long number, struct error **err)
{
    const long long *low = option->minimum;
    const long long *high = option->maximum;
    if (low && high)
        am_level_error(level, err, "%s of %s must be between %lld and %lld, got: %lld", what,
                       option->name, *low, *high, number);
    else
        am_level_error(level, err, "%s of %s must be at %s %lld, got: %lld", what, option->name,
                       low ? "least" : "most", low ? *low : *high, number);
}

int am_restrict_limits(const struct am_level *level, struct error **err)
{
    for (const struct am_option *option = level->options; option->name; option++) {
        const json_t *value = json_object_get(level->params, option->name);
        bool text = json_is_string(value);
        if (!text && !json_is_integer(value))
            continue;
        long long number =
            text ? (long long)utf8_count(json_string_value(value)) : json_integer_value(value);
        bool low = option->minimum && number < *option->minimum;
        bool high = option->maximum && number > *option->maximum;
        if (!low && !high)
            continue;
        explain_limits(level, option, text ? "length" : "value", number, err);
        return -1;
    }
    return 0;
}
