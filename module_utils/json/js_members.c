#include "json/js_members.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static int compare(const void *a, const void *b)
{
    void *left = *(void *const *)a;
    void *right = *(void *const *)b;
    size_t left_size = json_object_iter_key_len(left);
    size_t right_size = json_object_iter_key_len(right);
    size_t shared = left_size < right_size ? left_size : right_size;
    int order = memcmp(json_object_iter_key(left), json_object_iter_key(right), shared);
    return order ? order : (left_size > right_size) - (left_size < right_size);
}

void **js_members(json_t *object, bool sorted, size_t *count)
{
    void **members = xcalloc(json_object_size(object) + 1, sizeof(void *));
    *count = 0;
    for (void *i = json_object_iter(object); i; i = json_object_iter_next(object, i))
        members[(*count)++] = i;
    if (sorted)
        qsort(members, *count, sizeof(void *), compare);
    return members;
}
