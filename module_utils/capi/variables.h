/*
 * ${VARIABLES} in the files of providers: what they are, which are missing, and the text with their
 * values. The grammar is that of the library that clusterctl uses (drone/envsubst).
 */
#ifndef CAPI_VARIABLES_H
#define CAPI_VARIABLES_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/strv.h"

struct capi_template;

/* TEXT is copied. NULL with ERROR_PARSE: "missing closing brace", "unable to parse variable name",
 * "bad substitution", with detail {"line": N}. */
struct capi_template *capi_template_new(const char *text, size_t size, struct error **err)
    must_check;
void capi_template_free(struct capi_template *template);
define_cleanup(capi_template, struct capi_template *, capi_template_free)
#define auto_capi_template cleanup_with(capi_template_cleanup)

/* Values of variables; NULL when unset. What get returns is borrowed while the call lasts. */
struct capi_values {
    const char *(*get)(const void *context, const char *name);
    const void *context;
};

/* Adds the names of the variables at the top level, sorted, each once. */
void capi_template_names(const struct capi_template *template, struct strv *names);
/* Adds those of them that are required and unset, sorted. */
void capi_template_missing(const struct capi_template *template, const struct capi_values *values,
                           struct strv *names);

/*
 * Adds the text with all values to OUT. ERROR_USAGE when required ones are unset: "value for
 * variables [A, B] is not set. Please set the value using os environment variables or the
 * clusterctl config file", detail {"missing_variables": ["A", "B"]}.
 */
int capi_template_fill(const struct capi_template *template, const struct capi_values *values,
                       struct buf *out, struct error **err) must_check;

/* For a single string, as with provider URLs: unset variables become empty. ERROR_PARSE. */
int capi_expand(const char *text, const struct capi_values *values, struct buf *out,
                struct error **err) must_check;

#endif
