/* The option table of openstack_resources; plugins/modules/openstack_resources.yml documents the
 * same rows. Which of an item's keys belong to which kind say the tables of the kinds
 * (kind_*.c). */
#include "openstack_resources/args.h"

static const char *const kind_choices[] = {"domain",          "project", "role",     "user",
                                           "role_assignment", "service", "endpoint", "image",
                                           "flavor",          NULL};

static const struct am_option item_options[] = {
    {.name = "kind", .required = true, .choices = kind_choices},
    {.name = "state", .choices = AM_NAMES("present", "absent", "info")},
    {.name = "name"},
    {.name = "domain"},
    {.name = "description"},
    {.name = "enabled", .type = AM_BOOL},

    /* users and their roles */
    {.name = "password", .no_log = true},
    {.name = "update_password", .no_log_false = true, .choices = AM_NAMES("always", "on_create")},
    {.name = "default_project"},
    {.name = "default_project_domain"},
    {.name = "email"},
    {.name = "user"},
    {.name = "user_domain"},
    {.name = "role"},
    {.name = "project"},
    {.name = "project_domain"},
    {.name = "system", .choices = AM_NAMES("all")},

    /* the catalog */
    {.name = "type"},
    {.name = "service"},
    {.name = "interface", .choices = AM_NAMES("public", "internal", "admin")},
    {.name = "region"},
    {.name = "url"},

    /* images */
    {.name = "file", .type = AM_PATH},
    {.name = "checksum"},
    {.name = "disk_format"},
    {.name = "container_format"},
    {.name = "visibility", .choices = AM_NAMES("public", "private", "shared", "community")},
    {.name = "min_disk", .type = AM_INT, .minimum = AM_LIMIT(0)},
    {.name = "min_ram", .type = AM_INT, .minimum = AM_LIMIT(0)},
    {.name = "protected", .type = AM_BOOL},
    {.name = "properties", .type = AM_DICT},
    {.name = "on_different", .choices = AM_NAMES("fail", "keep", "replace")},

    /* flavors */
    {.name = "vcpus", .type = AM_INT, .minimum = AM_LIMIT(1)},
    {.name = "ram", .type = AM_INT, .minimum = AM_LIMIT(1)},
    {.name = "disk", .type = AM_INT, .minimum = AM_LIMIT(0)},
    {.name = "ephemeral", .type = AM_INT, .minimum = AM_LIMIT(0)},
    {.name = "swap", .type = AM_INT, .minimum = AM_LIMIT(0)},
    {.name = "is_public", .type = AM_BOOL},
    {.name = "extra_specs", .type = AM_DICT},
    {.name = "on_immutable", .choices = AM_NAMES("fail", "recreate")},
    {0},
};

static const struct am_option options[] = {
    {.name = "resources",
     .type = AM_LIST,
     .elements = AM_ELEMENTS(AM_DICT),
     .required = true,
     .numbered = true,
     .options = item_options},
    {.name = "state",
     .default_json = "\"present\"",
     .choices = AM_NAMES("present", "absent", "info")},
    CLOUD_OPTIONS,
    {0},
};

const struct am_spec openstack_resources_spec = {
    .options = options,
    .supports_check_mode = true,
};
