/* Domains of Keystone. */
#include "base/mem.h"
#include "json/js_get.h"
#include "openstack_resources/send.h"
#include "openstack_resources/state.h"

static const struct field fields[] = {
    FIELD_NAME,
    FIELD_DESCRIPTION,
    FIELD_ENABLED,
    FIELD_END,
};

/* Keystone refuses to delete a domain that is enabled. */
static int remove_domain(const struct resources *all, struct resource *item, struct error **err)
{
    json_auto_t *body = json_pack("{s:{s:b}}", "domain", "enabled", 0);
    if (json_is_true(json_object_get(item->found, "enabled")) &&
        resource_patch(all, item, body, err) < 0)
        return -1;
    return resource_delete(all, item, err);
}

const struct kind kind_domain = {
    .name = "domain",
    .id = KIND_DOMAIN,
    .service = OSK_KEYSTONE,
    .collection = "/domains",
    .member = "domain",
    .members = "domains",
    .also = "id",
    .fields = fields,
    .remove = remove_domain,
};
