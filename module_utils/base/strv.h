/*
 * Vectors of owned strings.
 */
#ifndef BASE_STRV_H
#define BASE_STRV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"

struct strv {
    char **items; /* owned, each item owned; items[count] is NULL once something was added */
    size_t count;
};

void strv_init(struct strv *vector);
void strv_clear(struct strv *vector);
void strv_add(struct strv *vector, const char *text) nonnull_all;
void strv_add_take(struct strv *vector, char *text_take) nonnull_all;
void strv_printf(struct strv *vector, const char *format, ...) printf_like(2, 3);
/* Adds TEXT unless an equal string is there; returns whether it was added. */
bool strv_add_once(struct strv *vector, const char *text) nonnull_all;
bool strv_contains(const struct strv *vector, const char *text) nonnull_all;
/* Adds the parts of TEXT between each SEPARATOR, empty ones included; "" adds one empty part. */
void strv_split(struct strv *vector, const char *text, char separator) nonnull_all;
/* The items with SEPARATOR in between, owned; "" for an empty vector. */
char *strv_join(const struct strv *vector, const char *separator) must_check nonnull_all;
/* By byte value. */
void strv_sort(struct strv *vector) nonnull_all;

#define auto_strv cleanup_with(strv_clear)

#endif
