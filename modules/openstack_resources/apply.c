#include "openstack_resources/apply.h"

#include <stdlib.h>

#include "base/mem.h"
#include "openstack_resources/send.h"

static int apply_item(const struct resources *all, struct resource *item, struct error **err)
{
    const struct kind *kind = item->kind;
    switch (item->action) {
    case ACTION_NONE:
        return 0;
    case ACTION_CREATE:
        return kind->create ? kind->create(all, item, err) : resource_create(all, item, err);
    case ACTION_UPDATE:
        return kind->update ? kind->update(all, item, err) : resource_update(all, item, err);
    case ACTION_RECREATE:
        return kind->recreate(all, item, err);
    case ACTION_REMOVE:
        break;
    }
    return kind->remove ? kind->remove(all, item, err) : resource_delete(all, item, err);
}

/* What may be behind the refusals that come with no remedy. */
static void hint(const struct resource *item, struct error **err)
{
    const struct error *error = *err;
    if (error->code == 403)
        error_append(err,
                     "\n(the login needs the role admin in the system, or what the policy of "
                     "%s asks for instead)",
                     osk_service_name(item->kind->service));
    else if (error->code == 409 && item->action == ACTION_CREATE && !item->found)
        error_append(err, "\n(it was not there a moment ago, or not where this login looks: run "
                          "the task again, and look for the name in another case)");
}

int resources_apply(void *state, struct error **err)
{
    struct resources *all = state;
    auto_free struct resource **order = resources_in_order(all);
    for (size_t i = 0; i < all->count; i++) {
        struct resource *item = order[i];
        if (apply_item(all, item, err) < 0) {
            hint(item, err);
            wish_blame(item->wish, NULL, err);
            return -1;
        }
        item->done = true;
    }
    return 0;
}
