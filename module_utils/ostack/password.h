/*
 * Whether passwords are those of their users: Keystone is asked for a token with each, one that is
 * good for nothing, and all at once. Changes nothing, but Keystone may count what it refuses.
 */
#ifndef OSTACK_PASSWORD_H
#define OSTACK_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>

#include "ostack/client.h"

struct osk_password {
    const char *user_id;  /* borrowed */
    const char *password; /* borrowed */
    bool good;            /* the answer. False also for a user who may not log in at all */
};

/* Answers for COUNT passwords. -1 when Keystone says neither yes nor no. */
int osk_passwords_check(struct osk_client *client, struct osk_password *passwords, size_t count,
                        struct error **err) must_check;

#endif
