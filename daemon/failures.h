/*
 * Failures of single objects, as they are logged: with hundreds of them nobody reads a line each,
 * and what was said once need not be said again each cycle.
 */
#ifndef DAEMON_FAILURES_H
#define DAEMON_FAILURES_H

#include <jansson.h>

#include "base/compiler.h"

enum { FAILURES_LINES = 3 };

struct failures {
    const char
        *rest;      /* static: what is said of those without a line of their own, after "N more" */
    json_t *told;   /* owned: name of an object -> what was said of it */
    unsigned fresh; /* of the round that is under way */
};

void failures_init(struct failures *failures, const char *rest);
void failures_clear(struct failures *failures);

/* NAME failed, and TEXT says so. Logged unless the same was said before, or lines enough. */
void failures_add(struct failures *failures, const char *name, const char *text);
/* NAME is well again. */
void failures_end_of(struct failures *failures, const char *name);
/* What has no member of its name in WANTED, a JSON object, is not tried any more: forgotten. */
void failures_keep(struct failures *failures, const json_t *wanted);
/* Ends a round: says how many had no line of their own. */
void failures_end_round(struct failures *failures);

#endif
