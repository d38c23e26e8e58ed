#include "magnum_template/predict.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "magnum_template/compare.h"
#include "magnum_template/plan.h"

/* Whether it matters for ITEM that clusters use its template. */
static bool depends_on_use(const struct magnum_item *item)
{
    return item->action == ACTION_UPDATE || item->action == ACTION_DELETE ||
           item->action == ACTION_RECREATE;
}

/* The templates in use, owned; an empty object when that cannot be asked, with a warning. */
static json_t *read_references(struct magnum *magnum, struct error **err)
{
    auto_error struct error *refused = NULL;
    json_t *references = osk_magnum_references(magnum->client, &refused);
    if (references)
        return references;
    if (refused->kind == ERROR_INTERRUPTED) {
        error_move_take(err, steal_ptr(refused));
        return NULL;
    }
    strv_printf(&magnum->context->warnings,
                "whether clusters use the templates could not be read, so it is not predicted what "
                "Magnum refuses because of that: %s",
                refused->message);
    return json_object();
}

static void warn(struct magnum_item *item, const char *text)
{
    auto_free char *label = magnum_label(item);
    strv_printf(&item->warnings, "%s: %s", label, text);
}

/* A template in use: what Magnum will say to the planned change. */
static void judge_use(struct magnum *magnum, struct magnum_item *item)
{
    auto_error struct error *refused = NULL;
    const char *uuid = js_str(item->found, "uuid", NULL);
    auto_free char *why =
        xasprintf("ClusterTemplate %s is referenced by one or multiple clusters", uuid);
    if (item->action == ACTION_DELETE) {
        auto_free char *text = xasprintf("%s: Magnum will refuse to delete it", why);
        warn(item, text);
    }
    if (item->action != ACTION_UPDATE || magnum_fits_in_use(item))
        return;
    if (magnum_plan_immutable(magnum, item, why, &refused) < 0) {
        auto_free char *text = xasprintf("Magnum will refuse the change: %s", refused->message);
        warn(item, text);
    }
}

/* Whether ITEM makes its template public or hidden, which needs a role. */
static bool publishes(const struct magnum_item *item)
{
    static const char *const flags[] = {"public", "hidden"};
    for (size_t i = 0; i < array_length(flags); i++) {
        if (json_object_get(item->differences, flags[i]))
            return true;
        if (item->body && json_is_true(json_object_get(item->body, flags[i])))
            return true;
    }
    return false;
}

static void predict_item(struct magnum *magnum, struct magnum_item *item)
{
    if (publishes(item) && !magnum->admin && osk_client_token(magnum->client))
        warn(item,
             "is_public and hidden need the role admin, which the token lacks: Magnum will refuse "
             "the change");
    switch (item->action) {
    case ACTION_NONE:
    case ACTION_DELETE:
        break;
    case ACTION_UPDATE:
        item->after = magnum_applied(magnum, item, item->found);
        break;
    case ACTION_CREATE:
    case ACTION_RECREATE:
    case ACTION_NEW_VERSION:
        item->after = json_copy(item->body);
        break;
    }
    item->changed = item->action != ACTION_NONE;
    item->done = true;
}

int magnum_predict(void *state, struct error **err)
{
    struct magnum *magnum = state;
    bool asks = false;
    for (size_t i = 0; i < magnum->count; i++)
        asks = asks || depends_on_use(&magnum->items[i]);
    json_auto_t *references = asks ? read_references(magnum, err) : json_object();
    if (!references)
        return -1;
    for (size_t i = 0; i < magnum->count; i++) {
        struct magnum_item *item = &magnum->items[i];
        const char *uuid = js_str(item->found, "uuid", NULL);
        if (uuid && json_object_get(references, uuid))
            judge_use(magnum, item);
        predict_item(magnum, item);
    }
    return 0;
}
