#include "k8s_apply/observe.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "k8s_apply/documents.h"
#include "k8s_apply/info.h"
#include "kube/hash.h"
#include "kube/list.h"
#include "kube/resolve.h"
#include "kube/selector.h"

static int connect_client(struct k8s *k8s, struct error **err)
{
    int loaded = kube_config_load(&k8s->args.connection.options, &k8s->config, err);
    if (loaded < 0)
        return -1;
    struct kube_client_options options = {
        .dry_run = k8s->context->check_mode,
        .retry_timeout_ms = k8s->args.retry_timeout_ms,
    };
    k8s->client = kube_client_new(&k8s->config, &options, err);
    if (!k8s->client)
        return -1;
    k8s->discovery = kube_discovery_new(k8s->client);
    return 0;
}

/* ConfigMaps and Secrets get a name that says what is in them. */
static void append_hash(struct kube_object *object)
{
    auto_free char *hash = kube_hash(object->value);
    if (!hash || !object->name)
        return;
    json_t *metadata = json_object_get(object->value, "metadata");
    json_object_set_new(metadata, "name", json_sprintf("%s-%s", object->name, hash));
    kube_object_refresh(object);
}

static struct k8s_item *add_item(struct k8s *k8s, struct kube_object *object)
{
    k8s->items = xreallocarray(k8s->items, k8s->count + 1, sizeof(*k8s->items));
    struct k8s_item *item = &k8s->items[k8s->count++];
    *item = (struct k8s_item){.object = object};
    return item;
}

static void add_write(struct k8s *k8s, struct k8s_item *item)
{
    kube_writer_add(&k8s->writer, item->object, k8s->args.verb);
    item->write = k8s->writer.count - 1;
}

/* Every object of the input becomes an item; those that the selectors leave out are not written. */
static int add_objects(struct k8s *k8s, struct error **err)
{
    for (size_t i = 0; i < k8s->manifest.count; i++) {
        struct kube_object *object = &k8s->manifest.objects[i];
        struct k8s_item *item = add_item(k8s, object);
        int fits = 1;
        if (k8s->args.label_selectors.count && !k8s->args.delete_all)
            fits = kube_selector_match(&k8s->args.label_selectors, object->value, err);
        if (fits < 0)
            return -1;
        item->filtered = !fits;
        if (!fits)
            continue;
        if (k8s->args.append_hash)
            append_hash(object);
        add_write(k8s, item);
    }
    return 0;
}

/* A deletion that names its objects by selectors, or means all of a kind. */
static bool deletes_by_list(const struct k8s_args *args)
{
    return args->state == K8S_ABSENT && !args->definition && !args->src && !args->defaults.name &&
           (args->delete_all || args->label_selectors.count);
}

/* What the list showed need not be looked at again. */
static int add_listed(struct k8s *k8s, json_t *items, struct error **err)
{
    size_t index = 0;
    json_t *value = NULL;
    static const struct kube_defaults none = {0};
    json_array_foreach (items, index, value)
        if (kube_manifest_add(&k8s->manifest, value, &none, err) < 0)
            return -1;
    for (size_t i = 0; i < k8s->manifest.count; i++) {
        struct k8s_item *item = add_item(k8s, &k8s->manifest.objects[i]);
        add_write(k8s, item);
        /* A copy, because the writer edits what it is given. */
        json_t *seen = json_deep_copy(item->object->value);
        if (kube_prior_value_take(&k8s->writer.writes[item->write].prior, seen, err) < 0)
            return -1;
    }
    return 0;
}

static int observe_list(struct k8s *k8s, struct error **err)
{
    int found = k8s_resolve_target(k8s, err);
    if (found <= 0)
        return found; /* a kind that is not served has no objects */
    json_auto_t *items = json_array();
    struct kube_list_options options = {
        .resource = &k8s->target.resource,
        .namespace_ = k8s->args.defaults.namespace_,
        .label_selectors = &k8s->args.label_selectors,
        .field_selectors = &k8s->args.field_selectors,
    };
    if (kube_list(k8s->client, &options, items, err) < 0)
        return -1;
    return add_listed(k8s, items, err);
}

/* The options kind without a name asks for no deletion at all, as in kubernetes.core. */
static bool deletes_nothing(const struct k8s_args *args)
{
    return args->state == K8S_ABSENT && !args->definition && !args->src && !args->defaults.name;
}

static int observe_objects(struct k8s *k8s, struct error **err)
{
    kube_writer_init(&k8s->writer, k8s->client, k8s->discovery, &k8s->args.write);
    if (deletes_by_list(&k8s->args)) {
        if (observe_list(k8s, err) < 0)
            return -1;
    } else if (!deletes_nothing(&k8s->args)) {
        if (add_objects(k8s, err) < 0)
            return -1;
    }
    return kube_writer_observe(&k8s->writer, err);
}

static bool needs_documents(const struct k8s_args *args)
{
    return args->state != K8S_INFO && !deletes_by_list(args) && !deletes_nothing(args);
}

int k8s_observe(void *state, struct error **err)
{
    struct k8s *k8s = state;
    /* All that can be wrong without a server is found before the server is asked. */
    kube_manifest_init(&k8s->manifest);
    if (needs_documents(&k8s->args) &&
        k8s_read_documents(&k8s->args, &k8s->manifest, &k8s->context->warnings, err) < 0)
        return -1;
    if (connect_client(k8s, err) < 0)
        return -1;
    return k8s->args.state == K8S_INFO ? k8s_observe_info(k8s, err) : observe_objects(k8s, err);
}
