#include "json/js_items.h"

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "json/js_read.h"

/*
 * Looks only for where things begin and end. What is not JSON is found out by the reader, who gets
 * every byte: those of an item, and those of the rest.
 */
struct text {
    const char *bytes;
    size_t size, at;
};

static bool is_at(const struct text *text, char c)
{
    return text->at < text->size && text->bytes[text->at] == c;
}

static void skip_blanks(struct text *text)
{
    while (is_at(text, ' ') || is_at(text, '\n') || is_at(text, '\r') || is_at(text, '\t'))
        text->at++;
}

static void skip_nested(struct text *text)
{
    size_t depth = 0;
    do {
        char c = text->bytes[text->at];
        depth += c == '{' || c == '[';
        depth -= c == '}' || c == ']';
        text->at = c == '"' ? js_read_string_end(text->bytes, text->size, text->at) : text->at + 1;
    } while (depth && text->at < text->size);
}

/* Moves on by at least one byte, unless the end is reached. */
static void skip_value(struct text *text)
{
    if (is_at(text, '{') || is_at(text, '['))
        skip_nested(text);
    else if (is_at(text, '"'))
        text->at = js_read_string_end(text->bytes, text->size, text->at);
    else
        text->at = js_read_word_end(text->bytes, text->size, text->at);
}

/* Stands at the value of the next member of an object, whose name begins at *name; false behind
 * the last one, and for what is no object. */
static bool next_member(struct text *text, size_t *name)
{
    skip_blanks(text);
    *name = text->at;
    if (!is_at(text, '"'))
        return false;
    skip_value(text);
    skip_blanks(text);
    if (!is_at(text, ':'))
        return false;
    text->at++;
    skip_blanks(text);
    return true;
}

/* Whether the text at AT is the name MEMBER, written without escapes as everybody does. */
static bool is_name(const struct text *text, size_t at, const char *member)
{
    size_t length = strlen(member);
    return text->size - at > length + 2 && text->bytes[at + length + 1] == '"' &&
           memcmp(text->bytes + at + 1, member, length) == 0;
}

/* Stands at the list, if there is one. */
static bool find_list(struct text *text, const char *member)
{
    size_t name = 0;
    skip_blanks(text);
    if (!is_at(text, '{'))
        return false;
    text->at++;
    while (next_member(text, &name)) {
        if (is_name(text, name, member) && is_at(text, '['))
            return true;
        skip_value(text);
        skip_blanks(text);
        if (!is_at(text, ','))
            return false;
        text->at++;
    }
    return false;
}

static int read_item(struct text *text, struct js_visitor visitor, json_error_t *where,
                     struct error **err)
{
    size_t start = text->at;
    skip_value(text);
    json_auto_t *item = js_read(text->bytes + start, text->at - start, where);
    if (item)
        return visitor.visit(visitor.context, item, err);
    where->position += (int)start;
    return -1;
}

/* Stands at the end of the list, or where it stopped being one. */
static int read_list(struct text *text, struct js_visitor visitor, json_error_t *where,
                     struct error **err)
{
    text->at++;
    skip_blanks(text);
    bool more = !is_at(text, ']');
    while (more) {
        if (read_item(text, visitor, where, err) < 0)
            return -1;
        skip_blanks(text);
        more = is_at(text, ',');
        text->at += more;
        skip_blanks(text);
    }
    return 0;
}

json_t *js_items(const char *text, size_t size, const char *member, struct js_visitor visitor,
                 json_error_t *where, struct error **err)
{
    struct text at = {.bytes = text, .size = size};
    auto_buf struct buf rest = {0};
    if (!find_list(&at, member))
        return js_read(text, size, where);
    buf_add(&rest, text, at.at + 1);
    if (read_list(&at, visitor, where, err) < 0)
        return NULL;
    if (!is_at(&at, ']'))
        return js_read(text, size, where); /* which says what is wrong with it */
    buf_add(&rest, text + at.at, size - at.at);
    json_t *value = js_read(rest.data, rest.size, where);
    if (!value && (size_t)where->position > rest.size - (size - at.at))
        where->position += (int)(size - rest.size);
    return value;
}
