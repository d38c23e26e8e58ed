/*
 * The options of clusterctl_init: the table that Ansible's rules check, and the struct that the
 * other stations read. Immutable after cc_args_read.
 */
#ifndef CLUSTERCTL_INIT_ARGS_H
#define CLUSTERCTL_INIT_ARGS_H

#include <jansson.h>
#include <stdbool.h>

#include "ansible/am_spec.h"
#include "base/error.h"
#include "base/strv.h"
#include "capi/provider.h"
#include "connect/connect.h"

extern const struct am_spec clusterctl_init_spec;

enum cc_state { CC_PRESENT, CC_UPGRADED, CC_LATEST_REQUESTED, CC_ABSENT, CC_IMAGES };

/* auto: probe and install; require: probe and fail; skip: leave it alone. */
enum cc_cert_manager { CC_CM_AUTO, CC_CM_REQUIRE, CC_CM_SKIP };

/* Everything is borrowed from the parameters unless it says otherwise. */
struct cc_args {
    enum cc_state state;
    struct connection connection; /* owned */
    struct strv refs[CAPI_OTHER]; /* owned: provider references as written, by type */
    bool any_ref;

    const char *config; /* path */
    const json_t *providers;
    const char *repository_path;
    const char *overrides_folder;
    const char *cache_path;
    const json_t *images;
    const json_t *variables;
    bool use_environment;

    enum cc_cert_manager cert_manager_mode;
    const json_t *cert_manager; /* the option without its mode */

    const char *target_namespace;
    bool validate;
    bool wait;
    long long wait_timeout_ms;
    const char *contract;
    const char *own_contract; /* NULL: auto */
    bool crd_storage_migration;
    bool force_reinstall;
    bool all;
    bool include_namespace;
    bool include_crd;
    unsigned write_attempts;
    bool retry_refused;
    const json_t *deployment_overrides;
    const json_t *extra_manifests;
};

/* Fills ARGS from the validated PARAMS, which must outlive it. ERROR_USAGE names the option. On
 * failure ARGS is cleared. */
int cc_args_read(struct cc_args *args, const json_t *params, struct error **err) must_check;
void cc_args_clear(struct cc_args *args);

#endif
