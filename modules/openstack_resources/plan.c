#include "openstack_resources/plan.h"

#include <stdlib.h>

#include "ansible/am_get.h"
#include "base/str.h"
#include "json/js_equal.h"
#include "json/js_get.h"
#include "openstack_resources/refs.h"

/* ---- differences */

/* What the attribute of FIELD is, owned: what is not said means something too. */
static json_t *value_now(const struct resource *item, const struct field *field)
{
    json_t *value = json_object_get(item->found, field->attribute);
    if (value && !json_is_null(value))
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

static int compare_ref(const struct resources *all, struct resource *item,
                       const struct field *field, struct error **err)
{
    struct ref ref = {0};
    const char *has = js_str(item->found, field->attribute, NULL);
    if (ref_of_option(all, item, field->option, &ref, err) < 0)
        return -1;
    if (ref.id && str_equal(ref.id, has))
        return 0;
    note(item, field, has ? json_string(has) : json_null(),
         json_incref(am_value(item->options, field->option)));
    return 0;
}

static int compare(const struct resources *all, struct resource *item, const struct field *field,
                   struct error **err)
{
    json_t *wanted = am_value(item->options, field->option);
    if (field->use == FIELD_SECRET) {
        if (item->password_wrong)
            note(item, field, json_string("(another one)"), json_string("(the given one)"));
        return 0;
    }
    if (field->use != FIELD_VALUE || !wanted)
        return 0;
    if (field->refers)
        return compare_ref(all, item, field, err);
    json_auto_t *now = value_now(item, field);
    if (!js_equal(now, wanted))
        note(item, field, json_incref(now), json_incref(wanted));
    return 0;
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

static int plan_present(const struct resources *all, struct resource *item, struct error **err)
{
    if (refs_check(all, item, err) < 0)
        return -1;
    if (!item->found) {
        item->action = ACTION_CREATE;
        return check_new(item, err);
    }
    item->differences = json_object();
    for (const struct field *field = item->kind->fields; field->option; field++)
        if (compare(all, item, field, err) < 0)
            return -1;
    if (json_object_size(item->differences))
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
