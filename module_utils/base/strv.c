#include "base/strv.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

void strv_init(struct strv *vector)
{
    *vector = (struct strv){0};
}

void strv_clear(struct strv *vector)
{
    for (size_t i = 0; i < vector->count; i++)
        free(vector->items[i]);
    mem_cleanup_free(&vector->items);
    *vector = (struct strv){0};
}

void strv_add_take(struct strv *vector, char *text_take)
{
    /* Room is doubled at powers of two, so that the struct needs no capacity of its own. */
    size_t used = vector->count + 1;
    if ((used & (used - 1)) == 0)
        vector->items = xreallocarray(vector->items, used * 2, sizeof(char *));
    vector->items[vector->count++] = text_take;
    vector->items[vector->count] = NULL;
}

void strv_add(struct strv *vector, const char *text)
{
    strv_add_take(vector, xstrdup(text));
}

void strv_printf(struct strv *vector, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    strv_add_take(vector, xvasprintf(format, arguments));
    va_end(arguments);
}

bool strv_contains(const struct strv *vector, const char *text)
{
    for (size_t i = 0; i < vector->count; i++)
        if (strcmp(vector->items[i], text) == 0)
            return true;
    return false;
}

bool strv_add_once(struct strv *vector, const char *text)
{
    if (strv_contains(vector, text))
        return false;
    strv_add(vector, text);
    return true;
}

void strv_split(struct strv *vector, const char *text, char separator)
{
    for (;;) {
        const char *end = strchr(text, separator);
        strv_add_take(vector, end ? xmemdup(text, (size_t)(end - text)) : xstrdup(text));
        if (!end)
            return;
        text = end + 1;
    }
}

char *strv_join(const struct strv *vector, const char *separator)
{
    struct buf out;
    buf_init(&out);
    for (size_t i = 0; i < vector->count; i++) {
        if (i)
            buf_add_str(&out, separator);
        buf_add_str(&out, vector->items[i]);
    }
    return buf_steal(&out);
}

static int compare_items(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void strv_sort(struct strv *vector)
{
    if (vector->count)
        qsort(vector->items, vector->count, sizeof(char *), compare_items);
}
