#include "magnum_template/compare.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "magnum_template/labels.h"

enum osk_kind magnum_kind(const struct field *field)
{
    static const enum osk_kind kinds[] = {
        [FIELD_NAMES_NOTHING] = OSK_KINDS, [FIELD_NAMES_IMAGE] = OSK_IMAGE,
        [FIELD_NAMES_FLAVOR] = OSK_FLAVOR, [FIELD_NAMES_NETWORK] = OSK_NETWORK,
        [FIELD_NAMES_SUBNET] = OSK_SUBNET, [FIELD_NAMES_KEYPAIR] = OSK_KEYPAIR,
    };
    return kinds[field->names];
}

/* A key pair has no other ID than its name. A name and an ID may be one thing, two names or two
 * IDs are not; of flavors anything may be an ID. */
bool magnum_worth_asking(const struct magnum *magnum, enum osk_kind kind, const char *wanted,
                         const char *has)
{
    if (!magnum->args.resolve || kind == OSK_KINDS || kind == OSK_KEYPAIR)
        return false;
    if (kind == OSK_IMAGE && magnum->args.image_strict)
        return false;
    return kind == OSK_FLAVOR || osk_is_uuid(wanted) != osk_is_uuid(has);
}

static bool same_thing(const struct magnum *magnum, struct magnum_item *item,
                       const struct field *field, const char *wanted, const char *has)
{
    enum osk_kind kind = magnum_kind(field);
    const char *const texts[] = {wanted, has};
    const struct osk_lookup *answers[2] = {NULL, NULL};
    if (!magnum_worth_asking(magnum, kind, wanted, has))
        return false;
    for (size_t i = 0; i < array_length(texts); i++) {
        answers[i] = magnum_lookup_find(magnum, kind, texts[i]);
        if (!answers[i] || !answers[i]->error)
            continue;
        strv_printf(
            &item->warnings,
            "%s: whether \"%s\" and \"%s\" are one %s could not be looked up, so they count as "
            "different: %s",
            field->option, wanted, has, osk_kind_name(kind), answers[i]->error->message);
        return false;
    }
    return answers[0] && answers[1] && osk_lookup_same(answers[0], answers[1]);
}

static json_t *difference(const json_t *before, json_t *after_take)
{
    return json_pack("{s:O, s:o}", "before", before ? before : json_null(), "after", after_take);
}

/* The wished value; with image_strict the ID of the image that a name stands for today. */
static json_t *wished(const struct magnum *magnum, const struct field *field, json_t *wanted)
{
    const char *text = json_string_value(wanted);
    const struct osk_lookup *answer = NULL;
    if (text && field->names == FIELD_NAMES_IMAGE && magnum->args.image_strict)
        answer = magnum_lookup_find(magnum, OSK_IMAGE, text);
    bool one = answer && json_array_size(answer->found) == 1;
    const char *id = one ? js_str(json_array_get(answer->found, 0), "id", NULL) : NULL;
    return id ? json_string(id) : json_incref(wanted);
}

/* What the field becomes when it is removed: Magnum fills flags. */
static json_t *removed(const struct field *field)
{
    return field->kind == FIELD_FLAG ? json_boolean(field->when_missing) : json_null();
}

static void compare_labels(const struct magnum *magnum, const json_t *wanted, const json_t *has,
                           json_t *out)
{
    json_auto_t *after = labels_after(wanted, has, magnum->args.labels_merge);
    json_auto_t *empty = json_object();
    const json_t *before = json_is_object(has) ? has : empty;
    if (!json_equal(js_iterable(before), after))
        json_object_set_new(out, "labels", difference(before, json_incref(after)));
}

static bool is_renamed(const struct magnum_item *item, const struct field *field)
{
    return strcmp(field->attribute, "name") != 0 || item->wish->uuid;
}

json_t *magnum_differences(const struct magnum *magnum, struct magnum_item *item)
{
    json_t *out = json_object();
    for (size_t i = 0; i < magnum_field_count; i++) {
        const struct field *field = &magnum_fields[i];
        json_t *given = json_object_get(item->wish->wanted, field->attribute);
        const json_t *has = json_object_get(item->found, field->attribute);
        /* A template that was found by its name has the name that it should have. */
        if (!given || !is_renamed(item, field))
            continue;
        if (field->kind == FIELD_LABELS) {
            compare_labels(magnum, given, has, out);
            continue;
        }
        json_auto_t *wanted = wished(magnum, field, given);
        const char *text = json_string_value(wanted);
        const char *stored = json_string_value(has);
        bool equal = field_equal(field, wanted, has) ||
                     (text && stored && same_thing(magnum, item, field, text, stored));
        if (!equal)
            json_object_set_new(
                out, field->attribute,
                difference(has, json_is_null(wanted) ? removed(field) : json_incref(wanted)));
    }
    return out;
}

json_t *magnum_applied(const struct magnum *magnum, const struct magnum_item *item,
                       const json_t *base)
{
    json_t *out = base ? json_copy(js_iterable(base)) : json_object();
    const char *attribute = NULL;
    json_t *change = NULL;
    if (base) {
        json_object_foreach (item->differences, attribute, change)
            json_object_set(out, attribute, json_object_get(change, "after"));
        return out;
    }
    json_object_foreach (item->wish->wanted, attribute, change) {
        const struct field *field = field_of_attribute(attribute);
        if (field->kind == FIELD_LABELS)
            json_object_set_new(out, attribute, labels_after(change, NULL, false));
        else if (!json_is_null(change))
            json_object_set_new(out, attribute, wished(magnum, field, change));
    }
    return out;
}
