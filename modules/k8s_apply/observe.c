#include "k8s_apply/observe.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "k8s_apply/documents.h"
#include "k8s_apply/info.h"
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

/* The options kind without a name asks for no deletion at all, as in kubernetes.core. */
static bool deletes_nothing(const struct k8s_args *args)
{
    return args->state == K8S_ABSENT && !args->definition && !args->src && !args->defaults.name &&
           !args->delete_all && !args->label_selectors.count;
}

/* A deletion of what selectors choose, or of all of a kind. A name means its object alone. */
static bool deletes_listed(const struct k8s_args *args, const struct kube_object *object)
{
    if (args->state != K8S_ABSENT || object->name)
        return false;
    return args->label_selectors.count || (args->delete_all && !args->definition && !args->src);
}

/* Adds to the manifest what is there of OBJECT's kind in its namespace. */
static int list_like(struct k8s *k8s, struct kube_object *object, struct error **err)
{
    const char *namespace_ = kube_client_namespace(k8s->client);
    int found = kube_resolve(k8s->discovery, object, namespace_, err);
    if (found <= 0)
        return found; /* a kind that is not served has no objects */
    json_auto_t *items = json_array();
    struct kube_list_options options = {
        .resource = &object->resource,
        .namespace_ = object->namespace_,
        .label_selectors = &k8s->args.label_selectors,
        .field_selectors = &k8s->args.field_selectors,
    };
    if (kube_list(k8s->client, &options, items, err) < 0)
        return -1;
    static const struct kube_defaults none = {0};
    size_t index = 0;
    json_t *value = NULL;
    json_array_foreach (items, index, value)
        if (kube_manifest_add(&k8s->manifest, value, &none, err) < 0)
            return -1;
    return 0;
}

/* What the list showed need not be looked at again. */
static int add_listed(struct k8s *k8s, struct kube_object *object, struct error **err)
{
    struct k8s_item *item = add_item(k8s, object);
    add_write(k8s, item);
    /* A copy, because the writer edits what it is given. */
    json_t *seen = json_deep_copy(object->value);
    return kube_prior_value_take(&k8s->writer.writes[item->write].prior, seen, err);
}

/* An object of the input; one that the selectors leave out is not written. */
static int add_given(struct k8s *k8s, struct kube_object *object, struct error **err)
{
    struct k8s_item *item = add_item(k8s, object);
    int fits = k8s->args.state == K8S_ABSENT
                   ? 1
                   : kube_selector_match(&k8s->args.label_selectors, object->value, err);
    if (fits < 0)
        return -1;
    item->filtered = !fits;
    if (fits)
        add_write(k8s, item);
    return 0;
}

/* Every object becomes an item; those without a name that are deleted give way to what is there. */
static int add_objects(struct k8s *k8s, struct error **err)
{
    struct kube_manifest *manifest = &k8s->manifest;
    size_t given = manifest->count;
    for (size_t i = 0; i < given; i++)
        if (deletes_listed(&k8s->args, &manifest->objects[i]) &&
            list_like(k8s, &manifest->objects[i], err) < 0)
            return -1;
    /* The manifest grows no more: its objects stay where they are. */
    for (size_t i = 0; i < manifest->count; i++) {
        struct kube_object *object = &manifest->objects[i];
        if (i < given && deletes_listed(&k8s->args, object))
            continue;
        if ((i < given ? add_given(k8s, object, err) : add_listed(k8s, object, err)) < 0)
            return -1;
    }
    return 0;
}

static int observe_objects(struct k8s *k8s, struct error **err)
{
    kube_writer_init(&k8s->writer, k8s->client, k8s->discovery, &k8s->args.write);
    if (add_objects(k8s, err) < 0)
        return -1;
    return kube_writer_observe(&k8s->writer, err);
}

static bool needs_documents(const struct k8s_args *args)
{
    return args->state != K8S_INFO && !deletes_nothing(args);
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
