/*
 * Numbers as Go's yaml takes them: integers in base 2, 8, 10 and 16, reals, underscores anywhere.
 */
#ifndef YAML_YM_NUMBER_PRIV_H
#define YAML_YM_NUMBER_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "yaml/ym_scalar.h"

/*
 * True with YM_INTEGER, YM_BIG or YM_REAL in *type when the text, which starts with a digit, a
 * sign or a dot, is a number as a whole; *type is untouched otherwise. A leading zero means octal
 * unless a digit above 7 makes it a decimal real: 010 is 8, 08 is 8.
 */
bool ym_number(const char *text, size_t length, struct ym_typed *type);

#endif
