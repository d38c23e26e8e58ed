#include "kube/status.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"

enum {
    PLAIN_SHOWN = 300, /* bytes of a body that is no Status */
    VALUE_SHOWN = 500, /* of a value that a server quotes */
    TEXT_SHOWN = 8192, /* of a message; of all causes together twice as much */
    REASON_SHOWN = 100,
};

/* The first line of a body that is no Status, cut short and made printable. */
static char *plain_message(const char *body)
{
    size_t length = strcspn(body, "\r\n");
    if (!*body)
        return xstrdup("the answer has no body");
    if (strncasecmp(body, "<!doctype", 9) == 0 || strncasecmp(body, "<html", 5) == 0)
        return xstrdup("the answer is an HTML page, not one of an API server: is there a proxy or "
                       "another web server at this address?");
    return str_to_utf8(body, length > PLAIN_SHOWN ? PLAIN_SHOWN : length);
}

/* The length of a quoted text of Go from its opening quote, which is AT; 0 when it has no end. */
static size_t quoted_length(const char *at)
{
    for (size_t i = 1; at[i]; i++) {
        if (at[i] == '"')
            return i + 1;
        if (at[i] == '\\' && at[i + 1])
            i++;
    }
    return 0;
}

/*
 * TEXT without the long values that it quotes, owned. A patch that fails the strict validation is
 * answered with the whole object, twice and full of backslashes; a Secret has no business there.
 */
static char *without_long_values(const char *text)
{
    static const char head[] = "Invalid value: ";
    auto_buf struct buf out;
    buf_init(&out);
    for (const char *found = strstr(text, head); found; found = strstr(text, head)) {
        const char *value = found + strlen(head);
        size_t length = *value == '"' ? quoted_length(value) : 0;
        buf_add(&out, text, (size_t)(value - text));
        text = value + length;
        if (length > VALUE_SHOWN)
            buf_printf(&out, "(%zu characters)", length);
        else
            buf_add(&out, value, length);
    }
    buf_add_str(&out, text);
    return buf_steal(&out);
}

/* Sets KEY to TEXT, or to its beginning when it is longer than LIMIT. */
static void cut_text(json_t *object, const char *key, const char *text, size_t limit)
{
    size_t length = strlen(text);
    auto_free char *start = str_to_utf8(text, length < limit ? length : limit);
    json_object_set_new(object, key,
                        length > limit ? json_sprintf("%s… (%zu bytes)", start, length)
                                       : json_string(start));
}

static void cut_message(json_t *object)
{
    const char *message = js_str(object, "message", NULL);
    if (!message)
        return;
    auto_free char *shorter = without_long_values(message);
    cut_text(object, "message", shorter, TEXT_SHOWN);
}

static void cut_messages(json_t *status)
{
    size_t index = 0;
    json_t *cause = NULL;
    cut_message(status);
    json_array_foreach (js_get(status, "details", "causes", NULL), index, cause)
        cut_message(cause);
}

void kube_status_read(const struct http_response *response, struct kube_status *out)
{
    const char *body = buf_str(&response->body);
    size_t blank = strspn(body, " \t\r\n");
    *out = (struct kube_status){.code = response->status, .reason = ""};
    if (body[blank] == '{')
        out->status = json_loadb(body, response->body.size, JSON_ALLOW_NUL, NULL);
    if (!str_equal(js_str(out->status, "kind", NULL), "Status")) {
        json_decref(out->status);
        out->status = NULL;
        out->plain = true;
        out->message = plain_message(body + blank);
        return;
    }
    cut_messages(out->status);
    const char *reason = js_str(out->status, "reason", NULL);
    if (reason && strlen(reason) > REASON_SHOWN) {
        cut_text(out->status, "reason", reason, REASON_SHOWN);
        reason = js_str(out->status, "reason", NULL);
    }
    const char *message = js_str(out->status, "message", NULL);
    out->reason = reason ? reason : "";
    out->message = xstrdup(str_empty(message) ? "the server gave no message" : message);
}

void kube_status_clear(struct kube_status *status)
{
    json_decref(status->status);
    free(status->message);
    *status = (struct kube_status){0};
}

bool kube_status_has_cause(const struct kube_status *status, const char *reason)
{
    return js_find(js_get(status->status, "details", "causes", NULL), "reason", reason) != NULL;
}

/* Texts inside a 500 about a webhook or a conversion that is not up yet. */
static const char *const webhook_heads[] = {
    "failed calling webhook",
    "failed to call webhook",
    "conversion webhook for",
};

static const char *const webhook_tails[] = {
    "connection refused",
    "no endpoints available for service",
    "context deadline exceeded",
    "i/o timeout",
    "no route to host",
    "EOF",
    "not found",
    "x509:",
    "failed to verify certificate",
    "connection reset by peer",
    "could not find the requested resource",
    "expected response.uid",
};

/* Texts that end every retry although the status alone would allow one. */
static const char *const final_texts[] = {
    "failed to create typed patch object",
    "etcdserver: request is too large",
    "denied the request",
};

static const char *const passing_texts[] = {
    "request did not complete within the allotted timeout",
    "context deadline exceeded",
    "etcdserver: leader changed",
    "etcdserver: request timed out",
    "the server is currently unable to handle the request",
};

static bool contains_any(const char *text, const char *const *parts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_contains(text, parts[i]))
            return true;
    return false;
}

static bool webhook_not_ready(const char *message)
{
    return contains_any(message, webhook_heads, array_length(webhook_heads)) &&
           contains_any(message, webhook_tails, array_length(webhook_tails));
}

/* Conflicts with what the user demanded: they last. */
static const char *const demand_texts[] = {
    "Precondition failed",
    "uid mismatch",
    "in the precondition",
};

/* A conflict that names no manager is an optimistic lock: somebody wrote in between. */
static enum kube_patience conflict_patience(const struct kube_status *status)
{
    if (kube_status_has_cause(status, "FieldManagerConflict") ||
        !str_equal(status->reason, "Conflict") ||
        contains_any(status->message, demand_texts, array_length(demand_texts)))
        return KUBE_FINAL;
    return KUBE_RACE;
}

enum kube_patience kube_status_patience(const struct kube_status *status)
{
    if (status->code == 409)
        return conflict_patience(status);
    if (contains_any(status->message, final_texts, array_length(final_texts)))
        return KUBE_FINAL;
    if (status->code < 500)
        return KUBE_FINAL;
    long long seconds = 0;
    js_int(status->status, &seconds, "details", "retryAfterSeconds", NULL);
    if (webhook_not_ready(status->message) || str_equal(status->reason, "ServerTimeout") ||
        seconds > 0 || contains_any(status->message, passing_texts, array_length(passing_texts)))
        return KUBE_PASSING;
    return KUBE_FINAL;
}

/* Adds "\nfield: message" for each cause that says more than the message itself. */
static void add_causes(struct buf *text, const struct kube_status *status)
{
    size_t index = 0;
    json_t *cause = NULL;
    json_array_foreach (js_get(status->status, "details", "causes", NULL), index, cause) {
        const char *field = js_str(cause, "field", NULL);
        const char *message = js_str(cause, "message", NULL);
        if (text->size > 2 * (size_t)TEXT_SHOWN) {
            buf_printf(text, "\n… and %zu more causes",
                       json_array_size(js_get(status->status, "details", "causes", NULL)) - index);
            return;
        }
        if (message && !str_empty(field))
            buf_printf(text, "\n%.*s: %s", (int)TEXT_SHOWN, field, message);
        else if (message)
            buf_printf(text, "\n%s", message);
    }
}

static const char *remedy(const struct kube_status *status)
{
    if (kube_status_has_cause(status, "FieldManagerConflict"))
        return "\nAnother field manager owns these fields: leave them out of the manifest, or set "
               "force_conflicts: true to take them over.";
    if (status->code == 413)
        return "\nThe API server takes at most 3 MiB a request.";
    if (status->code == 401)
        return "\nThe server did not accept the credentials.";
    return "";
}

void kube_status_error(const struct kube_status *status, struct error **err)
{
    auto_buf struct buf text;
    buf_init(&text);
    buf_add_str(&text, status->message);
    const char *phrase = http_status_phrase(status->code);
    const char *reason = *status->reason ? status->reason : phrase;
    if (*reason)
        buf_printf(&text, " (%s, HTTP %d)", reason, status->code);
    else
        buf_printf(&text, " (HTTP %d)", status->code);
    add_causes(&text, status);
    buf_add_str(&text, remedy(status));
    enum error_kind kind = status->code == 409   ? ERROR_CONFLICT
                           : status->code == 401 ? ERROR_AUTH
                                                 : ERROR_STATUS;
    error_make(err, kind, "%s", buf_str(&text));
    error_code(err, status->code);
    error_detail_take(err, "status", json_integer(status->code));
    error_detail_take(err, "reason", json_string(phrase));
    if (status->status)
        error_detail_take(err, "error", json_incref(status->status));
}
