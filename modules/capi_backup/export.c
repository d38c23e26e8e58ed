#include "capi_backup/export.h"

#include <string.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/mem.h"
#include "base/str.h"
#include "capi/gate.h"
#include "capi/sequence.h"
#include "json/js_get.h"

enum { MAX_WANTS = 8, TOLD = 5 };

int export_init(struct export *export, struct cb *cb, struct error **err)
{
    const struct cb_args *args = &cb->args;
    *export = (struct export){
        .cb = cb,
        .select = {.clusters = &args->clusters,
                   .unused_classes = args->include_unused_classes,
                   .cloud_configs = args->cloud_config_secrets,
                   .identities = args->identities,
                   .skip_unready = args->readiness == CB_READY_SKIP},
        .deadline = clock_deadline_ms(args->timeout_ms),
    };
    capi_graph_init(&export->graph);
    progress_init(&export->progress, "read", !str_equal(cb->context->version, "0.0"));
    if (cb_connect(cb, err) < 0)
        return -1;
    capi_snapshot_init(&export->snapshot, cb->client, &export->kinds, &export->graph);
    export->snapshot.progress = progress_tell;
    export->snapshot.context = &export->progress;
    return 0;
}

void export_clear(struct export *export)
{
    progress_end(&export->progress);
    capi_snapshot_clear(&export->snapshot);
    capi_graph_clear(&export->graph);
    capi_kinds_clear(&export->kinds);
    strv_clear(&export->moved);
}

static int check_time(const struct export *export, struct error **err)
{
    if (interrupt_check(err) < 0)
        return -1;
    if (!clock_passed(export->deadline))
        return 0;
    error_make(err, ERROR_TIMEOUT, "timeout: the backup was not done after %lld s",
               export->cb->args.timeout_ms / 1000);
    return -1;
}

/* ---- kinds */

static int add_extra_kinds(struct export *export, struct error **err)
{
    auto_strv struct strv versions;
    strv_init(&versions);
    size_t index = 0;
    json_t *extra = NULL;
    json_array_foreach (js_iterable(export->cb->args.extra_resources), index, extra)
        strv_add_once(&versions, js_str(extra, "api_version", NULL));
    if (!versions.count)
        return 0;
    if (kube_discovery_fetch(export->cb->discovery, &versions, err) < 0)
        return -1;
    json_array_foreach (js_iterable(export->cb->args.extra_resources), index, extra) {
        const char *version = js_str(extra, "api_version", NULL);
        const char *kind = js_str(extra, "kind", NULL);
        struct kube_resource resource = {0};
        int found = kube_discovery_lookup(export->cb->discovery, version, kind, &resource, err);
        if (found < 0)
            return -1;
        if (!found) {
            error_make(err, ERROR_NOT_FOUND, "extra_resources: the server has no %s in %s", kind,
                       version);
            return -1;
        }
        capi_kinds_add_resource(&export->kinds, &resource);
    }
    return 0;
}

int export_prepare(struct export *export, struct error **err)
{
    return capi_kinds_read(&export->kinds, export->cb->client, err) < 0 ||
                   add_extra_kinds(export, err) < 0
               ? -1
               : 0;
}

/* ---- lists */

static int want_extra(struct export *export, const json_t *extra, struct error **err)
{
    const char *api_version = js_str(extra, "api_version", NULL);
    const char *slash = strchr(api_version, '/');
    const char *namespace_ = js_str(extra, "namespace", NULL);
    const char *name = js_str(extra, "name", NULL);
    const char *selector = js_str(extra, "label_selector", NULL);
    struct capi_target target = {
        .group = slash ? xmemdup(api_version, (size_t)(slash - api_version)) : xstrdup(""),
        .kind = xstrdup(js_str(extra, "kind", NULL)),
        .namespace_ = xstrdup(namespace_ ? namespace_ : ""),
        .name = name ? xstrdup(name) : NULL,
    };
    const struct capi_kind *kind = capi_kinds_find(&export->kinds, target.group, target.kind);
    int result = 0;
    if (!name && !selector) {
        error_make(err, ERROR_USAGE, "extra_resources: %s needs a name or a label_selector",
                   target.kind);
        result = -1;
    } else if (name && kind && kind->namespaced && !namespace_) {
        error_make(err, ERROR_USAGE, "extra_resources: %s %s needs a namespace", target.kind, name);
        result = -1;
    } else if (capi_snapshot_want(&export->snapshot, &target, selector, CAPI_WHY_EXTRA, err) < 0) {
        result = -1;
    }
    capi_target_clear(&target);
    return result;
}

static bool is_head(const struct capi_kind *kind)
{
    return str_equal(kind->group, CAPI_GROUP) &&
           (str_equal(kind->kind, "Cluster") || str_equal(kind->kind, "ClusterClass"));
}

/* Marks the lists of everything else as read. */
static void keep_heads(struct capi_snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->count; i++)
        if (!is_head(snapshot->lists[i].kind))
            snapshot->lists[i].refused = true;
}

static int plan_lists(struct export *export, struct error **err)
{
    if (export->snapshot.count)
        return 0;
    if (capi_snapshot_plan(&export->snapshot, &export->cb->args.namespaces, err) < 0)
        return -1;
    if (export->heads) {
        keep_heads(&export->snapshot);
        return 0;
    }
    size_t index = 0;
    json_t *extra = NULL;
    json_array_foreach (js_iterable(export->cb->args.extra_resources), index, extra)
        if (want_extra(export, extra, err) < 0)
            return -1;
    return 0;
}

/* ---- one pass */

static int decide(struct export *export, struct error **err)
{
    capi_graph_link(&export->graph);
    export->unready = capi_gate_check(&export->graph);
    if (capi_select(&export->graph, &export->select, err) < 0)
        return -1;
    export->groups = capi_sequence(&export->graph);
    return 0;
}

/* Adds the lists of what is referred to and was not read: how many, or -1. */
static int add_wants(struct export *export, struct error **err)
{
    auto_capi_wants struct capi_wants wants = {0};
    int added = 0;
    capi_select_wants(&export->graph, &export->select, &wants);
    for (size_t i = 0; i < wants.count; i++) {
        const struct capi_kind *kind =
            capi_kinds_find(&export->kinds, wants.items[i].group, wants.items[i].kind);
        /* Of a kind that is not Cluster API's: nothing that could be followed. */
        if (!kind || (export->heads && !is_head(kind)))
            continue;
        int more = capi_snapshot_want(&export->snapshot, &wants.items[i], NULL, wants.why[i], err);
        if (more < 0)
            return -1;
        added += more;
    }
    return added;
}

static int pass(struct export *export, struct error **err)
{
    for (int i = 0; i < MAX_WANTS; i++) {
        if (check_time(export, err) < 0 || capi_snapshot_read(&export->snapshot, err) < 0 ||
            decide(export, err) < 0)
            return -1;
        int added = add_wants(export, err);
        if (added <= 0)
            return added;
    }
    return 0;
}

int export_read_heads(struct export *export, struct error **err)
{
    export->heads = true;
    return plan_lists(export, err) < 0 ? -1 : pass(export, err);
}

/* ---- until nothing moves */

static int give_up(struct export *export, struct error **err)
{
    if (export->cb->args.allow_inconsistent)
        return 0;
    error_make(err, ERROR_STATUS, "the cluster did not stand still while it was read, %u times: %s",
               export->rounds, export->moved.items[0]);
    for (size_t i = 1; i < export->moved.count && i < TOLD; i++)
        error_append(err, ", %s", export->moved.items[i]);
    if (export->moved.count > TOLD)
        error_append(err, ", …");
    error_append(err, "; try quiesce: pause, or allow_inconsistent");
    return -1;
}

/* What moves for a moment is seen again at once; what goes on moving gets time. */
static int wait_a_while(const struct export *export, struct error **err)
{
    if (export->rounds > 1)
        clock_sleep_ms(export->cb->args.retry_delay_ms);
    return check_time(export, err);
}

int export_read(struct export *export, bool compare, struct error **err)
{
    if (plan_lists(export, err) < 0)
        return -1;
    for (;;) {
        export->rounds++;
        if (pass(export, err) < 0)
            return -1;
        if (export->cb->args.readiness == CB_READY_STRICT &&
            capi_gate_strict(&export->graph, err) < 0)
            return -1;
        strv_clear(&export->moved);
        strv_init(&export->moved);
        int moved = compare ? capi_snapshot_compare(&export->snapshot, &export->moved, err) : 0;
        if (moved < 0)
            return -1;
        export->consistent = compare && !moved;
        if (!moved)
            return 0;
        if (export->rounds > export->cb->args.retries)
            return give_up(export, err);
        if (wait_a_while(export, err) < 0)
            return -1;
    }
}
