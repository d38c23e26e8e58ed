#include "openstack_resources/args.h"

#include <stdlib.h>
#include <string.h>

#include "ansible/am_get.h"
#include "ansible/am_repr.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_equal.h"
#include "json/js_get.h"

static const char *const states[] = {"present", "absent", "info"};

/* Keys that every kind has. */
static const char *const common[] = {"kind", "state"};

void wish_blame(const struct wish *wish, const char *option, struct error **err)
{
    auto_free char *place = option ? xasprintf("resources[%zu].%s", wish->index, option)
                                   : xasprintf("resources[%zu]", wish->index);
    error_wrap(err, "%s (%s)", place, wish->label);
    error_detail_take(err, "option", json_string(place));
    error_detail_take(err, "object", json_string(wish->label));
}

/* ---- what an item may hold */

static bool is_common(const char *option)
{
    for (size_t i = 0; i < array_length(common); i++)
        if (strcmp(common[i], option) == 0)
            return true;
    return false;
}

static int refuse_key(const struct wish *wish, const char *option, struct error **err)
{
    auto_strv struct strv names;
    strv_init(&names);
    for (const struct field *field = wish->kind->fields; field->option; field++)
        strv_add(&names, field->option);
    auto_free char *list = strv_join(&names, ", ");
    error_make(err, ERROR_USAGE, "a %s has no such key; it takes %s and state", wish->kind->name,
               list);
    wish_blame(wish, option, err);
    return -1;
}

static int check_keys(const struct wish *wish, struct error **err)
{
    const char *option = NULL;
    json_t *value = NULL;
    json_object_foreach (wish->options, option, value)
        if (!json_is_null(value) && !is_common(option) && !kind_field(wish->kind, option))
            return refuse_key(wish, option, err);
    return 0;
}

/* Nothing has an empty name, type, address. */
static bool is_blank(const struct wish *wish, const struct field *field)
{
    const json_t *value = am_value(wish->options, field->option);
    bool text = field->use == FIELD_ADDRESS || field->need != NEED_NOT || field->refers;
    return text && json_is_string(value) && !*json_string_value(value);
}

/* Services keep texts: what is written as a number or as truth becomes one. NULL stays. */
static int make_text(const struct wish *wish, const char *option, const char *key, json_t **value,
                     struct error **err)
{
    if (json_is_string(*value) || json_is_null(*value))
        return 0;
    if (json_is_boolean(*value)) {
        *value = json_string(json_is_true(*value) ? "true" : "false");
        return 1;
    }
    if (json_is_number(*value)) {
        auto_free char *text = am_str(*value);
        *value = json_string(text);
        return 1;
    }
    auto_free char *place = xasprintf("%s.%s", option, key);
    error_make(err, ERROR_USAGE, "it is a %s: give a text, a number, true or false, or null",
               js_type_name(*value));
    wish_blame(wish, place, err);
    return -1;
}

static int read_map(const struct wish *wish, const char *option, struct error **err)
{
    json_t *copy = json_copy(am_value(wish->options, option));
    const char *key = NULL;
    json_t *value = NULL;
    json_object_set_new(wish->options, option, copy);
    json_object_foreach (am_value(wish->options, option), key, value) {
        json_t *text = value;
        int made = make_text(wish, option, key, &text, err);
        if (made < 0)
            return -1;
        if (made > 0)
            json_object_set_new(copy, key, text);
    }
    return 0;
}

static int read_maps(const struct wish *wish, struct error **err)
{
    for (const struct field *field = wish->kind->fields; field->option; field++)
        if (field->use == FIELD_MAP && am_value(wish->options, field->option) &&
            read_map(wish, field->option, err) < 0)
            return -1;
    return 0;
}

static int check_fields(const struct wish *wish, struct error **err)
{
    for (const struct field *field = wish->kind->fields; field->option; field++) {
        bool given = am_value(wish->options, field->option) != NULL;
        bool missing = field->need == NEED_ALWAYS && !given && wish->state != WISH_INFO;
        if (!missing && !is_blank(wish, field))
            continue;
        error_make(err, ERROR_USAGE, "%s",
                   missing ? "it is missing, and without it the object cannot be found"
                           : "it is empty: give a text, or leave the key out");
        wish_blame(wish, field->option, err);
        return -1;
    }
    const char *option = NULL;
    if (!wish->kind->check || wish->state == WISH_INFO ||
        wish->kind->check(wish->options, &option, err) == 0)
        return 0;
    wish_blame(wish, option, err);
    return -1;
}

/* ---- defaults of what objects are found by */

/* Whether an option that is given looks into the domain that DOMAIN_OPTION names. */
static bool domain_matters(const struct wish *wish, const char *domain_option)
{
    if (wish->kind->in_domain && strcmp(domain_option, "domain") == 0)
        return true;
    for (const struct field *field = wish->kind->fields; field->option; field++)
        if (str_equal(field->domain_option, domain_option) &&
            am_value(wish->options, field->option))
            return true;
    return false;
}

/* Without a domain of its own a project is in that of the item. */
static void fill_domains(struct wish *wish)
{
    for (const struct field *field = wish->kind->fields; field->option; field++) {
        bool domain = field->refers && field->target == KIND_DOMAIN;
        if (!domain || am_value(wish->options, field->option) ||
            !domain_matters(wish, field->option))
            continue;
        json_t *value = field->initial_json ? json_loads(field->initial_json, JSON_DECODE_ANY, NULL)
                                            : json_incref(json_object_get(wish->options, "domain"));
        json_object_set_new(wish->options, field->option, value);
    }
}

/* ---- one item */

static char *label_of(const struct wish *wish)
{
    const char *name = am_text(wish->options, "name");
    auto_free char *own = wish->kind->label ? wish->kind->label(wish->options) : NULL;
    if (own)
        return xasprintf("%s %s", wish->kind->name, own);
    return name ? xasprintf("%s \"%s\"", wish->kind->name, name)
                : xasprintf("%ss", wish->kind->name);
}

static int read_wish(struct wish *wish, size_t index, const json_t *item, const json_t *params,
                     struct error **err)
{
    const json_t *from = am_value(item, "state") ? item : params;
    wish->index = index;
    wish->kind = kind_named(am_text(item, "kind"));
    wish->state = (enum wish_state)am_choice(from, "state", states, array_length(states));
    wish->options = json_copy(js_iterable(item));
    wish->label = label_of(wish);
    if (check_keys(wish, err) < 0 || read_maps(wish, err) < 0 || check_fields(wish, err) < 0)
        return -1;
    fill_domains(wish);
    return 0;
}

/* Whether both items are about the same object. */
static bool are_twins(const struct wish *a, const struct wish *b)
{
    if (a->kind != b->kind || a->state == WISH_INFO || b->state == WISH_INFO)
        return false;
    for (const struct field *field = a->kind->fields; field->option; field++)
        if (field->use == FIELD_ADDRESS &&
            !js_equal(am_value(a->options, field->option), am_value(b->options, field->option)))
            return false;
    return true;
}

static int check_twins(const struct resources_args *args, struct error **err)
{
    for (size_t i = 0; i < args->count; i++)
        for (size_t j = i + 1; j < args->count; j++) {
            if (!are_twins(&args->wishes[i], &args->wishes[j]))
                continue;
            error_make(err, ERROR_USAGE, "resources[%zu] describes the same: leave out one of both",
                       i);
            wish_blame(&args->wishes[j], NULL, err);
            return -1;
        }
    return 0;
}

int resources_args_read(struct resources_args *args, const json_t *params, struct strv *warnings,
                        struct error **err)
{
    const json_t *list = am_value(params, "resources");
    *args = (struct resources_args){.cloud = cloud_settings_read(params, warnings)};
    args->wishes = xcalloc(json_array_size(list) + 1, sizeof(*args->wishes));
    int status = 0;
    while (status == 0 && args->count < json_array_size(list)) {
        size_t index = args->count++;
        status = read_wish(&args->wishes[index], index, json_array_get(list, index), params, err);
    }
    if (status == 0 && check_twins(args, err) == 0)
        return 0;
    resources_args_clear(args);
    return -1;
}

void resources_args_clear(struct resources_args *args)
{
    for (size_t i = 0; i < args->count; i++) {
        json_decref(args->wishes[i].options);
        free(args->wishes[i].label);
    }
    free(args->wishes);
    *args = (struct resources_args){0};
}
