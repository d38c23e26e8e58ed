/* Flavors of Nova. Of one that exists only the extra specs can be changed. */
#include "ansible/am_get.h"
#include "base/mem.h"
#include "http/url.h"
#include "json/js_get.h"
#include "openstack_resources/send.h"

static const struct field fields[] = {
    FIELD_NAME,
    {.option = "vcpus", .use = FIELD_FIXED, .need = NEED_TO_CREATE, .attribute = "vcpus"},
    {.option = "ram", .use = FIELD_FIXED, .need = NEED_TO_CREATE, .attribute = "ram"},
    {.option = "disk", .use = FIELD_FIXED, .need = NEED_TO_CREATE, .attribute = "disk"},
    {.option = "ephemeral",
     .use = FIELD_FIXED,
     .attribute = "OS-FLV-EXT-DATA:ephemeral",
     .missing_json = "0"},
    {.option = "swap", .use = FIELD_FIXED, .attribute = "swap", .missing_json = "0"},
    {.option = "is_public",
     .use = FIELD_FIXED,
     .attribute = "os-flavor-access:is_public",
     .missing_json = "true"},
    {.option = "extra_specs", .use = FIELD_MAP, .attribute = "extra_specs"},
    {.option = "on_immutable", .use = FIELD_POLICY},
    FIELD_END,
};

/* ---- extra specs */

static int set_specs(const struct resources *all, struct resource *item, const json_t *specs,
                     struct error **err)
{
    auto_free char *flavor = resource_path(item);
    auto_free char *path = xasprintf("%s/os-extra_specs", flavor);
    json_auto_t *body = json_pack("{s:O}", "extra_specs", specs);
    const struct osk_change_request request = {
        .service = OSK_NOVA, .method = "POST", .path = path, .body = body};
    if (!json_object_size(specs))
        return 0;
    if (osk_rest_send(all->client, &request, NULL, err) < 0)
        return -1;
    item->changed = true;
    return 0;
}

static int unset_spec(const struct resources *all, struct resource *item, const char *key,
                      struct error **err)
{
    auto_free char *flavor = resource_path(item);
    auto_buf struct buf path;
    buf_init(&path);
    buf_printf(&path, "%s/os-extra_specs/", flavor);
    url_escape(&path, key);
    return resource_delete_at(all, item, buf_str(&path), err);
}

/* SPECS: key → text, or null for what is to go. */
static int write_specs(const struct resources *all, struct resource *item, const json_t *specs,
                       struct error **err)
{
    json_auto_t *texts = json_object();
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach (js_iterable(specs), key, value)
        if (json_is_string(value))
            json_object_set(texts, key, value);
    if (set_specs(all, item, texts, err) < 0)
        return -1;
    json_object_foreach (js_iterable(specs), key, value)
        if (json_is_null(value) && unset_spec(all, item, key, err) < 0)
            return -1;
    return 0;
}

static int update(const struct resources *all, struct resource *item, struct error **err)
{
    return write_specs(all, item, js_get(item->differences, "extra_specs", "after", NULL), err);
}

/* ---- making one */

/* A new flavor has no specs that could go. */
static json_t *without_nulls(const json_t *specs)
{
    json_t *texts = json_object();
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach (js_iterable(specs), key, value)
        if (!json_is_null(value))
            json_object_set(texts, key, value);
    return texts;
}

static int make(const struct resources *all, struct resource *item, json_t *flavor_take,
                const json_t *specs, struct error **err)
{
    json_auto_t *body = json_pack("{s:o}", "flavor", flavor_take);
    json_auto_t *texts = without_nulls(specs);
    if (resource_post(all, item, body, err) < 0)
        return -1;
    return set_specs(all, item, texts, err);
}

static int create(const struct resources *all, struct resource *item, struct error **err)
{
    json_t *flavor = resource_body(all, item, true, err);
    return flavor ? make(all, item, flavor, am_value(item->options, "extra_specs"), err) : -1;
}

/* ---- another one in its place */

/* What the new one is: as the old one, but for what the item says. Owned. */
static json_t *successor(const struct resources *all, const struct resource *item,
                         struct error **err)
{
    json_auto_t *said = resource_body(all, item, true, err);
    json_auto_t *flavor = json_object();
    if (!said)
        return NULL;
    for (const struct field *field = fields; field->option; field++) {
        json_t *has = field->attribute && field->use != FIELD_MAP
                          ? json_object_get(item->found, field->attribute)
                          : NULL;
        if (has && !(json_is_string(has) && !json_string_length(has)))
            json_object_set(flavor, field->attribute, has);
    }
    json_object_set(flavor, "id", json_object_get(item->found, "id"));
    json_object_update(flavor, said);
    return json_incref(flavor);
}

static int recreate(const struct resources *all, struct resource *item, struct error **err)
{
    json_auto_t *flavor = successor(all, item, err);
    json_auto_t *specs = json_object();
    json_object_update(specs, json_object_get(item->found, "extra_specs"));
    json_object_update(specs, am_value(item->options, "extra_specs"));
    if (!flavor || resource_delete(all, item, err) < 0)
        return -1;
    if (make(all, item, json_incref(flavor), specs, err) == 0)
        return 0;
    error_wrap(err, "the old flavor was deleted, and the new one is not complete");
    return -1;
}

const struct kind kind_flavor = {
    .name = "flavor",
    .id = KIND_FLAVOR,
    .service = OSK_NOVA,
    .collection = "/flavors",
    .listed_at = "/flavors/detail?is_public=None",
    .member = "flavor",
    .members = "flavors",
    .fixed_policy = "on_immutable",
    .fields = fields,
    .create = create,
    .update = update,
    .recreate = recreate,
};
