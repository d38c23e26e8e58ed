/*
 * What passes from station to station in capi_backup, and the table of what each state does at
 * each of them.
 */
#ifndef CAPI_BACKUP_STATE_H
#define CAPI_BACKUP_STATE_H

#include <jansson.h>
#include <stdbool.h>

#include "ansible/am_run.h"
#include "capi_backup/args.h"
#include "kube/client.h"
#include "kube/discovery.h"

struct cb {
    struct am_context *context; /* borrowed */
    struct cb_args args;
    struct kube_config config;
    struct kube_client *client;       /* NULL until cb_connect */
    struct kube_discovery *discovery; /* NULL until cb_connect */
    long long started_ms;
    bool changed;
    json_t *result; /* owned object: what the state has to say, merged into the result */
    json_t *notes;  /* owned list of texts */
    void *work;     /* the state's own; freed by its close */
};

/* The stations of one state; those that are NULL have nothing to do. */
struct cb_way {
    int (*observe)(struct cb *cb, struct error **err);
    int (*plan)(struct cb *cb, struct error **err);
    int (*apply)(struct cb *cb, struct error **err);
    int (*predict)(struct cb *cb, struct error **err); /* instead of apply in check mode */
    void (*result)(struct cb *cb, const struct error *failure, json_t *result); /* adds to RESULT */
    void (*close)(struct cb *cb);
};

extern const struct cb_way cb_present;
extern const struct cb_way cb_restored;
extern const struct cb_way cb_verified;
extern const struct cb_way cb_listed;
extern const struct cb_way cb_pruned;
extern const struct cb_way cb_resumed;

void *cb_open(const json_t *params, struct am_context *context, struct error **err);
int cb_observe(void *state, struct error **err);
int cb_plan(void *state, struct error **err);
int cb_apply(void *state, struct error **err);
int cb_predict(void *state, struct error **err);
void cb_close(void *state);

/* The way of the task's state. */
const struct cb_way *cb_way(const struct cb *cb);

/* Fills client and discovery, unless they are there. In check mode every write is a dry run. */
int cb_connect(struct cb *cb, struct error **err) must_check;

/* Adds a text to the result's notes. */
void cb_note(struct cb *cb, const char *format, ...) printf_like(2, 3);
void cb_warn(struct cb *cb, const char *format, ...) printf_like(2, 3);

#endif
