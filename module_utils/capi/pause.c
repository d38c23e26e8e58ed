#include "capi/pause.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/mem.h"
#include "base/str.h"
#include "capi/pause_priv.h"
#include "json/js_get.h"
#include "json/js_write.h"

#define MERGE_PATCH "application/merge-patch+json"

enum { POLL_MS = 250 };

/* ---- patches */

static json_t *pause_patch(const struct capi_pause *pause, const json_t *entry)
{
    if (capi_pause_is_class(entry))
        return json_pack("{s:{s:{s:s, s:s}}}", "metadata", "annotations", CAPI_PAUSED_BY,
                         pause->run_id, CAPI_PAUSED_ANNOTATION, "");
    return json_pack("{s:{s:{s:s}}, s:{s:b}}", "metadata", "annotations", CAPI_PAUSED_BY,
                     pause->run_id, "spec", "paused", 1);
}

/* Whoever has paused the object as well keeps it so. */
static json_t *unmark_patch(void)
{
    return json_pack("{s:{s:{s:n}}}", "metadata", "annotations", CAPI_PAUSED_BY);
}

/* The field is dropped, not set to false: we own nothing of the Cluster afterwards. */
static json_t *resume_patch(const json_t *entry)
{
    json_t *annotations = json_pack("{s:n}", CAPI_PAUSED_BY);
    if (js_true(entry, "restoring", NULL))
        json_object_set_new(annotations, CAPI_RESTORING, json_null());
    if (!capi_pause_is_class(entry))
        return json_pack("{s:{s:o}, s:{s:n}}", "metadata", "annotations", annotations, "spec",
                         "paused");
    json_object_set_new(annotations, CAPI_PAUSED_ANNOTATION, json_null());
    return json_pack("{s:{s:o}}", "metadata", "annotations", annotations);
}

static int init_patch(struct kube_call *call, const struct capi_pause *pause, const json_t *entry,
                      json_t *patch_take, struct error **err)
{
    json_auto_t *patch = patch_take;
    struct buf body;
    buf_init(&body);
    char *path = capi_pause_path(pause, entry);
    kube_call_init(call, "PATCH", path ? path : xstrdup("/"));
    if (js_write(&body, patch, JS_WRITE_SORT, err) < 0)
        return -1;
    kube_call_body_take(call, MERGE_PATCH, &body);
    call->idempotent = true; /* the same once more */
    call->may_race = true;
    return 0;
}

/* ---- pausing */

/* Patches the entries that are classes, or those that are not, all at once. */
static int patch_all(const struct capi_pause *pause, bool classes, struct error **err)
{
    size_t count = json_array_size(pause->entries);
    size_t used = 0;
    int result = 0;
    auto_free struct kube_call *calls = xcalloc(count + 1, sizeof(*calls));
    for (size_t i = 0; result == 0 && i < count; i++) {
        const json_t *entry = json_array_get(pause->entries, i);
        if (capi_pause_is_class(entry) == classes)
            result = init_patch(&calls[used++], pause, entry, pause_patch(pause, entry), err);
    }
    /* A patch that is abandoned may land after its pause was taken back: each is waited for. */
    interrupt_hold();
    if (result == 0)
        result = kube_client_all(pause->client, calls, used, err);
    interrupt_release();
    for (size_t i = 0; i < used; i++) {
        /* What is gone by now needs no pause. */
        if (result == 0 && calls[i].error && kube_call_status(&calls[i]) != 404) {
            kube_call_error_move(&calls[i], err);
            error_wrap(err, "pausing %s", calls[i].job.request.url);
            result = -1;
        }
        kube_call_clear(&calls[i]);
    }
    return result < 0 ? -1 : interrupt_check(err);
}

/* ---- waiting until controllers have noticed */

static const json_t *paused_condition(const json_t *conditions)
{
    return js_find(conditions, "type", "Paused");
}

/* True when VALUE reports that it is paused, or never reports it. */
static bool has_noticed(const json_t *value)
{
    const json_t *condition = paused_condition(js_get(value, "status", "conditions", NULL));
    if (!condition)
        condition = paused_condition(js_get(value, "status", "v1beta2", "conditions", NULL));
    if (!condition)
        return true;
    long long generation = 0;
    long long observed = 0;
    if (js_int(value, &generation, "metadata", "generation", NULL) &&
        js_int(condition, &observed, "observedGeneration", NULL) && observed < generation)
        return false;
    return str_equal(js_str(condition, "status", NULL), "True");
}

/* Drops those of WAITING, {label: path}, that have noticed. */
static int look(struct kube_client *client, json_t *waiting, struct error **err)
{
    size_t count = 0;
    const char *label = NULL;
    json_t *path = NULL;
    void *next = NULL;
    auto_free struct kube_call *calls = xcalloc(json_object_size(waiting) + 1, sizeof(*calls));
    json_object_foreach (waiting, label, path)
        kube_call_init(&calls[count++], "GET", xstrdup(json_string_value(path)));
    int result = kube_client_all(client, calls, count, err);
    size_t index = 0;
    json_object_foreach_safe (waiting, next, label, path) {
        auto_error struct error *ignored = NULL; /* whoever lists it next will tell */
        struct kube_call *call = &calls[index++];
        json_auto_t *value = result < 0 || call->error ? NULL : kube_call_json(call, &ignored);
        if (result == 0 && (!value || has_noticed(value)))
            json_object_del(waiting, label);
        kube_call_clear(call);
    }
    return result;
}

int capi_pause_await(struct kube_client *client, json_t *waiting, long long timeout_ms,
                     struct strv *warnings, struct error **err)
{
    long long deadline = clock_deadline_ms(timeout_ms);
    while (json_object_size(waiting)) {
        if (interrupt_check(err) < 0 || look(client, waiting, err) < 0)
            return -1;
        if (!json_object_size(waiting) || clock_passed(deadline))
            break;
        clock_sleep_ms(POLL_MS);
    }
    const char *label = NULL;
    json_t *path = NULL;
    json_object_foreach (waiting, label, path)
        strv_printf(warnings, "%s does not say within %lld s that it is paused", label,
                    timeout_ms / 1000);
    return 0;
}

static int await_entries(const struct capi_pause *pause, long long timeout_ms,
                         struct strv *warnings, struct error **err)
{
    json_auto_t *paths = json_object();
    size_t index = 0;
    json_t *entry = NULL;
    json_array_foreach (pause->entries, index, entry) {
        auto_free char *label = capi_pause_label(entry);
        auto_free char *path = capi_pause_path(pause, entry);
        if (path)
            json_object_set_new(paths, label, json_string(path));
    }
    return capi_pause_await(pause->client, paths, timeout_ms, warnings, err);
}

int capi_pause_all(struct capi_pause *pause, const struct capi_graph *graph, long long timeout_ms,
                   struct strv *warnings, struct error **err)
{
    for (size_t i = 0; i < graph->count; i++) {
        const struct capi_node *node = graph->nodes[i];
        /* With the mark of a restore it is the restore that pauses: where it has not, somebody has
         * resumed by hand. */
        if (!node->observed || node->why == CAPI_WHY_NONE || node->restoring)
            continue;
        if (node->cluster ? !node->cluster->paused && !node->paused_annotation
                          : capi_node_is_class(node) && !node->paused_annotation)
            capi_pause_enter(pause, node, pause->run_id);
    }
    if (!json_array_size(pause->entries))
        return 0;
    if (capi_pause_journal_write(pause, err) < 0 || patch_all(pause, false, err) < 0 ||
        patch_all(pause, true, err) < 0)
        return -1;
    return await_entries(pause, timeout_ms, warnings, err);
}

/* ---- resuming */

/* 1 when VALUE is still the pause of ENTRY, 0 when it is not. */
static bool is_still_ours(const json_t *value, const json_t *entry)
{
    const char *run = js_str(entry, "run", NULL);
    const char *by = js_str(value, "metadata", "annotations", CAPI_PAUSED_BY, NULL);
    return str_equal(js_str(value, "metadata", "uid", NULL), js_str(entry, "uid", NULL)) &&
           (str_empty(run) ? by == NULL : str_equal(by, run));
}

/* Whether a restore has paused VALUE too, after we had looked: what had its mark then is not paused
 * by us. Until it takes the mark off, half of a Cluster may be missing. */
static bool is_of_restore(const json_t *value, const json_t *entry)
{
    return js_get(value, "metadata", "annotations", CAPI_RESTORING, NULL) &&
           !js_true(entry, "restoring", NULL);
}

/* 1, or 0 when it is gone; nothing is sent by a dry run. */
static int take_back(const struct capi_pause *pause, const json_t *entry, json_t *patch_take,
                     struct error **err)
{
    auto_kube_call struct kube_call call = {0};
    if (kube_client_is_dry_run(pause->client)) {
        json_decref(patch_take);
        return 1;
    }
    if (init_patch(&call, pause, entry, patch_take, err) < 0 ||
        kube_client_call(pause->client, &call, err) < 0)
        return -1;
    if (kube_call_status(&call) == 404)
        return 0;
    kube_call_error_move(&call, err);
    return *err ? -1 : 1;
}

/* 1 resumed, 0 nothing to do, -1. */
static int resume_one(struct capi_pause *pause, const json_t *entry, const char *label,
                      struct error **err)
{
    auto_free char *path = capi_pause_path(pause, entry);
    json_auto_t *value = NULL;
    if (!path)
        return 0;
    if (kube_client_get(pause->client, path, &value, err) < 0)
        return -1;
    if (!value || !is_still_ours(value, entry))
        return 0;
    if (!is_of_restore(value, entry))
        return take_back(pause, entry, resume_patch(entry), err);
    if (take_back(pause, entry, unmark_patch(), err) < 0)
        return -1;
    strv_add_once(&pause->kept, label);
    return 0;
}

/* Classes first: a Cluster that is resumed before its class finds it not reconciled. */
static int resume_kind(struct capi_pause *pause, bool classes, json_t *left, struct strv *resumed,
                       struct error **err)
{
    int result = 0;
    size_t index = 0;
    json_t *entry = NULL;
    json_array_foreach (pause->entries, index, entry) {
        if (capi_pause_is_class(entry) != classes)
            continue;
        auto_error struct error *failure = NULL;
        auto_free char *label = capi_pause_label(entry);
        int done = resume_one(pause, entry, label, &failure);
        if (done > 0)
            strv_add(resumed, label);
        if (done >= 0)
            continue;
        error_wrap(&failure, "%s stays paused (annotation %s): resuming it", label, CAPI_PAUSED_BY);
        json_array_append(left, entry);
        if (result == 0)
            error_move_take(err, steal_ptr(failure));
        result = -1;
    }
    return result;
}

int capi_pause_resume(struct capi_pause *pause, struct strv *resumed, struct error **err)
{
    json_auto_t *left = json_array();
    interrupt_hold();
    int classes = resume_kind(pause, true, left, resumed, err);
    /* The first failure is the one that is told. */
    int clusters = resume_kind(pause, false, left, resumed, classes < 0 ? NULL : err);
    if (classes == 0 && clusters == 0 && !kube_client_is_dry_run(pause->client))
        clusters = capi_pause_journal_remove(pause, err);
    interrupt_release();
    json_decref(pause->entries);
    pause->entries = json_incref(left);
    return classes < 0 || clusters < 0 ? -1 : 0;
}

/* ---- what dead runs have left */

static bool is_dead(const char *run, long long max_age_s)
{
    char host[256] = "unknown";
    const char *colon = strchr(run, ':');
    if (!colon)
        return false;
    if (gethostname(host, sizeof(host) - 1) == 0 && strlen(host) == (size_t)(colon - run) &&
        strncmp(host, run, strlen(host)) == 0)
        return true;
    char *end = NULL;
    long long began = strtoll(colon + 1, &end, 10);
    return *end == ':' && (long long)time(NULL) - began > max_age_s;
}

void capi_pause_find(struct capi_pause *pause, const struct capi_graph *graph, long long max_age_s,
                     bool force, size_t *alive)
{
    for (size_t i = 0; i < graph->count; i++) {
        const struct capi_node *node = graph->nodes[i];
        if (!node->observed || !node->paused_by ||
            !(capi_node_is_cluster(node) || capi_node_is_class(node)) ||
            str_equal(node->paused_by, pause->run_id))
            continue;
        if (force || is_dead(node->paused_by, max_age_s))
            capi_pause_enter(pause, node, node->paused_by);
        else
            ++*alive;
    }
}

void capi_pause_add(struct capi_pause *pause, const struct capi_node *node)
{
    capi_pause_enter(pause, node, node->paused_by ? node->paused_by : "");
    if (node->restoring)
        json_object_set_new(js_find(pause->entries, "uid", node->uid), "restoring", json_true());
}
