#include "k8s_apply/args_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "json/js_path.h"

/* ---- readers, see args_priv.h */

const char *args_text(const json_t *params, const char *name)
{
    return js_str(params, name, NULL);
}

json_t *args_value(const json_t *params, const char *name)
{
    json_t *value = json_object_get(params, name);
    return json_is_null(value) ? NULL : value;
}

bool args_flag(const json_t *params, const char *name)
{
    return js_true(params, name, NULL);
}

long long args_seconds_ms(const json_t *params, const char *name)
{
    long long seconds = 0;
    js_int(params, &seconds, name, NULL);
    return seconds * 1000;
}

void args_list(const json_t *params, const char *name, struct strv *out)
{
    size_t index = 0;
    json_t *item = NULL;
    strv_init(out);
    json_array_foreach (json_object_get(params, name), index, item)
        if (json_is_string(item))
            strv_add(out, json_string_value(item));
}

int args_choice(const char *value, const char *const *names, int count)
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
    bool is_false =
        str_equal(set, "0") || str_equal_nocase(set, "false") || str_equal_nocase(set, "no");
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
    const json_t *validate = args_value(params, "validate_certs");
    const json_t *groups = args_value(params, "impersonate_groups");
    if (!groups) {
        json_t *from_env = groups_from_env();
        json_array_append(args->kept, from_env);
        json_decref(from_env);
        groups = from_env ? json_array_get(args->kept, json_array_size(args->kept) - 1) : NULL;
    }
    args->connection = (struct kube_options){
        .kubeconfig = args_value(params, "kubeconfig"),
        .context = args_text(params, "context"),
        .host = args_text(params, "host"),
        .api_key = args_text(params, "api_key"),
        .username = args_text(params, "username"),
        .password = args_text(params, "password"),
        .validate_certs =
            validate ? validate : bool_from_env("K8S_AUTH_VALIDATE_CERTS", "K8S_AUTH_VERIFY_SSL"),
        .ca_cert = args_text(params, "ca_cert"),
        .client_cert = args_text(params, "client_cert"),
        .client_key = args_text(params, "client_key"),
        .proxy = args_text(params, "proxy"),
        .no_proxy = args_text(params, "no_proxy"),
        .proxy_headers = args_value(params, "proxy_headers"),
        .impersonate_user = args_text(params, "impersonate_user"),
        .impersonate_groups = groups,
    };
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
    if (args_value(params, "template")) {
        error_make(
            err, ERROR_USAGE,
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
        .api_version = args_text(params, "api_version"),
        .kind = args_text(params, "kind"),
        .name = args_text(params, "name"),
        .generate_name = args_text(params, "generate_name"),
        .namespace_ = args_text(params, "namespace"),
    };
    args->definition = args_value(params, "resource_definition");
    args->src = args_text(params, "src");
    args->append_hash = args_flag(params, "append_hash");
    args->delete_all = args_flag(params, "delete_all");
    args->metadata_only = args_flag(params, "metadata_only");
    args->show_secrets = args_flag(params, "show_secrets");
    args->returns = (enum k8s_return)args_choice(args_text(params, "return_objects"), returns,
                                                 (int)array_length(returns));
    args_list(params, "label_selectors", &args->label_selectors);
    args_list(params, "field_selectors", &args->field_selectors);
    args_list(params, "hidden_fields", &args->hidden_fields);
    if (args_read_wait(args, params, err) < 0 || args_read_write(args, params, warnings, err) < 0 ||
        check_target(args, params, err) < 0 || check_hidden_fields(args, err) < 0) {
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
