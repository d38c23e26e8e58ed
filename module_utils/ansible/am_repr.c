#include "ansible/am_repr.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ansible/am_iter.h"
#include "ansible/am_unicode.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"

const char *am_type_name(const json_t *value)
{
    static const char *const names[] = {
        [JSON_OBJECT] = "dict", [JSON_ARRAY] = "list",    [JSON_STRING] = "str",
        [JSON_INTEGER] = "int", [JSON_REAL] = "float",    [JSON_TRUE] = "bool",
        [JSON_FALSE] = "bool",  [JSON_NULL] = "NoneType",
    };
    return value ? names[json_typeof(value)] : "NoneType";
}

/* ---- numbers */

/* DIGITS with the decimal point behind the first POINT of them, as repr writes small exponents. */
static void add_fixed(struct buf *out, const char *digits, int point)
{
    int count = (int)strlen(digits);
    if (point <= 0) {
        buf_add_str(out, "0.");
        for (int i = point; i < 0; i++)
            buf_add_char(out, '0');
        buf_add_str(out, digits);
        return;
    }
    for (int i = 0; i < point; i++)
        buf_add_char(out, i < count ? digits[i] : '0');
    buf_printf(out, ".%s", count > point ? digits + point : "0");
}

/* Splits the shortest %e text of NUMBER, which is not negative, into its digits and exponent. */
static int shortest(double number, char digits[20])
{
    char text[40];
    for (int precision = 0; precision < 17; precision++) {
        snprintf(text, sizeof(text), "%.*e", precision, number);
        double back = strtod(text, NULL);
        if (back >= number && back <= number)
            break;
    }
    size_t count = 0;
    const char *at = text;
    for (; *at && *at != 'e' && count < 19; at++)
        if (*at != '.')
            digits[count++] = *at;
    while (count > 1 && digits[count - 1] == '0')
        count--;
    digits[count] = '\0';
    return *at ? (int)strtol(at + 1, NULL, 10) : 0;
}

char *am_repr_real(double number)
{
    char digits[20] = "0";
    auto_buf struct buf out;
    buf_init(&out);
    if (__builtin_signbit(number))
        buf_add_char(&out, '-');
    int exponent = shortest(__builtin_fabs(number), digits);
    if (exponent >= -4 && exponent < 16)
        add_fixed(&out, digits, exponent + 1);
    else
        buf_printf(&out, "%c%s%se%+03d", digits[0], digits[1] ? "." : "", digits + 1, exponent);
    return buf_steal(&out);
}

static void add_real(struct buf *out, const json_t *value)
{
    auto_free char *text = am_repr_real(json_real_value(value));
    buf_add_str(out, text);
}

/* ---- repr */

static void add_repr_char(struct buf *out, const char *at, size_t length, uint32_t code, char quote)
{
    static const char named[] = "\t\n\r\\";
    static const char letters[] = "tnr\\";
    const char *name = code && code < 0x80 ? strchr(named, (int)code) : NULL;
    if (name)
        buf_printf(out, "\\%c", letters[name - named]);
    else if (code == (uint32_t)quote)
        buf_printf(out, "\\%c", quote);
    else if (am_unicode_is_printable(code))
        buf_add(out, at, length);
    else if (code < 0x100)
        buf_printf(out, "\\x%02x", code);
    else
        buf_printf(out, code < 0x10000 ? "\\u%04x" : "\\U%08x", code);
}

static void add_repr_string(struct buf *out, const char *text)
{
    char quote = strchr(text, '\'') && !strchr(text, '"') ? '"' : '\'';
    buf_add_char(out, quote);
    size_t length = 0;
    for (const char *at = text; *at; at += length) {
        uint32_t code = utf8_first(at, &length);
        add_repr_char(out, at, length, code, quote);
    }
    buf_add_char(out, quote);
}

static void add_repr(struct buf *out, const json_t *value);

static void add_repr_list(struct buf *out, const json_t *list)
{
    size_t i = 0;
    const json_t *item = NULL;
    buf_add_char(out, '[');
    json_array_foreach (list, i, item) {
        buf_add_str(out, i ? ", " : "");
        add_repr(out, item);
    }
    buf_add_char(out, ']');
}

static void add_repr_dict(struct buf *out, const json_t *object)
{
    const char *separator = "";
    const char *key = NULL;
    const json_t *item = NULL;
    buf_add_char(out, '{');
    json_object_foreach (am_iter(object), key, item) {
        buf_add_str(out, separator);
        add_repr_string(out, key);
        buf_add_str(out, ": ");
        add_repr(out, item);
        separator = ", ";
    }
    buf_add_char(out, '}');
}

static void add_repr(struct buf *out, const json_t *value)
{
    switch (value ? json_typeof(value) : JSON_NULL) {
    case JSON_OBJECT:
        add_repr_dict(out, value);
        break;
    case JSON_ARRAY:
        add_repr_list(out, value);
        break;
    case JSON_STRING:
        add_repr_string(out, json_string_value(value));
        break;
    case JSON_INTEGER:
        buf_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        break;
    case JSON_REAL:
        add_real(out, value);
        break;
    case JSON_TRUE:
        buf_add_str(out, "True");
        break;
    case JSON_FALSE:
        buf_add_str(out, "False");
        break;
    case JSON_NULL:
        buf_add_str(out, "None");
        break;
    }
}

char *am_repr(const json_t *value)
{
    struct buf out;
    buf_init(&out);
    add_repr(&out, value);
    return buf_steal(&out);
}

char *am_str(const json_t *value)
{
    return json_is_string(value) ? xstrdup(json_string_value(value)) : am_repr(value);
}
