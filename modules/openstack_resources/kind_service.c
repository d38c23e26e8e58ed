/* Services of Keystone's catalog. */
#include "ansible/am_get.h"
#include "base/str.h"
#include "json/js_get.h"
#include "openstack_resources/state.h"

static const struct field fields[] = {
    FIELD_NAME,
    {.option = "type", .use = FIELD_VALUE, .need = NEED_TO_CREATE, .attribute = "type"},
    FIELD_DESCRIPTION,
    FIELD_ENABLED,
    FIELD_END,
};

/* Names are not unique. A lone one that has another type is changed, so that it keeps its
 * endpoints: services were registered under other types once. */
static bool fits(maybe_unused const struct resources *all, const struct resource *item,
                 const json_t *object, unsigned pass)
{
    const char *type = am_text(item->options, "type");
    const char *name = am_text(item->options, "name");
    if (name && !str_equal(js_str(object, "name", NULL), name))
        return false;
    return pass > 0 || !type || str_equal(js_str(object, "type", NULL), type);
}

const struct kind kind_service = {
    .name = "service",
    .id = KIND_SERVICE,
    .service = OSK_KEYSTONE,
    .collection = "/services",
    .member = "service",
    .members = "services",
    .also = "type",
    .fields = fields,
    .fits = fits,
};
