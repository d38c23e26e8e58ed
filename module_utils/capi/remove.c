#include "capi/remove.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/mem.h"
#include "base/str.h"
#include "capi/namespace.h"
#include "capi/put.h"
#include "http/retry.h"

/* ---- which */

static bool is_webhook(const char *kind)
{
    return str_equal(kind, "MutatingWebhookConfiguration") ||
           str_equal(kind, "ValidatingWebhookConfiguration");
}

static bool bears_namespace(const char *name, const char *namespace_)
{
    const char *rest = str_after(name, namespace_);
    return rest && *rest == '-';
}

/* The Provider object, and the namespace that it is in: by these a later run knows that there is
 * something to delete. */
static bool is_record(const struct kube_object *object)
{
    return str_equal(object->kind, "Namespace") ||
           (str_equal(object->kind, "Provider") &&
            str_equal(object->resource.group, "clusterctl.cluster.x-k8s.io"));
}

bool capi_remove_fits(const struct kube_object *object, const struct capi_remove_rule *rule)
{
    const char *kind = object->kind;
    if (str_equal(kind, "CustomResourceDefinition"))
        return rule->definitions;
    if (str_equal(kind, "Namespace"))
        return rule->namespace_too && str_equal(object->name, rule->namespace_);
    if (is_record(object) && !rule->inventory)
        return false;
    if (is_webhook(kind))
        return true;
    if (capi_kind_is_cluster_scoped(kind))
        return bears_namespace(object->name, rule->namespace_);
    return !rule->namespace_too || !str_equal(object->namespace_, rule->namespace_);
}

bool capi_remove_fits_cert_manager(const struct kube_object *object)
{
    return !str_equal(object->kind, "CustomResourceDefinition") &&
           !str_equal(object->kind, "Namespace") && !is_webhook(object->kind);
}

/* ---- deletion */

struct removal {
    const struct kube_object *object;
    struct kube_call call;
    struct error *error; /* owned */
    unsigned attempts;
    bool over;
};

struct round {
    struct removal *items;
    size_t count, cursor;
    const struct capi_remove_options *options;
    json_t *done;
};

static struct kube_call *next_call(void *context, maybe_unused unsigned in_flight)
{
    struct round *round = context;
    while (round->cursor < round->count) {
        struct removal *item = &round->items[round->cursor++];
        if (item->over)
            continue;
        struct buf path;
        buf_init(&path);
        kube_resource_path(&path, &item->object->resource, item->object->namespace_,
                           item->object->name);
        error_clear(&item->error);
        kube_call_init(&item->call, "DELETE", buf_steal(&path));
        item->call.give_up_at = clock_now_ms();
        item->call.owner = item;
        return &item->call;
    }
    return NULL;
}

static bool may_pass(const struct removal *item, const struct capi_remove_options *options)
{
    int status = kube_call_status(&item->call);
    return status == 0 || status == 409 || status == 429 || status >= 500 || options->retry_refused;
}

static void call_done(void *context, struct kube_call *call)
{
    struct round *round = context;
    struct removal *item = call->owner;
    item->attempts++;
    item->over = true;
    if (kube_call_status(call) != 404 && call->error) {
        unsigned limit = round->options->attempts ? round->options->attempts : 1;
        item->over = item->attempts >= limit || !may_pass(item, round->options);
        kube_call_error_move(call, &item->error);
        if (item->over && item->attempts > 1)
            error_wrap(&item->error, "action failed after %u attempts", item->attempts);
    } else if (kube_call_status(call) != 404) {
        json_array_append_new(round->done, capi_object_entry(item->object, CAPI_DELETED));
    }
    kube_call_clear(call);
}

static bool any_left(const struct round *round, unsigned *attempts)
{
    bool left = false;
    for (size_t i = 0; i < round->count; i++) {
        if (round->items[i].over)
            continue;
        left = true;
        if (round->items[i].attempts > *attempts)
            *attempts = round->items[i].attempts;
    }
    return left;
}

static int run(struct kube_client *client, struct round *round, struct error **err)
{
    const struct kube_work work = {.next = next_call, .done = call_done, .context = round};
    unsigned attempts = 0;
    while (any_left(round, &attempts)) {
        if (attempts)
            clock_sleep_ms(http_retry_backoff_ms(attempts));
        round->cursor = 0;
        if (interrupt_check(err) < 0 || kube_client_run(client, &work, err) < 0)
            return -1;
    }
    return 0;
}

/* All failures in one error, as Kubernetes joins them; kind and details are the first one's. */
static int join_errors(struct round *round, struct error **err)
{
    struct buf text;
    buf_init(&text);
    size_t failures = 0;
    struct error *first = NULL;
    for (size_t i = 0; i < round->count; i++) {
        struct removal *item = &round->items[i];
        if (!item->error)
            continue;
        auto_free char *name = capi_object_name(item->object);
        buf_printf(&text, "%sError deleting object %s: %s", failures++ ? ", " : "", name,
                   item->error->message);
        if (!first) {
            first = item->error;
            json_t *entry = capi_object_entry(item->object, CAPI_NONE);
            json_object_del(entry, "action");
            error_detail_take(&item->error, "failed_object", entry);
        }
    }
    if (first) {
        error_make(err, first->kind, failures > 1 ? "[%s]" : "%s", buf_str(&text));
        error_code(err, first->code);
        const char *key = NULL;
        json_t *value = NULL;
        json_object_foreach (first->detail, key, value)
            error_detail_take(err, key, json_incref(value));
    }
    buf_clear(&text);
    return failures ? -1 : 0;
}

/* Deletes the records, or everything else. */
static int remove_part(struct kube_client *client, struct round *round, bool records,
                       struct error **err)
{
    for (size_t i = 0; i < round->count; i++)
        round->items[i].over = is_record(round->items[i].object) != records;
    return run(client, round, err) < 0 || join_errors(round, err) < 0 ? -1 : 0;
}

int capi_remove(struct kube_client *client, const struct kube_object *const *objects, size_t count,
                const struct capi_remove_options *options, json_t *done, struct error **err)
{
    if (kube_client_is_dry_run(client)) {
        for (size_t i = 0; i < count; i++)
            json_array_append_new(done, capi_object_entry(objects[i], CAPI_DELETED));
        return 0;
    }
    struct round round = {.count = count, .options = options, .done = done};
    round.items = xcalloc(count + 1, sizeof(*round.items));
    for (size_t i = 0; i < count; i++)
        round.items[i].object = objects[i];
    int result = remove_part(client, &round, false, err);
    if (result == 0)
        result = remove_part(client, &round, true, err);
    for (size_t i = 0; i < count; i++) {
        error_free(round.items[i].error);
        kube_call_clear(&round.items[i].call);
    }
    free(round.items);
    return result;
}
