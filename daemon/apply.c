#include "daemon/apply.h"

#include <stdlib.h>

#include "base/mem.h"
#include "daemon/batch.h"
#include "daemon/log.h"
#include "daemon/slices.h"
#include "http/url.h"
#include "json/js_write.h"

/* What depends on the kind. */
static const struct {
    const char *word;
    const char *api;
    const char *plural;
} kinds[] = {
    [WRITE_SERVICE] = {"Service", "/api/v1", "services"},
    [WRITE_SLICE] = {"EndpointSlice", "/apis/discovery.k8s.io/v1", "endpointslices"},
};

static char *path_of(const struct apply *apply, const struct write *write)
{
    struct buf path;
    buf_init(&path);
    buf_printf(&path, "%s/namespaces/%s/%s/", kinds[write->kind].api, apply->namespace_,
               kinds[write->kind].plural);
    url_escape(&path, write->name);
    if (write->verb == WRITE_PUT) {
        url_query(&path, "fieldManager", SLICES_MANAGER);
        url_query(&path, "force", "true");
    }
    return buf_steal(&path);
}

static int prepare(const struct apply *apply, struct write *write, struct kube_call *call,
                   struct error **err)
{
    struct buf body;
    buf_init(&body);
    if (js_write(&body, write->body, 0, err) < 0)
        return -1;
    bool put = write->verb == WRITE_PUT;
    kube_call_init(call, put ? "PATCH" : "DELETE", path_of(apply, write));
    kube_call_body_take(call, put ? "application/apply-patch+yaml" : "application/json", &body);
    call->owner = write;
    return 0;
}

static struct store *store_of(const struct apply *apply, const struct write *write)
{
    return write->kind == WRITE_SERVICE ? apply->services : apply->slices;
}

/* The server's answer is newer than what a watch has told so far. */
static void learn(const struct apply *apply, const struct write *write, struct kube_call *call)
{
    auto_error struct error *ignored = NULL; /* then the watch tells */
    if (write->verb == WRITE_DELETE) {
        store_remove(store_of(apply, write), write->name);
        return;
    }
    json_auto_t *object = kube_call_object(call, &ignored);
    if (object)
        store_put(store_of(apply, write), object);
}

static void tell(const struct write *write)
{
    if (write->why)
        log_line(LOG_LEVEL_INFO, "%s %s %s: %s", write->verb == WRITE_PUT ? "wrote" : "deleted",
                 kinds[write->kind].word, write->name, write->why);
}

static char *name_of(const struct write *write)
{
    return xasprintf("%s %s", kinds[write->kind].word, write->name);
}

static void conclude(struct apply *apply, struct kube_call *call)
{
    struct write *write = call->owner;
    int status = kube_call_status(call);
    auto_free char *name = name_of(write);
    if (!call->error || (write->verb == WRITE_DELETE && status == 404)) {
        apply->writes += !call->error;
        write->done = true;
        failures_end_of(apply->failures, name);
        learn(apply, write, call);
        tell(write);
        return;
    }
    if (status == 409)
        return;
    apply->errors++;
    auto_free char *text =
        xasprintf("cannot %s %s: %s", write->verb == WRITE_PUT ? "write" : "delete", name,
                  call->error->message);
    failures_add(apply->failures, name, text);
}

/* What failed before and is not in PLAN any more, as of a cluster that is gone, is over. */
static void forget_others(const struct apply *apply, const struct plan *plan)
{
    json_auto_t *names = json_object();
    for (size_t i = 0; i < plan->count; i++) {
        auto_free char *name = name_of(&plan->items[i]);
        json_object_set_new(names, name, json_null());
    }
    failures_keep(apply->failures, names);
}

int apply_plan(struct apply *apply, struct plan *plan, struct error **err)
{
    struct kube_call *calls = xcalloc(plan->count + 1, sizeof(*calls));
    int result = 0;
    size_t count = 0;
    for (; count < plan->count && result == 0; count += result == 0)
        result = prepare(apply, &plan->items[count], &calls[count], err);
    if (result == 0)
        result = batch_run(apply->client, calls, count, err);
    for (size_t i = 0; i < count; i++) {
        if (batch_made(&calls[i]))
            conclude(apply, &calls[i]);
        kube_call_clear(&calls[i]);
    }
    forget_others(apply, plan);
    failures_end_round(apply->failures);
    free(calls);
    return result;
}
