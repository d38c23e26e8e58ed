/*
 * What the files behind keystone.h share: the table of logins. Nobody outside of room ostack may
 * include this.
 */
#ifndef OSTACK_KEYSTONE_PRIV_H
#define OSTACK_KEYSTONE_PRIV_H

#include "ostack/keystone.h"

struct osk_login_row {
    const char *name; /* the auth_type */
    enum osk_login kind;
    const char *method; /* of the Identity API; NULL: several, or none */
    bool once;          /* what is sent cannot be sent again */
};

/* The row of CONFIG's auth_type; NULL: there is none. */
const struct osk_login_row *osk_login_row(const json_t *config);

/* A text of CONFIG's "auth"; NULL for "" too. Borrowed. */
const char *osk_auth_text(const json_t *config, const char *name);

/* The scope that CONFIG asks for. 1 with *out, 0: none, -1: several are. */
int osk_scope_lookup(const json_t *config, json_t **out, struct strv *warnings, struct error **err)
    must_check;
/* {"id": …} or {"name": …} of a domain, else of the default one; STEM is "user_domain", …. Owned;
 * NULL when there is none. */
json_t *osk_domain_or_default(const json_t *config, const char *stem) must_check;

#endif
