#include "yaml/ym_stream_priv.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/utf8.h"
#include "yaml/ym_read.h"

enum { WARNINGS_MOST = 50 };

/* Quoted text may have been cut within a character; messages are shown to people as UTF-8. */
static void mend_message(struct error *error)
{
    char *message = str_to_utf8(error->message, strlen(error->message));
    free(error->message);
    error->message = message;
}

int ym_fail_wrap(struct ym_stream *stream, struct ym_place place)
{
    mend_message(*stream->err);
    error_wrap(stream->err, "%s: line %zu, column %zu", stream->source, place.line, place.column);
    return -1;
}

int ym_fail(struct ym_stream *stream, struct ym_place place, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    error_vmake(stream->err, ERROR_PARSE, format, arguments);
    va_end(arguments);
    return ym_fail_wrap(stream, place);
}

void ym_warn(struct ym_stream *stream, struct ym_place place, const char *format, ...)
{
    if (!stream->warnings || stream->warnings->count > WARNINGS_MOST)
        return;
    if (stream->warnings->count == WARNINGS_MOST) {
        strv_printf(stream->warnings, "%s: more of these warnings are left out", stream->source);
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    auto_free char *text = xvasprintf(format, arguments);
    va_end(arguments);
    strv_printf(stream->warnings, "%s: line %zu, column %zu: %s", stream->source, place.line,
                place.column, text);
}

int ym_count(struct ym_stream *stream, size_t written, size_t made, struct ym_place place)
{
    stream->written += written;
    stream->made += made;
    size_t total = stream->written + stream->made;
    if (total > YM_READ_ALIAS_FREE && stream->made > stream->written * YM_READ_ALIAS_RATIO)
        return ym_fail(stream, place, "document contains excessive aliasing");
    if (total > YM_READ_NODES)
        return ym_fail(stream, place, "more than %d values in one stream", YM_READ_NODES);
    return 0;
}

void ym_place_advance(struct ym_place *place, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        place->column += !utf8_is_continuation(text[i]);
        if (text[i] == '\n') {
            place->line++;
            place->column = 1;
        }
    }
}

struct ym_place ym_place_of(const char *text, size_t offset)
{
    struct ym_place place = {.line = 1, .column = 1};
    ym_place_advance(&place, text, offset);
    return place;
}
