/*
 * What the files behind client.h share. Nobody outside of room ostack may include this.
 */
#ifndef OSTACK_CLIENT_PRIV_H
#define OSTACK_CLIENT_PRIV_H

#include "ostack/client.h"
#include "ostack/keystone.h"
#include "ostack/log.h"
#include "ostack/trust.h"

enum osk_scheme { OSK_PLAIN, OSK_TLS, OSK_SCHEMES };

struct osk_client {
    const struct osk_cloud *cloud; /* borrowed */
    struct osk_client_options options;
    struct osk_log *log;
    struct osk_trust trust;
    struct http_client *http[OSK_SCHEMES]; /* made when first needed; each may have another proxy */
    enum osk_login login;
    struct osk_token token;
    unsigned generation;           /* of the token; 0: there is none yet */
    char *endpoints[OSK_SERVICES]; /* owned, found when first needed */
    char *microversion;            /* owned or NULL */
    struct error *fatal;           /* why the run cannot go on */
};

/* ---- client.c */

enum osk_scheme osk_scheme_of(const char *url);
/* The HTTP client for URL; borrowed. */
struct http_client *osk_client_http(struct osk_client *client, const char *url, struct error **err)
    must_check;

/* ---- login.c: gets a token whatever there is. The generation grows. */
int osk_client_relogin(struct osk_client *client, struct error **err) must_check;

/* ---- call.c: requests that are sent together */
struct osk_calls {
    struct osk_call *list; /* owned, each of them too */
    size_t count;
};
void osk_calls_clear(struct osk_calls *calls);
#define auto_osk_calls cleanup_with(osk_calls_clear)

/* ---- call.c: the error of an answer with status 3xx */
void osk_redirect_error(const struct http_job *job, const char *service, struct error **err);

#endif
