#include "clusterctl_init/result.h"

#include "base/mem.h"
#include "base/str.h"
#include "connect/connect.h"
#include "json/js_get.h"
#include "json/js_list.h"

static json_t *text_or_null(const char *text)
{
    return str_empty(text) ? json_null() : json_string(text);
}

/* ---- providers */

static const char *action_of(const struct cc_item *item)
{
    static const char *const done[] = {
        [CC_LEAVE] = "skipped",         [CC_INSTALL] = "installed", [CC_UPGRADE] = "upgraded",
        [CC_REINSTALL] = "reinstalled", [CC_DELETE] = "deleted",
    };
    if (item->verb == CC_LEAVE)
        return item->previous ? "skipped" : "none";
    return item->done ? done[item->verb] : "none";
}

static json_t *provider_of(const struct cc_item *item)
{
    const struct capi_entry *entry = &item->entry;
    const char *version = entry->version;
    if (item->verb == CC_DELETE)
        version = item->done ? NULL : item->previous;
    else if (item->verb != CC_LEAVE && !item->done)
        version = item->previous;
    else if (item->verb == CC_LEAVE && !item->previous)
        version = NULL;
    return json_pack("{ss ss ss so so so ss}", "name", entry->name, "type", entry->type_text,
                     "label", item->label, "namespace", text_or_null(entry->namespace_), "version",
                     text_or_null(version), "previous_version", text_or_null(item->previous),
                     "action", action_of(item));
}

/* By the order of their types, whatever was done in between. */
static json_t *providers_of(const struct cc *cc)
{
    json_t *list = json_array();
    for (int type = 0; type < CAPI_TYPES; type++)
        for (size_t i = 0; i < cc->count; i++)
            if (cc->items[i].entry.type == (enum capi_type)type)
                json_array_append_new(list, provider_of(&cc->items[i]));
    return list;
}

static json_t *cert_manager_of(const struct cc *cc)
{
    const struct cc_cert_manager_state *manager = &cc->cert_manager;
    const char *action = "none";
    if (manager->done)
        action = manager->managed ? "upgraded" : "installed";
    else if (manager->ready || (manager->managed && !manager->install))
        action = "skipped";
    const char *version = manager->done ? manager->settings.version : manager->state.version;
    return json_pack("{ss so so}", "action", action, "version",
                     text_or_null(manager->done || manager->managed ? version : NULL),
                     "previous_version", text_or_null(manager->done ? manager->previous : NULL));
}

/* ---- objects */

static void list_overrides(const struct cc *cc, json_t *list)
{
    for (size_t i = 0; i < cc->override_count; i++) {
        const struct cc_override *override = &cc->overrides[i];
        if (override->changed)
            json_array_append_new(
                list,
                json_pack("{ss ss sO sO ss}", "apiVersion", "apps/v1", "kind", "Deployment",
                          "namespace", js_get(override->deployment, "metadata", "namespace", NULL),
                          "name", js_get(override->deployment, "metadata", "name", NULL), "action",
                          "patched"));
    }
}

static json_t *objects_of(const struct cc *cc)
{
    json_t *list = json_copy(cc->deleted);
    capi_puts_list(&cc->cert_manager.puts, list);
    capi_puts_list(&cc->extra.puts, list);
    for (size_t i = 0; i < cc->count; i++) {
        capi_puts_list(&cc->items[i].replacement.objects, list);
        capi_puts_list(&cc->items[i].replacement.records, list);
    }
    capi_puts_list(&cc->install.objects, list);
    capi_puts_list(&cc->install.records, list);
    list_overrides(cc, list);
    return list;
}

/* Whether anything was changed, or would be. */
static bool changed(const struct cc *cc)
{
    bool any = cc->defined || cc->migrated || cc->scaled || json_array_size(cc->deleted) ||
               capi_puts_changed(&cc->cert_manager.puts) || capi_puts_changed(&cc->extra.puts) ||
               capi_puts_changed(&cc->install.objects) || capi_puts_changed(&cc->install.records);
    for (size_t i = 0; i < cc->count; i++)
        any = any || capi_puts_changed(&cc->items[i].replacement.objects) ||
              capi_puts_changed(&cc->items[i].replacement.records);
    for (size_t i = 0; i < cc->override_count; i++)
        any = any || cc->overrides[i].changed;
    return any;
}

/* ---- */

void cc_result(void *state, const struct error *failure, json_t *result)
{
    struct cc *cc = state;
    connect_learned_secrets(&cc->config, cc->context->secrets);
    enum cc_state wanted = cc->args.state;
    strv_sort(&cc->images);
    strv_sort(&cc->variables);
    json_object_set_new(result, "changed", json_boolean(changed(cc)));
    json_object_set_new(result, "providers", providers_of(cc));
    json_object_set_new(result, "objects", objects_of(cc));
    json_object_set_new(result, "images", js_strv(&cc->images));
    json_object_set_new(result, "variables", js_strv(&cc->variables));
    json_object_set_new(result, "log", js_strv(&cc->log));
    if (wanted == CC_PRESENT || wanted == CC_LATEST_REQUESTED)
        json_object_set_new(result, "first_run", json_boolean(cc->first_run));
    if (wanted != CC_ABSENT && wanted != CC_IMAGES)
        json_object_set_new(result, "cert_manager", cert_manager_of(cc));
    if (cc->plans)
        json_object_set(result, "plan", cc->plans);
    if (cc->context->diff) {
        json_t *diff = json_array();
        cc_diff(cc, diff);
        json_object_set_new(result, "diff", diff);
    }
    if (failure)
        cc_story(cc, result);
}

void cc_redact(void *state, json_t *params)
{
    (void)state;
    connect_redact(params);
}
