#include "k8s_apply/info.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "kube/list.h"
#include "kube/resolve.h"

#define METADATA_ONLY                                                                              \
    "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,"                                \
    "application/json;q=0.9"

enum { EXISTENCE_POLL_MS = 250 };

/* The options kind and api_version: 1, 0 when the server has no such kind, -1. */
static int resolve_target(struct k8s *k8s, struct error **err)
{
    const struct kube_defaults *named = &k8s->args.defaults;
    json_t *value = json_pack("{ssss}", "apiVersion", named->api_version, "kind", named->kind);
    json_t *metadata = json_object();
    if (named->name)
        json_object_set_new(metadata, "name", json_string(named->name));
    if (named->namespace_)
        json_object_set_new(metadata, "namespace", json_string(named->namespace_));
    json_object_set_new(value, "metadata", metadata);
    kube_object_clear(&k8s->target);
    kube_object_init_take(&k8s->target, value);
    k8s->target.document = 1;
    if (kube_manifest_check(&k8s->target, err) < 0)
        return -1;
    return kube_resolve(k8s->discovery, &k8s->target, kube_client_namespace(k8s->client), err);
}

/* One object by name; 404 reads nothing. END_AT as in struct kube_call. */
static int read_one(struct k8s *k8s, long long end_at, json_t *out, struct error **err)
{
    struct buf path;
    buf_init(&path);
    kube_resource_path(&path, &k8s->target.resource, k8s->target.namespace_, k8s->target.name);
    auto_kube_call struct kube_call call;
    kube_call_init(&call, "GET", buf_steal(&path));
    call.end_at = end_at;
    if (k8s->args.metadata_only)
        http_request_header(&call.job.request, "Accept", METADATA_ONLY);
    if (kube_client_call(k8s->client, &call, err) < 0)
        return -1;
    kube_call_warnings(&call, &k8s->context->warnings);
    if (kube_call_status(&call) == 404)
        return 0;
    if (call.error) {
        kube_call_error_move(&call, err);
        error_wrap(err, "Failed to retrieve requested object: %s %s", k8s->target.kind,
                   k8s->target.name);
        return -1;
    }
    json_t *value = kube_call_object(&call, err);
    if (!value)
        return -1;
    json_array_append_new(out, value);
    return 0;
}

static int read_now(struct k8s *k8s, long long end_at, json_t *out, struct error **err)
{
    struct kube_list_options options = {
        .resource = &k8s->target.resource,
        /* Without a namespace option: of all namespaces, as kubernetes.core lists them. */
        .namespace_ = k8s->args.defaults.namespace_,
        .label_selectors = &k8s->args.label_selectors,
        .field_selectors = &k8s->args.field_selectors,
        .metadata_only = k8s->args.metadata_only,
        .end_at = end_at,
    };
    json_array_clear(out);
    return k8s->target.name ? read_one(k8s, end_at, out, err)
                            : kube_list(k8s->client, &options, out, err);
}

/* The first half of a wait: until there is something to look at. */
static int read_until_there(struct k8s *k8s, json_t *out, struct error **err)
{
    long long deadline = clock_deadline_ms(k8s->args.wait_timeout_ms);
    long long pause = EXISTENCE_POLL_MS;
    for (;;) {
        if (read_now(k8s, k8s->args.wait ? deadline : 0, out, err) < 0)
            return -1;
        if (json_array_size(out) || !k8s->args.wait)
            return 0;
        if (clock_passed(deadline)) {
            error_make(
                err, ERROR_TIMEOUT,
                "Failed to gather information about %s(s) even after waiting for %lld seconds",
                k8s->target.kind, k8s->args.wait_timeout_ms / 1000);
            return -1;
        }
        clock_sleep_ms(pause < clock_left_ms(deadline) ? pause : clock_left_ms(deadline));
        long long longer = pause * 3 / 2;
        pause = longer < k8s->args.wait_sleep_ms ? longer : k8s->args.wait_sleep_ms;
    }
}

/* The second half: until every one of them is ready. */
static int wait_ready(struct k8s *k8s, struct error **err)
{
    size_t count = json_array_size(k8s->resources);
    if (!k8s->args.wait || !count)
        return 0;
    struct kube_object *objects = xcalloc(count, sizeof(*objects));
    struct kube_waiter *waiters = xcalloc(count, sizeof(*waiters));
    for (size_t i = 0; i < count; i++) {
        kube_object_init_take(&objects[i], json_incref(json_array_get(k8s->resources, i)));
        objects[i].resource = k8s->target.resource;
        kube_waiter_init(&waiters[i], &objects[i], KUBE_GOAL_READY, NULL);
    }
    int result = k8s_wait(k8s, waiters, count, err);
    for (size_t i = 0; i < count; i++) {
        if (result == 0 && waiters[i].state != KUBE_WAIT_MET) {
            kube_waiter_error(&waiters[i], k8s->args.wait_timeout_ms, err);
            result = -1;
        } else if (result == 0 && waiters[i].why.size) {
            strv_add_once(&k8s->context->warnings, buf_str(&waiters[i].why));
        }
        if (waiters[i].value && !k8s->args.metadata_only)
            json_array_set(k8s->resources, i, waiters[i].value);
        kube_waiter_clear(&waiters[i]);
        kube_object_clear(&objects[i]);
    }
    free(waiters);
    free(objects);
    return result;
}

int k8s_observe_info(struct k8s *k8s, struct error **err)
{
    k8s->resources = json_array();
    int found = resolve_target(k8s, err);
    if (found < 0)
        return -1;
    if (!found) {
        k8s->message =
            xasprintf("Failed to find API for resource with apiVersion \"%s\" and kind \"%s\"",
                      k8s->args.defaults.api_version, k8s->args.defaults.kind);
        return 0;
    }
    k8s->api_found = true;
    if (read_until_there(k8s, k8s->resources, err) < 0)
        return -1;
    return wait_ready(k8s, err);
}
