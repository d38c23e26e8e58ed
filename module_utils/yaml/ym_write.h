/*
 * JSON values into readable block YAML, for diffs and for files that people read.
 *
 * Never written unquoted: text that any common reader (YAML 1.1, YAML 1.2, ours) would take for
 * something other than this string. ym_read gives back what was written.
 */
#ifndef YAML_YM_WRITE_H
#define YAML_YM_WRITE_H

#include <jansson.h>

#include "base/buf.h"
#include "base/error.h"

/*
 * Appends VALUE as one document without "---", ending in a newline; members in their own order.
 * ERROR_USAGE when nested deeper than 1000; OUT then holds what it held before.
 */
int ym_write(struct buf *out, const json_t *value, struct error **err) must_check;
/* The same with members sorted by bytes at every level. */
int ym_write_sorted(struct buf *out, const json_t *value, struct error **err) must_check;

#endif
