/*
 * A parsed JSONPath: the steps from a value to its matches.
 */
#ifndef JSON_JS_QUERY_PRIV_H
#define JSON_JS_QUERY_PRIV_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "json/js_query.h"

enum step_kind {
    STEP_NAME,   /* .name, ['name'] */
    STEP_INDEX,  /* [3], [-1] */
    STEP_ALL,    /* [*], .* */
    STEP_FILTER, /* [?(@.name=="text")] */
};

struct step {
    enum step_kind kind;
    char *name;              /* owned; STEP_NAME */
    long long index;         /* STEP_INDEX */
    struct js_query *inside; /* owned; STEP_FILTER: the part behind "@" */
    json_t *value;           /* owned; STEP_FILTER: the other side, NULL when only there is asked */
    bool differs;            /* STEP_FILTER: != instead of == */
};

struct js_query {
    struct step *steps;
    size_t count;
};

#endif
