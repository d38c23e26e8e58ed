#include "json/js_write.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "json/js_get.h"
#include "json/js_members.h"
#include "json/js_number.h"

struct writer {
    struct buf *out;
    unsigned flags;
    unsigned depth;
    struct error **err;
};

static int write_value(struct writer *writer, const json_t *value);

/* ---- strings */

static void put_unit(struct buf *out, unsigned unit)
{
    static const char hex[] = "0123456789abcdef";
    const char text[6] = {
        '\\', 'u', hex[unit >> 12 & 15], hex[unit >> 8 & 15], hex[unit >> 4 & 15], hex[unit & 15]};
    buf_add(out, text, sizeof(text));
}

static void put_escaped(struct buf *out, uint32_t point)
{
    if (point < 0x10000) {
        put_unit(out, point);
        return;
    }
    put_unit(out, 0xD800 + ((point - 0x10000) >> 10));
    put_unit(out, 0xDC00 + ((point - 0x10000) & 0x3FF));
}

static void put_control(struct buf *out, unsigned char byte)
{
    static const char letters[0x20] = {
        ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r',
    };
    if (byte == '"' || byte == '\\' || (byte < 0x20 && letters[byte])) {
        const char text[2] = {'\\', byte < 0x20 ? letters[byte] : (char)byte};
        buf_add(out, text, sizeof(text));
        return;
    }
    put_unit(out, byte);
}

/*
 * What sigs.k8s.io/yaml refuses raw (C1 controls, U+FFFE, U+FFFF) or changes silently (U+0085
 * becomes a blank, blanks next to U+2028 and U+2029 are lost).
 */
static bool hurts_yaml(uint32_t point)
{
    return point < 0xA0 || point == 0x2028 || point == 0x2029 || point == 0xFFFE || point == 0xFFFF;
}

static bool is_html(unsigned char byte)
{
    return byte == '<' || byte == '>' || byte == '&';
}

static bool is_plain(unsigned char byte, unsigned flags)
{
    return byte >= 0x20 && byte < 0x7F && byte != '"' && byte != '\\' &&
           !(flags & JS_WRITE_HTML && is_html(byte));
}

static void write_string(struct writer *writer, const char *text, size_t length)
{
    const unsigned char *bytes = (const unsigned char *)text;
    struct buf *out = writer->out;
    buf_reserve(out, length + 2);
    buf_add_char(out, '"');
    size_t copied = 0;
    size_t at = 0;
    while (at < length) {
        if (is_plain(bytes[at], writer->flags)) {
            at++;
            continue;
        }
        size_t size = 1;
        uint32_t point = utf8_decode(text + at, length - at, &size);
        if (point >= 0x80 && !(writer->flags & JS_WRITE_ASCII) && !hurts_yaml(point)) {
            at += size;
            continue;
        }
        buf_add(out, text + copied, at - copied);
        if (point < 0x80)
            put_control(out, (unsigned char)point);
        else
            put_escaped(out, point);
        at += size;
        copied = at;
    }
    buf_add(out, text + copied, length - copied);
    buf_add_char(out, '"');
}

/* ---- numbers */

static void write_integer(struct buf *out, long long value)
{
    char text[24];
    char *at = text + sizeof(text);
    unsigned long long left =
        value < 0 ? 0ULL - (unsigned long long)value : (unsigned long long)value;
    do {
        *--at = (char)('0' + left % 10);
        left /= 10;
    } while (left);
    if (value < 0)
        *--at = '-';
    buf_add(out, at, (size_t)(text + sizeof(text) - at));
}

static int write_real(struct writer *writer, double value)
{
    if (!isfinite(value)) {
        error_make(writer->err, ERROR_USAGE, "JSON cannot hold the number %g", value);
        return -1;
    }
    char text[JS_NUMBER_ROOM];
    buf_add(writer->out, text, js_number_text(value, text));
    return 0;
}

/* ---- containers */

static void put_separator(struct writer *writer, char c)
{
    buf_add(writer->out, c == ',' ? ", " : ": ",
            writer->flags & JS_WRITE_PYTHON_SEPARATORS ? 2 : 1);
}

static int write_list(struct writer *writer, const json_t *list)
{
    size_t count = json_array_size(list);
    buf_add_char(writer->out, '[');
    for (size_t i = 0; i < count; i++) {
        if (i)
            put_separator(writer, ',');
        if (write_value(writer, json_array_get(list, i)) < 0)
            return -1;
    }
    buf_add_char(writer->out, ']');
    return 0;
}

static int write_member(struct writer *writer, void *iter, bool first)
{
    if (!first)
        put_separator(writer, ',');
    write_string(writer, json_object_iter_key(iter), json_object_iter_key_len(iter));
    put_separator(writer, ':');
    return write_value(writer, json_object_iter_value(iter));
}

static int write_sorted(struct writer *writer, json_t *object)
{
    size_t count = 0;
    auto_free void **members = js_members(object, true, &count);
    for (size_t i = 0; i < count; i++)
        if (write_member(writer, members[i], i == 0) < 0)
            return -1;
    return 0;
}

static int write_object(struct writer *writer, const json_t *value)
{
    json_t *object = js_iterable(value);
    buf_add_char(writer->out, '{');
    if (writer->flags & JS_WRITE_SORT) {
        if (write_sorted(writer, object) < 0)
            return -1;
    } else {
        bool first = true;
        for (void *i = json_object_iter(object); i; i = json_object_iter_next(object, i)) {
            if (write_member(writer, i, first) < 0)
                return -1;
            first = false;
        }
    }
    buf_add_char(writer->out, '}');
    return 0;
}

static int write_container(struct writer *writer, const json_t *value)
{
    if (writer->depth == JS_WRITE_DEPTH) {
        error_make(writer->err, ERROR_USAGE, "lists and objects are nested deeper than %d",
                   JS_WRITE_DEPTH);
        return -1;
    }
    writer->depth++;
    int result = json_is_object(value) ? write_object(writer, value) : write_list(writer, value);
    writer->depth--;
    return result;
}

static int write_value(struct writer *writer, const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
    case JSON_ARRAY:
        return write_container(writer, value);
    case JSON_STRING:
        write_string(writer, json_string_value(value), json_string_length(value));
        return 0;
    case JSON_INTEGER:
        write_integer(writer->out, json_integer_value(value));
        return 0;
    case JSON_REAL:
        return write_real(writer, json_real_value(value));
    case JSON_TRUE:
        buf_add(writer->out, "true", 4);
        return 0;
    case JSON_FALSE:
        buf_add(writer->out, "false", 5);
        return 0;
    case JSON_NULL:
        break;
    }
    buf_add(writer->out, "null", 4);
    return 0;
}

int js_write(struct buf *out, const json_t *value, unsigned flags, struct error **err)
{
    size_t before = out->size;
    struct writer writer = {.out = out, .flags = flags, .err = err};
    if (write_value(&writer, value) == 0)
        return 0;
    out->size = before;
    if (out->data)
        out->data[before] = '\0';
    return -1;
}

char *js_write_dup(const json_t *value, unsigned flags, struct error **err)
{
    auto_buf struct buf out = {0};
    if (js_write(&out, value, flags, err) < 0)
        return NULL;
    return buf_steal(&out);
}
