/*
 * The bytes of a stream as UTF-8 without byte order marks, at its start or behind a "---".
 */
#ifndef YAML_YM_INPUT_PRIV_H
#define YAML_YM_INPUT_PRIV_H

#include <stddef.h>

#include "yaml/ym_stream_priv.h"

struct ym_input {
    const char *text; /* borrowed from the caller's bytes or from owned */
    size_t size;
    char *owned; /* NULL unless something had to be changed */
};

/* UTF-16 is recognised by its byte order mark. UTF-8 is not checked here. */
int ym_input_init(struct ym_input *input, const char *bytes, size_t size, struct ym_stream *stream)
    must_check;
void ym_input_clear(struct ym_input *input);

#endif
