/* Users of Keystone. Whether the password is right is asked in observe.c. */
#include "openstack_resources/kinds.h"

static const struct field fields[] = {
    FIELD_NAME,
    FIELD_DOMAIN,
    {.option = "password", .use = FIELD_SECRET, .attribute = "password"},
    {.option = "update_password", .use = FIELD_POLICY},
    {.option = "default_project",
     .use = FIELD_VALUE,
     .attribute = "default_project_id",
     .refers = true,
     .target = KIND_PROJECT,
     .domain_option = "default_project_domain"},
    {.option = "default_project_domain",
     .use = FIELD_POLICY,
     .refers = true,
     .target = KIND_DOMAIN},
    {.option = "email", .use = FIELD_VALUE, .attribute = "email", .missing_json = "\"\""},
    FIELD_DESCRIPTION,
    FIELD_ENABLED,
    FIELD_END,
};

const struct kind kind_user = {
    .name = "user",
    .id = KIND_USER,
    .service = OSK_KEYSTONE,
    .collection = "/users",
    .member = "user",
    .members = "users",
    .by_name = true,
    .in_domain = true,
    .wave = 1,
    .fields = fields,
};
