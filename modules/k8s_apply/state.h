/*
 * What passes from station to station in k8s_apply.
 */
#ifndef K8S_APPLY_STATE_H
#define K8S_APPLY_STATE_H

#include <jansson.h>
#include <stdbool.h>

#include "ansible/am_run.h"
#include "k8s_apply/args.h"
#include "kube/client.h"
#include "kube/discovery.h"
#include "kube/kubeconfig.h"
#include "kube/manifest.h"
#include "kube/wait.h"
#include "kube/write.h"

/* One object of the task, in the order of the input. */
struct k8s_item {
    struct kube_object *object; /* borrowed from the manifest */
    size_t write;               /* its position in the writer; unused when filtered */
    bool filtered;              /* label_selectors left it out */
    struct kube_object made;    /* as the server named it, for waiting */
    json_t *waited;             /* owned: as it was when the wait ended; NULL without a wait */
    struct error *wait_error;   /* owned */
    long long waited_ms;
};

struct k8s {
    struct am_context *context; /* borrowed */
    struct k8s_args args;
    struct kube_config config;
    struct kube_client *client;
    struct kube_discovery *discovery;
    struct kube_manifest manifest;
    struct kube_writer writer;
    struct k8s_item *items; /* owned */
    size_t count;
    json_t *resources; /* owned: of state info; else NULL */
    bool api_found;
    char *message;             /* owned: a remark on success, or NULL */
    struct kube_object target; /* of state info */
};

/* args: from the validated parameters to the state. */
void *k8s_open(const json_t *params, struct am_context *context, struct error **err);
void k8s_close(void *state);

/* The write of an item; NULL when it was filtered out. */
struct kube_write *k8s_write_of(const struct k8s *k8s, const struct k8s_item *item);

/* Waits for all of WAITERS as the options say. -1 only for what ends the run. */
int k8s_wait(const struct k8s *k8s, struct kube_waiter *waiters, size_t count, struct error **err)
    must_check;

#endif
