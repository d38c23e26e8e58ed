#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_query_priv.h"

struct parser {
    const char *text; /* the whole text, for messages */
    const char *at;
    const char *end;
    struct error **err;
};

/* ---- memory */

void js_query_free(struct js_query *query)
{
    if (!query)
        return;
    for (size_t i = 0; i < query->count; i++) {
        free(query->steps[i].name);
        json_decref(query->steps[i].value);
        js_query_free(query->steps[i].inside);
    }
    free(query->steps);
    free(query);
}

static struct step *add_step(struct js_query *query, enum step_kind kind)
{
    query->steps = xreallocarray(query->steps, query->count + 1, sizeof(struct step));
    struct step *step = &query->steps[query->count++];
    *step = (struct step){.kind = kind};
    return step;
}

/* ---- parsing */

static int expected(struct parser *parser, const char *what)
{
    error_make(parser->err, ERROR_USAGE, "jsonpath \"%s\": expected %s at position %zu",
               parser->text, what, (size_t)(parser->at - parser->text) + 1);
    return -1;
}

static char peek(const struct parser *parser)
{
    return parser->at < parser->end ? *parser->at : '\0';
}

static bool take(struct parser *parser, const char *token)
{
    size_t length = strlen(token);
    if ((size_t)(parser->end - parser->at) < length || memcmp(parser->at, token, length) != 0)
        return false;
    parser->at += length;
    return true;
}

static void skip_blanks(struct parser *parser)
{
    while (peek(parser) == ' ' || peek(parser) == '\t')
        parser->at++;
}

/* A quoted text; a backslash makes the next character plain. NULL when it is not closed. */
static char *parse_quoted(struct parser *parser)
{
    char quote = *parser->at++;
    auto_buf struct buf text = {0};
    while (peek(parser) && peek(parser) != quote) {
        if (peek(parser) == '\\' && parser->at + 1 < parser->end)
            parser->at++;
        buf_add_char(&text, *parser->at++);
    }
    if (!peek(parser))
        return NULL;
    parser->at++;
    return buf_steal(&text);
}

/* A bare name: up to a special character that no backslash precedes. Empty when there is none. */
static char *parse_bare(struct parser *parser)
{
    auto_buf struct buf name = {0};
    while (peek(parser) && !strchr(".[](){}=!<>@?*$,:|&\"' \t", peek(parser))) {
        if (peek(parser) == '\\' && parser->at + 1 < parser->end)
            parser->at++;
        buf_add_char(&name, *parser->at++);
    }
    return buf_steal(&name);
}

static int parse_name(struct parser *parser, struct js_query *query)
{
    if (take(parser, "*")) {
        add_step(query, STEP_ALL);
        return 0;
    }
    auto_free char *name = parse_bare(parser);
    if (!*name)
        return expected(parser, "a name");
    add_step(query, STEP_NAME)->name = steal_ptr(name);
    return 0;
}

static int parse_index(struct parser *parser, struct js_query *query)
{
    const char *start = parser->at;
    if (peek(parser) == '-')
        parser->at++;
    while (isdigit((unsigned char)peek(parser)))
        parser->at++;
    auto_free char *digits = xmemdup(start, (size_t)(parser->at - start));
    long long index = 0;
    if (!str_to_int(digits, -1000000000, 1000000000, &index))
        return expected(parser, "an index, *, a quoted name or a filter");
    add_step(query, STEP_INDEX)->index = index;
    return 0;
}

static int parse_steps(struct parser *parser, struct js_query *query);

static json_t *parse_number(struct parser *parser)
{
    const char *start = parser->at;
    while (peek(parser) && strchr("+-.0123456789eE", peek(parser)))
        parser->at++;
    auto_free char *text = xmemdup(start, (size_t)(parser->at - start));
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
    if (!value)
        parser->at = start;
    return value;
}

static json_t *parse_literal(struct parser *parser)
{
    if (peek(parser) == '"' || peek(parser) == '\'') {
        auto_free char *text = parse_quoted(parser);
        return text ? json_string(text) : NULL;
    }
    if (take(parser, "true"))
        return json_true();
    if (take(parser, "false"))
        return json_false();
    if (take(parser, "null"))
        return json_null();
    return parse_number(parser);
}

/* What follows "[?": (@.name=="text") */
static int parse_filter(struct parser *parser, struct js_query *query)
{
    if (!take(parser, "("))
        return expected(parser, "(");
    skip_blanks(parser);
    if (!take(parser, "@"))
        return expected(parser, "@");
    struct step *step = add_step(query, STEP_FILTER);
    step->inside = xcalloc(1, sizeof(*step->inside));
    if (parse_steps(parser, step->inside) < 0)
        return -1;
    skip_blanks(parser);
    step->differs = take(parser, "!=");
    if (step->differs || take(parser, "==")) {
        skip_blanks(parser);
        step->value = parse_literal(parser);
        if (!step->value)
            return expected(parser, "a quoted text, a number, true, false or null");
        skip_blanks(parser);
    }
    return take(parser, ")") ? 0 : expected(parser, "==, != or )");
}

/* What follows "[". */
static int parse_bracket(struct parser *parser, struct js_query *query)
{
    if (take(parser, "?")) {
        if (parse_filter(parser, query) < 0)
            return -1;
    } else if (take(parser, "*")) {
        add_step(query, STEP_ALL);
    } else if (peek(parser) == '\'' || peek(parser) == '"') {
        auto_free char *name = parse_quoted(parser);
        if (!name)
            return expected(parser, "the closing quote");
        add_step(query, STEP_NAME)->name = steal_ptr(name);
    } else if (parse_index(parser, query) < 0) {
        return -1;
    }
    return take(parser, "]") ? 0 : expected(parser, "]");
}

static int parse_steps(struct parser *parser, struct js_query *query)
{
    for (;;) {
        int result = 0;
        if (take(parser, "."))
            result = peek(parser) == '[' ? 0 : parse_name(parser, query);
        else if (take(parser, "["))
            result = parse_bracket(parser, query);
        else
            return 0;
        if (result < 0)
            return -1;
    }
}

/* Leaves the part between optional braces and blanks in the parser. */
static int unwrap(struct parser *parser)
{
    while (parser->end > parser->at && isspace((unsigned char)parser->end[-1]))
        parser->end--;
    while (isspace((unsigned char)peek(parser)))
        parser->at++;
    if (!take(parser, "{"))
        return 0;
    if (parser->at == parser->end || parser->end[-1] != '}') {
        parser->at = parser->end;
        return expected(parser, "}");
    }
    parser->end--;
    return 0;
}

static int parse(struct parser *parser, struct js_query *query)
{
    if (unwrap(parser) < 0)
        return -1;
    bool rooted = take(parser, "$");
    if (!rooted && peek(parser) != '.' && peek(parser) != '[' && parse_name(parser, query) < 0)
        return -1;
    if (parse_steps(parser, query) < 0)
        return -1;
    if (query->count == 0)
        return expected(parser, "a name");
    return parser->at == parser->end ? 0 : expected(parser, "a dot, [ or the end");
}

struct js_query *js_query_parse(const char *text, struct error **err)
{
    auto_js_query struct js_query *query = xcalloc(1, sizeof(*query));
    struct parser parser = {.text = text, .at = text, .end = text + strlen(text), .err = err};
    if (parse(&parser, query) < 0)
        return NULL;
    return steal_ptr(query);
}
