/* The option table of clusterctl_init; plugins/modules/clusterctl_init.yml documents the same
 * rows. */
#include "clusterctl_init/args.h"

static const struct am_option provider_options[] = {
    {.name = "name", .required = true},
    {.name = "type", .required = true},
    {.name = "url", .required = true},
    {.name = "sha256", .type = AM_DICT},
    {0},
};

static const struct am_option cert_manager_options[] = {
    {.name = "mode", .default_json = "\"auto\"", .choices = AM_NAMES("auto", "require", "skip")},
    {.name = "url"},
    {.name = "version"},
    {.name = "timeout"},
    {.name = "sha256", .type = AM_DICT},
    {0},
};

static const struct am_option override_options[] = {
    {.name = "providers", .type = AM_LIST, .elements = AM_ELEMENTS(AM_STR)},
    {.name = "deployment"},
    {.name = "container", .default_json = "\"manager\""},
    {.name = "node_selector", .type = AM_DICT},
    {.name = "tolerations", .type = AM_LIST, .elements = AM_ELEMENTS(AM_DICT)},
    {.name = "env", .type = AM_DICT},
    {.name = "replicas", .type = AM_INT, .minimum = AM_LIMIT(0), .maximum = AM_LIMIT(100)},
    {.name = "resources", .type = AM_DICT},
    {0},
};

static const struct am_option manifest_options[] = {
    {.name = "src", .type = AM_PATH, .required = true},
    {.name = "before", .default_json = "\"infrastructure-openstack\""},
    {.name = "movable", .type = AM_BOOL, .default_json = "true"},
    {.name = "image"},
    {0},
};

static const struct am_option options[] = {
    /* what to do */
    {.name = "state",
     .default_json = "\"present\"",
     .choices = AM_NAMES("present", "upgraded", "latest_requested", "absent", "images")},
    {.name = "core_provider"},
    {.name = "bootstrap_providers", .type = AM_LIST, .elements = AM_ELEMENTS(AM_STR)},
    {.name = "control_plane_providers", .type = AM_LIST, .elements = AM_ELEMENTS(AM_STR)},
    {.name = "infrastructure_providers", .type = AM_LIST, .elements = AM_ELEMENTS(AM_STR)},
    {.name = "ipam_providers", .type = AM_LIST, .elements = AM_ELEMENTS(AM_STR)},
    {.name = "runtime_extension_providers", .type = AM_LIST, .elements = AM_ELEMENTS(AM_STR)},
    {.name = "addon_providers", .type = AM_LIST, .elements = AM_ELEMENTS(AM_STR)},
    {.name = "target_namespace"},
    {.name = "validate", .type = AM_BOOL, .default_json = "true"},
    {.name = "contract"},
    {.name = "own_contract",
     .default_json = "\"auto\"",
     .choices = AM_NAMES("auto", "v1beta1", "v1beta2")},
    {.name = "force_reinstall", .type = AM_BOOL, .default_json = "false"},
    {.name = "crd_storage_migration", .type = AM_BOOL, .default_json = "false"},
    {.name = "all", .type = AM_BOOL, .default_json = "false"},
    {.name = "include_namespace", .type = AM_BOOL, .default_json = "false"},
    {.name = "include_crd", .type = AM_BOOL, .default_json = "false"},

    /* from which files */
    {.name = "config", .type = AM_PATH},
    {.name = "providers",
     .type = AM_LIST,
     .elements = AM_ELEMENTS(AM_DICT),
     .options = provider_options},
    {.name = "repository_path", .type = AM_PATH},
    {.name = "overrides_folder", .type = AM_PATH},
    {.name = "cache_path", .type = AM_PATH},
    {.name = "images", .type = AM_DICT},
    {.name = "variables", .type = AM_DICT},
    {.name = "use_environment", .type = AM_BOOL, .default_json = "true"},
    {.name = "cert_manager",
     .type = AM_DICT,
     .options = cert_manager_options,
     .apply_defaults = true},
    {.name = "extra_manifests",
     .type = AM_LIST,
     .elements = AM_ELEMENTS(AM_DICT),
     .options = manifest_options},
    {.name = "deployment_overrides",
     .type = AM_LIST,
     .elements = AM_ELEMENTS(AM_DICT),
     .options = override_options},

    /* how patiently */
    {.name = "wait", .type = AM_BOOL, .default_json = "false"},
    {.name = "wait_timeout",
     .type = AM_INT,
     .default_json = "300",
     .minimum = AM_LIMIT(0),
     .maximum = AM_LIMIT(86400)},
    {.name = "write_attempts",
     .type = AM_INT,
     .default_json = "10",
     .minimum = AM_LIMIT(1),
     .maximum = AM_LIMIT(100)},
    {.name = "retry_refused", .type = AM_BOOL, .default_json = "false"},

    CONNECT_OPTIONS,
    {0},
};

const struct am_spec clusterctl_init_spec = {
    .options = options,
    .supports_check_mode = true,
};
