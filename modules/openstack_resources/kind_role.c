/* Roles of Keystone, those that belong to no domain. */
#include "openstack_resources/kinds.h"

static const struct field fields[] = {
    {.option = "name", .use = FIELD_ADDRESS, .need = NEED_ALWAYS, .attribute = "name"},
    {.option = "description",
     .use = FIELD_VALUE,
     .attribute = "description",
     .missing_json = "\"\""},
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
