/*
 * Requests to the services of one cloud: many at a time over kept connections, with one token for
 * the whole run, a second login when the token is refused, the repeats that clouds.yaml allows, and
 * errors in the services' own words. Knows HTTP, tokens and endpoints; nothing of templates.
 */
#ifndef OSTACK_CLIENT_H
#define OSTACK_CLIENT_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/strv.h"
#include "http/client.h"
#include "ostack/catalog.h"
#include "ostack/clouds.h"

/* Everything is borrowed and must live as long as the client. */
struct osk_client_options {
    struct strv *warnings;
    const char *microversion; /* of Magnum's API; NULL: what the cloud says, else none */
    const char *log_path;     /* NULL: no log */
    bool log_debug;
    /* May be NULL. Is told every secret that arrives, before anything can be said about it. */
    void (*secret)(void *context, const char *text);
    void *secret_context;
};

struct osk_client;

/* CLOUD is borrowed. Reads the files of certificates, talks to nobody. ERROR_USAGE, ERROR_IO,
 * ERROR_AUTH. */
struct osk_client *osk_client_new(const struct osk_cloud *cloud,
                                  const struct osk_client_options *options, struct error **err)
    must_check;
void osk_client_free(struct osk_client *client);
define_cleanup(osk_client, struct osk_client *, osk_client_free)
#define auto_osk_client cleanup_with(osk_client_cleanup)

/* Gets the token, unless there is one. Any request does that by itself. */
int osk_client_login(struct osk_client *client, struct error **err) must_check;
/* The "token" object of Keystone's answer: user, project, roles, catalog. Borrowed; NULL before a
 * login and when the token is not from Keystone. */
const json_t *osk_client_token(const struct osk_client *client);
/* Finds the endpoint of SERVICE, after a login; ERROR_USAGE when there is none. */
int osk_client_locate(struct osk_client *client, enum osk_service service, struct error **err)
    must_check;

/*
 * One exchange. Set up by osk_call_init, done when osk_client_all returns, cleared by its giver.
 * error is NULL after a 2xx answer, else it says what the service said, or why there was none.
 */
struct osk_call {
    struct http_job job;
    struct error *error; /* owned */
    enum osk_service service;
    /* The giver's to set, between init and the run. */
    bool credentials; /* body or answer hold some: they are wiped, and not written into the log */
    bool takes_401;   /* a 401 is an answer like any other: nobody logs in again because of it */

    unsigned connects; /* the rest belongs to the client: repeats so far */
    unsigned statuses;
    unsigned generation; /* of the token that it was sent with */
    bool renewed;
    bool prepared;
};

/* METHOD is static. PATH_TAKE starts with '/', goes behind the endpoint's base URL, may hold a
 * query. */
void osk_call_init(struct osk_call *call, enum osk_service service, const char *method,
                   char *path_take);
void osk_call_clear(struct osk_call *call);
#define auto_osk_call cleanup_with(osk_call_clear)
/* Gives the call BODY as JSON. */
void osk_call_body(struct osk_call *call, const json_t *body);
/* The same with another Content-Type than application/json. */
void osk_call_body_typed(struct osk_call *call, const char *type, const json_t *body);
/* HTTP status of the answer, 0 when there was none. */
int osk_call_status(const struct osk_call *call);
/* The answer's body, an object, owned; NULL with ERROR_PARSE when it is none. */
json_t *osk_call_json(const struct osk_call *call, struct error **err) must_check;
/* Moves the call's error to *err. */
void osk_call_error_move(struct osk_call *call, struct error **err);

/*
 * Runs COUNT calls at once. 0 also when services answered with failures: look at each call's error.
 * -1: there is no token or no endpoint, or the run was interrupted.
 */
int osk_client_all(struct osk_client *client, struct osk_call *calls, size_t count,
                   struct error **err) must_check;
/* Runs one call; -1 also for its own failure. */
int osk_client_call(struct osk_client *client, struct osk_call *call, struct error **err)
    must_check;

#endif
