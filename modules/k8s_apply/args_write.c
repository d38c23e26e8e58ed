/* The options that say how objects are written. See args.h. */
#include <stdlib.h>

#include "base/str.h"
#include "json/js_get.h"
#include "k8s_apply/args_priv.h"

/* kubernetes.core's own ways of saying how: patch, apply, force and merge_type. */
static enum kube_verb verb_of_present(const json_t *params)
{
    static const char *const modes[] = {"server", "update", "create", "replace"};
    static const enum kube_verb verbs[] = {KUBE_APPLY, KUBE_UPDATE, KUBE_CREATE, KUBE_REPLACE};
    const char *mode = am_text(params, "apply_mode");
    json_t *apply = am_value(params, "apply");
    if (mode)
        return verbs[am_choice(params, "apply_mode", modes, array_length(modes))];
    if (json_is_true(apply))
        return KUBE_APPLY; /* force has no say in it, as in kubernetes.core */
    if (am_flag(params, "force"))
        return KUBE_REPLACE;
    if (apply)
        return KUBE_UPDATE;
    return am_value(params, "merge_type") ? KUBE_UPDATE : KUBE_APPLY;
}

/* Nobody who gives a patch means that the object is deleted, or left alone. */
static int check_patch(const struct k8s_args *args, const json_t *params, struct error **err)
{
    if (!am_value(params, "patch"))
        return 0;
    if (args->state == K8S_ABSENT || args->state == K8S_INFO) {
        error_make(err, ERROR_USAGE,
                   "patch changes an object: it goes with state present or patched, not %s",
                   am_text(params, "state"));
        return -1;
    }
    if (args->defaults.kind && args->defaults.name)
        return 0;
    error_make(err, ERROR_USAGE, "patch needs kind and name: the object that is patched");
    return -1;
}

static int read_verb(struct k8s_args *args, const json_t *params, struct error **err)
{
    static const char *const states[] = {"present", "absent", "patched", "info"};
    args->state = (enum k8s_state)am_choice(params, "state", states, array_length(states));
    if (args->state == K8S_ABSENT)
        args->verb = KUBE_DELETE;
    else if (am_value(params, "patch"))
        args->verb = KUBE_JSON_PATCH;
    else
        args->verb = args->state == K8S_PATCHED ? KUBE_PATCH : verb_of_present(params);

    am_list(params, "merge_type", &args->merge_types);
    bool json_type = strv_contains(&args->merge_types, "json");
    if (json_type && !am_value(params, "patch")) {
        error_make(
            err, ERROR_USAGE,
            "merge_type json needs the option patch: a list of RFC 6902 operations, with kind "
            "and name");
        return -1;
    }
    if (!args->merge_types.count || json_type) {
        strv_clear(&args->merge_types);
        strv_add(&args->merge_types, "strategic-merge");
        strv_add(&args->merge_types, "merge");
    }
    return check_patch(args, params, err);
}

static const char *field_validation(const json_t *params, struct strv *warnings)
{
    json_t *validate = am_value(params, "validate");
    if (!validate)
        return "Strict";
    if (am_text(validate, "version"))
        strv_add(warnings, "validate.version is ignored: the server validates against the version "
                           "that it runs");
    if (!am_flag(validate, "strict"))
        return "Ignore";
    return am_flag(validate, "fail_on_error") ? "Strict" : "Warn";
}

static int read_manager(struct k8s_args *args, const json_t *params, struct error **err)
{
    json_t *ssa = am_value(params, "server_side_apply");
    const char *manager = am_text(params, "field_manager");
    if (!manager)
        manager = js_str(ssa, "field_manager", NULL);
    args->write.field_manager = manager ? manager : "ansible";
    args->write.force_conflicts =
        am_flag(params, "force_conflicts") || js_true(ssa, "force_conflicts", NULL);
    for (const char *at = args->write.field_manager; *at; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7F) {
            error_make(err, ERROR_USAGE,
                       "field_manager must be 1 to 128 printable characters, but holds a control "
                       "character");
            return -1;
        }
    return 0;
}

/* true, false, their words, or "ignore". */
static int read_go_on(struct k8s_args *args, const json_t *params, struct error **err)
{
    json_t *value = am_value(params, "continue_on_error");
    const char *word = json_string_value(value);
    static const char *const yes[] = {"true", "yes", "on", "1", "y", "t"};
    static const char *const no[] = {"false", "no", "off", "0", "n", "f"};
    if (!value || json_is_false(value))
        args->go_on = K8S_STOP;
    else if (json_is_true(value))
        args->go_on = K8S_GO_ON;
    else if (str_equal_nocase(word, "ignore"))
        args->go_on = K8S_IGNORE;
    else {
        bool known = false;
        for (size_t i = 0; i < array_length(yes) && word; i++) {
            known = known || str_equal_nocase(word, yes[i]) || str_equal_nocase(word, no[i]);
            if (str_equal_nocase(word, yes[i]))
                args->go_on = K8S_GO_ON;
        }
        if (!known) {
            error_make(err, ERROR_USAGE, "continue_on_error must be true, false or ignore");
            return -1;
        }
    }
    args->write.go_on = args->go_on != K8S_STOP;
    return 0;
}

int args_read_write(struct k8s_args *args, const json_t *params, struct strv *warnings,
                    struct error **err)
{
    static const char *const terminating[] = {"wait", "fail", "apply"};
    long long parallel = 1;
    js_int(params, &parallel, "parallel", NULL);
    if (read_verb(args, params, err) < 0 || read_manager(args, params, err) < 0)
        return -1;
    am_list(params, "migrate_managers", &args->migrate_managers);
    args->write.field_validation = field_validation(params, warnings);
    args->write.merge_types = &args->merge_types;
    args->write.migrate_managers = &args->migrate_managers;
    args->write.patch = am_value(params, "patch");
    args->write.delete_options = am_value(params, "delete_options");
    args->write.on_terminating = (enum kube_terminating)am_choice(
        params, "on_terminating", terminating, array_length(terminating));
    args->write.append_hash = am_flag(params, "append_hash");
    args->write.wait_crds = am_flag(params, "wait_crds");
    args->write.sort = am_flag(params, "sort");
    /* For tests, and for who suspects that something was left unwritten. */
    args->write.write_unchanged = !str_empty(getenv("MCAPI_WRITE_UNCHANGED"));
    args->write.parallel = args->write.sort ? (unsigned)parallel : 1;
    args->write.timeout_ms = args->wait_timeout_ms;
    args->retry_timeout_ms = am_seconds_ms(params, "retry_timeout");
    return read_go_on(args, params, err);
}
