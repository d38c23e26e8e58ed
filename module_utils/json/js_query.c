#include "json/js_query.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "json/js_equal.h"
#include "json/js_get.h"
#include "json/js_number.h"
#include "json/js_query_priv.h"

/* ---- running */

struct run {
    const struct js_query *query;
    size_t count;
    const json_t *first;
};

static void walk(struct run *run, size_t level, const json_t *value);

static bool filter_holds(const struct step *step, const json_t *value)
{
    json_t *found = NULL;
    if (js_query_run(step->inside, value, &found) == 0)
        return false;
    return !step->value || js_equal(found, step->value) != step->differs;
}

static void walk_members(struct run *run, size_t level, const json_t *value,
                         const struct step *filter)
{
    json_t *walked = js_iterable(value);
    for (void *i = json_object_iter(walked); i; i = json_object_iter_next(walked, i))
        if (!filter || filter_holds(filter, json_object_iter_value(i)))
            walk(run, level, json_object_iter_value(i));
    for (size_t i = 0; i < json_array_size(value); i++)
        if (!filter || filter_holds(filter, json_array_get(value, i)))
            walk(run, level, json_array_get(value, i));
}

static void walk_index(struct run *run, size_t level, const json_t *value, long long index)
{
    long long count = (long long)json_array_size(value);
    long long place = index < 0 ? index + count : index;
    if (place >= 0 && place < count)
        walk(run, level, json_array_get(value, (size_t)place));
}

static void walk(struct run *run, size_t level, const json_t *value)
{
    if (!value)
        return;
    if (level == run->query->count) {
        if (run->count++ == 0)
            run->first = value;
        return;
    }
    const struct step *step = &run->query->steps[level];
    switch (step->kind) {
    case STEP_NAME:
        walk(run, level + 1, json_object_get(value, step->name));
        return;
    case STEP_INDEX:
        walk_index(run, level + 1, value, step->index);
        return;
    case STEP_ALL:
        walk_members(run, level + 1, value, NULL);
        return;
    case STEP_FILTER:
        walk_members(run, level + 1, value, step);
        return;
    }
}

size_t js_query_run(const struct js_query *query, const json_t *value, json_t **match)
{
    struct run run = {.query = query};
    walk(&run, 0, value);
    if (run.count && match)
        *match = js_iterable(run.first);
    return run.count;
}

/* ---- comparing */

/* What Go's %v writes; NULL for an object or list. Owned. */
static char *text_of(const json_t *value)
{
    char number[JS_NUMBER_ROOM];
    switch (json_typeof(value)) {
    case JSON_STRING:
        return xstrdup(json_string_value(value));
    case JSON_INTEGER:
        return xasprintf("%lld", (long long)json_integer_value(value));
    case JSON_REAL:
        js_number_text_g(json_real_value(value), false, number);
        return xstrdup(number);
    case JSON_TRUE:
        return xstrdup("true");
    case JSON_FALSE:
        return xstrdup("false");
    case JSON_NULL:
        return xstrdup("<nil>");
    case JSON_OBJECT:
    case JSON_ARRAY:
        break;
    }
    return NULL;
}

/* 1 equal, 0 different, -1. */
static int equals(const json_t *match, const char *expected_text, struct error **err)
{
    auto_free char *text = text_of(match);
    if (!text) {
        error_make(err, ERROR_USAGE,
                   "jsonpath leads to a nested object or list which is not supported");
        return -1;
    }
    auto_free char *wanted = xstrdup(expected_text);
    return strcmp(str_trim(text), str_trim(wanted)) == 0;
}

int js_query_met(const struct js_query *query, const json_t *value, const char *expected_text,
                 struct error **err)
{
    json_t *match = NULL;
    size_t count = js_query_run(query, value, &match);
    if (count == 0)
        return 0;
    if (count > 1) {
        error_make(err, ERROR_USAGE, "given jsonpath expression matches more than one value");
        return -1;
    }
    return expected_text ? equals(match, expected_text, err) : 1;
}
