/*
 * What a watch sends: one JSON object a line, in pieces of any size.
 */
#ifndef KUBE_WATCH_LINE_H
#define KUBE_WATCH_LINE_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* No object is as large, and a line without end would fill the memory. */
enum { KUBE_EVENT_MAX_MB = 64 };

/*
 * Moves what *BYTES hold of a line, up to its end, into LINE: *BYTES and *LENGTH are what is left.
 * 1: the line is whole, without its end; clear it before the next call. 0: more has to come.
 * -1, with LINE empty: ERROR_HTTP, it is longer than KUBE_EVENT_MAX_MB.
 */
int kube_watch_line(struct buf *line, const char **bytes, size_t *length, struct error **err)
    must_check;

#endif
