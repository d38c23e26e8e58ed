/*
 * Station three: the steps from what is there to what is wanted. Pure.
 */
#ifndef LXC_CONTAINER_PLAN_H
#define LXC_CONTAINER_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "lxc_container/args.h"
#include "lxc_container/states.h"

/* What was found out; the rest of the world does not matter to the plan. */
struct plan_facts {
    enum ct_goal goal;
    enum ct_restart restart;
    bool exists;     /* it is defined */
    bool remains;    /* something else is in its place and shall go */
    enum ct_run run; /* of an existing one */
    bool config;     /* the file has to be written */
    bool sources;    /* directories of the host have to be made */
    bool pending;    /* what runs differs from the (new) configuration, in what needs a restart */
    bool command;    /* there is one and nothing says that it may be left out */
    bool wait;
    bool snapshot;         /* there is something to do for the option */
    bool snapshot_stopped; /* which needs a stopped container */
    bool clone;
    bool archive;
    bool archive_stopped; /* it can only be read while it is stopped */
};

enum { PLAN_MOST = 24 };

struct plan {
    enum ct_verb steps[PLAN_MOST];
    size_t count;
    enum ct_run final;     /* the state at the end */
    bool gone;             /* the container does not exist at the end */
    bool restarts;         /* a stop and a start are there for the sake of a restart */
    bool restart_required; /* what runs at the end still differs from the configuration */
};

void plan_make(const struct plan_facts *facts, struct plan *plan);
bool plan_has(const struct plan *plan, enum ct_verb verb);
/* Anything but waiting. */
bool plan_changes(const struct plan *plan);

/* The station: from the observed state in a struct ct. */
int ct_plan(void *state, struct error **err);

#endif
