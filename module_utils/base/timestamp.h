/*
 * Points in time as RFC 3339 text, the way Kubernetes writes them. No time zones but offsets, no
 * local time.
 */
#ifndef BASE_TIMESTAMP_H
#define BASE_TIMESTAMP_H

#include <stdbool.h>
#include <time.h>

#include "base/compiler.h"

/*
 * Whole TEXT as "2024-02-29T12:34:56[.789](Z|+01:00)", as strict as Go's time.RFC3339: capital T
 * and Z, real days, no leap second. The fraction is cut off. False otherwise, *seconds untouched;
 * TEXT may be NULL.
 */
bool rfc3339_parse(const char *text, time_t *seconds) must_check;

/* "2024-02-29T12:34:56Z", owned. */
char *rfc3339_format(time_t seconds) must_check;

#endif
