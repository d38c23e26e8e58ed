#include "capi_backup/wait.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/interrupt.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "kube/object.h"

enum { POLL_MS = 2000 };

/* The condition's status: 1 True, 0 anything else, -1 it is not reported. */
static int condition(const json_t *cluster, const char *type)
{
    const json_t *item = js_find(js_get(cluster, "status", "conditions", NULL), "type", type);
    return item ? str_equal(js_str(item, "status", NULL), "True") : -1;
}

static bool is_available(const json_t *cluster)
{
    static const char *const types[] = {"Available", "Ready", "InfrastructureReady"};
    for (size_t i = 0; i < array_length(types); i++) {
        int status = condition(cluster, types[i]);
        if (status >= 0)
            return status == 1;
    }
    return js_true(cluster, "status", "infrastructureReady", NULL);
}

/* Adds the label of ITEM to MISSING unless it is available. */
static int look_at(struct cb *cb, const struct backup_item *item, struct strv *missing,
                   struct error **err)
{
    auto_buf struct buf path = {0};
    json_t *taken = NULL;
    kube_resource_path(&path, &item->resource, item->node->namespace_, item->node->name);
    if (kube_client_get(cb->client, buf_str(&path), &taken, err) < 0)
        return -1;
    json_auto_t *live = taken;
    if (!is_available(live))
        strv_add_take(missing, capi_node_label(item->node));
    return 0;
}

static int look_at_all(struct cb *cb, const struct backup_restore *restore, struct strv *missing,
                       struct error **err)
{
    for (size_t i = 0; i < restore->count; i++) {
        const struct backup_item *item = &restore->items[i];
        if (item->resumed && item->node->cluster && look_at(cb, item, missing, err) < 0)
            return -1;
    }
    return 0;
}

int cb_wait_for_clusters(struct cb *cb, const struct backup_restore *restore, struct error **err)
{
    long long deadline = clock_deadline_ms(cb->args.wait_timeout_ms);
    for (;;) {
        auto_strv struct strv missing;
        strv_init(&missing);
        if (look_at_all(cb, restore, &missing, err) < 0)
            return -1;
        if (!missing.count)
            return 0;
        if (clock_passed(deadline)) {
            auto_free char *names = strv_join(&missing, ", ");
            error_make(err, ERROR_TIMEOUT, "not available within wait_timeout: %s", names);
            return -1;
        }
        clock_sleep_ms(POLL_MS);
        if (interrupt_check(err) < 0)
            return -1;
    }
}
