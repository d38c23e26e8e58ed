#include "json/js_path.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

/* Cuts the segment in brackets at *text off; the quotes inside of the brackets are dropped. */
static int take_bracket(const char **text, struct strv *segments)
{
    const char *start = *text + 1;
    char quote = *start == '\'' || *start == '"' ? *start : '\0';
    const char *end = quote ? strchr(start + 1, quote) : strchr(start, ']');
    if (!end || (quote && end[1] != ']'))
        return -1;
    if (quote)
        start++;
    if (end == start)
        return -1;
    strv_add_take(segments, xmemdup(start, (size_t)(end - start)));
    *text = end + (quote ? 2 : 1);
    return 0;
}

static int take_segment(const char **text, struct strv *segments)
{
    if (**text == '[')
        return take_bracket(text, segments);
    size_t length = strcspn(*text, ".[");
    if (length == 0)
        return -1;
    strv_add_take(segments, xmemdup(*text, length));
    *text += length;
    return 0;
}

/* Steps over the dot between two segments; a bracket needs none. */
static int take_dot(const char **text)
{
    if (**text == '.') {
        (*text)++;
        return **text ? 0 : -1;
    }
    return **text == '\0' || **text == '[' ? 0 : -1;
}

int js_path_parse(const char *text, struct strv *segments, struct error **err)
{
    auto_strv struct strv found = {0};
    const char *at = text;
    do {
        if (take_segment(&at, &found) < 0 || take_dot(&at) < 0) {
            error_make(err, ERROR_USAGE, "field path \"%s\" is malformed at position %zu", text,
                       (size_t)(at - text) + 1);
            return -1;
        }
    } while (*at);
    for (size_t i = 0; i < found.count; i++)
        strv_add(segments, found.items[i]);
    return 0;
}

/* The child of VALUE that SEGMENT names; *index is its place when VALUE is a list. */
static json_t *step(const json_t *value, const char *segment, size_t *index)
{
    if (json_is_object(value))
        return json_object_get(value, segment);
    long long place = 0;
    if (!json_is_array(value) ||
        !str_to_int(segment, 0, (long long)json_array_size(value) - 1, &place))
        return NULL;
    *index = (size_t)place;
    return json_array_get(value, (size_t)place);
}

/* One way from the root to a field that is there, to be removed. */
struct trail {
    struct strv segments;
    size_t *places; /* owned; for each segment: 0 in an object, 1 + index in a list */
};

static void trail_clear(struct trail *trail)
{
    strv_clear(&trail->segments);
    free(trail->places);
    *trail = (struct trail){0};
}

/* Fills the places; false when the field is absent. */
static bool trail_find(struct trail *trail, const json_t *value)
{
    const json_t *at = value;
    trail->places = xcalloc(trail->segments.count, sizeof(size_t));
    for (size_t i = 0; at && i < trail->segments.count; i++) {
        size_t index = 0;
        bool list = json_is_array(at);
        at = step(at, trail->segments.items[i], &index);
        trail->places[i] = list ? index + 1 : 0;
    }
    return at != NULL;
}

static int compare_at(const struct trail *a, const struct trail *b, size_t level)
{
    if (a->places[level] != b->places[level])
        return a->places[level] < b->places[level] ? 1 : -1;
    /* In a list "3" and "03" are the same item. */
    return a->places[level] ? 0 : strcmp(a->segments.items[level], b->segments.items[level]);
}

/*
 * Higher list indices first, so that a removal never moves a field that is still to go; a field
 * directly before what lies inside of it.
 */
static int trail_compare(const void *a, const void *b)
{
    const struct trail *left = a;
    const struct trail *right = b;
    for (size_t i = 0; i < left->segments.count && i < right->segments.count; i++) {
        int order = compare_at(left, right, i);
        if (order)
            return order;
    }
    return left->segments.count < right->segments.count
               ? -1
               : left->segments.count > right->segments.count;
}

/* Whether INNER is the same field as OUTER or lies within it. */
static bool trail_within(const struct trail *inner, const struct trail *outer)
{
    if (outer->segments.count > inner->segments.count)
        return false;
    for (size_t i = 0; i < outer->segments.count; i++)
        if (compare_at(inner, outer, i) != 0)
            return false;
    return true;
}

static bool is_empty(const json_t *value)
{
    return json_is_object(value) ? json_object_size(value) == 0
                                 : json_is_array(value) && json_array_size(value) == 0;
}

static void remove_at(json_t *value, const struct trail *trail, size_t level)
{
    size_t index = 0;
    json_t *child = step(value, trail->segments.items[level], &index);
    if (level + 1 < trail->segments.count) {
        remove_at(child, trail, level + 1);
        if (!is_empty(child))
            return;
    }
    if (json_is_object(value))
        json_object_del(value, trail->segments.items[level]);
    else
        json_array_remove(value, index);
}

static void remove_trails(json_t *value, struct trail *trails, size_t count)
{
    if (count)
        qsort(trails, count, sizeof(*trails), trail_compare);
    const struct trail *removed = NULL;
    for (size_t i = 0; i < count; i++) {
        if (removed && trail_within(&trails[i], removed))
            continue;
        remove_at(value, &trails[i], 0);
        removed = &trails[i];
    }
}

int js_path_remove(json_t *value, const struct strv *paths, struct error **err)
{
    auto_free struct trail *trails = xcalloc(paths->count + 1, sizeof(*trails));
    size_t found = 0;
    int result = 0;
    for (size_t i = 0; result == 0 && i < paths->count; i++) {
        struct trail *trail = &trails[found];
        result = js_path_parse(paths->items[i], &trail->segments, err);
        if (result == 0 && trail_find(trail, value))
            found++;
        else
            trail_clear(trail);
    }
    if (result == 0)
        remove_trails(value, trails, found);
    for (size_t i = 0; i < found; i++)
        trail_clear(&trails[i]);
    return result;
}
