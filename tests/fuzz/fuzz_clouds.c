/* Entries of clouds.yaml: each is given as the dictionary of a task, laid over its region and
 * corrected as a module does; then everything that is made of it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ostack/catalog.h"
#include "ostack/clouds.h"
#include "ostack/keystone.h"
#include "yaml/ym_read.h"

enum { INPUT_MAX = 32 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(const struct osk_cloud *cloud)
{
    auto_strv struct strv texts = {0};
    osk_cloud_secrets(cloud->config, &texts);
    json_decref(osk_login_body(cloud->config, cloud->origin, &texts, NULL));
    for (int service = 0; service < OSK_SERVICES; service++)
        free(osk_endpoint((enum osk_service)service, cloud->config, NULL, NULL));
}

static void load(const json_t *entry)
{
    auto_strv struct strv warnings = {0};
    struct osk_cloud cloud = {0};
    const struct osk_cloud_options options = {.cloud = entry, .interface = "public"};
    if (osk_cloud_load(&cloud, &options, &warnings, NULL) < 0)
        return;
    use(&cloud);
    osk_cloud_clear(&cloud);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > INPUT_MAX)
        return 0;
    json_auto_t *documents = ym_read_core((const char *)data, size, "input", NULL, NULL);
    json_t *clouds = json_object_get(json_array_get(documents, 0), "clouds");
    const char *name = NULL;
    json_t *entry = NULL;
    json_object_foreach (clouds, name, entry)
        if (json_is_object(entry))
            load(entry);
    return 0;
}
