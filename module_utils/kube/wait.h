/*
 * Waiting for objects: all of them at once, by watching where the server allows it and by looking
 * again and again where it does not.
 */
#ifndef KUBE_WAIT_H
#define KUBE_WAIT_H

#include <jansson.h>
#include <stddef.h>

#include "base/error.h"
#include "json/js_query.h"
#include "kube/client.h"
#include "kube/object.h"
#include "kube/ready.h"

enum kube_goal {
    KUBE_GOAL_READY, /* the rule of its kind, kube/ready.h; and all conditions, and the query */
    KUBE_GOAL_EXISTS,
    KUBE_GOAL_ABSENT, /* gone, or another object of the same name */
};

/* What KUBE_GOAL_READY asks for beside existence; shared by all waiters of a run, borrowed. When
 * conditions or a query are given they replace the rule of the kind. */
struct kube_criteria {
    const struct kube_condition *conditions;
    size_t condition_count;
    const struct js_query *query;
    const char *expected; /* value of the query as text; NULL: it only has to match */
};

enum kube_wait_ask { KUBE_ASK_GET, KUBE_ASK_WATCH, KUBE_ASK_CLASS };

enum kube_wait_state { KUBE_WAITING, KUBE_WAIT_MET, KUBE_WAIT_FAILED, KUBE_WAIT_TIMED_OUT };

struct kube_waiter {
    const struct kube_object *object; /* borrowed; resolved and named */
    enum kube_goal goal;
    const char *uid; /* of KUBE_GOAL_ABSENT: the object that shall go; or NULL */
    bool must_exist; /* of KUBE_GOAL_READY: that it is not there, or not any more, is a failure */

    enum kube_wait_state state;
    json_t *value;  /* owned: the object as last seen; NULL when absent */
    struct buf why; /* what was missing when last looked, or why it failed; of one
                       that was met: a remark worth a warning, mostly none */
    long long waited_ms;

    struct kube_call call; /* the rest belongs to the wait */
    struct buf line;
    enum kube_wait_ask ask, next; /* what is under way, what comes after it */
    bool no_watch;
    bool class_asked;    /* of a claim: how its StorageClass binds was looked up, */
    bool first_consumer; /* and it waits for the first Pod */
    long long asked_ms;
    long long poll_ms;
};

struct kube_wait {
    struct kube_client *client;
    const struct kube_criteria *criteria; /* NULL: none */
    long long timeout_ms;
    long long sleep_ms; /* longest pause between two looks */
};

void kube_waiter_init(struct kube_waiter *waiter, const struct kube_object *object,
                      enum kube_goal goal, const char *uid);
void kube_waiter_clear(struct kube_waiter *waiter);

/* Waits for all of them. Outcomes are in the waiters; -1 only for what ends the run. */
int kube_wait_all(const struct kube_wait *wait, struct kube_waiter *waiters, size_t count,
                  struct error **err) must_check;

/*
 * The error of a waiter that was not met: `"Deployment" "x": Timed out waiting on resource` and
 * what was missing; for KUBE_GOAL_ABSENT the finalizers, for a Namespace its conditions.
 */
void kube_waiter_error(const struct kube_waiter *waiter, long long timeout_ms, struct error **err);

#endif
