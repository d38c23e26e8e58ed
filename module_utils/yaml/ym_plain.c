#include "yaml/ym_plain_priv.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/compiler.h"
#include "base/utf8.h"

/* ---- characters */

/*
 * Characters that may stand for themselves. Not: controls, line separators (a line break for
 * YAML 1.1, text for 1.2), the byte order mark, the no-break space, which nobody sees.
 */
static bool is_printable(uint32_t point)
{
    if (point < 0x80)
        return point >= 0x20 && point < 0x7F;
    return point > 0xA0 && point != 0x2028 && point != 0x2029 && point != 0xFEFF &&
           point != 0xFFFE && point != 0xFFFF;
}

/* Whether all characters are printable or in ALSO. */
static bool all_printable(const char *text, size_t length, const char *also)
{
    size_t size = 0;
    for (size_t i = 0; i < length; i += size) {
        uint32_t point = utf8_decode(text + i, length - i, &size);
        if (!is_printable(point) && (point == 0 || point > 0x7F || !strchr(also, (int)point)))
            return false;
    }
    return true;
}

/* ---- plain */

/* In any mixture of case: not every reader insists on the spellings of YAML 1.1. */
static bool is_word(const char *text, size_t length)
{
    static const char *const words[] = {"y",    "n",     "yes",  "no",  "on", "off",
                                        "true", "false", "null", "nan", "inf"};
    for (size_t i = 0; i < array_length(words); i++)
        if (strlen(words[i]) == length && strncasecmp(text, words[i], length) == 0)
            return true;
    return false;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '/';
}

/*
 * A leading letter rules out numbers, dates and indicators at once. Behind it a colon or a hash
 * sign is an indicator only next to a blank; brackets and commas are harmless outside of flow
 * collections, which we never write except empty.
 */
static bool is_plain(const char *text, size_t length)
{
    if (length == 0 || !is_letter(text[0]) || text[length - 1] == ' ' || text[length - 1] == ':' ||
        is_word(text, length))
        return false;
    for (size_t i = 1; i < length; i++) {
        if (text[i] == '#' && text[i - 1] == ' ')
            return false;
        if (text[i] == ' ' && text[i - 1] == ':')
            return false;
    }
    return all_printable(text, length, "");
}

/* ---- literal */

/*
 * Block text keeps every character but tells its indentation by its first line, so that must not
 * start with a blank; blanks at the end of lines would be lost on people, not on parsers.
 */
static bool is_literal(const char *text, size_t length)
{
    if (length < 2 || !memchr(text, '\n', length - 1) || strchr(" \t\n", text[0]))
        return false;
    for (size_t i = 1; i < length; i++)
        if ((text[i] == '\t' && text[i - 1] == '\n') ||
            (text[i] == '\n' && strchr(" \t", text[i - 1])))
            return false;
    return text[length - 1] != ' ' && text[length - 1] != '\t' &&
           all_printable(text, length, "\n\t");
}

enum ym_style ym_style_of(const char *text, size_t length)
{
    if (is_plain(text, length))
        return YM_STYLE_PLAIN;
    if (is_literal(text, length))
        return YM_STYLE_LITERAL;
    bool escapes = memchr(text, '"', length) || memchr(text, '\\', length);
    if (escapes && all_printable(text, length, ""))
        return YM_STYLE_SINGLE;
    return YM_STYLE_DOUBLE;
}

/* ---- writing */

static void put_single(struct buf *out, const char *text, size_t length)
{
    buf_add_char(out, '\'');
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\'')
            buf_add_char(out, '\'');
        buf_add_char(out, text[i]);
    }
    buf_add_char(out, '\'');
}

static void put_escape(struct buf *out, uint32_t point)
{
    static const char letters[] = {
        ['\0'] = '0', ['\a'] = 'a', ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n',
        ['\v'] = 'v', ['\f'] = 'f', ['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\'};
    if (point < sizeof(letters) && letters[point])
        buf_printf(out, "\\%c", letters[point]);
    else if (point < 0x100)
        buf_printf(out, "\\x%02x", point);
    else
        buf_printf(out, "\\u%04x", point);
}

static void put_double(struct buf *out, const char *text, size_t length)
{
    size_t size = 0;
    buf_add_char(out, '"');
    for (size_t i = 0; i < length; i += size) {
        uint32_t point = utf8_decode(text + i, length - i, &size);
        if (is_printable(point) && point != '"' && point != '\\')
            buf_add(out, text + i, size);
        else
            put_escape(out, point);
    }
    buf_add_char(out, '"');
}

void ym_put_inline(struct buf *out, const char *text, size_t length, enum ym_style style)
{
    if (style == YM_STYLE_PLAIN)
        buf_add(out, text, length);
    else if (style == YM_STYLE_SINGLE)
        put_single(out, text, length);
    else
        put_double(out, text, length);
}
