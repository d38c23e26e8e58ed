/*
 * Which slices of this host were written again, because somebody had changed or deleted them, and
 * may not be written once more yet. Two hosts of one name would do that to each other without a
 * pause; this way each has its turn once in a while, and says so. Asks for no time.
 */
#ifndef DAEMON_REWRITES_H
#define DAEMON_REWRITES_H

#include <jansson.h>

#include "base/strv.h"
#include "daemon/plan.h"

struct rewrites {
    const char *host; /* borrowed */
    long long pause_ms;
    json_t *at; /* owned: name of a slice -> when it was written again; 0: only once so far */
    bool told;
};

void rewrites_init(struct rewrites *rewrites, const char *host, long long pause_ms);
void rewrites_clear(struct rewrites *rewrites);
/* Everything may be written. */
void rewrites_forget(struct rewrites *rewrites);

/* Adds the names of the slices that may not be written at NOW_MS, by base/clock.h, to NAMES. */
void rewrites_find(const struct rewrites *rewrites, long long now_ms, struct strv *names);
/* PLAN was carried out at NOW_MS. Warns once when a slice had to wait. */
void rewrites_note(struct rewrites *rewrites, const struct plan *plan, long long now_ms);
/* Others than CLUSTERS are gone: nothing stays of theirs. */
void rewrites_keep(struct rewrites *rewrites, const struct clusters *clusters);

#endif
