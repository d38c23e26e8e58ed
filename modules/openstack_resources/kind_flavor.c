/* Flavors of Nova. Of one that exists only the extra specs can be changed. */
#include "ansible/am_get.h"
#include "base/interrupt.h"
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

/* ---- who may use one that is not public */

static bool is_private(const json_t *flavor)
{
    return json_is_false(json_object_get(flavor, "os-flavor-access:is_public"));
}

/* What Nova says of it, owned; of a flavor that everybody may use nothing. */
static int read_access(const struct resources *all, const struct resource *item, json_t **out,
                       struct error **err)
{
    auto_free char *flavor = resource_path(item);
    auto_free char *path = xasprintf("%s/os-flavor-access", flavor);
    *out = NULL;
    if (!is_private(item->found))
        return 0;
    *out = osk_rest_get(all->client, OSK_NOVA, path, err);
    return *out ? 0 : -1;
}

static int let_use(const struct resources *all, const char *flavor, const char *project,
                   struct error **err)
{
    auto_free char *path = xasprintf("%s/action", flavor);
    json_auto_t *body = json_pack("{s:{s:s}}", "addTenantAccess", "tenant", project);
    const struct osk_change_request request = {
        .service = OSK_NOVA, .method = "POST", .path = path, .body = body};
    return osk_rest_send(all->client, &request, NULL, err);
}

/* All of them, also behind one that Nova refuses: it knows who was deleted meanwhile. */
static void restore_access(const struct resources *all, const struct resource *item,
                           const json_t *access)
{
    auto_free char *flavor = resource_path(item);
    size_t index = 0;
    json_t *entry = NULL;
    json_array_foreach (json_object_get(access, "flavor_access"), index, entry) {
        const char *project = js_str(entry, "tenant_id", NULL);
        auto_error struct error *refused = NULL;
        if (project && let_use(all, flavor, project, &refused) < 0)
            strv_printf(&all->context->warnings,
                        "resources[%zu] (%s): the project %s could use the old flavor, and cannot "
                        "use the new one: %s",
                        item->wish->index, item->wish->label, project, refused->message);
    }
}

/* ---- another one in its place */

/* What no option is for. */
static const char *const others[] = {"id", "rxtx_factor", "description"};

static void inherit(json_t *flavor, const json_t *old, const char *attribute)
{
    json_t *has = json_object_get(old, attribute);
    if (has && !json_is_null(has) && !(json_is_string(has) && !json_string_length(has)))
        json_object_set(flavor, attribute, has);
}

/* What Nova has to be told to make the old one again; owned. */
static json_t *predecessor(const struct resource *item)
{
    json_t *flavor = json_object();
    for (const struct field *field = fields; field->option; field++)
        if (field->attribute && field->use != FIELD_MAP)
            inherit(flavor, item->found, field->attribute);
    for (size_t i = 0; i < array_length(others); i++)
        inherit(flavor, item->found, others[i]);
    return flavor;
}

/* What the new one is: as the old one, but for what the item says. Owned. */
static json_t *successor(const struct resources *all, const struct resource *item,
                         struct error **err)
{
    json_auto_t *said = resource_body(all, item, true, err);
    json_t *flavor = said ? predecessor(item) : NULL;
    if (flavor)
        json_object_update(flavor, said);
    return flavor;
}

static int make_for(const struct resources *all, struct resource *item, json_t *flavor,
                    const json_t *specs, const json_t *access, struct error **err)
{
    int made = make(all, item, json_incref(flavor), specs, err);
    if (item->after && is_private(flavor))
        restore_access(all, item, access);
    return made;
}

/* Where Nova refuses the new one, or its specs, nobody else knows what the old one was. */
static void put_back(const struct resources *all, struct resource *item, const json_t *access,
                     struct error **err)
{
    json_auto_t *flavor = predecessor(item);
    const json_t *specs = json_object_get(item->found, "extra_specs");
    auto_error struct error *refused = NULL;
    if (resource_delete(all, item, &refused) == 0) {
        json_decref(steal_ptr(item->after));
        if (make_for(all, item, flavor, specs, access, &refused) == 0) {
            item->changed = false;
            error_append(err, "\n(the old flavor was made again)");
            return;
        }
    }
    error_wrap(err, "the old flavor was deleted, and the new one is not complete");
    error_append(err, "\n(the old one could not be made again: %s)", refused->message);
}

static int put_in_place(const struct resources *all, struct resource *item, json_t *flavor,
                        const json_t *access, struct error **err)
{
    json_auto_t *specs = json_object();
    json_object_update(specs, json_object_get(item->found, "extra_specs"));
    json_object_update(specs, am_value(item->options, "extra_specs"));
    if (resource_delete(all, item, err) < 0)
        return -1;
    int made = make_for(all, item, flavor, specs, access, err);
    if (made < 0)
        put_back(all, item, access, err);
    return made;
}

static int recreate(const struct resources *all, struct resource *item, struct error **err)
{
    json_auto_t *flavor = successor(all, item, err);
    json_auto_t *access = NULL;
    if (!flavor || read_access(all, item, &access, err) < 0 || interrupt_check(err) < 0)
        return -1;
    /* In between there is none, and only we know what it was. */
    interrupt_hold();
    int status = put_in_place(all, item, flavor, access, err);
    interrupt_release();
    return status;
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
