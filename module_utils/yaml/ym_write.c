#include "yaml/ym_write.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "json/js_get.h"
#include "json/js_members.h"
#include "json/js_number.h"
#include "yaml/ym_plain_priv.h"
#include "yaml/ym_read.h"

struct writer {
    struct buf *out;
    bool sort;
    unsigned depth;
    struct error **err;
};

/* Where a value is put: how far its lines are indented, and what stands before it on this line. */
enum place {
    AT_START,    /* nothing: the document's root */
    BEHIND_KEY,  /* "key:" */
    BEHIND_DASH, /* "- " */
};

enum {
    STEP = 2,
    KEY_MOST = 1000, /* a longer key needs "? ": parsers look back 1024 characters for its end */
};

static int write_value(struct writer *writer, const json_t *value, unsigned indent,
                       enum place place);

static void put_indent(struct buf *out, unsigned indent)
{
    buf_reserve(out, indent);
    for (unsigned i = 0; i < indent; i++)
        buf_add_char(out, ' ');
}

/* ---- scalars */

/* PyYAML takes "1e+21" for a string, but not "1.0e+21"; for all others the two are the same. */
static void put_real(struct buf *out, double value)
{
    char text[JS_NUMBER_ROOM];
    js_number_text(value, text);
    size_t mantissa = strcspn(text, "e");
    buf_add(out, text, mantissa);
    if (text[mantissa] && !memchr(text, '.', mantissa))
        buf_add_str(out, ".0");
    buf_add_str(out, text + mantissa);
}

static void put_lines(struct buf *out, const char *text, size_t length, unsigned indent)
{
    while (length) {
        const char *end = memchr(text, '\n', length);
        size_t size = end ? (size_t)(end - text) + 1 : length;
        if (*text != '\n')
            put_indent(out, indent);
        buf_add(out, text, size);
        text += size;
        length -= size;
    }
}

static void put_literal(struct buf *out, const char *text, size_t length, unsigned indent)
{
    bool ends = text[length - 1] == '\n';
    bool more = ends && text[length - 2] == '\n';
    buf_add_str(out, more ? "|+\n" : ends ? "|\n" : "|-\n");
    put_lines(out, text, length, indent);
    if (!ends)
        buf_add_char(out, '\n');
}

static void put_string(struct buf *out, const json_t *value, unsigned indent)
{
    const char *text = json_string_value(value);
    size_t length = json_string_length(value);
    enum ym_style style = ym_style_of(text, length);
    if (style == YM_STYLE_LITERAL) {
        put_literal(out, text, length, indent);
        return;
    }
    ym_put_inline(out, text, length, style);
    buf_add_char(out, '\n');
}

static void put_scalar(struct buf *out, const json_t *value, unsigned indent)
{
    if (json_is_string(value)) {
        put_string(out, value, indent);
        return;
    }
    if (json_is_integer(value))
        buf_printf(out, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        put_real(out, json_real_value(value));
    else
        buf_add_str(out, json_is_true(value) ? "true" : json_is_false(value) ? "false" : "null");
    buf_add_char(out, '\n');
}

/* ---- containers */

static int write_list(struct writer *writer, const json_t *list, unsigned indent, enum place place)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (i || place != BEHIND_DASH)
            put_indent(writer->out, indent);
        buf_add_str(writer->out, "- ");
        if (write_value(writer, json_array_get(list, i), indent + STEP, BEHIND_DASH) < 0)
            return -1;
    }
    return 0;
}

static int write_member(struct writer *writer, void *member, unsigned indent)
{
    const char *key = json_object_iter_key(member);
    size_t length = json_object_iter_key_len(member);
    size_t before = writer->out->size;
    ym_put_inline(writer->out, key, length, ym_style_of(key, length));
    if (writer->out->size - before > KEY_MOST) {
        writer->out->size = before;
        buf_add_str(writer->out, "? ");
        ym_put_inline(writer->out, key, length, ym_style_of(key, length));
        buf_add_char(writer->out, '\n');
        put_indent(writer->out, indent);
    }
    buf_add_char(writer->out, ':');
    return write_value(writer, json_object_iter_value(member), indent, BEHIND_KEY);
}

static int write_object(struct writer *writer, const json_t *value, unsigned indent,
                        enum place place)
{
    json_t *object = js_iterable(value);
    size_t count = 0;
    auto_free void **members = js_members(object, writer->sort, &count);
    for (size_t i = 0; i < count; i++) {
        if (i || place != BEHIND_DASH)
            put_indent(writer->out, indent);
        if (write_member(writer, members[i], indent) < 0)
            return -1;
    }
    return 0;
}

static int write_container(struct writer *writer, const json_t *value, unsigned indent,
                           enum place place)
{
    if (writer->depth == YM_READ_DEPTH) {
        error_make(writer->err, ERROR_USAGE, "lists and objects are nested deeper than %d",
                   YM_READ_DEPTH);
        return -1;
    }
    bool object = json_is_object(value);
    if (place == BEHIND_KEY) {
        buf_add_char(writer->out, '\n');
        /* As kubectl writes: a list in an object is not indented further. */
        indent += object ? STEP : 0;
    }
    writer->depth++;
    int result = object ? write_object(writer, value, indent, place)
                        : write_list(writer, value, indent, place);
    writer->depth--;
    return result;
}

static int write_value(struct writer *writer, const json_t *value, unsigned indent,
                       enum place place)
{
    if (json_object_size(value) || json_array_size(value))
        return write_container(writer, value, indent, place);
    if (place == BEHIND_KEY)
        buf_add_char(writer->out, ' ');
    if (json_is_object(value) || json_is_array(value)) {
        buf_add_str(writer->out, json_is_object(value) ? "{}\n" : "[]\n");
        return 0;
    }
    /* The lines of a block stand deeper than its key; behind a dash INDENT already is deeper. */
    put_scalar(writer->out, value, place == BEHIND_DASH ? indent : indent + STEP);
    return 0;
}

static int write_document(struct buf *out, const json_t *value, bool sort, struct error **err)
{
    struct writer writer = {.out = out, .sort = sort, .err = err};
    size_t before = out->size;
    if (write_value(&writer, value, 0, AT_START) == 0)
        return 0;
    out->size = before;
    out->data[before] = '\0';
    return -1;
}

int ym_write(struct buf *out, const json_t *value, struct error **err)
{
    return write_document(out, value, false, err);
}

int ym_write_sorted(struct buf *out, const json_t *value, struct error **err)
{
    return write_document(out, value, true, err);
}
