/*
 * The lines that the options ask for: container_config, bind_mounts, networks, rootfs_managed and
 * container_config_absent in one shape. Knows nothing of files or of what is there.
 */
#ifndef LXC_CONTAINER_WANTED_H
#define LXC_CONTAINER_WANTED_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/strv.h"

struct wanted_key {
    char *key;          /* owned */
    struct strv values; /* in the order of the options; never empty */
    bool replace;       /* the key has exactly these lines */
};

struct wanted {
    struct wanted_key *keys; /* owned, one for each key */
    size_t count;
    bool networks;          /* the lines lxc.net.N.* are exactly these: */
    struct strv net_keys;   /* beside */
    struct strv net_values; /* each other */
    struct strv absent;     /* "key" or "key=value" */
};

/* Fills WANTED, zeroed, from the validated options; bind mounts' sources that are to be made go to
 * SOURCES. ERROR_USAGE names the option and the item. On failure WANTED may be partly filled. */
int wanted_read(struct wanted *wanted, const json_t *params, struct strv *sources,
                struct error **err) must_check;
void wanted_clear(struct wanted *wanted);

/* Adds one line. ERROR_USAGE: a scalar key with two values. */
int wanted_add(struct wanted *wanted, const char *key, const char *value, struct error **err)
    must_check;

/* The entry of KEY or NULL. */
struct wanted_key *wanted_find(const struct wanted *wanted, const char *key);
/* Removes the entry of KEY. */
void wanted_drop(struct wanted *wanted, const char *key);

#endif
