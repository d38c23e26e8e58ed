/*
 * Lines of field paths up to an empty line, then the JSON value that they are removed from.
 */
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "json/js_path.h"

enum { INPUT_LIMIT = 100 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t count_values(const json_t *value)
{
    size_t count = 1;
    const char *key = NULL;
    json_t *member = NULL;
    json_object_foreach ((json_t *)(uintptr_t)value, key, member) {
        count += count_values(member);
    }
    for (size_t i = 0; i < json_array_size(value); i++)
        count += count_values(json_array_get(value, i));
    return count;
}

/* Whether SEGMENTS lead to a value. */
static bool leads(const json_t *value, const struct strv *segments)
{
    for (size_t i = 0; value && i < segments->count; i++) {
        long long place = 0;
        if (json_is_object(value))
            value = json_object_get(value, segments->items[i]);
        else if (str_to_int(segments->items[i], 0, LLONG_MAX, &place))
            value = json_array_get(value, (size_t)place);
        else
            value = NULL;
    }
    return value != NULL;
}

/* A removal takes something away exactly when one of the paths leads somewhere. */
static void check_removal(json_t *value, const struct strv *paths)
{
    bool found = false;
    for (size_t i = 0; i < paths->count; i++) {
        auto_strv struct strv segments = {0};
        if (js_path_parse(paths->items[i], &segments, NULL) < 0)
            return;
        found |= leads(value, &segments);
    }
    size_t before = count_values(value);
    if (js_path_remove(value, paths, NULL) < 0 || (count_values(value) < before) != found)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_strv struct strv paths = {0};
    auto_error struct error *error = NULL;
    const char *text = (const char *)data;
    if (size > INPUT_LIMIT)
        return 0;
    const char *end = memmem(text, size, "\n\n", 2);
    size_t head = end ? (size_t)(end - text) : size;
    auto_free char *lines = xmemdup(text, head);
    strv_split(&paths, lines, '\n');
    json_auto_t *value = json_loadb(text + head, size - head, JSON_ALLOW_NUL, NULL);
    if (value)
        check_removal(value, &paths);
    else if (js_path_parse(paths.items[0], &paths, &error) < 0 && !error)
        abort();
    return 0;
}
