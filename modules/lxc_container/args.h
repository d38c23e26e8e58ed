/*
 * The options of lxc_container: the table that Ansible's rules check, and the struct that the
 * other stations read. Immutable after ct_args_read. Knows nothing of liblxc.
 */
#ifndef LXC_CONTAINER_ARGS_H
#define LXC_CONTAINER_ARGS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "ansible/am_run.h"
#include "ansible/am_spec.h"
#include "base/error.h"
#include "base/strv.h"
#include "lxc_container/wanted.h"

extern const struct am_spec lxc_container_spec;

/* In the order of the table's choices. */
enum ct_goal {
    CT_STARTED,
    CT_STOPPED,
    CT_RESTARTED,
    CT_ABSENT,
    CT_FROZEN,
    CT_CLONE,
    CT_PRESENT,
    CT_GOALS
};
enum ct_restart { CT_RESTART_IF_NEEDED, CT_RESTART_NEVER, CT_RESTART_ALWAYS };
enum ct_snapshot_goal { CT_SNAPSHOT_PRESENT, CT_SNAPSHOT_ABSENT, CT_SNAPSHOT_RESTORED };

/* Where the root file system is kept; NULL and 0: liblxc's own default. */
struct ct_store {
    const char *type; /* "dir", "loop", … */
    const char *directory;
    const char *lv_name;
    const char *vg_name;
    const char *thinpool;
    const char *fs_type;
    uint64_t fs_size; /* bytes */
    const char *zfs_root;
};

/* What to run inside. Without argv there is nothing. */
struct ct_command {
    const char *script; /* for a shell, or NULL */
    struct strv argv;   /* without a shell, or empty */
    const char *executable;
    const char *chdir;
    struct strv environment; /* "NAME=value" */
    uid_t uid;               /* (uid_t)-1: of the container's init */
    gid_t gid;
    long long timeout_ms; /* 0: none */
    const char *creates;
    const char *removes;
    const char *stdin_text;
    bool check_rc;
    json_t *ok_rcs; /* borrowed list of integers */
};

struct ct_wait {
    bool systemd;
    bool network;
    const char *command; /* retried until it succeeds, or NULL */
    const char *interface;
    const char *family;
    long long timeout_ms;
};

struct ct_clone {
    const char *name; /* NULL: no clone */
    const char *path; /* lxcpath of the clone; NULL: the same */
    bool snapshot;
    bool keep_name;
    bool keep_mac;
};

struct ct_snapshot {
    bool wanted;
    enum ct_snapshot_goal goal;
    const char *name;
    const char *comment;
    const char *new_name;
};

struct ct_archive {
    const char *path; /* the folder; NULL: no archive */
    const char *suffix;
    const char *tar_option; /* "--gzip", …, or NULL */
    const char *program;    /* that tar needs for it, or NULL */
};

struct ct_args {
    const char *name;
    const char *lxc_path; /* as given, or NULL */
    enum ct_goal goal;
    enum ct_restart restart;
    bool force;

    const char *template_; /* NULL: not given; "none" is NULL with no_template */
    bool no_template;
    struct strv template_options;
    struct strv template_environment; /* "NAME=value" */
    const char *config_file;
    struct ct_store store;

    struct wanted wanted; /* every line that the options ask for */
    bool skip_unsupported;
    struct strv sources; /* directories of the host that bind mounts want made */
    bool backup;

    long long stop_timeout_ms;
    bool force_stop;
    long long start_timeout_ms;
    long long lock_timeout_ms;
    struct ct_wait wait;
    struct ct_command command;
    bool has_command;
    struct ct_clone clone;
    struct ct_snapshot snapshot;
    bool destroy_snapshots;
    struct ct_archive archive;

    const char *log_file;  /* NULL: only our own */
    char *owned_log_file;  /* what container_log stands for */
    const char *log_level; /* upper case */
    char *owned_log_level;
};

/* Fills ARGS from the validated PARAMS, which must outlive it. ERROR_USAGE names the option. On
 * failure ARGS is cleared. */
int ct_args_read(struct ct_args *args, const json_t *params, struct strv *warnings,
                 struct error **err) must_check;
void ct_args_clear(struct ct_args *args);

#endif
