/* One exchange with a service: setting up, reading the answer. See ostack/client.h. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "crypto/secret.h"
#include "json/js_get.h"
#include "json/js_read.h"
#include "ostack/client_priv.h"

void osk_call_init(struct osk_call *call, enum osk_service service, const char *method,
                   char *path_take)
{
    *call = (struct osk_call){.service = service};
    http_job_init(&call->job, method, path_take);
    call->job.owner = call;
}

void osk_call_clear(struct osk_call *call)
{
    struct buf *body = &call->job.request.body;
    if (call->credentials && body->data)
        mem_wipe(body->data, body->size);
    http_job_clear(&call->job);
    error_clear(&call->error);
    *call = (struct osk_call){0};
}

void osk_calls_clear(struct osk_calls *calls)
{
    for (size_t i = 0; i < calls->count; i++)
        osk_call_clear(&calls->list[i]);
    free(calls->list);
    *calls = (struct osk_calls){0};
}

void osk_call_body_typed(struct osk_call *call, const char *type, const json_t *body)
{
    struct http_request *request = &call->job.request;
    /* Not ours to judge: Magnum reads it as JSON, and what it stores it hands out as Python. */
    char *text = json_dumps(body, JSON_COMPACT | JSON_ENCODE_ANY);
    buf_clear(&request->body);
    buf_add_str(&request->body, text ? text : "null");
    request->has_body = true;
    http_request_header(request, "Content-Type", type);
    secret_free_text(text);
}

void osk_call_body(struct osk_call *call, const json_t *body)
{
    osk_call_body_typed(call, "application/json", body);
}

int osk_call_status(const struct osk_call *call)
{
    return call->job.response.status;
}

json_t *osk_call_json(const struct osk_call *call, struct error **err)
{
    const struct buf *body = &call->job.response.body;
    json_error_t where;
    json_t *value = js_read(buf_str(body), body->size, &where);
    if (json_is_object(value))
        return value;
    error_make(err, ERROR_PARSE,
               "%s's answer to %s %s is no JSON object (%s): is there a proxy in between?",
               osk_service_name(call->service), call->job.request.method, call->job.request.url,
               value ? js_type_name(value) : where.text);
    json_decref(value);
    return NULL;
}

void osk_call_error_move(struct osk_call *call, struct error **err)
{
    error_move_take(err, steal_ptr(call->error));
}

void osk_redirect_error(const struct http_job *job, const char *service, struct error **err)
{
    const char *location = http_response_header(&job->response, "Location");
    error_make(err, ERROR_STATUS,
               "%s redirects (HTTP %d) to %s; redirects are not followed because the token would "
               "travel: configure the final address",
               service, job->response.status,
               location ? location : "an address that it does not name");
    error_code(err, job->response.status);
}
