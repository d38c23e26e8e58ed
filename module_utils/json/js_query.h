/*
 * The subset of kubectl's JSONPath that waiting needs.
 *
 * {.status.phase}   .status.phase   status.phase      optional braces, "$" and leading dot
 * .items[0]  [-1]  [*]                                list index, from the end, all members
 * ['key/with.dots']  ["x"]  .key\.with\.dots          names with special characters
 * [?(@.type=="Ready")]  [?(@.n!=3)]                   filters; string, number, true, false, null
 *
 * Ranges, unions, recursive descent and text outside of braces are refused by name.
 */
#ifndef JSON_JS_QUERY_H
#define JSON_JS_QUERY_H

#include <jansson.h>
#include <stddef.h>

#include "base/error.h"

struct js_query;

/* Owned. ERROR_USAGE tells the position and what was expected. */
struct js_query *js_query_parse(const char *text, struct error **err) must_check;
void js_query_free(struct js_query *query);

/*
 * The number of matches: 0 when something is missing on the way (VALUE may be NULL), 1, or more.
 * *match becomes the first one, borrowed from VALUE, and is untouched without a match. MATCH may
 * be NULL.
 */
size_t js_query_run(const struct js_query *query, const json_t *value, json_t **match);

/*
 * The whole of "kubectl wait --for=jsonpath": 1 met, 0 not met (yet), -1 with ERROR_USAGE, e.g.
 * "given jsonpath expression matches more than one value". EXPECTED NULL: being there suffices.
 * Otherwise the match as text equals it, both without surrounding white space. Numbers and booleans
 * count by their text ("3", "0.5", "true", "<nil>" for null); an object or list is an error:
 * "jsonpath leads to a nested object or list which is not supported".
 */
int js_query_met(const struct js_query *query, const json_t *value, const char *expected,
                 struct error **err) must_check;

define_cleanup(js_query, struct js_query *, js_query_free)
#define auto_js_query cleanup_with(js_query_cleanup)

#endif
