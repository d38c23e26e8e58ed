/* clouds.yaml: the entry of the cloud "c", or the first one, laid over its region and corrected as
 * a module does; then everything that is made of it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ostack/catalog.h"
#include "ostack/clouds_priv.h"
#include "ostack/keystone.h"
#include "yaml/ym_read.h"

enum { INPUT_MAX = 32 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(struct osk_cloud *cloud)
{
    auto_strv struct strv texts = {0};
    osk_cloud_secrets(cloud->config, &texts);
    json_decref(osk_login_body(cloud->config, cloud->origin, &texts, NULL));
    for (int service = 0; service < OSK_SERVICES; service++)
        free(osk_endpoint((enum osk_service)service, cloud->config, NULL, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > INPUT_MAX)
        return 0;
    auto_strv struct strv warnings = {0};
    json_auto_t *documents = ym_read((const char *)data, size, "input", NULL, NULL);
    json_t *clouds = json_object_get(json_array_get(documents, 0), "clouds");
    if (!json_is_object(clouds))
        return 0;
    struct osk_sources sources = {
        .clouds = json_incref(clouds),
        .path = xstrdup("input"),
        .vendors = json_incref(clouds),
        .environment_name = xstrdup("envvars"),
    };
    struct osk_cloud cloud = {0};
    const struct osk_cloud_options options = {.interface = "public"};
    if (osk_merge(&cloud, &sources, &options, &warnings, NULL) == 0 &&
        osk_fix(cloud.config, &warnings, NULL) == 0)
        use(&cloud);
    osk_cloud_clear(&cloud);
    osk_sources_clear(&sources);
    return 0;
}
