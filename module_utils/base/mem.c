#include "base/mem.h"

#include <errno.h>
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void (*out_of_memory_hook)(void);

void mem_set_out_of_memory_hook(void (*hook)(void))
{
    out_of_memory_hook = hook;
}

static no_return void out_of_memory(void)
{
    if (out_of_memory_hook)
        out_of_memory_hook();
    abort();
}

void *xmalloc(size_t size)
{
    void *p = malloc(size ? size : 1);
    if (!p)
        out_of_memory();
    return p;
}

void *xcalloc(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size ? size : 1);
    if (!p)
        out_of_memory();
    return p;
}

void *xrealloc(void *old_take, size_t size)
{
    void *p = realloc(old_take, size ? size : 1);
    if (!p)
        out_of_memory();
    return p;
}

void *xreallocarray(void *old_take, size_t count, size_t size)
{
    size_t total = 0;
    if (__builtin_mul_overflow(count, size, &total))
        out_of_memory();
    return xrealloc(old_take, total);
}

char *xmemdup(const void *bytes, size_t length)
{
    char *copy = xmalloc(length + 1);
    if (length)
        memcpy(copy, bytes, length);
    copy[length] = '\0';
    return copy;
}

char *xstrdup(const char *text)
{
    return xmemdup(text, strlen(text));
}

char *xvasprintf(const char *format, va_list arguments)
{
    char *text = NULL;
    if (vasprintf(&text, format, arguments) < 0)
        out_of_memory();
    return text;
}

char *xasprintf(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = xvasprintf(format, arguments);
    va_end(arguments);
    return text;
}

void mem_use_for_json(void)
{
    json_set_alloc_funcs(xmalloc, free);
}

void mem_wipe(void *bytes, size_t length)
{
    if (bytes)
        explicit_bzero(bytes, length);
}

void mem_cleanup_free(void *pointer_to_pointer)
{
    int saved = errno;
    free(*(void **)pointer_to_pointer);
    errno = saved;
}

void mem_cleanup_close(int *fd)
{
    if (*fd < 0)
        return;
    int saved = errno;
    close(*fd);
    errno = saved;
}
