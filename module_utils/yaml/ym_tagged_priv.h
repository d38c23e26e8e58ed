/*
 * The two scalar forms that only an explicit tag brings about: !!binary and !!timestamp.
 */
#ifndef YAML_YM_TAGGED_PRIV_H
#define YAML_YM_TAGGED_PRIV_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/*
 * The decoded bytes as a new JSON string; what is not UTF-8 becomes U+FFFD, as in kubectl.
 * Padding is required, line breaks are skipped. ERROR_PARSE otherwise.
 */
json_t *ym_binary(const char *text, size_t length, struct error **err) must_check;

/* Whether the text is a date or a date with time in one of the forms that Go's yaml accepts. */
bool ym_is_timestamp(const char *text, size_t length);

#endif
