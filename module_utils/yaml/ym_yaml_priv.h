/*
 * YAML text into values: libyaml's events, typed and expanded.
 */
#ifndef YAML_YM_YAML_PRIV_H
#define YAML_YM_YAML_PRIV_H

#include <stddef.h>

#include "yaml/ym_stream_priv.h"

/* Appends a value per document to the stream's list. TEXT is UTF-8, its first line FIRST_LINE. */
int ym_yaml_read(struct ym_stream *stream, const char *text, size_t size, size_t first_line)
    must_check;

#endif
