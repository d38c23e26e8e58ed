#include "capi/put.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "capi/fold.h"
#include "capi/resource.h"
#include "json/js_get.h"
#include "json/js_merge.h"
#include "json/js_read.h"
#include "json/js_write.h"

const struct capi_put_words capi_put_provider_words = {
    .get = "failed to get current provider object",
    .create = "failed to create provider object",
    .patch = "failed to patch provider object",
};
const struct capi_put_words capi_put_cert_manager_words = {
    .get = "failed to get cert-manager object",
    .create = "failed to create cert-manager component",
    .patch = "failed to update cert-manager component",
    .names = true,
};
const struct capi_put_words capi_put_manifest_words = {
    .get = "failed to get object",
    .create = "failed to create object",
    .patch = "failed to apply object",
    .names = true,
};

const char *capi_action_text(enum capi_action action)
{
    static const char *const texts[] = {
        [CAPI_NONE] = "none",       [CAPI_UNCHANGED] = "unchanged", [CAPI_CREATED] = "created",
        [CAPI_PATCHED] = "patched", [CAPI_DELETED] = "deleted",
    };
    return texts[action];
}

void capi_puts_init(struct capi_puts *puts, struct kube_client *client,
                    struct kube_discovery *discovery, const struct capi_put_options *options)
{
    *puts = (struct capi_puts){.client = client, .discovery = discovery, .options = *options};
    if (!puts->options.words)
        puts->options.words = &capi_put_provider_words;
    if (!puts->options.attempts)
        puts->options.attempts = 1;
}

void capi_puts_clear(struct capi_puts *puts)
{
    for (size_t i = 0; i < puts->count; i++) {
        struct capi_put *item = &puts->items[i];
        kube_object_clear(&item->id);
        buf_clear(&item->body);
        free(item->defines);
        free(item->version);
        json_decref(item->before);
        json_decref(item->after);
        error_free(item->error);
        kube_call_clear(&item->call);
    }
    free(puts->items);
    *puts = (struct capi_puts){0};
}

/* The object's identity as an object of its own. */
static json_t *identity_of(const json_t *value)
{
    json_t *metadata = json_object();
    static const char *const names[] = {"name", "namespace"};
    for (size_t i = 0; i < array_length(names); i++) {
        json_t *name = js_get(value, "metadata", names[i], NULL);
        if (json_is_string(name))
            json_object_set(metadata, names[i], name);
    }
    return json_pack("{sO*, sO*, so}", "apiVersion", json_object_get(value, "apiVersion"), "kind",
                     json_object_get(value, "kind"), "metadata", metadata);
}

/* What a definition defines: "GROUP/KIND". */
static char *defined_by(const struct kube_object *id, const json_t *value)
{
    const char *group = js_str(value, "spec", "group", NULL);
    const char *kind = js_str(value, "spec", "names", "kind", NULL);
    if (capi_wave(id->api_version, id->kind) != CAPI_WAVE_DEFINITION || !group || !kind)
        return NULL;
    return xasprintf("%s/%s", group, kind);
}

static struct capi_put *find_item(struct capi_puts *puts, const struct kube_object *id)
{
    for (size_t i = 0; i < puts->count; i++) {
        const struct kube_object *other = &puts->items[i].id;
        if (str_equal(other->kind, id->kind) && str_equal(other->name, id->name) &&
            str_equal(other->namespace_, id->namespace_) &&
            str_equal(other->api_version, id->api_version))
            return &puts->items[i];
    }
    return NULL;
}

/* What is left when the object of TEXT is merged into what ITEM wants. */
static int merge_into(struct capi_put *item, const struct buf *text, struct error **err)
{
    json_error_t where;
    json_auto_t *first = js_read(buf_str(&item->body), item->body.size, &where);
    json_auto_t *second = js_read(buf_str(text), text->size, &where);
    json_auto_t *both = js_merge(first, second);
    buf_clear(&item->body);
    return js_write(&item->body, both, 0, err);
}

int capi_puts_add(struct capi_puts *puts, const json_t *value, enum capi_way way, size_t group,
                  struct error **err)
{
    struct kube_object id = {0};
    kube_object_init_take(&id, identity_of(value));
    if (str_empty(id.api_version) || str_empty(id.kind) || str_empty(id.name)) {
        error_make(err, ERROR_USAGE, "an object has no %s: %s",
                   str_empty(id.api_version) ? "apiVersion"
                   : str_empty(id.kind)      ? "kind"
                                             : "metadata.name",
                   id.name   ? id.name
                   : id.kind ? id.kind
                             : "{}");
        kube_object_clear(&id);
        return -1;
    }
    struct buf body;
    buf_init(&body);
    if (capi_fold_write(&body, value, err) < 0) {
        error_wrap(err, "%s %s", id.kind, id.name);
        kube_object_clear(&id);
        return -1;
    }
    /* Providers in one namespace share its object, manifests may share any: what the last one says
     * stays. */
    struct capi_put *shared = way == CAPI_WAY_REPLACE ? NULL : find_item(puts, &id);
    if (shared) {
        int result = merge_into(shared, &body, err);
        buf_clear(&body);
        kube_object_clear(&id);
        return result;
    }
    /* There are megabytes of them: none keeps the room that it grew into. */
    body.data = xrealloc(body.data, body.size + 1);
    body.room = body.size + 1;
    puts->items = xreallocarray(puts->items, puts->count + 1, sizeof(*puts->items));
    puts->items[puts->count++] = (struct capi_put){
        .id = id,
        .body = body,
        .way = way,
        .group = group,
        .wave = capi_wave(id.api_version, id.kind),
        .defines = defined_by(&id, value),
    };
    return 0;
}

/* ---- answers */

char *capi_object_name(const struct kube_object *id)
{
    auto_free char *group = NULL;
    auto_free char *version = NULL;
    kube_split_api_version(id->api_version, &group, &version);
    return xasprintf("%s/%s, Kind=%s, %s/%s", group, version, id->kind,
                     id->namespace_ ? id->namespace_ : "", id->name);
}

json_t *capi_object_entry(const struct kube_object *id, enum capi_action action)
{
    return json_pack("{ss, ss, ss?, ss, ss}", "apiVersion", id->api_version, "kind", id->kind,
                     "namespace", id->namespace_, "name", id->name, "action",
                     capi_action_text(action));
}

void capi_puts_list(const struct capi_puts *puts, json_t *list)
{
    for (size_t i = 0; i < puts->count; i++)
        if (puts->items[i].action != CAPI_NONE)
            json_array_append_new(list,
                                  capi_object_entry(&puts->items[i].id, puts->items[i].action));
}

bool capi_puts_changed(const struct capi_puts *puts)
{
    for (size_t i = 0; i < puts->count; i++)
        if (puts->items[i].action == CAPI_CREATED || puts->items[i].action == CAPI_PATCHED)
            return true;
    return false;
}

void capi_puts_error(struct capi_puts *puts, size_t group, struct error **err)
{
    for (size_t i = 0; i < puts->count; i++) {
        struct capi_put *item = &puts->items[i];
        if (!item->error || item->group != group)
            continue;
        error_move_take(err, steal_ptr(item->error));
        json_t *entry = capi_object_entry(&item->id, CAPI_NONE);
        json_object_del(entry, "action");
        error_detail_take(err, "failed_object", entry);
        return;
    }
    error_make(err, ERROR_INTERNAL, "a write failed without an error");
}

void capi_puts_assume_gone(struct capi_puts *puts, const struct kube_object *object)
{
    for (size_t i = 0; i < puts->count; i++) {
        struct capi_put *item = &puts->items[i];
        if (!str_equal(item->id.kind, object->kind) || !str_equal(item->id.name, object->name) ||
            !str_equal(item->id.namespace_, object->namespace_) ||
            !str_equal(item->id.resource.group, object->resource.group))
            continue;
        item->exists = false;
        item->differs = true;
        item->action = CAPI_NONE;
        item->stage = CAPI_PUT_WRITE;
    }
}
