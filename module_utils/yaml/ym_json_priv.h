/*
 * A stream of JSON values, one after the other or separated by "---".
 */
#ifndef YAML_YM_JSON_PRIV_H
#define YAML_YM_JSON_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "yaml/ym_stream_priv.h"

/*
 * Appends the values at the start of TEXT to the stream's list. *used is how much of TEXT they
 * take up. 0 when that is all of it; 1 when what follows does not start like JSON, without an
 * error; -1 with an error. *syntax tells of an error that other notations might not have: the
 * text is no JSON, against values beyond what we can hold.
 */
int ym_json_read(struct ym_stream *stream, const char *text, size_t size, size_t *used,
                 bool *syntax) must_check;

#endif
