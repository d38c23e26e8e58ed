#include "k8s_apply/args_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "json/js_path.h"

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
    if (am_value(params, "template")) {
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
    if (args->delete_all && am_text(params, "name") && !args->defaults.name) {
        error_make(err, ERROR_USAGE,
                   "name is empty: with delete_all that would delete every object of the kind; "
                   "leave it out if that is meant");
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
    *args = (struct k8s_args){0};
    connect_init(&args->connection, params);
    args->defaults = (struct kube_defaults){
        .api_version = am_text(params, "api_version"),
        .kind = am_text(params, "kind"),
        .name = am_filled(params, "name"),
        .generate_name = am_filled(params, "generate_name"),
        .namespace_ = am_filled(params, "namespace"),
    };
    args->definition = am_value(params, "resource_definition");
    args->src = am_text(params, "src");
    args->delete_all = am_flag(params, "delete_all");
    args->metadata_only = am_flag(params, "metadata_only");
    args->show_secrets = am_flag(params, "show_secrets");
    args->returns =
        (enum k8s_return)am_choice(params, "return_objects", returns, array_length(returns));
    am_list(params, "label_selectors", &args->label_selectors);
    am_list(params, "field_selectors", &args->field_selectors);
    am_list(params, "hidden_fields", &args->hidden_fields);
    if (args_read_wait(args, params, err) < 0 || args_read_write(args, params, warnings, err) < 0 ||
        check_target(args, params, err) < 0 || check_hidden_fields(args, err) < 0) {
        k8s_args_clear(args);
        return -1;
    }
    return 0;
}

void k8s_args_clear(struct k8s_args *args)
{
    connect_clear(&args->connection);
    strv_clear(&args->label_selectors);
    strv_clear(&args->field_selectors);
    strv_clear(&args->hidden_fields);
    strv_clear(&args->merge_types);
    strv_clear(&args->migrate_managers);
    free(args->conditions);
    js_query_free(args->query);
    free(args->expected);
    *args = (struct k8s_args){0};
}
