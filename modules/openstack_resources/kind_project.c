/* Projects of Keystone. */
#include "openstack_resources/kinds.h"

static const struct field fields[] = {
    FIELD_NAME, FIELD_DOMAIN, FIELD_DESCRIPTION, FIELD_ENABLED, FIELD_END,
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
