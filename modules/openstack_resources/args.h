/*
 * The options of openstack_resources: the table that Ansible's rules check, and the items that the
 * other stations work on. Immutable after resources_args_read.
 */
#ifndef OPENSTACK_RESOURCES_ARGS_H
#define OPENSTACK_RESOURCES_ARGS_H

#include <jansson.h>
#include <stddef.h>

#include "ansible/am_spec.h"
#include "base/error.h"
#include "base/strv.h"
#include "cloud/cloud.h"
#include "openstack_resources/kinds.h"

extern const struct am_spec openstack_resources_spec;

enum wish_state { WISH_PRESENT, WISH_ABSENT, WISH_INFO };

/* One item of the option resources. */
struct wish {
    size_t index; /* in the option */
    const struct kind *kind;
    enum wish_state state;
    json_t *options; /* owned object: what was given, with the defaults of what it is found by */
    char *label;     /* owned: "user magnum", for messages */
};

struct resources_args {
    struct wish *wishes; /* owned */
    size_t count;
    struct cloud_settings cloud;
};

/* Fills ARGS from the validated PARAMS, which must outlive it. ERROR_USAGE names the option. On
 * failure ARGS is cleared. */
int resources_args_read(struct resources_args *args, const json_t *params, struct strv *warnings,
                        struct error **err) must_check;
void resources_args_clear(struct resources_args *args);

/* Says in *err which item it is about: "resources[3].url (endpoint …): …". OPTION may be NULL. */
void wish_blame(const struct wish *wish, const char *option, struct error **err);

#endif
