#include "backup/preflight_priv.h"
#include "base/clock.h"
#include "base/interrupt.h"
#include "base/mem.h"
#include "base/str.h"
#include "capi/kinds.h"
#include "json/js_get.h"

#define WEBHOOKS "/apis/admissionregistration.k8s.io/v1/"
#define OURS     "labelSelector=cluster.x-k8s.io%2Fprovider"

enum { POLL_MS = 2000 };

/* Whether a Service has somebody who answers. */
static int is_served(struct backup_restore *restore, const char *namespace_, const char *name,
                     struct error **err)
{
    auto_free char *path =
        xasprintf("/apis/discovery.k8s.io/v1/namespaces/%s/endpointslices?labelSelector="
                  "kubernetes.io%%2Fservice-name%%3D%s",
                  namespace_, name);
    json_t *slices_taken = NULL;
    if (kube_client_get(restore->client, path, &slices_taken, err) < 0)
        return -1;
    json_auto_t *slices = slices_taken;
    size_t index = 0, place = 0;
    json_t *slice = NULL, *endpoint = NULL;
    json_array_foreach (js_get(slices, "items", NULL), index, slice)
        json_array_foreach (js_get(slice, "endpoints", NULL), place, endpoint) {
            const json_t *ready = js_get(endpoint, "conditions", "ready", NULL);
            if (!ready || json_is_true(ready))
                return 1;
        }
    return 0;
}

/* CONFIG is a clientConfig. */
static int judge(struct backup_restore *restore, const json_t *config, struct strv *missing,
                 struct error **err)
{
    const char *name = js_str(config, "service", "name", NULL);
    const char *namespace_ = js_str(config, "service", "namespace", NULL);
    if (!name || !namespace_)
        return 0;
    if (str_empty(js_str(config, "caBundle", NULL))) {
        auto_free char *text =
            xasprintf("the webhooks of Service %s/%s have no certificate yet", namespace_, name);
        strv_add_once(missing, text);
        return 0;
    }
    int served = is_served(restore, namespace_, name, err);
    if (served < 0)
        return -1;
    if (served == 0) {
        auto_free char *text =
            xasprintf("nobody answers for the webhooks of Service %s/%s", namespace_, name);
        strv_add_once(missing, text);
    }
    return 0;
}

/* ---- those that judge objects */

static int look_at_admission(struct backup_restore *restore, struct strv *missing,
                             struct error **err)
{
    static const char *const paths[] = {
        WEBHOOKS "validatingwebhookconfigurations?" OURS,
        WEBHOOKS "mutatingwebhookconfigurations?" OURS,
    };
    for (size_t i = 0; i < array_length(paths); i++) {
        json_t *taken = NULL;
        if (kube_client_get(restore->client, paths[i], &taken, err) < 0)
            return -1;
        json_auto_t *list = taken;
        size_t index = 0, place = 0;
        json_t *item = NULL, *webhook = NULL;
        json_array_foreach (js_get(list, "items", NULL), index, item)
            json_array_foreach (js_get(item, "webhooks", NULL), place, webhook)
                if (judge(restore, js_get(webhook, "clientConfig", NULL), missing, err) < 0)
                    return -1;
    }
    return 0;
}

/* ---- those that convert them */

/* group/kind of what is going to be written: others need no conversion. */
static json_t *written_kinds(const struct backup_restore *restore)
{
    json_t *kinds = json_object();
    for (size_t i = 0; i < restore->count; i++) {
        const struct backup_item *item = &restore->items[i];
        if (item->foreign || (item->step != BACKUP_STEP_CREATE && item->step != BACKUP_STEP_UPDATE))
            continue;
        auto_free char *key = xasprintf("%s/%s", item->node->group, item->node->kind);
        json_object_set_new(kinds, key, json_true());
    }
    return kinds;
}

/* Who may not see definitions is told by the server itself when it cannot convert. */
static int read_kinds(struct backup_restore *restore, struct capi_kinds *kinds, struct error **err)
{
    auto_error struct error *failure = NULL;
    if (capi_kinds_read(kinds, restore->client, &failure) == 0 || failure->kind == ERROR_NOT_FOUND)
        return 0;
    if (failure->code != 403) {
        error_move_take(err, steal_ptr(failure));
        return -1;
    }
    auto_free char *text =
        xasprintf("conversion webhooks were not looked at: %s", failure->message);
    strv_add_once(&restore->warnings, text);
    return 0;
}

/* KNOWN may be NULL: they are read then. */
static int look_at_conversion(struct backup_restore *restore, const struct capi_kinds *known,
                              struct strv *missing, struct error **err)
{
    json_auto_t *written = written_kinds(restore);
    auto_capi_kinds struct capi_kinds live = {0};
    if (json_object_size(written) == 0)
        return 0;
    if (!known && read_kinds(restore, &live, err) < 0)
        return -1;
    const struct capi_kinds *kinds = known ? known : &live;
    for (size_t i = 0; i < kinds->count; i++) {
        const struct capi_kind *kind = &kinds->items[i];
        auto_free char *key = xasprintf("%s/%s", kind->group, kind->kind);
        if (kind->converter && json_object_get(written, key) &&
            judge(restore, kind->converter, missing, err) < 0)
            return -1;
    }
    return 0;
}

/* ---- */

int preflight_webhooks(struct backup_restore *restore, struct error **err)
{
    long long deadline = clock_deadline_ms(restore->options.webhook_timeout_ms);
    size_t before = restore->problems.count;
    const struct capi_kinds *kinds = restore->options.kinds;
    for (;;) {
        auto_strv struct strv missing;
        strv_init(&missing);
        if (look_at_admission(restore, &missing, err) < 0 ||
            look_at_conversion(restore, kinds, &missing, err) < 0)
            return -1;
        if (!missing.count)
            break;
        if (clock_passed(deadline)) {
            for (size_t i = 0; i < missing.count; i++)
                strv_add(&restore->problems, missing.items[i]);
            break;
        }
        clock_sleep_ms(POLL_MS);
        kinds = NULL; /* whoever issues certificates may have written them since */
        if (interrupt_check(err) < 0)
            return -1;
    }
    preflight_checked(restore, "webhooks", before);
    return 0;
}
