/* What every test of this room includes: cmocka, and words for errors and texts. */
#ifndef TESTS_UNIT_CAPI_SUPPORT_H
#define TESTS_UNIT_CAPI_SUPPORT_H

#include "base/str.h"
#include "unit/kube/sandbox.h"

/* TEXT as JSON with ' for ", owned; the test fails when it is none. */
static inline json_t *json_of(const char *text)
{
    auto_free char *copy = xstrdup(text);
    for (char *c = copy; *c; c++)
        if (*c == '\'')
            *c = '"';
    json_error_t where;
    json_t *value = json_loads(copy, JSON_DECODE_ANY, &where);
    if (!value)
        fail_msg("%s: %s", where.text, copy);
    return value;
}

/* VALUE as sorted text with ' for ", owned. */
static inline char *json_text(const json_t *value)
{
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_SORT_KEYS);
    for (char *c = text; c && *c; c++)
        if (*c == '"')
            *c = '\'';
    return text;
}

static inline void assert_json(const json_t *value, const char *want)
{
    auto_free char *text = json_text(value);
    json_auto_t *wanted = json_of(want);
    auto_free char *sorted = json_text(wanted);
    assert_string_equal(text, sorted);
}

/* *err has to be an error of KIND with exactly MESSAGE; it is freed. */
static inline void assert_error_text(struct error **err, enum error_kind kind, const char *message)
{
    assert_non_null(*err);
    assert_string_equal((*err)->message, message);
    assert_int_equal((*err)->kind, kind);
    error_clear(err);
}

static inline void assert_strv(const struct strv *vector, const char *separator, const char *want)
{
    auto_free char *joined = strv_join(vector, separator);
    assert_string_equal(joined, want);
}

static inline void assert_ok(int result, struct error **err)
{
    if (result < 0)
        fail_msg("%s", *err ? (*err)->message : "no error");
}

#endif
