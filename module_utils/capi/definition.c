#include "capi/definition.h"

#include "json/js_get.h"

const char *capi_definition_stored(const json_t *crd)
{
    size_t index = 0;
    json_t *version = NULL;
    json_array_foreach (js_get(crd, "spec", "versions", NULL), index, version)
        if (js_true(version, "storage", NULL))
            return js_str(version, "name", NULL);
    return NULL;
}

bool capi_definition_has(const json_t *crd, const char *name)
{
    return js_find(js_get(crd, "spec", "versions", NULL), "name", name) != NULL;
}
