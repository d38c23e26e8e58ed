/*
 * Which slices of other hosts are dead.
 *
 * No clock of another host is trusted to say that something is dead: a slice has to be seen
 * unchanged for as long as we are patient, by our own time. Slices of proxies like this one live as
 * long as their host's sign of life changes (daemon/slices.h): that is deleted first, which the API
 * server refuses when it changed after all, and they follow once it is gone. Knows no API; asks for
 * no time.
 */
#ifndef DAEMON_EXPIRY_H
#define DAEMON_EXPIRY_H

#include <jansson.h>
#include <stdbool.h>
#include <time.h>

#include "base/compiler.h"
#include "base/strv.h"

/* So many times our patience, and a slice is dead even if the clock of its writer is ahead. */
enum { EXPIRY_AT_LAST = 10 };

struct expiry;

/* HOST is ours; its slices never expire here. */
struct expiry *expiry_new(const char *host, long long patience_ms) must_check;
void expiry_free(struct expiry *expiry);
define_cleanup(expiry, struct expiry *, expiry_free)
#define auto_expiry cleanup_with(expiry_cleanup)

/* There was a time in which nothing could be seen: everything counts as just seen. */
void expiry_forget(struct expiry *expiry);

/* SLICES, a JSON object of EndpointSlices by name, is what there is at NOW_MS, milliseconds of any
 * clock that never goes back. */
void expiry_observe(struct expiry *expiry, const json_t *slices, long long now_ms);
/* One of them, as soon as it is heard of. */
void expiry_note(struct expiry *expiry, const char *name, const json_t *slice, long long now_ms);

/* Adds the names of what is dead to NAMES. WALL is the time of day. SLICES as observed last. */
void expiry_find(const struct expiry *expiry, const json_t *slices, long long now_ms, time_t wall,
                 struct strv *names);

#endif
