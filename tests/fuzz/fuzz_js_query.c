/*
 * The first line as a JSONPath, the rest as the JSON value that it is asked of.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "json/js_query.h"

enum { INPUT_LIMIT = 100 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_error struct error *error = NULL;
    const char *text = (const char *)data;
    if (size > INPUT_LIMIT)
        return 0;
    size_t line = 0;
    while (line < size && text[line] != '\n')
        line++;
    auto_free char *path = xmemdup(text, line);
    auto_js_query struct js_query *query = js_query_parse(path, &error);
    if (!query)
        return error ? 0 : -1;
    const char *rest = text + line;
    json_auto_t *value = json_loadb(rest, size - line, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    json_t *match = NULL;
    size_t count = js_query_run(query, value, &match);
    if ((count > 0) != (match != NULL))
        abort();
    if (js_query_met(query, value, "1", &error) < 0 && !error)
        abort();
    return 0;
}
