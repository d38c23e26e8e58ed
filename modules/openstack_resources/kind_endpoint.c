/* Endpoints of Keystone's catalog: one for each service, interface and region. */
#include "ansible/am_get.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "openstack_resources/refs.h"
#include "openstack_resources/state.h"

static const struct field fields[] = {
    {.option = "service",
     .use = FIELD_ADDRESS,
     .need = NEED_ALWAYS,
     .attribute = "service_id",
     .refers = true,
     .target = KIND_SERVICE},
    {.option = "interface", .use = FIELD_ADDRESS, .need = NEED_ALWAYS, .attribute = "interface"},
    /* Under this name, and not as region_id, Keystone makes a region that is missing. */
    {.option = "region", .use = FIELD_ADDRESS, .need = NEED_ALWAYS, .attribute = "region"},
    {.option = "url", .use = FIELD_VALUE, .need = NEED_TO_CREATE, .attribute = "url"},
    FIELD_ENABLED,
    FIELD_END,
};

static char *label(const json_t *options)
{
    const char *service = am_text(options, "service");
    const char *interface = am_text(options, "interface");
    const char *region = am_text(options, "region");
    return xasprintf("%s %s in %s", service ? service : "of any service",
                     interface ? interface : "of any interface", region ? region : "any region");
}

static bool fits(const struct resources *all, const struct resource *item, const json_t *object,
                 unsigned pass)
{
    struct ref service = {0};
    const char *interface = am_text(item->options, "interface");
    const char *region = am_text(item->options, "region");
    if (pass > 0 || ref_of_option(all, item, "service", &service, NULL) < 0)
        return false;
    if (am_text(item->options, "service") &&
        (!service.id || !str_equal(js_str(object, "service_id", NULL), service.id)))
        return false;
    return (!interface || str_equal(js_str(object, "interface", NULL), interface)) &&
           (!region || str_equal(js_str(object, "region_id", NULL), region));
}

const struct kind kind_endpoint = {
    .name = "endpoint",
    .id = KIND_ENDPOINT,
    .service = OSK_KEYSTONE,
    .collection = "/endpoints",
    .member = "endpoint",
    .members = "endpoints",
    .wave = 1,
    .fields = fields,
    .label = label,
    .fits = fits,
};
