/* The requests of capi/put.h and what their answers mean. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "capi/put_priv.h"
#include "http/url.h"
#include "json/js_get.h"
#include "json/js_read.h"
#include "json/js_write.h"
#include "kube/prior.h"

/* The answer to a write is as large as the object; where nobody else can write meanwhile only its
 * version is of interest. */
#define METADATA                                                                                   \
    "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,"                                \
    "application/json"

#define CREATOR "mcapi" /* the name that the server makes of our User-Agent */

enum {
    UNSERVED_MS = 30000, /* a kind that was just established need not be served everywhere */
};

/* The object before and after is needed: to be shown, or to be compared. A merge and a replacement
 * name the version that they change; an apply does not, and somebody may write the status
 * meanwhile. Of a dry run the version says nothing. */
static bool keeps(const struct capi_puts *puts, const struct capi_put *item)
{
    return puts->options.keep || kube_client_is_dry_run(puts->client) ||
           (item->exists && item->way == CAPI_WAY_APPLY);
}

static const char *manager_of(const struct capi_puts *puts)
{
    return puts->options.manager ? puts->options.manager : CREATOR;
}

/* ---- requests */

static char *path_of(const struct capi_put *item, bool collection)
{
    struct buf path;
    buf_init(&path);
    kube_resource_path(&path, &item->id.resource, item->id.namespace_,
                       collection ? NULL : item->id.name);
    return buf_steal(&path);
}

static char *apply_path(const struct capi_puts *puts, const struct capi_put *item)
{
    struct buf path;
    buf_init(&path);
    kube_resource_path(&path, &item->id.resource, item->id.namespace_, item->id.name);
    url_query(&path, "fieldManager", manager_of(puts));
    if (item->way == CAPI_WAY_APPLY)
        url_query(&path, "force", "true");
    return buf_steal(&path);
}

/*
 * The server holds a POST of a kind that it has known for less than two seconds for two seconds
 * more, so that its peers learn of the kind; an apply of what is missing it does not hold, and it
 * stores the same object.
 */
static bool is_applied(const struct capi_puts *puts, const struct capi_put *item)
{
    return item->way == CAPI_WAY_APPLY ||
           (!item->exists && (item->late || puts->options.young_kinds));
}

/* The wanted text with the version that was read: whoever wrote meanwhile is not overrun. */
static int versioned_body(const struct capi_put *item, struct buf *body, struct error **err)
{
    json_error_t where;
    json_auto_t *value = js_read(buf_str(&item->body), item->body.size, &where);
    json_t *metadata = json_object_get(value, "metadata");
    json_object_set_new(metadata, "resourceVersion", json_string(item->version));
    return js_write(body, value, 0, err);
}

/* The wanted text travels as it is: it is lent to the request, not copied. */
static void lend_body(struct capi_put *item, struct buf *body)
{
    *body = item->body;
    buf_init(&item->body);
    item->lent = true;
}

void put_take_back(struct capi_put *item)
{
    if (!item->lent)
        return;
    item->body = item->call.job.request.body;
    buf_init(&item->call.job.request.body);
    item->lent = false;
}

static int build_write(const struct capi_puts *puts, struct capi_put *item, struct error **err)
{
    struct buf body;
    buf_init(&body);
    const char *type = "application/json";
    if (is_applied(puts, item)) {
        kube_call_init(&item->call, "PATCH", apply_path(puts, item));
        type = "application/apply-patch+yaml";
        item->call.idempotent = true;
        lend_body(item, &body);
    } else if (!item->exists) {
        kube_call_init(&item->call, "POST", path_of(item, true));
        lend_body(item, &body);
    } else {
        bool merge = item->way == CAPI_WAY_MERGE;
        kube_call_init(&item->call, merge ? "PATCH" : "PUT", path_of(item, false));
        if (merge)
            type = "application/merge-patch+json";
        if (versioned_body(item, &body, err) < 0)
            return -1;
    }
    kube_call_body_take(&item->call, type, &body);
    if (!keeps(puts, item))
        http_request_header(&item->call.job.request, "Accept", METADATA);
    return 0;
}

int put_build(const struct capi_puts *puts, struct capi_put *item, struct error **err)
{
    if (item->stage == CAPI_PUT_LOOK)
        kube_call_init(&item->call, "GET", path_of(item, false));
    else if (build_write(puts, item, err) < 0)
        return -1;
    /* Another try is ours: it looks again before it writes. */
    if (item->stage == CAPI_PUT_WRITE)
        item->call.give_up_at = clock_now_ms();
    if (item->late)
        item->call.unserved_until = clock_deadline_ms(UNSERVED_MS);
    item->call.owner = item;
    return 0;
}

/* ---- answers */

static bool may_pass(const struct capi_puts *puts, const struct kube_call *call)
{
    int status = kube_call_status(call);
    if (!status)
        return call->job.failure != HTTP_FAILURE_VERIFY;
    if (status == 401)
        return false;
    return status == 409 || status == 429 || status >= 500 ||
           (status == 404 && call->status.plain) ||
           kube_status_has_cause(&call->status, "NamespaceTerminating") ||
           kube_status_patience(&call->status) != KUBE_FINAL || puts->options.retry_refused;
}

static enum put_verdict fail(const struct capi_puts *puts, struct capi_put *item,
                             struct error **err)
{
    const struct capi_put_words *words = puts->options.words;
    bool creates = item->stage == CAPI_PUT_WRITE && !item->exists;
    bool passing = may_pass(puts, &item->call);
    auto_free char *name = capi_object_name(&item->id);
    kube_call_error_move(&item->call, err);
    if (creates)
        error_wrap(err, "%s %s", words->create, name);
    else if (words->names)
        error_wrap(err, "%s %s", item->stage == CAPI_PUT_LOOK ? words->get : words->patch, name);
    else
        error_wrap(err, "%s: %s", item->stage == CAPI_PUT_LOOK ? words->get : words->patch, name);
    item->stage = CAPI_PUT_LOOK;
    return passing ? PUT_PASSING : PUT_REFUSED;
}

/* After a look: what is to be done. */
static enum put_verdict next_after_look(const struct capi_puts *puts, struct capi_put *item,
                                        struct error **err)
{
    if (item->terminating && kube_client_is_dry_run(puts->client)) {
        put_judge(item, &puts->options, NULL); /* it will be gone by then */
    } else if (item->terminating) {
        auto_free char *name = capi_object_name(&item->id);
        error_make(err, ERROR_CONFLICT, "%s is being deleted", name);
        return PUT_PASSING;
    }
    if (!item->differs) {
        item->action = CAPI_UNCHANGED;
        item->stage = CAPI_PUT_DONE;
        return PUT_SETTLED;
    }
    item->stage = CAPI_PUT_WRITE;
    return PUT_GO_ON;
}

static enum put_verdict finish_look(const struct capi_puts *puts, struct capi_put *item,
                                    struct error **err)
{
    if (kube_call_status(&item->call) == 404) {
        put_judge(item, &puts->options, NULL);
        return next_after_look(puts, item, err);
    }
    if (item->call.error)
        return fail(puts, item, err);
    json_auto_t *before = kube_call_object(&item->call, err);
    if (!before)
        return PUT_REFUSED;
    put_judge(item, &puts->options, before);
    if (item->differs && keeps(puts, item))
        item->before = json_incref(before);
    return next_after_look(puts, item, err);
}

static bool has_changed(const struct capi_puts *puts, const struct capi_put *item,
                        const json_t *after)
{
    bool applied = item->way == CAPI_WAY_APPLY;
    if (applied || kube_client_is_dry_run(puts->client))
        return kube_prior_differs(item->before, after, applied ? manager_of(puts) : NULL,
                                  item->id.resource.plain_status);
    return !str_equal(js_str(after, "metadata", "resourceVersion", NULL), item->version);
}

static enum put_verdict finish_write(const struct capi_puts *puts, struct capi_put *item,
                                     struct error **err)
{
    if (item->call.error)
        return fail(puts, item, err);
    json_auto_t *after = kube_call_object(&item->call, err);
    if (!after)
        return PUT_REFUSED;
    bool changed = item->exists && has_changed(puts, item, after);
    item->action = !item->exists ? CAPI_CREATED : changed ? CAPI_PATCHED : CAPI_UNCHANGED;
    if (puts->options.keep)
        item->after = steal_ptr(after);
    else
        json_decref(steal_ptr(item->before));
    item->stage = CAPI_PUT_DONE;
    return PUT_SETTLED;
}

enum put_verdict put_finish(const struct capi_puts *puts, struct capi_put *item, struct error **err)
{
    return item->stage == CAPI_PUT_LOOK ? finish_look(puts, item, err)
                                        : finish_write(puts, item, err);
}

bool put_predict(const struct capi_puts *puts, struct capi_put *item)
{
    if (!kube_client_is_dry_run(puts->client) || item->stage != CAPI_PUT_WRITE || item->exists)
        return false;
    json_error_t where;
    if (puts->options.keep)
        item->after = js_read(buf_str(&item->body), item->body.size, &where);
    item->action = CAPI_CREATED;
    item->stage = CAPI_PUT_DONE;
    return true;
}
