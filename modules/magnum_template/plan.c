#include "magnum_template/plan.h"

#include <stdlib.h>
#include <string.h>

#include "ansible/am_repr.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "magnum_template/compare.h"
#include "magnum_template/fields.h"
#include "magnum_template/find.h"
#include "magnum_template/labels.h"

/* ---- requests */

/* Magnum takes the labels of a PATCH as a text that holds a Python literal. An object whose members
 * are all texts is one when it is written as JSON, but for "\/" and surrogate pairs, which jansson
 * does not write by default. */
static json_t *patch_value(const char *attribute, json_t *value)
{
    if (strcmp(attribute, "labels") != 0)
        return json_incref(value);
    auto_free char *text = json_dumps(value, JSON_SORT_KEYS);
    return json_string(text);
}

json_t *magnum_operations(const json_t *differences, const char *only)
{
    json_t *operations = json_array();
    const char *attribute = NULL;
    json_t *change = NULL;
    json_object_foreach (js_iterable(differences), attribute, change) {
        json_t *after = json_object_get(change, "after");
        auto_free char *path = xasprintf("/%s", attribute);
        if (only && strcmp(only, attribute) != 0)
            continue;
        /* "replace" works on what is null too, "add" does not work on what is there. */
        json_array_append_new(operations,
                              json_is_null(after)
                                  ? json_pack("{s:s, s:s}", "op", "remove", "path", path)
                                  : json_pack("{s:s, s:s, s:o}", "op", "replace", "path", path,
                                              "value", patch_value(attribute, after)));
    }
    return operations;
}

/* What a new template gets when the task says nothing, as openstack.cloud sends it. */
static void add_defaults(json_t *body)
{
    static const char *const flags[] = {"floating_ip_enabled", "master_lb_enabled"};
    for (size_t i = 0; i < array_length(flags); i++)
        if (!json_object_get(body, flags[i]))
            json_object_set_new(body, flags[i],
                                json_boolean(field_of_attribute(flags[i])->when_missing));
}

/* An empty map of labels is what Magnum fills in anyway. */
static json_t *create_body(const struct magnum *magnum, const struct magnum_item *item)
{
    json_t *body = magnum_applied(magnum, item, NULL);
    if (!json_object_size(json_object_get(body, "labels")))
        json_object_del(body, "labels");
    if (item->wish->uuid)
        json_object_set_new(body, "uuid", json_string(item->wish->uuid));
    add_defaults(body);
    return body;
}

/* The body of the POST that makes a copy of found as it should be, under NAME. Owned. */
static json_t *successor(const struct magnum *magnum, const struct magnum_item *item,
                         const char *name)
{
    json_auto_t *whole = magnum_applied(magnum, item, item->found);
    json_t *body = json_object();
    for (size_t i = 0; i < magnum_field_count; i++) {
        const struct field *field = &magnum_fields[i];
        json_t *value = json_object_get(whole, field->attribute);
        bool filled = field->kind == FIELD_IGNORED || !value || json_is_null(value);
        /* Needs a right that who changes other attributes may not have. */
        bool plain_false = field->in_use != IN_USE_NEVER && json_is_false(value);
        if (!filled && !plain_false)
            json_object_set(body, field->attribute, value);
    }
    /* A driver fits one distribution. */
    bool other_distro = item->immutable && !json_object_get(item->wish->wanted, "driver");
    if (other_distro && json_object_get(item->differences, "image_id"))
        json_object_del(body, "driver");
    json_object_set_new(body, "name", json_string(name));
    return body;
}

/* ---- checks */

static int check_floating_ip(const struct magnum_item *item, const json_t *template_,
                             struct error **err)
{
    bool wanted = json_is_true(json_object_get(item->wish->wanted, "floating_ip_enabled"));
    bool enabled = json_is_true(json_object_get(template_, "floating_ip_enabled"));
    if (!enabled || (!wanted && item->found) || js_str(template_, "external_network_id", NULL))
        return 0;
    error_make(
        err, ERROR_USAGE,
        "is_floating_ip_enabled is True but external_network_id is missing; nodes get floating "
        "IPs from that network (a new template has is_floating_ip_enabled: true unless the "
        "task says otherwise, as with openstack.cloud)");
    return -1;
}

static int check_required(const struct magnum_item *item, const json_t *body, struct error **err)
{
    static const char *const names[] = {"name", "coe", "image_id"};
    auto_strv struct strv missing;
    strv_init(&missing);
    for (size_t i = 0; i < array_length(names); i++)
        if (!js_str(body, names[i], NULL))
            strv_add(&missing, names[i]);
    if (!missing.count)
        return check_floating_ip(item, body, err);
    auto_free char *list = strv_join(&missing, ", ");
    error_make(err, ERROR_USAGE,
               "there is no such template, and to create it all of the following are missing: %s",
               list);
    return -1;
}

/* Attributes that the wish empties although Magnum keeps them. */
static int check_mandatory(const json_t *differences, struct error **err)
{
    const char *attribute = NULL;
    json_t *change = NULL;
    json_object_foreach (js_iterable(differences), attribute, change) {
        const struct field *field = field_of_attribute(attribute);
        if (!field->mandatory || !json_is_null(json_object_get(change, "after")))
            continue;
        const char *before = js_str(change, "before", NULL);
        error_make(
            err, ERROR_USAGE,
            "%s: it is \"%s\" and cannot be removed: Magnum's API refuses that with '/%s' is a "
            "mandatory attribute and can not be removed; give the value that it should have",
            field->option, before ? before : "", attribute);
        return -1;
    }
    return 0;
}

int magnum_check_labels(const struct magnum *magnum, struct magnum_item *item,
                        const json_t *template_, struct error **err)
{
    auto_strv struct strv texts;
    strv_init(&texts);
    enum magnum_check check = magnum->args.label_check;
    if (check == CHECK_VEXXHOST || (check == CHECK_AUTO && labels_concern(template_)))
        labels_check(template_, &texts);
    if (check != CHECK_NONE)
        labels_warn_numbers(json_object_get(item->wish->wanted, "labels"), &texts);
    if (!texts.count)
        return 0;
    if (magnum->args.label_errors) {
        auto_free char *list = strv_join(&texts, "\n");
        error_make(err, ERROR_USAGE, "label_check_level is error, and label_check found:\n%s",
                   list);
        return -1;
    }
    auto_free char *label = magnum_label(item);
    for (size_t i = 0; i < texts.count; i++) {
        auto_free char *text = xasprintf("%s: %s", label, texts.items[i]);
        strv_add_once(&item->warnings, text);
    }
    return 0;
}

/* ---- an image of another distribution */

/* The os_distro of the image that TEXT stands for; NULL: not known. Borrowed. */
static const char *distro_of(const struct magnum *magnum, const char *text)
{
    const struct osk_lookup *answer = text ? magnum_lookup_find(magnum, OSK_IMAGE, text) : NULL;
    if (!answer || json_array_size(answer->found) != 1)
        return NULL;
    return js_str(json_array_get(answer->found, 0), "os_distro", NULL);
}

/* Why an image cannot be changed in place, owned; NULL: it can. Magnum changes the image alone, and
 * the distribution that it noted at creation chooses the driver. */
static char *other_distro(const struct magnum *magnum, const struct magnum_item *item)
{
    const char *image = js_str(item->differences, "image_id", "after", NULL);
    const char *has = js_str(item->found, "cluster_distro", NULL);
    const char *wants = distro_of(magnum, image);
    if (!has || !wants || strcmp(has, wants) == 0)
        return NULL;
    return xasprintf(
        "image_id: the template was made for the distribution %s, and the image \"%s\" "
        "is %s (its os_distro); Magnum would change the image and keep the distribution, "
        "by which it chooses the driver",
        has, image, wants);
}

/* ---- one item */

static json_t *option_names(const json_t *differences)
{
    json_t *names = json_array();
    const char *attribute = NULL;
    json_t *change = NULL;
    json_object_foreach (js_iterable(differences), attribute, change)
        json_array_append_new(names, json_string(field_of_attribute(attribute)->option));
    return names;
}

bool magnum_fits_in_use(const struct magnum_item *item)
{
    const char *attribute = NULL;
    json_t *change = NULL;
    json_object_foreach (item->differences, attribute, change) {
        const json_t *after = json_object_get(change, "after");
        switch (field_of_attribute(attribute)->in_use) {
        case IN_USE_NEVER:
            return false;
        case IN_USE_ANY:
            break;
        case IN_USE_TO_TRUE:
            if (!json_is_true(after))
                return false;
            break;
        case IN_USE_TO_VALUE:
            if (json_is_null(after))
                return false;
            break;
        }
    }
    return true;
}

int magnum_plan_immutable(struct magnum *magnum, struct magnum_item *item, const char *why,
                          struct error **err)
{
    const char *name = item->wish->name ? item->wish->name : js_str(item->found, "name", NULL);
    if (magnum->args.immutable == IMMUTABLE_FAIL) {
        json_auto_t *names = option_names(item->differences);
        auto_free char *list = am_repr(names);
        error_make(
            err, ERROR_USAGE,
            "%s; what differs: %s. on_immutable: recreate makes a new template of this name "
            "and retires the old one, on_immutable: new_version makes one of the name \"%s-v%u\"",
            why, list, name ? name : "", item->version + 1);
        error_detail_take(err, "differences", json_incref(names));
        return -1;
    }
    free(item->immutable);
    item->immutable = xstrdup(why);
    bool version = magnum->args.immutable == IMMUTABLE_NEW_VERSION;
    unsigned number = 1;
    auto_free char *base = magnum_base_name(name ? name : "", &number);
    auto_free char *next = version ? xasprintf("%s-v%u", item->wish->name ? item->wish->name : base,
                                               (item->wish->name ? item->version : number) + 1)
                                   : xstrdup(name ? name : "");
    json_decref(item->body);
    item->body = successor(magnum, item, next);
    item->action = version ? ACTION_NEW_VERSION : ACTION_RECREATE;
    return 0;
}

static int plan_create(struct magnum *magnum, struct magnum_item *item, struct error **err)
{
    item->action = ACTION_CREATE;
    item->body = create_body(magnum, item);
    if (check_required(item, item->body, err) < 0)
        return -1;
    json_auto_t *expected = json_copy(item->body);
    const char *distro = distro_of(magnum, js_str(item->body, "image_id", NULL));
    if (distro)
        json_object_set_new(expected, "cluster_distro", json_string(distro));
    return magnum_check_labels(magnum, item, expected, err);
}

static int refuse_update(const struct magnum_item *item, struct error **err)
{
    json_auto_t *names = option_names(item->differences);
    auto_free char *list = am_repr(names);
    error_make(err, ERROR_USAGE, "Cannot update parameters %s", list);
    error_append(err, " (update_policy is never)");
    error_detail_take(err, "differences", json_incref(names));
    return -1;
}

static int plan_update(struct magnum *magnum, struct magnum_item *item, struct error **err)
{
    if (item->foreign) {
        error_make(
            err, ERROR_USAGE,
            "it belongs to another project (%s) and differs from what is wanted; only its own "
            "project may change it: use another name, or scope: own to make one here",
            js_str(item->found, "project_id", NULL));
        return -1;
    }
    if (magnum->args.update == MAGNUM_NEVER)
        return refuse_update(item, err);
    if (check_mandatory(item->differences, err) < 0)
        return -1;
    if (magnum->args.update == MAGNUM_RECREATE) {
        const char *name = item->wish->name ? item->wish->name : js_str(item->found, "name", NULL);
        item->action = ACTION_RECREATE;
        item->body = successor(magnum, item, name ? name : "");
        return 0;
    }
    auto_free char *why = other_distro(magnum, item);
    if (why)
        return magnum_plan_immutable(magnum, item, why, err);
    item->action = ACTION_UPDATE;
    item->operations = magnum_operations(item->differences, NULL);
    return 0;
}

static int plan_present(struct magnum *magnum, struct magnum_item *item, struct error **err)
{
    if (!item->found)
        return plan_create(magnum, item, err);
    item->differences = magnum_differences(magnum, item);
    json_auto_t *after = magnum_applied(magnum, item, item->found);
    if (check_floating_ip(item, after, err) < 0 ||
        magnum_check_labels(magnum, item, after, err) < 0)
        return -1;
    return json_object_size(item->differences) ? plan_update(magnum, item, err) : 0;
}

/* Of another project: not ours to delete. An admin may, by its UUID. */
static int plan_absent(struct magnum_item *item)
{
    if (item->found && (!item->foreign || item->wish->uuid))
        item->action = ACTION_DELETE;
    return 0;
}

int magnum_plan_item(struct magnum *magnum, struct magnum_item *item, struct error **err)
{
    magnum_item_replan(item);
    int result = 0;
    if (item->wish->state == MAGNUM_PRESENT)
        result = plan_present(magnum, item, err);
    else if (item->wish->state == MAGNUM_ABSENT)
        result = plan_absent(item);
    if (result == 0)
        return 0;
    auto_free char *label = magnum_label(item);
    error_wrap(err, "%s", label);
    return -1;
}

int magnum_plan(void *state, struct error **err)
{
    struct magnum *magnum = state;
    for (size_t i = 0; i < magnum->count; i++)
        if (magnum_plan_item(magnum, &magnum->items[i], err) < 0)
            return -1;
    return 0;
}
