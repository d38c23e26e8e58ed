/*
 * The conversions that start from text: numbers, sizes, paths and dictionaries. Used by
 * am_coerce alone; here so that each grammar is tested by itself.
 */
#ifndef ANSIBLE_AM_TEXT_H
#define ANSIBLE_AM_TEXT_H

#include <jansson.h>
#include <stdbool.h>

#include "base/compiler.h"
#include "base/error.h"

/* An integer as Python's Decimal reads it: blanks around, a sign, "_" anywhere, "1.0", "1e3".
 * False when TEXT has a fraction, is no number or lies beyond 64 bits. */
bool am_text_int(const char *text, long long *number) must_check;

/* A number as Python's float() reads it; false for nan, inf and what rounds to them. */
bool am_text_float(const char *text, double *number) must_check;

/* "10", "1.5K", "2 MB", "3kilobyte", in powers of 1024, rounded half to even. BITS: "Kb" and
 * "kilobit" instead of "KB" and "kilobyte". False also beyond 64 bits. */
bool am_text_size(const char *text, bool bits, long long *number) must_check;

/* TEXT with $NAME and ${NAME} replaced (unknown ones stay), then a leading ~ or ~user. Owned. */
char *am_text_path(const char *text) must_check;

/* An object, owned: "{…}" as JSON or as a Python literal, or k=v pairs. */
json_t *am_text_dict(const char *text, struct error **err) must_check;

#endif
