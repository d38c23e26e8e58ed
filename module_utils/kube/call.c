/* One exchange with an API server: setting up, reading the answer. See kube/client.h. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "http/retry.h"
#include "json/js_read.h"
#include "kube/client.h"
#include "kube/object.h"
#include "kube/warning.h"

void kube_call_init(struct kube_call *call, const char *method, char *path_take)
{
    *call = (struct kube_call){0};
    /* The client puts the server in front when it starts the call. */
    http_job_init(&call->job, method, path_take);
    call->job.owner = call;
    call->idempotent = strcmp(method, "GET") == 0;
    call->write = !call->idempotent;
}

void kube_call_clear(struct kube_call *call)
{
    http_job_clear(&call->job);
    error_clear(&call->error);
    kube_status_clear(&call->status);
    *call = (struct kube_call){0};
}

void kube_call_body_take(struct kube_call *call, const char *content_type, struct buf *body_take)
{
    struct http_request *request = &call->job.request;
    buf_clear(&request->body);
    request->body = *body_take;
    buf_init(body_take);
    request->has_body = true;
    http_request_header(request, "Content-Type", content_type);
}

int kube_call_status(const struct kube_call *call)
{
    return call->job.response.status;
}

long long kube_call_pause_ms(const struct kube_call *call)
{
    return http_retry_pause_ms(call->job.attempts);
}

static void no_json(const struct buf *body, const json_error_t *where, struct error **err)
{
    error_make(err, ERROR_PARSE,
               "the API server's answer is not JSON (%s at byte %d of %zu): is there a proxy "
               "in between?",
               where->text, where->position, body->size);
}

json_t *kube_call_json(const struct kube_call *call, struct error **err)
{
    const struct buf *body = &call->job.response.body;
    json_error_t where;
    json_t *value = js_read(buf_str(body), body->size, &where);
    if (!value)
        no_json(body, &where, err);
    return value;
}

json_t *kube_call_items(const struct kube_call *call, js_item_visit visit, void *context,
                        struct error **err)
{
    const struct buf *body = &call->job.response.body;
    json_error_t where;
    auto_error struct error *failure = NULL;
    json_t *value = js_items(buf_str(body), body->size, "items",
                             (struct js_visitor){visit, context}, &where, &failure);
    if (failure)
        error_move_take(err, steal_ptr(failure));
    else if (!value)
        no_json(body, &where, err);
    return value;
}

json_t *kube_call_object(const struct kube_call *call, struct error **err)
{
    json_t *value = kube_call_json(call, err);
    if (!value || kube_object_check(value, err) == 0)
        return value;
    json_decref(value);
    return NULL;
}

void kube_call_warnings(const struct kube_call *call, struct strv *texts)
{
    const struct strv *headers = &call->job.response.headers;
    for (size_t i = 0; i < headers->count; i++) {
        const char *header = headers->items[i];
        if (strncasecmp(header, "warning:", 8) == 0)
            kube_warning_parse(header + 8, texts);
    }
}

void kube_call_error_move(struct kube_call *call, struct error **err)
{
    error_move_take(err, steal_ptr(call->error));
}

json_t *kube_call_answer(struct kube_call *call, struct error **err)
{
    if (!call->error)
        return kube_call_json(call, err);
    kube_call_error_move(call, err);
    return NULL;
}
