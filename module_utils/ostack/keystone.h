/*
 * Asking Keystone v3 for a token: what is sent, and what the answer says. No network; the client
 * does the exchange.
 */
#ifndef OSTACK_KEYSTONE_H
#define OSTACK_KEYSTONE_H

#include <jansson.h>
#include <stdbool.h>
#include <time.h>

#include "base/error.h"
#include "base/strv.h"
#include "crypto/secret.h"
#include "http/request.h"

enum osk_login {
    OSK_LOGIN_KEYSTONE,    /* a token is asked for */
    OSK_LOGIN_FIXED_TOKEN, /* auth_type admin_token: there is one already */
    OSK_LOGIN_NONE,        /* auth_type none: no token at all */
};

/* How CONFIG, a merged entry of clouds.yaml, logs in. -1 with ERROR_USAGE for an auth_type that is
 * not supported. */
int osk_login_kind(const json_t *config, enum osk_login *kind, struct error **err) must_check;

/*
 * The body of POST /auth/tokens, owned. ERROR_USAGE names what is missing or too much; ORIGIN says
 * in messages which cloud it is. WARNINGS receives what is left out.
 */
json_t *osk_login_body(const json_t *config, const char *origin, struct strv *warnings,
                       struct error **err) must_check;

/* Whether the same login may be done again: not with a one-time passcode or a token. */
bool osk_login_repeatable(const json_t *config);

/* The root of the v3 API for an auth_url, owned: ".../v3". *guessed: the URL named no version. */
char *osk_login_root(const char *auth_url, bool *guessed) must_check;

/*
 * The v3 root that a version document (of GET auth_url) names, with scheme, host and port of
 * AUTH_URL, owned; NULL when it names none.
 */
char *osk_login_discover(const json_t *document, const char *auth_url) must_check;

struct osk_token {
    struct secret id;
    json_t *body;      /* owned: the "token" object; NULL for a fixed token */
    time_t expires_at; /* 0: not known */
};

/* Reads the answer of a POST /auth/tokens with status 2xx. ERROR_PARSE, ERROR_AUTH. */
int osk_token_read(const struct http_response *response, struct osk_token *out, struct error **err)
    must_check;
void osk_token_clear(struct osk_token *token);

/* Makes the error of a refused login: Keystone's words, where and as whom; never the secret. */
void osk_login_refused(const struct http_response *response, const json_t *config, const char *url,
                       struct error **err);

#endif
