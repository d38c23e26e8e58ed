/*
 * What a failed answer of an API server means: the Status object (or the plain text, the HTML,
 * the nothing that came instead of one) read into facts, an error for people, and the question
 * whether it will pass by itself.
 */
#ifndef KUBE_STATUS_H
#define KUBE_STATUS_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"
#include "http/request.h"

/* Facts of a failed answer. Borrowed from STATUS where they are strings. */
struct kube_status {
    int code;           /* HTTP status */
    json_t *status;     /* the Status object, owned; NULL when the body was none */
    const char *reason; /* "Conflict", "AlreadyExists", …; "" when there is none */
    char *message;      /* owned; the Status' message, or what the body said, shortened */
    bool plain;         /* the body was no Status */
};

/* Quoted values of more than 500 characters are left out of all messages. */
void kube_status_read(const struct http_response *response, struct kube_status *out);
void kube_status_clear(struct kube_status *status);
#define auto_kube_status cleanup_with(kube_status_clear)

/* True when details.causes holds a cause with this reason. */
bool kube_status_has_cause(const struct kube_status *status, const char *reason);

/* Why an answer is worth repeating. */
enum kube_patience {
    KUBE_FINAL,   /* it will not pass */
    KUBE_PASSING, /* a webhook, a conversion or the server itself is not ready yet */
    KUBE_RACE,    /* somebody else wrote at the same time */
};

/* Reads the table of texts of answers that pass by themselves (kube-apiserver 1.28 to 1.37). */
enum kube_patience kube_status_patience(const struct kube_status *status);

/*
 * Makes the error of a failed answer: "<message> (<reason>, HTTP <code>)", one line per cause,
 * and the remedy where there is one. detail holds status, reason (the HTTP phrase) and error (the
 * Status). Kind ERROR_CONFLICT for 409, ERROR_AUTH for 401, else ERROR_STATUS; code = status.
 */
void kube_status_error(const struct kube_status *status, struct error **err);

#endif
