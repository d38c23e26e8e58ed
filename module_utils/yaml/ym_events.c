#include "yaml/ym_events_priv.h"

#include <string.h>

#include "base/utf8.h"

static struct ym_place place_of(const struct ym_events *events, const yaml_mark_t *mark)
{
    return (struct ym_place){.line = mark->line + events->first_line, .column = mark->column + 1};
}

struct ym_place ym_events_place(const struct ym_events *events, const yaml_event_t *event)
{
    return place_of(events, &event->start_mark);
}

static int parser_failed(struct ym_events *events)
{
    const yaml_parser_t *parser = &events->parser;
    const char *problem = parser->problem ? parser->problem : "out of memory";
    if (parser->error == YAML_READER_ERROR) {
        struct ym_place place = ym_place_of(events->text, parser->problem_offset);
        place.line += events->first_line - 1;
        return ym_fail(events->stream, place, "%s", problem);
    }
    struct ym_place place = place_of(events, &parser->problem_mark);
    if (parser->context)
        return ym_fail(events->stream, place, "%s (%s)", problem, parser->context);
    return ym_fail(events->stream, place, "%s", problem);
}

int ym_events_next(struct ym_events *events, yaml_event_t *event)
{
    return yaml_parser_parse(&events->parser, event) ? 0 : parser_failed(events);
}

/* The byte where CHARACTER stands; calls come with growing numbers. */
static size_t byte_at(struct ym_events *events, size_t character)
{
    while (events->byte < events->size && events->character < character) {
        events->byte++;
        while (events->byte < events->size && utf8_is_continuation(events->text[events->byte]))
            events->byte++;
        events->character++;
    }
    return events->byte;
}

/*
 * The escape is gone from the event, so the text between the quotes has to be looked at again;
 * hardly any file holds these two characters.
 */
int ym_events_check_escapes(struct ym_events *events, const yaml_event_t *event)
{
    if (!events->slashes || event->data.scalar.style != YAML_DOUBLE_QUOTED_SCALAR_STYLE)
        return 0;
    size_t at = byte_at(events, event->start_mark.index);
    size_t end = byte_at(events, event->end_mark.index);
    for (; at + 1 < end; at++) {
        if (events->text[at] != '\\')
            continue;
        if (events->text[++at] == '/')
            return ym_fail(events->stream, ym_events_place(events, event),
                           "found unknown escape character");
    }
    return 0;
}

/*
 * kubectl ends the last line when the file does not. That shows in a block: "a: |" and "  x" at
 * the end of the file are "x\n".
 */
static void end_last_line(struct ym_events *events)
{
    if (events->size == 0 || events->text[events->size - 1] == '\n')
        return;
    buf_add(&events->ended, events->text, events->size);
    buf_add_char(&events->ended, '\n');
    events->text = events->ended.data;
    events->size = events->ended.size;
}

int ym_events_init(struct ym_events *events, struct ym_stream *stream, const char *text,
                   size_t size, size_t first_line)
{
    *events =
        (struct ym_events){.stream = stream, .text = text, .size = size, .first_line = first_line};
    if (!yaml_parser_initialize(&events->parser)) {
        error_make(stream->err, ERROR_INTERNAL, "libyaml: out of memory");
        return -1;
    }
    end_last_line(events);
    events->slashes = memmem(events->text, events->size, "\\/", 2);
    yaml_parser_set_input_string(&events->parser, (const unsigned char *)events->text,
                                 events->size);
    yaml_parser_set_encoding(&events->parser, YAML_UTF8_ENCODING);
    return 0;
}

void ym_events_clear(struct ym_events *events)
{
    yaml_parser_delete(&events->parser);
    buf_clear(&events->ended);
}
