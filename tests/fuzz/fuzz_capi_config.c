/*
 * Any bytes as a configuration file: it is refused with a reason, or every provider in it has a
 * name and a place, and its settings make sense.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/str.h"
#include "capi/config.h"

enum { INPUT_LIMIT = 50 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool so)
{
    if (!so)
        abort();
}

static void check(const struct capi_config *config)
{
    struct capi_cert_manager settings;
    struct capi_image_override image;
    size_t count = 0;
    const struct capi_provider *providers = capi_config_providers(config, &count);
    for (size_t i = 0; i < count; i++) {
        auto_error struct error *err = NULL;
        struct capi_provider same;
        must(!capi_bad_subdomain(providers[i].name) && providers[i].type != CAPI_OTHER);
        must(!str_empty(providers[i].url) && !str_empty(providers[i].label));
        int found = capi_config_provider(config, providers[i].type, providers[i].name, &same, &err);
        must((found < 0) == (err != NULL));
    }
    capi_config_cert_manager(config, capi_generation_default(), &settings);
    must(!str_empty(settings.url) && !str_empty(settings.version) && settings.timeout);
    capi_config_image(config, "cluster-api", "x", &image);
    must(!image.tag || *image.tag);
    capi_config_variable(config, "A");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct capi_config_options options = {.use_environment = false};
    auto_error struct error *err = NULL;
    if (size > INPUT_LIMIT)
        return 0;
    auto_capi_config struct capi_config *config =
        capi_config_of_text(&options, (const char *)data, size, &err);
    must((config == NULL) == (err != NULL));
    if (config)
        check(config);
    return 0;
}
