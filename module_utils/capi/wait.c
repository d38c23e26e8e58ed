#include "capi/wait.h"

#include <stdlib.h>

#include "base/mem.h"
#include "kube/wait.h"

enum { SLEEP_MS = 1000 };

char *capi_duration_text(long long ms)
{
    long long seconds = ms / 1000;
    long long hours = seconds / 3600;
    long long minutes = seconds / 60 % 60;
    if (hours)
        return xasprintf("%lldh%lldm%llds", hours, minutes, seconds % 60);
    if (minutes)
        return xasprintf("%lldm%llds", minutes, seconds % 60);
    return xasprintf("%llds", seconds);
}

static void not_ready(const struct kube_waiter *waiter, long long timeout_ms, struct error **err)
{
    auto_free char *after = capi_duration_text(timeout_ms);
    bool timed_out = waiter->state == KUBE_WAIT_TIMED_OUT;
    error_make(err, timed_out ? ERROR_TIMEOUT : ERROR_STATUS,
               "deployment \"%s\" is not ready after %s: %s", waiter->object->name, after,
               timed_out ? "context deadline exceeded" : buf_str(&waiter->why));
    if (timed_out && waiter->why.size)
        error_append(err, " (%s)", buf_str(&waiter->why));
    error_detail_take(err, "failed_object",
                      json_pack("{ss ss ss ss}", "apiVersion", waiter->object->api_version, "kind",
                                waiter->object->kind, "namespace", waiter->object->namespace_,
                                "name", waiter->object->name));
}

int capi_wait_deployments(struct kube_client *client, const struct kube_object *const *deployments,
                          size_t count, long long timeout_ms, struct error **err)
{
    static const struct kube_condition available = {.type = "Available", .status = "True"};
    static const struct kube_criteria criteria = {.conditions = &available, .condition_count = 1};
    struct kube_waiter *waiters = xcalloc(count + 1, sizeof(*waiters));
    for (size_t i = 0; i < count; i++) {
        kube_waiter_init(&waiters[i], deployments[i], KUBE_GOAL_READY, NULL);
        waiters[i].must_exist = true;
    }
    const struct kube_wait wait = {
        .client = client, .criteria = &criteria, .timeout_ms = timeout_ms, .sleep_ms = SLEEP_MS};
    int result = kube_wait_all(&wait, waiters, count, err);
    for (size_t i = 0; i < count; i++) {
        if (result == 0 && waiters[i].state != KUBE_WAIT_MET) {
            not_ready(&waiters[i], timeout_ms, err);
            result = -1;
        }
        kube_waiter_clear(&waiters[i]);
    }
    free(waiters);
    return result;
}
