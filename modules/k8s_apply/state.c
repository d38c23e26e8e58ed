#include "k8s_apply/state.h"

#include <stdlib.h>

#include "base/mem.h"

void *k8s_open(const json_t *params, struct am_context *context, struct error **err)
{
    struct k8s *k8s = xcalloc(1, sizeof(*k8s));
    k8s->context = context;
    if (k8s_args_read(&k8s->args, params, &context->warnings, err) < 0) {
        free(k8s);
        return NULL;
    }
    return k8s;
}

void k8s_close(void *state)
{
    struct k8s *k8s = state;
    if (!k8s)
        return;
    for (size_t i = 0; i < k8s->count; i++) {
        kube_object_clear(&k8s->items[i].made);
        json_decref(k8s->items[i].waited);
        error_free(k8s->items[i].wait_error);
    }
    free(k8s->items);
    kube_writer_clear(&k8s->writer);
    kube_discovery_free(k8s->discovery);
    kube_client_free(k8s->client);
    kube_manifest_clear(&k8s->manifest);
    kube_object_clear(&k8s->target);
    kube_config_clear(&k8s->config);
    json_decref(k8s->resources);
    free(k8s->message);
    k8s_args_clear(&k8s->args);
    free(k8s);
}

struct kube_write *k8s_write_of(const struct k8s *k8s, const struct k8s_item *item)
{
    return item->filtered ? NULL : &k8s->writer.writes[item->write];
}

int k8s_wait(const struct k8s *k8s, struct kube_waiter *waiters, size_t count, struct error **err)
{
    const struct kube_wait wait = {.client = k8s->client,
                                   .criteria = &k8s->args.criteria,
                                   .timeout_ms = k8s->args.wait_timeout_ms,
                                   .sleep_ms = k8s->args.wait_sleep_ms};
    return kube_wait_all(&wait, waiters, count, err);
}
