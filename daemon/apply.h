/*
 * Carries out a plan, several writes at a time. What becomes of one object is no matter of the
 * others: a failure is logged, counted, and tried again by the next plan.
 */
#ifndef DAEMON_APPLY_H
#define DAEMON_APPLY_H

#include "daemon/failures.h"
#include "daemon/plan.h"
#include "daemon/store.h"
#include "kube/client.h"

struct apply {
    struct kube_client *client;
    const char *namespace_;
    struct store *services; /* learn what the server answered */
    struct store *slices;
    struct failures *failures; /* what was logged of earlier plans */
    unsigned long long writes; /* counted up */
    unsigned long long errors;
};

/*
 * Marks in PLAN what is done. Writes by server-side apply with the field manager
 * "magnum-cluster-api-proxy". Gone already (404) is as good as deleted, and what somebody else
 * changed meanwhile (409) is looked at again next time. -1 when the API server could not be asked
 * at all, or stopped answering.
 */
int apply_plan(struct apply *apply, struct plan *plan, struct error **err) must_check;

#endif
