/*
 * Small questions about NUL-terminated text: prefixes, comparison, numbers with range checks.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"

/* Both may be NULL; NULL equals NULL only. */
bool str_equal(const char *a, const char *b);
/* NULL and "" are empty. */
bool str_empty(const char *text);
bool str_starts_with(const char *text, const char *prefix) nonnull_all;
bool str_ends_with(const char *text, const char *suffix) nonnull_all;
bool str_contains(const char *text, const char *part) nonnull_all;
/* The text behind PREFIX, or NULL when TEXT does not start with it. */
const char *str_after(const char *text, const char *prefix) nonnull_all;
/* ASCII letters only; both may be NULL. */
bool str_equal_nocase(const char *a, const char *b);

/*
 * Whole text as a decimal number between LOW and HIGH: an optional sign and digits, nothing
 * else. Returns false otherwise; *value is then untouched.
 */
bool str_to_int(const char *text, long long low, long long high, long long *value) must_check;

/* Cuts white space (blank, TAB, CR, LF, VT, FF) off both ends, in place. Returns TEXT. */
char *str_trim(char *text) nonnull_all;

/* True when LENGTH bytes are well-formed UTF-8 (no overlong forms, no surrogates). */
bool str_is_utf8(const char *text, size_t length);

/* A copy in which every byte that is not part of well-formed UTF-8 became U+FFFD. Owned. */
char *str_to_utf8(const char *text, size_t length) must_check;

#endif
