/*
 * The options of k8s_apply: the table that Ansible's rules check, and the struct that the other
 * stations read. Immutable after k8s_args_read.
 */
#ifndef K8S_APPLY_ARGS_H
#define K8S_APPLY_ARGS_H

#include <jansson.h>
#include <stdbool.h>

#include "ansible/am_run.h"
#include "ansible/am_spec.h"
#include "base/error.h"
#include "base/strv.h"
#include "connect/connect.h"
#include "json/js_query.h"
#include "kube/manifest.h"
#include "kube/wait.h"
#include "kube/write.h"

extern const struct am_spec k8s_apply_spec;

enum k8s_state { K8S_PRESENT, K8S_ABSENT, K8S_PATCHED, K8S_INFO };
enum k8s_go_on { K8S_STOP, K8S_GO_ON, K8S_IGNORE };
enum k8s_return { K8S_RETURN_FULL, K8S_RETURN_SUMMARY, K8S_RETURN_NONE };

struct k8s_args {
    enum k8s_state state;
    enum kube_verb verb; /* for every object of the task */
    struct connection connection;
    struct kube_defaults defaults; /* kind, name … as options: they fill gaps */
    json_t *definition;            /* borrowed: string, object or list; NULL when not given */
    const char *src;               /* path or URL */
    bool delete_all;
    struct strv label_selectors;
    struct strv field_selectors;
    bool metadata_only;
    struct strv hidden_fields;

    struct kube_write_options write; /* its lists point into this struct */
    struct strv merge_types;
    struct strv migrate_managers;
    enum k8s_go_on go_on;
    long long retry_timeout_ms;

    bool wait;
    long long wait_timeout_ms;
    long long wait_sleep_ms;
    struct kube_criteria criteria;
    struct kube_condition *conditions; /* owned array; strings borrowed */
    struct js_query *query;            /* owned */
    char *expected;                    /* owned */

    enum k8s_return returns;
    bool show_secrets;
};

/* Fills ARGS from the validated PARAMS, which must outlive it. ERROR_USAGE names the option. On
 * failure ARGS is cleared. */
int k8s_args_read(struct k8s_args *args, const json_t *params, struct strv *warnings,
                  struct error **err) must_check;
void k8s_args_clear(struct k8s_args *args);

#endif
