/*
 * What this host has to write so that the management cluster reaches its clusters through it:
 * wanted against live objects. Pure: no I/O, no clock.
 *
 * Times are written as seldom as their readers allow. Every proxy, of this kind or upstream's,
 * looks at the sign of life of a host, one object, written every cycle. Upstream's delete every
 * slice whose own time is older than 30 s, so on the slices of clusters, which go with the sign of
 * life, stands a time far ahead.
 */
#ifndef DAEMON_PLAN_H
#define DAEMON_PLAN_H

#include <jansson.h>
#include <stdbool.h>
#include <time.h>

#include "base/strv.h"
#include "daemon/clusters.h"
#include "daemon/slices.h"

enum plan_health {
    PLAN_ABSENT,  /* no namespace leads to it */
    PLAN_UNKNOWN, /* not probed yet: what is published stays, nothing new is */
    PLAN_UP,
    PLAN_DOWN,
};

struct plan_input {
    const struct clusters *clusters;
    const json_t *services; /* by name */
    const json_t *slices;   /* by name */
    const struct place *place;
    const struct strv *expired; /* names of slices */
    const struct strv *resting; /* names of slices that are not to be written yet */
    enum plan_health (*health)(void *context, const char *cluster);
    void *context;
    time_t now;
    long microseconds;
    int ahead;          /* seconds that the time on the sign of life is ahead */
    long long cycle_ms; /* at most so long after this plan comes the next */
};

enum write_verb { WRITE_PUT, WRITE_DELETE };
enum write_kind { WRITE_SERVICE, WRITE_SLICE };

struct write {
    enum write_verb verb;
    enum write_kind kind;
    char *name;      /* owned */
    json_t *body;    /* owned: the object to apply, or what must hold for the deletion */
    const char *why; /* static, for the log; NULL: a mere sign of life */
    bool again;      /* a deletion: it is written anew as soon as it is gone */
    bool done;       /* carried out, see daemon/apply.h */
};

struct plan {
    struct write *items;
    size_t count;
    bool contested; /* something was not written because it rests */
};

/* Without a sign of life there are no slices yet: to be planned again when it was made. */
void plan_make(struct plan *plan, const struct plan_input *input);
/* Deletes everything that HOST published. */
void plan_withdraw(struct plan *plan, const json_t *slices, const char *host);
void plan_clear(struct plan *plan);
#define auto_plan cleanup_with(plan_clear)

#endif
