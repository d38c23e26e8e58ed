/* The option table of capi_backup; plugins/modules/capi_backup.yml documents the same rows. */
#include "capi_backup/args.h"

enum { DAY_SECONDS = 86400 };

static const am_names encryption_exclusive[] = {AM_NAMES("passphrase", "passphrase_file"), NULL};
static const am_names encryption_needs[] = {AM_NAMES("recipients", "passphrase", "passphrase_file"),
                                            NULL};
static const struct am_spec encryption_rules = {
    .mutually_exclusive = encryption_exclusive,
    .required_one_of = encryption_needs,
};

static const struct am_option encryption_options[] = {
    {.name = "recipients", .type = AM_LIST, .elements = AM_ELEMENTS(AM_PATH)},
    {.name = "passphrase", .no_log = true},
    {.name = "passphrase_file", .type = AM_PATH, .no_log_false = true},
    {.name = "iterations",
     .type = AM_INT,
     .default_json = "600000",
     .minimum = AM_LIMIT(100000),
     .maximum = AM_LIMIT(100000000)},
    {0},
};

static const am_names decryption_exclusive[] = {AM_NAMES("passphrase", "passphrase_file"), NULL};
static const struct am_spec decryption_rules = {.mutually_exclusive = decryption_exclusive};

static const struct am_option decryption_options[] = {
    {.name = "key_file", .type = AM_PATH, .no_log_false = true},
    {.name = "key_passphrase_file", .type = AM_PATH, .no_log_false = true},
    {.name = "cert_file", .type = AM_PATH},
    {.name = "passphrase", .no_log = true},
    {.name = "passphrase_file", .type = AM_PATH, .no_log_false = true},
    {0},
};

static const struct am_option extra_options[] = {
    {.name = "api_version", .default_json = "\"v1\""},
    {.name = "kind", .required = true},
    {.name = "namespace"},
    {.name = "name"},
    {.name = "label_selector"},
    {0},
};

#define COUNT_OPTION(NAME, DEFAULT, HIGHEST)                                                       \
    {                                                                                              \
        .name = (NAME), .type = AM_INT, .default_json = (DEFAULT), .minimum = AM_LIMIT(0),         \
        .maximum = AM_LIMIT(HIGHEST)                                                               \
    }
#define FLAG_OPTION(NAME, DEFAULT)                                                                 \
    {                                                                                              \
        .name = (NAME), .type = AM_BOOL, .default_json = (DEFAULT)                                 \
    }

static const struct am_option options[] = {
    {.name = "state",
     .required = true,
     .choices = AM_NAMES("present", "restored", "verified", "listed", "pruned", "resumed")},

    /* archives */
    {.name = "path", .type = AM_PATH, .default_json = "\"/var/backup/cluster-api-backup\""},
    FLAG_OPTION("create_path", "true"),
    {.name = "src", .type = AM_PATH},
    {.name = "name_prefix", .default_json = "\"cluster-api-objects\""},
    {.name = "owner"},
    {.name = "group"},
    {.name = "mode", .type = AM_RAW},
    {.name = "osa_compat", .type = AM_BOOL},
    FLAG_OPTION("only_if_changed", "false"),
    COUNT_OPTION("keep_last", "7", 10000),
    COUNT_OPTION("keep_daily", "7", 10000),
    COUNT_OPTION("keep_weekly", "4", 10000),
    COUNT_OPTION("keep_monthly", "6", 10000),
    COUNT_OPTION("keep_min", "1", 10000),
    {.name = "keep_names", .type = AM_LIST, .elements = AM_ELEMENTS(AM_STR), .default_json = "[]"},
    {.name = "encryption",
     .type = AM_DICT,
     .options = encryption_options,
     .dependencies = &encryption_rules},
    {.name = "decryption",
     .type = AM_DICT,
     .options = decryption_options,
     .dependencies = &decryption_rules},
    {.name = "sign_cert", .type = AM_PATH},
    {.name = "sign_key", .type = AM_PATH, .no_log_false = true},
    {.name = "verify_ca", .type = AM_PATH},
    COUNT_OPTION("lock_timeout", "60", DAY_SECONDS),
    {.name = "state_dir", .type = AM_PATH, .default_json = "\"/var/lib/capi-backup\""},

    /* what is saved, or brought back */
    {.name = "namespaces",
     .type = AM_LIST,
     .elements = AM_ELEMENTS(AM_STR),
     .default_json = "[\"magnum-system\"]"},
    {.name = "clusters", .type = AM_LIST, .elements = AM_ELEMENTS(AM_STR), .default_json = "[]"},
    FLAG_OPTION("include_unused_classes", "true"),
    FLAG_OPTION("cloud_config_secrets", "true"),
    FLAG_OPTION("identities", "true"),
    {.name = "extra_resources",
     .type = AM_LIST,
     .elements = AM_ELEMENTS(AM_DICT),
     .options = extra_options},

    /* how it is saved */
    {.name = "quiesce",
     .default_json = "\"verify\"",
     .choices = AM_NAMES("verify", "pause", "none")},
    {.name = "readiness",
     .default_json = "\"per_cluster\"",
     .choices = AM_NAMES("per_cluster", "strict", "skip")},
    FLAG_OPTION("allow_inconsistent", "false"),
    COUNT_OPTION("retries", "20", 1000),
    COUNT_OPTION("retry_delay", "30", DAY_SECONDS),
    COUNT_OPTION("pause_timeout", "60", DAY_SECONDS),
    FLAG_OPTION("magnum_lock", "false"),

    /* how it is brought back */
    {.name = "conflict",
     .default_json = "\"skip\"",
     .choices = AM_NAMES("skip", "fail", "update", "uid_match")},
    {.name = "missing_owner",
     .default_json = "\"fail\"",
     .choices = AM_NAMES("fail", "skip", "drop")},
    {.name = "deleting",
     .default_json = "\"fail\"",
     .choices = AM_NAMES("fail", "skip", "restore")},
    {.name = "provider_check",
     .default_json = "\"error\"",
     .choices = AM_NAMES("error", "warn", "ignore")},
    {.name = "on_error", .default_json = "\"stop\"", .choices = AM_NAMES("stop", "continue")},
    {.name = "resume", .default_json = "\"auto\"", .choices = AM_NAMES("auto", "always", "never")},
    FLAG_OPTION("restore_managed_fields", "true"),
    FLAG_OPTION("restore_namespaces", "true"),
    {.name = "max_age", .type = AM_INT, .minimum = AM_LIMIT(0)},
    FLAG_OPTION("force", "false"),
    FLAG_OPTION("wait", "false"),
    COUNT_OPTION("wait_timeout", "1800", DAY_SECONDS),
    COUNT_OPTION("webhook_timeout", "120", DAY_SECONDS),
    FLAG_OPTION("ignore_unknown_files", "false"),

    /* how it is verified */
    FLAG_OPTION("compare", "false"),
    FLAG_OPTION("drill", "false"),

    /* how patiently */
    {.name = "request_timeout",
     .type = AM_INT,
     .default_json = "30",
     .minimum = AM_LIMIT(1),
     .maximum = AM_LIMIT(DAY_SECONDS)},
    COUNT_OPTION("timeout", "1800", DAY_SECONDS),

    CONNECT_OPTIONS,
    {0},
};

static const am_names required_together[] = {AM_NAMES("sign_cert", "sign_key"), NULL};
static const struct am_required_if required_if[] = {
    {.option = "state", .value = "\"restored\"", .needs = AM_NAMES("src")},
    {.option = "state", .value = "\"verified\"", .needs = AM_NAMES("src")},
    {0},
};

const struct am_spec capi_backup_spec = {
    .options = options,
    .required_together = required_together,
    .required_if = required_if,
    .supports_check_mode = true,
};
