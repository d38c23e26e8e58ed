/* The grammar of ${…}. See capi/variables_priv.h; what the signs mean is in variables_apply.c. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "capi/variables_priv.h"

static const char no_argument[] = "unable to parse substitution within function";
static const char no_name[] = "unable to parse variable name";
static const char no_brace[] = "missing closing brace";
static const char bad[] = "bad substitution";

struct parser {
    const char *text;
    size_t size;
    size_t at;
    unsigned depth;
    const char *failure; /* static; the first one */
};

static struct capi_function *parse_function(struct parser *p);

static void function_free(struct capi_function *function)
{
    if (!function)
        return;
    capi_pieces_clear(&function->arguments);
    free(function->name);
    free(function);
}

void capi_pieces_clear(struct capi_pieces *pieces)
{
    for (size_t i = 0; i < pieces->count; i++) {
        function_free(pieces->items[i].function);
        free(pieces->items[i].escaped);
    }
    free(pieces->items);
    *pieces = (struct capi_pieces){0};
}

static void add(struct capi_pieces *pieces, const struct capi_piece *piece)
{
    if (pieces->count == pieces->room) {
        pieces->room = pieces->room ? pieces->room * 2 : 4;
        pieces->items = xreallocarray(pieces->items, pieces->room, sizeof(*pieces->items));
    }
    pieces->items[pieces->count++] = *piece;
}

static void add_text(struct capi_pieces *pieces, const char *text, size_t size)
{
    if (size)
        add(pieces, &(struct capi_piece){.text = text, .size = size});
}

static int fail(struct parser *p, const char *failure)
{
    if (!p->failure)
        p->failure = failure;
    return -1;
}

/* The byte that comes, or -1 at the end. */
static int peek(const struct parser *p)
{
    return p->at < p->size ? (unsigned char)p->text[p->at] : -1;
}

static bool opens(const struct parser *p)
{
    return p->at + 1 < p->size && p->text[p->at] == '$' && p->text[p->at + 1] == '{';
}

/* Counts how many of the bytes that come, MOST at most, are among SIGNS; moves behind them. */
static size_t take(struct parser *p, const char *signs, size_t most)
{
    size_t count = 0;
    for (; count < most && peek(p) > 0 && strchr(signs, peek(p)); count++)
        p->at++;
    return count;
}

/* A name, owned, or NULL when none begins here. */
static char *take_name(struct parser *p)
{
    size_t start = p->at;
    while (p->at < p->size) {
        size_t length = 0;
        if (!capi_rune_in_name(capi_rune(p->text + p->at, p->size - p->at, &length)))
            break;
        p->at += length;
    }
    return p->at > start ? xmemdup(p->text + start, p->at - start) : NULL;
}

static int close(struct parser *p)
{
    if (peek(p) != '}')
        return fail(p, bad);
    p->at++;
    return 0;
}

/* A function in place of a text. */
static int add_nested(struct parser *p, struct capi_pieces *pieces)
{
    p->at += 2;
    struct capi_function *function = parse_function(p);
    if (!function)
        return -1;
    add(pieces, &(struct capi_piece){.function = function});
    return 0;
}

/* One argument: a function, or the text before any of STOPS and before the next function. */
static int add_argument(struct parser *p, const char *stops, struct capi_pieces *pieces)
{
    if (opens(p))
        return add_nested(p, pieces);
    size_t start = p->at;
    while (p->at < p->size && !strchr(stops, p->text[p->at]) && !opens(p))
        p->at++;
    add_text(pieces, p->text + start, p->at - start);
    return p->at > start ? 0 : fail(p, no_argument);
}

/* The same for replacements, where "$$", "\\" and "\/" stand for their second byte. */
static int add_escaped(struct parser *p, char stop, struct capi_pieces *pieces)
{
    auto_buf struct buf text = {0};
    if (opens(p))
        return add_nested(p, pieces);
    for (; p->at < p->size && !opens(p); p->at++) {
        char c = p->text[p->at];
        char next = p->at + 1 < p->size ? p->text[p->at + 1] : '\0';
        if ((c == '$' && next == '$') || (c == '\\' && (next == '\\' || next == '/')))
            c = p->text[++p->at];
        else if (c == stop)
            break;
        buf_add_char(&text, c);
    }
    if (!text.size)
        return fail(p, no_argument);
    size_t size = text.size;
    char *escaped = buf_steal(&text);
    add(pieces, &(struct capi_piece){.text = escaped, .size = size, .escaped = escaped});
    return 0;
}

static int parse_default(struct parser *p, struct capi_function *function)
{
    p->at += peek(p) == ':' ? 2 : 1;
    function->op = OP_DEFAULT;
    while (peek(p) != '}')
        if (add_argument(p, "}", &function->arguments) < 0)
            return -1;
    return close(p);
}

static int parse_substring(struct parser *p, struct capi_function *function)
{
    p->at++;
    function->op = OP_SUBSTRING;
    if (add_argument(p, ":}", &function->arguments) < 0)
        return -1;
    if (take(p, ":", SIZE_MAX) && add_argument(p, "}", &function->arguments) < 0)
        return -1;
    return close(p);
}

static int parse_case(struct parser *p, struct capi_function *function)
{
    const char *signs = p->text + p->at;
    size_t count = take(p, "^,", 2);
    if (count == 1)
        function->op = *signs == '^' ? OP_UPPER_FIRST : OP_LOWER_FIRST;
    else if (signs[0] == signs[1])
        function->op = *signs == '^' ? OP_UPPER : OP_LOWER;
    return close(p);
}

static int parse_trim(struct parser *p, struct capi_function *function, const char *sign)
{
    static const enum capi_op ops[2][2] = {{OP_TRIM_PREFIX_SHORTEST, OP_TRIM_PREFIX_LONGEST},
                                           {OP_TRIM_SUFFIX_SHORTEST, OP_TRIM_SUFFIX_LONGEST}};
    function->op = ops[*sign == '%'][take(p, sign, 2) - 1];
    if (add_argument(p, "}", &function->arguments) < 0)
        return -1;
    return close(p);
}

static int parse_replacement(struct parser *p, struct capi_function *function)
{
    p->at++;
    function->op = OP_REPLACE_FIRST;
    if (take(p, "/", 1))
        function->op = OP_REPLACE_ALL;
    else if (take(p, "#", 1))
        function->op = OP_REPLACE_PREFIX;
    else if (take(p, "%", 1))
        function->op = OP_REPLACE_SUFFIX;
    if (add_escaped(p, '/', &function->arguments) < 0)
        return -1;
    if (!take(p, "/", SIZE_MAX))
        return fail(p, bad);
    if (peek(p) != '}' && add_escaped(p, '}', &function->arguments) < 0)
        return -1;
    return close(p);
}

static int parse_length(struct parser *p, struct capi_function *function)
{
    p->at++;
    function->op = OP_LENGTH;
    function->name = take_name(p);
    return function->name ? close(p) : fail(p, bad);
}

/* What follows the name. */
static int parse_behind_name(struct parser *p, struct capi_function *function)
{
    int second = p->at + 1 < p->size ? (unsigned char)p->text[p->at + 1] : 0;
    switch (peek(p)) {
    case '}':
        return close(p);
    case ':':
        if (p->at + 1 == p->size)
            return fail(p, bad);
        return second && strchr("=-?+", second) ? parse_default(p, function)
                                                : parse_substring(p, function);
    case '=':
        return parse_default(p, function);
    case '^':
    case ',':
        return parse_case(p, function);
    case '#':
        return parse_trim(p, function, "#");
    case '%':
        return parse_trim(p, function, "%");
    case '/':
        return parse_replacement(p, function);
    default:
        return fail(p, no_brace);
    }
}

static int fill_function(struct parser *p, struct capi_function *function)
{
    if (peek(p) == '#')
        return parse_length(p, function);
    function->name = take_name(p);
    return function->name ? parse_behind_name(p, function) : fail(p, no_name);
}

/* Behind "${". NULL on failure. */
static struct capi_function *parse_function(struct parser *p)
{
    if (p->depth == CAPI_TEMPLATE_DEPTH) {
        fail(p, "variables are nested too deeply");
        return NULL;
    }
    struct capi_function *function = xcalloc(1, sizeof(*function));
    p->depth++;
    int result = fill_function(p, function);
    p->depth--;
    if (result == 0)
        return function;
    function_free(function);
    return NULL;
}

/* The text up to the next function; of "$$" only the first is kept, and the second opens none. */
static void add_plain(struct parser *p, struct capi_pieces *pieces)
{
    size_t start = p->at;
    while (p->at < p->size && !opens(p)) {
        const char *dollar = memchr(p->text + p->at, '$', p->size - p->at);
        if (!dollar) {
            p->at = p->size;
        } else if (p->text + p->at != dollar) {
            p->at = (size_t)(dollar - p->text);
        } else if (p->at + 1 < p->size && dollar[1] == '$') {
            add_text(pieces, p->text + start, p->at + 1 - start);
            p->at += 2;
            start = p->at;
        } else {
            p->at++;
        }
    }
    add_text(pieces, p->text + start, p->at - start);
}

static long long line_of(const struct parser *p)
{
    long long line = 1;
    for (size_t i = 0; i < p->at && i < p->size; i++)
        line += p->text[i] == '\n';
    return line;
}

int capi_pieces_parse(const char *text, size_t size, struct capi_pieces *pieces, struct error **err)
{
    struct parser p = {.text = text, .size = size};
    while (p.at < size && !p.failure) {
        if (opens(&p))
            (void)add_nested(&p, pieces);
        else
            add_plain(&p, pieces);
    }
    if (!p.failure)
        return 0;
    error_make(err, ERROR_PARSE, "%s", p.failure);
    error_detail_take(err, "line", json_integer(line_of(&p)));
    return -1;
}
