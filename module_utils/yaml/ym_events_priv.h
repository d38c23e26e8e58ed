/*
 * libyaml's events with places in our terms: the only unit that drives the parser.
 */
#ifndef YAML_YM_EVENTS_PRIV_H
#define YAML_YM_EVENTS_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

#include "base/buf.h"
#include "yaml/ym_stream_priv.h"

struct ym_events {
    yaml_parser_t parser;
    struct ym_stream *stream; /* borrowed; takes the errors */
    const char *text;         /* borrowed from the caller or from ended */
    size_t size;
    struct buf ended;  /* a copy of the text when its last line had no end */
    size_t first_line; /* the number of the text's first line in the stream */
    bool slashes;      /* somewhere in the text a backslash stands before a slash */
    size_t byte;       /* a place in the text, as byte ... */
    size_t character;  /* ... and as character: libyaml only knows the latter */
};

/* Zeroed storage owns an event; deleting it twice is harmless. */
#define auto_event cleanup_with(yaml_event_delete)

/* Afterwards there is always something to clear. TEXT is UTF-8. */
int ym_events_init(struct ym_events *events, struct ym_stream *stream, const char *text,
                   size_t size, size_t first_line) must_check;
void ym_events_clear(struct ym_events *events);

/* The next event, owned by the caller. -1 with an error of the parser's. */
int ym_events_next(struct ym_events *events, yaml_event_t *event) must_check;

/* Where an event starts. */
struct ym_place ym_events_place(const struct ym_events *events, const yaml_event_t *event);

/*
 * Refuses "\/" in double quotes: kubectl's parser, unlike libyaml, does not know it. Scalar events
 * only, in their order.
 */
int ym_events_check_escapes(struct ym_events *events, const yaml_event_t *event) must_check;

#endif
