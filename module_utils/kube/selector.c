/*
 * One pass: a requirement is judged while it is read, so there is no parsed form. Reading goes
 * on after the first requirement that does not fit, because errors count in any case.
 */
#include "kube/selector.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"

struct reader {
    const char *text; /* the whole selector, for errors */
    const char *at;
    const json_t *labels; /* NULL: there is no map */
};

static void skip_blanks(struct reader *reader)
{
    reader->at += strspn(reader->at, " \t\r\n");
}

/* -1 with an error: EXPECTED is missing where the reader stands. */
static int refuse(const struct reader *reader, const char *expected, struct error **err)
{
    error_make(err, ERROR_USAGE, "label selector \"%s\": expected %s at position %zu", reader->text,
               expected, (size_t)(reader->at - reader->text) + 1);
    return -1;
}

/* Skips TOKEN and the blanks behind it when it comes next. */
static bool skip_token(struct reader *reader, const char *token)
{
    const char *behind = str_after(reader->at, token);
    if (!behind)
        return false;
    reader->at = behind;
    skip_blanks(reader);
    return true;
}

/* Reads the characters of keys and values; the text may be empty. Owned. */
static char *read_word(struct reader *reader)
{
    size_t length = strcspn(reader->at, " \t\r\n=!(),<>");
    char *word = xmemdup(reader->at, length);
    reader->at += length;
    skip_blanks(reader);
    return word;
}

/* Reads "(a,b)". Values may be empty. */
static int read_values(struct reader *reader, struct strv *values, struct error **err)
{
    if (!skip_token(reader, "("))
        return refuse(reader, "\"(\"", err);
    do {
        strv_add_take(values, read_word(reader));
    } while (skip_token(reader, ","));
    if (!skip_token(reader, ")"))
        return refuse(reader, "\",\" or \")\"", err);
    return 0;
}

enum operator{
    OPERATOR_EXISTS,
    OPERATOR_EQUALS,
    OPERATOR_DIFFERS,
    OPERATOR_IN,
    OPERATOR_NOT_IN,
};

/* What may stand behind a key; "==" is tried before "=". */
static enum operator read_operator(struct reader *reader)
{
    static const struct {
        const char *token;
        enum operator operator;
    } tokens[] = {{"==", OPERATOR_EQUALS}, {"=", OPERATOR_EQUALS}, {"!=", OPERATOR_DIFFERS}};
    for (size_t i = 0; i < array_length(tokens); i++)
        if (skip_token(reader, tokens[i].token))
            return tokens[i].operator;
    struct reader ahead = *reader;
    auto_free char *word = read_word(&ahead);
    enum operator found = str_equal(word, "in") ? OPERATOR_IN
    : str_equal(word, "notin")                  ? OPERATOR_NOT_IN
                                                : OPERATOR_EXISTS;
    if (found != OPERATOR_EXISTS)
        reader->at = ahead.at;
    return found;
}

static bool has_value(const struct reader *reader, const char *key, const struct strv *values)
{
    const char *label = js_str(reader->labels, key, NULL);
    return label && strv_contains(values, label);
}

/* Reads what follows KEY. 1 when the labels fit, 0 when not, -1. */
static int read_rest(struct reader *reader, const char *key, struct error **err)
{
    auto_strv struct strv values;
    strv_init(&values);
    switch (read_operator(reader)) {
    case OPERATOR_EXISTS:
        return js_get(reader->labels, key, NULL) != NULL;
    case OPERATOR_EQUALS:
        strv_add_take(&values, read_word(reader));
        return has_value(reader, key, &values);
    case OPERATOR_DIFFERS:
        strv_add_take(&values, read_word(reader));
        return !has_value(reader, key, &values);
    case OPERATOR_IN:
        return read_values(reader, &values, err) < 0 ? -1 : has_value(reader, key, &values);
    case OPERATOR_NOT_IN:
        return read_values(reader, &values, err) < 0 ? -1 : !has_value(reader, key, &values);
    }
    return 0;
}

static int read_requirement(struct reader *reader, struct error **err)
{
    bool absent = skip_token(reader, "!");
    auto_free char *key = read_word(reader);
    if (!*key)
        return refuse(reader, "a key", err);
    if (absent)
        return js_get(reader->labels, key, NULL) == NULL;
    return read_rest(reader, key, err);
}

static int match_one(const char *text, const json_t *labels, struct error **err)
{
    struct reader reader = {.text = text, .at = text, .labels = labels};
    bool fits = json_is_object(labels);
    skip_blanks(&reader);
    if (!*reader.at)
        return fits;
    do {
        int found = read_requirement(&reader, err);
        if (found < 0)
            return -1;
        fits = fits && found;
    } while (skip_token(&reader, ","));
    if (*reader.at)
        return refuse(&reader, "an operator (=, ==, !=, in, notin) or \",\"", err);
    return fits;
}

int kube_selector_match(const struct strv *selectors, const json_t *object, struct error **err)
{
    const json_t *labels = js_get(object, "metadata", "labels", NULL);
    bool fits = true;
    for (size_t i = 0; i < selectors->count; i++) {
        int found = match_one(selectors->items[i], labels, err);
        if (found < 0)
            return -1;
        fits = fits && found;
    }
    return fits;
}
