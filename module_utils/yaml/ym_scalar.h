/*
 * The types of YAML scalars, as kubectl (sigs.k8s.io/yaml) resolves them: YAML 1.1 with single
 * letter booleans, Go's integer notations, no sexagesimals and no dates.
 */
#ifndef YAML_YM_SCALAR_H
#define YAML_YM_SCALAR_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum ym_kind {
    YM_NULL,
    YM_BOOLEAN,
    YM_INTEGER,
    YM_BIG,     /* an integer above 64 bits signed that fits 64 bits unsigned; in real */
    YM_REAL,    /* finite */
    YM_SPECIAL, /* infinities and not-a-number; in real */
    YM_STRING,
    YM_BINARY, /* text behind the tag !!binary, still encoded */
};

struct ym_typed {
    enum ym_kind kind;
    bool boolean;
    long long integer;
    double real;
};

/*
 * The type of one scalar. PLAIN: written without quotes and not as a block. TAG: the full tag
 * ("tag:yaml.org,2002:int") or NULL; tags of others are ignored. ERROR_PARSE when the text does
 * not suit the tag: "cannot decode a !!str as a !!int".
 */
int ym_scalar_type(const char *text, size_t length, const char *tag, bool plain,
                   struct ym_typed *type, struct error **err) must_check;

/*
 * What a typed scalar is in JSON, a new value; TEXT is the scalar's own. ERROR_PARSE:
 * "unsupported value: +Inf", "!!binary value contains invalid base64 data".
 */
json_t *ym_typed_value(const struct ym_typed *type, const char *text, size_t length,
                       struct error **err) must_check;

/*
 * What a typed scalar is as the name of a member, a new JSON string: 0x10 is "16", yes is "true",
 * 1e6 is "1e+06" (reals go through 32 bits, as in kubectl). ERROR_PARSE
 * "unsupported map key of type: null" for null and for integers above 64 bits.
 */
json_t *ym_typed_key(const struct ym_typed *type, const char *text, size_t length,
                     struct error **err) must_check;

#endif
