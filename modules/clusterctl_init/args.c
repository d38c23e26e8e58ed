#include "clusterctl_init/args.h"

#include <stdlib.h>
#include <string.h>

#include "ansible/am_get.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"

/* ---- provider references */

static void read_refs(struct cc_args *args, const json_t *params)
{
    for (int type = 0; type < CAPI_OTHER; type++) {
        const json_t *given = am_value(params, capi_type_row((enum capi_type)type)->option);
        size_t index = 0;
        json_t *item = NULL;
        if (json_is_string(given))
            strv_add(&args->refs[type], json_string_value(given));
        json_array_foreach (given, index, item)
            strv_add(&args->refs[type], json_string_value(item));
        args->any_ref = args->any_ref || args->refs[type].count;
    }
}

/* "--core, --bootstrap, …" in the words of this module. */
static void ref_options(struct strv *names)
{
    for (int type = 0; type < CAPI_OTHER; type++)
        strv_add(names, capi_type_row((enum capi_type)type)->option);
}

/* ---- what belongs together */

static int refuse(struct error **err, const char *format, const char *names)
{
    error_make(err, ERROR_USAGE, "%s%s", format, names);
    return -1;
}

static int check_selection(const struct cc_args *args, struct error **err)
{
    auto_strv struct strv options;
    strv_init(&options);
    ref_options(&options);
    auto_free char *names = strv_join(&options, ", ");
    if (args->state == CC_UPGRADED && args->contract && args->any_ref)
        return refuse(err, "The contract option can't be used in combination with ", names);
    if (args->state == CC_UPGRADED && !args->contract && !args->any_ref)
        return refuse(err,
                      "Either the contract option or at least one of the following options has to "
                      "be set: ",
                      names);
    if (args->state == CC_ABSENT && args->all && args->any_ref)
        return refuse(err, "The all option can't be used in combination with ", names);
    if (args->state == CC_ABSENT && !args->all && !args->any_ref)
        return refuse(
            err,
            "state absent needs the all option or at least one of the following options: ", names);
    return 0;
}

/* An option that would be passed over silently in this state. */
struct scope {
    const char *option;
    bool given;
    bool meant;
    const char *states;
};

static int check_scope(const struct cc_args *args, struct error **err)
{
    bool absent = args->state == CC_ABSENT;
    bool upgrades = args->state == CC_UPGRADED || args->state == CC_LATEST_REQUESTED;
    const struct scope scopes[] = {
        {"contract", args->contract, args->state == CC_UPGRADED, "upgraded"},
        {"all", args->all, absent, "absent"},
        {"include_namespace", args->include_namespace, absent, "absent"},
        {"include_crd", args->include_crd, absent, "absent"},
        {"force_reinstall", args->force_reinstall, upgrades, "upgraded or latest_requested"},
        {"crd_storage_migration", args->crd_storage_migration, upgrades,
         "upgraded or latest_requested"},
        {"target_namespace", args->target_namespace,
         args->state != CC_UPGRADED && args->state != CC_ABSENT,
         "present, latest_requested or images"},
    };
    for (size_t i = 0; i < array_length(scopes); i++)
        if (scopes[i].given && !scopes[i].meant) {
            error_make(err, ERROR_USAGE, "%s has no meaning here: it needs state %s",
                       scopes[i].option, scopes[i].states);
            return -1;
        }
    return 0;
}

static int check_texts(const json_t *object, const char *option, struct error **err)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach (js_iterable(object), key, value)
        if (!json_is_string(value) && !json_is_number(value) && !json_is_boolean(value)) {
            error_make(err, ERROR_USAGE, "%s: %s: expected a text, got %s", option, key,
                       js_type_name(value));
            return -1;
        }
    return 0;
}

static int check_overrides(const struct cc_args *args, struct error **err)
{
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach (js_iterable(args->deployment_overrides), index, item) {
        if (check_texts(js_get(item, "env", NULL), "env", err) < 0 ||
            check_texts(js_get(item, "node_selector", NULL), "node_selector", err) < 0) {
            error_wrap(err, "deployment_overrides, entry %zu", index + 1);
            return -1;
        }
    }
    return 0;
}

static int check(const struct cc_args *args, struct error **err)
{
    if (check_selection(args, err) < 0 || check_scope(args, err) < 0)
        return -1;
    if (check_texts(args->variables, "variables", err) < 0)
        return -1;
    return check_overrides(args, err);
}

/* ---- */

int cc_args_read(struct cc_args *args, const json_t *params, struct error **err)
{
    static const char *const states[] = {"present", "upgraded", "latest_requested", "absent",
                                         "images"};
    static const char *const modes[] = {"auto", "require", "skip"};
    long long wait_seconds = 0;
    long long attempts = 0;
    js_int(params, &wait_seconds, "wait_timeout", NULL);
    js_int(params, &attempts, "write_attempts", NULL);
    *args = (struct cc_args){
        .state = (enum cc_state)am_choice(params, "state", states, array_length(states)),
        .config = am_filled(params, "config"),
        .providers = am_value(params, "providers"),
        .repository_path = am_filled(params, "repository_path"),
        .overrides_folder = am_filled(params, "overrides_folder"),
        .cache_path = am_filled(params, "cache_path"),
        .images = am_value(params, "images"),
        .variables = am_value(params, "variables"),
        .use_environment = am_flag(params, "use_environment"),
        .cert_manager_mode = (enum cc_cert_manager)am_choice(js_get(params, "cert_manager", NULL),
                                                             "mode", modes, array_length(modes)),
        .cert_manager = am_value(params, "cert_manager"),
        .target_namespace = am_filled(params, "target_namespace"),
        .validate = am_flag(params, "validate"),
        .wait = am_flag(params, "wait"),
        .wait_timeout_ms = wait_seconds * 1000,
        .contract = am_filled(params, "contract"),
        .own_contract = am_filled(params, "own_contract"),
        .crd_storage_migration = am_flag(params, "crd_storage_migration"),
        .force_reinstall = am_flag(params, "force_reinstall"),
        .all = am_flag(params, "all"),
        .include_namespace = am_flag(params, "include_namespace"),
        .include_crd = am_flag(params, "include_crd"),
        .write_attempts = (unsigned)attempts,
        .retry_refused = am_flag(params, "retry_refused"),
        .deployment_overrides = am_value(params, "deployment_overrides"),
        .extra_manifests = am_value(params, "extra_manifests"),
    };
    if (str_equal(args->own_contract, "auto"))
        args->own_contract = NULL;
    connect_init(&args->connection, params);
    read_refs(args, params);
    if (check(args, err) < 0) {
        cc_args_clear(args);
        return -1;
    }
    return 0;
}

void cc_args_clear(struct cc_args *args)
{
    connect_clear(&args->connection);
    for (int type = 0; type < CAPI_OTHER; type++)
        strv_clear(&args->refs[type]);
    *args = (struct cc_args){0};
}
