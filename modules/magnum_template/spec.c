/* The option table of magnum_template; plugins/modules/magnum_template.yml documents the same rows.
 */
#include "magnum_template/args.h"

/* What describes one template: stands at the top and, with the same names, in every item of
 * "templates". Names and choices are those of openstack.cloud.coe_cluster_template, wider where
 * Magnum takes more. Nothing has a default here: what was not given takes no part in a comparison.
 */
#define TEMPLATE_OPTIONS                                                                           \
    {.name = "name"}, {.name = "uuid"}, {.name = "coe", .choices = coe_choices},                   \
        {.name = "image_id", .aliases = AM_NAMES("image")},                                        \
        {.name = "keypair_id", .aliases = AM_NAMES("keypair")},                                    \
        {.name = "flavor_id", .aliases = AM_NAMES("flavor")},                                      \
        {.name = "master_flavor_id", .aliases = AM_NAMES("master_flavor")},                        \
        {.name = "external_network_id", .aliases = AM_NAMES("external_network")},                  \
        {.name = "fixed_network"}, {.name = "fixed_subnet"},                                       \
        {.name = "dns_nameserver", .type = AM_RAW},                                                \
        {.name = "network_driver", .choices = network_choices},                                    \
        {.name = "volume_driver", .choices = volume_choices},                                      \
        {.name = "docker_storage_driver", .choices = storage_choices},                             \
        {.name = "docker_volume_size", .type = AM_INT, .minimum = AM_LIMIT(1)},                    \
        {.name = "server_type", .choices = server_choices}, {.name = "http_proxy"},                \
        {.name = "https_proxy"}, {.name = "no_proxy", .type = AM_RAW},                             \
        {.name = "insecure_registry"}, {.name = "labels", .type = AM_RAW},                         \
        {.name = "tags", .type = AM_RAW}, {.name = "driver"}, {.name = "cluster_distro"},          \
        {.name = "apiserver_port",                                                                 \
         .type = AM_INT,                                                                           \
         .minimum = AM_LIMIT(1024),                                                                \
         .maximum = AM_LIMIT(65535)},                                                              \
        {.name = "is_floating_ip_enabled",                                                         \
         .type = AM_BOOL,                                                                          \
         .aliases = AM_NAMES("floating_ip_enabled")},                                              \
        {.name = "is_master_lb_enabled",                                                           \
         .type = AM_BOOL,                                                                          \
         .aliases = AM_NAMES("master_lb_enabled")},                                                \
        {.name = "is_public", .type = AM_BOOL, .aliases = AM_NAMES("public")},                     \
        {.name = "is_registry_enabled", .type = AM_BOOL, .aliases = AM_NAMES("registry_enabled")}, \
        {.name = "is_tls_disabled", .type = AM_BOOL, .aliases = AM_NAMES("tls_disabled")},         \
        {.name = "hidden", .type = AM_BOOL, .aliases = AM_NAMES("is_hidden")},                     \
    {                                                                                              \
        .name = "unset", .type = AM_LIST, .elements = AM_ELEMENTS(AM_STR)                          \
    }

static const char *const coe_choices[] = {"kubernetes", "swarm", "mesos", NULL};
static const char *const network_choices[] = {"flannel", "calico", "cilium", "docker", NULL};
static const char *const volume_choices[] = {"cinder", "rexray", NULL};
static const char *const storage_choices[] = {"devicemapper", "overlay", "overlay2", NULL};
static const char *const server_choices[] = {"vm", "bm", NULL};

static const struct am_option item_options[] = {
    TEMPLATE_OPTIONS,
    {.name = "state", .choices = AM_NAMES("present", "absent", "info")},
    /* OpenStack-Ansible nests the clusters of a template here; they are not this module's. */
    {.name = "clusters", .type = AM_RAW},
    {0},
};

static const struct am_option options[] = {
    /* which template, and what it should be */
    TEMPLATE_OPTIONS,
    {.name = "state",
     .default_json = "\"present\"",
     .choices = AM_NAMES("present", "absent", "info")},
    {.name = "templates",
     .type = AM_LIST,
     .elements = AM_ELEMENTS(AM_DICT),
     .options = item_options},

    /* how it is found and compared */
    {.name = "scope", .default_json = "\"own\"", .choices = AM_NAMES("own", "any")},
    {.name = "match_on",
     .type = AM_LIST,
     .elements = AM_ELEMENTS(AM_STR),
     .default_json = "[\"name\"]",
     .choices = AM_NAMES("name", "image_id")},
    {.name = "resolve_names", .default_json = "\"auto\"", .choices = AM_NAMES("auto", "never")},
    {.name = "image_strict", .type = AM_BOOL, .default_json = "false"},
    {.name = "labels_mode", .default_json = "\"replace\"", .choices = AM_NAMES("replace", "merge")},

    /* how it is changed */
    {.name = "update_policy",
     .default_json = "\"in_place\"",
     .choices = AM_NAMES("in_place", "never", "recreate")},
    {.name = "on_immutable",
     .default_json = "\"fail\"",
     .choices = AM_NAMES("fail", "recreate", "new_version")},
    {.name = "retire_old", .type = AM_BOOL, .default_json = "true"},
    {.name = "uuid_from_name", .type = AM_BOOL, .default_json = "false"},
    {.name = "label_check",
     .default_json = "\"auto\"",
     .choices = AM_NAMES("auto", "vexxhost", "none")},
    {.name = "label_check_level", .default_json = "\"warn\"", .choices = AM_NAMES("warn", "error")},
    {.name = "microversion"},

    /* where, and as whom */
    CLOUD_OPTIONS,
    {0},
};

const struct am_spec magnum_template_spec = {
    .options = options,
    .supports_check_mode = true,
};
