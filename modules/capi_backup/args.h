/*
 * The options of capi_backup: the table that Ansible's rules check, and the struct that the other
 * stations read. Immutable after cb_args_read.
 */
#ifndef CAPI_BACKUP_ARGS_H
#define CAPI_BACKUP_ARGS_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

#include "ansible/am_spec.h"
#include "backup/restore.h"
#include "base/error.h"
#include "base/strv.h"
#include "connect/connect.h"

extern const struct am_spec capi_backup_spec;

enum cb_state { CB_PRESENT, CB_RESTORED, CB_VERIFIED, CB_LISTED, CB_PRUNED, CB_RESUMED, CB_STATES };
enum cb_quiesce { CB_QUIESCE_VERIFY, CB_QUIESCE_PAUSE, CB_QUIESCE_NONE };
enum cb_readiness { CB_READY_PER_CLUSTER, CB_READY_STRICT, CB_READY_SKIP };

/* Everything is borrowed from the parameters unless it says otherwise. */
struct cb_args {
    enum cb_state state;
    struct connection connection; /* owned */

    const char *path;
    bool create_path;
    const char *src; /* NULL: not given */
    const char *name_prefix;
    const char *owner, *group; /* NULL: not given */
    mode_t mode;               /* permission bits */
    bool mode_given;
    bool osa_compat;
    bool only_if_changed;
    size_t keep_last, keep_daily, keep_weekly, keep_monthly, keep_min;
    struct strv keep_names;   /* owned */
    const json_t *encryption; /* NULL: none */
    const json_t *decryption; /* NULL: none */
    const char *sign_cert, *sign_key, *verify_ca;
    long long lock_timeout_ms;
    const char *state_dir;

    struct strv namespaces; /* owned; empty: all */
    struct strv clusters;   /* owned; empty: all */
    bool include_unused_classes;
    bool cloud_config_secrets;
    bool identities;
    const json_t *extra_resources; /* NULL: none */

    enum cb_quiesce quiesce;
    enum cb_readiness readiness;
    bool allow_inconsistent;
    unsigned retries;
    long long retry_delay_ms;
    long long pause_timeout_ms;
    bool magnum_lock;

    enum backup_conflict conflict;
    enum backup_missing missing_owner;
    enum backup_deleting deleting;
    enum backup_providers provider_check;
    bool go_on; /* on_error: continue */
    enum backup_resume resume;
    bool restore_managed_fields;
    bool restore_namespaces;
    long long max_age_s; /* -1: any */
    bool force;
    bool wait;
    long long wait_timeout_ms;
    long long webhook_timeout_ms;
    bool ignore_unknown_files;

    bool compare;
    bool drill;

    long long request_timeout_ms;
    long long timeout_ms;
};

/* Fills ARGS from the validated PARAMS, which must outlive it. ERROR_USAGE names the option. On
 * failure ARGS is cleared. */
int cb_args_read(struct cb_args *args, const json_t *params, struct error **err) must_check;
void cb_args_clear(struct cb_args *args);

/* "present", "restored", …: static. */
const char *cb_state_text(enum cb_state state);

#endif
