/*
 * Making a container by a template, and its first configuration.
 */
#ifndef LXC_CONTAINER_CREATE_H
#define LXC_CONTAINER_CREATE_H

#include "base/error.h"
#include "lxc_container/state.h"

/* Whether a template finds its place empty: when it fails, liblxc removes whatever is there.
 * ERROR_USAGE names what is in the way. */
int create_check(struct ct *ct, struct error **err) must_check;

/* Removes what the check found, where the task says force, and what another creation left. */
int create_make_room(struct ct *ct, struct error **err) must_check;

/* Creates the container, stopped, and prepares its configuration anew. On failure nothing is left;
 * the template's last output is in ct->done. */
int create_run(struct ct *ct, struct error **err) must_check;

#endif
