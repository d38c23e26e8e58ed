/*
 * Any bytes as metadata.yaml, for both generations of clusterctl: refused with a reason, or a list
 * in which each series is found again; and as a version, and as an image.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "capi/image.h"
#include "capi/metadata.h"

enum { INPUT_LIMIT = 50 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool so)
{
    if (!so)
        abort();
}

static void parse(const char *text, size_t size, const char *contract)
{
    auto_error struct error *err = NULL;
    auto_capi_metadata struct capi_metadata metadata = {0};
    int result =
        capi_metadata_parse(&metadata, text, size, "x", capi_generation_find(contract), &err);
    must((result < 0) == (err != NULL));
    for (size_t i = 0; i < metadata.count; i++) {
        const struct capi_version version = {.major = metadata.series[i].major,
                                             .minor = metadata.series[i].minor};
        must(capi_metadata_find(&metadata, &version) <= &metadata.series[i]);
        must(capi_metadata_newest(&metadata, metadata.series[i].contract) != NULL);
    }
    free(capi_metadata_list(&metadata));
}

/* What parses is written the same way, but for its "v". */
static void parse_version(const char *text)
{
    auto_capi_version struct capi_version version = {0};
    auto_capi_version struct capi_version other = {0};
    if (capi_version_parse_tolerant(text, &other))
        must(capi_version_order(&other, &other) == CAPI_SAME);
    if (!capi_version_parse(text, &version))
        return;
    auto_free char *again = capi_version_text(&version);
    must(strcmp(again + 1, *text == 'v' ? text + 1 : text) == 0);
    must(capi_version_compare(&version, &version) == 0);
}

static void parse_image(const char *text)
{
    auto_error struct error *err = NULL;
    auto_capi_image struct capi_image image = {0};
    if (capi_image_parse(text, &image, &err) < 0) {
        must(err && err->kind == ERROR_PARSE);
        return;
    }
    auto_free char *again = capi_image_text(&image);
    must(strcmp(again, text) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > INPUT_LIMIT)
        return 0;
    auto_free char *text = xmemdup(data, size);
    parse(text, size, "v1beta1");
    parse(text, size, "v1beta2");
    parse_version(text);
    parse_image(text);
    return 0;
}
