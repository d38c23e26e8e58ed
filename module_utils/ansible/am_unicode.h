/*
 * The few questions about characters that Python's text rules depend on. Text is well-formed
 * UTF-8 here, as everything inside a json_t is.
 */
#ifndef ANSIBLE_AM_UNICODE_H
#define ANSIBLE_AM_UNICODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

/* What str.isspace() and str.strip() take for white space. */
bool am_unicode_is_space(uint32_t code);

/* What repr() shows as it is. Unassigned code points count as printable. */
bool am_unicode_is_printable(uint32_t code);

/* A copy of TEXT without white space at both ends, as str.strip() does. Owned. */
char *am_unicode_strip(const char *text) must_check nonnull_all;

#endif
