#include "kube/kubeconfig.h"

#include <stdlib.h>
#include <string.h>

#include "base/hide.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "kube/kubeconfig_priv.h"

#define SERVICE_ACCOUNT_DIR "/var/run/secrets/kubernetes.io/serviceaccount"

static const char *text_or_null(const char *text)
{
    return str_empty(text) ? NULL : text;
}

static const char *service_account_dir(void)
{
    const char *directory = text_or_null(getenv("MCAPI_SERVICE_ACCOUNT_DIR"));
    return directory ? directory : SERVICE_ACCOUNT_DIR;
}

/* Most likely a whole kubeconfig as text: not to be shown, it holds secrets. */
static bool is_no_path(const char *text)
{
    return text[strcspn(text, "\n{")] != '\0';
}

void kube_config_option_secrets(const json_t *kubeconfig, struct strv *secrets)
{
    const char *text = json_string_value(kubeconfig);
    kube_entry_secrets(kubeconfig, secrets);
    if (text && is_no_path(text))
        hide_add(secrets, text);
}

/* Anything but "not given", also what will be refused. */
static bool is_given(const json_t *kubeconfig)
{
    return kubeconfig && !json_is_null(kubeconfig) &&
           !(json_is_string(kubeconfig) && str_empty(json_string_value(kubeconfig)));
}

/* ---- a kubeconfig that somebody asked for */

static int add_value(struct kube_merged *merged, const json_t *kubeconfig, struct kube_draft *draft,
                     struct error **err)
{
    auto_free char *here = kube_path_absolute(".");
    kube_entry_secrets(kubeconfig, &draft->config.secrets);
    return kube_merged_add(merged, kubeconfig, "option kubeconfig", here, err);
}

/* A file that was named has to be there; of a list at least one. */
static int need_one(const struct kube_merged *merged, struct error **err)
{
    if (merged->read.count > 0)
        return 0;
    auto_free char *missing = strv_join(&merged->missing, ", ");
    error_make(err, ERROR_USAGE, "kubeconfig: %s: no such file or directory",
               *missing ? missing : "the path is empty");
    return -1;
}

static int add_path(struct kube_merged *merged, const char *path, struct error **err)
{
    auto_strv struct strv paths = {0};
    if (is_no_path(path)) {
        error_make(err, ERROR_USAGE, "kubeconfig must be a path or a mapping, not the text of one");
        return -1;
    }
    strv_split(&paths, path, ':');
    return kube_merged_add_files(merged, &paths, err) ? -1 : need_one(merged, err);
}

static int add_defaults(struct kube_merged *merged, struct error **err)
{
    auto_strv struct strv paths = {0};
    kube_merged_default_paths(&paths);
    return kube_merged_add_files(merged, &paths, err);
}

static int add_source(struct kube_merged *merged, const struct kube_options *options,
                      struct kube_draft *draft, struct error **err)
{
    const json_t *kubeconfig = options->kubeconfig;
    if (!is_given(kubeconfig))
        return add_defaults(merged, err);
    if (json_is_object(kubeconfig))
        return add_value(merged, kubeconfig, draft, err);
    if (json_is_string(kubeconfig))
        return add_path(merged, json_string_value(kubeconfig), err);
    error_make(err, ERROR_USAGE, "kubeconfig must be a path or a mapping");
    return -1;
}

static char *origin_of(const struct kube_merged *merged, const struct kube_draft *draft)
{
    auto_free char *files = strv_join(&merged->read, ":");
    const char *shown = *files ? files : "given as a mapping";
    return draft->context ? xasprintf("kubeconfig %s, context %s", shown, draft->context)
                          : xasprintf("kubeconfig %s", shown);
}

/* Reads the chosen context. Without one, host alone can do: then there is no user. */
static int choose(const struct kube_merged *merged, const struct kube_options *options,
                  struct kube_draft *draft, struct error **err)
{
    int found = kube_merged_read_lookup(merged, text_or_null(options->context), draft, err);
    draft->config.origin = origin_of(merged, draft);
    if (found < 0) {
        error_wrap(err, "%s", draft->config.origin);
        return -1;
    }
    if (found > 0 || text_or_null(options->host))
        return 0;
    error_make(err, ERROR_USAGE,
               "%s: no current-context is set: choose one with the option context",
               draft->config.origin);
    return -1;
}

static int from_asked(const struct kube_options *options, struct kube_draft *draft,
                      struct error **err)
{
    auto_kube_merged struct kube_merged merged;
    kube_merged_init(&merged);
    if (add_source(&merged, options, draft, err))
        return -1;
    if (merged.read.count == 0 && merged.missing.count > 0) {
        auto_free char *missing = strv_join(&merged.missing, ", ");
        error_make(err, ERROR_USAGE,
                   "context \"%s\" does not exist: no kubeconfig was found (tried %s)",
                   options->context, missing);
        return -1;
    }
    return choose(&merged, options, draft, err);
}

/* ---- nothing was asked for: a pod's service account, default files, or host alone */

static int refuse_nothing(const struct kube_merged *merged, struct error **err)
{
    auto_free char *missing = strv_join(&merged->missing, ", ");
    error_make(
        err, ERROR_USAGE,
        "no Kubernetes API server is known: give kubeconfig, or host with credentials; there "
        "is no service account (KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT and %s/token) "
        "and none of these kubeconfig files exists: %s",
        service_account_dir(), missing);
    return -1;
}

static int from_surroundings(const struct kube_options *options, struct kube_draft *draft,
                             struct error **err)
{
    int found = kube_incluster_lookup(service_account_dir(), draft, err);
    if (found != 0)
        return found < 0 ? -1 : 0;
    auto_kube_merged struct kube_merged merged;
    kube_merged_init(&merged);
    if (add_defaults(&merged, err))
        return -1;
    if (merged.read.count > 0)
        return choose(&merged, options, draft, err);
    if (!text_or_null(options->host))
        return refuse_nothing(&merged, err);
    kube_draft_set(&draft->config.origin, "option host");
    return 0;
}

static int find(const struct kube_options *options, struct kube_draft *draft, struct error **err)
{
    if (kube_options_suffice(options)) {
        kube_draft_set(&draft->config.origin, "option host");
        return 0;
    }
    if (is_given(options->kubeconfig) || text_or_null(options->context))
        return from_asked(options, draft, err);
    return from_surroundings(options, draft, err);
}

int kube_config_load(const struct kube_options *options, struct kube_config *out,
                     struct error **err)
{
    auto_kube_draft struct kube_draft draft;
    kube_draft_init(&draft);
    memset(out, 0, sizeof(*out));
    if (find(options, &draft, err))
        return -1;
    if (kube_options_apply(options, &draft, err))
        return -1;
    if (kube_draft_complete(&draft, err)) {
        error_wrap(err, "%s", draft.config.origin);
        return -1;
    }
    log_trace(1, "server %s from %s", draft.config.server, draft.config.origin);
    *out = draft.config;
    memset(&draft.config, 0, sizeof(draft.config));
    return 0;
}
