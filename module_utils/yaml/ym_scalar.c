#include "yaml/ym_scalar.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json/js_number.h"
#include "yaml/ym_number_priv.h"
#include "yaml/ym_tagged_priv.h"

/* ---- words */

/* Exactly these spellings, sorted by bytes: "yEs" and "tRue" are strings. */
static const struct word {
    const char *text;
    struct ym_typed type;
} words[] = {
    {"+.INF", {.kind = YM_SPECIAL, .real = INFINITY}},
    {"+.Inf", {.kind = YM_SPECIAL, .real = INFINITY}},
    {"+.inf", {.kind = YM_SPECIAL, .real = INFINITY}},
    {"-.INF", {.kind = YM_SPECIAL, .real = -INFINITY}},
    {"-.Inf", {.kind = YM_SPECIAL, .real = -INFINITY}},
    {"-.inf", {.kind = YM_SPECIAL, .real = -INFINITY}},
    {".INF", {.kind = YM_SPECIAL, .real = INFINITY}},
    {".Inf", {.kind = YM_SPECIAL, .real = INFINITY}},
    {".NAN", {.kind = YM_SPECIAL, .real = NAN}},
    {".NaN", {.kind = YM_SPECIAL, .real = NAN}},
    {".inf", {.kind = YM_SPECIAL, .real = INFINITY}},
    {".nan", {.kind = YM_SPECIAL, .real = NAN}},
    {"FALSE", {.kind = YM_BOOLEAN, .boolean = false}},
    {"False", {.kind = YM_BOOLEAN, .boolean = false}},
    {"N", {.kind = YM_BOOLEAN, .boolean = false}},
    {"NO", {.kind = YM_BOOLEAN, .boolean = false}},
    {"NULL", {.kind = YM_NULL}},
    {"No", {.kind = YM_BOOLEAN, .boolean = false}},
    {"Null", {.kind = YM_NULL}},
    {"OFF", {.kind = YM_BOOLEAN, .boolean = false}},
    {"ON", {.kind = YM_BOOLEAN, .boolean = true}},
    {"Off", {.kind = YM_BOOLEAN, .boolean = false}},
    {"On", {.kind = YM_BOOLEAN, .boolean = true}},
    {"TRUE", {.kind = YM_BOOLEAN, .boolean = true}},
    {"True", {.kind = YM_BOOLEAN, .boolean = true}},
    {"Y", {.kind = YM_BOOLEAN, .boolean = true}},
    {"YES", {.kind = YM_BOOLEAN, .boolean = true}},
    {"Yes", {.kind = YM_BOOLEAN, .boolean = true}},
    {"false", {.kind = YM_BOOLEAN, .boolean = false}},
    {"n", {.kind = YM_BOOLEAN, .boolean = false}},
    {"no", {.kind = YM_BOOLEAN, .boolean = false}},
    {"null", {.kind = YM_NULL}},
    {"off", {.kind = YM_BOOLEAN, .boolean = false}},
    {"on", {.kind = YM_BOOLEAN, .boolean = true}},
    {"true", {.kind = YM_BOOLEAN, .boolean = true}},
    {"y", {.kind = YM_BOOLEAN, .boolean = true}},
    {"yes", {.kind = YM_BOOLEAN, .boolean = true}},
    {"~", {.kind = YM_NULL}},
};

enum { WORD_MOST = 5 };

static int compare_word(const void *key, const void *item)
{
    return strcmp(key, ((const struct word *)item)->text);
}

static bool find_word(const char *text, size_t length, struct ym_typed *type)
{
    char key[WORD_MOST + 1];
    if (length > WORD_MOST || memchr(text, '\0', length))
        return false;
    memcpy(key, text, length);
    key[length] = '\0';
    const struct word *word =
        bsearch(key, words, array_length(words), sizeof(words[0]), compare_word);
    if (word)
        *type = word->type;
    return word != NULL;
}

/* ---- plain text */

/* What a text without a tag and without quotes is: its first character rules most things out. */
static void resolve(const char *text, size_t length, struct ym_typed *type)
{
    *type = (struct ym_typed){.kind = length ? YM_STRING : YM_NULL};
    if (length == 0 || text[0] == '\0')
        return;
    if (strchr("yYnNtTfFoO~", text[0])) {
        find_word(text, length, type);
        return;
    }
    if (strchr("0123456789+-.", text[0]) && !find_word(text, length, type))
        ym_number(text, length, type);
}

/* ---- tags */

static const char *const short_tags[] = {
    [YM_NULL] = "!!null",  [YM_BOOLEAN] = "!!bool",  [YM_INTEGER] = "!!int",
    [YM_BIG] = "!!int",    [YM_REAL] = "!!float",    [YM_SPECIAL] = "!!float",
    [YM_STRING] = "!!str", [YM_BINARY] = "!!binary",
};

/* Never with the text itself: it may be a secret. */
static int mismatch(const char *short_tag, enum ym_kind kind, struct error **err)
{
    error_make(err, ERROR_PARSE, "cannot decode a %s as a !!%s", short_tags[kind], short_tag);
    return -1;
}

/* Whether SHORT_TAG, without "!!", is one that decides about the type at all. */
static bool tag_resolves(const char *short_tag)
{
    static const char *const resolving[] = {"bool", "float", "int", "null", "timestamp"};
    for (size_t i = 0; i < array_length(resolving); i++)
        if (strcmp(short_tag, resolving[i]) == 0)
            return true;
    return false;
}

static int resolve_tagged(const char *text, size_t length, const char *short_tag,
                          struct ym_typed *type, struct error **err)
{
    resolve(text, length, type);
    if (strcmp(short_tag, "timestamp") == 0 && ym_is_timestamp(text, length)) {
        *type = (struct ym_typed){.kind = YM_STRING};
        return 0;
    }
    if (strcmp(short_tag, "float") == 0 && type->kind == YM_INTEGER)
        *type = (struct ym_typed){.kind = YM_REAL, .real = (double)type->integer};
    if (strcmp(short_tags[type->kind] + 2, short_tag) != 0)
        return mismatch(short_tag, type->kind, err);
    return 0;
}

int ym_scalar_type(const char *text, size_t length, const char *tag, bool plain,
                   struct ym_typed *type, struct error **err)
{
    static const char standard[] = "tag:yaml.org,2002:";
    if (!tag) {
        *type = (struct ym_typed){.kind = YM_STRING};
        if (plain)
            resolve(text, length, type);
        return 0;
    }
    if (strncmp(tag, standard, sizeof(standard) - 1) == 0) {
        const char *short_tag = tag + sizeof(standard) - 1;
        if (tag_resolves(short_tag))
            return resolve_tagged(text, length, short_tag, type, err);
        if (strcmp(short_tag, "binary") == 0) {
            *type = (struct ym_typed){.kind = YM_BINARY};
            return 0;
        }
    }
    /* !!str, "!" and the tags of applications: the text as it is. */
    *type = (struct ym_typed){.kind = YM_STRING};
    return 0;
}

/* ---- into JSON */

json_t *ym_typed_value(const struct ym_typed *type, const char *text, size_t length,
                       struct error **err)
{
    switch (type->kind) {
    case YM_NULL:
        return json_null();
    case YM_BOOLEAN:
        return json_boolean(type->boolean);
    case YM_INTEGER:
        return json_integer(type->integer);
    case YM_BIG:
    case YM_REAL:
        return js_number_new(type->real);
    case YM_STRING:
        return json_stringn_nocheck(text, length);
    case YM_BINARY:
        return ym_binary(text, length, err);
    case YM_SPECIAL:
        break;
    }
    error_make(err, ERROR_PARSE, "unsupported value: %s",
               isnan(type->real) ? "NaN"
               : type->real < 0  ? "-Inf"
                                 : "+Inf");
    return NULL;
}

static json_t *real_key(double real)
{
    char text[JS_NUMBER_ROOM] = ".nan";
    if (!isnan(real))
        js_number_text_g(real, true, text);
    if (strcmp(text, "+Inf") == 0)
        return json_string(".inf");
    return json_string(strcmp(text, "-Inf") == 0 ? "-.inf" : text);
}

json_t *ym_typed_key(const struct ym_typed *type, const char *text, size_t length,
                     struct error **err)
{
    switch (type->kind) {
    case YM_BOOLEAN:
        return json_string(type->boolean ? "true" : "false");
    case YM_INTEGER:
        return json_sprintf("%lld", type->integer);
    case YM_REAL:
    case YM_SPECIAL:
        return real_key(type->real);
    case YM_STRING:
        return json_stringn_nocheck(text, length);
    case YM_BINARY:
        return ym_binary(text, length, err);
    case YM_NULL:
    case YM_BIG:
        break;
    }
    error_make(err, ERROR_PARSE, "unsupported map key of type: %s",
               type->kind == YM_NULL ? "null" : "integer above 64 bits");
    return NULL;
}
