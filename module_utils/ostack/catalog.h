/*
 * Which address a service has: the overrides of clouds.yaml, else the catalog that came with the
 * token. Pure, no network.
 */
#ifndef OSTACK_CATALOG_H
#define OSTACK_CATALOG_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/strv.h"

/* Before a value in a filter of Glance, which takes what is before a colon for an operator. */
#define OSK_GLANCE_EQUALS "eq:"

enum osk_service { OSK_MAGNUM, OSK_GLANCE, OSK_NOVA, OSK_NEUTRON, OSK_KEYSTONE, OSK_SERVICES };

/* "Magnum": for messages. Static. */
const char *osk_service_name(enum osk_service service);

/*
 * The value of PREFIX_SUFFIX in CONFIG, an entry of clouds.yaml, for the first prefix of the
 * service that has one ("container_infrastructure_management", …). Borrowed; NULL: none.
 */
const json_t *osk_service_setting(const json_t *config, enum osk_service service,
                                  const char *suffix);

/*
 * The base URL of SERVICE, owned, without trailing '/' and with the version that its requests need
 * at the end (/v1, /v2, /v2.0, /v3), unless it ends in one already, or in one and a project. TOKEN
 * is the "token" object of Keystone's answer, or NULL. ERROR_USAGE says what was looked for and
 * what is offered.
 */
char *osk_endpoint(enum osk_service service, const json_t *config, const json_t *token,
                   struct error **err) must_check;

#endif
