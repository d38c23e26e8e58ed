#include "k8s_apply/args.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "json/js_path.h"

/* ---- small readers of validated parameters */

static const char *text(const json_t *params, const char *name)
{
    return js_str(params, name, NULL);
}

/* The option's value, NULL when it was not given. */
static json_t *value_of(const json_t *params, const char *name)
{
    json_t *value = json_object_get(params, name);
    return json_is_null(value) ? NULL : value;
}

static bool flag(const json_t *params, const char *name)
{
    return js_true(params, name, NULL);
}

static long long seconds_as_ms(const json_t *params, const char *name)
{
    long long seconds = 0;
    js_int(params, &seconds, name, NULL);
    return seconds * 1000;
}

static void read_list(const json_t *params, const char *name, struct strv *out)
{
    size_t index = 0;
    json_t *item = NULL;
    strv_init(out);
    json_array_foreach (json_object_get(params, name), index, item)
        if (json_is_string(item))
            strv_add(out, json_string_value(item));
}

/* The position of VALUE in NAMES, whose order is the enum's; the table has checked the choice. */
static int choice(const char *value, const char *const *names, int count)
{
    for (int i = 0; i < count; i++)
        if (str_equal(value, names[i]))
            return i;
    return 0;
}

/* ---- connection */

/* kubernetes.core reads its boolean variables so: 0, false and no are false, all else is true. */
static const json_t *bool_from_env(const char *first, const char *second)
{
    const char *set = getenv(first);
    if (!set)
        set = getenv(second);
    if (!set)
        return NULL;
    bool is_false = str_equal(set, "0") || str_equal_nocase(set, "false") || str_equal_nocase(set, "no");
    return is_false ? json_false() : json_true();
}

/* A comma-separated variable; empty parts are dropped. */
static json_t *groups_from_env(void)
{
    const char *set = getenv("K8S_AUTH_IMPERSONATE_GROUPS");
    if (str_empty(set))
        return NULL;
    auto_strv struct strv parts;
    strv_init(&parts);
    strv_split(&parts, set, ',');
    json_t *groups = json_array();
    for (size_t i = 0; i < parts.count; i++)
        if (*str_trim(parts.items[i]))
            json_array_append_new(groups, json_string(parts.items[i]));
    return groups;
}

static void read_connection(struct k8s_args *args, const json_t *params)
{
    const json_t *validate = value_of(params, "validate_certs");
    const json_t *groups = value_of(params, "impersonate_groups");
    if (!groups) {
        json_t *from_env = groups_from_env();
        json_array_append(args->kept, from_env);
        json_decref(from_env);
        groups = from_env ? json_array_get(args->kept, json_array_size(args->kept) - 1) : NULL;
    }
    args->connection = (struct kube_options){
        .kubeconfig = value_of(params, "kubeconfig"),
        .context = text(params, "context"),
        .host = text(params, "host"),
        .api_key = text(params, "api_key"),
        .username = text(params, "username"),
        .password = text(params, "password"),
        .validate_certs =
            validate ? validate : bool_from_env("K8S_AUTH_VALIDATE_CERTS", "K8S_AUTH_VERIFY_SSL"),
        .ca_cert = text(params, "ca_cert"),
        .client_cert = text(params, "client_cert"),
        .client_key = text(params, "client_key"),
        .proxy = text(params, "proxy"),
        .no_proxy = text(params, "no_proxy"),
        .proxy_headers = value_of(params, "proxy_headers"),
        .impersonate_user = text(params, "impersonate_user"),
        .impersonate_groups = groups,
    };
}

/* ---- how to write */

/* kubernetes.core's own ways of saying how: patch, apply, force and merge_type. */
static enum kube_verb verb_of_present(const json_t *params)
{
    static const char *const modes[] = {"server", "update", "create", "replace"};
    static const enum kube_verb verbs[] = {KUBE_APPLY, KUBE_UPDATE, KUBE_CREATE, KUBE_REPLACE};
    const char *mode = text(params, "apply_mode");
    json_t *apply = value_of(params, "apply");
    if (mode)
        return verbs[choice(mode, modes, (int)array_length(modes))];
    if (flag(params, "force"))
        return KUBE_REPLACE;
    if (apply)
        return json_is_true(apply) ? KUBE_APPLY : KUBE_UPDATE;
    return value_of(params, "merge_type") ? KUBE_UPDATE : KUBE_APPLY;
}

static int read_verb(struct k8s_args *args, const json_t *params, struct error **err)
{
    static const char *const states[] = {"present", "absent", "patched", "info"};
    args->state = (enum k8s_state)choice(text(params, "state"), states, (int)array_length(states));
    if (args->state == K8S_ABSENT)
        args->verb = KUBE_DELETE;
    else if (value_of(params, "patch"))
        args->verb = KUBE_JSON_PATCH;
    else
        args->verb = args->state == K8S_PATCHED ? KUBE_PATCH : verb_of_present(params);

    read_list(params, "merge_type", &args->merge_types);
    bool json_type = strv_contains(&args->merge_types, "json");
    if (json_type && !value_of(params, "patch")) {
        error_make(err, ERROR_USAGE,
                   "merge_type json needs the option patch: a list of RFC 6902 operations, with kind "
                   "and name");
        return -1;
    }
    if (!args->merge_types.count || json_type) {
        strv_clear(&args->merge_types);
        strv_add(&args->merge_types, "strategic-merge");
        strv_add(&args->merge_types, "merge");
    }
    if (args->verb == KUBE_JSON_PATCH && (!text(params, "kind") || !text(params, "name"))) {
        error_make(err, ERROR_USAGE, "patch needs kind and name: the object that is patched");
        return -1;
    }
    return 0;
}

static const char *field_validation(const json_t *params, struct strv *warnings)
{
    json_t *validate = value_of(params, "validate");
    if (!validate)
        return "Strict";
    if (text(validate, "version"))
        strv_add(warnings, "validate.version is ignored: the server validates against the version "
                           "that it runs");
    json_t *fail = value_of(validate, "fail_on_error");
    return json_is_false(fail) ? "Warn" : "Strict";
}

static int read_manager(struct k8s_args *args, const json_t *params, struct error **err)
{
    json_t *ssa = value_of(params, "server_side_apply");
    const char *manager = text(params, "field_manager");
    if (!manager)
        manager = js_str(ssa, "field_manager", NULL);
    args->write.field_manager = manager ? manager : "ansible";
    args->write.force_conflicts =
        flag(params, "force_conflicts") || js_true(ssa, "force_conflicts", NULL);
    for (const char *at = args->write.field_manager; *at; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7F) {
            error_make(err, ERROR_USAGE,
                       "field_manager must be 1 to 128 printable characters, but holds a control "
                       "character");
            return -1;
        }
    return 0;
}

static int read_write(struct k8s_args *args, const json_t *params, struct strv *warnings,
                      struct error **err)
{
    static const char *const terminating[] = {"wait", "fail", "apply"};
    long long parallel = 1;
    js_int(params, &parallel, "parallel", NULL);
    if (read_verb(args, params, err) < 0 || read_manager(args, params, err) < 0)
        return -1;
    read_list(params, "migrate_managers", &args->migrate_managers);
    args->write.field_validation = field_validation(params, warnings);
    args->write.merge_types = &args->merge_types;
    args->write.migrate_managers = &args->migrate_managers;
    args->write.patch = value_of(params, "patch");
    args->write.delete_options = value_of(params, "delete_options");
    args->write.on_terminating = (enum kube_terminating)choice(
        text(params, "on_terminating"), terminating, (int)array_length(terminating));
    args->write.wait_crds = flag(params, "wait_crds");
    args->write.sort = flag(params, "sort");
    args->write.parallel = args->write.sort ? (unsigned)parallel : 1;
    args->write.timeout_ms = args->wait_timeout_ms;
    args->retry_timeout_ms = seconds_as_ms(params, "retry_timeout");
    return 0;
}

/* true, false, their words, or "ignore". */
static int read_go_on(struct k8s_args *args, const json_t *params, struct error **err)
{
    json_t *value = value_of(params, "continue_on_error");
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

/* ---- waiting */

/* True, False and Unknown; YAML makes booleans of the first two. */
static const char *condition_status(const json_t *value)
{
    if (!value || json_is_null(value) || json_is_true(value))
        return "True";
    if (json_is_false(value))
        return "False";
    static const char *const names[] = {"True", "False", "Unknown"};
    for (size_t i = 0; i < array_length(names); i++)
        if (str_equal(json_string_value(value), names[i]))
            return names[i];
    return NULL;
}

static int read_condition(struct k8s_args *args, const json_t *item, struct error **err)
{
    static const char *const known[] = {"type", "status", "reason"};
    const char *key = NULL;
    json_t *member = NULL;
    json_object_foreach ((json_t *)(uintptr_t)item, key, member) {
        bool is_known = false;
        for (size_t i = 0; i < array_length(known); i++)
            is_known = is_known || str_equal(key, known[i]);
        if (!is_known) {
            error_make(err, ERROR_USAGE,
                       "wait_condition: unknown key %s; known are type, status and reason", key);
            return -1;
        }
    }
    const char *type = js_str(item, "type", NULL);
    const char *status = condition_status(json_object_get(item, "status"));
    if (!json_is_object(item) || !status) {
        error_make(err, ERROR_USAGE,
                   "wait_condition must be an object, or a list of objects, with type, status (True, "
                   "False or Unknown) and optionally reason");
        return -1;
    }
    if (!type)
        return 0; /* as in kubernetes.core: without a type it asks for nothing */
    struct kube_criteria *criteria = &args->criteria;
    args->conditions =
        xreallocarray(args->conditions, criteria->condition_count + 1, sizeof(*args->conditions));
    args->conditions[criteria->condition_count++] =
        (struct kube_condition){.type = type, .status = status, .reason = js_str(item, "reason", NULL)};
    criteria->conditions = args->conditions;
    return 0;
}

static int read_conditions(struct k8s_args *args, const json_t *params, struct error **err)
{
    json_t *value = value_of(params, "wait_condition");
    if (!value)
        return 0;
    if (!json_is_array(value))
        return read_condition(args, value, err);
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach (value, index, item)
        if (read_condition(args, item, err) < 0)
            return -1;
    return 0;
}

/* The '=' that parts path and value: outside of brackets and braces, where filters have theirs. */
static const char *find_value(const char *expression)
{
    int depth = 0;
    for (const char *at = expression; *at; at++) {
        if (*at == '[' || *at == '{')
            depth++;
        else if (*at == ']' || *at == '}')
            depth--;
        else if (*at == '=' && depth == 0)
            return at;
    }
    return NULL;
}

static int read_query(struct k8s_args *args, const json_t *params, struct error **err)
{
    const char *expression = text(params, "wait_jsonpath");
    if (!expression)
        return 0;
    const char *equals = find_value(expression);
    auto_free char *path = equals ? xmemdup(expression, (size_t)(equals - expression))
                                  : xstrdup(expression);
    args->expected = equals ? xstrdup(equals + 1) : NULL;
    args->query = js_query_parse(path, err);
    if (!args->query) {
        error_wrap(err, "wait_jsonpath");
        return -1;
    }
    args->criteria.query = args->query;
    args->criteria.expected = args->expected;
    return 0;
}

static int read_wait(struct k8s_args *args, const json_t *params, struct error **err)
{
    args->wait = flag(params, "wait");
    args->wait_timeout_ms = seconds_as_ms(params, "wait_timeout");
    args->wait_sleep_ms = seconds_as_ms(params, "wait_sleep");
    /* 0 would be a busy loop. */
    if (args->wait_sleep_ms < 250)
        args->wait_sleep_ms = 250;
    if (read_conditions(args, params, err) < 0)
        return -1;
    return read_query(args, params, err);
}

/* ---- what belongs together */

/* The paths are used when everything is written: a bad one must show before. */
static int check_hidden_fields(const struct k8s_args *args, struct error **err)
{
    for (size_t i = 0; i < args->hidden_fields.count; i++) {
        auto_strv struct strv segments;
        strv_init(&segments);
        if (js_path_parse(args->hidden_fields.items[i], &segments, err) < 0) {
            error_wrap(err, "hidden_fields");
            return -1;
        }
    }
    return 0;
}

static int check_target(const struct k8s_args *args, const json_t *params, struct error **err)
{
    if (value_of(params, "template")) {
        error_make(err, ERROR_USAGE,
                   "template is rendered on the controller by the action plugin of this module, which "
                   "did not run: call the module by its full name osa_ops.mcapi_vexxhost.k8s_apply, "
                   "or use definition with lookup('ansible.builtin.template', ...)");
        return -1;
    }
    if (args->state == K8S_INFO && !args->defaults.kind) {
        error_make(err, ERROR_USAGE, "state is info but all of the following are missing: kind");
        return -1;
    }
    if (args->delete_all && !args->defaults.kind) {
        error_make(err, ERROR_USAGE, "'kind' option is required to specify the resource type.");
        return -1;
    }
    if (args->delete_all && args->state != K8S_ABSENT) {
        error_make(err, ERROR_USAGE, "delete_all needs state: absent");
        return -1;
    }
    bool any = args->definition || args->src || args->defaults.kind;
    if (!any && args->state != K8S_INFO) {
        error_make(err, ERROR_USAGE,
                   "nothing to do: give one of resource_definition, src, template or kind");
        return -1;
    }
    return 0;
}

int k8s_args_read(struct k8s_args *args, const json_t *params, struct strv *warnings,
                  struct error **err)
{
    static const char *const returns[] = {"full", "summary", "none"};
    *args = (struct k8s_args){.kept = json_array()};
    read_connection(args, params);
    args->defaults = (struct kube_defaults){
        .api_version = text(params, "api_version"),
        .kind = text(params, "kind"),
        .name = text(params, "name"),
        .generate_name = text(params, "generate_name"),
        .namespace_ = text(params, "namespace"),
    };
    args->definition = value_of(params, "resource_definition");
    args->src = text(params, "src");
    args->append_hash = flag(params, "append_hash");
    args->delete_all = flag(params, "delete_all");
    args->metadata_only = flag(params, "metadata_only");
    args->show_secrets = flag(params, "show_secrets");
    args->returns = (enum k8s_return)choice(text(params, "return_objects"), returns,
                                            (int)array_length(returns));
    read_list(params, "label_selectors", &args->label_selectors);
    read_list(params, "field_selectors", &args->field_selectors);
    read_list(params, "hidden_fields", &args->hidden_fields);
    if (read_wait(args, params, err) < 0 || read_write(args, params, warnings, err) < 0 ||
        read_go_on(args, params, err) < 0 || check_target(args, params, err) < 0 ||
        check_hidden_fields(args, err) < 0) {
        k8s_args_clear(args);
        return -1;
    }
    return 0;
}

void k8s_args_clear(struct k8s_args *args)
{
    strv_clear(&args->label_selectors);
    strv_clear(&args->field_selectors);
    strv_clear(&args->hidden_fields);
    strv_clear(&args->merge_types);
    strv_clear(&args->migrate_managers);
    free(args->conditions);
    js_query_free(args->query);
    free(args->expected);
    json_decref(args->kept);
    *args = (struct k8s_args){0};
}
