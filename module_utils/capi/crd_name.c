#include "capi/crd_name.h"

#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"

static const char skip[] = "clusterctl.cluster.x-k8s.io/skip-crd-name-preflight-check";

static const char *const es_endings[] = {"s", "x", "z", "ch", "sh"};

/* The endings of English; words of which the library that clusterctl uses knows more (data, mice)
 * are no kinds of Cluster API. */
char *capi_plural(const char *kind)
{
    auto_free char *word = xstrdup(kind);
    size_t size = strlen(word);
    for (char *c = word; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    for (size_t i = 0; i < array_length(es_endings); i++)
        if (str_ends_with(word, es_endings[i]))
            return xasprintf("%ses", word);
    if (size > 1 && word[size - 1] == 'y' && !strchr("aeiou", word[size - 2]))
        return xasprintf("%.*sies", (int)(size - 1), word);
    return xasprintf("%ss", word);
}

static int check(const json_t *definition, struct error **err)
{
    const char *name = js_str(definition, "metadata", "name", NULL);
    const char *kind = js_str(definition, "spec", "names", "kind", NULL);
    const char *group = js_str(definition, "spec", "group", NULL);
    if (js_get(definition, "metadata", "annotations", skip, NULL))
        return 0;
    auto_free char *plural = capi_plural(kind ? kind : "");
    auto_free char *want = xasprintf("%s.%s", plural, group ? group : "");
    if (str_equal(name, want))
        return 0;
    error_make(
        err, ERROR_USAGE,
        "ERROR: CRD name \"%s\" is invalid for a CRD referenced in a core Cluster API CRD,it "
        "should be \"%s\". Support for CRDs that are referenced in core Cluster API "
        "resources with invalid names has been dropped. Note: Please check if this CRD is "
        "actually referenced in core Cluster API CRDs. If not, this warning can be hidden by "
        "setting the \"%s\" annotation.",
        name ? name : "", want, skip);
    return -1;
}

int capi_crd_names_check(const json_t *objects, struct error **err)
{
    size_t i = 0;
    json_t *object = NULL;
    json_array_foreach (js_iterable(objects), i, object)
        if (str_equal(js_str(object, "kind", NULL), "CustomResourceDefinition") &&
            check(object, err) < 0)
            return -1;
    return 0;
}
