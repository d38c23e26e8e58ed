#include "yaml/ym_json_priv.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "json/js_number.h"
#include "json/js_read.h"
#include "yaml/ym_read.h"

struct reader {
    struct ym_stream *stream;
    const char *text;
    size_t size;
    size_t at;
    struct ym_place place; /* of at */
    bool syntax;
};

static void advance(struct reader *reader, size_t length)
{
    ym_place_advance(&reader->place, reader->text + reader->at, length);
    reader->at += length;
}

/* ---- one value's extent */

struct extent {
    size_t size;     /* up to the bracket that closes the first one, or all there is */
    unsigned height; /* brackets within each other */
    bool wide;       /* an integer has so many digits that it may not fit 64 bits */
};

enum { SAFE_DIGITS = 18 };

static struct extent measure(const char *text, size_t size)
{
    struct extent extent = {0};
    unsigned depth = 0;
    size_t at = 0;
    while (at < size) {
        size_t next = at + 1;
        if (text[at] == '"') {
            next = js_read_string_end(text, size, at);
        } else if (text[at] == '{' || text[at] == '[') {
            depth++;
            extent.height = depth > extent.height ? depth : extent.height;
        } else if (text[at] == '}' || text[at] == ']') {
            if (--depth == 0) {
                extent.size = next;
                return extent;
            }
        } else if (!strchr(",: \t\r\n", text[at])) {
            next = js_read_word_end(text, size, at);
            extent.wide |= next - at > SAFE_DIGITS;
        }
        at = next > at ? next : at + 1;
    }
    extent.size = size;
    return extent;
}

/* ---- values */

/* Makes integers of reals without fraction, as they are for a server, and counts. */
static size_t settle(json_t *value)
{
    size_t nodes = 1;
    for (void *i = json_object_iter(value); i; i = json_object_iter_next(value, i)) {
        json_t *member = json_object_iter_value(i);
        if (json_is_real(member))
            json_object_iter_set_new(value, i, js_number_new(json_real_value(member)));
        nodes += settle(member);
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        json_t *item = json_array_get(value, i);
        if (json_is_real(item))
            json_array_set_new(value, i, js_number_new(json_real_value(item)));
        nodes += settle(json_array_get(value, i));
    }
    return nodes;
}

static struct ym_place place_of_error(const struct reader *reader, const json_error_t *error)
{
    struct ym_place start = reader->place;
    size_t line = error->line > 0 ? (size_t)error->line : 1;
    size_t column = error->column > 0 ? (size_t)error->column : 1;
    return (struct ym_place){.line = start.line + line - 1,
                             .column = line == 1 ? start.column + column - 1 : column};
}

/* What YAML may still understand; jansson alone has no names with a NUL in them. */
static bool is_syntax(const json_error_t *error)
{
    enum json_error_code code = json_error_code(error);
    return code == json_error_invalid_syntax || code == json_error_premature_end_of_input ||
           code == json_error_null_byte_in_key;
}

/* A name that is given twice. Warned of only when all is JSON: else it is YAML's to say. */
static void warn_twice(struct reader *reader, const json_error_t *error)
{
    ym_warn(reader->stream, place_of_error(reader, error), "%s is given twice, the last one wins",
            str_starts_with(error->text, "duplicate object key") ? "a key" : error->text);
}

static json_t *parse(struct reader *reader, const char *text, size_t size)
{
    json_error_t twice, error;
    size_t flags = JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES;
    json_t *value = json_loadb(text, size, flags, &twice);
    if (value)
        return value;
    error = twice;
    if (json_error_code(&twice) == json_error_duplicate_key) {
        value = json_loadb(text, size, JSON_ALLOW_NUL, &error);
        if (value) {
            warn_twice(reader, &twice);
            return value;
        }
    }
    reader->syntax = is_syntax(&error);
    js_read_unquote(&error);
    ym_fail(reader->stream, place_of_error(reader, &error), "%s", error.text);
    return NULL;
}

static int read_one(struct reader *reader)
{
    const char *text = reader->text + reader->at;
    struct extent extent = measure(text, reader->size - reader->at);
    if (extent.height > YM_READ_DEPTH)
        return ym_fail(reader->stream, reader->place, "exceeded max depth of %d", YM_READ_DEPTH);
    auto_free char *widened = NULL;
    size_t size = extent.size;
    if (extent.wide)
        widened = js_read_widen(text, extent.size, &size);
    json_auto_t *value = parse(reader, widened ? widened : text, size);
    if (!value || ym_count(reader->stream, settle(value), 0, reader->place) < 0)
        return -1;
    json_array_append(reader->stream->documents, value);
    advance(reader, extent.size);
    return 0;
}

/* ---- between values */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Steps over "---" at the start of a line with nothing but blanks or a comment behind. */
static bool skip_separator(struct reader *reader)
{
    const char *text = reader->text + reader->at;
    size_t left = reader->size - reader->at;
    bool line_start = reader->at == 0 || text[-1] == '\n' || text[-1] == '\r';
    if (!line_start || left < 3 || memcmp(text, "---", 3) != 0)
        return false;
    size_t end = 3;
    while (end < left && (text[end] == ' ' || text[end] == '\t'))
        end++;
    if (end < left && text[end] == '#' && end > 3)
        while (end < left && text[end] != '\n')
            end++;
    if (end < left && text[end] != '\n' && text[end] != '\r')
        return false;
    advance(reader, end);
    return true;
}

static void skip_between(struct reader *reader)
{
    do {
        while (reader->at < reader->size && is_blank(reader->text[reader->at]))
            advance(reader, 1);
    } while (skip_separator(reader));
}

int ym_json_read(struct ym_stream *stream, const char *text, size_t size, size_t *used,
                 bool *syntax)
{
    struct reader reader = {.stream = stream, .text = text, .size = size, .place = {1, 1}};
    int result = 0;
    for (;;) {
        skip_between(&reader);
        if (reader.at == size)
            break;
        result = text[reader.at] == '{' || text[reader.at] == '[' ? read_one(&reader) : 1;
        if (result != 0)
            break;
    }
    *used = reader.at;
    *syntax = reader.syntax;
    return result;
}
