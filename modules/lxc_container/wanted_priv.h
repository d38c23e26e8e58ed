/* What the files behind wanted.h share. For this module alone. */
#ifndef LXC_CONTAINER_WANTED_PRIV_H
#define LXC_CONTAINER_WANTED_PRIV_H

#include "lxc_container/wanted.h"

/* wanted.c: one line as a user wrote it, trimmed and checked. ERROR_USAGE. */
int wanted_add_pair(struct wanted *wanted, const char *key, const char *value, struct error **err)
    must_check;

/* wanted_devices.c */
int wanted_read_mounts(struct wanted *wanted, const json_t *params, struct strv *sources,
                       struct error **err) must_check;
int wanted_read_networks(struct wanted *wanted, const json_t *params, struct error **err)
    must_check;

#endif
