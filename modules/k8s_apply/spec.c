/* The option table of k8s_apply; plugins/modules/k8s_apply.yml documents the same rows. */
#include "k8s_apply/args.h"

static const struct am_option server_side_apply_options[] = {
    {.name = "field_manager", .required = true, .minimum = AM_LIMIT(1), .maximum = AM_LIMIT(128)},
    {.name = "force_conflicts", .type = AM_BOOL, .default_json = "false"},
    {0},
};

static const struct am_option validate_options[] = {
    {.name = "fail_on_error", .type = AM_BOOL},
    {.name = "version"},
    {.name = "strict", .type = AM_BOOL, .default_json = "true"},
    {0},
};

static const struct am_option precondition_options[] = {
    {.name = "resourceVersion"},
    {.name = "uid"},
    {0},
};

static const struct am_option delete_option_options[] = {
    {.name = "propagationPolicy", .choices = AM_NAMES("Foreground", "Background", "Orphan")},
    {.name = "gracePeriodSeconds", .type = AM_INT, .minimum = AM_LIMIT(0)},
    {.name = "preconditions", .type = AM_DICT, .options = precondition_options},
    {0},
};

static const struct am_option options[] = {
    /* what to do */
    {.name = "state",
     .default_json = "\"present\"",
     .choices = AM_NAMES("present", "absent", "patched", "info")},
    {.name = "apply_mode", .choices = AM_NAMES("server", "update", "create", "replace")},
    {.name = "apply", .type = AM_BOOL},
    {.name = "server_side_apply", .type = AM_DICT, .options = server_side_apply_options},
    {.name = "force", .type = AM_BOOL, .default_json = "false"},
    {.name = "merge_type",
     .type = AM_LIST,
     .elements = AM_ELEMENTS(AM_STR),
     .choices = AM_NAMES("strategic-merge", "merge", "json")},
    {.name = "patch", .type = AM_LIST, .elements = AM_ELEMENTS(AM_DICT)},
    {.name = "field_manager", .minimum = AM_LIMIT(1), .maximum = AM_LIMIT(128)},
    {.name = "force_conflicts", .type = AM_BOOL, .default_json = "false"},
    {.name = "validate", .type = AM_DICT, .options = validate_options},
    {.name = "migrate_managers",
     .type = AM_LIST,
     .elements = AM_ELEMENTS(AM_STR),
     .default_json = "[]"},

    /* to which objects */
    {.name = "resource_definition", .type = AM_RAW, .aliases = AM_NAMES("definition", "inline")},
    {.name = "src", .type = AM_PATH},
    {.name = "template", .type = AM_RAW},
    {.name = "kind"},
    {.name = "name"},
    {.name = "namespace"},
    {.name = "api_version", .default_json = "\"v1\"", .aliases = AM_NAMES("api", "version")},
    {.name = "generate_name"},
    {.name = "append_hash", .type = AM_BOOL, .default_json = "false"},
    {.name = "label_selectors",
     .type = AM_LIST,
     .elements = AM_ELEMENTS(AM_STR),
     .default_json = "[]"},
    {.name = "field_selectors",
     .type = AM_LIST,
     .elements = AM_ELEMENTS(AM_STR),
     .default_json = "[]"},
    {.name = "delete_all", .type = AM_BOOL, .default_json = "false", .aliases = AM_NAMES("all")},
    {.name = "delete_options", .type = AM_DICT, .options = delete_option_options},

    /* in which order, how patiently */
    {.name = "sort", .type = AM_BOOL, .default_json = "true"},
    {.name = "parallel",
     .type = AM_INT,
     .default_json = "16",
     .minimum = AM_LIMIT(1),
     .maximum = AM_LIMIT(64)},
    {.name = "wait_crds", .type = AM_BOOL, .default_json = "true"},
    {.name = "on_terminating",
     .default_json = "\"wait\"",
     .choices = AM_NAMES("wait", "fail", "apply")},
    {.name = "continue_on_error", .type = AM_RAW, .default_json = "false"},
    {.name = "retry_timeout",
     .type = AM_INT,
     .default_json = "120",
     .minimum = AM_LIMIT(0),
     .maximum = AM_LIMIT(86400)},
    {.name = "wait", .type = AM_BOOL, .default_json = "false"},
    {.name = "wait_sleep",
     .type = AM_INT,
     .default_json = "5",
     .minimum = AM_LIMIT(0),
     .maximum = AM_LIMIT(86400)},
    {.name = "wait_timeout",
     .type = AM_INT,
     .default_json = "120",
     .minimum = AM_LIMIT(0),
     .maximum = AM_LIMIT(86400)},
    {.name = "wait_condition", .type = AM_RAW},
    {.name = "wait_jsonpath"},

    /* what to return */
    {.name = "return_objects",
     .default_json = "\"full\"",
     .choices = AM_NAMES("full", "summary", "none")},
    {.name = "hidden_fields",
     .type = AM_LIST,
     .elements = AM_ELEMENTS(AM_STR),
     .default_json = "[]"},
    {.name = "metadata_only", .type = AM_BOOL, .default_json = "false"},
    {.name = "show_secrets", .type = AM_BOOL, .default_json = "false", .no_log_false = true},

    CONNECT_OPTIONS,
    {0},
};

static const am_names exclusive[] = {
    AM_NAMES("resource_definition", "src", "template"),
    AM_NAMES("merge_type", "apply"),
    AM_NAMES("apply_mode", "apply"),
    AM_NAMES("apply_mode", "force"),
    AM_NAMES("name", "generate_name"),
    AM_NAMES("patch", "resource_definition", "src", "template"),
    NULL,
};

const struct am_spec k8s_apply_spec = {
    .options = options,
    .mutually_exclusive = exclusive,
    .supports_check_mode = true,
};
