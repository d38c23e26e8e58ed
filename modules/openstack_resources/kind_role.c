/* Roles of Keystone, those that belong to no domain. */
#include "openstack_resources/kinds.h"

static const struct field fields[] = {
    FIELD_NAME,
    FIELD_DESCRIPTION,
    FIELD_END,
};

const struct kind kind_role = {
    .name = "role",
    .id = KIND_ROLE,
    .service = OSK_KEYSTONE,
    .collection = "/roles",
    .member = "role",
    .members = "roles",
    .fields = fields,
};
