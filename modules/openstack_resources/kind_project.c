/* Projects of Keystone. */
#include "openstack_resources/kinds.h"

static const struct field fields[] = {
    {.option = "name", .use = FIELD_ADDRESS, .need = NEED_ALWAYS, .attribute = "name"},
    {.option = "domain",
     .use = FIELD_ADDRESS,
     .attribute = "domain_id",
     .initial_json = "\"Default\"",
     .refers = true,
     .target = KIND_DOMAIN},
    {.option = "description",
     .use = FIELD_VALUE,
     .attribute = "description",
     .missing_json = "\"\""},
    {.option = "enabled", .use = FIELD_VALUE, .attribute = "enabled"},
    FIELD_END,
};

const struct kind kind_project = {
    .name = "project",
    .id = KIND_PROJECT,
    .service = OSK_KEYSTONE,
    .collection = "/projects",
    .member = "project",
    .members = "projects",
    .by_name = true,
    .in_domain = true,
    .wave = 1,
    .fields = fields,
};
