#include "openstack_resources/send.h"

#include <stdlib.h>

#include "ansible/am_get.h"
#include "base/mem.h"
#include "http/url.h"
#include "json/js_get.h"
#include "openstack_resources/refs.h"

/* ---- bodies */

static bool is_sent(const struct resource *item, const struct field *field, bool whole)
{
    if (!field->attribute || field->use == FIELD_MAP)
        return false;
    return whole ? field->use != FIELD_POLICY
                 : json_object_get(item->differences, field->option) != NULL;
}

/* The value of FIELD for the service, owned; *out NULL: it says nothing. */
static int value_of(const struct resources *all, const struct resource *item,
                    const struct field *field, json_t **out, struct error **err)
{
    json_t *given = am_value(item->options, field->option);
    struct ref ref = {0};
    *out = NULL;
    if (!given) {
        *out = field->initial_json && !field->refers
                   ? json_loads(field->initial_json, JSON_DECODE_ANY, NULL)
                   : NULL;
        return 0;
    }
    if (!field->refers) {
        *out = json_incref(given);
        return 0;
    }
    if (ref_need(all, item, field->option, &ref, err) < 0)
        return -1;
    *out = json_string(ref.id);
    return 0;
}

json_t *resource_body(const struct resources *all, const struct resource *item, bool whole,
                      struct error **err)
{
    json_auto_t *body = json_object();
    for (const struct field *field = item->kind->fields; field->option; field++) {
        json_t *value = NULL;
        if (!is_sent(item, field, whole))
            continue;
        if (value_of(all, item, field, &value, err) < 0)
            return NULL;
        if (value)
            json_object_set_new(body, field->attribute, value);
    }
    return json_incref(body);
}

static json_t *wrapped(const struct resource *item, json_t *body_take)
{
    return item->kind->member ? json_pack("{s:o}", item->kind->member, body_take) : body_take;
}

/* ---- requests */

char *resource_path(const struct resource *item)
{
    struct buf path;
    buf_init(&path);
    buf_printf(&path, "%s/", item->kind->collection);
    url_escape(&path, resource_id(item));
    return buf_steal(&path);
}

/* Takes over what the service says that the object is now. */
static int note(struct resource *item, const json_t *answer, struct error **err)
{
    const json_t *object =
        item->kind->member ? json_object_get(answer, item->kind->member) : answer;
    item->changed = true;
    if (!js_str(object, "id", NULL)) {
        error_make(err, ERROR_PARSE,
                   "the change was accepted, but the answer of %s holds no %s with an id",
                   osk_service_name(item->kind->service), item->kind->name);
        return -1;
    }
    json_decref(item->after);
    item->after = json_incref(js_iterable(object));
    return 0;
}

static int send_body(const struct resources *all, struct resource *item, const char *method,
                     const char *path, const json_t *body, struct error **err)
{
    json_auto_t *answer = NULL;
    const struct osk_change_request request = {
        .service = item->kind->service,
        .method = method,
        .path = path,
        .body = body,
        .credentials = am_value(item->options, "password") != NULL,
    };
    if (osk_rest_send(all->client, &request, &answer, err) < 0)
        return -1;
    return note(item, answer, err);
}

int resource_post(const struct resources *all, struct resource *item, const json_t *body,
                  struct error **err)
{
    return send_body(all, item, "POST", item->kind->collection, body, err);
}

int resource_patch(const struct resources *all, struct resource *item, const json_t *body,
                   struct error **err)
{
    auto_free char *path = resource_path(item);
    return send_body(all, item, "PATCH", path, body, err);
}

int resource_delete_at(const struct resources *all, struct resource *item, const char *path,
                       struct error **err)
{
    int removed = osk_rest_delete_lookup(all->client, item->kind->service, path, err);
    item->changed = item->changed || removed > 0;
    return removed < 0 ? -1 : 0;
}

int resource_delete(const struct resources *all, struct resource *item, struct error **err)
{
    auto_free char *path = resource_path(item);
    return resource_delete_at(all, item, path, err);
}

int resource_create(const struct resources *all, struct resource *item, struct error **err)
{
    json_t *bare = resource_body(all, item, true, err);
    json_auto_t *body = bare ? wrapped(item, bare) : NULL;
    return body ? resource_post(all, item, body, err) : -1;
}

int resource_update(const struct resources *all, struct resource *item, struct error **err)
{
    json_t *bare = resource_body(all, item, false, err);
    json_auto_t *body = bare ? wrapped(item, bare) : NULL;
    return body ? resource_patch(all, item, body, err) : -1;
}
