/*
 * The times that proxies write on what they publish, in the form that Python's isoformat() gives
 * them: "2026-11-26T00:41:00.123456+00:00".
 */
#ifndef DAEMON_STAMP_H
#define DAEMON_STAMP_H

#include <stdbool.h>
#include <time.h>

#include "base/compiler.h"

/* UTC with six digits of fraction and the offset "+00:00", owned. */
char *stamp_format(time_t seconds, long microseconds) must_check;

/*
 * Any form of ISO 8601 with date and time: "T" or a blank between them, a fraction or none, "Z", an
 * offset of hours with or without minutes, or none at all, which counts as UTC. The fraction is cut
 * off. False for anything else, *seconds untouched; TEXT may be NULL.
 */
bool stamp_parse(const char *text, time_t *seconds) must_check;

#endif
