#include "daemon/secrets.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "daemon/batch.h"
#include "daemon/kubeconfig.h"
#include "daemon/log.h"
#include "http/url.h"
#include "json/js_get.h"
#include "json/js_write.h"

enum {
    SOON_MS = 9000,    /* not there yet, or something went wrong: next cycle */
    LATER_MS = 300000, /* it is as it should be */
    AT_A_TIME = 32,    /* Secrets that are in memory, and between looks at the clock */
};

/* One Secret that is due. */
struct task {
    char *key; /* of secrets->due and secrets->failures */
    char *cluster, *server, *only_from;
    struct kube_call call; /* that reads it, then that writes it */
};

struct tasks {
    struct task *items;
    size_t count;
    json_t *due; /* owned: what stays of secrets->due */
};

void secrets_init(struct secrets *secrets, const char *namespace_, bool always, bool restore)
{
    *secrets = (struct secrets){
        .namespace_ = namespace_, .always = always, .restore = restore, .due = json_object()};
    failures_init(&secrets->failures, "Secrets could not be read or written");
}

void secrets_clear(struct secrets *secrets)
{
    json_decref(secrets->due);
    failures_clear(&secrets->failures);
    *secrets = (struct secrets){0};
}

/* What it held is a key to a cluster. */
static void call_clear(struct kube_call *call)
{
    buf_wipe(&call->job.request.body);
    buf_wipe(&call->job.response.body);
    kube_call_clear(call);
}

static void tasks_clear(struct tasks *tasks)
{
    for (size_t i = 0; i < tasks->count; i++) {
        free(tasks->items[i].key);
        free(tasks->items[i].cluster);
        free(tasks->items[i].server);
        free(tasks->items[i].only_from);
        call_clear(&tasks->items[i].call);
    }
    free(tasks->items);
    json_decref(tasks->due);
}

static char *path_of(const struct secrets *secrets, const char *cluster)
{
    struct buf path;
    auto_free char *name = xasprintf("%s-kubeconfig", cluster);
    buf_init(&path);
    buf_printf(&path, "/api/v1/namespaces/%s/secrets/", secrets->namespace_);
    url_escape(&path, name);
    return buf_steal(&path);
}

/* Adds the task unless it is not due; the strings are swallowed. */
static void add_take(const struct secrets *secrets, struct tasks *tasks, const char *cluster,
                     char *server_take, char *only_from_take)
{
    auto_free char *server = server_take;
    auto_free char *only_from = only_from_take;
    auto_free char *key = xasprintf("%s %s", cluster, server);
    long long due = 0;
    json_object_set(tasks->due, key, json_object_get(secrets->due, key));
    if (js_int(secrets->due, &due, key, NULL) && !clock_passed(due))
        return;
    struct task *task = &tasks->items[tasks->count++];
    *task = (struct task){.cluster = xstrdup(cluster)};
    task->key = steal_ptr(key);
    task->server = steal_ptr(server);
    task->only_from = steal_ptr(only_from);
    kube_call_init(&task->call, "GET", path_of(secrets, cluster));
}

/* "https://HOST:PORT" of the cluster's own endpoint, owned; NULL while it has none. */
static char *own_server(const json_t *object)
{
    const char *host = js_str(object, "spec", "controlPlaneEndpoint", "host", NULL);
    long long port = 0;
    if (str_empty(host) || !js_int(object, &port, "spec", "controlPlaneEndpoint", "port", NULL))
        return NULL;
    return xasprintf(str_contains(host, ":") ? "https://[%s]:%lld" : "https://%s:%lld", host, port);
}

/* What the Secret of one cluster should say, if that is ours to say. */
static void consider(const struct secrets *secrets, struct tasks *tasks, const json_t *object,
                     bool present)
{
    struct cluster cluster = {0};
    const char *name = cluster_name(object);
    enum cluster_verdict verdict = cluster_read(object, secrets->always, &cluster);
    if (verdict == CLUSTER_QUALIFIES && present)
        add_take(secrets, tasks, name, kubeconfig_server(name, secrets->namespace_), NULL);
    else if (verdict == CLUSTER_HAS_FLOATING_IP && secrets->restore) {
        char *server = own_server(object);
        if (server)
            add_take(secrets, tasks, name, server, kubeconfig_server(name, secrets->namespace_));
    }
    cluster_clear(&cluster);
}

/* The change that a Secret which was read wants, as the task's next call; 0 when it wants none. */
static int plan_patch(const struct secrets *secrets, struct task *task, struct error **err)
{
    json_auto_t *secret = kube_call_object(&task->call, err);
    json_auto_t *patch = NULL;
    const struct kubeconfig_change change = {
        .cluster = task->cluster, .server = task->server, .only_from = task->only_from};
    int differs = secret ? kubeconfig_plan(secret, &change, &patch, err) : -1;
    if (differs <= 0)
        return differs;
    struct buf body;
    buf_init(&body);
    if (js_write(&body, patch, 0, err) < 0)
        return -1;
    call_clear(&task->call);
    kube_call_init(&task->call, "PATCH", path_of(secrets, task->cluster));
    kube_call_body_take(&task->call, "application/merge-patch+json", &body);
    return 1;
}

static void look_again(struct secrets *secrets, const struct task *task, long long after_ms)
{
    json_object_set_new(secrets->due, task->key, json_integer(clock_deadline_ms(after_ms)));
}

static void failed(struct secrets *secrets, const struct task *task, const struct error *error)
{
    look_again(secrets, task, SOON_MS);
    if (error->kind == ERROR_CONFLICT)
        return;
    secrets->errors++;
    auto_free char *text = xasprintf("Secret %s-kubeconfig: %s", task->cluster, error->message);
    failures_add(&secrets->failures, task->key, text);
}

/* Nothing is wrong with it. */
static void fine(struct secrets *secrets, const struct task *task, long long after_ms)
{
    failures_end_of(&secrets->failures, task->key);
    look_again(secrets, task, after_ms);
}

/* True when the Secret that was read is to be written. */
static bool judge(struct secrets *secrets, struct task *task)
{
    auto_error struct error *error = NULL;
    if (kube_call_status(&task->call) == 404) { /* Cluster API has not made it yet */
        fine(secrets, task, SOON_MS);
        return false;
    }
    int differs = -1;
    if (task->call.error)
        kube_call_error_move(&task->call, &error);
    else
        differs = plan_patch(secrets, task, &error);
    if (differs < 0)
        failed(secrets, task, error);
    else if (differs == 0)
        fine(secrets, task, LATER_MS);
    return differs > 0;
}

static void conclude(struct secrets *secrets, struct task *task)
{
    auto_error struct error *error = NULL;
    if (task->call.error) {
        kube_call_error_move(&task->call, &error);
        failed(secrets, task, error);
        return;
    }
    secrets->writes++;
    fine(secrets, task, LATER_MS);
    log_line(LOG_LEVEL_INFO, "wrote Secret %s-kubeconfig: its server is %s now", task->cluster,
             task->server);
}

/* Calls have to lie beside each other for batch_run. */
static int run_calls(struct kube_client *client, struct task *const *tasks, size_t count,
                     struct error **err)
{
    struct kube_call *calls = xcalloc(count + 1, sizeof(*calls));
    for (size_t i = 0; i < count; i++) {
        calls[i] = tasks[i]->call;
        calls[i].job.owner = &calls[i];
    }
    int result = batch_run(client, calls, count, err);
    for (size_t i = 0; i < count; i++)
        tasks[i]->call = calls[i];
    free(calls);
    return result;
}

/* Reads COUNT Secrets, at most AT_A_TIME, then writes those that differ. */
static int attend(struct secrets *secrets, struct kube_client *client, struct task *tasks,
                  size_t count, struct error **err)
{
    struct task *chosen[AT_A_TIME];
    size_t writes = 0;
    for (size_t i = 0; i < count; i++)
        chosen[i] = &tasks[i];
    if (run_calls(client, chosen, count, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (judge(secrets, &tasks[i]))
            chosen[writes++] = &tasks[i];
    int result = run_calls(client, chosen, writes, err);
    for (size_t i = 0; i < writes; i++)
        if (batch_made(&chosen[i]->call))
            conclude(secrets, chosen[i]);
    return result;
}

/* Of clusters that are gone, or are not ours to attend to any more, nothing stays. */
static void forget_others(struct secrets *secrets, struct tasks *tasks)
{
    json_decref(secrets->due);
    secrets->due = steal_ptr(tasks->due);
    failures_keep(&secrets->failures, secrets->due);
}

static void find_tasks(struct secrets *secrets, const struct secrets_work *work,
                       struct tasks *tasks)
{
    const char *key = NULL;
    json_t *object = NULL;
    *tasks =
        (struct tasks){.items = xcalloc(json_object_size(work->objects) + 1, sizeof(struct task)),
                       .due = json_object()};
    json_object_foreach (js_iterable(work->objects), key, object) {
        const char *name = cluster_name(object);
        bool present = name && work->health(work->context, name) != PLAN_ABSENT;
        consider(secrets, tasks, object, present);
    }
    forget_others(secrets, tasks);
}

int secrets_keep(struct secrets *secrets, struct kube_client *client,
                 const struct secrets_work *work, struct error **err)
{
    struct tasks tasks;
    int result = 0;
    find_tasks(secrets, work, &tasks);
    secrets->left = false;
    for (size_t at = 0; at < tasks.count && result == 0; at += AT_A_TIME) {
        size_t left = tasks.count - at;
        if (at && work->enough(work->context)) {
            secrets->left = true;
            break;
        }
        result =
            attend(secrets, client, &tasks.items[at], left < AT_A_TIME ? left : AT_A_TIME, err);
    }
    failures_end_round(&secrets->failures);
    tasks_clear(&tasks);
    return result;
}
