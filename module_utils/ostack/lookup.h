/*
 * What names and IDs in templates stand for: images of Glance, flavors and key pairs of Nova,
 * networks and subnets of Neutron, projects of Keystone. All questions are asked at once.
 */
#ifndef OSTACK_LOOKUP_H
#define OSTACK_LOOKUP_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "ostack/client.h"

enum osk_kind {
    OSK_IMAGE,
    OSK_FLAVOR,
    OSK_NETWORK,
    OSK_SUBNET,
    OSK_KEYPAIR,
    OSK_PROJECT,
    OSK_KINDS
};

/* One question and its answer. */
struct osk_lookup {
    enum osk_kind kind;
    const char *text;    /* borrowed: a name or an ID */
    json_t *found;       /* owned list of the objects with that name or ID; NULL: not answered */
    struct error *error; /* owned: why it was not answered */
};

/* "image": for messages. Static. */
const char *osk_kind_name(enum osk_kind kind);

/*
 * Answers COUNT questions, whose kind and text are set. -1 only when nothing can be asked at all,
 * or a signal told us to stop; a service that refuses or is missing leaves an error in the
 * questions to it.
 */
int osk_lookup_all(struct osk_client *client, struct osk_lookup *questions, size_t count,
                   struct error **err) must_check;
void osk_lookup_clear(struct osk_lookup *question);

/* Whether A and B share an object. */
bool osk_lookup_same(const struct osk_lookup *a, const struct osk_lookup *b);

/* 32 hexadecimal digits, hyphens, braces, "urn:" and "uuid:" left out, as oslo.utils sees it. */
bool osk_is_uuid(const char *text);

#endif
