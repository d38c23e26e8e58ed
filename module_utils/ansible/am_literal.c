#include "ansible/am_literal.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "ansible/am_repr.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/utf8.h"

enum { MAX_DEPTH = 100 };

struct reader {
    const char *at;
    int depth;
};

/* Blanks, line ends, continued lines and comments: inside brackets they all mean nothing. */
static void skip_blanks(struct reader *in)
{
    for (;;) {
        in->at += strspn(in->at, " \t\r\n\f");
        if (*in->at == '#')
            in->at += strcspn(in->at, "\r\n");
        else if (in->at[0] == '\\' && in->at[1] == '\n')
            in->at += 2;
        else
            return;
    }
}

static bool take(struct reader *in, char c)
{
    skip_blanks(in);
    if (*in->at != c)
        return false;
    in->at++;
    return true;
}

/* ---- strings */

/* The number written with LOW to HIGH digits of BASE at the cursor. */
static bool read_code(struct reader *in, size_t low, size_t high, int base, unsigned long *code)
{
    static const char hex[] = "0123456789abcdefABCDEF";
    size_t count = strspn(in->at, base == 8 ? "01234567" : hex);
    char digits[9] = {0};
    count = count > high ? high : count;
    if (count < low)
        return false;
    memcpy(digits, in->at, count);
    *code = strtoul(digits, NULL, base);
    in->at += count;
    return true;
}

static bool read_escape(struct reader *in, struct buf *out)
{
    static const char letters[] = "\n\\'\"abfnrtv";
    static const char values[] = "\0\\'\"\a\b\f\n\r\t\v";
    unsigned long code = 0;
    char c = *in->at;
    const char *letter = c ? strchr(letters, c) : NULL;
    if (letter) {
        in->at++;
        if (letter != letters)
            buf_add_char(out, values[letter - letters]);
        return true;
    }
    if (c >= '0' && c <= '7') {
        if (!read_code(in, 1, 3, 8, &code))
            return false;
    } else if (c == 'x' || c == 'u' || c == 'U') {
        size_t count = c == 'x' ? 2 : c == 'u' ? 4 : 8;
        in->at++;
        if (!read_code(in, count, count, 16, &code))
            return false;
    } else if (c == 'N' || !c) {
        return false; /* character names: nobody prints them */
    } else {
        buf_add_char(out, '\\'); /* an unknown escape stands for itself */
        return true;
    }
    if (!code || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
        return false;
    utf8_add(out, (uint32_t)code);
    return true;
}

/* One quoted string at the cursor, after its prefix. */
static bool read_quoted(struct reader *in, bool raw, struct buf *out)
{
    char quote = *in->at;
    bool triple = in->at[1] == quote && in->at[2] == quote;
    size_t width = triple ? 3 : 1;
    const char end[4] = {quote, triple ? quote : '\0', triple ? quote : '\0', '\0'};
    in->at += width;
    while (*in->at && !str_starts_with(in->at, end)) {
        char c = *in->at;
        if (c == '\n' && !triple)
            return false;
        in->at++;
        if (c != '\\') {
            buf_add_char(out, c);
        } else if (raw) {
            buf_add_char(out, c);
            if (*in->at)
                buf_add_char(out, *in->at++);
        } else if (!read_escape(in, out)) {
            return false;
        }
    }
    if (!*in->at)
        return false;
    in->at += width;
    return true;
}

/* Whether a string starts at the cursor; skips its prefix. */
static bool at_string(struct reader *in, bool *raw)
{
    skip_blanks(in);
    char prefix = in->at[0];
    *raw = prefix == 'r' || prefix == 'R';
    size_t skip = *raw || prefix == 'u' || prefix == 'U' ? 1 : 0;
    if (in->at[skip] != '\'' && in->at[skip] != '"')
        return false;
    in->at += skip;
    return true;
}

/* Strings that follow each other are one. */
static json_t *read_string(struct reader *in, bool raw)
{
    auto_buf struct buf out;
    buf_init(&out);
    do {
        if (!read_quoted(in, raw, &out))
            return NULL;
    } while (at_string(in, &raw));
    return json_stringn(buf_str(&out), out.size);
}

/* ---- numbers and names */

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Removes underscores, each of which must stand between two digits or behind a base prefix. */
static bool drop_underscores(char *word)
{
    char *out = word;
    for (const char *at = word; *at; at++) {
        if (*at != '_')
            *out++ = *at;
        else if (at == word || !is_word(at[-1]) || !is_word(at[1]) || at[1] == '_')
            return false;
    }
    *out = '\0';
    return true;
}

static json_t *integer_of(const char *digits, int base)
{
    char *end = NULL;
    if (!*digits || strspn(digits, "0123456789abcdefABCDEF") != strlen(digits))
        return NULL;
    errno = 0;
    long long number = strtoll(digits, &end, base);
    return !*end && errno == 0 ? json_integer(number) : NULL;
}

static json_t *number_of(const char *word)
{
    char base = word[0] == '0' ? (char)(word[1] | 0x20) : '\0';
    if (base == 'x' || base == 'o' || base == 'b')
        return integer_of(word + 2, base == 'x' ? 16 : base == 'o' ? 8 : 2);
    if (strspn(word, "0123456789") == strlen(word)) {
        /* 007 is a syntax error, 000 is not. */
        bool octal_looking = word[0] == '0' && strspn(word, "0") != strlen(word);
        return octal_looking ? NULL : integer_of(word, 10);
    }
    char *end = NULL;
    double number = strtod(word, &end);
    return *end || !isfinite(number) ? NULL : json_real(number);
}

static json_t *read_number(struct reader *in)
{
    const char *start = in->at;
    bool hex = start[0] == '0' && (start[1] | 0x20) == 'x';
    while (is_word(*in->at) || *in->at == '.' ||
           (!hex && in->at > start && (in->at[-1] | 0x20) == 'e' &&
            (*in->at == '-' || *in->at == '+')))
        in->at++;
    auto_free char *word = xmemdup(start, (size_t)(in->at - start));
    return drop_underscores(word) ? number_of(word) : NULL;
}

static json_t *read_signed(struct reader *in)
{
    bool negative = *in->at == '-';
    in->at++;
    skip_blanks(in);
    if (!strchr("0123456789.", *in->at) || !*in->at)
        return NULL;
    json_auto_t *number = read_number(in);
    if (!number || !negative)
        return steal_ptr(number);
    return json_is_integer(number) ? json_integer(-json_integer_value(number))
                                   : json_real(-json_real_value(number));
}

static json_t *read_name(struct reader *in)
{
    const char *start = in->at;
    while (is_word(*in->at))
        in->at++;
    auto_free char *word = xmemdup(start, (size_t)(in->at - start));
    if (str_equal(word, "True"))
        return json_true();
    if (str_equal(word, "False"))
        return json_false();
    return str_equal(word, "None") ? json_null() : NULL;
}

/* ---- containers */

static json_t *read_value(struct reader *in);

/* Behind the opening bracket: items up to CLOSE. *commas counts the commas. */
static json_t *read_items(struct reader *in, char close, size_t *commas)
{
    json_auto_t *list = json_array();
    *commas = 0;
    while (!take(in, close)) {
        if (*commas != json_array_size(list))
            return NULL;
        json_t *item = read_value(in);
        if (!item)
            return NULL;
        json_array_append_new(list, item);
        if (take(in, ','))
            ++*commas;
    }
    return steal_ptr(list);
}

static json_t *read_tuple(struct reader *in)
{
    size_t commas = 0;
    json_auto_t *list = read_items(in, ')', &commas);
    /* (x) is x, (x,) is a tuple, and so is (). */
    if (list && json_array_size(list) == 1 && commas == 0)
        return json_incref(json_array_get(list, 0));
    return steal_ptr(list);
}

/* The text that json.dumps makes of a key, owned; NULL for a list or an object. */
static char *key_text(const json_t *key)
{
    if (json_is_array(key) || json_is_object(key))
        return NULL;
    if (json_is_boolean(key))
        return xstrdup(json_is_true(key) ? "true" : "false");
    return json_is_null(key) ? xstrdup("null") : am_str(key);
}

static json_t *read_dict(struct reader *in)
{
    json_auto_t *object = json_object();
    bool more = true;
    while (!take(in, '}')) {
        if (!more)
            return NULL;
        json_auto_t *key = read_value(in);
        auto_free char *name = key ? key_text(key) : NULL;
        json_auto_t *value = name && take(in, ':') ? read_value(in) : NULL;
        if (!value)
            return NULL;
        json_object_set(object, name, value);
        more = take(in, ',');
    }
    return steal_ptr(object);
}

static json_t *read_container(struct reader *in)
{
    size_t commas = 0;
    char open = *in->at++;
    if (open == '{')
        return read_dict(in);
    return open == '[' ? read_items(in, ']', &commas) : read_tuple(in);
}

static json_t *read_value(struct reader *in)
{
    bool raw = false;
    if (at_string(in, &raw))
        return read_string(in, raw);
    char c = *in->at;
    if (c == '{' || c == '[' || c == '(') {
        if (in->depth >= MAX_DEPTH)
            return NULL;
        in->depth++;
        json_t *value = read_container(in);
        in->depth--;
        return value;
    }
    if (c == '-' || c == '+')
        return read_signed(in);
    if ((c >= '0' && c <= '9') || c == '.')
        return read_number(in);
    return read_name(in);
}

json_t *am_literal_parse(const char *text)
{
    struct reader in = {.at = text};
    json_auto_t *value = read_value(&in);
    skip_blanks(&in);
    return *in.at ? NULL : steal_ptr(value);
}
