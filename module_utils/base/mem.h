/*
 * Memory that never fails.
 *
 * A module lives for seconds: when memory runs out there is nothing to save, so every
 * allocation either succeeds or ends the process through mem_out_of_memory(). Callers never
 * test for NULL. Also the vocabulary of cleanup: auto_free, auto_close, steal_ptr, steal_fd.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stdarg.h>
#include <stddef.h>

#include "base/compiler.h"

/* Owned by the caller, freed with free(). SIZE 0 yields a pointer that may be freed. */
void *xmalloc(size_t size) must_check;
void *xcalloc(size_t count, size_t size) must_check;
void *xrealloc(void *old_take, size_t size) must_check;
/* realloc for COUNT elements of SIZE bytes; ends the process when the product overflows. */
void *xreallocarray(void *old_take, size_t count, size_t size) must_check;
char *xstrdup(const char *text) must_check nonnull_all;
/* A NUL-terminated copy of LENGTH bytes. */
char *xmemdup(const void *bytes, size_t length) must_check;
char *xasprintf(const char *format, ...) must_check printf_like(1, 2);
char *xvasprintf(const char *format, va_list arguments) must_check printf_like(1, 0);

/*
 * What to do when memory has run out: the hook must not allocate and should leave the process.
 * When it returns, or when there is none, the process aborts. Set once, from main.
 */
void mem_set_out_of_memory_hook(void (*hook)(void));

/* Makes jansson allocate through this file. Call before the first json_t exists. */
void mem_use_for_json(void);

/* Overwrites LENGTH bytes in a way that the compiler keeps. */
void mem_wipe(void *bytes, size_t length);

/* Cleanup of a `char *` or any heap pointer. */
void mem_cleanup_free(void *pointer_to_pointer);
/* Cleanup of a file descriptor; -1 means none. Keeps errno. */
void mem_cleanup_close(int *fd);

#define auto_free  cleanup_with(mem_cleanup_free)
#define auto_close cleanup_with(mem_cleanup_close)

/* Moves a pointer out of VARIABLE, which becomes NULL. */
#define steal_ptr(VARIABLE)                                                                        \
    __extension__({                                                                                \
        __typeof__(VARIABLE) *steal_from = &(VARIABLE);                                            \
        __typeof__(VARIABLE) steal_value = *steal_from;                                            \
        *steal_from = NULL;                                                                        \
        steal_value;                                                                               \
    })

/* Moves a descriptor out of *FD, which becomes -1. */
static inline int steal_fd(int *fd)
{
    int value = *fd;
    *fd = -1;
    return value;
}

#endif
