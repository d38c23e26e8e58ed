#include "capi/metadata.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/strv.h"
#include "json/js_get.h"
#include "yaml/ym_read.h"

static const char own_version[] = "clusterctl.cluster.x-k8s.io/v1alpha3";
static const char own_kind[] = "Metadata";

static int undecodable(const char *label, struct error **err, const char *format, ...)
    printf_like(3, 4);

static int undecodable(const char *label, struct error **err, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    error_vmake(err, ERROR_PARSE, format, arguments);
    va_end(arguments);
    error_wrap(err, "error decoding \"metadata.yaml\" for provider \"%s\"", label);
    return -1;
}

static int add_series(struct capi_metadata *metadata, const json_t *row, const char *label,
                      struct error **err)
{
    long long major = 0;
    long long minor = 0;
    const json_t *contract = js_get(row, "contract", NULL);
    bool numbers = (!js_get(row, "major", NULL) || js_int(row, &major, "major", NULL)) &&
                   (!js_get(row, "minor", NULL) || js_int(row, &minor, "minor", NULL));
    if (!json_is_object(row) || !numbers || major < 0 || minor < 0)
        return undecodable(label, err,
                           "releaseSeries: each entry has to be {major: 1, minor: 2, contract: "
                           "v1beta1}");
    if (contract && !json_is_string(contract))
        return undecodable(label, err, "releaseSeries: contract: expected string, got %s",
                           js_type_name(contract));
    metadata->series =
        xreallocarray(metadata->series, metadata->count + 1, sizeof(*metadata->series));
    metadata->series[metadata->count++] = (struct capi_series){
        .major = (unsigned long long)major,
        .minor = (unsigned long long)minor,
        .contract = xstrdup(contract ? json_string_value(contract) : ""),
    };
    return 0;
}

/* Names and versions of the document. Since 1.11 an absent kind is fine, and absent series are not;
 * what is neither absent nor the own type is no object that the decoder knows. */
static int check_type(const json_t *document, const char *label,
                      const struct capi_generation *generation, struct error **err)
{
    const char *version = js_str(document, "apiVersion", NULL);
    const char *kind = js_str(document, "kind", NULL);
    if (str_empty(version) && !generation->first) {
        error_make(err, ERROR_PARSE,
                   "invalid provider metadata: unexpected apiVersion \"\" for provider %s "
                   "(expected \"%s\")",
                   label, own_version);
        return -1;
    }
    if (!str_equal(version, own_version))
        return undecodable(label, err, "no kind \"%s\" is registered for version \"%s\"",
                           str_empty(kind) ? own_kind : kind, version ? version : "");
    if (!str_empty(kind) && strcmp(kind, own_kind) != 0)
        return undecodable(label, err, "no kind \"%s\" is registered for version \"%s\"", kind,
                           version);
    if (str_empty(kind) && generation->first)
        return undecodable(label, err, "Object 'Kind' is missing");
    return 0;
}

static int read_series(struct capi_metadata *metadata, const json_t *document, const char *label,
                       const struct capi_generation *generation, struct error **err)
{
    size_t i = 0;
    json_t *row = NULL;
    json_t *list = js_get(document, "releaseSeries", NULL);
    if (list && !json_is_null(list) && !json_is_array(list))
        return undecodable(label, err, "releaseSeries: expected list, got %s", js_type_name(list));
    json_array_foreach (list, i, row)
        if (add_series(metadata, row, label, err) < 0)
            return -1;
    if (metadata->count || generation->first)
        return 0;
    error_make(err, ERROR_PARSE,
               "invalid provider metadata: releaseSeries is empty in metadata.yaml for provider %s",
               label);
    return -1;
}

int capi_metadata_parse(struct capi_metadata *metadata, const char *bytes, size_t size,
                        const char *label, const struct capi_generation *generation,
                        struct error **err)
{
    auto_error struct error *failure = NULL;
    struct capi_metadata made = {0};
    json_auto_t *documents = ym_read(bytes, size, "yaml", NULL, &failure);
    if (!documents)
        return undecodable(label, err, "%s", failure->message);
    const json_t *document = json_array_get(documents, 0);
    if (document && !json_is_null(document) && !json_is_object(document))
        return undecodable(label, err, "expected a mapping, got %s", js_type_name(document));
    if (check_type(document, label, generation, err) < 0 ||
        read_series(&made, document, label, generation, err) < 0) {
        capi_metadata_clear(&made);
        return -1;
    }
    *metadata = made;
    return 0;
}

void capi_metadata_clear(struct capi_metadata *metadata)
{
    for (size_t i = 0; i < metadata->count; i++)
        free(metadata->series[i].contract);
    free(metadata->series);
    *metadata = (struct capi_metadata){0};
}

const struct capi_series *capi_metadata_find(const struct capi_metadata *metadata,
                                             const struct capi_version *version)
{
    for (size_t i = 0; i < metadata->count; i++) {
        const struct capi_series *series = &metadata->series[i];
        if (series->major == version->major && series->minor == version->minor)
            return series;
    }
    return NULL;
}

static bool is_below(const struct capi_series *a, const struct capi_series *b)
{
    return a->major < b->major || (a->major == b->major && a->minor < b->minor);
}

const struct capi_series *capi_metadata_newest(const struct capi_metadata *metadata,
                                               const char *contract)
{
    const struct capi_series *newest = NULL;
    for (size_t i = 0; i < metadata->count; i++) {
        const struct capi_series *series = &metadata->series[i];
        if (strcmp(series->contract, contract) == 0 && (!newest || !is_below(series, newest)))
            newest = series;
    }
    return newest;
}

char *capi_metadata_list(const struct capi_metadata *metadata)
{
    auto_strv struct strv names = {0};
    for (size_t i = 0; i < metadata->count; i++)
        strv_printf(&names, "%llu.%llu", metadata->series[i].major, metadata->series[i].minor);
    return strv_join(&names, ", ");
}
