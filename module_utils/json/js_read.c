#include "json/js_read.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"

enum { SAFE_DIGITS = 18 };

size_t js_read_string_end(const char *text, size_t size, size_t at)
{
    for (at++; at < size && text[at] != '"'; at++)
        if (text[at] == '\\')
            at++;
    return at < size ? at + 1 : size;
}

size_t js_read_word_end(const char *text, size_t size, size_t at)
{
    while (at < size && !strchr("{}[]\",: \t\r\n", text[at]))
        at++;
    return at;
}

static bool is_wide_integer(const char *text, size_t length)
{
    long long ignored = 0;
    if (length <= SAFE_DIGITS)
        return false;
    /* A copy, because nothing promises that the text ends with a NUL. */
    auto_free char *word = xmemdup(text, length);
    const char *digits = *word == '-' ? word + 1 : word;
    if (!*digits || digits[strspn(digits, "0123456789")])
        return false;
    return !str_to_int(word, LLONG_MIN, LLONG_MAX, &ignored);
}

char *js_read_widen(const char *text, size_t size, size_t *new_size)
{
    auto_buf struct buf out = {0};
    size_t at = 0;
    while (at < size) {
        size_t next = at + 1;
        bool wide = false;
        if (text[at] == '"') {
            next = js_read_string_end(text, size, at);
        } else if (!strchr("{}[],: \t\r\n", text[at])) {
            next = js_read_word_end(text, size, at);
            wide = is_wide_integer(text + at, next - at);
        }
        buf_add(&out, text + at, next - at);
        if (wide)
            buf_add_str(&out, ".0");
        at = next;
    }
    *new_size = out.size;
    return buf_steal(&out);
}

void js_read_unquote(json_error_t *where)
{
    char *quoted = strstr(where->text, " near '");
    if (quoted) /* the code stands behind the text's end */
        memset(quoted, 0, strlen(quoted));
}

json_t *js_read(const char *text, size_t size, json_error_t *where)
{
    json_t *value = json_loadb(text, size, JSON_ALLOW_NUL, where);
    /* Rare, and the copy is large: only when it is needed. */
    if (!value && json_error_code(where) == json_error_numeric_overflow) {
        size_t new_size = 0;
        char *widened = js_read_widen(text, size, &new_size);
        value = json_loadb(widened, new_size, JSON_ALLOW_NUL, where);
        mem_wipe(widened, new_size); /* it may be a Secret */
        free(widened);
    }
    if (!value)
        js_read_unquote(where);
    return value;
}
