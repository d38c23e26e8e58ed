/*
 * Making a container by a template, and its first configuration.
 */
#ifndef LXC_CONTAINER_CREATE_H
#define LXC_CONTAINER_CREATE_H

#include "base/error.h"
#include "lxc_container/state.h"

/* Creates the container, stopped, and prepares its configuration anew. On failure nothing is left;
 * the template's last output is in ct->done. */
int create_run(struct ct *ct, struct error **err) must_check;

#endif
