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
    SOON_MS = 9000,   /* not there yet, or something went wrong: next cycle */
    LATER_MS = 300000 /* it is as it should be */
};

/* One Secret that is due. */
struct task {
    char *key; /* of secrets->due */
    char *cluster, *server, *only_from;
    struct kube_call call;
};

struct tasks {
    struct task *items;
    size_t count;
};

void secrets_init(struct secrets *secrets, const char *namespace_, bool always, bool restore)
{
    *secrets = (struct secrets){
        .namespace_ = namespace_, .always = always, .restore = restore, .due = json_object()};
}

void secrets_clear(struct secrets *secrets)
{
    json_decref(secrets->due);
    *secrets = (struct secrets){0};
}

static void tasks_clear(struct tasks *tasks)
{
    for (size_t i = 0; i < tasks->count; i++) {
        free(tasks->items[i].key);
        free(tasks->items[i].cluster);
        free(tasks->items[i].server);
        free(tasks->items[i].only_from);
        /* What it held is a key to a cluster. */
        buf_wipe(&tasks->items[i].call.job.response.body);
        kube_call_clear(&tasks->items[i].call);
    }
    free(tasks->items);
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

static int write_patch(struct secrets *secrets, struct kube_client *client, const struct task *task,
                       const json_t *patch, struct error **err)
{
    struct buf body;
    buf_init(&body);
    if (js_write(&body, patch, 0, err) < 0)
        return -1;
    auto_kube_call struct kube_call call;
    kube_call_init(&call, "PATCH", path_of(secrets, task->cluster));
    kube_call_body_take(&call, "application/merge-patch+json", &body);
    int result = batch_run(client, &call, 1, err);
    buf_wipe(&call.job.request.body);
    buf_wipe(&call.job.response.body);
    if (result == 0 && call.error) {
        kube_call_error_move(&call, err);
        return -1;
    }
    if (result == 0) {
        secrets->writes++;
        log_line(LOG_LEVEL_INFO, "wrote Secret %s-kubeconfig: its server is %s now", task->cluster,
                 task->server);
    }
    return result;
}

/* Attends to one Secret that was read. 0 when it is as it should be. */
static int attend(struct secrets *secrets, struct kube_client *client, struct task *task,
                  struct error **err)
{
    json_auto_t *secret = kube_call_object(&task->call, err);
    json_auto_t *patch = NULL;
    const struct kubeconfig_change change = {
        .cluster = task->cluster, .server = task->server, .only_from = task->only_from};
    int differs = secret ? kubeconfig_plan(secret, &change, &patch, err) : -1;
    return differs > 0 ? write_patch(secrets, client, task, patch, err) : differs;
}

/* Of the errors of attend: the API server answers no more, which is no matter of one Secret. */
static bool is_lost(const struct error *error)
{
    return error->kind == ERROR_HTTP || error->kind == ERROR_TIMEOUT ||
           error->kind == ERROR_INTERRUPTED;
}

/* 1 when the Secret is as it should be, 0 when it has to be looked at again. */
static int finish(struct secrets *secrets, struct kube_client *client, struct task *task,
                  struct error **err)
{
    auto_error struct error *error = NULL;
    int status = kube_call_status(&task->call);
    if (status == 404)
        return 0; /* Cluster API has not made it yet */
    if (task->call.error)
        kube_call_error_move(&task->call, &error);
    else if (attend(secrets, client, task, &error) == 0)
        return 1;
    else if (is_lost(error)) {
        error_move_take(err, steal_ptr(error));
        return -1;
    }
    if (error->kind != ERROR_CONFLICT) {
        secrets->errors++;
        log_line(LOG_LEVEL_WARNING, "Secret %s-kubeconfig: %s", task->cluster, error->message);
    }
    return 0;
}

static int run_tasks(struct secrets *secrets, struct kube_client *client, struct tasks *tasks,
                     struct error **err)
{
    /* Calls have to lie beside each other for batch_run. */
    struct kube_call *calls = xcalloc(tasks->count + 1, sizeof(*calls));
    for (size_t i = 0; i < tasks->count; i++)
        calls[i] = tasks->items[i].call;
    for (size_t i = 0; i < tasks->count; i++)
        calls[i].job.owner = &calls[i];
    int result = batch_run(client, calls, tasks->count, err);
    for (size_t i = 0; i < tasks->count; i++)
        tasks->items[i].call = calls[i];
    free(calls);
    for (size_t i = 0; i < tasks->count && result == 0; i++) {
        int fine = finish(secrets, client, &tasks->items[i], err);
        json_object_set_new(secrets->due, tasks->items[i].key,
                            json_integer(clock_deadline_ms(fine > 0 ? LATER_MS : SOON_MS)));
        result = fine < 0 ? -1 : 0;
    }
    return result;
}

int secrets_keep(struct secrets *secrets, struct kube_client *client, const json_t *objects,
                 enum plan_health (*health)(void *context, const char *cluster), void *context,
                 struct error **err)
{
    struct tasks tasks = {.items = xcalloc(json_object_size(objects) + 1, sizeof(struct task))};
    const char *key = NULL;
    json_t *object = NULL;
    json_object_foreach (js_iterable(objects), key, object) {
        const char *name = cluster_name(object);
        consider(secrets, &tasks, object, name && health(context, name) != PLAN_ABSENT);
    }
    int result = run_tasks(secrets, client, &tasks, err);
    tasks_clear(&tasks);
    return result;
}
