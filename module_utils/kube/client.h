/*
 * Requests to one API server: many at a time over one connection, with credentials, repeats,
 * warnings and errors that name what the server said. Knows HTTP and Status objects; knows
 * nothing of manifests.
 *
 * The only place that turns a write into a dry run.
 */
#ifndef KUBE_CLIENT_H
#define KUBE_CLIENT_H

#include <stdbool.h>

#include "base/error.h"
#include "base/strv.h"
#include "http/client.h"
#include "json/js_items.h"
#include "kube/kubeconfig.h"
#include "kube/status.h"

#define KUBE_ACCEPT_JSON "application/json"

struct kube_client_options {
    bool dry_run;               /* every write carries dryRun=All */
    long long retry_timeout_ms; /* budget of one call for failures that pass; 0: no repeats */
    unsigned max_in_flight;     /* 0: 32 */
    long request_timeout_ms;    /* for one attempt; 0: 60 s */
    const char *user_agent;     /* borrowed; NULL: HTTP_USER_AGENT */
    const int *wake; /* borrowed: of all works that have none of their own (see struct http_work) */
};

struct kube_client;

/* CONFIG is borrowed and must outlive the client. Talks to nobody yet, but runs an exec plugin. */
struct kube_client *kube_client_new(struct kube_config *config,
                                    const struct kube_client_options *options, struct error **err)
    must_check;
void kube_client_free(struct kube_client *client);
define_cleanup(kube_client, struct kube_client *, kube_client_free)
#define auto_kube_client cleanup_with(kube_client_cleanup)

bool kube_client_is_dry_run(const struct kube_client *client);
/* The namespace of objects that name none: the context's, else "default". Borrowed. */
const char *kube_client_namespace(const struct kube_client *client);

/* Gives every call that has no end_at of its own this one from now on; 0: none. For what waits by
 * way of others that know of no end. */
void kube_client_end_at(struct kube_client *client, long long deadline);

/*
 * One exchange. Set up by kube_call_init and its setters, done when kube_client_run hands it to
 * work->done, cleared by its giver. error is NULL after a 2xx answer; after any other answer
 * it says what the server said (kube/status.h), or why there was none.
 */
struct kube_call {
    struct http_job job;
    struct error *error;       /* owned */
    struct kube_status status; /* of a failed answer, else zeroed */
    bool in_doubt;             /* an attempt before the last one may have been carried out */
    bool write;                /* changes something: takes part in dry runs */
    bool idempotent;           /* may be sent again after a lost answer */
    bool may_race;             /* an optimistic-lock 409 may be sent again as it is */
    long long unserved_until;  /* deadline until which the answers of a kind that is not served yet
                                  are repeated soon; 0: never */
    long long give_up_at; /* deadline of all repeats, when earlier than the client's; 0: none */
    long long end_at;     /* the same, and no attempt goes on for more than a second after it */
    void *owner;          /* the giver's own */

    long long deadline; /* the rest belongs to the client */
    unsigned races;
    unsigned auth_generation;
    bool renewed;
};

/* METHOD is static. PATH_TAKE starts with '/', may hold a query. GET is idempotent. */
void kube_call_init(struct kube_call *call, const char *method, char *path_take);
void kube_call_clear(struct kube_call *call);
#define auto_kube_call cleanup_with(kube_call_clear)
/* Gives the call a body and its Content-Type. The buffer is swallowed. */
void kube_call_body_take(struct kube_call *call, const char *content_type, struct buf *body_take);
/* HTTP status of the answer, 0 when there was none. */
int kube_call_status(const struct kube_call *call);
/* The answer's body as JSON, owned; NULL with ERROR_PARSE when it is none. */
json_t *kube_call_json(const struct kube_call *call, struct error **err) must_check;
/* The same of a call that has been made, or its own error when it failed. */
json_t *kube_call_answer(struct kube_call *call, struct error **err) must_check;
/* The same of a list, without its items: each goes to VISIT before (json/js_items.h). */
json_t *kube_call_items(const struct kube_call *call, js_item_visit visit, void *context,
                        struct error **err) must_check;
/* The body for an answer that has to be an object of Kubernetes: one with metadata. */
json_t *kube_call_object(const struct kube_call *call, struct error **err) must_check;
/* How long to wait before it is sent once more: longer each time, with jitter. */
long long kube_call_pause_ms(const struct kube_call *call);
/* Adds the texts of the answer's Warning headers (code 299) to TEXTS, without duplicates. */
void kube_call_warnings(const struct kube_call *call, struct strv *texts);
/* Moves the call's error to *err. */
void kube_call_error_move(struct kube_call *call, struct error **err);

/* A giver of calls: as struct http_work, but done is final, repeats happen before it. */
struct kube_work {
    struct kube_call *(*next)(void *context, unsigned in_flight);
    void (*done)(void *context, struct kube_call *call);
    /* May be NULL. Asked before done: true sends the same request again after *wait_ms. */
    bool (*again)(void *context, struct kube_call *call, long long *wait_ms);
    bool (*data)(void *context, struct kube_call *call, const char *bytes, size_t length);
    void *context;
    const int *wake; /* as in struct http_work, or NULL */
};

/* Runs until nothing is left. -1: interrupted, or credentials cannot be had; calls that were
 * under way did not reach done. */
int kube_client_run(struct kube_client *client, const struct kube_work *work, struct error **err)
    must_check;

/* Runs one call. 0 also when the server answered with a failure: look at call->error. -1 also when
 * the client's wake ended it, with an ERROR_INTERRUPTED. */
int kube_client_call(struct kube_client *client, struct kube_call *call, struct error **err)
    must_check;

/* Runs COUNT calls at once. */
int kube_client_all(struct kube_client *client, struct kube_call *calls, size_t count,
                    struct error **err) must_check;

/* GET PATH as JSON. *out is NULL after a 404. -1 for any other failure. */
int kube_client_get(struct kube_client *client, const char *path, json_t **out, struct error **err)
    must_check;

#endif
