#include "lxc_container/text.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"

/* ---- one line */

char *text_unquote(const char *value)
{
    char *own = str_trim(xstrdup(value));
    size_t length = strlen(own);
    bool quoted = length > 1 && (own[0] == '"' || own[0] == '\'') && own[length - 1] == own[0];
    if (quoted) {
        memmove(own, own + 1, length - 2);
        own[length - 2] = '\0';
    }
    return own;
}

static struct text_line line_take(char *raw_take)
{
    struct text_line line = {.raw = raw_take};
    const char *start = raw_take + strspn(raw_take, " \t\r\n\v\f");
    const char *sign = strchr(start, '=');
    if (*start == '#' || !sign)
        return line;
    line.key = str_trim(xmemdup(start, (size_t)(sign - start)));
    line.value = text_unquote(sign + 1);
    return line;
}

static struct text_line line_new(const char *key, const char *value)
{
    return line_take(*value ? xasprintf("%s = %s\n", key, value) : xasprintf("%s =\n", key));
}

static void line_clear(struct text_line *line)
{
    free(line->raw);
    free(line->key);
    free(line->value);
}

/* ---- all of them */

void text_init(struct text *text)
{
    *text = (struct text){0};
}

void text_clear(struct text *text)
{
    for (size_t i = 0; i < text->count; i++)
        line_clear(&text->lines[i]);
    free(text->lines);
    text_init(text);
}

static void put(struct text *text, size_t at, struct text_line line)
{
    if (text->count == text->room) {
        text->room = text->room ? 2 * text->room : 64;
        text->lines = xreallocarray(text->lines, text->room, sizeof(*text->lines));
    }
    memmove(&text->lines[at + 1], &text->lines[at], (text->count - at) * sizeof(*text->lines));
    text->lines[at] = line;
    text->count++;
}

void text_read(struct text *text, const char *bytes)
{
    while (*bytes) {
        const char *end = strchr(bytes, '\n');
        size_t length = end ? (size_t)(end - bytes) + 1 : strlen(bytes);
        put(text, text->count, line_take(xmemdup(bytes, length)));
        bytes += length;
    }
}

char *text_write(const struct text *text)
{
    struct buf out;
    buf_init(&out);
    for (size_t i = 0; i < text->count; i++)
        buf_add_str(&out, text->lines[i].raw);
    return buf_steal(&out);
}

/* ---- changes */

static void end_line(struct text_line *line)
{
    if (str_ends_with(line->raw, "\n"))
        return;
    char *ended = xasprintf("%s\n", line->raw);
    free(line->raw);
    line->raw = ended;
}

void text_insert(struct text *text, size_t at, const char *key, const char *value)
{
    if (at == text->count && at > 0)
        end_line(&text->lines[at - 1]);
    put(text, at, line_new(key, value));
}

void text_replace(struct text *text, size_t at, const char *key, const char *value)
{
    struct text_line line = line_new(key, value);
    line_clear(&text->lines[at]);
    text->lines[at] = line;
}

void text_remove(struct text *text, size_t at)
{
    line_clear(&text->lines[at]);
    text->count--;
    memmove(&text->lines[at], &text->lines[at + 1], (text->count - at) * sizeof(*text->lines));
}

/* ---- questions */

size_t text_first(const struct text *text, const char *key)
{
    size_t at = 0;
    while (at < text->count && !str_equal(text->lines[at].key, key))
        at++;
    return at;
}

size_t text_last(const struct text *text, const char *key)
{
    for (size_t at = text->count; at-- > 0;)
        if (str_equal(text->lines[at].key, key))
            return at;
    return text->count;
}

bool text_includes_behind(const struct text *text, size_t at)
{
    for (; at < text->count; at++)
        if (str_equal(text->lines[at].key, "lxc.include"))
            return true;
    return false;
}

void text_values(const struct text *text, const char *key, struct strv *out)
{
    for (size_t i = 0; i < text->count; i++)
        if (str_equal(text->lines[i].key, key))
            strv_add(out, text->lines[i].value);
}

void text_keys(const struct text *text, struct strv *out)
{
    for (size_t i = 0; i < text->count; i++)
        if (text->lines[i].key)
            strv_add_once(out, text->lines[i].key);
}
