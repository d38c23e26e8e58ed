#include "openstack_resources/plan.h"

#include <stdlib.h>

#include "ansible/am_get.h"
#include "ansible/am_repr.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_equal.h"
#include "json/js_get.h"
#include "openstack_resources/refs.h"

/* ---- differences */

/* What the attribute of FIELD is, owned: what is not said means something too. */
static json_t *value_now(const struct resource *item, const struct field *field)
{
    json_t *value = json_object_get(item->found, field->attribute);
    /* Nova of that version says "" for no swap. */
    bool blank = json_is_string(value) && !json_string_length(value);
    if (value && !json_is_null(value) && !(blank && field->missing_json))
        return json_incref(value);
    return field->missing_json ? json_loads(field->missing_json, JSON_DECODE_ANY, NULL)
                               : json_null();
}

static void note(struct resource *item, const struct field *field, json_t *before_take,
                 json_t *after_take)
{
    json_object_set_new(item->differences, field->option,
                        json_pack("{s:o, s:o}", "before", before_take, "after", after_take));
}

/* The reference was checked: it names one object, which may not be there yet. */
static void compare_ref(const struct resources *all, struct resource *item,
                        const struct field *field)
{
    struct ref ref = {0};
    const char *has = js_str(item->found, field->attribute, NULL);
    if (ref_of_option(all, item, field->option, &ref, NULL) == 0 && ref.id &&
        str_equal(ref.id, has))
        return;
    note(item, field, has ? json_string(has) : json_null(),
         json_incref(am_value(item->options, field->option)));
}

/* Services print truth as Python does, people write it as YAML does. */
static bool same_text(const char *a, const char *b)
{
    bool truth = str_equal_nocase(a, "true") || str_equal_nocase(a, "false");
    return truth ? str_equal_nocase(a, b) : str_equal(a, b);
}

static void compare_map(struct resource *item, const struct field *field, const json_t *wanted)
{
    const json_t *now =
        field->attribute ? json_object_get(item->found, field->attribute) : item->found;
    json_auto_t *before = json_object();
    json_auto_t *after = json_object();
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach (js_iterable(wanted), key, value) {
        json_t *has = json_object_get(now, key);
        bool gone = !has || json_is_null(has);
        if (json_is_null(value) ? gone
                                : same_text(json_string_value(has), json_string_value(value)))
            continue;
        if (!gone)
            json_object_set(before, key, has);
        json_object_set(after, key, value);
    }
    if (json_object_size(after))
        note(item, field, json_incref(before), json_incref(after));
}

/* Contents by their hashes: of the file the one that is known. */
static void note_content(struct resource *item, const struct field *field)
{
    const char *has = js_str(item->found, "os_hash_value", NULL);
    const char *wanted = item->content.sha512 ? item->content.sha512 : item->content.sha256;
    note(item, field, has ? json_string(has) : json_null(),
         wanted ? json_string(wanted) : json_null());
}

static void compare(const struct resources *all, struct resource *item, const struct field *field)
{
    json_t *wanted = am_value(item->options, field->option);
    if (field->use == FIELD_CONTENT && item->content_differs)
        note_content(item, field);
    if (field->use == FIELD_SECRET && item->password_was)
        note(item, field, json_string(item->password_was), json_string("(the given one)"));
    if (!wanted)
        return;
    if (field->use == FIELD_MAP)
        compare_map(item, field, wanted);
    if (field->use != FIELD_VALUE && field->use != FIELD_FIXED)
        return;
    if (field->refers) {
        compare_ref(all, item, field);
        return;
    }
    json_auto_t *now = value_now(item, field);
    if (!js_equal(now, wanted))
        note(item, field, json_incref(now), json_incref(wanted));
}

/* ---- one item */

static int check_new(const struct resource *item, struct error **err)
{
    for (const struct field *field = item->kind->fields; field->option; field++) {
        if (field->need == NEED_NOT || am_value(item->options, field->option))
            continue;
        error_make(err, ERROR_USAGE,
                   "it is missing, and there is no such %s yet: it is needed to make one",
                   item->kind->name);
        wish_blame(item->wish, field->option, err);
        return -1;
    }
    return 0;
}

/* ---- what cannot be changed */

/* The fixed fields that differ; owned. */
static json_t *fixed_differences(const struct resource *item)
{
    json_t *names = json_array();
    for (const struct field *field = item->kind->fields; field->option; field++)
        if ((field->use == FIELD_FIXED || field->use == FIELD_CONTENT) &&
            json_object_get(item->differences, field->option))
            json_array_append_new(names, json_string(field->option));
    return names;
}

static int refuse_fixed(const struct resource *item, const json_t *names, struct error **err)
{
    const char *first = json_string_value(json_array_get(names, 0));
    const json_t *change = json_object_get(item->differences, first);
    auto_free char *before = am_str(json_object_get(change, "before"));
    auto_free char *after = am_str(json_object_get(change, "after"));
    auto_free char *list = am_repr(names);
    error_make(err, ERROR_USAGE,
               "it is %s and not %s, and %s does not change that in a %s (what differs so: %s); %s "
               "says what else to do",
               before, after, osk_service_name(item->kind->service), item->kind->name, list,
               item->kind->fixed_policy);
    error_detail_take(err, "differences", json_incref(js_iterable(names)));
    wish_blame(item->wish, first, err);
    return -1;
}

static int plan_fixed(struct resource *item, struct error **err)
{
    json_auto_t *names = fixed_differences(item);
    const char *policy =
        item->kind->fixed_policy ? am_text(item->options, item->kind->fixed_policy) : NULL;
    size_t index = 0;
    json_t *name = NULL;
    if (!json_array_size(names))
        return 0;
    if (!policy || str_equal(policy, "fail"))
        return refuse_fixed(item, names, err);
    if (!str_equal(policy, "keep")) {
        item->action = ACTION_RECREATE;
        return 0;
    }
    json_array_foreach (names, index, name)
        json_object_del(item->differences, json_string_value(name));
    return 0;
}

static int plan_present(const struct resources *all, struct resource *item, struct error **err)
{
    if (refs_check(all, item, err) < 0)
        return -1;
    if (!item->found || item->content_missing) {
        item->action = ACTION_CREATE;
        return check_new(item, err);
    }
    item->differences = json_object();
    for (const struct field *field = item->kind->fields; field->option; field++)
        compare(all, item, field);
    if (plan_fixed(item, err) < 0)
        return -1;
    if (item->action == ACTION_NONE && json_object_size(item->differences))
        item->action = ACTION_UPDATE;
    return 0;
}

int resources_plan(void *state, struct error **err)
{
    struct resources *all = state;
    for (size_t i = 0; i < all->count; i++) {
        struct resource *item = &all->items[i];
        if (item->wish->state == WISH_PRESENT && plan_present(all, item, err) < 0)
            return -1;
        if (item->wish->state == WISH_ABSENT && item->found)
            item->action = ACTION_REMOVE;
    }
    return 0;
}
