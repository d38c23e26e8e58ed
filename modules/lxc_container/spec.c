/* The option table of lxc_container; plugins/modules/lxc_container.yml documents the same rows. */
#include "lxc_container/args.h"

#define SECONDS(DEFAULT)                                                                           \
    .type = AM_INT, .default_json = DEFAULT, .minimum = AM_LIMIT(0), .maximum = AM_LIMIT(86400)
#define FLAG(DEFAULT) .type = AM_BOOL, .default_json = DEFAULT
#define TEXTS         .type = AM_LIST, .elements = AM_ELEMENTS(AM_STR)

static const struct am_option bind_mount_options[] = {
    {.name = "source", .type = AM_PATH, .required = true},
    {.name = "target", .required = true},
    {.name = "create", .default_json = "\"dir\"", .choices = AM_NAMES("dir", "file")},
    {.name = "options", TEXTS, .default_json = "[]"},
    {.name = "optional", FLAG("false")},
    {.name = "create_source", FLAG("false")},
    {0},
};

static const struct am_option network_options[] = {
    {.name = "name"},
    {.name = "link"},
    {.name = "type",
     .default_json = "\"veth\"",
     .choices = AM_NAMES("none", "empty", "veth", "macvlan", "ipvlan", "vlan", "phys")},
    {.name = "hwaddr"},
    {.name = "mtu", .type = AM_INT, .minimum = AM_LIMIT(68), .maximum = AM_LIMIT(65535)},
    {.name = "veth_pair", .maximum = AM_LIMIT(15)},
    {.name = "address", TEXTS, .default_json = "[]"},
    {.name = "gateway", TEXTS, .default_json = "[]"},
    {.name = "flags", .default_json = "\"up\""},
    {0},
};

static const struct am_option command_options[] = {
    {.name = "executable"},
    {.name = "chdir"},
    {.name = "environment", .type = AM_DICT},
    {.name = "user"},
    {.name = "timeout", .type = AM_INT, .minimum = AM_LIMIT(0), .maximum = AM_LIMIT(86400)},
    {.name = "creates"},
    {.name = "removes"},
    {.name = "stdin"},
    {.name = "check_rc", FLAG("true")},
    {.name = "ok_rcs", .type = AM_LIST, .elements = AM_ELEMENTS(AM_INT), .default_json = "[0]"},
    {0},
};

static const struct am_option snapshot_options[] = {
    {.name = "state",
     .default_json = "\"present\"",
     .choices = AM_NAMES("present", "absent", "restored")},
    {.name = "name"},
    {.name = "comment"},
    {.name = "new_name"},
    {0},
};

static const struct am_option options[] = {
    /* which container, in which state */
    {.name = "name", .required = true, .minimum = AM_LIMIT(1)},
    {.name = "lxc_path", .type = AM_PATH},
    {.name = "state",
     .default_json = "\"started\"",
     .choices =
         AM_NAMES("started", "stopped", "restarted", "absent", "frozen", "clone", "present")},
    {.name = "restart",
     .default_json = "\"if_needed\"",
     .choices = AM_NAMES("if_needed", "never", "always")},
    {.name = "force", FLAG("false")},

    /* how it is created */
    {.name = "template"},
    {.name = "template_options", .type = AM_RAW},
    {.name = "template_environment", .type = AM_DICT, .default_json = "{}"},
    {.name = "config", .type = AM_PATH},
    {.name = "backing_store",
     .default_json = "\"dir\"",
     .choices = AM_NAMES("dir", "lvm", "loop", "btrfs", "overlayfs", "zfs")},
    {.name = "directory", .type = AM_PATH},
    {.name = "rootfs_managed", .type = AM_BOOL},
    {.name = "lv_name"},
    {.name = "vg_name"},
    {.name = "thinpool"},
    {.name = "fs_type"},
    {.name = "fs_size"},
    {.name = "zfs_root"},

    /* its configuration */
    {.name = "container_config", .type = AM_RAW, .default_json = "[]"},
    {.name = "container_config_mode",
     .default_json = "\"merge\"",
     .choices = AM_NAMES("merge", "replace")},
    {.name = "container_config_absent", TEXTS, .default_json = "[]"},
    {.name = "skip_unsupported_config", FLAG("false")},
    {.name = "bind_mounts",
     .type = AM_LIST,
     .elements = AM_ELEMENTS(AM_DICT),
     .default_json = "[]",
     .options = bind_mount_options},
    {.name = "networks",
     .type = AM_LIST,
     .elements = AM_ELEMENTS(AM_DICT),
     .options = network_options},
    {.name = "backup", FLAG("false")},

    /* how patiently */
    {.name = "stop_timeout", SECONDS("60")},
    {.name = "force_stop", FLAG("true")},
    {.name = "start_timeout", SECONDS("60")},
    {.name = "wait_for",
     TEXTS,
     .default_json = "[]",
     .choices = AM_NAMES("systemd", "network", "command")},
    {.name = "wait_timeout", SECONDS("60")},
    {.name = "wait_command"},
    {.name = "wait_interface"},
    {.name = "wait_family", .default_json = "\"inet\"", .choices = AM_NAMES("inet", "inet6")},
    {.name = "lock_timeout", SECONDS("120")},

    /* what runs in it */
    {.name = "container_command", .type = AM_RAW},
    {.name = "container_command_args",
     .type = AM_DICT,
     .options = command_options,
     .apply_defaults = true},

    /* what is made of it */
    {.name = "clone_name"},
    {.name = "clone_path", .type = AM_PATH},
    {.name = "clone_snapshot", FLAG("false")},
    {.name = "clone_keep_name", FLAG("false")},
    {.name = "clone_keep_mac", FLAG("false")},
    {.name = "snapshot", .type = AM_DICT, .options = snapshot_options},
    {.name = "destroy_snapshots", FLAG("false")},
    {.name = "archive", FLAG("false")},
    {.name = "archive_path", .type = AM_PATH},
    {.name = "archive_compression",
     .default_json = "\"gzip\"",
     .choices = AM_NAMES("gzip", "bzip2", "none")},

    /* the log of liblxc */
    {.name = "container_log", FLAG("false")},
    {.name = "container_log_level", .default_json = "\"INFO\""},
    {.name = "log_file", .type = AM_PATH},
    {0},
};

static const struct am_required_if required_if[] = {
    {.option = "archive", .value = "true", .needs = AM_NAMES("archive_path")},
    {.option = "state", .value = "\"clone\"", .needs = AM_NAMES("clone_name")},
    {0},
};

const struct am_spec lxc_container_spec = {
    .options = options,
    .required_if = required_if,
    .supports_check_mode = true,
};
